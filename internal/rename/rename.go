// Package rename gives a central value another name, and only where it is certain that nothing else changes.
//
// In go a graph and a value; out comes a plan of edits that has been tried: the tree as it would be was analysed, and differs in the name alone.
package rename

import (
	"fmt"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/internal/change"
	"nixsink/internal/rewrite"
)

// Renaming is a plan that has been tried.
type Renaming struct {
	Plan *rewrite.Plan
	Path string       // the value's new path
	Then *graph.Graph // the tree as it will be
}

// Value renames a value in its group, with the ids that are called after it, in the code, in comments and pages, and in others: further files of the tree
// that ids stand in. again analyses the tree as it would be. With alias the old name goes on being read.
func Value(g *graph.Graph, v *graph.Value, name string, alias bool, others []string, again rewrite.Again) (*Renaming, error) {
	plan, err := rewrite.RenameValue(g, v, name, alias)
	if err != nil {
		return nil, err
	}
	old := v.Segments[len(v.Segments)-1]
	r := &Renaming{Plan: plan, Path: strings.TrimSuffix(v.Path, old) + name}
	// Ids that are called after it go along, and pages that name it.
	names := [][2]string{{v.Path, r.Path}}
	for _, id := range v.IDs {
		if rest, ok := strings.CutSuffix(id.Name, "."+old); ok && id.Name != v.Path {
			names = append(names, [2]string{id.Name, rest + "." + name})
		}
	}
	for _, n := range names {
		ids, err := rewrite.Rename(g, n[0], n[1], others...)
		if err != nil {
			return nil, err
		}
		plan.With(ids)
	}
	if r.Then, err = again(plan.Texts()); err != nil {
		return nil, err
	}
	if why := beside(g, r.Then, v.Path, r.Path, alias); why != "" {
		return nil, fmt.Errorf("%s cannot be renamed with certainty: afterwards %s", v.Path, why)
	}
	return r, nil
}

// Name is the last name that a value gets: to is that, or a path in the same group.
func Name(v *graph.Value, to string) (string, error) {
	segs := graph.SplitPath(strings.TrimPrefix(to, "config."))
	name := segs[len(segs)-1]
	group := v.Segments[:len(v.Segments)-1]
	if len(segs) > 1 && !slices.Equal(segs[:len(segs)-1], group) {
		return "", fmt.Errorf("%s is in another group than %s: a value gets another name in its group only, so far", to, v.Path)
	}
	if name == v.Segments[len(v.Segments)-1] {
		return "", fmt.Errorf("it is called that already")
	}
	return name, nil
}

// beside says what is different beside the name; "" if nothing is.
func beside(g, then *graph.Graph, from, to string, alias bool) string {
	c := change.Make(change.Side{Graph: g}, change.Side{Graph: then}, change.Files{Renamed: map[string]string{from: to}})
	found := false
	for _, v := range c.Values {
		switch {
		case v.How == change.Renamed && v.Was == from && v.Path == to && len(v.Facts) == 0:
			found = true
		case alias && (v.Path == from || v.Path == to):
			found = found || v.Path == to // the old path is there still
		default:
			return fmt.Sprintf("%s would be %s", v.Path, v.How)
		}
	}
	for _, p := range then.Problems {
		if p.Kind == "syntax" {
			return at(p.At) + ": " + p.Msg
		}
	}
	switch {
	case alias && !found:
		return to + " is not found"
	case alias:
		return ""
	case !found:
		return to + " is not found to be what " + from + " was"
	case len(c.Readers) > 0:
		return fmt.Sprintf("%s would be read otherwise (%s)", c.Readers[0].Value, at(c.Readers[0].At))
	case len(c.Flows) > 0:
		return fmt.Sprintf("the flow %s → %s would be %s", c.Flows[0].From, c.Flows[0].To, c.Flows[0].How)
	case len(c.Definitions) > 0:
		return fmt.Sprintf("the definition of %s would be %s (%s)", c.Definitions[0].Option, c.Definitions[0].How, at(c.Definitions[0].At))
	case len(c.Unresolved) > 0:
		return fmt.Sprintf("%s would be %s as unresolved", c.Unresolved[0].Path, c.Unresolved[0].How)
	case len(c.Hosts) > 0:
		return c.Hosts[0].Name + " would have other modules"
	}
	return ""
}

// at is "file:line:column".
func at(p graph.Place) string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column) }
