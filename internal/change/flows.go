package change

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"nixsink/graph"
)

// Reader is a file that reads a value more or less often than it did.
type Reader struct {
	Value     string
	File      string
	Then, Now int // how often; guards aside
	At        graph.Place
	Old       bool     // At is a place of the old side
	Hosts     []string // nil for all
}

// How tells whether the file is new, gone, or a reader as before.
func (r Reader) How() How {
	switch {
	case r.Then == 0:
		return Added
	case r.Now == 0:
		return Removed
	}
	return Changed
}

// readers compares how often each file reads each value.
func (c *comparison) readers() {
	type reader struct{ value, file string }
	found := map[reader]*Reader{}
	count := func(g *graph.Graph) {
		for _, r := range g.References {
			if r.Kind == graph.Guard {
				continue
			}
			k := reader{r.Value.Path, r.At.File}
			if g == c.then {
				k = reader{c.value(k.value), c.file(k.file)}
			}
			f := found[k]
			if f == nil {
				f = &Reader{Value: k.value, File: k.file, At: r.At, Old: g == c.then, Hosts: hostNames(g, r.In)}
				found[k] = f
			}
			if g == c.then {
				f.Then++
			} else {
				if f.Now == 0 {
					f.At, f.Old, f.Hosts = r.At, false, hostNames(g, r.In)
				}
				f.Now++
			}
		}
	}
	count(c.then)
	count(c.now)
	for _, f := range found {
		if f.Then != f.Now {
			c.Readers = append(c.Readers, *f)
		}
	}
	slices.SortFunc(c.Readers, func(a, b Reader) int {
		return cmp.Or(strings.Compare(a.Value, b.Value), strings.Compare(a.File, b.File))
	})
}

// Flow is a value's way into an option, or into another value, that differs.
type Flow struct {
	How       How
	From, To  string
	Then, Now *graph.Flow // nil where there is none
	Hosts     []string    // that it holds in, or did; nil for all
	Spread    *Spread     // where that is all that differs
}

// Flow is the flow as it is, or was if it is no more.
func (f Flow) Flow() *graph.Flow {
	if f.Now != nil {
		return f.Now
	}
	return f.Then
}

// maxFlows bounds how many flows of values that reach a difference through others are made, on each side.
const maxFlows = 200_000

// flows compares what values end up in. Single steps are compared first: a value of which no step differs, that it goes or that goes on from
// where it goes, ends up where it did.
func (c *comparison) flows() {
	then, now := c.steps(c.then), c.steps(c.now)
	starts := map[string]bool{} // what a step begins with that differs, as it is called now
	for k := range then {
		if !now[k] {
			starts[k.from] = true
		}
	}
	for k := range now {
		if !then[k] {
			starts[k.from] = true
		}
	}
	if len(starts) == 0 {
		return
	}
	values := c.touched(starts)
	budget := maxFlows
	for _, path := range values {
		was, is := c.then0(path), c.nowByPath[path]
		if was == nil {
			was = c.thenByPath[path]
		}
		list := func(g *graph.Graph, v *graph.Value) []*graph.Flow {
			if v == nil || !g.Flows.Starts(v) {
				return nil
			}
			if budget <= 0 && !starts[path] {
				return nil
			}
			if budget <= 0 {
				return g.Flows.DirectOf(v)
			}
			fs := g.Flows.Of(v)
			budget -= len(fs)
			return fs
		}
		if budget <= 0 {
			c.Cut = fmt.Sprintf("of values that reach a difference through other options, only those are compared whose flows are among the first %d", maxFlows)
		}
		c.compareFlows(path, list(c.then, was), list(c.now, is))
	}
	slices.SortStableFunc(c.Flows, func(a, b Flow) int { return cmp.Or(strings.Compare(a.From, b.From), strings.Compare(a.To, b.To)) })
	c.Flows = mergeHomes(c.Flows)
}

