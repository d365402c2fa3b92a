package check

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"nixsink/graph"
	"nixsink/parse"
)

// index is what several checks look up. Checks run side by side: what is made only when asked for is made once, behind a function.
type index struct {
	modules  map[string]*graph.Module      // by file; the file itself before its instances
	layers   map[string]int                // by name: its place in the order
	refs     map[string][]*graph.Reference // by file, in source order
	readers  map[*graph.Value][]*graph.Reference
	values   map[string]*graph.Value
	outlines map[string]func() *outline // by file

	syntaxes map[string]func() *syntax // by file

	spelled func() map[string]bool // paths below an attribute called options
	account func() *account

	deciding      func() map[graph.Place][]*graph.Value // values that decide over the definition at a place
	definitionsOf func() map[string][]*graph.Definition // by option
	defined       func() map[graph.Place]*graph.Definition

	hostNames   func() map[string]bool               // names of machines
	named       func() map[string]bool               // files of a name with _ that are imported by it
	programs    func() map[string]bool               // names of packages, programs and services
	madeOptions func() map[string]making             // by the first name of their paths
	machines    func() map[*graph.Configuration]bool // that are one machine
	importsOf   func() map[string][]*graph.Import    // by the file that imports
	plain       func() *plainDefinitions             // definitions that set one value, and always do
	listed      func() map[string]bool               // files that stand in a list of imports or modules
	inputNames  func() map[string]bool               // by which the tree's flakes know other flakes
	selected    func() *selections                   // names that are selected from something unknown
	byComputed  func() map[string]graph.Place        // registries of which members are read by a computed name
	sharedData  func() map[string]bool               // files of data that are used in more than one way
	palettes    func() map[string]map[bool]int       // by set, how many values are colours, and how many are not
	outside     func() outsideReads                  // options that a command asks a configuration for
	touched     func() map[string]map[string]bool    // services that a file declares or sets something of
	declares    func() map[string]bool               // files that declare a service's switch
	read        func() *readPaths                    // paths that something reads
	setAt       func() map[graph.Place][]string      // last names of what is defined at a place

	secrets    func() *secretFacts
	unitFields func() map[string][]*graph.Definition // below systemd.services, by their names
	stems      func() []string                       // that names of secrets' files are put together from

	readOnly sync.Map // by *parse.File: the places ([]parse.Span) that say of an option that it is not to be set
}

func (p *Pass) build() {
	p.modules = map[string]*graph.Module{}
	p.layers = map[string]int{}
	p.refs = map[string][]*graph.Reference{}
	p.readers = map[*graph.Value][]*graph.Reference{}
	p.values = map[string]*graph.Value{}
	p.outlines = map[string]func() *outline{}
	p.syntaxes = map[string]func() *syntax{}
	p.spelled = sync.OnceValue(p.spelledOptions)
	p.account = sync.OnceValue(p.makeAccount)
	p.deciding = sync.OnceValue(p.makeDeciding)
	p.definitionsOf = sync.OnceValue(p.makeDefinitionsOf)
	p.defined = sync.OnceValue(p.makeDefined)
	p.hostNames = sync.OnceValue(p.makeHostNames)
	p.named = sync.OnceValue(p.namedFiles)
	p.importsOf = sync.OnceValue(func() map[string][]*graph.Import {
		out := map[string][]*graph.Import{}
		for _, im := range p.Graph.Imports {
			out[im.From] = append(out[im.From], im)
		}
		return out
	})
	p.machines = sync.OnceValue(p.makeMachines)
	p.programs = sync.OnceValue(p.makePrograms)
	p.madeOptions = sync.OnceValue(p.makeMadeOptions)
	p.plain = sync.OnceValue(p.makePlain)
	p.listed = sync.OnceValue(p.listedFiles)
	p.inputNames = sync.OnceValue(p.flakeInputs)
	p.selected = sync.OnceValue(p.selectedNames)
	p.byComputed = sync.OnceValue(p.makeComputed)
	p.sharedData = sync.OnceValue(p.makeSharedData)
	p.palettes = sync.OnceValue(p.makePalettes)
	p.outside = sync.OnceValue(p.makeOutside)
	p.touched = sync.OnceValue(p.makeTouched)
	p.declares = sync.OnceValue(p.makeDeclares)
	p.read = sync.OnceValue(p.readPaths)
	p.setAt = sync.OnceValue(p.makeSetAt)
	p.secrets = sync.OnceValue(p.makeSecrets)
	p.unitFields = sync.OnceValue(p.makeUnitFields)
	p.stems = sync.OnceValue(p.makeStems)
	for _, m := range p.Graph.Modules {
		if old := p.modules[m.Path]; old == nil || old.Instance != "" && m.Instance == "" {
			p.modules[m.Path] = m
		}
	}
	for i, name := range p.Graph.Layers {
		p.layers[name] = i
	}
	for _, r := range p.Graph.References {
		p.refs[r.At.File] = append(p.refs[r.At.File], r)
		p.readers[r.Value] = append(p.readers[r.Value], r)
	}
	for _, v := range p.Graph.Values {
		p.values[v.Path] = v
	}
	for name, f := range p.Graph.Files {
		p.outlines[name] = sync.OnceValue(func() *outline { return outlineOf(f) })
		p.syntaxes[name] = sync.OnceValue(func() *syntax { return syntaxOf(f) })
	}
}

