package parse_test

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"nixsink/parse"
)

// nixInstantiate skips where there is no Nix, except in CI.
func nixInstantiate(t *testing.T) string {
	t.Helper()
	bin, err := exec.LookPath("nix-instantiate")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("nix-instantiate is missing")
		}
		t.Skip("nix-instantiate is missing")
	}
	return bin
}

// nixParse gives what Nix prints for each file, "" for those that it rejects. One process takes many files and stops at the first bad one.
func nixParse(t *testing.T, bin string, files []string) map[string]string {
	t.Helper()
	trees := make(map[string]string, len(files))
	const batch = 400
	for len(files) > 0 {
		n := min(batch, len(files))
		cmd := exec.Command(bin, append([]string{"--parse"}, files[:n]...)...)
		cmd.Env = append(os.Environ(), "HOME=/home/nixsink", "NIX_CONFIG=experimental-features = nix-command flakes")
		out, _ := cmd.Output()
		lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
		if len(out) == 0 {
			lines = nil
		}
		for i, line := range lines {
			trees[files[i]] = line
		}
		if len(lines) < n {
			trees[files[len(lines)]] = ""
			n = len(lines) + 1
		}
		files = files[n:]
	}
	return trees
}

// canonical prints a tree as Nix sees it: without parentheses, operators as the calls they are, sets merged and sorted, texts joined. Two
// trees that print alike mean the same to Nix.
type canonical struct {
	dir     string // that relative paths start from
	printed bool   // by Nix
}

func (c canonical) expr(e parse.Expr) string {
	switch x := e.(type) {
	case *parse.Paren:
		return c.expr(x.X)
	case *parse.Ident:
		return x.Name
	case *parse.Int:
		v, _ := strconv.ParseInt(x.Text, 10, 64)
		return strconv.FormatInt(v, 10)
	case *parse.Float:
		v, _ := strconv.ParseFloat(x.Text, 64)
		return strconv.FormatFloat(v, 'g', 6, 64)
	case *parse.URI:
		return strconv.Quote(x.Text)
	case *parse.String:
		return join(c.parts(x.Parts)).print()
	case *parse.Path:
		return c.path(x)
	case *parse.List:
		var b strings.Builder
		for _, e := range x.Elems {
			b.WriteString(c.expr(e) + " ")
		}
		return "[" + b.String() + "]"
	case *parse.Set:
		s := c.set(x)
		if x.LegacyLet {
			return "(" + s.print() + `)."body"`
		}
		return s.print()
	case *parse.Let:
		s := &set{rec: true}
		s.addAll(c, x.Bindings)
		return "(let " + s.print() + " in " + c.expr(x.Body) + ")"
	case *parse.With:
		return "(with " + c.expr(x.Env) + "; " + c.expr(x.Body) + ")"
	case *parse.Assert:
		return "(assert " + c.expr(x.Cond) + "; " + c.expr(x.Body) + ")"
	case *parse.If:
		return "(if " + c.expr(x.Cond) + " then " + c.expr(x.Then) + " else " + c.expr(x.Else) + ")"
	case *parse.Lambda:
		return c.lambda(x)
	case *parse.Apply:
		return c.call(x.Fn, x.Arg)
	case *parse.Select:
		s := "(" + c.expr(x.X) + ")." + c.attrPath(x.Path)
		if x.Default != nil {
			s = "(" + s + " or " + c.expr(x.Default) + ")"
		}
		return s
	case *parse.HasAttr:
		return "(" + c.expr(x.X) + " ? " + c.attrPath(x.Path) + ")"
	case *parse.Unary:
		if x.Op == parse.OpNeg {
			return "(__sub 0 " + c.expr(x.X) + ")"
		}
		return "(! " + c.expr(x.X) + ")"
	case *parse.Binary:
		return c.binary(x)
	case *parse.Bad:
		return "<bad>"
	}
	panic(fmt.Sprintf("%T", e))
}

