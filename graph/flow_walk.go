package graph

import (
	"cmp"
	"slices"
	"strings"
)

// A follower goes from one value as far as its flows go: first by data alone, then by names too, then by conditions too, so that
// the strongest kind is told and the shortest way of that kind. It serves one walk at a time.
type follower struct {
	fl    *flows
	turn  int32 // a number of its own for each phase of each walk
	value int32 // the turn in which the present walk began

	// By number: the turn in which each was last met, and there the configurations in which it was, if edges tell them apart.
	bundles, junctions, targets []int32
	inBundle, inJunction        []*ConfSet
	told                        []*Flow // by target: of the present walk
}

func (fl *flows) follower() *follower {
	if w, ok := fl.followers.Get().(*follower); ok {
		return w
	}
	w := &follower{fl: fl, bundles: make([]int32, len(fl.bundles)), junctions: make([]int32, len(fl.junctions)), targets: make([]int32, len(fl.targets))}
	if fl.restricted {
		w.inBundle, w.inJunction, w.told = make([]*ConfSet, len(fl.bundles)), make([]*ConfSet, len(fl.junctions)), make([]*Flow, len(fl.targets))
	}
	return w
}

// meet marks a bundle or junction as met in some configurations, and says whether that is news.
func (w *follower) meet(turns []int32, sets []*ConfSet, i int32, in *ConfSet) bool {
	if turns[i] != w.turn {
		turns[i] = w.turn
		if sets != nil {
			sets[i] = in
		}
		return true
	}
	if sets == nil {
		return false
	}
	both := w.fl.confs.Union(sets[i], in)
	news := both != sets[i]
	sets[i] = both
	return news
}

// goesOn is where a way that holds in some configurations does after one more edge.
func (fl *flows) goesOn(in *ConfSet, e *edge) *ConfSet {
	if !e.across {
		return fl.confs.Intersection(in, e.in)
	}
	if !in.Meets(e.of) {
		return fl.confs.None()
	}
	return e.in
}

// visit is how a junction, or a target, was reached on the shortest way.
type visit struct {
	edge *edge
	prev *visit
	len  int
	in   *ConfSet // where all edges of the way hold

	// What all flows that go on from here have in common, once one does: there are many, and few ways.
	through []string
	shared  bool // the array of through goes on with what the first that came from here goes through
}

// follow calls tell for every target that v flows into and that want wants, all if that is nil: in the order in which they are
// found, or until tell says false.
func (w *follower) follow(v *Value, want func(target int32) bool, tell func(end *visit, kind FlowKind) bool) {
	fl := w.fl
	start, ok := fl.starts[v]
	if !ok {
		return
	}
	if w.turn > 1<<30 {
		clear(w.bundles)
		clear(w.junctions)
		clear(w.targets)
		w.turn = 0
	}
	w.value = w.turn + 1
	for _, weakest := range []FlowKind{Data, Key, Control} {
		w.turn++
		least := strength(weakest)
		begin := &visit{}
		queue := []*visit{begin}
		all := true
		for i := 0; i < len(queue); i++ {
			at := queue[i]
			bundles := []int32{start}
			if at.edge != nil {
				bundles = fl.junctions[at.edge.onward]
			}
			for _, b := range bundles {
				if !w.meet(w.bundles, w.inBundle, b, at.in) {
					continue // whatever goes on from it has been met
				}
				for _, e := range fl.bundles[b] {
					if strength(e.kind) < least {
						all = false
						continue
					}
					if e.to.val == v {
						continue
					}
					in := at.in
					if fl.restricted {
						if in = fl.goesOn(in, e); in.Empty() {
							continue
						}
					}
					again := e.onward == noJunction || !w.meet(w.junctions, w.inJunction, e.onward, in)
					known := w.targets[e.target] >= w.value
					if known && w.told != nil {
						if f := w.told[e.target]; f != nil {
							f.In = fl.confs.Union(f.In, in)
						}
					}
					// Most edges lead where an earlier one led: nothing is made for those.
					if again && known {
						continue
					}
					next := &visit{edge: e, prev: at, len: at.len + 1, in: in}
					if !known {
						w.targets[e.target] = w.turn
						if w.told != nil {
							w.told[e.target] = nil
						}
						if !fl.inward(e.target) && (want == nil || want(e.target)) && !tell(next, weakest) {
							return
						}
					}
					if !again {
						queue = append(queue, next)
					}
				}
			}
		}
		if all {
			return // the weaker kinds would go the same ways again
		}
	}
}

// of lists the flows of a value into the targets that want wants, in their order.
func (fl *flows) of(v *Value, want func(target int32) bool) []*Flow {
	w := fl.follower()
	defer fl.followers.Put(w)
	var out []*Flow
	w.follow(v, want, func(end *visit, kind FlowKind) bool {
		f := fl.flow(v, end, kind)
		out = append(out, f)
		if w.told != nil {
			w.told[end.edge.target] = f
		}
		return true
	})
	sortFlows(out)
	return out
}

// sortFlows puts the flows of one value in the order of the graph's lists.
func sortFlows(flows []*Flow) {
	slices.SortStableFunc(flows, func(a, b *Flow) int {
		return cmp.Or(strings.Compare(a.To, b.To), strings.Compare(a.At.File, b.At.File), cmp.Compare(a.At.Span.Start, b.At.Span.Start))
	})
}

// flow is the flow that a walk found.
func (fl *flows) flow(v *Value, end *visit, kind FlowKind) *Flow {
	e := end.edge
	f := &Flow{From: v, At: PlaceIn(e.def.File, e.def.Span), Kind: kind, To: fl.names[e.target], ToValue: e.to.val, In: end.in, fl: fl, end: end}
	if kind != Control && (e.to.val != nil || e.kind == Default) {
		f.Kind = Default
	}
	if end.len > 1 {
		end.prev.pass(fl)
		f.Through = slices.Clip(end.prev.through)
	}
	return f
}

// pass fills in what the flows that go on from here go through.
func (at *visit) pass(fl *flows) {
	if at.edge == nil || at.through != nil {
		return
	}
	at.prev.pass(fl)
	before := at.prev.through
	if at.prev.shared {
		before = slices.Clip(before)
	}
	at.prev.shared = true
	at.through = append(before, fl.names[at.edge.target])
}

// direct lists the flows of a value that go through no other one.
func (fl *flows) direct(v *Value) []*Flow {
	var out []*Flow
	seen := map[int32]*Flow{}
	for _, weakest := range []FlowKind{Data, Key, Control} {
		for _, e := range fl.out[v] {
			if strength(e.kind) != strength(weakest) || e.to.val == v || e.outdone || fl.inward(e.target) {
				continue
			}
			if f := seen[e.target]; f != nil {
				if fl.restricted {
					f.In = fl.confs.Union(f.In, e.in)
				}
				continue
			}
			f := fl.flow(v, &visit{edge: e, len: 1, in: e.in}, weakest)
			seen[e.target] = f
			out = append(out, f)
		}
	}
	sortFlows(out)
	return out
}

// Way tells the whole way of a flow, from the read of its value to the definition that it ends in. It is put together when it is
// asked for: there are many flows, and they share their steps.
func (f *Flow) Way() []Step {
	if f.end == nil {
		return f.Steps
	}
	var edges []*edge
	for at := f.end; at != nil && at.edge != nil; at = at.prev {
		edges = append(edges, at.edge)
	}
	var out []Step
	for _, e := range slices.Backward(edges) {
		out = append(out, f.fl.steps(e)...)
	}
	return out
}
