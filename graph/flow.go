package graph

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"nixsink/graph/eval"
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
	in       *ConfSet // the configurations in which it does; nil: all
	across   bool     // from is read of the configurations of, which may be others
	of       *ConfSet

	onward  int32 // the junction that it leads to, see flows.junctions; noJunction if nothing goes on from there
	target  int32 // what it ends in, see flows.targets
	linked  bool  // some value gets to it; onward and target are known
	outdone bool  // a stronger way leads from the same value to the same target, so that this one is not told
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

// flows is what every value flows into (see package eval), as the graph that it is: single steps, and where one goes on from
// another. A flow is a way in it; there are too many to have them all.
type flows struct {
	ev    *eval.Evaluator
	vs    *values
	out   map[*Value][]*edge
	reads map[*eval.Path]*readers // what comes from an option outside the roots; filled by index
	trie  *pathTrie
	fixed map[member]bool // members of registries that are there whatever the conditions
	mods  map[string]*Module
	paths []string // of all values, sorted
	sides []side   // by number of a path
	confs *ConfSets
	roots map[*eval.Root]string

	// See flow_junction.go.
	bundles    [][]*edge
	junctions  [][]int32 // the bundles that go on from a junction, in order
	starts     map[*Value]int32
	vals       []*Value // that are followed
	numbers    map[arrival]int32
	ofReader   map[readerEdges]int32
	origins    map[*Value]*origins
	targets    []target
	targetOf   map[target]int32
	names      []string // of targets
	edgeCount  int
	crossing   map[int32][]*edge      // by bundle: those of its edges that lead across configurations and go on
	restricted bool                   // some edge holds in some configurations only
	strengths  [4]bool                // of which there are edges
	followers  sync.Pool              // of *follower
	sourcesOf  map[sourceKey][]vertex // by what decides it

	over func() error // why the work has to end, nil while it need not; nil: it never has to
	cut  error        // why it did
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

// followAll makes the steps of a finished evaluation, and connects those that some value gets to.
//
// Where over says that the work has to end, the definitions that are left have none, and ways through others may be missing.
func followAll(ev *eval.Evaluator, vs *values, mods map[string]*Module, over func() error) *flows {
	fl := &flows{over: over, ev: ev, vs: vs, out: map[*Value][]*edge{}, trie: &pathTrie{}, fixed: map[member]bool{}, mods: mods, confs: vs.confs}
	for _, v := range vs.all {
		fl.paths = append(fl.paths, v.Path)
	}
	slices.Sort(fl.paths)
	fl.findFixed(ev.Definitions)
	for _, d := range ev.Definitions {
		if fl.ends() {
			break
		}
		if fl.counts(d) {
			fl.definition(d)
		}
	}
	fl.link(vs.all)
	return fl
}

// ends says whether the work has to end early.
func (fl *flows) ends() bool {
	if fl.cut == nil && fl.over != nil {
		fl.cut = fl.over()
	}
	return fl.cut != nil
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

// counts says whether a definition can be the end of an edge.
func (fl *flows) counts(d *eval.Definition) bool { return d.Derived() && d.Hidden == "" }

// inward says that a target is no end of a flow, but only on the way to others.
func (fl *flows) inward(target int32) bool {
	t := &fl.targets[target]
	return t.val == nil && t.option.Own()
}

// ofRoot is a path by its names, with what it starts from before them.
func (fl *flows) ofRoot(p *eval.Path) []string {
	n, ok := fl.roots[p.Root]
	if !ok {
		if fl.roots == nil {
			fl.roots = map[*eval.Root]string{}
		}
		n = "\x01" + intText(int64(len(fl.roots)))
		fl.roots[p.Root] = n
	}
	return append([]string{n}, p.Segments()...)
}

// inOf is the set of configurations that a definition holds in.
func (fl *flows) inOf(d *eval.Definition) *ConfSet {
	if len(d.In) == 0 {
		return nil
	}
	return fl.confs.intern(slices.Clone(d.In))
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
			if o.Path.Parent == nil && !o.Path.Own() || fl.central(o.Path) {
				continue
			}
			r := fl.reads[o.Path]
			if r == nil {
				r = &readers{}
				fl.reads[o.Path] = r
				fl.trie.add(fl.ofRoot(o.Path), o.Path)
			}
			r.from = append(r.from, derived{d, o})
		}
	}
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
		if i > 0 && !f.group && !f.wild && !(d.Apply && hasHole(d.Path.Name)) {
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
	in := fl.inOf(d)
	for _, from := range fl.sources(o) {
		for _, to := range targets {
			across := !o.Of.Empty()
			if from == to && !across {
				continue
			}
			e := &edge{from: from, to: to, kind: kind, def: d, origin: o, in: in, across: across}
			if across {
				e.of = fl.vs.setOf(o.Of)
			}
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
	if e.from.val != nil {
		fl.out[e.from.val] = append(fl.out[e.from.val], e)
		return
	}
	r := fl.reads[e.from.option]
	r.edges = append(r.edges, e)
}

// sources are the values, or the option, that an origin stands for.
func (fl *flows) sources(o eval.Origin) []vertex {
	key := sourceKey{o.Path, o.Names, o.Guard, o.Asks == eval.Size}
	out, again := fl.sourcesOf[key]
	if !again {
		out = fl.look(o)
		if fl.sourcesOf == nil {
			fl.sourcesOf = map[sourceKey][]vertex{}
		}
		fl.sourcesOf[key] = out
	}
	return out
}

// sourceKey is what of an origin decides what it stands for.
type sourceKey struct {
	path               *eval.Path
	names, guard, size bool
}

// look finds the values, or the option, that an origin stands for.
func (fl *flows) look(o eval.Origin) []vertex {
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
		if o.Asks == eval.Size {
			vals = atDepth(vals, len(segs))
		}
	}
	out := make([]vertex, len(vals))
	for i, v := range vals {
		out[i] = vertex{val: v}
	}
	return out
}

// atDepth leaves of what a path stands for what has as many names: how many members there are, is not told by what they hold.
// All, where nothing has.
func atDepth(vals []*Value, depth int) []*Value {
	var some []*Value
	for _, v := range vals {
		if len(v.Segments) == depth {
			some = append(some, v)
		}
	}
	if len(some) == 0 {
		return vals
	}
	return some
}

// text is a vertex as option paths show it.
func (fl *flows) text(v vertex) string {
	if v.val != nil {
		return v.val.Path
	}
	return pathText(v.option.Segments())
}

// ofOthers tells of which configurations something is read that may be others.
func (fl *flows) ofOthers(of *ConfSet) string {
	const most = 3
	names := fl.vs.namesOf(of)
	if len(names) > most {
		return " of " + intText(int64(len(names))) + " configurations"
	}
	return " of " + strings.Join(names, ", ")
}

// steps tell the way along one edge: the read, the names it goes through, the definition.
func (fl *flows) steps(e *edge) []Step {
	var out []Step
	if rd := e.origin.Read; rd != nil {
		what := "reads " + pathText(e.origin.Path.Segments())
		if e.across {
			what += fl.ofOthers(e.of)
		}
		out = append(out, Step{what, PlaceIn(rd.File, rd.Span)})
	}
	for _, s := range fl.ev.Way(e.origin) {
		if s.File == nil {
			continue
		}
		if step := (Step{s.What, PlaceIn(s.File, s.Span)}); len(out) == 0 || out[len(out)-1] != step {
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
	return append(out, Step{what + fl.text(e.to), PlaceIn(e.def.File, e.def.Span)})
}
