package render

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"nixsink/graph"
)

// The flow layout puts nodes into columns and draws edges as ribbons, as wide as what they carry (a Sankey diagram).
// 1. A node is as high as the wider of what comes in and what goes out. 2. Nodes of one group (a layer, a service, a
// namespace) stay together; layers keep their order, other groups move. 3. Groups, and nodes in them, are sorted by the
// weighted middle of their neighbours, to and fro, and the order that crosses least is kept. 4. Groups then move up
// and down towards their neighbours as far as there is room. 5. A ribbon that passes a column gets room in it, a lane, which it shares
// with the others of its source: it never runs behind a node. Everything is deterministic: ties go by name.
const (
	rowMin     = 19.0 // height of a node with little to carry
	rowGap     = 4.0
	groupGap   = 16.0
	laneGap    = 6.0
	bandPad    = 7.0
	bandHead   = 20.0 // room for a group's name
	boxPad     = 9.0
	fontSize   = 11.0
	layerWidth = 190.0 // of a layer's box, at least
	nodeMax    = 180.0 // a node's height as far as it depends on its reads
	sweeps     = 24
	relaxings  = 24
	// How many ribbons may be looked at to find neighbours that had better change places: some tenths of a second.
	transpositions = 400_000
)

// A box is a node with its place.
type box struct {
	*node
	x, y, w, h float64
	in, out    []*ribbon
	cluster    *cluster
	index      int // in its column
	pull       float64
	lane       bool // no node, but where ribbons pass through a column
	sub        bool // a second line, in small, says more
	marks      bool // it speaks of coverage
	imports    bool // it counts imports, not reads
}

func (b *box) middle() float64 { return b.y + b.h/2 }

// A ribbon is an edge, or the covered or uncovered part of one, with its place. One that passes columns on its way is a chain of them.
type ribbon struct {
	*edge
	a, b      *box
	next      *ribbon // the rest of the way, from a lane on
	rest      bool    // it is the rest of another one
	width     float64
	n         int
	uncovered bool
	y0, y1    float64 // middles of its ends
}

// A cluster is the boxes of one group in one column.
type cluster struct {
	name  string
	order int // layers have one; -1 moves freely
	boxes []*box
	x, y  float64
	w, h  float64
	head  bool // its name is written above it
	pull  float64
}

type flowLayout struct {
	*picture
	columns [][]*cluster
	boxes   []*box
	ribbons []*ribbon
	arcs    []*ribbon // between nodes of one column
	unit    float64   // pixels per read
	gaps    []float64 // between the nodes of each column
	w, h    float64
}

// layoutFlow places a picture's nodes and edges within its columns.
func layoutFlow(p *picture) *flowLayout {
	f := &flowLayout{picture: p}
	f.makeRibbons(f.makeBoxes())
	f.order()
	f.place()
	f.slots()
	return f
}

