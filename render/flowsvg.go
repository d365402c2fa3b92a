package render

import (
	"fmt"
	"slices"
	"strings"
)

const (
	margin   = 24.0
	headRoom = 74.0
)

// flowSVG draws a picture with our own layout.
func flowSVG(p *picture, o Options) []byte {
	f := layoutFlow(p)
	c := &canvas{opts: o}
	w := max(f.w+2*margin, 560)
	fmt.Fprintf(c, `<g transform="translate(%s %s)">`+"\n", px(margin), px(headRoom))
	f.bands(c)
	f.drawRibbons(c)
	for _, b := range f.boxes {
		f.drawBox(c, b)
	}
	c.WriteString("</g>\n")
	f.headings(c, margin)
	y := f.legend(c, headRoom+f.h+26, w)
	return c.document(f.name(), f.describe(), w, y+10, "")
}

// name is the picture's title.
func (p *picture) name() string {
	s := p.view.Help
	if p.title != "" {
		s = p.title + ": " + s
	}
	return s
}

// describe says in words what the picture shows, for who cannot see it.
func (p *picture) describe() string {
	n := map[kind]int{}
	for _, x := range p.nodes {
		n[x.kind] += max(1, x.holds)
	}
	var parts []string
	for k, names := range [][2]string{{"value", "values"}, {"module", "modules"}, {"option", "options"}, {"layer", "layers"}} {
		if c := n[kind(k)]; c > 0 {
			parts = append(parts, plural(c, names[0], names[1]))
		}
	}
	violations := 0
	for _, e := range p.edges {
		if e.violation {
			violations++
		}
	}
	parts = append(parts, plural(len(p.edges), "connection", "connections"))
	if violations > 0 {
		parts = append(parts, fmt.Sprintf("%d of them from a higher layer to a lower one", violations))
	}
	return strings.Join(append([]string{strings.Join(parts, ", ")}, p.notes...), ". ")
}

func (f *flowLayout) tone(n *node) int {
	if n.kind == optionNode || n.kind == valueNode {
		return -1
	}
	return f.toneOf(n.group)
}

func (f *flowLayout) bands(c *canvas) {
	for _, column := range f.columns {
		for _, k := range column {
			b := k.boxes[0]
			if k.banded() && k.name != "" {
				i := f.tone(b.node)
				c.rect("band f"+toneClass(i)[1:], k.x-bandPad, k.y, k.w+2*bandPad, k.h, 6)
			}
			if k.head {
				c.text("h3", k.x, k.y+14, elide(k.name))
			}
		}
	}
}

// drawRibbons draws wide ones first and what is wrong last, so that nothing is hidden.
func (f *flowLayout) drawRibbons(c *canvas) {
	rs := slices.Clone(f.ribbons)
	slices.SortStableFunc(rs, func(a, b *ribbon) int {
		if a.violation != b.violation {
			if a.violation {
				return 1
			}
			return -1
		}
		return int(b.width*10) - int(a.width*10)
	})
	bright := slices.ContainsFunc(f.nodes, func(n *node) bool { return n.high })
	for _, r := range rs {
		class := "r "
		class += toneClass(f.edgeTone(r.edge))
		if r.uncovered {
			class += " u"
		}
		if r.control {
			class += " c"
		}
		if r.violation {
			class += " viol"
		}
		if bright && !r.a.high && !r.b.high {
			class += " dim"
		}
		x0, x1 := r.a.x+r.a.w, r.b.x
		m := (x0 + x1) / 2
		d := fmt.Sprintf("M%s %sC%s %s %s %s %s %s", px(x0), px(r.y0), px(m), px(r.y0), px(m), px(r.y1), px(x1), px(r.y1))
		if x1 <= x0 {
			// Against the columns, as in a cycle of values: out to the right and back in from the left.
			d = fmt.Sprintf("M%s %sC%s %s %s %s %s %s", px(x0), px(r.y0), px(x0+90), px(r.y0+40), px(x1-90), px(r.y1+40), px(x1), px(r.y1))
		}
		fmt.Fprintf(c, `<path class="%s" stroke-width="%s" d="%s"><title>%s</title></path>`+"\n", class, px(r.width), d, esc(r.tooltip(f.picture)))
	}
}

