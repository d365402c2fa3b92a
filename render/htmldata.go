package render

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"

	"nixsink/graph"
)

// An htmlDoc is what the explorer's script gets to see. Files, values and options are named by their index. Every text has been
// through plain: what cannot be seen, or turns the writing direction, is spelled out.
type htmlDoc struct {
	Title      string           `json:"title"`
	Live       string           `json:"live"`
	Hash       string           `json:"hash"`
	Missing    string           `json:"missing,omitempty"` // why not all is here
	Empty      string           `json:"empty"`
	Lines      int              `json:"lines"`
	Roots      []htmlRoot       `json:"roots"`
	Layers     []string         `json:"layers"`
	Colors     []int            `json:"colors"`  // of each layer, as in the pictures
	Ordered    bool             `json:"ordered"` // layers are more than folders
	Metrics    [][]string       `json:"metrics"`
	Coverage   [][]string       `json:"coverage"`
	Files      []*htmlFileOf    `json:"files"`
	Modules    []htmlModule     `json:"modules"`
	Values     []htmlValue      `json:"values"`
	Options    []htmlOption     `json:"options"`
	Hosts      []string         `json:"hosts"` // none in a tree with fewer than two
	Sets       [][]int          `json:"sets"`  // of hosts: what a read, a flow or a module is in
	References []htmlReference  `json:"references"`
	Unresolved []htmlUnresolved `json:"unresolved"`
	Flows      []htmlFlow       `json:"flows"`
	Kinds      []string         `json:"kinds"`
	Names      []string         `json:"names"`
	Texts      []string         `json:"texts"`
	Notes      []htmlAnnotation `json:"annotations"`
	Checks     []string         `json:"checks"`
	Findings   []htmlFindingOf  `json:"findings"`
	Ports      []htmlPort       `json:"ports"`
	Facts      []htmlFact       `json:"facts"`
	Tones      int              `json:"tones"`    // so many colours do layers have
	Heat       []float64        `json:"heat"`     // up to which share each colour of coverage goes
	AllFlows   int              `json:"allFlows"` // more than in Flows if those through others were too many
	AllFinds   int              `json:"allFinds"` // more than in Findings if there were too many
	Nowhere    []int            `json:"nowhere"`  // the values that are read by mistake: nothing declares them
	files      map[string]int   // name → index in Files
	options    map[string]int   // path → index in Options
	names      map[string]int   // path → index in Names
	texts      map[string]int   // what steps say → index in Texts
	sets       map[*graph.ConfSet]int
	g          *graph.Graph
	values     map[*graph.Value]int
	opts       Options
	lines      map[int]map[int]bool // file → lines that an excerpt shows
}

type htmlRoot struct {
	Path     string `json:"path"`
	Argument bool   `json:"argument"` // a module argument, not config.PATH
}

// htmlAt is a file's index and a line.
type htmlAt [2]int

type htmlFileOf struct {
	Path    string        `json:"path"`
	Layer   int           `json:"layer"` // -1: none
	Href    string        `json:"href"`  // with {line} still in it; "" links to nothing
	Excerpt []htmlExcerpt `json:"excerpt"`
}

// htmlExcerpt is a run of source lines.
type htmlExcerpt struct {
	From  int      `json:"from"`
	Lines []string `json:"lines"`
}

type htmlModule struct {
	File       int    `json:"file"`
	Instance   string `json:"instance"`
	Lines      int    `json:"lines"`
	Role       string `json:"role"`
	Reachable  bool   `json:"reachable"`
	Why        string `json:"why"`
	Documented bool   `json:"documented"`
	Title      string `json:"title"`
	Summary    string `json:"summary"`
	In         int    `json:"in"` // its place in htmlDoc.Sets; -1: all hosts
}

// An htmlValue is a row, because there may be thousands: path, ids, places of its declarations, type, default, description, literals, reads, modules,
// sinks, reach, 1 if it is critical.
type htmlValue [12]any

