package graph

import (
	"cmp"
	"slices"
	"strings"

	"nixsink/parse"
)

// measure fills in what follows from the finished flows: what the files say of themselves, what the annotations are
// worth, coverage, fan-out and rank. It changes nothing that the engine found out.
func measure(g *Graph, t *tree, opts Options) {
	g.IDRules = rulesFor(g, opts.IDRules)
	measureModules(g, t)
	measureLayers(g, opts.Layers)
	slices.SortStableFunc(g.Imports, func(a, b *Import) int {
		return cmp.Or(ComparePlaces(a.At, b.At), strings.Compare(a.To, b.To))
	})
	g.Annotations = annotationsOf(t)
	g.Problems = append(g.Problems, malformed(g.Annotations)...)
	spans := newSpanIndex(g, t)
	ids := bindIDs(g, spans, opts.Aliases)
	judge(g, spans, ids)
	measureCoverage(g, spans)
	measureFanOut(g)
	measureRank(g, opts.CriticalMin)
}

// nameIDs binds the ids that people write to values, and measures nothing.
func nameIDs(g *Graph, t *tree, opts Options) {
	g.IDRules = rulesFor(g, opts.IDRules)
	g.Annotations = annotationsOf(t)
	bindIDs(g, newSpanIndex(g, t), opts.Aliases)
}

// measureModules fills in what a module's file says of itself.
func measureModules(g *Graph, t *tree) {
	options := map[string]int{}
	described := map[string]int{}
	for _, o := range g.Declared {
		options[o.At.File]++
		if o.Description != "" {
			described[o.At.File]++
		}
	}
	for _, m := range g.Modules {
		f := t.byName[m.Path]
		if f == nil {
			continue
		}
		m.Lines = f.LineCount()
		m.Header, m.Documented = t.notes[m.Path].header, t.notes[m.Path].documented
		m.Options, m.OptionsDocumented = options[m.Path], described[m.Path]
	}
}

// annotationsOf collects the annotations of all files, in source order.
func annotationsOf(t *tree) []*Annotation {
	var all []*Annotation
	for _, f := range t.files {
		for _, a := range t.notes[f.Name].annotations {
			all = append(all, &Annotation{Annotation: a, File: f.Name, At: PlaceIn(f, a.Span), Anchor: PlaceIn(f, a.Anchor.Span)})
		}
	}
	slices.SortStableFunc(all, func(a, b *Annotation) int { return ComparePlaces(a.At, b.At) })
	return all
}

func malformed(annotations []*Annotation) []Problem {
	var problems []Problem
	for _, a := range annotations {
		if a.Malformed != "" {
			problems = append(problems, Problem{At: a.At, Msg: a.Malformed, Kind: "annotation"})
		}
	}
	return problems
}

// ComparePlaces sorts by file and offset.
func ComparePlaces(a, b Place) int {
	return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Span.End, b.Span.End))
}

// measureFanOut counts how widely each value is used. A guard only asks whether a value is there: it is no read.
func measureFanOut(g *Graph) {
	type set map[string]bool
	files := map[*Value]set{}
	for _, v := range g.Values {
		v.FanOut = FanOut{}
	}
	for _, r := range g.References {
		if r.Kind != Guard {
			r.Value.FanOut.Reads++
			if files[r.Value] == nil {
				files[r.Value] = set{}
			}
			files[r.Value][r.At.File] = true
		}
	}
	for _, v := range g.Values {
		v.FanOut.Modules = len(files[v])
		v.FanOut.Sinks, v.FanOut.Reach = g.Flows.tallied(v)
	}
}

// spanIndex answers which reads, declarations and definitions stand within a span of a file.
type spanIndex struct {
	refs       map[string][]*Reference // by file of the read
	via        map[string][]*Reference // by file of the let binding it reads through
	declared   map[string][]*Value     // by file of a declaration
	defined    map[string][]*Definition
	unresolved map[string][]*Unresolved
	flows      map[string][]*Flow // direct data and key flows, by file of the definition
	values     map[string]*Value
	uses       map[string][]use // by file, as they are asked for
	tree       *tree
}

