package render

import (
	"context"
	"io"
	"slices"

	"nixsink/graph"
)

func writeGEXF(_ context.Context, w io.Writer, g *graph.Graph, o Options) error {
	n, err := network(g, o, false)
	if err != nil {
		return err
	}
	return n.WriteGEXF(w)
}

func writeCytoscape(_ context.Context, w io.Writer, g *graph.Graph, o Options) error {
	n, err := network(g, o, true)
	if err != nil {
		return err
	}
	return n.WriteCytoscape(w)
}

// network makes the view's picture into nodes and edges for other programs. Nothing is folded unasked: they can cope.
// parents puts modules into nodes for their layers.
func network(g *graph.Graph, o Options, parents bool) (graph.Export, error) {
	var out graph.Export
	if o.Layout == "" {
		o.Layout = "dot"
	}
	if v, err := o.view(); err == nil && !slices.Contains(v.Layouts, "dot") {
		o.Layout = ""
	}
	p, err := draw(g, o, false)
	if err != nil {
		return out, err
	}
	layers := map[string]bool{}
	for _, n := range p.nodes {
		layer := ""
		if n.kind == moduleNode {
			layer = n.group
		}
		x := graph.ExportNode{ID: n.key, Label: plain(n.label), Attrs: nodeAttrs(n.kind.String(), n.full(), layer, n.file, n.line, n.reads, n.bad)}
		if parents && layer != "" {
			x.Parent = "layer:" + layer
			if !layers[layer] {
				layers[layer] = true
				out.Nodes = append(out.Nodes, graph.ExportNode{ID: x.Parent, Label: plain(layer), Attrs: nodeAttrs("layer", layer, layer, "", 0, 0, false)})
			}
		}
		out.Nodes = append(out.Nodes, x)
	}
	for _, e := range p.edges {
		a := e.amount()
		out.Edges = append(out.Edges, graph.ExportEdge{From: e.from.key, To: e.to.key, Weight: a.n, Attrs: []graph.Attribute{
			{Name: "uncovered", Value: a.uncovered}, {Name: "violation", Value: e.violation},
			{Name: "disabled", Value: e.disabled}, {Name: "control", Value: e.control}}})
	}
	return out, nil
}

func nodeAttrs(kind, path, layer, file string, line, reads int, bad bool) []graph.Attribute {
	return []graph.Attribute{{Name: "kind", Value: kind}, {Name: "path", Value: path}, {Name: "layer", Value: layer},
		{Name: "file", Value: file}, {Name: "line", Value: line}, {Name: "reads", Value: reads}, {Name: "broken", Value: bad}}
}