// call flattens curried calls: f a b.
func (c canonical) call(fn, arg parse.Expr) string {
	f := c.expr(fn)
	if isCall(fn) {
		return strings.TrimSuffix(f, ")") + " " + c.expr(arg) + ")"
	}
	return "(" + f + " " + c.expr(arg) + ")"
}

// isCall reports whether Nix makes one call of e and its next argument.
func isCall(e parse.Expr) bool {
	switch x := e.(type) {
	case *parse.Paren:
		return isCall(x.X)
	case *parse.Apply:
		return true
	case *parse.Path:
		return x.Search
	case *parse.Unary:
		return x.Op == parse.OpNeg
	case *parse.Binary:
		switch x.Op {
		case parse.OpSub, parse.OpMul, parse.OpDiv, parse.OpLess, parse.OpGreater, parse.OpPipeTo, parse.OpPipeFrom:
			return true
		}
	}
	return false
}

func (c canonical) binary(x *parse.Binary) string {
	a, b := x.X, x.Y
	switch x.Op {
	case parse.OpAdd:
		return join(c.terms(x)).print()
	case parse.OpSub:
		return "(__sub " + c.expr(a) + " " + c.expr(b) + ")"
	case parse.OpMul:
		return "(__mul " + c.expr(a) + " " + c.expr(b) + ")"
	case parse.OpDiv:
		return "(__div " + c.expr(a) + " " + c.expr(b) + ")"
	case parse.OpLess:
		return "(__lessThan " + c.expr(a) + " " + c.expr(b) + ")"
	case parse.OpGreater:
		return "(__lessThan " + c.expr(b) + " " + c.expr(a) + ")"
	case parse.OpGreaterEq:
		return "(! (__lessThan " + c.expr(a) + " " + c.expr(b) + "))"
	case parse.OpLessEq:
		return "(! (__lessThan " + c.expr(b) + " " + c.expr(a) + "))"
	case parse.OpPipeTo:
		return c.call(b, a)
	case parse.OpPipeFrom:
		return c.call(a, b)
	}
	return "(" + c.expr(a) + " " + x.Op.String() + " " + c.expr(b) + ")"
}

// term is one operand of a concatenation: literal text, or anything else.
type term struct {
	literal bool
	text    string
}

// terms are the operands of the concatenation that e is. Nix prints "a${b}c" as (a + b + c), and a + b + c as ((a + b) + c).
func (c canonical) terms(e parse.Expr) []term {
	switch x := e.(type) {
	case *parse.String:
		return c.parts(x.Parts)
	case *parse.Path:
		if !x.Search {
			return c.pathTerms(x)
		}
	case *parse.URI:
		return []term{{true, x.Text}}
	case *parse.Binary:
		if x.Op == parse.OpAdd {
			if _, ok := x.X.(*parse.Binary); ok && c.printed {
				return append(c.terms(x.X), c.term(x.Y))
			}
			return []term{c.term(x.X), c.term(x.Y)}
		}
	}
	return []term{{false, c.expr(e)}}
}

func (c canonical) term(e parse.Expr) term {
	if x, ok := e.(*parse.Paren); ok {
		return c.term(x.X)
	}
	return join(c.terms(e))
}

func (c canonical) parts(parts []parse.Part) (out []term) {
	for _, p := range parts {
		if p.Expr == nil {
			out = append(out, term{true, p.Text})
		} else {
			out = append(out, c.term(p.Expr))
		}
	}
	return out
}

// join makes one term of several, and one text of neighbouring texts.
func join(terms []term) term {
	var out []term
	for _, t := range terms {
		if n := len(out); t.literal && n > 0 && out[n-1].literal {
			out[n-1].text += t.text
		} else {
			out = append(out, t)
		}
	}
	out = slices.DeleteFunc(out, func(t term) bool { return t == term{true, ""} })
	switch len(out) {
	case 0:
		return term{true, ""}
	case 1:
		return out[0]
	}
	texts := make([]string, len(out))
	for i, t := range out {
		texts[i] = t.print()
	}
	return term{false, "(" + strings.Join(texts, " + ") + ")"}
}

