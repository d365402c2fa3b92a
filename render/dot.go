package render

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"nixsink/graph"
)

// writeDOT writes the picture for Graphviz, complete with colours, tooltips and links, so that `dot -Tsvg` alone gives something to look at.
func writeDOT(_ context.Context, w io.Writer, g *graph.Graph, o Options) error {
	if o.Layout == "" {
		o.Layout = "dot"
	}
	if v, err := o.view(); err == nil && !slices.Contains(v.Layouts, "dot") {
		o.Layout = ""
	}
	p, err := draw(g, o, true)
	if err != nil {
		return err
	}
	if _, err := w.Write(dotSource(p, o)); err != nil {
		return fmt.Errorf("writing DOT: %w", err)
	}
	return nil
}

// dotSource writes DOT that Graphviz 2.43 reads. Nodes carry ids n0, n1, … and edges e0, e1, …, by which the SVG is
// joined to the picture again. The font is one that go-graphviz can measure: a list of fonts it would take for Times.
func dotSource(p *picture, o Options) []byte {
	var b bytes.Buffer
	b.WriteString("digraph nixsink {\n")
	fmt.Fprintf(&b, "  graph [rankdir=LR, fontname=\"Verdana\", fontsize=11, ranksep=1.6, nodesep=0.1, newrank=true, bgcolor=\"transparent\", tooltip=%s", dotString(p.name()))
	if len(p.nodes) > 200 {
		// From a few hundred nodes on dot spends most of its time on a few crossings.
		b.WriteString(", mclimit=0.1")
	}
	if notes := p.told(); len(notes) > 0 || p.empty != "" {
		fmt.Fprintf(&b, ", label=%s, labelloc=b, labeljust=l, fontcolor=\"#59636E\"", dotString(strings.Join(append(slices.Clone(notes), p.empty), " ")))
	}
	b.WriteString("]\n")
	b.WriteString("  node [fontname=\"Verdana\", fontsize=11, shape=box, height=0.26, margin=\"0.11,0.04\", style=filled, fillcolor=\"#FFFFFF\", color=\"#8C959F\"]\n")
	b.WriteString("  edge [fontname=\"Verdana\", fontsize=11, arrowsize=0.5]\n")
	groups, options := map[string][]int{}, p.optionLabels()
	var free []int
	for i, n := range p.nodes {
		if n.kind == moduleNode && n.group != "" && !n.whole {
			groups[n.group] = append(groups[n.group], i)
		} else {
			free = append(free, i)
		}
	}
	for _, i := range free {
		dotNode(&b, p, o, i, options, "  ")
	}
	names := slices.Collect(func(yield func(string) bool) {
		for k := range groups {
			if !yield(k) {
				return
			}
		}
	})
	slices.SortFunc(names, func(x, y string) int {
		if d := p.layerOrder(x) - p.layerOrder(y); d != 0 {
			return d
		}
		return strings.Compare(x, y)
	})
	for k, name := range names {
		i := p.toneOf(name)
		fmt.Fprintf(&b, "  subgraph cluster_%d {\n    graph [label=%s, labelloc=t, labeljust=l, fontcolor=\"#1F2328\", style=\"rounded,filled\", penwidth=0, fillcolor=\"%s1A\", class=\"band f%s\"]\n",
			k, dotString(name), toneColor(i), toneClass(i)[1:])
		for _, n := range groups[name] {
			dotNode(&b, p, o, n, options, "    ")
		}
		b.WriteString("  }\n")
	}
	index := map[*node]int{}
	for i, n := range p.nodes {
		index[n] = i
	}
	// The widest is nine points: with a limit alone, a hundred reads would look like ten.
	unit := 0.7
	for _, e := range p.edges {
		unit = min(unit, 8.4/float64(max(1, e.amount().n)))
	}
	for i, e := range p.edges {
		dotEdge(&b, p, e, i, index, unit)
	}
	b.WriteString("}\n")
	return b.Bytes()
}

