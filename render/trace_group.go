package render

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"nixsink/graph"
)

// Group finds the values that a name means together: those that a glob matches (CFG.ports.*), or that lie below a namespace (CFG.ports).
func Group(g *graph.Graph, name string) ([]*graph.Value, error) {
	name = strings.TrimPrefix(name, "config.")
	meant := []string{name}
	for _, r := range g.IDRules { // where nobody has written an id yet, its prefix stands for namespaces
		if rest, ok := strings.CutPrefix(name, r.Prefix); ok {
			for _, to := range r.To {
				meant = append(meant, to+rest)
			}
		}
	}
	globs, err := compileGlobs(meant)
	if err != nil {
		return nil, err
	}
	pattern := strings.ContainsAny(name, "*?[")
	var out []*graph.Value
	for _, v := range g.Values {
		n := &node{names: []string{v.Path}}
		for _, id := range v.IDs {
			n.names = append(n.names, id.Name)
		}
		below := func(s string) bool {
			return slices.ContainsFunc(meant, func(m string) bool { return strings.HasPrefix(s, m+".") })
		}
		if pattern && n.matches(globs) || !pattern && slices.ContainsFunc(n.names, below) {
			out = append(out, v)
		}
	}
	slices.SortStableFunc(out, byReads)
	return out, nil
}

// GroupTrace is several values with what reads them and where they end up together.
type GroupTrace struct {
	name    string
	g       *graph.Graph
	values  []*graph.Value
	modules int
	reads   int
	options map[string]map[*graph.Value]bool // the values that reach each option, through others too
}

// NewGroupTrace gathers what the graph knows about values that a name means together.
func NewGroupTrace(g *graph.Graph, name string, values []*graph.Value) *GroupTrace {
	t := &GroupTrace{name: name, g: g, values: values, options: map[string]map[*graph.Value]bool{}}
	modules := map[string]bool{}
	for _, r := range g.References {
		if r.Kind != graph.Guard && slices.Contains(values, r.Value) {
			modules[r.At.File] = true
			t.reads++
		}
	}
	t.modules = len(modules)
	for _, v := range values {
		for _, f := range g.Flows.Of(v) {
			if f.ToValue != nil {
				continue
			}
			if t.options[f.To] == nil {
				t.options[f.To] = map[*graph.Value]bool{}
			}
			t.options[f.To][v] = true
		}
	}
	return t
}

// Text writes the group for a terminal: a line for each value, then a line for each service that they end up in.
func (gt *GroupTrace) Text(w io.Writer, o Options) error {
	t := &terminal{bufio.NewWriter(w), o.Color, o.Width}
	fmt.Fprintf(t, "%s  %s\n\n", t.style(bold, plain(gt.name)), t.style(dim, fmt.Sprintf("%s, %s in %s", plural(len(gt.values), "value", "values"), plural(gt.reads, "reference", "references"), plural(gt.modules, "module", "modules"))))
	rows := [][]string{{"value", "reads", "modules", "options", "declared"}}
	decl := declarationsOf(gt.g, []Finding{})
	for _, v := range gt.values {
		at := "not declared in this tree"
		if p := decl.at(v); p.File != "" {
			at = where(p)
		}
		rows = append(rows, []string{valueName(v), count(v.FanOut.Reads), count(v.FanOut.Modules), count(v.FanOut.Reach), at})
	}
	t.fit(rows, true)
	if len(gt.options) == 0 {
		t.section("They end up in no option that could be followed")
		return t.Flush()
	}
	t.section(fmt.Sprintf("They end up in %s", plural(len(gt.options), "option", "options")))
	services := map[string]map[*graph.Value]bool{}
	of := map[string][]string{}
	for option, values := range gt.options {
		name, rest := serviceOf(option)
		if rest == "" {
			name = option
		}
		if services[name] == nil {
			services[name] = map[*graph.Value]bool{}
		}
		maps.Copy(services[name], values)
		of[name] = append(of[name], option)
	}
	rows = nil
	for _, name := range slices.SortedFunc(maps.Keys(services), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(services[b]), len(services[a])), strings.Compare(a, b))
	}) {
		option, more := name, ""
		if all := of[name]; len(all) == 1 {
			option = all[0]
		} else {
			more = plural(len(all), "option", "options")
		}
		var values []string
		for _, v := range gt.values {
			if services[name][v] {
				values = append(values, valueName(v))
			}
		}
		rows = append(rows, []string{option, more, few(values, 4)})
	}
	t.fit(rows, false)
	return t.Flush()
}

// JSON writes the group for programs: what trace tells of each value.
func (gt *GroupTrace) JSON(w io.Writer) error {
	return encode(w, object{
		"schema": Schema,
		"values": list(gt.values, func(v *graph.Value) any { return NewTrace(gt.g, v).object() }),
		"options": list(slices.Sorted(maps.Keys(gt.options)), func(o string) any {
			var from []string
			for v := range gt.options[o] {
				from = append(from, v.Path)
			}
			slices.Sort(from)
			return object{"option": o, "values": from}
		}),
	})
}