// An htmlOption is a row: path, and how much of it is its service's name.
type htmlOption [2]any

// An htmlReference is a row: value, file, line, kind, 1 if it is covered, via, name, its place in htmlDoc.Sets (-1: all hosts).
type htmlReference [8]any

type htmlUnresolved struct {
	Path   string `json:"path"`
	At     htmlAt `json:"at"`
	Reason string `json:"reason"`
}

// An htmlFlow is a row, because there may be tens of thousands: from, option (-1: it ends in a value), value (-1: it ends in an
// option), the kind's place in htmlDoc.Kinds, file, line, what it goes through as places in htmlDoc.Names, steps, its place in htmlDoc.Sets (-1: all hosts).
type htmlFlow [9]any

// An htmlStep is a row: what, as its place in htmlDoc.Texts, file, line.
type htmlStep [3]any

type htmlAnnotation struct {
	At    htmlAt `json:"at"`
	Text  string `json:"text"`
	State string `json:"state"`
	Why   string `json:"why"`
}

// An htmlFindingOf is a row: the check's place in htmlDoc.Checks, severity, file, line, message.
type htmlFindingOf [5]any

type htmlPort struct {
	Number  int    `json:"number"`
	Value   int    `json:"value"`
	At      htmlAt `json:"at"`
	Readers []int  `json:"readers"` // files
}

type htmlFact struct {
	Text   string          `json:"text"`
	Bad    bool            `json:"bad"`
	Places []htmlFactPlace `json:"places"`
	More   int             `json:"more"` // so many places are not in Places
}

type htmlFactPlace struct {
	Text string `json:"text"`
	At   htmlAt `json:"at"`
}

func newHTMLDoc(g *graph.Graph, o Options) *htmlDoc {
	return newHTMLDocOf(g, o, mostFlows, mostFindings)
}