func dotNode(b *bytes.Buffer, p *picture, o Options, i int, options map[*node]string, indent string) {
	n := p.nodes[i]
	class, more := "box", ""
	switch n.kind {
	case valueNode:
		class, more = "val", `, shape=box, style="rounded,filled", fillcolor="#F6F8FA", color="#59636E"`
	case optionNode:
		class, more = "opt", `, shape=cds`
	}
	if n.bad {
		class, more = class+" bad", more+`, color="#D55E00", penwidth=2`
	}
	if n.faint && n.holds == 0 {
		class += " faint"
		if n.kind == moduleNode {
			more += `, style="filled,dashed"`
		}
	}
	if n.high || n.focus {
		class, more = class+" high", more+`, penwidth=2.5`
	}
	if n.kind == moduleNode || n.kind == layerNode {
		if t := p.toneOf(n.group); t >= 0 && !n.bad {
			class, more = class+" "+toneClass(t), more+fmt.Sprintf(`, color="%s"`, toneColor(t))
		}
	}
	label := elide(n.short())
	if n.kind == optionNode {
		label = options[n]
	}
	label = n.mark.sign() + label
	if n.mark != "" {
		style := changeStyles[string(n.mark)]
		class, more = class+" "+n.mark.class(), more+fmt.Sprintf(`, color="%s", penwidth=2`, style.stroke)
		if n.mark == "-" {
			more += `, style="filled,dashed"`
		}
	}
	if n.holds > 0 {
		label += " ×" + count(n.holds)
	} else if n.kind == valueNode {
		label += "  " + count(n.reads)
	}
	if href := o.href(n.file, n.line); href != "" {
		more += ", URL=" + dotString(href)
	}
	fmt.Fprintf(b, "%sn%d [id=n%d, label=%s, tooltip=%s, class=\"%s\"%s]\n", indent, i, i, dotString(label), dotString(strings.Join(n.tip, " · ")), class, more)
}

func dotEdge(b *bytes.Buffer, p *picture, e *edge, i int, index map[*node]int, unit float64) {
	a := e.amount()
	t := p.edgeTone(e)
	class, color, style := "r "+toneClass(t)+" f"+toneClass(t)[1:], toneColor(t)+"90", "solid"
	if a.uncovered > 0 && a.uncovered == a.n {
		class, style = class+" u", "dashed"
	}
	if e.control {
		class, color = class+" c", toneColor(t)+"50"
	}
	if e.disabled {
		class, style = class+" u", "dashed"
	}
	if e.violation {
		class, color = class+" viol", "#D55E00"
	}
	if e.mark != "" {
		class, color = class+" "+e.mark.class(), changeStyles[string(e.mark)].stroke
		style = map[mark]string{"+": "solid", "-": "dashed", "~": "dotted"}[e.mark]
	}
	fmt.Fprintf(b, "  n%d -> n%d [id=e%d, penwidth=%s, color=\"%s\", style=%s, tooltip=%s, class=\"%s\"]\n",
		index[e.from], index[e.to], i, px(0.6+unit*float64(a.n)), color, style, dotString(e.tooltip(p)), class)
}

// dotString quotes a label. In one, Graphviz reads backslash escapes (\N, \l) and HTML entities.
func dotString(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(plain(s)) + `"`
}

// toneOf is the colour of a layer; -1 is none.
func (p *picture) toneOf(layer string) int { return colorOf(p.tones, layer) }

func toneColor(i int) string {
	if i < 0 {
		return noTone.light
	}
	return layerTones[i%len(layerTones)].light
}

// edgeTone is the colour of the layer that an edge has to do with: the module's, at either end.
func (p *picture) edgeTone(e *edge) int {
	n := e.to
	if n.kind == optionNode || n.kind == layerNode {
		n = e.from
	}
	if n.kind == valueNode {
		// No module is here to give a colour: the namespace does, so that an eye can follow.
		return p.namespaceTone(n)
	}
	if n.kind == optionNode {
		return -1
	}
	return p.toneOf(n.group)
}

// namespaceTone gives the values under one name of the root one colour.
func (p *picture) namespaceTone(n *node) int {
	if p.namespaces == nil {
		p.namespaces = map[string]int{}
		var names []string
		for _, n := range p.nodes {
			if n.kind == valueNode {
				names = append(names, topNames(n))
			}
		}
		slices.Sort(names)
		for i, name := range slices.Compact(names) {
			p.namespaces[name] = i
		}
	}
	return p.namespaces[topNames(n)]
}

func topNames(n *node) string {
	parts := graph.SplitPath(n.group)
	return strings.Join(parts[:min(3, len(parts))], ".")
}
