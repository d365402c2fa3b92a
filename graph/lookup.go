package graph

import (
	"slices"
	"strings"

	"nixsink/parse"
)

// Text is the source at a place; "" where there is none: a file that was not read, a place in none. It is the way from a place to its text, since a span says
// nothing without its file.
func (g *Graph) Text(p Place) string {
	f := g.Files[p.File]
	if f == nil || p.Span.Start < 0 || p.Span.Start > p.Span.End || int(p.Span.End) > len(f.Src) {
		return ""
	}
	return f.Text(p.Span)
}

// RightSide is what a binding is set to: 22 of ssh = 22. Any other place stays what it is.
func (g *Graph) RightSide(p Place) Place {
	f := g.Files[p.File]
	if f == nil || g.Text(p) == "" {
		return p
	}
	whole := p.Span
	parse.Around(f.Expr, whole, func(n parse.Node) {
		if a, ok := n.(*parse.Attr); ok && a.Span == whole {
			p = PlaceIn(f, a.Value.Range())
		}
	})
	return p
}

// Lookup finds the value with this id or path; config. before a path may be there or not, and case matters only where
// two values differ in nothing else. nil if there is none.
func (g *Graph) Lookup(idOrPath string) *Value {
	name := plainPath(strings.TrimSpace(idOrPath))
	for _, same := range []func(a, b string) bool{func(a, b string) bool { return a == b }, strings.EqualFold} {
		for _, v := range g.Values {
			if same(v.Path, name) || slices.ContainsFunc(v.IDs, func(id ID) bool { return same(id.Name, name) }) {
				return v
			}
		}
	}
	// An id that nobody wrote yet still names its value by the rules; so does a registry's member.
	b := binder{g: g, rules: g.IDRules, byPath: map[string]*Value{}}
	for _, v := range g.Values {
		b.byPath[v.Path] = v
	}
	return b.ruled(name)
}

// RootNames are the namespaces of a graph, so that another analysis has the same: options, and module arguments.
func (g *Graph) RootNames() (options, arguments []string) {
	for _, r := range g.Roots {
		if r.Argument {
			arguments = append(arguments, r.Path)
		} else {
			options = append(options, r.Path)
		}
	}
	return options, arguments
}
