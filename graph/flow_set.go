package graph

import (
	"iter"
	"slices"
	"strings"
	"sync"
)

// FlowSet is all flows of a graph. It holds single steps and how many flows there are; flows through others are made when
// somebody asks for them, since a large tree has millions. A nil FlowSet has none. It may be used by several goroutines.
//
// Lists are sorted by value, then by option, file and place.
type FlowSet struct {
	fl     *flows             // nil: the flows were given
	given  map[*Value][]*Flow // if they were
	from   []*Value           // where flows start, sorted by path
	counts map[*Value]tally
	direct []*Flow
	begin  map[*Value][2]int // in direct
	total  int

	reverse sync.Once
	into    [][]int32 // see Into
}

// FlowsOf makes a set of some flows.
func FlowsOf(flows ...*Flow) *FlowSet {
	s := &FlowSet{given: map[*Value][]*Flow{}, counts: map[*Value]tally{}}
	for _, f := range flows {
		if s.given[f.From] == nil {
			s.from = append(s.from, f.From)
		}
		s.given[f.From] = append(s.given[f.From], f)
	}
	for _, v := range s.from {
		sortFlows(s.given[v])
		reach := map[string]bool{}
		for _, f := range s.given[v] {
			if f.ToValue == nil {
				reach[f.To] = true
			}
		}
		s.counts[v] = tally{len(s.given[v]), len(reach)}
	}
	s.index(func(v *Value) (out []*Flow) {
		for _, f := range s.given[v] {
			if len(f.Through) == 0 {
				out = append(out, f)
			}
		}
		return out
	})
	return s
}

// set makes the set of all flows.
func (fl *flows) set() *FlowSet {
	fl.names = make([]string, len(fl.targets))
	for i, t := range fl.targets {
		fl.names[i] = fl.text(vertex{t.val, t.option})
	}
	s := &FlowSet{fl: fl, counts: fl.close()}
	for _, v := range fl.vals {
		if s.counts[v].flows > 0 {
			s.from = append(s.from, v)
		}
	}
	s.index(fl.direct)
	return s
}

// index sorts the values and takes in their direct flows.
func (s *FlowSet) index(direct func(*Value) []*Flow) {
	slices.SortStableFunc(s.from, func(a, b *Value) int { return strings.Compare(a.Path, b.Path) })
	s.begin = make(map[*Value][2]int, len(s.from))
	for _, v := range s.from {
		first := len(s.direct)
		s.direct = append(s.direct, direct(v)...)
		s.begin[v] = [2]int{first, len(s.direct)}
		s.total += s.counts[v].flows
	}
}

// Len is how many flows there are, through others too.
func (s *FlowSet) Len() int {
	if s == nil {
		return 0
	}
	return s.total
}

// Direct is the flows that go through no other value or option.
func (s *FlowSet) Direct() []*Flow {
	if s == nil {
		return nil
	}
	return s.direct
}

// DirectOf is the flows of a value that go through no other one.
func (s *FlowSet) DirectOf(v *Value) []*Flow {
	if s == nil {
		return nil
	}
	at := s.begin[v]
	return s.direct[at[0]:at[1]:at[1]]
}

// Starts reports whether any flow starts at a value.
func (s *FlowSet) Starts(v *Value) bool { return s != nil && s.counts[v].flows > 0 }

// Of is all flows of one value.
func (s *FlowSet) Of(v *Value) []*Flow {
	switch {
	case s == nil:
		return nil
	case s.fl == nil:
		return s.given[v]
	}
	return s.fl.of(v, nil)
}

// All goes through all flows. Those of one value are there at a time.
func (s *FlowSet) All() iter.Seq[*Flow] {
	return func(yield func(*Flow) bool) {
		if s == nil {
			return
		}
		for i := 0; i < len(s.from); {
			v := s.from[i]
			flows := s.Of(v)
			// What a tree declares twice, the system and a home say, may be two values of one path.
			for i++; i < len(s.from) && s.from[i].Path == v.Path; i++ {
				flows = append(slices.Clip(flows), s.Of(s.from[i])...)
				sortFlows(flows)
			}
			for _, f := range flows {
				if !yield(f) {
					return
				}
			}
		}
	}
}

// Reaches reports whether one value flows into another one.
func (s *FlowSet) Reaches(from, to *Value) bool {
	switch {
	case s == nil || from == to:
		return false
	case s.fl == nil:
		return slices.ContainsFunc(s.given[from], func(f *Flow) bool { return f.ToValue == to })
	}
	end, ok := s.fl.targetOf[target{val: to}]
	if !ok {
		return false
	}
	found := false
	w := s.fl.follower()
	defer s.fl.followers.Put(w)
	w.follow(from, func(t int32) bool { return t == end }, func(*visit, FlowKind) bool {
		found = true
		return false
	})
	return found
}

