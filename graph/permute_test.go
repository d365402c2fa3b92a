package graph_test

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"nixsink/internal/flowtest"
	"nixsink/parse"
)

// permuted are properties of the text that mean nothing to Nix and must mean nothing to the analysis: a case and the ones
// written in another order have the same flows. They name the groups of nodes of a file that may change places.
var permuted = map[string]func(parse.Node) []parse.Node{
	"imports":  listsOf("imports"),
	"modules":  listsOf("modules", "sharedModules"),
	"bindings": bindings,
}

// bindings are those of a set, let or rec set.
func bindings(n parse.Node) (group []parse.Node) {
	var all []parse.Binding
	switch n := n.(type) {
	case *parse.Set:
		all = n.Bindings
	case *parse.Let:
		all = n.Bindings
	}
	for _, b := range all {
		group = append(group, b)
	}
	return group
}

// listsOf are the elements of a list that one of the names is bound to.
func listsOf(names ...string) func(parse.Node) []parse.Node {
	return func(n parse.Node) (group []parse.Node) {
		a, ok := n.(*parse.Attr)
		if !ok || !slices.Contains(names, a.Path[len(a.Path)-1].Name) {
			return nil
		}
		if list, ok := a.Value.(*parse.List); ok {
			for _, e := range list.Elems {
				group = append(group, e)
			}
		}
		return group
	}
}

// rewrite writes a file anew with every group of nodes in the order that permute gives.
func rewrite(src string, groups func(parse.Node) []parse.Node, permute func(n int) []int) string {
	file := parse.Parse("", src)
	moves := map[parse.Span]parse.Span{} // what stands where the key stood
	parse.Walk(file.Expr, func(n parse.Node) bool {
		if g := groups(n); len(g) > 1 {
			for to, from := range permute(len(g)) {
				moves[g[to].Range()] = g[from].Range()
			}
		}
		return true
	})
	at := slices.SortedFunc(maps.Keys(moves), func(a, b parse.Span) int { return int(a.Start - b.Start) })
	var write func(parse.Span) string
	write = func(s parse.Span) string {
		var b strings.Builder
		from := s.Start
		for _, m := range at {
			if m.Start < from || !s.Contains(m) || m == s {
				continue
			}
			b.WriteString(src[from:m.Start])
			b.WriteString(write(moves[m]))
			from = m.End
		}
		b.WriteString(src[from:s.End])
		return b.String()
	}
	return write(parse.Span{Start: 0, End: int32(len(src))})
}

// reversed and rotated are permutations of n things.
func reversed(n int) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = n - 1 - i
	}
	return p
}

func rotated(n int) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = (i + 1) % n
	}
	return p
}

// TestOrderChangesNoFlow writes every case in other orders and wants the flows of the first.
func TestOrderChangesNoFlow(t *testing.T) {
	cases, err := flowtest.Load(flowCases)
	if err != nil {
		t.Fatal(err)
	}
	todo, err := flowtest.LoadTodo(filepath.Join(flowCases, "todo"))
	if err != nil {
		t.Fatal(err)
	}
	written := 0
	for _, c := range slices.Concat(cases, todo) {
		var want string
		for _, property := range slices.Sorted(maps.Keys(permuted)) {
			name := property + "/" + c.Name
			var diffs []string
			for _, permute := range []func(int) []int{reversed, rotated} {
				other, changed := c, false
				other.Files = slices.Clone(c.Files)
				for i, f := range c.Files {
					if filepath.Ext(f.Name) != ".nix" {
						continue
					}
					text := rewrite(string(f.Data), permuted[property], permute)
					if p := parse.Parse(f.Name, text); len(p.Errors) > 0 {
						t.Fatalf("%s: %v\n%s", name, p.Errors[0], text)
					}
					changed = changed || text != string(f.Data)
					other.Files[i] = txtar.File{Name: f.Name, Data: []byte(text)}
				}
				if !changed {
					continue
				}
				written++
				if want == "" {
					want = text(flowsOf(t, c))
				}
				if got := text(flowsOf(t, other)); got != want {
					diffs = append(diffs, lineDiff(want, got))
				}
			}
			if len(diffs) > 0 {
				t.Errorf("%s: the order matters:\n%s", name, strings.Join(diffs, "\n"))
			}
		}
	}
	if written < 300 {
		t.Errorf("%d cases were written in another order; they should be hundreds", written)
	}
}

// text lists flows as lines, sorted, each once.
func text(flows []flowtest.Flow, _ []flowtest.Finding) string {
	var lines []string
	for _, f := range flows {
		lines = append(lines, f.String())
	}
	slices.Sort(lines)
	return strings.Join(slices.Compact(lines), "\n") + "\n"
}

func lineDiff(a, b string) string {
	var out []string
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for _, l := range x {
		if !slices.Contains(y, l) {
			out = append(out, "\tlost "+l)
		}
	}
	for _, l := range y {
		if !slices.Contains(x, l) {
			out = append(out, "\tnew "+l)
		}
	}
	return strings.Join(out, "\n")
}

func TestRewrite(t *testing.T) {
	const src = `{ a = 1; b = { c = 2; d = 3; }; imports = [ ./x ./y { e = 1; f = 2; } ]; }`
	for property, want := range map[string]string{
		"imports":  `{ a = 1; b = { c = 2; d = 3; }; imports = [ { e = 1; f = 2; } ./y ./x ]; }`,
		"bindings": `{ imports = [ ./x ./y { f = 2; e = 1; } ]; b = { d = 3; c = 2; }; a = 1; }`,
		"modules":  src,
	} {
		if got := rewrite(src, permuted[property], reversed); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", property, got, want)
		}
	}
}
