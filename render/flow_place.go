package render

import (
	"cmp"
	"slices"
	"strings"
)

// stack puts the clusters of every column one below the other.
func (f *flowLayout) stack() {
	for _, column := range f.columns {
		y, index := 0.0, 0
		for i, c := range column {
			c.y = y
			f.settle(c)
			for _, b := range c.boxes {
				b.index = index
				index++
			}
			y += c.h
			f.h = max(f.h, y)
			if i+1 < len(column) {
				y += between(c, column[i+1])
			}
		}
	}
}

// between is the least room between two clusters.
func between(a, b *cluster) float64 {
	if a.boxes[0].lane || b.boxes[0].lane {
		return laneGap
	}
	if a.alone() && b.alone() {
		return groupGap / 2
	}
	return groupGap
}

// alone reports whether a cluster is just one value or option, without a name of its own.
func (c *cluster) alone() bool {
	return len(c.boxes) == 1 && !c.head && (c.boxes[0].kind == optionNode || c.boxes[0].kind == valueNode)
}

// settle puts a cluster's boxes where its top says.
func (f *flowLayout) settle(c *cluster) {
	y := c.y
	pad := 0.0
	if c.banded() {
		pad = bandPad
	}
	y += pad
	if c.head {
		y += bandHead - pad/2
	}
	for _, b := range c.boxes {
		b.y = y
		y += b.h + f.gaps[b.column]
	}
	c.h = y - f.gaps[c.boxes[0].column] + pad - c.y
}

// banded reports whether a cluster has a coloured ground: modules have, by layer.
func (c *cluster) banded() bool { return c.boxes[0].kind == moduleNode }

// labelsWide is how wide the picture is with these labels, and the least room for ribbons between the columns.
func (f *flowLayout) labelsWide() float64 {
	sum := 0.0
	for _, column := range f.columns {
		sum += columnWide(column)
	}
	return sum + float64(len(f.columns)-1)*max(gapLeast, min(90, 300/float64(len(f.columns))))
}

func columnWide(column []*cluster) (w float64) {
	for _, c := range column {
		if c.head {
			w = max(w, textWidth(elide(c.name), fontSize)*1.16)
		}
		for _, b := range c.boxes {
			if !b.lane {
				w = max(w, b.textWidth()+2*boxPad+b.badgeWidth())
			}
		}
	}
	return w
}

// place moves the clusters towards their neighbours, and sets the columns side by side.
func (f *flowLayout) place() {
	f.h = 0
	for _, column := range f.columns {
		last := column[len(column)-1]
		f.h = max(f.h, last.y+last.h)
	}
	// A short column beside a long one gets air between its nodes.
	for i, column := range f.columns {
		last, rows := column[len(column)-1], 0
		for _, c := range column {
			rows += len(c.boxes)
		}
		f.gaps[i] += min(10, max(0, 0.85*f.h-last.y-last.h)/float64(rows))
	}
	h := f.h
	f.stack()
	f.h = h
	for _, column := range f.columns {
		last := column[len(column)-1]
		shift := (f.h - last.y - last.h) / 2
		for _, c := range column {
			c.y += shift
			f.settle(c)
		}
	}
	for i := range relaxings {
		columns := slices.Clone(f.columns)
		if i%2 == 1 {
			slices.Reverse(columns)
		}
		for _, column := range columns {
			f.relax(column)
		}
	}
	x := 0.0
	gap := min(180, max(150, f.h*0.14))
	switch {
	case !slices.ContainsFunc(f.boxes, func(b *box) bool { return b.kind != layerNode && !b.lane }):
		gap = 320
	case f.ofWays():
		gap = 62
	case len(f.columns) == 2:
		gap = min(420, max(220, f.h*0.25))
	case len(f.columns) > 4:
		gap = max(90, gap*4/float64(len(f.columns)))
	}
	widths, sum := make([]float64, len(f.columns)), 0.0
	for i, column := range f.columns {
		widths[i] = columnWide(column)
		sum += widths[i]
	}
	if n := len(f.columns) - 1; n > 1 {
		// Many columns stand closer before they outgrow a page.
		gap = min(gap, max(gapLeast, (pageWide-2*margin-sum)/float64(n)))
	}
	for i, column := range f.columns {
		w := widths[i]
		for _, c := range column {
			c.x, c.w = x, w
			for _, b := range c.boxes {
				b.x, b.w = x, w
			}
		}
		x += w
		if i < len(f.columns)-1 {
			x += gap
		}
	}
	f.w = x
}

// relax moves every cluster of a column to where its neighbours pull it, then apart again.
func (f *flowLayout) relax(column []*cluster) {
	for _, c := range column {
		sum, weight := 0.0, 0.0
		for _, b := range c.boxes {
			w := carried(b.in) + carried(b.out)
			sum += (b.neighbours(true, true) - b.middle()) * w
			weight += w
		}
		if weight > 0 {
			c.y += sum / weight
		}
	}
	top := 0.0
	for i, c := range column {
		c.y = max(c.y, top)
		if i+1 < len(column) {
			top = c.y + c.h + between(c, column[i+1])
		}
	}
	bottom := f.h
	for i, c := range slices.Backward(column) {
		c.y = min(c.y, bottom-c.h)
		if i > 0 {
			bottom = c.y - between(column[i-1], c)
		}
		f.settle(c)
	}
}

// slots sets where on a box every ribbon begins and ends: in the order of the other ends, so that they fan out. It goes from right to
// left, for those that share a lane leave their source in the order in which they leave the lane.
func (f *flowLayout) slots() {
	onward := func(r *ribbon) float64 {
		if r.next == nil {
			return 0
		}
		return r.next.y0
	}
	boxes := slices.Clone(f.boxes)
	slices.SortStableFunc(boxes, func(a, b *box) int { return cmp.Compare(b.column, a.column) })
	for _, b := range boxes {
		fan := func(rs []*ribbon, other func(*ribbon) *box, set func(*ribbon, float64)) {
			slices.SortStableFunc(rs, func(p, q *ribbon) int {
				return cmp.Or(cmp.Compare(other(p).middle(), other(q).middle()), strings.Compare(other(p).key, other(q).key), cmp.Compare(onward(p), onward(q)))
			})
			y := b.middle() - carried(rs)/2
			for _, r := range rs {
				set(r, y+r.width/2)
				y += r.width
			}
		}
		fan(b.out, func(r *ribbon) *box { return r.b }, func(r *ribbon, y float64) { r.y0 = y })
		if b.lane {
			for _, r := range b.in {
				r.y1 = r.next.y0
			}
			continue
		}
		fan(b.in, func(r *ribbon) *box { return r.a }, func(r *ribbon, y float64) { r.y1 = y })
	}
}
