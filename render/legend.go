package render

import (
	"fmt"
	"slices"
)

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
	es := f.markEntries()
	if tones := map[string][][2]string{
		"exposure": {{"open", "let in from anywhere"}, {"some", "let in from some interface, by a rule, by the service itself"}, {"led", "led to by a proxy or tunnel alone"}},
		"secrets":  {{"around", "its contents may come into the store"}, {"handed", "handed on as a file"}},
	}[f.view.Name]; tones != nil {
		for _, e := range tones {
			if slices.ContainsFunc(f.nodes, func(n *node) bool { return n.group == e[0] }) {
				es = append(es, legendEntry{line("r "+toneClass(f.toneOf(e[0])), 5), e[1]})
			}
		}
		return es
	}
	if f.view.Name == "hosts" {
		return es // a line is no more than a line
	}
	wide, viol := "the wider, the more reads", "a lower layer reads from a higher one"
	switch f.view.Name {
	case "sinks", "overview":
		wide = "the wider, the more reads (at the right: values)"
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
		es = append(es, legendEntry{func(c *canvas, x, y float64) {
			line("r ln", 8)(c, x, y)
			line("seam", 2)(c, x, y)
		}, "read without source-id"})
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
