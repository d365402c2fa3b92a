// Package rename gives a central value another name, and only where it is certain that nothing else changes.
//
// In go a graph and a value; out comes a plan of edits that has been tried: the tree as it would be was analysed, and differs in the name alone.
package rename

import (
	"fmt"
	"maps"
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

// Value gives a value another path, with the ids that are called after it, in the code, in comments and pages, and in others: further files of the tree
// that ids stand in. again analyses the tree as it would be. With alias the old name goes on being read.
func Value(g *graph.Graph, v *graph.Value, to string, alias bool, others []string, again rewrite.Again) (*Renaming, error) {
	names := ids(g, v, to)
	plan, err := rewrite.RenameValue(g, v, graph.SplitPath(to), names, alias)
	if err != nil {
		return nil, err
	}
	r := &Renaming{Plan: plan, Path: to}
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

// ids are the value's path and the ids that are called after it, old and new: those that end as the path does, with all that becomes different of it.
func ids(g *graph.Graph, v *graph.Value, to string) [][2]string {
	out := [][2]string{{v.Path, to}}
	from, segs := v.Segments, graph.SplitPath(to)
	for len(from) > 1 && len(segs) > 1 && from[0] == segs[0] {
		from, segs = from[1:], segs[1:]
	}
	old, now := "."+strings.Join(from, "."), "."+strings.Join(segs, ".")
	// What a rule makes of the new path is what an id means that a rule made of the old one.
	bare := *v
	bare.IDs, bare.Path, bare.Segments = nil, to, graph.SplitPath(to)
	ruled := g.SuggestID(&bare)
	for _, id := range v.IDs {
		rest, ok := strings.CutSuffix(id.Name, old)
		switch {
		case id.Name == v.Path:
		case ok:
			out = append(out, [2]string{id.Name, rest + now})
		case id.Evidence == "rule" && ruled != id.Name:
			out = append(out, [2]string{id.Name, ruled})
		}
	}
	return out
}

// Path is the path that a value gets: to is that, or another last name in its group.
func Path(v *graph.Value, to string) (string, error) {
	segs := graph.SplitPath(strings.TrimPrefix(to, "config."))
	if len(segs) == 1 {
		segs = append(slices.Clone(v.Segments[:len(v.Segments)-1]), segs[0])
	}
	if slices.Equal(segs, v.Segments) {
		return "", fmt.Errorf("it is called that already")
	}
	return strings.Join(segs, "."), nil
}

// beside says what is different beside the name; "" if nothing is.
func beside(g, then *graph.Graph, from, to string, alias bool) string {
	c := change.Make(change.Side{Graph: g}, change.Side{Graph: then}, change.Files{Renamed: map[string]string{from: to}})
	found := false
	copied := map[string]bool{} // files in which a condition stands twice
	for _, v := range c.Values {
		for _, f := range v.Facts {
			copied[f.At.File] = copied[f.At.File] || movedIn(f)
		}
		switch {
		case v.How == change.Renamed && v.Was == from && v.Path == to && !slices.ContainsFunc(v.Facts, func(f change.Fact) bool { return !movedIn(f) }):
			found = true
		case alias && (v.Path == from || v.Path == to):
			found = found || v.Path == to // the old path is there still
		case v.How == change.Added && strings.HasPrefix(from, v.Path+"."):
			for _, r := range then.References {
				if r.Value.Path == v.Path {
					return fmt.Sprintf("nothing is left of %s, which is still named (%s)", v.Path, at(r.At))
				}
			}
			return "nothing is left of " + v.Path
		default:
			return fmt.Sprintf("%s would be %s", v.Path, v.How)
		}
	}
	readers := slices.DeleteFunc(c.Readers, func(r change.Reader) bool { return copied[r.File] && r.Then > 0 && r.Now > r.Then })
	for _, name := range slices.Sorted(maps.Keys(then.Files)) {
		// What is defined twice is an error, too.
		if f, was := then.Files[name], g.Files[name]; was != nil && len(f.Errors) > len(was.Errors) {
			e := f.Errors[len(f.Errors)-1]
			return at(graph.PlaceIn(f, e.Span)) + ": " + e.Msg
		}
	}
	flows, definitions := c.Flows, c.Definitions
	if alias {
		// The old name is an option still, which hands on what it is set to. What reads the value, and what it ends up in, is as it was.
		of := func(path string) bool { return path == from || path == to }
		readers = slices.DeleteFunc(readers, func(r change.Reader) bool { return r.Value == from })
		flows = slices.DeleteFunc(slices.Clone(flows), func(f change.Flow) bool { return f.From == from || f.To == from || of(f.From) && of(f.To) })
		definitions = slices.DeleteFunc(slices.Clone(definitions), func(d change.Definition) bool { return of(d.Option) })
	}
	switch {
	case !found:
		return to + " is not found to be what " + from + " was"
	case len(readers) > 0:
		return fmt.Sprintf("%s would be read otherwise (%s)", readers[0].Value, at(readers[0].At))
	case len(flows) > 0:
		return fmt.Sprintf("the flow %s → %s would be %s", flows[0].From, flows[0].To, flows[0].How)
	case len(definitions) > 0:
		return fmt.Sprintf("the definition of %s would be %s (%s)", definitions[0].Option, definitions[0].How, at(definitions[0].At))
	case len(c.Unresolved) > 0:
		return fmt.Sprintf("%s would be %s as unresolved", c.Unresolved[0].Path, c.Unresolved[0].How)
	case len(c.Hosts) > 0:
		return c.Hosts[0].Name + " would have other modules"
	}
	return ""
}

// movedIn says whether a definition differs in its condition alone, which stands with it now, and around it before: the flows tell that it is the same one.
func movedIn(f change.Fact) bool {
	then, now := f.Then, f.Now
	if i := strings.LastIndex(then, " = "); i > 0 && strings.HasSuffix(now, then[i:]) { // both are known to be the same
		then, now = then[:i], strings.TrimSuffix(now, then[i:])
	}
	cond, ok := strings.CutSuffix(now, then)
	if !ok {
		cond, ok = strings.CutSuffix(now, "("+then+")")
	}
	return f.What == "set" && f.Then != "" && ok && strings.Contains(cond, "mkIf ")
}

// at is "file:line:column".
func at(p graph.Place) string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column) }