func (f *flowLayout) drawBox(c *canvas, b *box) {
	defer c.open(b.kind.String(), b.tip, b.file, b.line)()
	class, round := "box", 3.0
	switch b.kind {
	case valueNode:
		class, round = "val", min(b.h/2, 10)
	case optionNode:
		class, round = "opt", 0
	}
	if b.faint && b.holds == 0 {
		class += " faint"
	}
	if b.bad {
		class += " bad"
	}
	if b.high || b.focus {
		class += " high"
	}
	c.rect(class, b.x, b.y, b.w, b.h, round)
	if i := f.tone(b.node); b.kind == moduleNode || b.kind == layerNode {
		c.bar(i, b.x, b.y, 4, b.h)
	}
	label := "t"
	if b.bad {
		label = "badt"
	}
	c.text(label, b.x+boxPad, b.middle()+4, b.text())
	if s := b.badge(); s != "" {
		c.text("n end", b.x+b.w-boxPad+2, b.middle()+4, s)
	}
}

func (f *flowLayout) headings(c *canvas, left float64) {
	title := f.title
	if title == "" {
		title = f.view.Help
	} else {
		c.text("h2", left, 44, f.view.Help)
	}
	c.text("h1", left, 28, title)
	seen := map[string]bool{}
	for _, column := range f.columns {
		b := column[0].boxes[0]
		name := f.heading[b.kind]
		if b.kind == layerNode {
			name = map[int]string{0: "declared in", 1: "read in"}[b.column]
		}
		if name != "" && !seen[name] {
			seen[name] = true
			c.text("h2", left+b.x, headRoom-10, name)
		}
	}
}

// legend explains what occurs in this picture, and no more; then come the notes. It gives the lower end.
func (f *flowLayout) legend(c *canvas, y, w float64) float64 {
	type entry struct {
		draw func(x, y float64)
		text string
	}
	line := func(class string, width float64) func(x, y float64) {
		return func(x, y float64) {
			fmt.Fprintf(c, `<path class="%s" stroke-width="%s" d="M%s %sh26"/>`+"\n", class, px(width), px(x), px(y-4))
		}
	}
	has := func(g func(*ribbon) bool) bool { return slices.ContainsFunc(f.ribbons, g) }
	es := []entry{}
	wide, viol := "the wider, the more reads", "a lower layer reads from a higher one"
	switch f.view.Name {
	case "sinks":
		wide = "the wider, the more reads, or values"
	case "values":
		wide = ""
	case "imports":
		wide, viol = "imports", "a lower layer imports a higher one"
	}
	if wide != "" {
		es = append(es, entry{line("r ln", min(7, max(2, f.unit*2))), wide})
	}
	if has(func(r *ribbon) bool { return r.uncovered }) {
		es = append(es, entry{line("r ln u", 5), "read without source-id"})
	}
	if has(func(r *ribbon) bool { return r.disabled }) {
		es = append(es, entry{line("r ln u", 2), "commented-out import"})
	}
	if has(func(r *ribbon) bool { return r.control }) {
		es = append(es, entry{line("r ln c", 5), "only decides (mkIf, if)"})
	}
	if has(func(r *ribbon) bool { return r.violation }) {
		es = append(es, entry{line("r viol", 5), viol})
	}
	sample := func(class string, r float64) func(x, y float64) {
		return func(x, y float64) { c.rect(class, x, y-11, 26, 14, r) }
	}
	if slices.ContainsFunc(f.nodes, func(n *node) bool { return n.kind == valueNode && n.holds == 0 }) {
		es = append(es, entry{sample("val", 7), "central value, with its reads"})
	}
	if slices.ContainsFunc(f.nodes, func(n *node) bool { return n.bad }) {
		if f.view.Name == "imports" {
			es = append(es, entry{sample("box bad", 3), "no such file"})
		} else {
			es = append(es, entry{sample("val bad", 7), "read, but declared nowhere"})
		}
	}
	if slices.ContainsFunc(f.nodes, func(n *node) bool { return n.faint && n.holds == 0 }) {
		es = append(es, entry{sample("box faint", 3), "module that no entry point imports"})
	}
	x := margin
	for _, e := range es {
		wide := 26 + 8 + textWidth(e.text, 10) + 22
		if x > margin && x+wide > w-margin+22 {
			x = margin
			y += 20
		}
		e.draw(x, y)
		c.text("n", x+34, y, e.text)
		x += wide
	}
	for _, note := range f.notes {
		for _, l := range wrapText(note, 10, w-2*margin) {
			y += 18
			c.text("n", margin, y, l)
		}
	}
	return y
}
