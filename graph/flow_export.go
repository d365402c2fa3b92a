package graph

import (
	"cmp"
	"iter"
	"slices"
	"strings"
)

// A FlowEdge is a single step of flows: what a value or an option holds becomes part of the definition of another.
type FlowEdge struct {
	From, To string
	ToValue  *Value // nil if To is an option outside the roots
	Kind     FlowKind
	At       Place    // the definition
	In       *ConfSet // the configurations in which it does, nil for all
	Across   bool     // what is from is that of the configurations Of, which may be others
	Of       *ConfSet
}

// A FlowComponent is edges from which the same can be reached by edges of some strength or stronger.
type FlowComponent struct {
	Strength FlowKind // Data, Key or Control: the weakest edges in it
	Values   []*Value // whose flows start here
	Edges    []int    // that go on from here, as numbers of Edges
	Next     []int    // components that follow, as numbers of Components
}

// edgesInOrder are the edges that values get to.
func (fl *flows) edgesInOrder() []*edge {
	out := make([]*edge, 0, fl.edgeCount)
	seen := make(map[*edge]bool, fl.edgeCount)
	for _, edges := range fl.bundles {
		for _, e := range edges {
			if !seen[e] {
				seen[e] = true
				out = append(out, e)
			}
		}
	}
	type names struct{ from, to string }
	text := make(map[*edge]names, len(out))
	for _, e := range out {
		text[e] = names{fl.text(e.from), fl.names[e.target]}
	}
	slices.SortStableFunc(out, func(a, b *edge) int {
		x, y := text[a], text[b]
		return cmp.Or(strings.Compare(x.from, y.from), strings.Compare(x.to, y.to), strings.Compare(a.def.File.Name, b.def.File.Name),
			cmp.Compare(a.def.Span.Start, b.def.Span.Start), cmp.Compare(strength(b.kind), strength(a.kind)))
	})
	return out
}

// Edges and Components are the flows as a graph, for whoever closes them for himself: a value flows into all that the edges of its
// component lead to, and those of the components that follow it. Components of each strength that some edge has come after one
// another, strongest first; they take no notice of configurations.
func (s *FlowSet) Edges() iter.Seq[FlowEdge] {
	return func(yield func(FlowEdge) bool) {
		switch {
		case s == nil:
		case s.fl == nil:
			for _, f := range s.direct {
				if !yield(FlowEdge{From: f.From.Path, To: f.To, ToValue: f.ToValue, Kind: f.Kind, At: f.At, In: f.In}) {
					return
				}
			}
		default:
			for _, e := range s.fl.edgesInOrder() {
				if !yield(FlowEdge{s.fl.text(e.from), s.fl.names[e.target], e.to.val, e.kind, PlaceIn(e.def.File, e.def.Span), e.in, e.across, e.of}) {
					return
				}
			}
		}
	}
}

// Components goes with Edges.
func (s *FlowSet) Components() iter.Seq[FlowComponent] {
	return func(yield func(FlowComponent) bool) {
		if s == nil {
			return
		}
		if s.fl == nil {
			for _, v := range s.from {
				c := FlowComponent{Strength: Control, Values: []*Value{v}}
				for i := s.begin[v][0]; i < s.begin[v][1]; i++ {
					c.Edges = append(c.Edges, i)
				}
				if !yield(c) {
					return
				}
			}
			return
		}
		number := make(map[*edge]int, s.fl.edgeCount)
		for i, e := range s.fl.edgesInOrder() {
			number[e] = i
		}
		first := 0
		for _, least := range s.fl.strengthsThere() {
			c := s.fl.condense(least, nil, nil)
			for _, out := range c.export(number, first) {
				if !yield(out) {
					return
				}
			}
			first += c.comps
		}
	}
}

// export lists the components, of which the first has a number among all.
func (c *condensation) export(number map[*edge]int, first int) []FlowComponent {
	out := make([]FlowComponent, c.comps)
	for i := range out {
		out[i].Strength = []FlowKind{1: Control, 2: Key, 3: Data}[c.least]
	}
	for i := range int32(len(c.first) - 1) {
		comp := &out[c.comp[i]]
		if int(i) < len(c.fl.bundles) {
			for _, e := range c.fl.bundles[i] {
				if strength(e.kind) >= c.least {
					comp.Edges = append(comp.Edges, number[e])
				}
			}
		}
		for k := 0; ; k++ {
			to, more := c.next(i, 0, k)
			if !more {
				break
			}
			if to >= 0 && c.comp[to] != c.comp[i] {
				comp.Next = append(comp.Next, first+int(c.comp[to]))
			}
		}
	}
	for _, v := range c.fl.vals {
		if b, ok := c.fl.starts[v]; ok {
			comp := &out[c.comp[b]]
			comp.Values = append(comp.Values, v)
		}
	}
	for i := range out {
		slices.Sort(out[i].Edges)
		out[i].Edges = slices.Compact(out[i].Edges)
		slices.Sort(out[i].Next)
		out[i].Next = slices.Compact(out[i].Next)
		slices.SortStableFunc(out[i].Values, func(a, b *Value) int { return strings.Compare(a.Path, b.Path) })
	}
	return out
}

// A Hub is an option, or a value, through which a large part of all flows goes.
type Hub struct {
	Option string
	Value  *Value // nil for an option outside the roots
	At     Place  // where the first value in it is defined
	In     int    // values that flow into it directly
	Out    int    // options and values that they reach from there
}

// Hubs need manyFlows flows, and a hubShare-th of them to go through one.
const (
	manyFlows = 100_000
	hubShare  = 10
)

// Hubs are the options that make flows many, the one that most go through first: each value that flows into one reaches all that is
// made of it. A tree without very many flows has none, nor has one whose flows could not all be counted.
func (s *FlowSet) Hubs() []Hub {
	if s == nil || s.fl == nil || s.fl.cut != nil || s.total < manyFlows {
		return nil
	}
	fl := s.fl
	beyond := make([]int, len(fl.junctions))
	l := fl.layout()
	c := fl.condense(slices.Min(fl.strengthsThere()), nil, nil)
	c.sets(l, func(nodes []int32, set *bitSet) {
		for _, i := range nodes {
			if j := int(i) - len(fl.bundles); j >= 0 {
				beyond[j] = set.count(0, l.several)
			}
		}
	})
	type way struct {
		to   string
		from *Value
	}
	seen := map[way]bool{}
	hubs := map[string]*Hub{}
	for _, v := range fl.vals {
		for _, e := range fl.out[v] {
			if e.onward == noJunction || !e.linked {
				continue
			}
			name := fl.names[e.target]
			h := hubs[name]
			if h == nil {
				h = &Hub{Option: name, Value: e.to.val, At: PlaceIn(e.def.File, e.def.Span)}
				hubs[name] = h
			}
			if k := (way{name, v}); !seen[k] {
				seen[k] = true
				h.In++
			}
			h.Out = max(h.Out, beyond[e.onward])
		}
	}
	var out []Hub
	for _, h := range hubs {
		if h.In > 1 && h.In*h.Out*hubShare >= s.total {
			out = append(out, *h)
		}
	}
	slices.SortFunc(out, func(a, b Hub) int {
		return cmp.Or(cmp.Compare(b.In*b.Out, a.In*a.Out), strings.Compare(a.Option, b.Option))
	})
	return out
}
