package render

import (
	"cmp"
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
	gapLeast   = 38.0  // between columns, however many there are
	labelLeast = 24    // characters of a label, however many columns there are
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
	was        int  // its column before empty ones were left out
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
				b.was, b.column = b.column, i
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
	heads := map[*node]string{}
	for _, column := range f.columns {
		for _, c := range column {
			for _, b := range c.boxes {
				if c.head {
					heads[b.node] = c.name
				}
			}
		}
	}
	overview := f.view.Name == "overview" // which says once what values have in common, and is narrow for that
	for f.room = labelLimit; ; f.room -= 4 {
		if f.distinguish(heads); overview || f.room <= labelLeast || f.labelsWide() <= pageWide-2*margin {
			break
		}
	}
	if overview {
		for i, column := range f.columns {
			for _, c := range column {
				c.headValues()
			}
			f.columns[i] = joinAlike(column)
		}
		for ; f.room > labelLeast && f.labelsWide() > pageWide-2*margin; f.room -= 4 {
			for _, column := range f.columns {
				shorten(column, f.room-4)
			}
		}
	}
	return at
}
