package check

import (
	"cmp"
	"slices"
	"sort"
	"strings"

	"nixsink/graph"
	"nixsink/parse"
)

// index is what several checks look up, built once for a run and not changed afterwards.
type index struct {
	modules  map[string]*graph.Module      // by file; the file itself before its instances
	layers   map[string]int                // by name: its place in the order
	refs     map[string][]*graph.Reference // by file, in source order
	readers  map[*graph.Value][]*graph.Reference
	values   map[string]*graph.Value
	outlines map[string]*outline // by file, made when asked for

	spelledOptions map[string]bool // by path, made when asked for
}

func (p *Pass) build() {
	p.modules = map[string]*graph.Module{}
	p.layers = map[string]int{}
	p.refs = map[string][]*graph.Reference{}
	p.readers = map[*graph.Value][]*graph.Reference{}
	p.values = map[string]*graph.Value{}
	p.outlines = map[string]*outline{}
	for _, m := range p.Graph.Modules {
		if old := p.modules[m.Path]; old == nil || old.Instance != "" && m.Instance == "" {
			p.modules[m.Path] = m
		}
	}
	for i, name := range p.Graph.Layers {
		p.layers[name] = i
	}
	for _, r := range p.Graph.References {
		p.refs[r.At.File] = append(p.refs[r.At.File], r)
		p.readers[r.Value] = append(p.readers[r.Value], r)
	}
	for _, v := range p.Graph.Values {
		p.values[v.Path] = v
	}
}

// layer is the place in the order of the layer that a file is in; false if it has none or layers have no order.
func (p *Pass) layer(file string) (int, bool) {
	m := p.modules[file]
	if m == nil || m.Layer == "" || !p.Graph.Ordered {
		return 0, false
	}
	i, ok := p.layers[m.Layer]
	return i, ok
}

// files are the names of the parsed files, sorted.
func (p *Pass) files() []string {
	out := make([]string, 0, len(p.Graph.Files))
	for name := range p.Graph.Files {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// place turns a span of a file into a place.
func (p *Pass) place(file string, s parse.Span) graph.Place {
	at := graph.Place{File: file, Span: s, Line: 1, Column: 1, EndLine: 1, EndColumn: 1}
	if o := p.outline(file); o != nil {
		at.Line, at.Column = o.position(s.Start)
		at.EndLine, at.EndColumn = o.position(s.End)
	}
	return at
}

// top is the place of a file as a whole: its first line.
func (p *Pass) top(file string) graph.Place {
	end := int32(0)
	if f := p.Graph.Files[file]; f != nil {
		end = int32(len(f.Src))
		if i := strings.IndexByte(f.Src, '\n'); i >= 0 {
			end = int32(i)
		}
	}
	return p.place(file, parse.Span{Start: 0, End: end})
}

// complete fills in what every finding has: its anchor, and its end where a check only gave a start.
func (p *Pass) complete(f *Finding) {
	if f.At.EndLine == 0 {
		f.At.EndLine, f.At.EndColumn = f.At.Line, f.At.Column
	}
	if f.Anchor == "" {
		if o := p.outline(f.At.File); o != nil {
			f.Anchor = o.name(f.At.Span)
		}
	}
	slices.SortStableFunc(f.Related, func(a, b Related) int { return comparePlaces(a.At, b.At) })
}

// described is a value for a message: its path, with its id where it has one.
func described(v *graph.Value) string {
	if len(v.IDs) > 0 {
		return v.Path + " (" + v.IDs[0].Name + ")"
	}
	return v.Path
}

// declared is where a value is declared, as related places.
func declared(v *graph.Value) []Related {
	var out []Related
	for _, at := range v.Declared {
		out = append(out, Related{At: at, Message: v.Path + " is declared here"})
	}
	return out
}

// Line breaks of a file and the names of its bindings: what turns offsets into lines and anchors.
type outline struct {
	lines    []int32 // offset of each line's first byte
	bindings []binding
}

// binding is one attribute or let binding with its full name.
type binding struct {
	parse.Span
	name string
}

func (p *Pass) outline(file string) *outline {
	if o, ok := p.outlines[file]; ok {
		return o
	}
	f := p.Graph.Files[file]
	if f == nil {
		return nil
	}
	o := &outline{lines: []int32{0}}
	for i := range len(f.Src) {
		if f.Src[i] == '\n' {
			o.lines = append(o.lines, int32(i)+1)
		}
	}
	walk(f.Expr, scope{}, func(e parse.Expr, sc scope) {
		for _, b := range bindingsOf(e) {
			if a, ok := b.(*parse.Attr); ok {
				o.bindings = append(o.bindings, binding{a.Span, strings.Join(sc.under(a.Path).Names, ".")})
			}
		}
	})
	// Outer bindings come before the inner ones they contain, so the last that contains a span is the innermost.
	slices.SortStableFunc(o.bindings, func(a, b binding) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End)) })
	p.outlines[file] = o
	return o
}

func (o *outline) position(offset int32) (line, column int) {
	i := sort.Search(len(o.lines), func(i int) bool { return o.lines[i] > offset })
	return i, int(offset-o.lines[i-1]) + 1
}

// name is the full name of the innermost binding that contains s, "" if there is none.
func (o *outline) name(s parse.Span) string {
	name := ""
	for _, b := range o.bindings {
		if b.Start > s.Start {
			break
		}
		if b.Contains(s) {
			name = b.name
		}
	}
	return name
}

func comparePlaces(a, b graph.Place) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Span.End, b.Span.End))
}

func compareNames(a, b string) int { return cmp.Compare(a, b) }

func checkNames(checks []Check) []string {
	var out []string
	for _, c := range checks {
		out = append(out, c.Name)
	}
	return out
}
