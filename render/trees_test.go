package render

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nixsink/graph"
)

// treesToLookAt are the examples, and the trees that NIXSINK_TREES names (separated as in PATH, each with @NAMESPACE behind it if it is
// not found by itself).
func treesToLookAt(t *testing.T) map[string]*graph.Graph {
	t.Helper()
	out := examples(t)
	for _, tree := range filepath.SplitList(os.Getenv("NIXSINK_TREES")) {
		dir, root, _ := strings.Cut(tree, "@")
		var o graph.Options
		if root != "" {
			o.Roots = []string{root}
		}
		g, err := graph.Analyze(t.Context(), dir, o)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(dir)] = g
	}
	return out
}

// large is a repository of 900 modules, each with a port that others read.
func large() *graph.Graph {
	b := newBuilder("00-core", "10-services")
	for i := range 900 {
		layer := []string{"00-core", "10-services"}[i%2]
		f := fmt.Sprintf("%s/g%d/some-rather-long-module-name-%d.nix", layer, i%30, i)
		b.module(f, 10)
		v := b.value(fmt.Sprintf("my.group%d.some-rather-long-value-name-%d", i%40, i), f, 10000+i*7)
		b.read(f, v.Path, "x", fmt.Sprintf("services.some-rather-long-service-name-%d.port", i))
		if i > 0 {
			b.imports(fmt.Sprintf("%s/g%d/some-rather-long-module-name-%d.nix", []string{"00-core", "10-services"}[i/7%2], i/7%30, i/7), f)
			b.read(f, fmt.Sprintf("my.group%d.some-rather-long-value-name-%d", i/3%40, i/3), "!y")
		}
	}
	g := b.done()
	g.Annotations = house().Annotations
	return g
}

// TestPicturesOfTrees holds every view of every tree against what a picture must be: a page, all of it within its edges, and no two boxes
// of a column called alike. LOOK=DIR leaves the pictures there for a person to look at:
//
//	LOOK=/tmp/look NIXSINK_TREES=~/nixos:~/home-manager@programs go test -run PicturesOfTrees ./render
func TestPicturesOfTrees(t *testing.T) {
	look := os.Getenv("LOOK")
	trees := treesToLookAt(t)
	trees["house"], trees["hostile"], trees["hosts"], trees["large"] = house(), hostile(), analysed(t, hostsTree), large()
	for name, g := range trees {
		for _, v := range Views {
			o := Options{View: v.Name, Findings: houseFindings}
			if why, err := Nothing(g, o); err != nil {
				t.Fatal(err)
			} else if why != "" {
				t.Logf("%s %s: %s", name, v.Name, why)
				continue
			}
			svg := write(t, "svg", g, o)
			w, h := within(t, name+" "+v.Name, svg)
			t.Logf("%s %s: %.0f × %.0f", name, v.Name, w, h)
			if w > 1210 || h > 1040 {
				t.Errorf("%s %s: %.0f × %.0f pixels are no page", name, v.Name, w, h)
			}
			if look != "" {
				if err := os.WriteFile(filepath.Join(look, name+"-"+v.Name+".svg"), []byte(svg), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			if v.Name == "ports" || v.Name == "heat" {
				continue
			}
			p, err := draw(g, o, true)
			if err != nil {
				t.Fatal(err)
			}
			texts := map[string]bool{}
			for _, n := range p.nodes {
				key := fmt.Sprint(n.kind, " ", n.column, " ", cmp.Or(n.shown, n.shortened()))
				if n.kind == moduleNode || n.kind == optionNode {
					key += " of " + n.group // which stands above
				}
				if texts[key] {
					t.Errorf("%s %s: two boxes are called %q", name, v.Name, key)
				}
				texts[key] = true
			}
		}
	}
}

// TestFocusTellsWhatTraceTells: the picture around a value has the reads and the options of it that trace counts, those through other values too.
func TestFocusTellsWhatTraceTells(t *testing.T) {
	n := 0
	for name, g := range treesToLookAt(t) {
		values := slices.DeleteFunc(slices.Clone(g.Values), func(v *graph.Value) bool { return v.FanOut.Reads == 0 })
		slices.SortStableFunc(values, byReads)
		for i, v := range values {
			if i%max(1, len(values)/40) > 0 {
				continue
			}
			p, err := draw(g, Options{Focus: []string{v.Path}, MaxNodes: -1}, true)
			if err != nil {
				t.Errorf("%s %s: %v", name, v.Path, err)
				continue
			}
			reads, options := 0, p.counts()[optionNode]
			for _, x := range p.nodes {
				reads += x.reads
			}
			if n++; reads != v.FanOut.Reads || options != v.FanOut.Reach {
				t.Errorf("%s %s: the picture has %d reads and %d options, trace %d and %d", name, v.Path, reads, options, v.FanOut.Reads, v.FanOut.Reach)
			}
		}
	}
	if n < 40 {
		t.Errorf("only %d values", n)
	}
}

// TestLayoutIsStable: one more read in one module moves little of the page that a README shows.
func TestLayoutIsStable(t *testing.T) {
	places := func(g *graph.Graph) map[string]float64 {
		p, err := draw(g, Options{}, true)
		if err != nil {
			t.Fatal(err)
		}
		at := map[string]float64{}
		for _, b := range layoutFlow(p).boxes {
			if !b.lane {
				at[b.key] = b.middle()
			}
		}
		return at
	}
	for name, whole := range map[string]*graph.Graph{"house": house(), "homelab": examples(t)["homelab"]} {
		before := places(whole)
		files, far := map[string]bool{}, 0
		for _, r := range whole.References {
			if files[r.At.File] {
				continue
			}
			files[r.At.File] = true
			more, g := *r, *whole
			more.At.Line += 1000
			g.References = append(slices.Clone(whole.References), &more)
			after := places(&g)
			moved := 0
			for key, y := range before {
				if now, ok := after[key]; !ok || max(now-y, y-now) > 25 {
					moved++
				}
			}
			if moved > len(before)/5 {
				far++
				t.Logf("%s: one more read in %s moves %d of %d boxes", name, r.At.File, moved, len(before))
			}
		}
		// Two orders that cross alike may change places.
		if far*10 > len(files) {
			t.Errorf("%s: one more read moves more than a fifth of the page for %d of %d modules", name, far, len(files))
		}
	}
}
