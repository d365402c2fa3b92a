package render

import (
	"encoding/xml"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The overview is one page at any size: few boxes, every label its own, nothing beyond the edge.
func TestOverviewIsOnePage(t *testing.T) {
	graphs := examples(t)
	graphs["house"] = house()
	for name, g := range graphs {
		p, err := draw(g, Options{}, true)
		if err != nil {
			t.Fatal(err)
		}
		if p.empty != "" {
			continue
		}
		if p.view.Name != "overview" {
			t.Errorf("%s: the default view is %s", name, p.view.Name)
		}
		broken := 0
		for _, n := range p.nodes {
			if n.bad {
				broken++
			}
		}
		if len(p.nodes) > overviewNodes+broken {
			t.Errorf("%s: the overview has %d boxes", name, len(p.nodes))
		}
		f := layoutFlow(p)
		if f.w > 1100 || f.h > 800 {
			t.Errorf("%s: the overview is %.0f × %.0f pixels", name, f.w, f.h)
		}
		for _, column := range f.columns {
			texts := map[string]bool{}
			for _, c := range column {
				for _, b := range c.boxes {
					if b.lane {
						continue
					}
					key := b.text()
					if c.head {
						key = c.name + " " + key
					}
					if texts[key] {
						t.Errorf("%s: two boxes are called %q", name, key)
					}
					texts[key] = true
					if b.textWidth()+b.badgeWidth()+boxPad > b.w {
						t.Errorf("%s: %q is wider than its box", name, b.text())
					}
				}
			}
		}
		within(t, name, write(t, "svg", g, Options{}))
	}
}

// within checks that every text and box of a picture lies within it.
func within(t *testing.T, name, svg string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	number := func(e xml.StartElement, attr string) float64 {
		i := slices.IndexFunc(e.Attr, func(a xml.Attr) bool { return a.Name.Local == attr })
		if i < 0 {
			return 0
		}
		v, _ := strconv.ParseFloat(e.Attr[i].Value, 64)
		return v
	}
	w, h := 0.0, 0.0
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch e.Name.Local {
		case "svg":
			w, h = number(e, "width"), number(e, "height")
		case "rect":
			if x, y := number(e, "x"), number(e, "y"); x+number(e, "width") > w || y+number(e, "height") > h {
				t.Errorf("%s: a box at %v, %v leaves the picture", name, x, y)
			}
		}
	}
}

// A focus shows what trace tells: the options that a value reaches through others count, too.
func TestFocusShowsAllThatTraceKnows(t *testing.T) {
	for name, g := range examples(t) {
		for _, v := range g.Values {
			if v.FanOut.Reads == 0 {
				continue
			}
			p, err := draw(g, Options{View: "sinks", Focus: []string{v.Path}, Down: true, MaxNodes: -1}, true)
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]bool{}
			for _, f := range g.Flows.Of(v) {
				if f.ToValue == nil {
					want[f.To] = true
				}
			}
			if got := p.counts()[optionNode]; got != len(want) {
				t.Errorf("%s: the picture of %s shows %d options, trace knows %d", name, v.Path, got, len(want))
			}
		}
	}
}

func TestApart(t *testing.T) {
	for _, tt := range []struct{ texts, want string }{
		{"a.b.c.one a.b.c.two", "…one …two"},
		{"x/media/ x/media/default.nix", "…media/ …media/default.nix"},
		{"a.aaaaaaaaaaaaaaaaaaaaaaaaaaaa.x a.aaaaaaaaaaaaaaaaaaaaaaaaaaaa.y a.b", "…x …y …b"},
		{"one two", "one two"},
	} {
		got := strings.Join(toldApart(strings.Fields(tt.texts), 20), " ")
		if got != tt.want {
			t.Errorf("%s: %s, want %s", tt.texts, got, tt.want)
		}
	}
}
