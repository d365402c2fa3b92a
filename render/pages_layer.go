package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"nixsink/graph"
)

const (
	layerModules = 300 // rows of a layer's modules, its values, and the values that it reads
	layerReaders = 12  // modules named in a row
	layerNodes   = 80  // nodes of a layer's picture
	layerPart    = 40  // modules in one table; more are divided by their folders
)

// modules lists the files of a layer, each once.
func (s *site) modules(layer string) []*graph.Module {
	var out []*graph.Module
	for _, m := range s.g.Modules {
		known := slices.Contains(s.g.Layers, m.Layer) && m.Layer != ""
		if m.Instance == "" && (m.Layer == layer && known || layer == "" && !known) {
			out = append(out, m)
		}
	}
	return out
}

// layer is a page about a layer: its modules, the values declared there and those read there.
func (s *site) layer(i int) error {
	l := s.layers[i]
	title := cmp.Or(l, "No layer")
	return s.page("layers/"+s.layerSlugs[i]+".md", title, md(title), func(p *page) error {
		modules := s.modules(l)
		in := map[string]bool{}
		for _, m := range modules {
			in[m.Path] = true
		}
		readsIn, covered, declares := map[string]int{}, map[string]int{}, map[string]int{}
		for _, r := range s.g.References {
			if r.Kind != graph.Guard && in[r.At.File] {
				readsIn[r.At.File]++
				if r.Covered {
					covered[r.At.File]++
				}
			}
		}
		for _, v := range s.g.Values {
			for _, file := range declaringFiles(v) {
				declares[file]++
			}
		}
		lines := 0
		for _, m := range modules {
			lines += m.Lines
		}
		fmt.Fprintf(p, "\n%s, %s.", plural(len(modules), "module", "modules"), plural(lines, "line", "lines"))
		if r := s.g.Coverage.ByLayer[l]; s.annotated && r.Total > 0 {
			fmt.Fprintf(p, " Source-id coverage: %s (%s).", percent(r.Value()), fraction(r, "reads"))
		}
		fmt.Fprintln(p)
		if len(readsIn) > 0 {
			g := *s.g
			g.References = slices.DeleteFunc(slices.Clone(g.References), func(r *graph.Reference) bool { return !in[r.At.File] })
			o := p.o
			o.View, o.Title, o.MaxNodes = "modules", title, layerNodes
			if err := s.picture(p, &g, "layers/"+s.layerSlugs[i]+".svg", "What the modules of "+title+" read", o); err != nil {
				return err
			}
		}
		fmt.Fprint(p, "\n## Modules\n\n")
		shown := modules
		if len(shown) > layerModules {
			shown = slices.DeleteFunc(slices.Clone(modules), func(m *graph.Module) bool { return readsIn[m.Path]+declares[m.Path] == 0 })
			fmt.Fprint(p, "Only those that declare or read a central value.\n\n")
		}
		left := len(shown) - layerModules
		shown = shown[:min(len(shown), layerModules)]
		head := []string{"Module", "Lines", "Declares", "Reads"}
		if s.annotated {
			head = append(head, "With source-id")
		}
		if len(shown) == 0 {
			fmt.Fprint(p, "There are none.\n")
		}
		for n, part := range byParts(shown, 0) {
			rows := [][]string{slices.Clone(head)}
			if slices.ContainsFunc(part.modules, func(m *graph.Module) bool { return about(m) != "" }) {
				rows[0] = append(rows[0], "About")
			}
			for _, m := range part.modules {
				row := []string{p.code(m.Path, graph.Place{File: m.Path, Line: 1}), count(m.Lines), count(declares[m.Path]), count(readsIn[m.Path])}
				if s.annotated {
					row = append(row, count(covered[m.Path]))
				}
				if len(rows[0]) > len(row) {
					row = append(row, md(about(m)))
				}
				rows = append(rows, row)
			}
			if part.folder != "" && len(part.modules) < len(shown) {
				fmt.Fprintf(p, "%s### %s\n\n", map[bool]string{false: "\n"}[n == 0], mdCell(part.folder))
			}
			p.table(rows)
		}
		p.leftOut(left, "more module", "more modules", "nixsink graph --format json")
		s.declaredHere(p, in)
		s.readHere(p, in)
		return nil
	})
}

// A folderPart is the modules of a folder, or those that are left of it.
type folderPart struct {
	folder  string
	modules []*graph.Module
}

