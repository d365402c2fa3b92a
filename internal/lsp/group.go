package lsp

import (
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/parse"
	"nixsink/render"
)

// groupAt is the group of values that an expression at a position is, as far as the text alone tells: cfg, and config.my.services.web. The span is that of
// the selection up to the name at the cursor.
func (v *view) groupAt(p Position) (path []string, span parse.Span, ok bool) {
	off, ok := v.offset(p)
	f := v.x.Graph.Files[v.name]
	if !ok || f == nil {
		return nil, parse.Span{}, false
	}
	at := parse.Span{Start: int32(off), End: int32(off)}
	var around []parse.Node
	parse.Around(f.Expr, at, func(n parse.Node) { around = append(around, n) })
	r := resolver{g: v.x.Graph, f: f}
	for i := len(around) - 1; i >= 0; i-- {
		switch n := around[i].(type) {
		case *parse.Select:
			base, known := r.path(n.X, around[:i], 0)
			if !known {
				return nil, parse.Span{}, false
			}
			path = slices.Clone(base)
			span = n.X.Range()
			for k := range n.Path {
				if span.End >= at.Start && len(path) > 0 {
					break
				}
				if !n.Path[k].Static() {
					return nil, parse.Span{}, false
				}
				path = append(path, n.Path[k].Name)
				span.End = n.Path[k].End
			}
			return path, span, v.isGroup(path)
		case *parse.Ident:
			if i > 0 {
				if s, is := around[i-1].(*parse.Select); is && s.X == parse.Expr(n) {
					continue // the beginning of a longer selection
				}
			}
			path, ok = r.name(n.Name, around[:i], 0)
			return path, n.Span, ok && v.isGroup(path)
		}
	}
	return nil, parse.Span{}, false
}

// isGroup says whether values lie below a path.
func (v *view) isGroup(path []string) bool {
	return len(path) > 0 && slices.ContainsFunc(v.x.Graph.Values, func(o *graph.Value) bool { return within(o, path) })
}

// within says whether a value lies below a path.
func within(o *graph.Value, path []string) bool {
	return len(o.Segments) > len(path) && slices.Equal(o.Segments[:len(path)], path)
}

// below are the values of a group.
func (v *view) below(path []string) (out []*graph.Value) {
	for _, o := range v.x.Graph.Values {
		if within(o, path) {
			out = append(out, o)
		}
	}
	return out
}

// hoverGroup tells of a group of values.
func (v *view) hoverGroup(p Position) any {
	path, span, ok := v.groupAt(p)
	if !ok {
		return nil
	}
	h := Hover{Contents: MarkupContent{"markdown", render.HoverGroup(strings.Join(path, "."), v.below(path))}}
	if r, ok := v.rangeOf(v.name, span); ok {
		h.Range = &r
	}
	return h
}

// groupDefinition leads to the declarations of a group's values.
func (v *view) groupDefinition(p Position) any {
	path, _, ok := v.groupAt(p)
	if !ok {
		return nil
	}
	var places []graph.Place
	for _, o := range v.below(path) {
		if places = append(places, v.declaredAt(o)...); len(places) > maxPlaces {
			break
		}
	}
	return v.places(places)
}
