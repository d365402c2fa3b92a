package graph

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"nixsink/graph/eval"
	"nixsink/parse"
)

func intText(n int64) string { return strconv.FormatInt(n, 10) }

// vertex is an end of an edge: a value, or an option outside the roots.
type vertex struct {
	val    *Value
	option *eval.Path
}

// edge says that what from holds becomes part of what to is defined as.
type edge struct {
	from, to vertex
	kind     FlowKind
	def      *eval.Definition
	origin   eval.Origin
	way      []Step // what steps told, once it was asked

	arrival, target int // numbers of where it ends, see flows
}

// strength orders kinds of flow: where one edge carries several, the strongest is told.
func strength(k FlowKind) int {
	switch k {
	case Data, Default:
		return 3
	case Key:
		return 2
	}
	return 1
}

// flows follows every value to the options that it ends up in (see package eval).
type flows struct {
	ev     *eval.Evaluator
	vs     *values
	out    map[*Value][]*edge
	reads  map[*eval.Path]*readers // what comes from an option outside the roots; filled by index
	trie   *readTrie
	sinks  map[sinkKey]*Sink
	onward map[onward][]*edge // where an option that was defined goes on to
	fixed  map[member]bool    // members of registries that are there whatever the conditions
	mods   map[string]*Module
	list   []*Flow
	texts  map[*eval.Path]string
	paths  []string // of all values, sorted

	// Where edges end, by number: the walks mark numbers, of which each sees many.
	arrivals map[arrival]int
	targets  map[sinkTarget]int
	seen     []int // by arrival: the last walk that came by
	done     []int // by target: the last value that was followed to it
	walks    int

	sides []side // by number of a path
}

// side is where a path lies.
type side uint8

const (
	notAsked side = iota
	inside        // under a root
	outside
)

// readers are the definitions that come from one option outside the roots. Most are never reached from a value: edges
// are made of them when one is.
type readers struct {
	from  []derived
	edges []*edge
}

// derived is one origin of a definition.
type derived struct {
	def    *eval.Definition
	origin eval.Origin
}

type sinkKey struct{ option, file string }

// readTrie finds the options that are read by path, whichever of the two paths is the longer one.
type readTrie struct {
	kids map[string]*readTrie
	here []*eval.Path
	some []string
}

func (t *readTrie) add(segs []string, p *eval.Path) {
	for _, s := range segs {
		k := t.kids[s]
		if k == nil {
			if t.kids == nil {
				t.kids = map[string]*readTrie{}
			}
			k = &readTrie{}
			t.kids[s] = k
			t.some = append(t.some, s)
		}
		t = k
	}
	t.here = append(t.here, p)
}

// related visits what is at, above or below segs.
func (t *readTrie) related(segs []string, visit func(p *eval.Path, exact, above bool)) {
	for _, p := range t.here {
		visit(p, len(segs) == 0, true)
	}
	if len(segs) == 0 {
		for _, s := range t.some {
			t.kids[s].under(visit)
		}
		return
	}
	for _, s := range t.some {
		if sameName(s, segs[0]) {
			t.kids[s].related(segs[1:], visit)
		}
	}
}

func (t *readTrie) under(visit func(p *eval.Path, exact, above bool)) {
	for _, p := range t.here {
		visit(p, false, false)
	}
	for _, s := range t.some {
		t.kids[s].under(visit)
	}
}

func followAll(ev *eval.Evaluator, vs *values, mods map[string]*Module) *flows {
	fl := &flows{ev: ev, vs: vs, out: map[*Value][]*edge{}, trie: &readTrie{}, sinks: map[sinkKey]*Sink{}, onward: map[onward][]*edge{}, fixed: map[member]bool{}, texts: map[*eval.Path]string{}, mods: mods, arrivals: map[arrival]int{}, targets: map[sinkTarget]int{}}
	for _, v := range vs.all {
		fl.paths = append(fl.paths, v.Path)
	}
	slices.Sort(fl.paths)
	fl.findFixed(ev.Definitions)
	for _, d := range ev.Definitions {
		if fl.counts(d) {
			fl.definition(d)
		}
	}
	for i, v := range slices.Clone(vs.all) {
		fl.follow(v, i+1)
	}
	return fl
}

// central says whether a path is under a root.
func (fl *flows) central(p *eval.Path) bool {
	if n := p.Number() + 1; n > len(fl.sides) {
		fl.sides = append(fl.sides, make([]side, n-len(fl.sides))...)
	}
	s := &fl.sides[p.Number()]
	if *s == notAsked {
		*s = outside
		if _, _, ok := fl.vs.place(p); ok {
			*s = inside
		}
	}
	return *s == inside
}

