package render

import (
	"fmt"
	"testing"
)

// chain is a picture of values, each named by a letter, that flow into each other, and of options by capital letters.
func chain(ways ...string) *picture {
	p := &picture{view: View{Name: "values"}}
	at := map[byte]*node{}
	get := func(c byte) *node {
		if at[c] == nil {
			n := &node{kind: valueNode, key: string(c), label: string(c), names: []string{string(c)}, group: string(c)}
			if c < 'a' {
				n.kind = optionNode
			}
			at[c] = n
			p.nodes = append(p.nodes, n)
		}
		return at[c]
	}
	for _, w := range ways {
		for i := range len(w) - 1 {
			p.edges = append(p.edges, &edge{from: get(w[i]), to: get(w[i+1]), extra: amount{n: 1}})
		}
	}
	return p
}

func TestColumns(t *testing.T) {
	for want, ways := range map[string][]string{
		"a0 X1":             {"aX"},
		"a0 b1 X2 c1":       {"abX", "cX"},
		"a0 b1 c2 X3":       {"abcX", "aX"},
		"a0 b1 c1 d2 X3":    {"abcd", "cbX", "dX"},
		"a0 b0 X1":          {"abaX"},
		"a0 b1 c1 d1 e2 X3": {"abcdb", "deX"},
	} {
		p := chain(ways...)
		p.columns()
		got := ""
		for _, n := range p.nodes {
			got += fmt.Sprintf(" %s%d", n.label, n.column)
		}
		if got[1:] != want {
			t.Errorf("%v: got %s, want %s", ways, got[1:], want)
		}
	}
}

// TestLanes: a ribbon that skips columns passes them between the boxes, never behind one.
func TestLanes(t *testing.T) {
	p := chain("abcdX", "aX", "aY", "bX", "efX", "eY", "gcX", "abY", "hdY", "hiX", "dh")
	p.columns()
	f := layoutFlow(p)
	lanes := 0
	for _, r := range f.ribbons {
		if r.b.column != r.a.column+1 {
			t.Errorf("%s → %s goes from column %d to %d at once", r.from.label, r.to.label, r.a.column, r.b.column)
		}
		if r.rest {
			continue
		}
		for s := r; s.next != nil; s = s.next {
			lanes++
			if s.y1 != s.next.y0 {
				t.Errorf("%s → %s is broken: %f, %f", r.from.label, r.to.label, s.y1, s.next.y0)
			}
			for _, b := range f.boxes {
				if !b.lane && b.column == s.b.column && s.y1+r.width/2 > b.y && s.y1-r.width/2 < b.y+b.h {
					t.Errorf("%s → %s runs behind %s", r.from.label, r.to.label, b.label)
				}
			}
		}
	}
	if lanes == 0 || len(f.arcs) != 2 {
		t.Errorf("%d lanes, %d arcs", lanes, len(f.arcs))
	}
}
