package cli

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/internal/suggest"
)

// findValues returns the values that a name means: an id or a value's path; with config. before it as people paste it.
func findValues(g *graph.Graph, name string) []*graph.Value {
	name = strings.TrimPrefix(name, "config.")
	var out []*graph.Value
	for _, v := range g.Values {
		if v.Path == name || slices.ContainsFunc(v.IDs, func(id graph.ID) bool { return id.Name == name }) {
			out = append(out, v)
		}
	}
	if len(out) > 0 {
		return out
	}
	// Case is no reason to refuse, as long as one value is meant.
	for _, v := range g.Values {
		if strings.EqualFold(v.Path, name) || slices.ContainsFunc(v.IDs, func(id graph.ID) bool { return strings.EqualFold(id.Name, name) }) {
			out = append(out, v)
		}
	}
	return out
}

// valueNames are all ids and paths of values, for suggestions and completion.
func valueNames(g *graph.Graph) []string {
	var names []string
	for _, v := range g.Values {
		for _, id := range v.IDs {
			names = append(names, id.Name)
		}
		names = append(names, v.Path)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// optionNames are all options that the tree defines or that something flows into.
func optionNames(g *graph.Graph) []string {
	var names []string
	for _, d := range g.Definitions {
		names = append(names, d.Option)
	}
	names = append(names, g.Flows.Options()...)
	slices.Sort(names)
	return slices.Compact(names)
}

// knows reports whether a name is a value, a module (or a folder or glob of modules) or an option of the graph.
func knows(g *graph.Graph, name string) bool {
	if strings.ContainsAny(name, "*?[") || len(findValues(g, name)) > 0 {
		return true
	}
	dir := strings.TrimSuffix(name, "/") + "/"
	for _, m := range g.Modules {
		if m.Path == name || m.Instance == name || strings.HasPrefix(m.Path, dir) || m.Layer == name {
			return true
		}
	}
	return slices.ContainsFunc(optionNames(g), func(o string) bool { return o == name || strings.HasPrefix(o, name+".") }) ||
		slices.ContainsFunc(g.Values, func(v *graph.Value) bool { return strings.HasPrefix(v.Path, name+".") })
}

// unknownName is the error for a name that nothing in the graph has.
func unknownName(g *graph.Graph, name string) error {
	names := valueNames(g)
	for _, m := range g.Modules {
		names = append(names, m.Path)
	}
	names = append(names, optionNames(g)...)
	slices.Sort(names)
	near := didYouMean(name, slices.Compact(names))
	if near == "" {
		near = didYouMeanEnd(g, name)
	}
	return usagef("nothing is called %q here%s", name, near)
}

// unknownValue is the error for an id or path that no value has.
func unknownValue(g *graph.Graph, name string) error {
	if len(g.Values) == 0 {
		return usagef("no value is called %q: the tree has no central values", name)
	}
	if info, err := os.Stat(name); err == nil && info.IsDir() && strings.ContainsAny(name, `/\`) {
		return usagef("no value is called %q; a folder comes after the value, or with -C", name)
	}
	if near := didYouMean(name, valueNames(g)); near != "" {
		return usagef("no value is called %q%s", name, near)
	}
	return usagef("no value is called %q%s", name, didYouMeanEnd(g, name))
}

// didYouMeanEnd suggests values for a name that leaves out where they are declared, or has an id's prefix where values have no ids:
// user.nme and CFG.user.nme for site.user.name.
func didYouMeanEnd(g *graph.Graph, name string) string {
	for _, r := range g.IDRules {
		name = strings.TrimPrefix(name, r.Prefix)
	}
	n := strings.Count(name, ".") + 1
	paths := map[string]string{} // by their last n segments
	var ends []string
	for _, v := range g.Values {
		if k := len(v.Segments) - n; k > 0 {
			end := strings.Join(v.Segments[k:], ".")
			if paths[end] == "" {
				ends = append(ends, end)
			} else if len(paths[end]) <= len(v.Path) {
				continue // the same option, seen from home-manager
			}
			paths[end] = v.Path
		}
	}
	var near []string
	for _, end := range suggest.List(name, ends, 3) {
		near = append(near, paths[end])
	}
	return orList(near)
}

func didYouMean(name string, names []string) string { return orList(suggest.List(name, names, 3)) }

func orList(near []string) string {
	switch len(near) {
	case 0:
		return ""
	case 1:
		return "; did you mean " + near[0] + "?"
	}
	return fmt.Sprintf("; did you mean %s or %s?", strings.Join(near[:len(near)-1], ", "), near[len(near)-1])
}
