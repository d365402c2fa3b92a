package render

import (
	"fmt"
	"slices"
)

// outlineSVG draws the view of imports.
func outlineSVG(p *picture, o Options) []byte {
	l := layoutOutline(p)
	l.bright = slices.ContainsFunc(l.nodes, func(n *node) bool { return n.high })
	c := &canvas{opts: o}
	w := l.w + 2*margin
	top := headings(c, p)
	fmt.Fprintf(c, `<g transform="translate(%s %s)">`+"\n", px(margin), px(top))
	for _, b := range l.bands {
		l.drawBand(c, b)
	}
	c.WriteString("</g>\n")
	y := l.legend(c, top+l.h+26, w)
	css := ""
	if p.compared != nil {
		css = compareCSS()
	}
	return c.document(p.name(), p.describe(), w, y+14, css)
}

func (l *outline) drawBand(c *canvas, b *band) {
	i := l.toneOf(b.name)
	if b.name != "" {
		c.rect("band f"+toneClass(i)[1:], 0, b.y, l.w, b.h, 6)
		c.bar(i, 0, b.y, 4, b.h)
		c.text("lead", bandPad+3, b.y+15, elide(b.name))
		n := 0
		for _, x := range l.nodes {
			if x.group == b.name && !x.bad {
				n += max(1, x.holds)
			}
		}
		c.text("n end", l.w-bandPad, b.y+15, plural(n, "module", "modules"))
	}
	for _, m := range b.importers {
		l.drawImporter(c, m, b.name)
	}
}

func (l *outline) drawImporter(c *canvas, m *importer, in string) {
	mid := m.y + chipHigh/2
	if len(m.chips) > 0 {
		left := m.x + m.w
		last := m.chips[len(m.chips)-1]
		fmt.Fprintf(c, `<path class="wire" d="M%s %sh%s"/>`+"\n", px(left), px(mid), px(stem))
		if last.y > m.y {
			// One bracket for all rows.
			fmt.Fprintf(c, `<path class="wire" d="M%s %sV%sh%s"/>`+"\n", px(left+stem/2), px(mid), px(last.y+chipHigh/2), px(stem/2))
			for y := m.y + chipHigh + chipGap; y < last.y; y += chipHigh + chipGap {
				fmt.Fprintf(c, `<path class="wire" d="M%s %sh%s"/>`+"\n", px(left+stem/2), px(y+chipHigh/2), px(stem/2))
			}
		}
	}
	for i, b := range m.below {
		x := m.x + indentation/2
		class := "wire"
		if b.by.disabled {
			class = "wire u"
		}
		if b.by.violation {
			class = "wire viol"
		}
		from := m.y + chipHigh
		if i > 0 {
			from = m.below[i-1].y + chipHigh/2
		}
		fmt.Fprintf(c, `<path class="%s" d="M%s %sV%sH%s"><title>%s</title></path>`+"\n", class, px(x), px(from), px(b.y+chipHigh/2), px(b.x), esc(b.by.tooltip(l.picture)))
	}
	for _, k := range m.chips {
		l.drawChip(c, k, in)
	}
	end := c.open("module", m.tip, m.file, m.line)
	class := "box"
	label := "lead"
	if m.faint && m.holds == 0 {
		class += " faint"
	}
	if m.high || m.focus {
		class += " high"
	}
	if m.mark != "" {
		class += " " + m.mark.class()
		label = m.mark.class()
	}
	c.rect(class, m.x, m.y, m.w, chipHigh, 3)
	if m.by != nil && m.by.disabled {
		label += " off"
	}
	if m.by != nil && m.by.violation {
		label = "badt"
	}
	c.text(label, m.x+chipPad, mid+4, m.text())
	if m.holds > 0 {
		c.text("n end", m.x+m.w-chipPad, mid+4, "×"+count(m.holds))
	}
	end()
	for _, b := range m.below {
		l.drawImporter(c, b, in)
	}
}

func (l *outline) drawChip(c *canvas, k *chip, in string) {
	tip := append([]string{k.tooltip(l.picture)}, k.to.tip...)
	defer c.open("module", tip, k.to.file, k.to.line)()
	class, label := "opt", "t"
	switch {
	case k.to.bad:
		class, label = "opt bad", "badt"
	case k.violation:
		class, label = "opt up", "badt plain"
	}
	if k.to.faint && k.to.holds == 0 {
		class += " faint"
	}
	if k.to.high || k.to.focus {
		class += " high"
	} else if l.bright && !k.from.high {
		class += " pale"
		label += " pale"
	}
	if k.disabled {
		label += " off"
	}
	if m := k.mark; m != "" {
		class += " " + m.class()
		label = m.class()
	}
	c.rect(class, k.x, k.y, k.w, chipHigh, 3)
	if k.to.group != in && k.to.group != "" {
		c.bar(l.toneOf(k.to.group), k.x, k.y, 4, chipHigh)
	}
	c.text(label, k.x+chipPad, k.y+chipHigh/2+4, k.text())
	if k.to.holds > 0 {
		c.text("n end", k.x+k.w-chipPad, k.y+chipHigh/2+4, k.badge())
	}
}

// legend explains what occurs in this picture, and no more; then come the notes.
func (l *outline) legend(c *canvas, y, w float64) float64 {
	sample := func(class string) func(c *canvas, x, y float64) {
		return func(c *canvas, x, y float64) { c.rect(class, x, y-11, 26, 14, 3) }
	}
	word := func(class, s string) func(c *canvas, x, y float64) {
		return func(c *canvas, x, y float64) { c.text(class+" mid", x+13, y, s) }
	}
	es := []legendEntry{{func(c *canvas, x, y float64) {
		c.rect("box", x, y-9, 9, 10, 2)
		fmt.Fprintf(c, `<path class="wire" d="M%s %sh8"/>`+"\n", px(x+9), px(y-4))
		c.rect("opt", x+17, y-9, 9, 10, 2)
	}, "imports"}}
	if slices.ContainsFunc(l.nodes, func(n *node) bool { return n.holds > 0 }) {
		es = append(es, legendEntry{func(c *canvas, x, y float64) { c.text("n end", x+26, y, "×3") }, "so many modules, or how many of them"})
	}
	var opened, disabled, up, bad, faint bool
	var walk func(m *importer)
	walk = func(m *importer) {
		faint = faint || m.faint && m.holds == 0
		bad = bad || m.bad
		if m.by != nil {
			disabled, up = disabled || m.by.disabled, up || m.by.violation
		}
		for _, k := range m.chips {
			opened, disabled, up, bad, faint = opened || k.opened, disabled || k.disabled, up || k.violation, bad || k.to.bad, faint || k.to.faint && k.to.holds == 0
		}
		for _, b := range m.below {
			walk(b)
		}
	}
	for _, b := range l.bands {
		for _, m := range b.importers {
			walk(m)
		}
	}
	if opened {
		es = append(es, legendEntry{word("t", openMark), "what it imports stands elsewhere"})
	}
	if disabled {
		es = append(es, legendEntry{word("n off", "name"), "commented-out import"})
	}
	if up {
		es = append(es, legendEntry{word("badt plain", upMark), "a lower layer imports a higher one"})
	}
	if bad {
		es = append(es, legendEntry{sample("opt bad"), "no such file"})
	}
	if faint {
		es = append(es, legendEntry{sample("opt faint"), "module that no entry point imports"})
	}
	return c.legend(append(es, l.markEntries()...), l.told(), y, w)
}
