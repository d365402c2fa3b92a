package render

import (
	"fmt"
	"math"
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
	top := headings(c, p) + 22
	fmt.Fprintf(c, `<g transform="translate(%s %s)">`+"\n", px(margin), px(top))
	f.bands(c)
	f.drawRibbons(c)
	for _, b := range f.boxes {
		if !b.lane {
			f.drawBox(c, b)
		}
	}
	f.columnHeads(c)
	c.WriteString("</g>\n")
	y := c.legend(f.entries(), f.notes, top+f.h+26, w)
	return c.document(f.name(), f.describe(), w, y+14, "")
}

// name is the picture's title.
func (p *picture) name() string {
	s := p.view.Title
	if p.title != "" {
		s = p.title + ": " + strings.ToLower(s[:1]) + s[1:]
	}
	return s
}

// headings writes the title and how much there is to see; it gives the upper end of what follows.
func headings(c *canvas, p *picture) float64 {
	c.text("h1", margin, 30, p.name())
	c.text("h2", margin, 49, strings.Join(p.counted(), " · "))
	return 64
}

// counted says how much of everything a picture shows.
func (p *picture) counted() (parts []string) {
	n := map[kind]int{}
	seen := map[string]bool{}
	for _, x := range p.nodes {
		// A layer may stand at both sides.
		if x.kind != layerNode || !x.bad && !seen[x.group] {
			n[x.kind] += max(1, x.holds)
		}
		seen[x.group] = true
	}
	for k, names := range [][2]string{{"value", "values"}, {"module", "modules"}, {"option", "options"}, {"layer", "layers"}} {
		if c := n[kind(k)]; c > 0 {
			parts = append(parts, plural(c, names[0], names[1]))
		}
	}
	sum := 0
	for _, e := range p.edges {
		if e.to.kind == moduleNode || e.to.kind == layerNode {
			sum += e.amount().n
		}
	}
	switch p.view.Name {
	case "imports":
		parts = append(parts, plural(sum, "import", "imports"))
	case "modules", "sinks", "layers":
		if p.ofImports {
			return append(parts, plural(sum, "import", "imports"))
		}
		parts = append(parts, plural(sum, "read", "reads"))
	}
	return parts
}

// describe says in words what the picture shows, for who cannot see it.
func (p *picture) describe() string {
	parts := p.counted()
	violations := 0
	for _, e := range p.edges {
		if e.violation {
			violations++
		}
	}
	if violations > 0 {
		parts = append(parts, fmt.Sprintf("%s from a higher layer to a lower one", plural(violations, "way", "ways")))
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
				class := "h3"
				if k.banded() {
					class = "lead"
				}
				c.text(class, k.x, k.y+15, elide(k.name))
			}
		}
	}
}

// drawRibbons draws wide ones first and what is wrong last, so that nothing is hidden.
func (f *flowLayout) drawRibbons(c *canvas) {
	rs := slices.Concat(f.ribbons, f.arcs)
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
		if r.rest {
			continue
		}
		class := "r " + toneClass(f.edgeTone(r.edge))
		more := ""
		switch {
		case r.uncovered && r.width > 5:
			// Short dashes across a wide ribbon look like a bar code.
			more = fmt.Sprintf(` stroke-dasharray="%s %s"`, px(min(16, r.width)), px(min(5, 1+r.width/4)))
		case r.uncovered:
			class += " u"
		}
		if r.control {
			class += " c"
		}
		if r.violation {
			class += " viol"
		}
		if bright && !r.from.high && !r.to.high {
			class += " dim"
		}
		fmt.Fprintf(c, `<path class="%s" stroke-width="%s"%s d="%s"><title>%s</title></path>`+"\n", class, px(r.width), more, r.path(), esc(r.tooltip(f.picture)))
	}
	f.figures(c, rs)
}

// figures writes on the wide ribbons between layers how many reads they are, with and without source-id together.
func (f *flowLayout) figures(c *canvas, rs []*ribbon) {
	type span struct{ top, bottom float64 }
	spans := map[*edge]span{}
	for _, r := range rs {
		if r.from.kind != layerNode {
			return
		}
		s, ok := spans[r.edge]
		if !ok {
			s = span{r.y0 - r.width/2, r.y0 + r.width/2}
		}
		spans[r.edge] = span{min(s.top, r.y0-r.width/2), max(s.bottom, r.y0+r.width/2)}
	}
	for _, e := range f.edges {
		if s := spans[e]; s.bottom-s.top > 12 {
			b := rs[slices.IndexFunc(rs, func(r *ribbon) bool { return r.edge == e })].a
			c.text("t", b.x+b.w+8, (s.top+s.bottom)/2+4, count(e.amount().n))
		}
	}
}