// counts says whether a definition can be the end of an edge: a flake module's own options are no options of a system, unless
// they are values.
func (fl *flows) counts(d *eval.Definition) bool {
	return d.Derived() && (!d.Path.Within(eval.FlakeParts) || fl.central(d.Path))
}

// definition makes the edges from values that one definition is the end of.
func (fl *flows) definition(d *eval.Definition) {
	targets := fl.landings(d)
	for o := range fl.ev.Origins(d) {
		if fl.central(o.Path) {
			fl.edges(d, o, targets)
		}
	}
}

// index finds the definitions that come from options outside the roots, for when a value gets to one.
func (fl *flows) index() {
	fl.reads = map[*eval.Path]*readers{}
	for _, d := range fl.ev.Definitions {
		if !fl.counts(d) {
			continue
		}
		for o := range fl.ev.Origins(d) {
			if o.Path.Parent == nil || fl.central(o.Path) {
				continue
			}
			r := fl.reads[o.Path]
			if r == nil {
				r = &readers{}
				fl.reads[o.Path] = r
				fl.trie.add(o.Path.Segments(), o.Path)
			}
			r.from = append(r.from, derived{d, o})
		}
	}
}

// reading are the edges that start at an option outside the roots.
func (fl *flows) reading(p *eval.Path) []*edge {
	r := fl.reads[p]
	for _, d := range r.from {
		fl.edges(d.def, d.origin, fl.landings(d.def))
	}
	r.from = nil
	return r.edges
}

// landings are what a definition defines: an option, or the values that its path speaks of.
func (fl *flows) landings(d *eval.Definition) (targets []vertex) {
	if !fl.central(d.Path) {
		return []vertex{{option: d.Path}}
	}
	r, segs, _ := fl.vs.place(d.Path)
	var f found
	if d.Names {
		f.vals = fl.vs.registries(r, segs, false)
	} else {
		f = fl.vs.find(r, segs)
	}
	for i, v := range f.vals {
		if i > 0 && !f.group && !f.wild {
			break
		}
		targets = append(targets, vertex{val: v})
	}
	return targets
}

// edges makes the edges of one origin of a definition.
func (fl *flows) edges(d *eval.Definition, o eval.Origin, targets []vertex) {
	kind := Data
	switch o.Kind {
	case eval.Control:
		kind = Control
	case eval.Key:
		kind = Key
	}
	if d.Names && kind == Data {
		kind = Key
	}
	if (d.Default || fl.central(d.Path)) && kind != Control {
		kind = Default
	}
	for _, from := range fl.sources(o) {
		for _, to := range targets {
			if from == to {
				continue
			}
			e := &edge{from: from, to: to, kind: kind, def: d, origin: o}
			if to.option != nil && o.Path == d.Copies && !o.Names && kind == Data {
				fl.copied(e)
			}
			fl.join(e)
		}
		if o.Kind == eval.Control {
			fl.membership(d, o, from)
		}
	}
}

// copied leads an edge to where its value lands if all that an option holds is handed over as it is: what lies below the
// option arrives below the target under the same names, and of a registry only the names arrive at the target itself.
func (fl *flows) copied(e *edge) {
	v := e.from.val
	if v == nil {
		return
	}
	r, segs, _ := fl.vs.place(e.def.Copies)
	below := v.Segments
	if r == home && len(below) > 3 && below[0] == homeUsers[0] && below[1] == homeUsers[1] {
		below = below[3:]
	}
	switch {
	case len(below) > len(segs):
		names := slices.Clone(below[len(segs):])
		for i, n := range names {
			names[i] = strings.ReplaceAll(n, "*", eval.Hole)
		}
		e.to.option = fl.ev.Below(e.to.option, names)
	case v.Registry && fl.divided(v):
		e.kind = Key
	}
}

// divided says whether the members of a registry, or their fields, are values of their own.
func (fl *flows) divided(v *Value) bool {
	i, found := slices.BinarySearchFunc(fl.paths, v.Path+".", strings.Compare)
	return found || i < len(fl.paths) && strings.HasPrefix(fl.paths[i], v.Path+".")
}

// join adds an edge where it starts.
func (fl *flows) join(e *edge) {
	e.arrival = number(fl.arrivals, &fl.seen, arrival{e.to, e.def.Path})
	e.target = number(fl.targets, &fl.done, targetOf(e))
	if e.from.val != nil {
		fl.out[e.from.val] = append(fl.out[e.from.val], e)
		return
	}
	r := fl.reads[e.from.option]
	r.edges = append(r.edges, e)
}

// number gives every key a number of its own, in the order in which they come, and a mark at that number.
func number[K comparable](numbers map[K]int, marks *[]int, k K) int {
	n, ok := numbers[k]
	if !ok {
		n = len(numbers)
		numbers[k] = n
		*marks = append(*marks, 0)
	}
	return n
}

