package render

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"nixsink/graph"
)

// Mermaid's limits, which GitHub keeps: beyond them it shows an error instead of a picture.
const (
	mermaidText  = 50_000
	mermaidEdges = 500
	mermaidNodes = overviewNodes // Mermaid gives a node 30 pixels of height, and each edge beside it 20: 150 would be six screens
)

// mermaidLabels is up to how many edges have figures.
const mermaidLabels = 12

// mermaidInit has nodes stand closer and text stay on its line: with Mermaid's own values the same picture is twice as high. GitHub takes it.
// Where edges have figures, nodes stand apart, or the figures would lie on each other.
func mermaidInit(spacing int) string {
	return fmt.Sprintf(`%%%%{init: {"flowchart": {"nodeSpacing": %d, "rankSpacing": 60, "padding": 6, "wrappingWidth": 420}, "themeVariables": {"fontSize": "13px"}}}%%%%`+"\n", spacing)
}

// tall reports whether Mermaid would draw a picture higher than 1,200 pixels in the 830 that GitHub's column is wide. What it does to nodes and edges was
// measured in a browser, over nine views of seventeen repositories: an edge takes 20 to 33 pixels of height, a node of two columns with subgraphs 45 to 57, of three 36,
// and three columns are scaled down to 0.8.
func (p *picture) tall() bool {
	edges, nodes := 50, 26
	switch {
	case p.view.Name == "modules":
		edges, nodes = 36, 20
	case p.ofWays():
		edges, nodes = 80, 60 // five columns
	case len(p.counts()) > 2:
		edges, nodes = 68, 36
	}
	return len(p.edges) > edges || len(p.nodes) > nodes
}

// squeeze folds a picture further than its own rules do: the lightest nodes of each kind into one.
func (p *picture) squeeze(limit int, note string) {
	was := len(p.nodes)
	weight := map[*node]int{}
	for _, e := range p.edges {
		weight[e.from] += e.amount().n
		weight[e.to] += e.amount().n
	}
	room := share(p.counts(), limit)
	for k, label := range map[kind]string{valueNode: "other values", moduleNode: "other modules", optionNode: "other options"} {
		if room[k] > 1 {
			p.foldRest(k, room[k], label, weight)
		}
	}
	if len(p.nodes) < was {
		p.notes = append(p.notes, note)
	}
	p.wholes()
	p.distinguish(nil)
}

// writeMermaid writes a flow chart. It stays within what GitHub draws: if the picture would be too large, it is folded further.
func writeMermaid(_ context.Context, w io.Writer, g *graph.Graph, o Options) error {
	if o.Layout == "" {
		o.Layout = "dot" // one node for each layer, as Mermaid lays out by itself
	}
	if v, err := o.view(); err == nil && !slices.Contains(v.Layouts, "dot") {
		o.Layout = ""
	}
	var src []byte
	if o.MaxNodes == 0 {
		o.MaxNodes = mermaidNodes
		p, err := draw(g, o, true)
		for limit := mermaidNodes - 4; err == nil && p.tall() && limit >= 8; limit -= 3 {
			if p, err = draw(g, o, true); err == nil {
				p.squeeze(limit, "As much as fits a page of Mermaid, the most used of each; svg shows more.")
			}
		}
		if err != nil {
			return err
		}
		if src = mermaidSource(p, o); len(src) <= mermaidText && len(p.edges) <= mermaidEdges {
			if _, err := w.Write(src); err != nil {
				return fmt.Errorf("writing Mermaid: %w", err)
			}
			return nil
		}
	}
	for _, limit := range []int{o.MaxNodes, 100, 60, mermaidNodes, 15} {
		o.MaxNodes = limit
		p, err := draw(g, o, true)
		if err != nil {
			return err
		}
		src = mermaidSource(p, o)
		if len(src) <= mermaidText && len(p.edges) <= mermaidEdges {
			break
		}
		src = nil
	}
	if src == nil {
		return fmt.Errorf("even folded this is more than Mermaid draws (%d edges, %d characters); draw a part with --focus or --top, or choose svg", mermaidEdges, mermaidText)
	}
	if _, err := w.Write(src); err != nil {
		return fmt.Errorf("writing Mermaid: %w", err)
	}
	return nil
}

