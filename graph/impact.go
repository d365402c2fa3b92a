package graph

import (
	"maps"
	"slices"
	"strings"
)

// Impact is what is affected when files or values change.
type Impact struct {
	Values  []*Value // sorted by path; the changed ones among them
	Modules []string // files that change or read one of the values, sorted
	Options []string // options outside the roots that may get another value, sorted
	In      *ConfSet // the configurations that the change reaches
}

// Impact follows a change: from files to the values and options that they declare and define, and from files of
// functions and data to the files that import them; from values along their flows, and to whoever reads them.
func (n *Net) Impact(files []string, values []*Value) Impact {
	w := impact{n: n, readers: map[*Value][]string{}, values: map[*Value]bool{}, modules: map[string]bool{}, options: map[string]bool{}}
	for _, r := range n.g.References {
		w.readers[r.Value] = append(w.readers[r.Value], r.At.File)
	}
	for _, file := range files {
		w.file(file)
	}
	for _, v := range values {
		w.value(v)
	}
	result := Impact{Values: slices.Collect(maps.Keys(w.values)), Modules: slices.Sorted(maps.Keys(w.modules)), Options: slices.Sorted(maps.Keys(w.options))}
	slices.SortFunc(result.Values, func(a, b *Value) int { return strings.Compare(a.Path, b.Path) })
	result.In = n.reached(files, values, result)
	return result
}

// reached are the configurations that files take part in, and those that read one of the values asked about. A file of one host reaches
// another one, too, where that reads what the first is set to.
func (n *Net) reached(files []string, values []*Value, found Impact) *ConfSet {
	g := n.g
	if g.confs == nil {
		return nil
	}
	in := g.confs.None()
	for _, m := range g.Modules {
		if slices.Contains(files, m.Path) {
			in = g.Union(in, m.In)
		}
	}
	changed := map[*Value]bool{}
	for _, v := range found.Values {
		changed[v] = true
	}
	for _, r := range g.References {
		if slices.Contains(values, r.Value) || changed[r.Value] && g.ofAnother(r) {
			in = g.Union(in, r.In)
		}
	}
	return in
}

// ofAnother says that a read is of another configuration than the one that its module takes part in: self.nixosConfigurations.db.config.my.port.
func (g *Graph) ofAnother(r *Reference) bool {
	for _, at := range []Place{r.At, r.ViaAt} {
		if strings.Contains(g.Text(at), "Configurations.") {
			return true
		}
	}
	return false
}

// impact is a walk under way.
type impact struct {
	n       *Net
	readers map[*Value][]string // by file
	values  map[*Value]bool
	modules map[string]bool // by file; true once it counts as changed, false for a mere reader
	options map[string]bool
}

func (w *impact) file(file string) {
	if w.modules[file] {
		return
	}
	w.modules[file] = true
	for _, v := range w.n.g.Values {
		if slices.ContainsFunc(v.Declared, func(p Place) bool { return p.File == file }) {
			w.value(v)
		}
	}
	if node := w.n.modules[file]; node != nil {
		for _, e := range w.n.edges[node.id] {
			switch {
			case e.Kind != Defines:
			case e.To.Value != nil:
				w.value(e.To.Value)
			default:
				w.options[e.To.Option] = true
			}
		}
	}
	if !w.n.passedOn(file) {
		return
	}
	for _, i := range w.n.g.Imports {
		if i.To == file && !i.Disabled {
			w.file(i.From)
		}
	}
}

// passedOn reports whether a file's contents become a part of the files that import it, as those of a function or of
// data do. A module stands for itself.
func (n *Net) passedOn(file string) bool {
	return slices.ContainsFunc(n.g.Modules, func(m *Module) bool { return m.Path == file && (m.Role == "helper" || m.Role == "factory") })
}

func (w *impact) value(v *Value) {
	if w.values[v] {
		return
	}
	w.values[v] = true
	for _, file := range w.readers[v] {
		if _, ok := w.modules[file]; !ok {
			w.modules[file] = false
		}
	}
	for _, e := range w.n.edges[w.n.values[v].id] {
		if e.To.Value != nil {
			w.value(e.To.Value)
		} else {
			w.options[e.To.Option] = true
		}
	}
}