// newHTMLDocOf is newHTMLDoc with so many flows and findings at most.
func newHTMLDocOf(g *graph.Graph, o Options, flows, findings int) *htmlDoc {
	d := &htmlDoc{Title: plain(o.Title), Hash: g.Source.NARHash, Missing: plain(g.Missing()), Empty: plain(g.Empty), Lines: g.Source.Lines,
		Roots: []htmlRoot{}, Layers: []string{}, Colors: []int{}, Ordered: g.Ordered, Modules: []htmlModule{}, Values: []htmlValue{}, Options: []htmlOption{}, References: []htmlReference{},
		Kinds:      []string{string(graph.Data), string(graph.Key), string(graph.Default), string(graph.Control)}, // as kindOrder counts
		Unresolved: []htmlUnresolved{}, Flows: []htmlFlow{}, Notes: []htmlAnnotation{}, Findings: []htmlFindingOf{}, Metrics: [][]string{}, Coverage: [][]string{},
		Checks: []string{}, Nowhere: []int{}, Ports: []htmlPort{}, Facts: []htmlFact{}, Tones: len(layerTones), AllFlows: g.Flows.Len(), AllFinds: len(o.Findings),
		files: map[string]int{}, options: map[string]int{}, names: map[string]int{}, Names: []string{}, values: map[*graph.Value]int{}, opts: o, lines: map[int]map[int]bool{},
		Hosts: []string{}, Sets: [][]int{}, Texts: []string{}, texts: map[string]int{}, sets: map[*graph.ConfSet]int{}, g: g}
	if hosts := g.Hosts(); len(hosts) > 1 {
		var names []string
		for _, h := range hosts {
			names = append(names, h.Name)
		}
		for i, name := range short(names) {
			if slices.Index(names, names[i]) != i {
				name = fmt.Sprintf("%s (%d)", name, i+1) // made by one text
			}
			d.Hosts = append(d.Hosts, plain(name))
		}
	}
	if d.Title == "" {
		d.Title = "Central values"
	}
	for _, s := range heatSteps {
		d.Heat = append(d.Heat, s.upTo)
	}
	for _, r := range g.Roots {
		d.Roots = append(d.Roots, htmlRoot{plain(r.Path), r.Argument})
	}
	colors := layerColors(g)
	for _, l := range g.Layers {
		d.Layers = append(d.Layers, plain(l))
		d.Colors = append(d.Colors, colors[l])
	}
	for _, m := range Metrics(g, o.Benchmarks) {
		d.Metrics = append(d.Metrics, []string{m.Name, m.Value, m.Benchmark, string(m.Verdict), plain(m.Note)})
	}
	for _, c := range coverageRows(g) {
		d.Coverage = append(d.Coverage, []string{c.name, percent(c.ratio.Value()), fraction(c.ratio, c.of), c.note})
	}
	for i, v := range g.Values {
		d.values[v] = i
	}
	d.modules(g)
	decl := declarationsOf(g, o.Findings)
	for i, v := range g.Values {
		d.value(v, decl.at(v))
		if decl.nowhere[v] {
			d.Nowhere = append(d.Nowhere, i)
		}
	}
	for _, r := range g.References {
		if r.Kind != graph.Guard {
			at := d.at(r.At, 2)
			d.References = append(d.References, htmlReference{d.values[r.Value], at[0], at[1], string(r.Kind), oneIf(r.Covered), plain(r.Via), plain(r.Name), d.set(r.In)})
			d.at(r.ViaAt, 1)
		}
	}
	for _, u := range g.Unresolved {
		d.Unresolved = append(d.Unresolved, htmlUnresolved{plain(u.Path), d.at(u.At, 1), plain(u.Reason)})
	}
	for f := range flowsOnPage(g, flows) {
		d.flow(f)
	}
	for _, a := range g.Annotations {
		text := ""
		if a.Annotation != nil {
			text = a.Spelling + ": " + a.Text
		}
		d.Notes = append(d.Notes, htmlAnnotation{d.at(a.At, 1), plain(text), string(a.State), plain(a.Why)})
	}
	d.findings(o.Findings, findings)
	for _, p := range Ports(g) {
		out := htmlPort{p.Number, d.values[p.Value], d.at(p.At, 1), []int{}}
		for _, r := range p.Readers {
			out.Readers = append(out.Readers, d.file(r))
		}
		d.Ports = append(d.Ports, out)
	}
	for _, f := range Facts(g, o.Findings) {
		out := htmlFact{plain(f.Text), f.Bad, []htmlFactPlace{}, max(0, len(f.Places)-mostPlaces)}
		for _, p := range f.Places[:len(f.Places)-out.More] {
			out.Places = append(out.Places, htmlFactPlace{plain(p.Text), d.at(p.At, 1)})
		}
		d.Facts = append(d.Facts, out)
	}
	d.excerpts(g)
	return d
}

func (d *htmlDoc) modules(g *graph.Graph) {
	for _, m := range g.Modules {
		f := d.file(m.Path)
		if l := slices.Index(g.Layers, m.Layer); l >= 0 && m.Layer != "" {
			d.Files[f].Layer = l
		}
		out := htmlModule{File: f, Instance: plain(m.Instance), Lines: m.Lines, Role: m.Role, Reachable: m.Reachable, Why: plain(m.Why), Documented: m.Documented, In: d.set(m.In)}
		if m.Header != nil {
			out.Title, out.Summary = plain(m.Header.Title), plain(m.Header.Summary)
		}
		d.Modules = append(d.Modules, out)
	}
}

func (d *htmlDoc) value(v *graph.Value, at graph.Place) {
	ids, declared, literals := []string{}, []htmlAt{}, []string{}
	for _, id := range v.IDs {
		ids = append(ids, plain(id.Name))
	}
	for _, p := range v.Declared {
		declared = append(declared, d.at(p, 3))
	}
	if len(declared) == 0 && at.File != "" {
		declared = append(declared, d.at(at, 3)) // of the set that it is a member of
	}
	for _, l := range v.Literals {
		literals = append(literals, plain(cut(l.Text, 200)))
	}
	d.Values = append(d.Values, htmlValue{plain(v.Path), ids, declared, plain(cut(oneLine(v.Type), longestText)), plain(cut(oneLine(v.Default), longestText)), plain(cut(oneLine(v.Description), longestText)),
		literals, v.FanOut.Reads, v.FanOut.Modules, v.FanOut.Sinks, v.FanOut.Reach, oneIf(v.Critical)})
}

