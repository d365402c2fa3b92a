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
	Modules []Touched // that read one of the values, or use one of the files
	Options []string  // that one of the values flows into, or that one of the files defines
}

// Touched is a module with the reason why it is affected.
type Touched struct {
	Path string
	Why  []string // "reads CFG.ports.ssh", "imports lib/ports.nix"
}

// NewImpact gathers what depends on the values, and on the files: the values that they declare or set, the files that import them
// for what they hold, and the options that they define.
func NewImpact(g *graph.Graph, files []string, values []*graph.Value) *Impact {
	im := &Impact{Asked: slices.Clone(files)}
	for _, v := range values {
		im.Asked = append(im.Asked, valueName(v))
	}
	changed := map[*graph.Value]bool{}
	for _, v := range values {
		changed[v] = true
	}
	options := map[string]bool{}
	touched := map[string][]string{}
	touch := func(path, why string) {
		if path != "" && !slices.Contains(files, path) && !slices.Contains(touched[path], why) {
			touched[path] = append(touched[path], why)
		}
	}
	asked := func(p graph.Place) bool { return slices.Contains(files, p.File) }

	// A file that is imported for what it holds (a function, a set of data) changes those that use it, and so on upwards. A module that is
	// only listed in imports changes what it defines, not the one that lists it.
	helper := map[string]bool{}
	for _, m := range g.Modules {
		if m.Role == "helper" || m.Role == "factory" {
			helper[m.Path] = true
		}
	}
	for queue := slices.Clone(files); len(queue) > 0; queue = queue[1:] {
		for _, i := range g.Imports {
			if i.To != queue[0] || i.Disabled || !helper[i.To] {
				continue
			}
			before := len(touched[i.From])
			touch(i.From, "uses "+i.To)
			if before == 0 && len(touched[i.From]) > 0 && helper[i.From] {
				queue = append(queue, i.From)
			}
		}
	}

	byPath := map[string]*graph.Value{}
	for _, v := range g.Values {
		byPath[v.Path] = v
		if slices.ContainsFunc(v.Declared, asked) || asked(v.DefaultAt) && v.DefaultAt.File != "" {
			changed[v] = true
		}
	}
	for _, d := range g.Definitions {
		if !asked(d.At) {
			continue
		}
		if v := byPath[d.Option]; v != nil {
			changed[v] = true
		} else {
			options[d.Option] = true
		}
	}

	for _, f := range g.Flows {
		if !changed[f.From] {
			continue
		}
		if f.ToValue == nil {
			options[f.To] = true
		}
	}
	// What a changed value flows into is a value that may change: its readers are affected too.
	reached := maps.Clone(changed)
	for _, f := range g.Flows {
		if changed[f.From] && f.ToValue != nil {
			reached[f.ToValue] = true
		}
	}
	for _, r := range g.References {
		if reached[r.Value] && r.Kind != graph.Guard {
			touch(r.At.File, "reads "+valueName(r.Value))
		}
	}

	for _, v := range g.Values {
		if reached[v] {
			im.Values = append(im.Values, v)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(touched)) {
		im.Modules = append(im.Modules, Touched{path, touched[path]})
	}
	im.Options = slices.Sorted(maps.Keys(options))
	return im
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
	return t.Flush()
}

// JSON writes the impact for programs.
func (im *Impact) JSON(w io.Writer) error {
	str := func(s string) any { return s }
	return encode(w, object{
		"schema": Schema,
		"asked":  list(im.Asked, str),
		"values": list(im.Values, jsonValue),
		"modules": list(im.Modules, func(m Touched) any {
			return object{"path": m.Path, "why": list(m.Why, str)}
		}),
		"options": list(im.Options, str),
	})
}
