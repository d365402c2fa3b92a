package rewrite

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nixsink/graph"
)

// TestProperties holds what annotating promises on whole trees: everything resolved is covered, nothing is wrong, and a second run has
// nothing to do; code stays the same for us and for Nix, and the plan backwards gives the old bytes.
func TestProperties(t *testing.T) {
	for _, tree := range []string{"projects/homelab", "examples/custom", "examples/dendritic", "examples/home", "examples/mkhost"} {
		t.Run(tree, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(filepath.Join("../../testdata", tree))); err != nil {
				t.Fatal(err)
			}
			p := annotate(t, dir, analyse(t, dir))
			if p.Empty() {
				t.Error("there is nothing to do, so nothing is tested")
			}
			before := nixParses(t, dir, p)
			if _, err := p.Apply(); err != nil {
				t.Fatal(err)
			}
			for name, after := range nixParses(t, dir, p) {
				if after != before[name] {
					t.Errorf("%s: Nix reads\n%s\nand before\n%s", name, after, before[name])
				}
			}
			for _, f := range p.Files {
				if !sameCode(f.Old, f.New) {
					t.Errorf("%s: code changed", f.Name)
				}
			}
			undo(t, p)
			g := analyse(t, dir)
			faultless(t, g, p)
			if c := g.Coverage.SourceID; c.Covered != c.Total && len(p.Skipped) == 0 {
				t.Errorf("%d of %d reads covered", c.Covered, c.Total)
			}
			if c := g.Coverage.Declaration; c.Covered != c.Total && len(p.Skipped) == 0 {
				t.Errorf("%d of %d declarations covered", c.Covered, c.Total)
			}
			if c := g.Coverage.Sink; c.Covered != c.Total && len(p.Skipped) == 0 {
				t.Errorf("%d of %d sinks covered", c.Covered, c.Total)
			}
			if again := annotate(t, dir, g); !again.Empty() {
				t.Errorf("a second run changes\n%s", again.Diff())
			}
			if _, err := p.Apply(); err == nil && !p.Empty() {
				t.Error("files that changed since they were read were written over")
			}
		})
	}
}

// nixParses is what Nix makes of the files of a plan, as they are now; nil without Nix.
func nixParses(t *testing.T, dir string, p *Plan) map[string]string {
	t.Helper()
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		return nil
	}
	out := map[string]string{}
	for _, f := range p.Files {
		text, err := exec.Command(nix, "--parse", filepath.Join(dir, f.Name)).Output()
		if err != nil {
			text = []byte("refused") // syntax that is too new for it
		}
		out[f.Name] = unordered(string(text))
	}
	return out
}

// unordered sorts the bindings of every set and let in what Nix prints: their order depends on where names lie in memory, which
// comments change.
func unordered(printed string) string {
	at := 0
	var group func(end byte) string
	group = func(end byte) string {
		var pieces []string
		var piece strings.Builder
		for at < len(printed) && printed[at] != end {
			switch c := printed[at]; c {
			case '"':
				from := at
				for at++; at < len(printed) && printed[at] != '"'; at++ {
					if printed[at] == '\\' {
						at++
					}
				}
				piece.WriteString(printed[from:min(at+1, len(printed))])
			case '(', '[', '{':
				at++
				piece.WriteByte(c)
				piece.WriteString(group(map[byte]byte{'(': ')', '[': ']', '{': '}'}[c]))
			case ';':
				pieces = append(pieces, strings.TrimSpace(piece.String()))
				piece.Reset()
			default:
				piece.WriteByte(c)
			}
			at++
		}
		head := ""
		if len(pieces) > 0 {
			if rest, ok := strings.CutPrefix(pieces[0], "let "); ok {
				head, pieces[0] = "let ", rest
			}
		}
		slices.Sort(pieces)
		return head + strings.Join(append(pieces, strings.TrimSpace(piece.String())), ";\n") + string(end)
	}
	return group(0)
}

func TestUnordered(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"{ a = 1; b = 2; }", "{ b = 2; a = 1; }", true},
		{"(let x = 1; y = { p = 1; q = 2; }; in x)", "(let y = { q = 2; p = 1; }; x = 1; in x)", true},
		{"{ a = 1; b = 2; }", "{ a = 2; b = 1; }", false},
		{"(let x = 1; in x)", "(let x = 1; in y)", false},
		{"{ a = \"; b = 1\"; }", "{ a = \"b = 1; \"; }", false},
		{"[ (a) (b) ]", "[ (b) (a) ]", false},
	} {
		if got := unordered(c.a) == unordered(c.b); got != c.same {
			t.Errorf("%s and %s: same is %t", c.a, c.b, got)
		}
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

// TestOver: a run whose budget is used up plans nothing, and says where it ended.
func TestOver(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "default.nix"), []byte("{ lib, config, ... }: { options.my.a = lib.mkOption { default = 1; }; config.b = config.my.a; }\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	why := errors.New("its time is used up")
	plan, err := Annotate(analyse(t, dir), Options{Over: func() error { return why }}, nil)
	if plan != nil || !errors.Is(err, why) || !strings.Contains(err.Error(), "default.nix") {
		t.Errorf("%v, %v", plan, err)
	}
}