func (f *flowLayout) makeBoxes() map[*node]*box {
	at := map[*node]*box{}
	type place struct {
		column int
		kind   kind
		group  string
	}
	clusters := map[place]*cluster{}
	// Values lie by their namespace; one that would lie alone joins its neighbours further up.
	crowd := map[place]int{}
	for _, n := range f.nodes {
		crowd[place{n.column, n.kind, n.group}]++
	}
	for _, n := range f.nodes {
		b := &box{node: n}
		at[n] = b
		f.boxes = append(f.boxes, b)
		k := place{n.column, n.kind, n.group}
		if n.kind == valueNode && (crowd[k] < 2 || n.holds > 0) {
			parts := graph.SplitPath(n.group)
			k.group = "\x00" + strings.Join(parts[:min(2, len(parts))], ".")
		}
		if n.kind == layerNode {
			k.group = ""
			b.sub, b.marks, b.imports = true, f.marks, f.ofImports
		}
		c := clusters[k]
		if c == nil {
			c = &cluster{name: n.group, order: -1}
			if n.kind == moduleNode {
				c.order = f.layerOrder(n.group)
			}
			for len(f.columns) <= n.column {
				f.columns = append(f.columns, nil)
			}
			f.columns[n.column] = append(f.columns[n.column], c)
			clusters[k] = c
		}
		b.cluster = c
		c.boxes = append(c.boxes, b)
	}
	f.columns = slices.DeleteFunc(f.columns, func(c []*cluster) bool { return len(c) == 0 })
	f.gaps = slices.Repeat([]float64{rowGap}, len(f.columns))
	for i, column := range f.columns {
		for _, c := range column {
			for _, b := range c.boxes {
				b.column = i
			}
			slices.SortStableFunc(c.boxes, func(a, b *box) int {
				if a.kind == layerNode {
					return cmp.Compare(f.layerOrder(a.group), f.layerOrder(b.group))
				}
				return strings.Compare(a.key, b.key)
			})
			switch k := c.boxes[0].kind; k {
			case moduleNode:
				// Folding by layer leaves bands of one box that says it all.
				c.head = c.name != "" && !(len(c.boxes) == 1 && c.boxes[0].whole)
			case optionNode:
				c.head = len(c.boxes) > 1 && c.name != ""
			}
			for _, b := range c.boxes {
				if b.kind == optionNode && !c.head {
					b.label = b.full()
				}
			}
		}
		slices.SortStableFunc(column, func(a, b *cluster) int {
			return cmp.Or(cmp.Compare(a.order, b.order), strings.Compare(a.name, b.name), strings.Compare(a.boxes[0].key, b.boxes[0].key))
		})
	}
	return at
}

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
	gap := min(240, max(150, f.h*0.14))
	switch {
	case f.boxes[0].kind == layerNode:
		gap = 320
	case len(f.columns) == 2:
		gap = min(420, max(220, f.h*0.25))
	case len(f.columns) > 4:
		gap = max(90, gap*4/float64(len(f.columns)))
	}
	for i, column := range f.columns {
		w := 0.0
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

// text is what is written on a box.
func (b *box) text() string {
	if b.kind == optionNode {
		return elidePath(b.label)
	}
	return elide(b.short())
}

// textWidth allows for bold letters.
func (b *box) textWidth() float64 {
	w := textWidth(b.text(), fontSize)
	if b.bad || b.whole {
		w *= 1.16
	}
	if b.sub {
		w = max(w*1.16, textWidth(b.line2(), 10)+4, layerWidth)
	}
	return w
}

// line2 is what a layer's box says in small: how much it gives, or takes.
func (b *box) line2() string {
	values, sum := map[*graph.Value]bool{}, amount{}
	for _, r := range b.out {
		for v := range r.by {
			values[v] = true
		}
	}
	for _, r := range b.in {
		sum = sum.plus(amount{r.n, 0})
		if r.uncovered {
			sum.uncovered += r.n
		}
	}
	if b.imports {
		n := 0
		for _, r := range slices.Concat(b.in, b.out) {
			n += r.n
		}
		return plural(n, "import", "imports")
	}
	if len(b.in) == 0 {
		n := 0
		for _, r := range b.out {
			n += r.n
		}
		return plural(len(values), "value", "values") + ", " + plural(n, "read", "reads")
	}
	s := plural(sum.n, "read", "reads")
	switch {
	case !b.marks:
	case sum.uncovered == 0:
		s += ", all with source-id"
	default:
		s += fmt.Sprintf(", %s with source-id", percent(float64(sum.n-sum.uncovered)/float64(sum.n), true))
	}
	return s
}

// badge is the small number at a box's right end: a value's reads, or how many nodes are folded into it.
func (b *box) badge() string {
	switch {
	case b.holds > 0:
		return "×" + count(b.holds)
	case b.kind == valueNode:
		return count(b.reads)
	}
	return ""
}

func (b *box) badgeWidth() float64 {
	if s := b.badge(); s != "" {
		return textWidth(s, 10) + 8
	}
	return 0
}
