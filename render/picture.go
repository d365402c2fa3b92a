package render

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/internal/change"
)

// A kind is what a node of a picture stands for.
type kind uint8

const (
	valueNode kind = iota
	moduleNode
	optionNode
	layerNode
	thingNode // of a view of its own: a host, a way in, a name
)

func (k kind) String() string { return [...]string{"value", "module", "option", "layer", "thing"}[k] }

// A node is one thing in a picture. Identity is the pointer; key is unique, stable text for formats that need a name.
type node struct {
	kind   kind
	key    string   // "value:my.ports.ssh"
	label  string   // what is written on it
	names  []string // everything that people may call it, the full path first
	prefix string   // option: what its label leaves out, for it stands above
	shown  string   // the label as far as there is room, told apart from the others; "" before distinguish
	group  string   // module: its layer; option: its service; value: the namespace it lies in
	folder string   // module: the folder it lies in
	file   string   // where a click leads
	line   int
	tip    []string // lines of the tooltip
	value  *graph.Value
	reads  int    // value: references in all the graph
	holds  int    // how many nodes are folded into it; 0: it is none
	bad    bool   // undeclared value, missing file
	faint  bool   // unreachable module
	high   bool   // brought out by Highlight
	focus  bool   // asked for by Focus: never folded
	whole  bool   // all of a layer is folded into it
	heavy  bool   // it alone is more than a box of its kind on the average: never folded
	column int    // of a flow picture, from the left
	figure string // of a picture of coverage: 4/6
	mark   mark   // in a picture of two states, how it differs
	kept   bool   // it differs, and is never folded
}

// An edge is one way between two nodes. by says how much of each value takes it.
type edge struct {
	from, to  *node
	by        map[*graph.Value]amount
	extra     amount // what belongs to no value: imports
	violation bool   // a lower layer takes from a higher one
	disabled  bool   // a commented-out import
	control   bool   // the value only decides; it is not part of what is defined
	mark      mark   // in a picture of two states, how it differs
}

// An amount is how wide an edge is.
type amount struct{ n, uncovered int }

func (a amount) plus(b amount) amount { return amount{a.n + b.n, a.uncovered + b.uncovered} }

func (e *edge) amount() amount {
	sum := e.extra
	for _, a := range e.by {
		sum = sum.plus(a)
	}
	return sum
}

// A picture is what a view shows, before anything is laid out.
type picture struct {
	view    View
	title   string
	nodes   []*node
	edges   []*edge
	layers  []string // in their order, lowest first
	hosts   int      // of the tree
	folders bool     // layers are just the folders at the top, without an order
	marks   bool     // uncovered reads are marked; not where nobody annotates at all
	notes   []string // what was folded or left out, and how to see it
	was     int      // how many nodes there were before some were folded for want of room; 0: none were
	rules   []string // by which rules they were folded
	empty   string   // why there is nothing to see; "" if there is something
	heading map[kind]string

	room       int            // characters of a label at most, where columns need less of them to fit a page; 0: the usual
	heads      []string       // of a view whose columns are not kinds
	compared   *change.Change // the two states that it shows; nil for one
	sides      [2]string      // what the two columns of layers are
	ofImports  bool           // layers are joined by imports, for no value is read
	tones      map[string]int // the colour of every layer
	namespaces map[string]int // their colours, made when needed
}

// A sketch collects a picture's nodes and edges by name.
type sketch struct {
	*picture
	g       *graph.Graph
	layers  layers
	modules map[string]*graph.Module
	decl    declarations
	nodes   map[string]*node
	edges   map[edgeKey]*edge
}

type edgeKey struct {
	from, to                     *node
	violation, disabled, control bool
}

func newSketch(g *graph.Graph, v View, o Options) *sketch {
	s := &sketch{picture: &picture{view: v, title: o.Title, layers: g.Layers, tones: layerColors(g), folders: !g.Ordered, marks: len(g.Annotations) > 0, hosts: len(g.Hosts())}, g: g, layers: layersOf(g), decl: declarationsOf(g, o.Findings),
		modules: map[string]*graph.Module{}, nodes: map[string]*node{}, edges: map[edgeKey]*edge{}}
	for _, m := range g.Modules {
		if s.modules[m.Path] == nil {
			s.modules[m.Path] = m
		}
	}
	return s
}

// edge gives the edge between two nodes, new if there is none.
func (s *sketch) edge(k edgeKey) *edge {
	e := s.edges[k]
	if e == nil {
		e = &edge{from: k.from, to: k.to, by: map[*graph.Value]amount{}, violation: k.violation, disabled: k.disabled, control: k.control}
		s.edges[k] = e
	}
	return e
}

func (s *sketch) carry(k edgeKey, v *graph.Value, a amount) {
	e := s.edge(k)
	e.by[v] = e.by[v].plus(a)
}

