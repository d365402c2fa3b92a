package rewrite

import (
	"os"
	"path/filepath"
	"testing"

	"nixsink/graph"
)

// TestProperties holds what annotating promises on whole trees: everything resolved is covered, nothing is wrong, and a second run has
// nothing to do; code stays the same, and the plan backwards gives the old bytes.
func TestProperties(t *testing.T) {
	for _, tree := range []string{"projects/homelab", "examples/custom", "examples/dendritic", "examples/home", "examples/mkhost"} {
		t.Run(tree, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(filepath.Join("../../testdata", tree))); err != nil {
				t.Fatal(err)
			}
			p := annotate(t, dir, analyse(t, dir))
			if err := p.Apply(); err != nil {
				t.Fatal(err)
			}
			for _, f := range p.Files {
				if !sameCode(f.Old, f.New) {
					t.Errorf("%s: code changed", f.Name)
				}
			}
			g := analyse(t, dir)
			if c := g.Coverage.SourceID; c.Covered != c.Total && len(p.Skipped) == 0 {
				t.Errorf("%d of %d reads covered", c.Covered, c.Total)
			}
			for _, a := range g.Annotations {
				switch a.State {
				case graph.OK, graph.Unverifiable, graph.Waived:
				default:
					t.Errorf("%s:%d: %s: %s: %s", a.File, a.At.Line, a.State, a.Text, a.Why)
				}
			}
			if again := annotate(t, dir, g); !again.Empty() {
				t.Errorf("a second run changes\n%s", again.Diff())
			}
			if err := p.Apply(); err == nil && !p.Empty() {
				t.Error("files that changed since they were read were written over")
			}
		})
	}
}

func analyse(t testing.TB, dir string) *graph.Graph {
	t.Helper()
	g, err := graph.Analyze(t.Context(), dir, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func annotate(t testing.TB, dir string, g *graph.Graph) *Plan {
	t.Helper()
	p, err := Annotate(g, Options{}, func(texts map[string]string) (*graph.Graph, error) {
		return graph.Analyze(t.Context(), dir, graph.Options{Texts: texts})
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}
