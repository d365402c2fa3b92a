package rewrite

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"nixsink/graph"
	"nixsink/parse"
)

// cases are the trees of testdata/flow: each a few small modules and one thing that Nix can do.
func cases(t testing.TB) []*txtar.Archive {
	t.Helper()
	names, err := filepath.Glob("../../testdata/flow/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no flow cases: %v", err)
	}
	var all []*txtar.Archive
	for _, name := range names {
		a, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		a.Files = slices.DeleteFunc(a.Files, func(f txtar.File) bool { return f.Name == "want" || f.Name == "eval" })
		all = append(all, a)
	}
	return all
}

// FuzzAnnotate: whatever a module says and wherever its comments stand, its code stays the same, the diff backwards gives the old text,
// every read that could be told is told, nothing is wrong afterwards, and a second run has nothing to do.
func FuzzAnnotate(f *testing.F) {
	trees := cases(f)
	for i := range trees {
		f.Add(uint16(i), uint64(i), uint8(6*(i%2)))
	}
	f.Fuzz(func(t *testing.T, tree uint16, seed uint64, mutations uint8) {
		annotated(t, mutated(trees[int(tree)%len(trees)], seed, int(mutations%24)))
	})
}

// TestMutated is a part of the fuzzing that is the same every time.
func TestMutated(t *testing.T) {
	for i, a := range cases(t) {
		for seed := range uint64(3) {
			t.Run(fmt.Sprintf("%d/%d", i, seed), func(t *testing.T) { annotated(t, mutated(a, seed, 3+5*int(seed))) })
		}
	}
}

// annotated holds what annotating a tree promises.
func annotated(t *testing.T, files map[string]string) {
	t.Helper()
	dir := tree(t, files)
	before := analyse(t, dir)
	p := annotate(t, dir, before)
	for _, file := range p.Files {
		if !sameCode(file.Old, file.New) {
			t.Errorf("%s: code changed\n%s", file.Name, file.Diff())
		}
		if before.Files[file.Name].Errors.Syntax() {
			t.Errorf("%s has syntax errors and was changed\n%s", file.Name, file.Diff())
		}
		// Apply has tests of its own, and waits for the disk.
		if err := os.WriteFile(filepath.Join(dir, file.Name), []byte(file.New), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	undo(t, p)
	after := analyse(t, dir)
	faultless(t, after, p)
	if again := annotate(t, dir, after); !again.Empty() {
		t.Errorf("the first run\n%s\na second run changes\n%s", p.Diff(), again.Diff())
	}
	if t.Failed() {
		for name, text := range files {
			t.Logf("-- %s --\n%q", name, text)
		}
	}
}

// faultless holds a graph against what annotating makes true: everything that was not left alone is covered and right.
func faultless(t *testing.T, g *graph.Graph, p *Plan) {
	t.Helper()
	alone := map[string]bool{}
	for name, f := range g.Files {
		alone[name] = f.Errors.Syntax() || generated(f)
	}
	for _, s := range p.Skipped {
		alone[s.At.File] = true
	}
	w := newWriter(g)
	for _, r := range g.References {
		if !r.Covered && r.Kind != graph.Guard && !alone[r.At.File] && !w.waived(r.At, "missing-source-id") {
			t.Errorf("%s:%d: %s is not covered\n%s", r.At.File, r.At.Line, r.Value.Path, p.Diff())
		}
	}
	for _, a := range g.Annotations {
		switch a.State {
		case graph.OK, graph.Unverifiable, graph.Waived:
		default:
			if !alone[a.File] {
				t.Errorf("%s:%d: %s: %s: %s\n%s", a.File, a.At.Line, a.State, a.Text, a.Why, p.Diff())
			}
		}
	}
}

var (
	valueNames  = regexp.MustCompile(`\bmy(\.[a-z][a-zA-Z0-9]*)+`)
	optionNames = regexp.MustCompile(`\b(services|networking|systemd|programs|users)(\.[a-z][a-zA-Z0-9]*)+`)
)

// mutated is a tree with comments, blanks and line ends where nobody would put them.
func mutated(a *txtar.Archive, seed uint64, mutations int) map[string]string {
	r := rand.New(rand.NewPCG(seed, uint64(mutations)))
	files := map[string]string{}
	var names []string
	var ids, paths []string
	for _, f := range a.Files {
		text := string(f.Data)
		files[f.Name] = text
		if !strings.HasSuffix(f.Name, ".nix") {
			continue
		}
		names = append(names, f.Name)
		for _, v := range valueNames.FindAllString(text, -1) {
			ids = append(ids, "CFG"+v[2:], v)
		}
		paths = append(paths, optionNames.FindAllString(text, -1)...)
	}
	one := func(of []string) string { return of[r.IntN(len(of))] }
	ids = append(ids, "CFG.nothing.of.it", "CFG.a.*", "CFG.*.b", "CFG.a.{b,c}", "none")
	paths = append(paths, "services.nothing.of.it", "a few words", "services.*")
	for range mutations {
		name := one(names)
		src := files[name]
		var gaps []parse.Span // runs of blanks and comments
		for _, t := range parse.Tokens(src) {
			if n := len(gaps); n > 0 && t.Kind.Trivia() && gaps[n-1].End == t.Start {
				gaps[n-1].End = t.End
			} else if t.Kind.Trivia() {
				gaps = append(gaps, t.Span)
			}
		}
		gap := parse.Span{}
		if len(gaps) > 0 {
			gap = gaps[r.IntN(len(gaps))]
		}
		old := src[gap.Start:gap.End]
		text := old
		switch r.IntN(19) {
		case 0, 1, 2:
			text += "\n# source-id: " + one(ids) + "\n"
		case 3:
			text += "\n# sink: " + one(paths) + "\n"
		case 4:
			text += " # source-id: " + one(ids) + "\n"
		case 5:
			text += "\n/*\n  source-id: " + one(ids) + "\n  sink: " + one(paths) + "\n*/\n"
		case 6:
			text += " /** source-id: " + one(ids) + " */ "
		case 7:
			text += "\n# source-ids: " + one(ids) + " / " + one(ids) + "\n# Sink: " + one(paths) + ", " + one(paths) + "\n"
		case 8:
			text += "\n# source: " + one(ids) + "\n# sink-id: " + one(ids) + "\n"
		case 9:
			text += " # words\n"
		case 10:
			if !strings.Contains(old, "#") {
				text = " "
			}
		case 11:
			text += "\n\n"
		case 12:
			text += "\n\t\t"
		case 13:
			text += "\n# nixsink: ignore missing-source-id because it is said elsewhere\n"
		case 14: // all of it
			src = strings.ReplaceAll(strings.ReplaceAll(src, "\r", ""), "\n", "\r\n")
			gap, text = parse.Span{}, ""
		case 15:
			src = strings.TrimRight(src, "\r\n")
			gap, text = parse.Span{}, ""
		case 17:
			text += "\n# source-id " + one(ids) + "\n# sink: \n"
		case 18:
			text += "\n# source-id: " + one([]string{"", "CFG..x", "a few words", one(ids) + " /", one(ids) + " (a remark)"}) + "\n"
		case 16:
			src = strings.ReplaceAll(src, "  ", "\t")
			gap, text = parse.Span{}, ""
		}
		files[name] = src[:gap.Start] + text + src[gap.End:]
	}
	return files
}
