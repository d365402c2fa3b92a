package graph

import (
	"cmp"
	"slices"
	"strings"

	"nixsink/parse"
)

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