// layer is the place in the order of the layer that a file is in; false if it has none or layers have no order.
func (p *Pass) layer(file string) (int, bool) {
	m := p.modules[file]
	if m == nil || m.Layer == "" || !p.Graph.Ordered {
		return 0, false
	}
	i, ok := p.layers[m.Layer]
	return i, ok
}

// files are the names of the parsed files, sorted.
func (p *Pass) files() []string {
	out := make([]string, 0, len(p.Graph.Files))
	for name := range p.Graph.Files {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// place turns a span of a file into a place.
func (p *Pass) place(file string, s parse.Span) graph.Place {
	if f := p.Graph.Files[file]; f != nil {
		return graph.PlaceIn(f, s)
	}
	return graph.Place{File: file, Span: s, Line: 1, Column: 1, EndLine: 1, EndColumn: 1}
}

// top is the place of a file as a whole: its first line.
func (p *Pass) top(file string) graph.Place {
	end := int32(0)
	if f := p.Graph.Files[file]; f != nil {
		end = int32(len(f.Src))
		if i := strings.IndexByte(f.Src, '\n'); i >= 0 {
			end = int32(i)
		}
	}
	return p.place(file, parse.Span{Start: 0, End: end})
}

// complete fills in what every finding has: its anchor, and its end where a check only gave a start.
func (p *Pass) complete(f *Finding) {
	if f.At.EndLine == 0 {
		f.At.EndLine, f.At.EndColumn = f.At.Line, f.At.Column
	}
	if f.Anchor == "" {
		if o := p.outline(f.At.File); o != nil {
			f.Anchor = o.name(f.At.Span)
		}
	}
	slices.SortStableFunc(f.Related[f.Way:], func(a, b Related) int { return graph.ComparePlaces(a.At, b.At) })
}

// described is a value for a message: its path, with its id where it has one.
func described(v *graph.Value) string {
	if len(v.IDs) > 0 {
		return v.Path + " (" + v.IDs[0].Name + ")"
	}
	return v.Path
}

// declared is where a value is declared, as related places.
func declared(v *graph.Value) []Related {
	var out []Related
	for _, at := range v.Declared {
		out = append(out, Related{At: at, Message: v.Path + " is declared here"})
	}
	return out
}

// outline is the bindings of a file, outer ones before those that they hold: what turns offsets into names.
type outline struct {
	bindings []binding
	around   []int // by binding: the innermost one that holds it, -1 for none
}

// binding is an attribute or let binding.
type binding struct {
	parse.Span
	path []parse.AttrName
}

func (p *Pass) outline(file string) *outline {
	if made := p.outlines[file]; made != nil {
		return made()
	}
	return nil
}

// syntax is what a file's tree alone says; nil for a file that was not parsed.
func (p *Pass) syntax(file string) *syntax {
	if made := p.syntaxes[file]; made != nil {
		return made()
	}
	return nil
}

func outlineOf(f *parse.File) *outline {
	o := &outline{}
	last := -1
	parse.Walk(f.Expr, func(n parse.Node) bool {
		if a, ok := n.(*parse.Attr); ok {
			for last >= 0 && !o.bindings[last].Contains(a.Span) {
				last = o.around[last]
			}
			o.bindings = append(o.bindings, binding{a.Span, a.Path})
			o.around = append(o.around, last)
			last = len(o.bindings) - 1
		}
		return true
	})
	return o
}

// name is the full name of the innermost binding that contains s, "" if there is none.
func (o *outline) name(s parse.Span) string { return strings.Join(o.names(s), ".") }

// names are the parts of that name.
func (o *outline) names(s parse.Span) []string {
	var around []binding // those that contain s, which contain each other
	i, _ := slices.BinarySearchFunc(o.bindings, s.Start+1, func(b binding, start int32) int { return cmp.Compare(b.Start, start) })
	for i--; i >= 0; i = o.around[i] {
		if o.bindings[i].Contains(s) {
			around = append(around, o.bindings[i])
		}
	}
	slices.Reverse(around)
	return bindingNames(around)
}

// bindingNames are the names of bindings that contain each other.
func bindingNames(around []binding) []string {
	var sc scope
	for _, b := range around {
		sc = sc.under(b.path)
	}
	return sc.Names
}

func compareNames(a, b string) int { return cmp.Compare(a, b) }

func checkNames(checks []Check) []string {
	var out []string
	for _, c := range checks {
		out = append(out, c.Name)
	}
	return out
}
