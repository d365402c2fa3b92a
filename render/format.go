// Package render turns a finished graph into bytes: the report for a terminal or a page, JSON, and pictures.
//
// In goes a *graph.Graph with Options; out comes one of the Formats. Nothing here reads the tree again or decides anything
// about it: a picture shows what the graph says. The same graph and options give the same bytes. Escaping belongs to
// each format, because every one of them has its own idea of a dangerous character.
package render

import (
	"context"
	"fmt"
	"io"
	"strings"

	"nixsink/graph"
)

// Format is one way to write a graph.
type Format struct {
	Name    string // what --format says
	Ext     string // usual file name extension, with its dot
	Help    string // one line for people
	Picture bool   // it draws a view: View, Focus, Collapse and the like apply
	Write   func(ctx context.Context, w io.Writer, g *graph.Graph, o Options) error
}

// Formats holds every format, in the order in which help shows them.
var Formats = []Format{
	{Name: "text", Ext: ".txt", Help: "the report for a terminal", Write: writeText},
	{Name: "markdown", Ext: ".md", Help: "the report as a page, with links to source lines", Write: writeMarkdown},
	{Name: "json", Ext: ".json", Help: "everything, for programs (schema nixsink/2)", Write: writeJSON},
	{Name: "html", Ext: ".html", Help: "the explorer: one page to search and click through, for a browser", Write: writeHTML},
	{Name: "svg", Ext: ".svg", Help: "a picture, light and dark, with tooltips and links", Picture: true, Write: writeSVG},
	{Name: "dot", Ext: ".dot", Help: "the picture for Graphviz 2.43 or newer", Picture: true, Write: writeDOT},
	{Name: "mermaid", Ext: ".mmd", Help: "the picture for Mermaid, as GitHub draws it", Picture: true, Write: writeMermaid},
	{Name: "gexf", Ext: ".gexf", Help: "the nodes and edges for Gephi", Picture: true, Write: writeGEXF},
	{Name: "cytoscape", Ext: ".cyjs", Help: "the nodes and edges for Cytoscape.js", Picture: true, Write: writeCytoscape},
	{Name: "scip", Ext: ".scip", Help: "where values are declared, set and read, for code hosts (SCIP)", Write: writeSCIP},
}

// Lookup finds a format by its name, or by a file name's extension (".svg", ".md").
func Lookup(name string) (Format, bool) {
	name = strings.ToLower(name)
	for _, f := range Formats {
		if f.Name == name || f.Ext == name {
			return f, true
		}
	}
	switch name {
	case "md":
		return Lookup("markdown")
	case "txt":
		return Lookup("text")
	case "cyjs":
		return Lookup("cytoscape")
	}
	return Format{}, false
}

// UsageError says that the options make no sense: the command line answers it with exit status 2.
type UsageError struct{ Msg string }

func (e *UsageError) Error() string { return e.Msg }

func usagef(format string, args ...any) error { return &UsageError{fmt.Sprintf(format, args...)} }