// Ends is the options and values that a value flows into, by name, in no order.
func (s *FlowSet) Ends(v *Value) iter.Seq2[string, *Value] {
	return func(yield func(string, *Value) bool) {
		switch {
		case s == nil:
		case s.fl == nil:
			for _, f := range s.given[v] {
				if !yield(f.To, f.ToValue) {
					return
				}
			}
		default:
			w := s.fl.follower()
			defer s.fl.followers.Put(w)
			w.follow(v, nil, func(end *visit, _ FlowKind) bool {
				return yield(s.fl.names[end.edge.target], end.edge.to.val)
			})
		}
	}
}

// Options is the options outside the roots that some value flows into, sorted.
func (s *FlowSet) Options() []string {
	var names []string
	switch {
	case s == nil:
	case s.fl == nil:
		for _, flows := range s.given {
			for _, f := range flows {
				if f.ToValue == nil {
					names = append(names, f.To)
				}
			}
		}
	default:
		for i, t := range s.fl.targets {
			if t.val == nil {
				names = append(names, s.fl.names[i])
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Into is the flows of all values into options and values whose name is wanted.
func (s *FlowSet) Into(want func(name string) bool) (out []*Flow) {
	if s == nil {
		return nil
	}
	if s.fl == nil {
		for _, v := range s.from {
			for _, f := range s.given[v] {
				if want(f.To) {
					out = append(out, f)
				}
			}
		}
		return out
	}
	wanted := make([]bool, len(s.fl.targets))
	some := false
	for i, name := range s.fl.names {
		wanted[i] = want(name)
		some = some || wanted[i]
	}
	if !some {
		return nil
	}
	leads := s.leadsTo(wanted)
	for _, v := range s.from {
		if leads[s.fl.starts[v]] {
			out = append(out, s.fl.of(v, func(t int32) bool { return wanted[t] })...)
		}
	}
	return out
}

// leadsTo says of every bundle and junction whether edges lead from it to one of some targets.
func (s *FlowSet) leadsTo(wanted []bool) []bool {
	fl := s.fl
	n := len(fl.bundles)
	s.reverse.Do(func() {
		s.into = make([][]int32, n+len(fl.junctions))
		for j, bundles := range fl.junctions {
			for _, b := range bundles {
				s.into[b] = append(s.into[b], int32(n+j))
			}
		}
		for b, edges := range fl.bundles {
			for _, e := range edges {
				if e.onward != noJunction {
					j := n + int(e.onward)
					s.into[j] = append(s.into[j], int32(b))
				}
			}
		}
	})
	leads := make([]bool, len(s.into))
	var queue []int32
	for b, edges := range fl.bundles {
		if slices.ContainsFunc(edges, func(e *edge) bool { return wanted[e.target] }) {
			leads[b] = true
			queue = append(queue, int32(b))
		}
	}
	for len(queue) > 0 {
		i := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for _, from := range s.into[i] {
			if !leads[from] {
				leads[from] = true
				queue = append(queue, from)
			}
		}
	}
	return leads
}

// DataInto is the definitions of options that values are part of by their data, directly or through others.
func (s *FlowSet) DataInto() map[Place]bool {
	into := map[Place]bool{}
	switch {
	case s == nil:
	case s.fl == nil:
		for _, flows := range s.given {
			for _, f := range flows {
				if f.Kind == Data && f.ToValue == nil {
					into[f.At] = true
				}
			}
		}
	default:
		s.fl.forward(strength(Data), func(e *edge) {
			if e.kind == Data && e.to.val == nil {
				into[PlaceIn(e.def.File, e.def.Span)] = true
			}
		})
	}
	return into
}

// forward visits the edges of some strength at least that any value gets to by such edges.
func (fl *flows) forward(least int, visit func(*edge)) {
	bundles, junctions := make([]bool, len(fl.bundles)), make([]bool, len(fl.junctions))
	var queue []int32
	meet := func(b int32) {
		if !bundles[b] {
			bundles[b] = true
			queue = append(queue, b)
		}
	}
	for _, b := range fl.starts {
		meet(b)
	}
	for len(queue) > 0 {
		b := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for _, e := range fl.bundles[b] {
			if strength(e.kind) < least {
				continue
			}
			visit(e)
			if e.onward != noJunction && !junctions[e.onward] {
				junctions[e.onward] = true
				for _, next := range fl.junctions[e.onward] {
					meet(next)
				}
			}
		}
	}
}

// tallied gives what is counted of a value's flows.
func (s *FlowSet) tallied(v *Value) (sinks, reach int) {
	if s == nil {
		return 0, 0
	}
	last := ""
	for _, f := range s.DirectOf(v) { // sorted by option
		if f.ToValue == nil && (sinks == 0 || f.To != last) {
			sinks++
			last = f.To
		}
	}
	return sinks, s.counts[v].reach
}
