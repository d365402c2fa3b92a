package render

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"nixsink/graph"
)

// Impact is what may change when files or values do.
type Impact struct {
	Asked   []string // what was asked about, as the graph calls it
	Values  []*graph.Value
	Modules []Touched           // that read one of the values, or use one of the files
	Options []string            // that one of the values flows into, or that one of the files defines
	In      *graph.ConfSet      // the configurations that the change reaches
	Owners  map[string][]string // who → files that are changed or affected; nil where nobody is named
	g       *graph.Graph
}

// Touched is a module with the reason why it is affected.
type Touched struct {
	Path string
	Why  []string // "reads CFG.ports.ssh", "imports lib/ports.nix"
}

// NewImpact asks the graph what depends on files and values, and finds a reason for each module.
func NewImpact(g *graph.Graph, files []string, values []*graph.Value) *Impact {
	found := g.Network().Impact(files, values)
	im := &Impact{Asked: slices.Clone(files), Values: found.Values, Options: found.Options, In: found.In, g: g}
	for _, v := range values {
		im.Asked = append(im.Asked, valueName(v))
	}
	affected, changed := map[string]bool{}, map[*graph.Value]bool{}
	for _, m := range found.Modules {
		affected[m] = true
	}
	for _, v := range found.Values {
		changed[v] = true
	}
	held := map[string]bool{} // files whose contents become a part of those that import them
	for _, m := range g.Modules {
		held[m.Path] = held[m.Path] || m.Role == "helper" || m.Role == "factory"
	}
	why := map[string][]string{}
	for _, i := range g.Imports {
		if affected[i.From] && affected[i.To] && held[i.To] && !i.Disabled {
			why[i.From] = append(why[i.From], "uses "+i.To)
		}
	}
	for _, r := range g.References {
		if changed[r.Value] && r.Kind != graph.Guard {
			why[r.At.File] = append(why[r.At.File], "reads "+valueName(r.Value))
		}
	}
	for _, path := range found.Modules {
		if slices.Contains(files, path) {
			continue
		}
		t := Touched{Path: path}
		for _, reason := range why[path] {
			if !slices.Contains(t.Why, reason) {
				t.Why = append(t.Why, reason)
			}
		}
		im.Modules = append(im.Modules, t)
	}
	return im
}

// Files are the modules that are affected.
func (im *Impact) Files() []string {
	var out []string
	for _, m := range im.Modules {
		out = append(out, m.Path)
	}
	return out
}

// Text writes the impact for a terminal.
func (im *Impact) Text(w io.Writer, o Options) error {
	t := &terminal{bufio.NewWriter(w), o.Color, o.Width}
	if t.width == 0 {
		t.width = 100
	}
	fmt.Fprintf(t, "%s: %s, %s, %s\n", t.style(bold, plain(strings.Join(im.Asked, ", "))),
		plural(len(im.Values), "value", "values"), plural(len(im.Modules), "other module", "other modules"), plural(len(im.Options), "option", "options"))
	if len(im.Values) > 0 {
		t.section("Values that may change")
		var rows [][]string
		for _, v := range im.Values {
			name, path := valueName(v), v.Path
			if name == path {
				path = ""
			}
			rows = append(rows, []string{name, path, where(declaredAt(v))})
		}
		t.table(rows)
	}
	if len(im.Modules) > 0 {
		t.section("Modules that read or use it")
		var rows [][]string
		for _, m := range im.Modules {
			rows = append(rows, []string{m.Path, cut(strings.Join(m.Why, ", "), max(30, t.width-len(m.Path)-6))})
		}
		t.table(rows)
	}
	if len(im.Options) > 0 {
		t.section("Options that may change")
		byService := map[string][]string{}
		for _, o := range im.Options {
			name, rest := serviceOf(o)
			byService[name] = append(byService[name], plain(rest))
		}
		wide := 0
		for name := range byService {
			wide = max(wide, len([]rune(plain(name))))
		}
		for _, name := range slices.Sorted(maps.Keys(byService)) {
			shown := plain(name)
			prefix := "  " + t.style(blue, shown) + pad(shown, wide) + "  "
			for i, line := range wrap(byService[name], max(30, t.width-wide-4)) {
				if i > 0 {
					prefix = strings.Repeat(" ", wide+4)
				}
				fmt.Fprintln(t, strings.TrimRight(prefix+line, " "))
			}
		}
	}
	if hosts := len(im.g.Hosts()); hosts > 1 {
		reached := im.g.HostsOf(im.In)
		t.section(fmt.Sprintf("Hosts that it reaches (%s of %s)", count(len(reached)), count(hosts)))
		for _, name := range reached {
			fmt.Fprintf(t, "  %s\n", plain(name))
		}
	}
	t.owners(im.Owners)
	return t.Flush()
}

// JSON writes the impact for programs.
func (im *Impact) JSON(w io.Writer) error {
	str := func(s string) any { return s }
	return encode(w, object{
		"schema": Schema,
		"asked":  list(im.Asked, str),
		"values": list(im.Values, func(v *graph.Value) any { return jsonValue(im.g, v) }),
		"modules": list(im.Modules, func(m Touched) any {
			return object{"path": m.Path, "why": list(m.Why, str)}
		}),
		"options": list(im.Options, str),
		"hosts":   list(im.g.HostsOf(im.In), str),
		"matrix":  object{"host": list(short(im.g.HostsOf(im.In)), str)},
		"owners":  jsonOwners(im.Owners),
	})
}