func (s *sketch) value(v *graph.Value) *node {
	key := "value:" + v.Path
	if n := s.nodes[key]; n != nil {
		return n
	}
	at := s.decl.at(v)
	n := &node{kind: valueNode, key: key, label: valueName(v), names: []string{v.Path}, value: v, reads: v.FanOut.Reads,
		group: namespace(v.Path), file: at.File, line: at.Line, bad: s.decl.nowhere[v]}
	for _, id := range v.IDs {
		n.names = append(n.names, id.Name)
	}
	n.tip = append(n.tip, "config."+v.Path, plural(v.FanOut.Reads, "reference", "references")+", "+plural(v.FanOut.Modules, "module", "modules"))
	if v.Default != "" {
		n.tip = append(n.tip, "default "+cut(oneLine(v.Default), 60))
	}
	n.tip = append(n.tip, s.decl.say(v))
	s.nodes[key] = n
	return n
}

// namespace is what a value's path lies in: my.ports for my.ports.ssh.
func namespace(p string) string {
	parts := graph.SplitPath(p)
	return strings.Join(parts[:max(1, len(parts)-1)], ".")
}

func (s *sketch) module(file string) *node {
	key := "module:" + file
	if n := s.nodes[key]; n != nil {
		return n
	}
	n := &node{kind: moduleNode, key: key, names: []string{file}, folder: path.Dir(file), file: file, line: 1, group: s.layers.of[file]}
	n.label = moduleLabel(file, n.group)
	n.tip = append(n.tip, file)
	if m := s.modules[file]; m != nil {
		n.faint = !m.Reachable
		if m.Header != nil && m.Header.Title != "" {
			n.tip = append(n.tip, m.Header.Title)
		}
		if n.faint {
			n.tip = append(n.tip, "not imported from any entry point")
		}
	} else if file != "" {
		n.bad = true
		n.tip = append(n.tip, "no such file")
		if top, _, _ := strings.Cut(file, "/"); slices.Contains(s.g.Layers, top) {
			n.group = top
			n.label = moduleLabel(file, top)
		}
	}
	s.nodes[key] = n
	return n
}

// moduleLabel shortens a module's path to what tells it apart within its layer: media/sonarr for
// 20-services/media/sonarr.nix, media/ for its default.nix.
func moduleLabel(file, layer string) string {
	l := strings.TrimSuffix(file, ".nix")
	if rest, ok := strings.CutPrefix(l, layer+"/"); ok && layer != "" {
		l = rest
	}
	if dir, ok := strings.CutSuffix(l, "/default"); ok {
		l = dir + "/"
	}
	return l
}

// short is a node's label where its layer stands around it: what is folded is called by its whole folder.
func (n *node) short() string {
	if n.whole {
		return n.group
	}
	if rest, ok := strings.CutPrefix(n.label, n.group+"/"); ok && n.kind == moduleNode && n.group != "" {
		return cmp.Or(strings.TrimSpace(rest), "others") // beside folders that stand for themselves
	}
	return n.label
}

// wholes marks the nodes that all of a layer is folded into: they need no band around them.
func (p *picture) wholes() {
	members := map[string]int{}
	for _, n := range p.nodes {
		if n.kind == moduleNode {
			members[n.group]++
		}
	}
	for _, n := range p.nodes {
		n.whole = n.kind == moduleNode && n.holds > 0 && n.group != "" && members[n.group] == 1
	}
}

func (s *sketch) option(o string, at graph.Place) *node {
	key := "option:" + o
	if n := s.nodes[key]; n != nil {
		return n
	}
	name, rest := serviceOf(o)
	n := &node{kind: optionNode, key: key, label: rest, names: []string{o}, group: name, file: at.File, line: at.Line, tip: []string{o}}
	if rest == "" {
		n.label = o
	}
	s.nodes[key] = n
	return n
}

func (s *sketch) layer(name, side string, column int) *node {
	key := "layer:" + side + name
	if n := s.nodes[key]; n != nil {
		return n
	}
	n := &node{kind: layerNode, key: key, label: name, names: []string{name}, group: name, column: column}
	if name == "" {
		n.label = "(no " + s.groupName() + ")"
	}
	modules, lines := 0, 0
	for file, l := range s.layers.of {
		if l == name {
			modules++
			lines += s.modules[file].Lines
		}
	}
	n.tip = []string{n.label, plural(modules, "module", "modules") + ", " + plural(lines, "line", "lines")}
	s.nodes[key] = n
	return n
}

// finish sorts what was collected into the picture.
func (s *sketch) finish() *picture {
	p := s.picture
	p.nodes = slices.SortedFunc(maps.Values(s.nodes), func(a, b *node) int { return strings.Compare(a.key, b.key) })
	p.edges = slices.SortedFunc(maps.Values(s.edges), compareEdges)
	return p
}

func compareEdges(a, b *edge) int {
	flag := func(e *edge) int {
		n := 0
		for i, f := range []bool{e.violation, e.disabled, e.control} {
			if f {
				n |= 1 << i
			}
		}
		return n
	}
	return cmp.Or(strings.Compare(a.from.key, b.from.key), strings.Compare(a.to.key, b.to.key), cmp.Compare(flag(a), flag(b)))
}

// layerOrder gives a layer its place among all: those without an order last.
func (p *picture) layerOrder(name string) int {
	if i := slices.Index(p.layers, name); i >= 0 {
		return i
	}
	return len(p.layers)
}