// path draws a ribbon's middle, through all its lanes.
func (r *ribbon) path() string {
	var d strings.Builder
	if r.a.column >= r.b.column {
		x, y0, y1 := r.a.x+r.a.w, r.a.middle(), r.b.middle()
		out := min(70, 16+math.Abs(y1-y0)/6)
		return fmt.Sprintf("M%s %sC%s %s %s %s %s %s", px(x), px(y0), px(x+out), px(y0), px(r.b.x+r.b.w+out), px(y1), px(r.b.x+r.b.w), px(y1))
	}
	fmt.Fprintf(&d, "M%s %s", px(r.a.x+r.a.w), px(r.y0))
	for ; r != nil; r = r.next {
		x0, x1 := r.a.x+r.a.w, r.b.x
		m := (x0 + x1) / 2
		fmt.Fprintf(&d, "C%s %s %s %s %s %s", px(m), px(r.y0), px(m), px(r.y1), px(x1), px(r.y1))
		if r.next != nil {
			fmt.Fprintf(&d, "H%s", px(x1+r.b.w))
		}
	}
	return d.String()
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
	switch {
	case b.bad:
		label = "badt"
	case b.whole:
		label = "lead"
	}
	if b.sub {
		if !b.bad {
			label = "lead"
		}
		c.text(label, b.x+boxPad+4, b.middle()-3, b.text())
		c.text("n", b.x+boxPad+4, b.middle()+12, b.line2())
		return
	}
	c.text(label, b.x+boxPad, b.middle()+4, b.text())
	if s := b.badge(); s != "" {
		c.text("n end", b.x+b.w-boxPad+2, b.middle()+4, s)
	}
}

// columnHeads writes above each column what it is made of.
func (f *flowLayout) columnHeads(c *canvas) {
	seen := map[string]bool{}
	for _, column := range f.columns {
		i := slices.IndexFunc(column, func(k *cluster) bool { return !k.boxes[0].lane })
		if i < 0 {
			continue
		}
		b := column[i].boxes[0]
		name := f.heading[b.kind]
		if b.kind == layerNode {
			name = f.sides[min(1, b.column)]
		}
		if name != "" && !seen[name] {
			seen[name] = true
			c.text("h2", b.x, column[i].y-10, name)
		}
	}
}

// entries are what the legend explains: what occurs in this picture, and no more.
func (f *flowLayout) entries() []legendEntry {
	line := func(class string, width float64) func(c *canvas, x, y float64) {
		return func(c *canvas, x, y float64) {
			fmt.Fprintf(c, `<path class="%s" stroke-width="%s" d="M%s %sh26"/>`+"\n", class, px(width), px(x), px(y-4))
		}
	}
	sample := func(class string, r float64) func(c *canvas, x, y float64) {
		return func(c *canvas, x, y float64) { c.rect(class, x, y-11, 26, 14, r) }
	}
	has := func(g func(*ribbon) bool) bool {
		return slices.ContainsFunc(f.ribbons, g) || slices.ContainsFunc(f.arcs, g)
	}
	es := []legendEntry{}
	wide, viol := "the wider, the more reads", "a lower layer reads from a higher one"
	switch f.view.Name {
	case "sinks":
		wide = "the wider, the more reads, or values"
	case "values":
		wide = "the wider, the more definitions"
	case "imports":
		wide, viol = "imports", "a lower layer imports a higher one"
	}
	if f.ofImports {
		wide, viol = "the wider, the more imports", "a lower layer imports a higher one"
	}
	es = append(es, legendEntry{line("r ln", min(7, max(2, f.unit*2))), wide})
	if has(func(r *ribbon) bool { return r.uncovered }) {
		es = append(es, legendEntry{line("r ln u", 5), "read without source-id"})
	}
	if has(func(r *ribbon) bool { return r.disabled }) {
		es = append(es, legendEntry{line("r ln u", 2), "commented-out import"})
	}
	if has(func(r *ribbon) bool { return r.control }) {
		es = append(es, legendEntry{line("r ln c", 2), "only decides (mkIf, if)"})
	}
	if has(func(r *ribbon) bool { return r.violation }) {
		es = append(es, legendEntry{line("r viol", 5), viol})
	}
	if slices.ContainsFunc(f.nodes, func(n *node) bool { return n.kind == valueNode && n.holds == 0 }) {
		es = append(es, legendEntry{sample("val", 7), "central value, with its reads"})
	}
	if slices.ContainsFunc(f.nodes, func(n *node) bool { return n.holds > 0 }) {
		es = append(es, legendEntry{func(c *canvas, x, y float64) { c.text("n end", x+26, y, "×3") }, "so many folded into one"})
	}
	if slices.ContainsFunc(f.nodes, func(n *node) bool { return n.bad }) {
		if f.view.Name == "imports" {
			es = append(es, legendEntry{sample("box bad", 3), "no such file"})
		} else {
			es = append(es, legendEntry{sample("val bad", 7), "read, but declared nowhere"})
		}
	}
	if slices.ContainsFunc(f.nodes, func(n *node) bool { return n.faint && n.holds == 0 }) {
		es = append(es, legendEntry{sample("box faint", 3), "module that no entry point imports"})
	}
	return es
}

// A legendEntry is a sample of 26 pixels with what it means.
type legendEntry struct {
	draw func(c *canvas, x, y float64)
	text string
}

// legend writes the entries and below them the notes; it gives the lower end.
func (c *canvas) legend(es []legendEntry, notes []string, y, w float64) float64 {
	x := margin
	for _, e := range es {
		wide := 26 + 8 + textWidth(e.text, 10) + 22
		if x > margin && x+wide > w-margin+22 {
			x = margin
			y += 20
		}
		e.draw(c, x, y)
		c.text("n", x+34, y, e.text)
		x += wide
	}
	for i, note := range notes {
		for j, l := range wrapText(note, 10, w-2*margin) {
			y += 16
			if i+j == 0 {
				y += 6
			}
			c.text("n", margin, y, l)
		}
	}
	return y
}