// longestText is where a type, a default, a description is cut.
const longestText = 400

// oneIf is 1 for true: shorter than the word, thousands of times.
func oneIf(on bool) int {
	if on {
		return 1
	}
	return 0
}

// set names a set of configurations by the hosts in it; -1 is all of them.
func (d *htmlDoc) set(in *graph.ConfSet) int {
	if len(d.Hosts) == 0 || d.g.Everywhere(in) {
		return -1
	}
	i, ok := d.sets[in]
	if !ok {
		i = len(d.Sets)
		d.sets[in] = i
		hosts := []int{}
		for k, h := range d.g.Hosts() {
			if h.Holds(in) {
				hosts = append(hosts, k)
			}
		}
		d.Sets = append(d.Sets, hosts)
	}
	return i
}

// text names a text that many steps have.
func (d *htmlDoc) text(s string) int {
	i, ok := d.texts[s]
	if !ok {
		i = len(d.Texts)
		d.texts[s] = i
		d.Texts = append(d.Texts, s)
	}
	return i
}

func (d *htmlDoc) flow(f *graph.Flow) {
	option, value := -1, -1
	if f.ToValue != nil {
		value = d.values[f.ToValue]
	} else {
		i, ok := d.options[f.To]
		if !ok {
			i = len(d.Options)
			d.options[f.To] = i
			service, _ := serviceOf(f.To)
			path, n := plain(f.To), plain(service)
			// JavaScript counts in UTF-16; what is no beginning is told in full.
			if strings.HasPrefix(path, n) {
				d.Options = append(d.Options, htmlOption{path, len(utf16.Encode([]rune(n)))})
			} else {
				d.Options = append(d.Options, htmlOption{path, n})
			}
		}
		option = i
	}
	through, steps := []int{}, []htmlStep{}
	for _, t := range f.Through {
		i, ok := d.names[t]
		if !ok {
			i = len(d.Names)
			d.names[t] = i
			d.Names = append(d.Names, plain(t))
		}
		through = append(through, i)
	}
	// A way through other values is the sum of theirs, so that its steps need not be told again.
	if len(f.Through) == 0 {
		for _, s := range f.Way() {
			at := d.at(s.At, 0)
			steps = append(steps, htmlStep{d.text(plain(s.What)), at[0], at[1]})
		}
	}
	at := d.at(f.At, 1)
	d.Flows = append(d.Flows, htmlFlow{d.values[f.From], option, value, kindOrder(f.Kind), at[0], at[1], through, steps, d.set(f.In)})
}

func (d *htmlDoc) file(name string) int {
	i, ok := d.files[name]
	if !ok {
		i = len(d.Files)
		d.files[name] = i
		f := &htmlFileOf{Path: plain(name), Layer: -1, Excerpt: []htmlExcerpt{}}
		if d.opts.href(name, 1) != "" {
			f.Href = strings.ReplaceAll(d.opts.Link, "{file}", escapePath(name))
		}
		d.Files = append(d.Files, f)
	}
	return i
}

// at names a place, and keeps its line with some around it for the excerpts. No place is [-1, 0].
func (d *htmlDoc) at(p graph.Place, around int) htmlAt {
	if p.File == "" {
		return htmlAt{-1, 0}
	}
	f := d.file(p.File)
	if p.Line > 0 {
		if d.lines[f] == nil {
			d.lines[f] = map[int]bool{}
		}
		for l := p.Line - around; l <= p.Line+around; l++ {
			d.lines[f][l] = true
		}
	}
	return htmlAt{f, p.Line}
}