func mermaidSource(p *picture, o Options) []byte {
	var b bytes.Buffer
	figures := p.view.Name == "layers" && len(p.edges) <= mermaidLabels
	spacing := 6
	if figures {
		spacing = 30
	}
	b.WriteString(mermaidInit(spacing) + "flowchart LR\n")
	if p.empty != "" {
		fmt.Fprintf(&b, "  empty[%s]\n", mermaidString(p.empty))
		return b.Bytes()
	}
	groups, options := map[string][]int{}, p.optionLabels()
	for i, n := range p.nodes {
		if n.kind == moduleNode && !n.whole {
			groups[n.group] = append(groups[n.group], i)
		} else {
			mermaidNode(&b, n, options[n], i, "  ")
		}
	}
	names := slices.SortedFunc(maps.Keys(groups), func(x, y string) int {
		if d := p.layerOrder(x) - p.layerOrder(y); d != 0 {
			return d
		}
		return strings.Compare(x, y)
	})
	for k, name := range names {
		indent := "  "
		if name != "" {
			fmt.Fprintf(&b, "  subgraph g%d [%s]\n", k, mermaidString(name))
			indent = "    "
		}
		for _, i := range groups[name] {
			mermaidNode(&b, p.nodes[i], options[p.nodes[i]], i, indent)
		}
		if name != "" {
			b.WriteString("  end\n")
		}
	}
	at := map[*node]int{}
	for i, n := range p.nodes {
		at[n] = i
	}
	styles := map[string][]string{}
	for i, e := range p.edges {
		a := e.amount()
		arrow := "-->"
		switch {
		case e.disabled, a.uncovered > 0 && a.uncovered == a.n:
			arrow = "-.->"
		case a.n >= 5:
			arrow = "==>"
		}
		switch e.mark {
		case "-":
			arrow = "-.->"
		case "+":
			arrow = "==>"
		}
		// Figures on the edges would lie on each other, and on the nodes; only between a few layers there is room.
		label := ""
		if a.n > 1 && figures {
			label = fmt.Sprintf("|%d|", a.n)
		}
		fmt.Fprintf(&b, "  n%d %s%s n%d\n", at[e.from], arrow, label, at[e.to])
		style := "stroke:" + toneColor(p.edgeTone(e))
		if e.violation {
			style = "stroke:#D55E00,stroke-width:3px"
		}
		if e.mark != "" {
			style = "stroke:" + changeStyles[string(e.mark)].stroke + ",stroke-width:3px"
		}
		styles[style] = append(styles[style], fmt.Sprint(i))
	}
	for _, s := range slices.Sorted(maps.Keys(styles)) {
		fmt.Fprintf(&b, "  linkStyle %s %s\n", strings.Join(styles[s], ","), s)
	}
	if notes := p.told(); len(notes) > 0 {
		fmt.Fprintf(&b, "  note[%s]\n  style note fill:none,stroke:none\n", mermaidString(strings.Join(notes, " ")))
	}
	// Only strokes are coloured: fill and text are the reader's theme, light or dark.
	var bad, faint, high []string
	for i, n := range p.nodes {
		id := fmt.Sprintf("n%d", i)
		if n.bad {
			bad = append(bad, id)
		}
		if n.faint && n.holds == 0 {
			faint = append(faint, id)
		}
		if n.high || n.focus {
			high = append(high, id)
		}
	}
	class := func(name, style string, ids []string) {
		if len(ids) > 0 {
			fmt.Fprintf(&b, "  classDef %s %s\n  class %s %s\n", name, style, strings.Join(ids, ","), name)
		}
	}
	for _, m := range []mark{"+", "-", "~"} {
		var ids []string
		for i, n := range p.nodes {
			if n.mark == m {
				ids = append(ids, fmt.Sprintf("n%d", i))
			}
		}
		style := "stroke:" + changeStyles[string(m)].stroke + ",stroke-width:3px"
		if m == "-" {
			style += ",stroke-dasharray:5 4"
		}
		class(m.class(), style, ids)
	}
	class("bad", "stroke:#D55E00,stroke-width:3px", bad)
	class("faint", "stroke-dasharray:4 3", faint)
	class("high", "stroke-width:4px", high)
	for i, n := range p.nodes {
		if href := o.href(n.file, n.line); href != "" {
			fmt.Fprintf(&b, "  click n%d href \"%s\"\n", i, strings.ReplaceAll(href, `"`, "%22"))
		}
	}
	return b.Bytes()
}

// mermaidNode writes a node; option is the label of one.
func mermaidNode(b *bytes.Buffer, n *node, option string, i int, indent string) {
	label := cmp.Or(option, n.shown, n.shortened())
	label = n.mark.sign() + label
	if n.holds > 0 {
		label += " ×" + count(n.holds)
	}
	left, right := "[", "]"
	switch n.kind {
	case valueNode:
		left, right = "([", "])"
	case optionNode:
		left, right = "[/", "/]"
	}
	fmt.Fprintf(b, "%sn%d%s%s%s\n", indent, i, left, mermaidString(label), right)
}

// mermaidString quotes a label. Mermaid has no escape but its own numbered entities, and reads Markdown, HTML and its
// own icons (fa:…) even in quotes: so everything but letters, digits and plain signs is numbered.
func mermaidString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range plain(s) {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune(" .-/,()…×", r), r > 0x7f:
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "#%d;", r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
