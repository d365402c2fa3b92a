package render

import (
	"testing"
)

// TestOutline wants every import in the picture exactly once, within the picture, and nothing on top of anything else.
func TestOutline(t *testing.T) {
	for _, limit := range []int{0, -1, 40, 15} {
		p, err := draw(house(), Options{View: "imports", MaxNodes: limit}, true)
		if err != nil {
			t.Fatal(err)
		}
		l := layoutOutline(p)
		type rect struct {
			what       string
			x, y, w, h float64
		}
		var rects []rect
		shown := map[*edge]int{}
		opened := map[*node]int{}
		var walk func(m *importer, b *band)
		walk = func(m *importer, b *band) {
			opened[m.node]++
			if m.group != b.name {
				t.Errorf("%s lies in the band of %s", m.names[0], b.name)
			}
			if m.by != nil {
				shown[m.by]++
			}
			rects = append(rects, rect{m.names[0], m.x, m.y, m.w, chipHigh})
			for _, c := range m.chips {
				shown[c.edge]++
				rects = append(rects, rect{m.names[0] + " imports " + c.to.names[0], c.x, c.y, c.w, chipHigh})
			}
			for _, k := range m.below {
				walk(k, b)
			}
		}
		for i, b := range l.bands {
			if i > 0 && b.y < l.bands[i-1].y+l.bands[i-1].h {
				t.Errorf("%s lies on the band above", b.name)
			}
			for _, m := range b.importers {
				walk(m, b)
			}
		}
		for _, e := range p.edges {
			if shown[e] != 1 {
				t.Errorf("%s imports %s: shown %d times", e.from.names[0], e.to.names[0], shown[e])
			}
		}
		for n, times := range opened {
			if times != 1 {
				t.Errorf("%s is opened %d times", n.names[0], times)
			}
		}
		for i, a := range rects {
			if a.x < 0 || a.x+a.w > l.w || a.y < 0 || a.y+a.h > l.h {
				t.Errorf("%s sticks out: %+v", a.what, a)
			}
			for _, b := range rects[:i] {
				if a.x < b.x+b.w && b.x < a.x+a.w && a.y < b.y+b.h && b.y < a.y+a.h {
					t.Errorf("%s lies on %s", a.what, b.what)
				}
			}
		}
	}
}