func (t term) print() string {
	if t.literal {
		return strconv.Quote(t.text)
	}
	return t.text
}

func (c canonical) path(x *parse.Path) string {
	if x.Search {
		return "(__findFile __nixPath " + strconv.Quote(x.Parts[0].Text) + ")"
	}
	return join(c.pathTerms(x)).print()
}

func (c canonical) pathTerms(x *parse.Path) []term {
	p := x.Parts[0].Text
	switch {
	case strings.HasPrefix(p, "~"):
		p = "/home/nixsink" + p[1:]
	case !strings.HasPrefix(p, "/"):
		p = c.dir + "/" + p
	}
	slash := strings.HasSuffix(p, "/")
	if p = path.Clean(p); p == "/" {
		p += slashMark
	} else if slash {
		p += "/" + slashMark
	}
	out := []term{{false, p}}
	return append(out, c.parts(x.Parts[1:])...)
}

// slashMark stands behind paths that end with a slash. Nix prints them so, but does not read them.
const slashMark = "__slash"

// readable puts the mark into what Nix printed.
func readable(printed string) string {
	var b strings.Builder
	for _, t := range parse.Tokens(printed) {
		text := printed[t.Start:t.End]
		b.WriteString(text)
		switch t.Kind.String() {
		case "path":
			if strings.HasSuffix(text, "/") {
				b.WriteString(slashMark)
			}
		case "'/'": // Nix prints divisions as calls
			b.WriteString(slashMark)
		}
	}
	return b.String()
}

func (c canonical) lambda(x *parse.Lambda) string {
	var b strings.Builder
	b.WriteString("(")
	if x.Formals != nil {
		var all []string
		for _, f := range x.Formals.List {
			s := f.Name
			if f.Default != nil {
				s += " ? " + c.expr(f.Default)
			}
			all = append(all, s)
		}
		slices.Sort(all)
		if x.Formals.Ellipsis {
			all = append(all, "...")
		}
		b.WriteString("{ " + strings.Join(all, ", ") + " }")
		if x.Arg != nil {
			b.WriteString(" @ ")
		}
	}
	if x.Arg != nil {
		b.WriteString(x.Arg.Name)
	}
	return b.String() + ": " + c.expr(x.Body) + ")"
}

func (c canonical) attrPath(names []parse.AttrName) string {
	var out []string
	for i := range names {
		out = append(out, c.name(&names[i]))
	}
	return strings.Join(out, ".")
}

func (c canonical) name(n *parse.AttrName) string {
	if n.Static() {
		return strconv.Quote(n.Name)
	}
	return "${" + c.expr(n.Expr) + "}"
}

// set is a merged attribute set.
type set struct {
	rec   bool
	attrs []attr
}

type attr struct {
	name    string // quoted, or ${…}
	dynamic bool
	sub     *set
	text    string
}

func (c canonical) set(x *parse.Set) *set {
	s := &set{rec: x.Rec}
	s.addAll(c, x.Bindings)
	return s
}

func (s *set) addAll(c canonical, bindings []parse.Binding) {
	for _, b := range bindings {
		switch b := b.(type) {
		case *parse.Attr:
			at := s
			for i := range b.Path {
				n := &b.Path[i]
				a := attr{name: c.name(n), dynamic: !n.Static()}
				if i < len(b.Path)-1 {
					a.sub = &set{}
				} else if lit := literalSet(b.Value); lit != nil {
					a.sub = c.set(lit)
				} else {
					a.text = c.expr(b.Value)
				}
				at = at.add(a)
			}
		case *parse.Inherit:
			for i := range b.Names {
				a := attr{name: c.name(&b.Names[i]), text: "inherit"}
				if b.From != nil {
					a.text = "(" + c.expr(b.From) + ")." + a.name
				}
				s.add(a)
			}
		}
	}
}

