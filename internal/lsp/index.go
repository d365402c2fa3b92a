package lsp

import (
	"cmp"
	"slices"
	"sync"

	"nixsink/graph"
	"nixsink/internal/resident"
	"nixsink/parse"
	"nixsink/render"
)

// index finds what stands at a place of an analysed tree.
type index struct {
	*resident.State
	values map[string]*graph.Value // by path, those of instances included
	refs   map[string][]*graph.Reference
	reads  map[*graph.Value][]*graph.Reference
	sets   map[*graph.Value][]*graph.Definition
	defs   map[string][]*graph.Definition // by file
	byName map[string][]*graph.Definition // by option
	notes  map[string][]*graph.Annotation
	links  map[string][]*graph.Import
	decls  map[string][]declared
	others map[string][]*graph.Option // options that are no values, by file
	hovers func() *render.Hovers      // made when they are first asked for

	mu    sync.Mutex
	spots map[string][]spot
}

type declared struct {
	value *graph.Value
	at    graph.Place
}

// What stands at a place.
type spotKind uint8

const (
	reads spotKind = iota
	declares
	sets    // gives a value
	names   // an id, or a value's path in a comment
	option  // defines an option that is no value, or names it in a comment
	imports // a file
)

// spot is a span of a file that speaks of something.
type spot struct {
	parse.Span
	kind   spotKind
	value  *graph.Value
	ref    *graph.Reference // of reads
	option string           // an option's path
	note   *graph.Annotation
	to     string     // the file that is imported
	last   parse.Span // of a binding's path its last name
	whole  parse.Span // the binding
}

func newIndex(s *resident.State) *index {
	g := s.Graph
	x := &index{State: s, values: map[string]*graph.Value{}, refs: map[string][]*graph.Reference{}, reads: map[*graph.Value][]*graph.Reference{},
		sets: map[*graph.Value][]*graph.Definition{}, defs: map[string][]*graph.Definition{}, byName: map[string][]*graph.Definition{}, notes: map[string][]*graph.Annotation{},
		links: map[string][]*graph.Import{}, decls: map[string][]declared{}, others: map[string][]*graph.Option{}, spots: map[string][]spot{}}
	x.hovers = sync.OnceValue(func() *render.Hovers { return render.NewHovers(g) })
	for _, v := range g.Values {
		x.values[v.Path] = v
		for _, i := range v.Instances {
			x.values[i.Path] = v
		}
		for _, at := range v.Declared {
			x.decls[at.File] = append(x.decls[at.File], declared{v, at})
		}
	}
	for _, r := range g.References {
		x.refs[r.At.File] = append(x.refs[r.At.File], r)
		x.reads[r.Value] = append(x.reads[r.Value], r)
	}
	for _, d := range g.Definitions {
		x.defs[d.At.File] = append(x.defs[d.At.File], d)
		x.byName[d.Option] = append(x.byName[d.Option], d)
		if v := x.values[d.Option]; v != nil {
			x.sets[v] = append(x.sets[v], d)
		}
	}
	for _, a := range g.Annotations {
		x.notes[a.File] = append(x.notes[a.File], a)
	}
	for _, i := range g.Imports {
		if !i.External && !i.Missing && !i.Disabled {
			x.links[i.At.File] = append(x.links[i.At.File], i)
		}
	}
	for _, o := range g.Declared {
		if x.values[o.Path] == nil {
			x.others[o.At.File] = append(x.others[o.At.File], o)
		}
	}
	return x
}

// in lists what stands in a file, by offset.
func (x *index) in(name string) []spot {
	x.mu.Lock()
	defer x.mu.Unlock()
	if out, ok := x.spots[name]; ok {
		return out
	}
	f := x.Graph.Files[name]
	if f == nil {
		return nil
	}
	var out []spot
	for _, r := range x.refs[name] {
		out = append(out, spot{Span: r.At.Span, kind: reads, value: r.Value, ref: r})
	}
	for _, d := range x.decls[name] {
		if b, ok := parse.BindingAt(f, d.at.Span); ok {
			out = append(out, spot{Span: b.Path, last: b.Last, whole: b.Whole, kind: declares, value: d.value})
		}
	}
	for _, d := range x.defs[name] {
		v := x.values[d.Option]
		if v != nil && slices.ContainsFunc(x.decls[name], func(o declared) bool {
			return o.value == v && (o.at.Span.Contains(d.At.Span) || d.At.Span.Contains(o.at.Span))
		}) {
			continue // a member of a registry, which is declared by being defined
		}
		if b, ok := parse.BindingAt(f, d.At.Span); ok {
			s := spot{Span: b.Path, last: b.Last, whole: b.Whole, kind: option, option: d.Option}
			if v != nil {
				s.kind, s.value = sets, v
			}
			out = append(out, s)
		}
	}
	for _, o := range x.others[name] {
		if b, ok := parse.BindingAt(f, o.At.Span); ok {
			out = append(out, spot{Span: b.Path, last: b.Last, whole: b.Whole, kind: option, option: o.Path})
		}
	}
	for _, a := range x.notes[name] {
		for _, w := range a.IDs {
			out = append(out, spot{Span: w.Span, kind: names, value: x.Graph.Lookup(w.Text), note: a, option: w.Text})
		}
		for _, w := range a.Paths {
			s := spot{Span: w.Span, kind: option, option: w.Text, note: a}
			if v := x.values[w.Text]; v != nil {
				s.kind, s.value = names, v
			}
			out = append(out, s)
		}
	}
	for _, i := range x.links[name] {
		out = append(out, spot{Span: i.At.Span, kind: imports, to: i.To})
	}
	slices.SortStableFunc(out, func(a, b spot) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End)) })
	x.spots[name] = out
	return out
}

// at is what stands at an offset: the smallest of the spots that hold it; of several as small, one that speaks of a value. An offset behind the last
// character is at it still, as a cursor is.
func (x *index) at(name string, off int) (spot, bool) {
	best, found := spot{}, false
	for _, s := range x.in(name) {
		if off < int(s.Start) || off > int(s.End) {
			continue
		}
		inside, was := off < int(s.End), off < int(best.End)
		if !found || inside && !was || inside == was && (s.Len() < best.Len() || s.Len() == best.Len() && best.value == nil) {
			best, found = s, true
		}
	}
	return best, found
}

// all are the spots of the tree that speak of a value, reads that no configuration evaluates among them.
func (x *index) all(v *graph.Value) map[string][]spot {
	out := map[string][]spot{}
	take := func(name string) {
		if _, ok := out[name]; ok {
			return
		}
		out[name] = nil
		for _, s := range x.in(name) {
			if s.value == v {
				out[name] = append(out[name], s)
			}
		}
	}
	for _, r := range x.reads[v] {
		take(r.At.File)
	}
	for _, d := range x.sets[v] {
		take(d.At.File)
	}
	for _, at := range v.Declared {
		take(at.File)
	}
	for _, a := range x.Graph.Annotations {
		if slices.Contains(a.Values, v) {
			take(a.File)
		}
	}
	return out
}
