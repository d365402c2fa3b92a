package render

import (
	"strings"

	"nixsink/graph"
)

// declarations tell of values that no module of the tree declares by their own names what they are: members of an option that holds a set, something
// that comes from elsewhere, or a mistake.
type declarations struct {
	options map[string]graph.Place // by path
	nowhere map[*graph.Value]bool
}

// declarationsOf reads a graph. Whether it is a mistake that nothing declares a value is for the check to say, if checks were made: what
// something that was not followed may declare is none.
func declarationsOf(g *graph.Graph, findings []Finding) declarations {
	d := declarations{map[string]graph.Place{}, map[*graph.Value]bool{}}
	for _, o := range g.Declared {
		if _, seen := d.options[o.Path]; !seen {
			d.options[o.Path] = o.At
		}
	}
	for _, v := range g.Values {
		if at := declaredAt(v); at.File != "" {
			d.options[v.Path] = at
		} else if findings == nil {
			d.nowhere[v] = true
		}
	}
	found := map[spot]bool{}
	for _, f := range findings {
		if f.Check == "undeclared-value" && f.Depends == "" {
			found[spot{f.File, f.Line, f.Column}] = true
		}
	}
	for _, r := range g.References {
		// A finding speaks of all that is read at its place: a loop over services reads the same field of each.
		if len(r.Value.Declared) == 0 && found[spotOf(r.At)] {
			d.nowhere[r.Value] = true
		}
	}
	return d
}

// holder is the option that a value is a member of, and where it is declared; "" if there is none: my.colors of my.colors.red, whose
// members nobody declares one by one.
func (d declarations) holder(v *graph.Value) (string, graph.Place) {
	for n := len(v.Segments) - 1; n > 0; n-- {
		path := strings.Join(v.Segments[:n], ".")
		if at, ok := d.options[path]; ok {
			return path, at
		}
	}
	return "", graph.Place{}
}

// at is where a value, or the option that holds it, is declared; or the zero Place.
func (d declarations) at(v *graph.Value) graph.Place {
	at := declaredAt(v)
	if at.File == "" && !d.nowhere[v] {
		_, at = d.holder(v)
	}
	return at
}

// say tells in words where a value is declared.
func (d declarations) say(v *graph.Value) string {
	at := declaredAt(v)
	if at.File != "" {
		return "declared in " + where(at)
	}
	if d.nowhere[v] {
		return "declared nowhere"
	}
	if path, at := d.holder(v); path != "" {
		return "a member of " + path + ", declared in " + where(at)
	}
	return "not declared in this tree"
}
