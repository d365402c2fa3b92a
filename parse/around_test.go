package parse

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// The way that Around finds is the one that Walk would take, to every expression of every file that parses.
func TestAroundIsWalk(t *testing.T) {
	files, err := filepath.Glob("../testdata/ok/*.nix")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	for _, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f := Parse(name, string(src))
		var nodes []Node
		Walk(f.Expr, func(n Node) bool { nodes = append(nodes, n); return true })
		for _, n := range nodes[:min(len(nodes), 2000)] {
			s := n.Range()
			var want, got []Node
			Walk(f.Expr, func(n Node) bool {
				if !n.Range().Contains(s) {
					return false
				}
				want = append(want, n)
				return true
			})
			Around(f.Expr, s, func(n Node) { got = append(got, n) })
			if s.Len() > 0 && !slices.Equal(got, want) {
				t.Fatalf("%s: %q: %d nodes, want %d", name, f.Text(s), len(got), len(want))
			}
		}
	}
}
