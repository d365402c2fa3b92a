package render

func (f *flowLayout) makeRibbons(at map[*node]*box) {
	in, out := map[*node]int{}, map[*node]int{}
	total := 0
	for _, e := range f.edges {
		if e.control {
			continue
		}
		n := e.amount().n
		total += n
		in[e.to] += n
		out[e.from] += n
	}
	// As many pixels for what flows as for the rows that text needs; no node taller than a quarter of a screen.
	f.unit = min(4.5, max(0.01, float64(len(f.nodes))*rowMin*0.8/float64(max(total, 1))))
	for _, n := range f.nodes {
		f.unit = min(f.unit, nodeMax/float64(max(in[n], out[n], 1)))
	}
	// A node where hundreds of ribbons meet would grow by their least width alone.
	degree := map[*node]int{}
	for _, e := range f.edges {
		degree[e.from]++
		degree[e.to]++
	}
	least := 1.5
	for _, n := range degree {
		least = min(least, max(0.25, nodeMax/float64(n)))
	}
	if f.view.Name == "overview" {
		f.unit = f.fitUnit(least)
	}
	lanes := map[laneKey]*box{}
	for _, e := range f.edges {
		a := e.amount()
		for _, part := range []struct {
			n         int
			uncovered bool
		}{{a.n - a.uncovered, false}, {a.uncovered, true}} {
			if part.n == 0 {
				continue
			}
			r := &ribbon{edge: e, a: at[e.from], b: at[e.to], n: part.n, uncovered: part.uncovered, width: max(least, float64(part.n)*f.unit)}
			if e.mark != "" {
				r.width = min(r.width, 5) // dashes across a wide ribbon look like a bar code
			}
			if e.control {
				// A condition around a hundred options is still one decision: as wide as its data it would drown the data.
				r.width = min(2, least*4/3)
			}
			f.route(r, lanes)
		}
	}
	for _, b := range f.boxes {
		least := rowMin
		switch {
		case b.lane:
			b.h = max(carried(b.in), carried(b.out))
			continue
		case b.sub:
			least = 40
		}
		b.h = max(least, carried(b.in)+4, carried(b.out)+4)
	}
}

// overviewHigh is how high the columns of the overview are at most: with title and legend it is a page of 700 pixels.
const overviewHigh = 508.0

// fitUnit is how many pixels a read of the overview has if its columns are to be no higher than a page; ribbons have so many at least.
func (f *flowLayout) fitUnit(least float64) float64 {
	unit := f.unit
	for ; unit > 0.01; unit *= 0.9 {
		in, out := map[*node]float64{}, map[*node]float64{}
		for _, e := range f.edges {
			a := e.amount()
			for _, n := range []int{a.n - a.uncovered, a.uncovered} {
				if n > 0 {
					w := max(least, float64(n)*unit)
					if e.control {
						w = min(2, least*4/3)
					}
					in[e.to] += w
					out[e.from] += w
				}
			}
		}
		high := 0.0
		for _, column := range f.columns {
			h := 0.0
			for i, c := range column {
				for _, b := range c.boxes {
					h += max(rowMin, in[b.node]+4, out[b.node]+4) + rowGap
				}
				if c.head {
					h += bandHead
				}
				if c.banded() {
					h += bandPad
				}
				if i > 0 {
					h += groupGap - rowGap
				}
			}
			high = max(high, h)
		}
		if high <= overviewHigh {
			break
		}
	}
	return unit
}

type laneKey struct {
	from   *node
	column int
}

// route cuts a ribbon where it passes a column and leads it through the lane of its source there.
func (f *flowLayout) route(r *ribbon, lanes map[laneKey]*box) {
	end, whole := r.b, r
	for column := r.a.column + 1; column < end.column; column++ {
		k := laneKey{whole.from, column}
		l := lanes[k]
		if l == nil {
			n := &node{kind: valueNode, key: "lane:" + whole.from.key, names: []string{""}, column: column}
			l = &box{node: n, lane: true}
			l.cluster = &cluster{order: -1, boxes: []*box{l}}
			lanes[k] = l
			f.boxes = append(f.boxes, l)
			f.columns[column] = append(f.columns[column], l.cluster)
		}
		rest := *whole
		rest.a, rest.b, rest.next, rest.rest = l, end, nil, true
		r.b, r.next = l, &rest
		f.join(r)
		r = &rest
	}
	f.join(r)
}

func (f *flowLayout) join(r *ribbon) {
	if r.a.column >= r.b.column {
		// Within a ring of values: an arc at the side, which needs no room.
		r.width = min(r.width, 2)
		f.arcs = append(f.arcs, r)
		return
	}
	f.ribbons = append(f.ribbons, r)
	r.a.out = append(r.a.out, r)
	r.b.in = append(r.b.in, r)
}

func carried(rs []*ribbon) float64 {
	w := 0.0
	for _, r := range rs {
		w += r.width
	}
	return w
}
