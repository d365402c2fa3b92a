package render

import (
	"fmt"
	"slices"

	"nixsink/graph"
)

// draw makes the picture that the options ask for: the view, cut down to what was asked for and folded to a size
// that a person can read. fold says whether too large a picture may be folded unasked; exports are for programs and are not.
func draw(g *graph.Graph, o Options, fold bool) (*picture, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	v, err := o.view()
	if err != nil {
		return nil, err
	}
	p, err := sketchView(g, v, o)
	if err != nil {
		return nil, err
	}
	if o.Base != nil {
		then, err := sketchView(o.Base.Then.Graph, v, o)
		if err != nil {
			return nil, err
		}
		if len(p.nodes) > 0 || len(then.nodes) > 0 {
			p.empty = ""
			p.compare(then, o.Base)
			p.aroundChange()
		}
	}
	if g.Empty != "" && len(p.nodes) == 0 && p.compared == nil {
		p.empty = g.Empty
		if h := Hint(g); h != "" {
			p.empty += "; " + h
		}
		return p, nil
	}
	return p, p.cutDown(g, o, fold)
}

// sketchView is all that a view shows of a graph.
func sketchView(g *graph.Graph, v View, o Options) (*picture, error) {
	s := newSketch(g, v, o)
	if v.Name == "layers" && !g.Ordered {
		s.view.Title = "Which folder reads the values of which"
		if o.Base == nil { // of two states, the same folders
			s.regroupLayers()
		}
	}
	switch v.Name {
	case "modules":
		s.reads()
	case "sinks":
		s.reads()
		s.definitions()
		s.through(s.focused(o))
	case "overview":
		s.reads()
		s.definitions()
		s.through(append(s.focused(o), mostRead(g, o)...))
	case "values":
		s.landings()
	case "imports":
		s.imports()
	case "layers":
		s.betweenLayers(o.Layout != "dot")
		if len(s.nodes) == 0 {
			s.importsBetweenLayers(o.Layout != "dot")
		}
	case "exposure":
		s.exposurePicture(o)
	case "secrets":
		s.secretsPicture(o)
	case "hosts":
		if err := s.hostsPicture(o); err != nil {
			return nil, err
		}
	case "registry", "ports":
		if v.Name == "ports" && o.Base == nil {
			return nil, onlySVG(v)
		}
		if err := s.registryPicture(o); err != nil {
			return nil, err
		}
	case "heat":
		if o.Base == nil {
			return nil, onlySVG(v)
		}
		s.coverage()
	default:
		return nil, onlySVG(v)
	}
	return s.finish(), nil
}

func onlySVG(v View) error {
	return usagef("the view %s is drawn as svg only; text, markdown and json show it as a table", v.Name)
}

// coverage draws layer → module with its share of annotated reads, for two states beside each other.
func (s *sketch) coverage() {
	for file, r := range s.g.Coverage.ByModule {
		if r.Total == 0 {
			continue
		}
		layer := s.layer(s.layers.of[file], "", 0)
		m := s.module(file)
		m.column = 1
		v, ok := r.Value()
		m.figure = fmt.Sprintf("%d/%d", r.Covered, r.Total)
		m.tip = append(m.tip, percent(v, ok)+" of the reads carry their source-id, "+fraction(r, "references"))
		s.edge(edgeKey{from: layer, to: m}).extra = amount{n: r.Total, uncovered: r.Total - r.Covered}
	}
}

// mostRead are the values whose ways through others the overview shows: of two states the same ones in both.
func mostRead(g *graph.Graph, o Options) []*graph.Value {
	vs, _ := critical(g, overviewNodes, overviewNodes)
	if o.Base == nil {
		return vs
	}
	for _, side := range []*graph.Graph{o.Base.Then.Graph, o.Base.Now.Graph} {
		theirs, _ := critical(side, overviewNodes, overviewNodes)
		for _, their := range theirs {
			for _, v := range g.Values {
				if v.Path == their.Path && !slices.Contains(vs, v) {
					vs = append(vs, v)
				}
			}
		}
	}
	return vs
}

