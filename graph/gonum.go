package graph

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"gonum.org/v1/gonum/graph"
	"gonum.org/v1/gonum/graph/iterator"
	"gonum.org/v1/gonum/graph/topo"
)

// Net is the graph of values, modules and options that queries walk. Nodes are numbered in a fixed order and
// edges keep what they stand for, so that every answer is the same from run to run.
//
// It hands gonum views of some kinds of edge (see digraph). gonum's own graphs are not used: simple panics when a
// node points at itself, as an option does that is defined by itself, and multi forgets which parallel edge was which.
type Net struct {
	g       *Graph
	nodes   []*Node
	edges   [][]*Edge // by the id of their start
	values  map[*Value]*Node
	modules map[string]*Node
	options map[string]*Node
}

// Node is a value, a module's file or an option.
type Node struct {
	id     int64
	Value  *Value // these three: exactly one is set
	Module string
	Option string
}

// ID makes a Node gonum's.
func (n *Node) ID() int64 { return n.id }

// EdgeKind tells what an edge stands for.
type EdgeKind string

// Kinds of edge.
const (
	Reads   EdgeKind = "reads"   // module → value
	Flows   EdgeKind = "flows"   // value → option or value, directly
	Imports EdgeKind = "imports" // module → module
	Defines EdgeKind = "defines" // module → option or value
)

// Edge is one way from node to node. The field that fits its kind is set.
type Edge struct {
	From, To   *Node
	Kind       EdgeKind
	Reference  *Reference
	Flow       *Flow
	Import     *Import
	Definition *Definition
}

// Network builds the graph that queries walk.
func (g *Graph) Network() *Net { return newNet(g, true) }

func newNet(g *Graph, definitions bool) *Net {
	n := &Net{g: g, values: map[*Value]*Node{}, modules: map[string]*Node{}, options: map[string]*Node{}}
	paths := map[string]*Value{}
	for _, v := range g.Values {
		paths[v.Path] = v
		n.values[v] = n.add(&Node{Value: v})
	}
	for _, m := range g.Modules {
		n.module(m.Path)
	}
	for _, r := range g.References {
		if r.Kind != Guard {
			n.link(&Edge{From: n.module(r.At.File), To: n.values[r.Value], Kind: Reads, Reference: r})
		}
	}
	for _, f := range g.Flows.Direct() { // the walk over them finds the others
		to := n.values[f.ToValue]
		if f.ToValue == nil {
			to = n.option(f.To)
		}
		n.link(&Edge{From: n.values[f.From], To: to, Kind: Flows, Flow: f})
	}
	for _, i := range g.Imports {
		if !i.Disabled && !i.Missing && !i.External {
			n.link(&Edge{From: n.module(i.From), To: n.module(i.To), Kind: Imports, Import: i})
		}
	}
	if definitions {
		for _, d := range g.Definitions {
			to := n.values[paths[d.Option]]
			if to == nil {
				to = n.option(d.Option)
			}
			n.link(&Edge{From: n.module(d.At.File), To: to, Kind: Defines, Definition: d})
		}
	}
	return n
}

func (n *Net) add(node *Node) *Node {
	node.id = int64(len(n.nodes))
	n.nodes = append(n.nodes, node)
	n.edges = append(n.edges, nil)
	return node
}

func (n *Net) module(path string) *Node {
	if n.modules[path] == nil {
		n.modules[path] = n.add(&Node{Module: path})
	}
	return n.modules[path]
}

func (n *Net) option(path string) *Node {
	if n.options[path] == nil {
		n.options[path] = n.add(&Node{Option: path})
	}
	return n.options[path]
}

// link adds an edge, unless it leads to a value that the graph does not list.
func (n *Net) link(e *Edge) {
	if e.From != nil && e.To != nil {
		n.edges[e.From.id] = append(n.edges[e.From.id], e)
	}
}

// Readers is the places that read a value, guards aside, in source order.
func (n *Net) Readers(v *Value) []*Reference {
	var readers []*Reference
	for _, r := range n.g.References {
		if r.Value == v && r.Kind != Guard {
			readers = append(readers, r)
		}
	}
	slices.SortStableFunc(readers, func(a, b *Reference) int { return ComparePlaces(a.At, b.At) })
	return readers
}

// Reaches is the flows into an option, into what lies below it or above it: which central values decide it. The
// transitive ones are among them; direct ones come first.
func (n *Net) Reaches(option string) []*Flow {
	flows := n.g.Flows.Into(func(to string) bool { return onSamePath(option, to) })
	slices.SortStableFunc(flows, func(a, b *Flow) int {
		return cmp.Or(cmp.Compare(len(a.Through), len(b.Through)), strings.Compare(a.From.Path, b.From.Path),
			strings.Compare(a.To, b.To), ComparePlaces(a.At, b.At))
	})
	return flows
}

