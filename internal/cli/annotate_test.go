package cli

import (
	"bytes"
	"strings"
	"testing"

	"nixsink/internal/rewrite"
	"nixsink/parse"
)

// TestStep steps through changes with all that one may answer.
func TestStep(t *testing.T) {
	insert := func(file string, at int32, text string) rewrite.Change {
		return rewrite.Change{Kind: rewrite.Missing, File: file, Span: parse.Span{Start: at, End: at}, New: text, Line: 1, Why: "no " + text[2:4]}
	}
	plan := func() *rewrite.Plan {
		const src = "{\n a = 1;\n b = 2;\n}\n"
		var p rewrite.Plan
		for _, name := range []string{"x.nix", "y.nix"} {
			p.Files = append(p.Files, &rewrite.File{Name: name, Old: src, New: src, Changes: []rewrite.Change{
				insert(name, 2, "# id a\n"), insert(name, 2, "# sink a\n"), insert(name, 10, "# id b\n"),
			}})
		}
		return &p
	}
	for _, c := range []struct {
		answers, want string // file: number of changes
		questions     int
	}{
		{"y\ny\ny\ny\n", "x.nix:3 y.nix:3", 4},
		{"n\nn\nn\nn\n", "", 4},
		{"y\nn\nn\ny\n", "x.nix:2 y.nix:1", 4},
		{"f\nn\nn\n", "x.nix:3", 3},
		{"n\na\n", "x.nix:1 y.nix:3", 2},
		{"y\nq\n", "x.nix:2", 2},
		{"Y\n", "x.nix:2", 2}, // the input ends
		{"", "", 1},
		{"?\nwhat\n\ny\nq\n", "x.nix:2", 5},
	} {
		var talk bytes.Buffer
		a := newApp(strings.NewReader(c.answers), &bytes.Buffer{}, &talk)
		var got []string
		for _, f := range a.step(plan(), nil).Files {
			got = append(got, f.Name+":"+string(rune('0'+len(f.Changes))))
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%q: got %q, want %q", c.answers, s, c.want)
		}
		if n := strings.Count(talk.String(), "[y,n,f,a,q,?]? "); n != c.questions {
			t.Errorf("%q: %d questions, want %d", c.answers, n, c.questions)
		}
		if !strings.Contains(talk.String(), "(1/4) no id, no si. Make") {
			t.Errorf("%q: the first question is\n%s", c.answers, talk.String())
		}
	}
}
