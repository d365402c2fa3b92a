package render

import (
	"cmp"
	"math"
	"slices"
)

// order sorts nodes and groups so that ribbons cross little.
func (f *flowLayout) order() {
	f.stack()
	best, bestCrossings := f.snapshot(), f.crossings()
	for i := range sweeps {
		if bestCrossings == 0 {
			break
		}
		columns := slices.Clone(f.columns)
		if i%2 == 1 {
			slices.Reverse(columns)
		}
		for _, c := range columns {
			// Looking one way and then the other settles faster; every third time both ways count.
			f.sortColumn(c, i%3 == 2 || i%2 == 0, i%3 == 2 || i%2 == 1)
			f.stack()
		}
		if n := f.crossings(); n < bestCrossings {
			best, bestCrossings = f.snapshot(), n
		}
	}
	for i, column := range best {
		f.columns[i] = column.clusters
		for j, c := range column.clusters {
			c.boxes = column.boxes[j]
		}
	}
	f.stack()
	f.transpose(bestCrossings)
}

// transpose swaps neighbours as long as fewer ribbons cross for it: the weighted middles alone leave a few far from home.
func (f *flowLayout) transpose(crossings float64) {
	tries := transpositions / max(1, len(f.ribbons))
	renumber := func(column []*cluster) {
		index := 0
		for _, c := range column {
			for _, b := range c.boxes {
				b.index = index
				index++
			}
		}
	}
	for better := true; better && crossings > 0; {
		better = false
		for _, column := range f.columns {
			try := func(swap func()) {
				if tries--; tries < 0 {
					return
				}
				swap()
				renumber(column)
				if n := f.crossings(); n < crossings {
					crossings, better = n, true
					return
				}
				swap()
				renumber(column)
			}
			for i := range len(column) - 1 {
				if column[i].order == column[i+1].order {
					try(func() { column[i], column[i+1] = column[i+1], column[i] })
				}
			}
			for _, c := range column {
				if c.boxes[0].kind == layerNode {
					continue
				}
				for i := range len(c.boxes) - 1 {
					try(func() { c.boxes[i], c.boxes[i+1] = c.boxes[i+1], c.boxes[i] })
				}
			}
		}
	}
	f.stack()
}

type columnOrder struct {
	clusters []*cluster
	boxes    [][]*box
}

func (f *flowLayout) snapshot() []columnOrder {
	var out []columnOrder
	for _, column := range f.columns {
		o := columnOrder{clusters: slices.Clone(column)}
		for _, c := range column {
			o.boxes = append(o.boxes, slices.Clone(c.boxes))
		}
		out = append(out, o)
	}
	return out
}

func (f *flowLayout) sortColumn(column []*cluster, left, right bool) {
	for _, c := range column {
		sum, weight := 0.0, 0.0
		for _, b := range c.boxes {
			b.pull = b.neighbours(left, right)
			w := carried(b.in) + carried(b.out)
			sum += b.pull * w
			weight += w
		}
		c.pull = c.y + c.h/2
		if weight > 0 {
			c.pull = sum / weight
		}
		if c.boxes[0].kind != layerNode {
			slices.SortStableFunc(c.boxes, func(a, b *box) int { return cmp.Compare(a.pull, b.pull) })
		}
	}
	slices.SortStableFunc(column, func(a, b *cluster) int {
		return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.pull, b.pull))
	})
}

// neighbours is the weighted middle of what a box is joined to; its own where that is nothing.
func (b *box) neighbours(left, right bool) float64 {
	sum, weight := 0.0, 0.0
	if left {
		for _, r := range b.in {
			sum += r.a.middle() * r.width
			weight += r.width
		}
	}
	if right {
		for _, r := range b.out {
			sum += r.b.middle() * r.width
			weight += r.width
		}
	}
	if weight == 0 {
		return b.middle()
	}
	return math.Round(sum/weight*1000) / 1000
}

// crossings counts what crosses between columns, weighted by width, with a Fenwick tree over the right ends.
func (f *flowLayout) crossings() float64 {
	rs := slices.Clone(f.ribbons)
	slices.SortStableFunc(rs, func(a, b *ribbon) int {
		return cmp.Or(cmp.Compare(a.a.column, b.a.column), cmp.Compare(a.b.column, b.b.column), cmp.Compare(a.a.index, b.a.index), cmp.Compare(a.b.index, b.b.index))
	})
	n := 0.0
	for i := 0; i < len(rs); {
		from, to := rs[i].a.column, rs[i].b.column
		tree := make([]float64, len(f.boxes)+2)
		all := 0.0
		for ; i < len(rs) && rs[i].a.column == from && rs[i].b.column == to; i++ {
			r := rs[i]
			below := all
			for k := r.b.index + 1; k > 0; k -= k & -k {
				below -= tree[k]
			}
			n += below * r.width
			for k := r.b.index + 1; k < len(tree); k += k & -k {
				tree[k] += r.width
			}
			all += r.width
		}
	}
	return math.Round(n)
}