// cutDown leaves of a picture what was asked for, and folds it to a size that a person can read.
func (p *picture) cutDown(g *graph.Graph, o Options, fold bool) error {
	v := p.view
	if p.empty != "" && len(p.nodes) == 0 {
		return nil
	}
	if len(p.nodes) == 0 {
		p.empty = map[string]string{
			"modules":  "no module reads a central value; the view imports needs none",
			"sinks":    "no central value is read; the view imports needs none",
			"overview": "no central value is read; the view imports needs none",
			"values":   "no central value reaches an option",
			"imports":  "no module imports another one",
			"layers":   "no layer reads a central value; the view imports needs none",
		}[v.Name]
		return nil
	}
	p.gather()
	if err := p.choose(o); err != nil {
		return err
	}
	if v.Name == "overview" && fold && o.MaxNodes >= 0 && len(o.Collapse) == 0 {
		p.overview(g.Ordered, o.MaxNodes)
		p.sayOnce()
		p.wholes()
		p.distinguish(nil)
		return nil
	}
	if err := p.collapse(o, fold); err != nil {
		return err
	}
	if fold && !g.Ordered && (v.Name == "modules" || v.Name == "sinks") {
		p.regroup()
	}
	p.wholes()
	p.distinguish(nil)
	return nil
}

// gather puts an option that is defined whole (users.users) to those within it (users.users.*.shell).
func (p *picture) gather() {
	groups := map[string]bool{}
	for _, n := range p.nodes {
		if n.kind == optionNode {
			groups[n.group] = true
		}
	}
	for _, n := range p.nodes {
		if n.kind == optionNode && n.group != n.names[0] && groups[n.names[0]] {
			n.group, n.label = n.names[0], n.names[0]
		}
	}
}

// reads draws value → module, as wide as the module reads the value.
func (s *sketch) reads() {
	for _, r := range s.g.References {
		if r.Kind == graph.Guard {
			continue
		}
		from, to := s.value(r.Value), s.module(r.At.File)
		to.column = 1
		a := amount{n: 1}
		if s.marks && !r.Covered {
			a.uncovered = 1
		}
		s.carry(edgeKey{from: from, to: to, violation: s.layers.violates(r)}, r.Value, a)
	}
	s.heading = map[kind]string{valueNode: "central values", moduleNode: "modules by " + s.groupName(), optionNode: "options by service"}
}

// groupName is what the groups of modules are: layers, or, where these have no order, no more than folders.
func (p *picture) groupName() string {
	if p.folders {
		return "folder"
	}
	return "layer"
}

// definitions draws module → option, as wide as the number of values that flow into the option there.
func (s *sketch) definitions() {
	type way struct {
		v            *graph.Value
		file, option string
	}
	seen := map[way]graph.FlowKind{}
	var order []way
	at := map[way]graph.Place{}
	for _, f := range s.g.Flows.Direct() {
		if f.ToValue != nil {
			continue
		}
		w := way{f.From, f.At.File, f.To}
		old, ok := seen[w]
		if !ok {
			order = append(order, w)
			at[w] = f.At
		}
		if !ok || kindOrder(f.Kind) < kindOrder(old) {
			seen[w] = f.Kind
		}
	}
	for _, w := range order {
		m, o := s.module(w.file), s.option(w.option, at[w])
		m.column, o.column = 1, 2
		s.carry(edgeKey{from: m, to: o, control: seen[w] == graph.Control}, w.v, amount{n: 1})
		// A definition may stand in another file than the read (a helper that is called with the value): the value takes part there too.
		v := s.value(w.v)
		if s.edges[edgeKey{from: v, to: m}] == nil && s.edges[edgeKey{from: v, to: m, violation: true}] == nil {
			s.carry(edgeKey{from: v, to: m}, w.v, amount{n: 1})
		}
	}
}

// landings draws value → option and value → value.
func (s *sketch) landings() {
	type way struct {
		from *graph.Value
		to   string
	}
	best := map[way]*graph.Flow{}
	var order []way
	for _, f := range s.g.Flows.Direct() {
		w := way{f.From, f.To}
		if old := best[w]; old == nil {
			order = append(order, w)
			best[w] = f
		} else if kindOrder(f.Kind) < kindOrder(old.Kind) {
			best[w] = f
		}
	}
	for _, w := range order {
		f := best[w]
		from := s.value(f.From)
		var to *node
		if f.ToValue != nil {
			to = s.value(f.ToValue)
			if to == from {
				continue
			}
		} else {
			to = s.option(f.To, f.At)
		}
		e := s.edge(edgeKey{from: from, to: to, control: f.Kind == graph.Control})
		e.extra = e.extra.plus(amount{n: 1})
	}
	s.finish().columns()
	s.heading = map[kind]string{valueNode: "central values", optionNode: "options by service"}
}

