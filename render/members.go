package render

import (
	"slices"
	"strings"

	"nixsink/graph"
)

// members tells of the literals that set the field of a registry (my.sites.*.port), of which members they are: my.sites.photos.port. A function that
// sets a field of several has one text for all.
type members map[spot][]string

// A spot is a place in a text, however long.
type spot struct {
	file         string
	line, column int
}

func spotOf(p graph.Place) spot { return spot{p.File, p.Line, p.Column} }

func membersOf(g *graph.Graph) members {
	m := members{}
	for _, v := range g.Values {
		if !strings.Contains(v.Path, "*") {
			continue
		}
		for _, l := range v.Literals {
			if !l.Default {
				m[spotOf(l.At)] = nil
			}
		}
	}
	if len(m) == 0 {
		return m
	}
	for _, d := range g.Definitions {
		at := spotOf(d.At)
		if paths, asked := m[at]; asked && !strings.Contains(d.Option, "*") && !slices.Contains(paths, d.Option) {
			m[at] = append(paths, d.Option)
		}
	}
	return m
}

// of are the paths of the members of a value that a literal sets; the value's own path if these are not known, or it is no field of a registry.
func (m members) of(v *graph.Value, l graph.Literal) []string {
	var out []string
	if strings.Contains(v.Path, "*") && !l.Default {
		for _, path := range m[spotOf(l.At)] {
			if fits(v.Segments, graph.SplitPath(path)) {
				out = append(out, path)
			}
		}
	}
	if out == nil {
		return []string{v.Path}
	}
	return out
}

// fits reports whether a path is one that a value with * for unknown names stands for.
func fits(pattern, path []string) bool {
	for i, s := range pattern {
		if i >= len(path) || s != "*" && s != path[i] {
			return false
		}
	}
	return len(pattern) == len(path)
}