// byParts divides a long list of modules by their folders, as deep as it takes. A folder with a few is not told apart.
func byParts(modules []*graph.Module, depth int) []folderPart {
	if len(modules) == 0 {
		return nil
	}
	// All are in the folder that their paths agree on, down to the depth.
	folder := func(m *graph.Module, depth int) string {
		parts := strings.Split(m.Path, "/")
		return strings.Join(parts[:min(depth, len(parts)-1)], "/")
	}
	here := folderPart{folder(modules[0], depth), nil}
	deeper := map[string][]*graph.Module{}
	var order []string
	for _, m := range modules {
		f := folder(m, depth+1)
		if deeper[f] == nil {
			order = append(order, f)
		}
		deeper[f] = append(deeper[f], m)
	}
	if len(modules) <= layerPart || len(order) == 1 && order[0] == here.folder {
		return []folderPart{{here.folder, modules}}
	}
	var out []folderPart
	for _, f := range order {
		if ms := deeper[f]; f != here.folder && (len(ms) >= 5 || len(order) == 1) {
			out = append(out, byParts(ms, depth+1)...)
		} else {
			here.modules = append(here.modules, ms...)
		}
	}
	if len(here.modules) > 0 {
		out = append([]folderPart{here}, out...)
	}
	return out
}

// about is what a module says of itself, and that nothing imports it.
func about(m *graph.Module) string {
	text := ""
	if m.Header != nil {
		text = cmp.Or(m.Header.Summary, m.Header.Title)
	}
	if !m.Reachable {
		text = strings.TrimSpace(text + " (not imported from any entry point)")
	}
	return text
}

func declaringFiles(v *graph.Value) []string {
	var out []string
	for _, d := range v.Declared {
		if !slices.Contains(out, d.File) {
			out = append(out, d.File)
		}
	}
	return out
}

func (s *site) declaredHere(p *page, in map[string]bool) {
	var vs []*graph.Value
	for _, v := range s.g.Values {
		if slices.ContainsFunc(v.Declared, func(d graph.Place) bool { return in[d.File] }) {
			vs = append(vs, v)
		}
	}
	if len(vs) == 0 {
		return
	}
	fmt.Fprint(p, "\n## Declared here\n\n")
	rows := [][]string{{"Value", "Declared", "Reads"}}
	for _, v := range s.most(vs) {
		at := v.Declared[slices.IndexFunc(v.Declared, func(d graph.Place) bool { return in[d.File] })]
		rows = append(rows, []string{s.valueLink(v, "../values/"), p.link(at), count(v.FanOut.Reads)})
	}
	p.table(rows)
	p.leftOut(len(vs)-layerModules, "more value", "more values", "nixsink graph --format json")
}

func (s *site) readHere(p *page, in map[string]bool) {
	counts := map[*graph.Value]int{}
	files := map[*graph.Value][]string{}
	var vs []*graph.Value
	for _, r := range s.g.References {
		if r.Kind == graph.Guard || !in[r.At.File] {
			continue
		}
		if counts[r.Value] == 0 {
			vs = append(vs, r.Value)
		}
		counts[r.Value]++
		files[r.Value] = append(files[r.Value], r.At.File)
	}
	if len(vs) == 0 {
		return
	}
	slices.SortFunc(vs, func(a, b *graph.Value) int { return strings.Compare(a.Path, b.Path) })
	fmt.Fprint(p, "\n## Read here\n\n")
	rows := [][]string{{"Value", "Reads", "By"}}
	for _, v := range s.most(vs) {
		slices.Sort(files[v])
		rows = append(rows, []string{s.valueLink(v, "../values/"), count(counts[v]), p.files(slices.Compact(files[v]))})
	}
	p.table(rows)
	p.leftOut(len(vs)-layerModules, "more value", "more values", "nixsink graph --format json")
}

// most cuts a list of values to what a page may hold: the most read stay, in the order they had.
func (s *site) most(vs []*graph.Value) []*graph.Value {
	if len(vs) <= layerModules {
		return vs
	}
	kept := map[*graph.Value]bool{}
	byRead := slices.Clone(vs)
	slices.SortStableFunc(byRead, byReads)
	for _, v := range byRead[:layerModules] {
		kept[v] = true
	}
	return slices.DeleteFunc(slices.Clone(vs), func(v *graph.Value) bool { return !kept[v] })
}

// files links files, the first few of many.
func (p *page) files(names []string) string {
	var links []string
	for _, f := range names[:min(len(names), layerReaders)] {
		links = append(links, p.code(shortPath(f), graph.Place{File: f, Line: 1}))
	}
	if more := len(names) - layerReaders; more > 0 {
		links = append(links, "and "+count(more)+" more")
	}
	return strings.Join(links, ", ")
}

// shortLink links a place, in a table where the whole path would leave no room for the rest.
func (p *page) shortLink(at graph.Place) string {
	if at.File == "" {
		return "(nowhere)"
	}
	return p.code(fmt.Sprintf("%s:%d", shortPath(at.File), at.Line), at)
}

// shortPath leaves of a long path its last two parts, which tell most.
func shortPath(file string) string {
	parts := strings.Split(file, "/")
	if len(file) <= 28 || len(parts) < 3 {
		return file
	}
	return "…/" + strings.Join(parts[len(parts)-2:], "/")
}