// imports draws module → module.
func (s *sketch) imports() {
	for _, i := range s.g.Imports {
		if i.External || i.From == i.To {
			continue
		}
		from, to := s.module(i.From), s.module(i.To)
		if i.Missing {
			to.bad = true
		}
		e := s.edge(edgeKey{from: from, to: to, violation: s.layers.above(i.To, i.From), disabled: i.Disabled})
		e.extra = amount{n: 1}
	}
}

// betweenLayers draws layer → layer: whose values are read by whom. Two sides show a layer on the left as it
// declares and on the right as it reads.
func (s *sketch) betweenLayers(twoSides bool) {
	left, right, column := "", "", 0
	if twoSides {
		left, right, column = "declares:", "reads:", 1
	}
	for _, r := range s.g.References {
		if r.Kind == graph.Guard {
			continue
		}
		at := s.decl.at(r.Value)
		layer, nowhere := s.layers.of[at.File], s.decl.nowhere[r.Value]
		switch {
		case nowhere:
			layer = "(declared nowhere)"
		case at.File == "":
			layer = elsewhere
		}
		from := s.layer(layer, left, 0)
		from.bad = nowhere
		to := s.layer(s.layers.of[r.At.File], right, column)
		a := amount{n: 1}
		if s.marks && !r.Covered {
			a.uncovered = 1
		}
		s.carry(edgeKey{from: from, to: to, violation: s.layers.violates(r)}, r.Value, a)
	}
	s.sides = [2]string{"declared in", "read in"}
}

// elsewhere stands for the layer of values that something outside of the tree declares.
const elsewhere = "(not declared here)"

// importsBetweenLayers draws layer → layer: whose modules import whose. It stands in where no central value is read: how the layers
// hang together can be seen all the same.
func (s *sketch) importsBetweenLayers(twoSides bool) {
	left, right, column := "", "", 0
	if twoSides {
		left, right, column = "imports:", "imported:", 1
	}
	for _, i := range s.g.Imports {
		if i.External || i.Missing || i.Disabled || i.From == i.To || s.modules[i.From] == nil || s.modules[i.To] == nil {
			continue
		}
		from, to := s.layer(s.layers.of[i.From], left, 0), s.layer(s.layers.of[i.To], right, column)
		e := s.edge(edgeKey{from: from, to: to, violation: s.layers.above(i.To, i.From)})
		e.extra = e.extra.plus(amount{n: 1})
	}
	if len(s.nodes) == 0 {
		return
	}
	s.ofImports, s.marks = true, false
	s.view.Title = "Which " + s.groupName() + " imports the modules of which"
	s.notes = append(s.notes, "No central value is read here, so this shows imports; --root names another namespace.")
	s.sides = [2]string{"imports", "imported from"}
}

// tooltip says what an edge is, in words.
func (e *edge) tooltip(p *picture) string {
	a := e.amount()
	what := "reads"
	one := "read"
	switch {
	case p.ofImports:
		what, one = "imports", "import"
	case p.view.Name == "imports":
		t := e.from.names[0] + " imports " + e.to.names[0]
		if e.disabled {
			t += " (commented out)"
		}
		if e.violation {
			t += ": a lower layer imports a higher one"
		}
		return t
	case e.to.kind == optionNode || p.view.Name == "values":
		what, one = "values", "value"
		if p.view.Name == "values" {
			what, one = "definitions", "definition"
		}
	}
	t := fmt.Sprintf("%s → %s: %s", e.from.label, e.to.full(), plural(a.n, one, what))
	if a.uncovered > 0 {
		t += fmt.Sprintf(", %d without source-id", a.uncovered)
	}
	if e.control {
		t += " (decides only)"
	}
	if e.violation {
		t += ": a lower layer " + map[bool]string{false: "reads from", true: "imports"}[p.ofImports] + " a higher one"
	}
	return t
}

func (n *node) full() string {
	if n.holds > 0 || n.kind == layerNode {
		return n.prefix + n.label
	}
	return n.names[0]
}