// sources are the values, or the option, that an origin stands for.
func (fl *flows) sources(o eval.Origin) []vertex {
	if !fl.central(o.Path) {
		return []vertex{{option: o.Path}}
	}
	r, segs, _ := fl.vs.place(o.Path)
	var vals []*Value
	if o.Names {
		vals = fl.vs.registries(r, segs, o.Guard)
	} else {
		if fl.vs.isRoot(r, segs) {
			return nil // listed as unresolved
		}
		vals = fl.vs.find(r, segs).vals
	}
	out := make([]vertex, len(vals))
	for i, v := range vals {
		out[i] = vertex{val: v}
	}
	return out
}

// arrival is a vertex and the path by which it was defined: one member of a registry, or all.
type arrival struct {
	vertex
	path *eval.Path
}

// visitState is how a vertex was reached on the shortest way.
type visitState struct {
	edge *edge
	prev *visitState
	len  int

	// What all flows that go on from here have in common, once one does: there are many, and few ways.
	through []string
	legs    [][]Step
}

// follow walks from one value as far as it goes: first by data alone, then by names too, then by conditions too, so that
// the strongest kind is told and the shortest way of that kind. turn is the number of v among the values that are followed.
func (fl *flows) follow(v *Value, turn int) {
	for _, weakest := range []FlowKind{Data, Key, Control} {
		fl.walks++
		queue := []*visitState{{}}
		all := true
		for i := 0; i < len(queue); i++ {
			at := queue[i]
			for _, e := range fl.next(v, at) {
				if strength(e.kind) < strength(weakest) {
					all = false
					continue
				}
				if e.to.val == v {
					continue
				}
				// Most edges lead where an earlier one led: nothing is made for those.
				again, known := fl.seen[e.arrival] == fl.walks, fl.done[e.target] == turn
				if again && known {
					continue
				}
				st := &visitState{edge: e, prev: at, len: at.len + 1}
				if !known {
					fl.done[e.target] = turn
					fl.record(v, st, weakest)
				}
				if !again {
					fl.seen[e.arrival] = fl.walks
					queue = append(queue, st)
				}
			}
		}
		if all {
			break // the weaker kinds would go the same ways again
		}
	}
}

// overlap says whether two paths can speak of the same thing, as far as both go.
func overlap(a, b *eval.Path) bool {
	if a == b {
		return true
	}
	for a.Len() > b.Len() {
		a = a.Parent
	}
	for b.Len() > a.Len() {
		b = b.Parent
	}
	for a != b {
		if !sameName(a.Name, b.Name) {
			return false
		}
		a, b = a.Parent, b.Parent
	}
	return true
}

type sinkTarget struct {
	val    *Value
	option *eval.Path
	file   *parse.File // options are told apart by the file that defines them
}

// next are the edges that go on from a state.
func (fl *flows) next(start *Value, at *visitState) []*edge {
	if at.edge == nil {
		return fl.out[start]
	}
	var out []*edge
	if v := at.edge.to.val; v != nil {
		// What one member of a registry is set to goes on from that member only.
		for _, e := range fl.out[v] {
			if overlap(at.edge.def.Path, e.origin.Path) {
				out = append(out, e)
			}
		}
		return out
	}
	p := at.edge.to.option
	names := at.edge.def.Names
	key := onward{p, names, at.edge.kind == Control}
	if out, ok := fl.onward[key]; ok {
		return out
	}
	if fl.reads == nil {
		fl.index()
	}
	fl.trie.related(p.Segments(), func(q *eval.Path, exact, above bool) {
		for _, e := range fl.reading(q) {
			switch {
			case e.origin.Guard:
				// Whether something is there is decided by what decides over it, not by what it holds.
				if names || !key.control || !above {
					continue
				}
			case e.origin.Names && !(names && exact):
				continue // only the names matter, and they are not what is defined here
			case names && !above:
				continue // a name that is added below says nothing of what was there
			}
			out = append(out, e)
		}
	})
	fl.onward[key] = out
	return out
}

// onward is an option as it was defined: by its names, or by what it holds, or by what decides over it.
type onward struct {
	p       *eval.Path
	names   bool
	control bool
}

func targetOf(e *edge) sinkTarget {
	t := sinkTarget{val: e.to.val, option: e.to.option}
	if t.val == nil {
		t.file = e.def.File
	}
	return t
}

