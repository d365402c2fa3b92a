package graph

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"

	"gonum.org/v1/gonum/graph/formats/cytoscapejs"
	"gonum.org/v1/gonum/graph/formats/gexf12"
)

// An Export is nodes and edges with attributes, ready for programs that draw or measure graphs.
type Export struct {
	Nodes []ExportNode
	Edges []ExportEdge
}

// ExportNode is a node. Every node of a network has the same attributes.
type ExportNode struct {
	ID, Label string
	Parent    string // the node that it lies in, for Cytoscape; "" for none
	Attrs     []Attribute
}

// ExportEdge is a directed edge between two nodes by id.
type ExportEdge struct {
	From, To string
	Weight   int
	Attrs    []Attribute
}

// Attribute is a named string, int or bool.
type Attribute struct {
	Name  string
	Value any
}

// WriteGEXF writes the network as GEXF 1.2, which Gephi reads.
func (n Export) WriteGEXF(w io.Writer) error {
	doc := gexf12.Content{Version: "1.2", Graph: gexf12.Graph{DefaultEdgeType: "directed", Mode: "static", IDType: "string"}}
	var nodeIDs, edgeIDs map[string]string
	if len(n.Nodes) > 0 {
		a, ids := gexfAttributes("node", n.Nodes[0].Attrs)
		doc.Graph.Attributes, nodeIDs = append(doc.Graph.Attributes, a), ids
	}
	if len(n.Edges) > 0 {
		a, ids := gexfAttributes("edge", n.Edges[0].Attrs)
		doc.Graph.Attributes, edgeIDs = append(doc.Graph.Attributes, a), ids
	}
	doc.Graph.Nodes.Count, doc.Graph.Edges.Count = len(n.Nodes), len(n.Edges)
	for _, x := range n.Nodes {
		doc.Graph.Nodes.Nodes = append(doc.Graph.Nodes.Nodes, gexf12.Node{ID: x.ID, Label: x.Label, AttValues: gexfValues(x.Attrs, nodeIDs)})
	}
	for i, e := range n.Edges {
		doc.Graph.Edges.Edges = append(doc.Graph.Edges.Edges, gexf12.Edge{ID: "e" + strconv.Itoa(i), Source: e.From, Target: e.To,
			Weight: float64(e.Weight), AttValues: gexfValues(e.Attrs, edgeIDs)})
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return fmt.Errorf("writing GEXF: %w", err)
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return fmt.Errorf("writing GEXF: %w", err)
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func gexfAttributes(class string, attrs []Attribute) (gexf12.Attributes, map[string]string) {
	out, ids := gexf12.Attributes{Class: class}, map[string]string{}
	for i, a := range attrs {
		kind := "string"
		switch a.Value.(type) {
		case int:
			kind = "integer"
		case bool:
			kind = "boolean"
		}
		ids[a.Name] = strconv.Itoa(i)
		out.Attributes = append(out.Attributes, gexf12.Attribute{ID: ids[a.Name], Title: a.Name, Type: kind})
	}
	return out, ids
}

func gexfValues(attrs []Attribute, ids map[string]string) *gexf12.AttValues {
	out := &gexf12.AttValues{}
	for _, a := range attrs {
		out.AttValues = append(out.AttValues, gexf12.AttValue{For: ids[a.Name], Value: fmt.Sprint(a.Value)})
	}
	return out
}

// WriteCytoscape writes the network as elements for Cytoscape.js.
func (n Export) WriteCytoscape(w io.Writer) error {
	doc := cytoscapejs.GraphElem{Elements: []cytoscapejs.Element{}}
	add := func(group, id, from, to, parent string, attrs []Attribute) {
		data := cytoscapejs.ElemData{ID: id, Source: from, Target: to, Parent: parent, Attributes: map[string]any{}}
		for _, a := range attrs {
			data.Attributes[a.Name] = a.Value
		}
		doc.Elements = append(doc.Elements, cytoscapejs.Element{Group: group, Data: data})
	}
	// The library's Type insists on "node" and "edge", but Cytoscape.js itself reads "nodes" and "edges", and tells
	// them apart by source and target where no group is given.
	for _, x := range n.Nodes {
		add("nodes", x.ID, "", "", x.Parent, append([]Attribute{{"label", x.Label}}, x.Attrs...))
	}
	for i, e := range n.Edges {
		add("edges", "e"+strconv.Itoa(i), e.From, e.To, "", append([]Attribute{{"weight", e.Weight}}, e.Attrs...))
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return fmt.Errorf("writing Cytoscape JSON: %w", err)
	}
	return nil
}