func literalSet(e parse.Expr) *parse.Set {
	switch x := e.(type) {
	case *parse.Paren:
		return literalSet(x.X)
	case *parse.Set:
		if !x.LegacyLet {
			return x
		}
	}
	return nil
}

func (s *set) add(a attr) *set {
	if !a.dynamic && a.sub != nil {
		for i := range s.attrs {
			if p := &s.attrs[i]; p.name == a.name && !p.dynamic && p.sub != nil {
				for _, b := range a.sub.attrs {
					p.sub.add(b)
				}
				return p.sub
			}
		}
	}
	s.attrs = append(s.attrs, a)
	return a.sub
}

func (s *set) print() string {
	slices.SortStableFunc(s.attrs, func(a, b attr) int {
		if a.dynamic || b.dynamic {
			return cmp.Compare(btoi(a.dynamic), btoi(b.dynamic))
		}
		return cmp.Compare(a.name, b.name)
	})
	var b strings.Builder
	if s.rec {
		b.WriteString("rec ")
	}
	b.WriteString("{ ")
	for _, a := range s.attrs {
		if a.sub != nil {
			a.text = a.sub.print()
		}
		b.WriteString(a.name + " = " + a.text + "; ")
	}
	b.WriteString("}")
	return b.String()
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// agreement counts what a comparison with Nix found.
type agreement struct{ files, accepted, rejected, sameTree int }

// compare checks that Nix and we accept and reject the same files, and read the same trees. known has a reason for each file, by its
// slash-separated path, about which the Nix at hand is known to think otherwise.
func compare(t *testing.T, files []string, known map[string]string) (n agreement) {
	t.Helper()
	trees := nixParse(t, nixInstantiate(t), files)
	for _, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		n.files++
		f := parse.Parse(name, string(src))
		nix := trees[name]
		disagree := ""
		switch {
		case nix == "" && f.Errors == nil:
			disagree = "Nix rejects it, we do not"
		case nix != "" && f.Errors != nil:
			disagree = "Nix accepts it, we say " + f.Errors.Error()
		case nix == "":
			n.rejected++
		default:
			n.accepted++
			dir, err := filepath.Abs(filepath.Dir(name))
			if err != nil {
				t.Fatal(err)
			}
			theirs := parse.Parse("printed by Nix", readable(nix))
			want, got := canonical{dir, true}.expr(theirs.Expr), canonical{dir, false}.expr(f.Expr)
			if theirs.Errors.Syntax() {
				disagree = "cannot read what Nix prints: " + theirs.Errors.Error()
			} else if want != got {
				disagree = diff(got, want)
			} else {
				n.sameTree++
			}
		}
		reason, isKnown := known[filepath.ToSlash(name)]
		switch {
		case disagree != "" && !isKnown:
			t.Errorf("%s: %s", name, disagree)
		case disagree == "" && isKnown:
			t.Logf("%s: this Nix agrees; known otherwise: %s", name, reason)
		}
	}
	return n
}

// diff shows where two texts part.
func diff(got, want string) string {
	i := 0
	for i < len(got) && i < len(want) && got[i] == want[i] {
		i++
	}
	from := max(0, i-60)
	return fmt.Sprintf("trees differ:\n got …%s\nwant …%s", got[from:min(len(got), i+120)], want[from:min(len(want), i+120)])
}

// TestNixCorpus compares over the .nix files of a directory of choice: NIXSINK_CORPUS=~/src/home-manager go test -run NixCorpus -v ./parse
func TestNixCorpus(t *testing.T) {
	dir := os.Getenv("NIXSINK_CORPUS")
	if dir == "" {
		t.Skip("NIXSINK_CORPUS is not set")
	}
	var files []string
	err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && strings.HasSuffix(name, ".nix") {
			files = append(files, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	n := compare(t, files, nil)
	t.Logf("%d files: both accept %d, of which %d read as the same tree, both reject %d", n.files, n.accepted, n.sameTree, n.rejected)
}