// record notes the flow that ends with a state.
func (fl *flows) record(v *Value, st *visitState, kind FlowKind) {
	e := st.edge
	to := e.to
	flow := &Flow{From: v, At: placeIn(e.def.File, e.def.Span), Kind: kind, To: fl.text(to), ToValue: to.val}
	if to.val != nil {
		if kind != Control {
			flow.Kind = Default
		}
	} else {
		if e.kind == Default && kind != Control {
			flow.Kind = Default
		}
		key := sinkKey{flow.To, flow.At.File}
		s := fl.sinks[key]
		if s == nil {
			s = &Sink{Option: flow.To, At: flow.At, Module: fl.mods[flow.At.File]}
			fl.sinks[key] = s
		}
		if flow.At.Span.Start < s.At.Span.Start {
			s.At = flow.At
		}
	}
	if st.len == 1 {
		flow.Steps = fl.steps(e)
		fl.list = append(fl.list, flow)
		return
	}
	fl.passed(st.prev)
	flow.Through, flow.legs, flow.last = st.prev.through, st.prev.legs, fl.steps(e)
	fl.list = append(fl.list, flow)
}

// passed fills in what the flows that go on from a state go through.
func (fl *flows) passed(st *visitState) {
	if st.edge == nil || st.through != nil {
		return
	}
	fl.passed(st.prev)
	st.through = append(slices.Clip(st.prev.through), fl.text(st.edge.to))
	st.legs = append(slices.Clip(st.prev.legs), fl.steps(st.edge))
}

// text is a vertex as option paths show it.
func (fl *flows) text(v vertex) string {
	if v.val != nil {
		return v.val.Path
	}
	t, ok := fl.texts[v.option]
	if !ok {
		t = pathText(v.option.Segments())
		fl.texts[v.option] = t
	}
	return t
}

// Way tells the whole way of a flow, from the read of its value to the definition that it ends in. For a flow through
// others it is put together when it is asked for: there are many of them, and their legs are shared.
func (f *Flow) Way() []Step {
	if len(f.Steps) > 0 {
		return f.Steps
	}
	return append(slices.Concat(f.legs...), f.last...)
}

// steps tell the way along one edge: the read, the names it goes through, the definition.
func (fl *flows) steps(e *edge) []Step {
	if e.way != nil {
		return e.way
	}
	var out []Step
	if rd := e.origin.Read; rd != nil {
		out = append(out, Step{"reads " + pathText(e.origin.Path.Segments()), placeIn(rd.File, rd.Span)})
	}
	for _, s := range fl.ev.Way(e.origin) {
		if s.File == nil {
			continue
		}
		if step := (Step{s.What, placeIn(s.File, s.Span)}); len(out) == 0 || out[len(out)-1] != step {
			out = append(out, step)
		}
	}
	what := "defines "
	if e.def.Default {
		what = "is the default of "
	}
	if e.kind == Control {
		what = "decides over "
	} else if e.kind == Key {
		what = "names an attribute of "
	}
	e.way = append(out, Step{what + fl.text(e.to), placeIn(e.def.File, e.def.Span)})
	return e.way
}

// sorted gives the flows and sinks in the order of design.md.
func (fl *flows) sorted() ([]*Flow, []*Sink) {
	slices.SortStableFunc(fl.list, func(a, b *Flow) int {
		return cmp.Or(strings.Compare(a.From.Path, b.From.Path), strings.Compare(a.To, b.To), strings.Compare(a.At.File, b.At.File), cmp.Compare(a.At.Span.Start, b.At.Span.Start))
	})
	var sinks []*Sink
	for _, s := range fl.sinks {
		sinks = append(sinks, s)
	}
	slices.SortFunc(sinks, func(a, b *Sink) int {
		return cmp.Or(strings.Compare(a.At.File, b.At.File), cmp.Compare(a.At.Span.Start, b.At.Span.Start), strings.Compare(a.Option, b.Option))
	})
	return fl.list, sinks
}

// anchors finds what stands around a place: the innermost binding.
type anchors struct {
	spans []parse.Span // in pre-order, so sorted by start
	names []string
}

func anchorsOf(f *parse.File) *anchors {
	a := &anchors{}
	parse.Walk(f.Expr, func(n parse.Node) bool {
		switch n := n.(type) {
		case *parse.Attr:
			a.spans = append(a.spans, n.Span)
			a.names = append(a.names, strings.TrimSpace(f.Text(parse.Span{Start: n.Path[0].Start, End: n.Path[len(n.Path)-1].End})))
		case *parse.Inherit:
			a.spans = append(a.spans, n.Span)
			a.names = append(a.names, "inherit")
		}
		return true
	})
	return a
}

func (a *anchors) around(s parse.Span) (parse.Span, string, bool) {
	i, _ := slices.BinarySearchFunc(a.spans, s.Start+1, func(x parse.Span, start int32) int { return cmp.Compare(x.Start, start) })
	for i--; i >= 0; i-- {
		if a.spans[i].Contains(s) {
			return a.spans[i], a.names[i], true
		}
	}
	return parse.Span{}, "", false
}