// ImportCycles is one shortest cycle of imports for every group of modules that import each other, from the first
// module by name; a module that imports itself is one.
func (n *Net) ImportCycles() [][]*Import {
	var cycles [][]*Import
	for _, cycle := range n.cycles(Imports) {
		var imports []*Import
		for _, e := range cycle {
			imports = append(imports, e.Import)
		}
		cycles = append(cycles, imports)
	}
	return cycles
}

// ValueCycles is the same for values that are defined by each other.
func (n *Net) ValueCycles() [][]*Flow {
	var cycles [][]*Flow
	for _, cycle := range n.cycles(Flows) {
		var flows []*Flow
		for _, e := range cycle {
			flows = append(flows, e.Flow)
		}
		cycles = append(cycles, flows)
	}
	return cycles
}

// cycles finds a shortest cycle in every strongly connected part of the edges of one kind. topo.TarjanSCC gives the
// parts in an order of its own, and takes no notice of an edge from a node to itself.
func (n *Net) cycles(kind EdgeKind) [][]*Edge {
	starts := map[int64]map[int64]bool{}
	for _, part := range topo.TarjanSCC(n.view(kind)) {
		in := map[int64]bool{}
		for _, node := range part {
			in[node.ID()] = true
		}
		starts[slices.Min(slices.Collect(maps.Keys(in)))] = in
	}
	var cycles [][]*Edge
	for _, start := range slices.Sorted(maps.Keys(starts)) {
		if cycle := n.shortestCycle(kind, start, starts[start]); cycle != nil {
			cycles = append(cycles, cycle)
		}
	}
	slices.SortStableFunc(cycles, func(a, b []*Edge) int { return strings.Compare(a[0].From.String(), b[0].From.String()) })
	return cycles
}

// shortestCycle walks breadth first from start, within a part of the graph, until it is back.
func (n *Net) shortestCycle(kind EdgeKind, start int64, in map[int64]bool) []*Edge {
	came := map[int64]*Edge{}
	queue := []int64{start}
	for len(queue) > 0 {
		id := queue[0]
		queue = queue[1:]
		for _, e := range n.edges[id] {
			to := e.To.id
			if e.Kind != kind || !in[to] || came[to] != nil {
				continue
			}
			came[to] = e
			if to != start {
				queue = append(queue, to)
				continue
			}
			cycle := []*Edge{e}
			for cycle[0].From.id != start {
				cycle = slices.Insert(cycle, 0, came[cycle[0].From.id])
			}
			return cycle
		}
	}
	return nil
}

// String names a node for display.
func (n *Node) String() string {
	switch {
	case n.Value != nil:
		return n.Value.Path
	case n.Module != "":
		return n.Module
	}
	return n.Option
}

// digraph is a Net's nodes with some of its edges, as gonum takes it: at most one edge from node to node.
type digraph struct {
	nodes     []graph.Node
	from, to  [][]graph.Node
	connected map[[2]int64]bool
}

// view gives gonum the edges of some kinds.
func (n *Net) view(kinds ...EdgeKind) *digraph {
	d := &digraph{from: make([][]graph.Node, len(n.nodes)), to: make([][]graph.Node, len(n.nodes)), connected: map[[2]int64]bool{}}
	for _, node := range n.nodes {
		d.nodes = append(d.nodes, node)
	}
	for _, edges := range n.edges {
		for _, e := range edges {
			from, to := e.From, e.To
			key := [2]int64{from.id, to.id}
			if !slices.Contains(kinds, e.Kind) || from == to || d.connected[key] {
				continue
			}
			d.connected[key] = true
			d.from[from.id] = append(d.from[from.id], to)
			d.to[to.id] = append(d.to[to.id], from)
		}
	}
	return d
}

func (d *digraph) Node(id int64) graph.Node {
	if id < 0 || id >= int64(len(d.nodes)) {
		return nil
	}
	return d.nodes[id]
}

func (d *digraph) Nodes() graph.Nodes            { return iterator.NewOrderedNodes(d.nodes) }
func (d *digraph) From(id int64) graph.Nodes     { return iterator.NewOrderedNodes(d.from[id]) }
func (d *digraph) To(id int64) graph.Nodes       { return iterator.NewOrderedNodes(d.to[id]) }
func (d *digraph) HasEdgeFromTo(u, v int64) bool { return d.connected[[2]int64{u, v}] }
func (d *digraph) HasEdgeBetween(u, v int64) bool {
	return d.HasEdgeFromTo(u, v) || d.HasEdgeFromTo(v, u)
}

func (d *digraph) Edge(u, v int64) graph.Edge {
	if !d.HasEdgeFromTo(u, v) {
		return nil
	}
	return digraphEdge{d.nodes[u], d.nodes[v]}
}

type digraphEdge struct{ from, to graph.Node }

func (e digraphEdge) From() graph.Node         { return e.from }
func (e digraphEdge) To() graph.Node           { return e.to }
func (e digraphEdge) ReversedEdge() graph.Edge { return digraphEdge{e.to, e.from} }