// mergeHomes tells once what one place makes of a value in homes of systems and in homes by themselves.
func mergeHomes(flows []Flow) []Flow {
	type same struct {
		how      How
		from, to string
		at       graph.Place
	}
	first := map[same]int{}
	out := flows[:0]
	for _, f := range flows {
		k := same{f.How, f.From, graph.InHome(f.To), f.Flow().At}
		i, ok := first[k]
		if !ok {
			first[k] = len(out)
			out = append(out, f)
			continue
		}
		out[i].Hosts = together(out[i].Hosts, f.Hosts)
		out[i].To = k.to
	}
	return out
}

// step is an edge as both sides know it.
type step struct {
	from, to string
	kind     graph.FlowKind
	in       string
}

func (c *comparison) steps(g *graph.Graph) map[step]bool {
	out := map[step]bool{}
	for e := range g.Flows.Edges() {
		s := step{e.From, e.To, e.Kind, c.in(g, e.In)}
		if g == c.then {
			s.from, s.to = c.value(s.from), c.value(s.to)
		}
		out[s] = true
	}
	return out
}

// touched are the values whose way goes by one of some options or values, or begins there.
func (c *comparison) touched(starts map[string]bool) []string {
	found := map[string]bool{}
	for _, g := range []*graph.Graph{c.then, c.now} {
		name := func(n string) string {
			if g == c.then {
				return c.value(n)
			}
			return n
		}
		for _, f := range g.Flows.Into(func(n string) bool { return starts[name(n)] }) {
			found[name(f.From.Path)] = true
		}
		for _, v := range g.Values {
			if starts[name(v.Path)] {
				found[name(v.Path)] = true
			}
		}
	}
	out := make([]string, 0, len(found))
	for path := range found {
		out = append(out, path)
	}
	slices.SortFunc(out, func(a, b string) int {
		// Where the difference itself begins comes first: it is told whatever the bound.
		if starts[a] != starts[b] {
			if starts[a] {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	return out
}

// compareFlows tells of one value which options it has come to, which it has left, and which it gets to otherwise.
func (c *comparison) compareFlows(path string, then, now []*graph.Flow) {
	// One option is told once, by its strongest kind.
	strongest := func(fs []*graph.Flow, name func(string) string) (map[string]*graph.Flow, []string) {
		by := map[string]*graph.Flow{}
		var order []string
		for _, f := range fs {
			to := name(f.To)
			if old := by[to]; old == nil {
				order = append(order, to)
				by[to] = f
			} else if strength(f.Kind) > strength(old.Kind) || strength(f.Kind) == strength(old.Kind) && len(f.Through) < len(old.Through) {
				by[to] = f
			}
		}
		return by, order
	}
	was, wasOrder := strongest(then, c.value)
	is, isOrder := strongest(now, func(n string) string { return n })
	for _, to := range isOrder {
		f, old := is[to], was[to]
		switch {
		case old == nil:
			c.Flows = append(c.Flows, Flow{Added, path, to, nil, f, hostNames(c.now, f.In), nil})
		case old.Kind != f.Kind || c.in(c.then, old.In) != c.in(c.now, f.In):
			d := Flow{Changed, path, to, old, f, hostNames(c.now, f.In), nil}
			if old.Kind == f.Kind {
				d.Spread = c.spread(old.In, f.In, old.At.File, f.At.File)
			}
			c.Flows = append(c.Flows, d)
		}
	}
	for _, to := range wasOrder {
		if is[to] == nil {
			c.Flows = append(c.Flows, Flow{Removed, path, to, was[to], nil, hostNames(c.then, was[to].In), nil})
		}
	}
}

// strength orders kinds: what is part of a definition before what names it, before what decides whether it is there.
func strength(k graph.FlowKind) int {
	return slices.Index([]graph.FlowKind{graph.Control, graph.Key, graph.Default, graph.Data}, k)
}
