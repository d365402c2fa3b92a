package parse_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nixsink/parse"
)

const okDir = "../testdata/ok"

func okFiles(t testing.TB) []string {
	files, err := filepath.Glob(okDir + "/*.nix")
	if err != nil || len(files) == 0 {
		t.Fatal("no files in "+okDir, err)
	}
	return files
}

func read(t testing.TB, name string) string {
	src, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}

func TestOK(t *testing.T) {
	for _, name := range okFiles(t) {
		f := parse.Parse(name, read(t, name))
		if f.Errors != nil {
			t.Errorf("%v", f.Errors)
		}
		checkTree(t, f)
	}
}

// TestOKNix compares with the Nix at hand; Debian's is 2.8.
func TestOKNix(t *testing.T) {
	n := compare(t, okFiles(t), map[string]string{
		okDir + "/pipes.nix":     "pipe operators are newer than Nix 2.23",
		okDir + "/sets-deep.nix": "Nix merges written sets more than one level deep since 2.20 or so",
	})
	t.Logf("%+v", n)
}

// checkTree checks what holds for every tree, of good source and bad: tokens rebuild the source; each node lies within the one around
// it and after the one before it; comments are in order, start as comments do and lie where no text does.
func checkTree(t testing.TB, f *parse.File) {
	t.Helper()
	var b strings.Builder
	for _, tok := range parse.Tokens(f.Src) {
		b.WriteString(f.Text(tok.Span))
	}
	if b.String() != f.Src {
		t.Fatalf("%s: tokens do not rebuild the source", f.Name)
	}
	whole := parse.Span{End: int32(len(f.Src))}
	checkNode(t, f, f.Expr, whole)
	last := int32(0)
	for _, c := range f.Comments {
		text := f.Text(c.Span)
		if c.Start < last || !strings.HasPrefix(text, "#") && !strings.HasPrefix(text, "/*") {
			t.Fatalf("%s: comment %v %q", f.Name, c, text)
		}
		last = c.End
	}
	for i, e := range f.Errors {
		if !whole.Contains(e.Span) || i > 0 && e.Span.Start < f.Errors[i-1].Span.Start || e.Pos != f.Position(e.Span.Start) || e.Msg == "" {
			t.Fatalf("%s: error %+v", f.Name, *e)
		}
	}
}

// checkNode walks by Walk itself: its order is the order of the source.
func checkNode(t testing.TB, f *parse.File, n parse.Node, around parse.Span) {
	t.Helper()
	s := n.Range()
	if s.Start > s.End || !around.Contains(s) {
		t.Fatalf("%s: %T %v is not within %v", f.Name, n, s, around)
	}
	last := s.Start
	depth := 0
	parse.Walk(n, func(m parse.Node) bool {
		if depth++; depth == 1 {
			return true
		}
		r := m.Range()
		if r.Start < last {
			t.Fatalf("%s: %T %v starts before %d", f.Name, m, r, last)
		}
		last = r.End
		checkNode(t, f, m, s)
		return false
	})
	checkParts(t, f, n)
}

// checkParts checks the spans of what is no node.
func checkParts(t testing.TB, f *parse.File, n parse.Node) {
	t.Helper()
	s := n.Range()
	last := s.Start
	within := func(what string, r parse.Span) {
		if r.Start < last || r.End < r.Start || r.End > s.End {
			t.Fatalf("%s: %s %v of %T %v", f.Name, what, r, n, s)
		}
		last = r.End
	}
	names := func(all []parse.AttrName) {
		for i := range all {
			within("name", all[i].Span)
		}
	}
	switch x := n.(type) {
	case *parse.String:
		for _, p := range x.Parts {
			within("part", p.Span)
		}
	case *parse.Path:
		for _, p := range x.Parts {
			within("part", p.Span)
		}
	case *parse.Ident:
		if f.Text(s) != x.Name {
			t.Fatalf("%s: name %q stands for %q", f.Name, x.Name, f.Text(s))
		}
	case *parse.Attr:
		names(x.Path)
	case *parse.Inherit:
		names(x.Names)
	case *parse.Select:
		names(x.Path)
	case *parse.HasAttr:
		names(x.Path)
	case *parse.Lambda:
		if x.Formals != nil {
			within("formals", x.Formals.Span)
			last = x.Formals.Start
			for _, a := range x.Formals.List {
				within("formal", a.Span)
				if f.Text(a.NameSpan) != a.Name {
					t.Fatalf("%s: formal %q stands for %q", f.Name, a.Name, f.Text(a.NameSpan))
				}
			}
		}
	}
}