func newSpanIndex(g *Graph, t *tree) *spanIndex {
	x := &spanIndex{
		tree: t, uses: map[string][]use{},
		refs: map[string][]*Reference{}, via: map[string][]*Reference{}, declared: map[string][]*Value{},
		defined: map[string][]*Definition{}, unresolved: map[string][]*Unresolved{}, flows: map[string][]*Flow{},
		values: map[string]*Value{},
	}
	for _, v := range g.Values {
		x.values[v.Path] = v
		for i, p := range v.Declared {
			if !slices.ContainsFunc(v.Declared[:i], func(q Place) bool { return q.File == p.File }) {
				x.declared[p.File] = append(x.declared[p.File], v)
			}
		}
	}
	for _, r := range g.References {
		x.refs[r.At.File] = append(x.refs[r.At.File], r)
		if r.ViaAt.File != "" {
			x.via[r.ViaAt.File] = append(x.via[r.ViaAt.File], r)
		}
	}
	for _, d := range g.Definitions {
		if x.values[d.Option] != nil {
			x.defined[d.At.File] = append(x.defined[d.At.File], d)
		}
	}
	for _, u := range g.Unresolved {
		x.unresolved[u.At.File] = append(x.unresolved[u.At.File], u)
	}
	for _, f := range g.Flows.Direct() {
		if f.Kind == Data || f.Kind == Key {
			x.flows[f.At.File] = append(x.flows[f.At.File], f)
		}
	}
	return x
}

// references gives the reads that an annotation's anchor contains, and those that read through a let binding in it.
func (x *spanIndex) references(a *Annotation) []*Reference {
	var in []*Reference
	for _, r := range x.refs[a.File] {
		if a.Anchor.Span.Contains(r.At.Span) {
			in = append(in, r)
		}
	}
	for _, r := range x.via[a.File] {
		if readsThrough(r, a) && (r.At.File != a.File || !a.Anchor.Span.Contains(r.At.Span)) {
			in = append(in, r)
		}
	}
	return in
}

// readsThrough reports whether an annotation stands at the let binding through which r reads.
func readsThrough(r *Reference, a *Annotation) bool {
	return r.ViaAt.File == a.File && a.Annotation.Anchor.Kind == parse.AnchorBinding && a.Anchor.Span.Contains(r.ViaAt.Span)
}

// readIn is the distinct values that are read at an annotation's anchor.
func (x *spanIndex) readIn(a *Annotation) []*Value {
	var values []*Value
	for _, r := range x.references(a) {
		if !slices.Contains(values, r.Value) {
			values = append(values, r.Value)
		}
	}
	return values
}

// usedIn is the distinct values that are read at an annotation's anchor; and those that it uses without reading them
// itself, through variables, or that are part of what is defined there.
func (x *spanIndex) usedIn(a *Annotation) []*Value {
	values := x.readIn(a)
	if a.Annotation.Anchor.Kind == parse.AnchorFile {
		return values
	}
	used := x.throughLets(a.File, a.Anchor.Span)
	for _, f := range x.flows[a.File] {
		if a.Anchor.Span.Contains(f.At.Span) {
			used = append(used, f.From)
		}
	}
	return uniqueValues(append(values, used...))
}

// declaredIn is the distinct values with a declaration within a span.
func (x *spanIndex) declaredIn(file string, span parse.Span) []*Value {
	var values []*Value
	for _, v := range x.declared[file] {
		if slices.ContainsFunc(v.Declared, func(p Place) bool { return p.File == file && span.Contains(p.Span) }) {
			values = append(values, v)
		}
	}
	return values
}

// setIn is the distinct values that are defined within a span.
func (x *spanIndex) setIn(file string, span parse.Span) []*Value {
	var values []*Value
	for _, d := range x.defined[file] {
		if v := x.values[d.Option]; span.Contains(d.At.Span) && !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	return values
}

// unresolvedIn is the references within a span that could not be resolved.
func (x *spanIndex) unresolvedIn(file string, span parse.Span) []*Unresolved {
	var in []*Unresolved
	for _, u := range x.unresolved[file] {
		if span.Contains(u.At.Span) {
			in = append(in, u)
		}
	}
	return in
}
