package render

import (
	"fmt"
	"math"
	"slices"
	"strings"
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
	y := c.legend(f.entries(), f.told(), top+f.h+26, w)
	css := ""
	if p.compared != nil {
		css = compareCSS()
	}
	return c.document(f.name(), f.describe(), w, y+14, css)
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
				if !k.banded() {
					// How far the name speaks: on the side that no ribbons come to.
					x, last := k.x-7, k.boxes[len(k.boxes)-1]
					if b.kind == optionNode {
						x = k.x + k.w + 7
					}
					fmt.Fprintf(c, `<path class="rule" d="M%s %sV%s"/>`+"\n", px(x), px(b.y), px(last.y+last.h))
				}
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
		// Dashes across a wide ribbon look like a bar code, and like wedges where it bends: it has a seam along its middle.
		seam := r.uncovered && r.width > 5
		if r.uncovered && !seam {
			class += " u"
		}
		if r.control {
			class += " c"
		}
		if r.violation {
			class += " viol"
		}
		switch {
		case r.mark != "": // its dashes tell how it differs, and nothing else
			class, seam = "r "+r.mark.class(), false
		case bright && !r.from.high && !r.to.high, f.compared != nil:
			class += " dim"
		}
		if r.steep() && !r.violation && r.mark == "" {
			// A stroke that bends within less than its own width has wedges at its sides.
			class = strings.Replace(class, "r l", "a f", 1)
			fmt.Fprintf(c, `<path class="%s" d="%s"><title>%s</title></path>`+"\n", class, r.area(), esc(r.tooltip(f.picture)))
		} else {
			fmt.Fprintf(c, `<path class="%s" stroke-width="%s" d="%s"><title>%s</title></path>`+"\n", class, px(r.width), r.path(), esc(r.tooltip(f.picture)))
		}
		if seam {
			fmt.Fprintf(c, `<path class="seam" stroke-width="%s" d="%s"/>`+"\n", px(min(3, r.width/4)), r.path())
		}
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

// steep reports whether a wide ribbon rises or falls so much from one column to the next that it bends sharply.
func (r *ribbon) steep() bool {
	if r.width < 4 || r.a.column >= r.b.column {
		return false
	}
	wide := r.width
	for ; r != nil; r = r.next {
		if across := r.b.x - r.a.x - r.a.w; math.Abs(r.y1-r.y0)*(wide+20) > across*across {
			return true
		}
	}
	return false
}

// area is a ribbon as a surface, everywhere as high as it is wide: its upper edge through all its lanes, and its lower edge back.
func (r *ribbon) area() string {
	var upper strings.Builder
	half := r.width / 2
	fmt.Fprintf(&upper, "M%s %s", px(r.a.x+r.a.w), px(r.y0-half))
	back := "Z"
	for ; r != nil; r = r.next {
		x0, x1 := r.a.x+r.a.w, r.b.x
		m := (x0 + x1) / 2
		fmt.Fprintf(&upper, "C%s %s %s %s %s %s", px(m), px(r.y0-half), px(m), px(r.y1-half), px(x1), px(r.y1-half))
		back = fmt.Sprintf("C%s %s %s %s %s %s", px(m), px(r.y1+half), px(m), px(r.y0+half), px(x0), px(r.y0+half)) + back
		if r.next != nil {
			fmt.Fprintf(&upper, "H%s", px(x1+r.b.w))
			back = fmt.Sprintf("H%s", px(x1)) + back
			continue
		}
		fmt.Fprintf(&upper, "V%s", px(r.y1+half))
	}
	return upper.String() + back
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
	if b.mark != "" {
		class += " " + b.mark.class()
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
	if b.mark != "" {
		label = b.mark.class()
	}
	if b.sub {
		if !b.bad && b.mark == "" {
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

// columnHeads writes above the columns, on one line, what each is made of.
func (f *flowLayout) columnHeads(c *canvas) {
	top := f.h
	for _, column := range f.columns {
		for _, k := range column {
			if !k.boxes[0].lane {
				top = min(top, k.y)
			}
		}
	}
	seen := map[string]bool{}
	for _, column := range f.columns {
		i := slices.IndexFunc(column, func(k *cluster) bool { return !k.boxes[0].lane })
		if i < 0 {
			continue
		}
		b := column[i].boxes[0]
		name := f.heading[b.kind]
		if len(f.heads) > 0 {
			name = f.heads[b.was]
		}
		if b.kind == layerNode {
			name = f.sides[min(1, b.column)]
		}
		if name != "" && !seen[name] {
			seen[name] = true
			c.text("h2", b.x, top-10, name)
		}
	}
}
