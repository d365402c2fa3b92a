package rewrite

import (
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/parse"
)

// declarations makes the slots for values whose declaration does not carry their id.
func (w *writer) declarations() {
	shared := map[graph.Place][]*graph.Value{}
	inFile := map[string][]*graph.Value{}
	for _, v := range w.g.Values {
		system := w.namer.paths[graph.InHome(v.Path)]
		for _, p := range v.Declared {
			// What one text declares for the system and for a home has the system's id.
			if system == nil || system == v || !slices.Contains(system.Declared, p) {
				shared[p] = append(shared[p], v)
			}
			inFile[p.File] = appendNew(inFile[p.File], v)
		}
	}
	byPlace := map[graph.Place]*slot{}
	for _, v := range w.g.Values {
		if w.declared(v) {
			continue
		}
		for _, at := range v.Declared {
			if !slices.Contains(shared[at], v) {
				continue
			}
			id, ok := w.declaredAs(v, at, shared[at])
			if !ok {
				continue
			}
			s := byPlace[at]
			if s == nil {
				if s = w.slot(at); s == nil {
					break
				}
				byPlace[at] = s
				// Only the declaration's own binding says whose id it is; or, of several on one line, the rules.
				c := s.candidate()
				s.dead = !c.item || c.element || declaresOther(inFile[at.File], at.File, c.node, v, len(shared[at]) > 1) &&
					(strings.Contains(w.g.Files[at.File].Text(c.node), "\n") || !w.namer.ruled(id, v))
			}
			if !s.dead {
				s.declares = appendName(s.declares, name{id, []*graph.Value{v}})
				break
			}
		}
	}
}

// declared reports whether an annotation at a declaration of the value names it.
func (w *writer) declared(v *graph.Value) bool {
	return slices.ContainsFunc(v.Declared, func(p graph.Place) bool {
		return slices.ContainsFunc(w.notes[p.File], func(a *graph.Annotation) bool {
			return a.Keyword == parse.SourceID && a.Anchor.Span.Contains(p.Span) && slices.Contains(a.Values, v)
		})
	})
}

// declaredAs is the id to write at one of a value's declarations. A helper that makes options (mkPort = name: mkOption { … }) is not the
// place: its binding bears another name. Where a computed name leads to the declaration, or one text declares for several values, the id has a * for it.
func (w *writer) declaredAs(v *graph.Value, at graph.Place, shared []*graph.Value) (id string, ok bool) {
	f := w.g.Files[at.File]
	if f == nil {
		return "", false
	}
	var path []string // of the bindings around the declaration, from the outside in; "" for a computed name
	parse.Walk(f.Expr, func(n parse.Node) bool {
		if !n.Range().Contains(at.Span) {
			return false
		}
		if a, ok := n.(*parse.Attr); ok {
			for _, s := range a.Path {
				if s.Static() {
					path = append(path, s.Name)
				} else {
					path = append(path, "")
				}
			}
		}
		return true
	})
	if len(path) == 0 {
		return "", false
	}
	id = w.namer.id(v)
	segments := graph.SplitPath(id)
	stars := 0
	for i := 1; i <= min(len(path), len(segments)-1, len(v.Segments)-1); i++ {
		here, own := path[len(path)-i], &segments[len(segments)-i]
		switch {
		case here == "" && v.Segments[len(v.Segments)-i] != "*":
			*own = "*"
			stars++
		case here != strings.Trim(*own, `"`) && here != strings.Trim(v.Segments[len(v.Segments)-i], `"`):
			if i == 1 {
				return "", false
			}
			i = len(path) // options = { … }, config, the body of a function: no part of the name
		}
	}
	if len(shared) > 1 {
		for _, o := range shared {
			others := graph.SplitPath(w.namer.id(o))
			if len(others) != len(segments) || others[len(others)-1] != segments[len(segments)-1] {
				return "", false
			}
			for i, s := range others {
				if segments[i] != "*" && segments[i] != s {
					segments[i] = "*"
					stars++
				}
			}
		}
	}
	if stars == 0 {
		return id, len(shared) == 1
	}
	id = strings.Join(segments, ".")
	return id, slices.Contains(w.namer.matching(id), v)
}

// declaresOther reports whether a span declares one of some values that is neither v nor below it, nor declared by the same text.
func declaresOther(values []*graph.Value, file string, span parse.Span, v *graph.Value, shared bool) bool {
	return slices.ContainsFunc(values, func(o *graph.Value) bool {
		return o != v && !within(o, v) && slices.ContainsFunc(o.Declared, func(p graph.Place) bool {
			return p.File == file && span.Contains(p.Span) && !(shared && lastSegment(o) == lastSegment(v)) && graph.InHome(o.Path) != v.Path
		})
	})
}

func lastSegment(v *graph.Value) string { return v.Segments[len(v.Segments)-1] }
