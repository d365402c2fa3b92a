package change

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"nixsink/graph"
	"nixsink/parse"
)

// Code is a binding whose code differs, and of which nothing else tells: one of a let, a helper's, a package's.
type Code struct {
	How  How
	Name string // of the binding: "toggleLock", "packages.tool"; "" for what stands in none
	At   graph.Place
	Old  bool // At is a place of the old side
	// What it is bound to, on one line; "" where there was none.
	Then, Now string
	Options   []string // that definitions of the same file give by way of it, sorted
}

// code finds the bindings that differ and that no definition, declaration or import tells of.
func (c *comparison) code() {
	told, gone := map[string][]parse.Span{}, map[string][]parse.Span{} // of the present side and the old one, by file
	tell := func(at graph.Place, old bool) {
		if old {
			gone[at.File] = append(gone[at.File], at.Span)
		} else {
			told[at.File] = append(told[at.File], at.Span)
		}
	}
	for _, d := range c.changed {
		tell(d.At, d.Old)
	}
	for _, at := range c.were {
		tell(at, true)
	}
	// A binding that is a definition, or holds some, and differs in nothing that makes the definition another one, is only written otherwise.
	defined := func(g *graph.Graph) map[string][]parse.Span {
		out := map[string][]parse.Span{}
		for _, d := range g.Definitions {
			out[d.At.File] = append(out[d.At.File], d.At.Span)
		}
		return out
	}
	// So is one around declarations: what comes or goes of them is told as a value.
	declares := map[string][]parse.Span{}
	for _, v := range c.now.Values {
		for _, at := range v.Declared {
			declares[at.File] = append(declares[at.File], at.Span)
		}
	}
	definedThen, definedNow := defined(c.then), defined(c.now)
	for _, v := range c.Values {
		if v.Now != nil {
			for _, at := range v.Now.Declared {
				tell(at, false)
			}
		}
		if v.Then != nil {
			for _, at := range v.Then.Declared {
				tell(at, true)
			}
		}
	}
	for _, f := range c.Files {
		if !f.Code || f.How != Changed || f.Layout {
			continue
		}
		was := f.Name
		if f.Was != "" {
			was = f.Was
		}
		old, now := c.then.Files[was], c.now.Files[f.Name]
		before, after := c.bindings(old), c.bindings(now)
		c.codeOf(old, now, before, func(a *parse.Attr, path string) {
			at := graph.PlaceIn(now, a.Span)
			if slices.ContainsFunc(definedNow[f.Name], a.Span.Contains) || slices.ContainsFunc(declares[f.Name], func(s parse.Span) bool { return a.Value.Range().Contains(s) && a.Value.Range() != s }) {
				return
			}
			if last := a.Path[len(a.Path)-1]; last.Static() && last.Name == "imports" && pathsOnly(before[path], c.placed(now, a.Value.Range())) {
				return // what is imported tells of it
			}
			if slices.ContainsFunc(told[f.Name], func(s parse.Span) bool { return s.Contains(a.Span) || a.Span.Contains(s) }) {
				return
			}
			k := Code{How: Changed, Name: path, At: at, Options: c.usedBy(now, a), Now: boundTo(c.now, now, a)}
			switch was := before[path]; {
			case was == nil:
				k.How = Added
			case was[0].attr != nil:
				k.Then = boundTo(c.then, old, was[0].attr)
			}
			c.Code = append(c.Code, k)
		})
		c.codeOf(now, old, after, func(a *parse.Attr, path string) {
			if after[path] == nil && !slices.ContainsFunc(definedThen[was], a.Span.Contains) && !slices.ContainsFunc(gone[was], func(s parse.Span) bool { return s.Contains(a.Span) || a.Span.Contains(s) }) {
				k := Code{How: Removed, Name: path, At: graph.PlaceIn(old, a.Span), Old: true, Then: boundTo(c.then, old, a)}
				// A set of which the parts have names of their own now is not gone.
				if parts := partsOf(after, path); len(parts) > 0 {
					if sameParts(before, after, path) {
						return
					}
					k.How, k.At, k.Old, k.Now = Changed, graph.PlaceIn(now, parts[0].attr.Span), false, asSet(c.now, now, parts)
				}
				c.Code = append(c.Code, k)
			}
		})
	}
	slices.SortFunc(c.Code, func(a, b Code) int {
		return cmp.Or(strings.Compare(a.At.File, b.At.File), cmp.Compare(a.At.Span.Start, b.At.Span.Start), cmp.Compare(b.At.Span.End, a.At.Span.End))
	})
	// What lies in a binding that is told is told by it.
	whole := map[[2]string]bool{}
	in := func(k Code) string {
		if k.Old {
			return c.file(k.At.File)
		}
		return k.At.File
	}
	for _, k := range c.Code {
		whole[[2]string{in(k), k.Name}] = true
	}
	c.Code = slices.DeleteFunc(c.Code, func(k Code) bool {
		for i := range k.Name {
			if k.Name[i] == '.' && whole[[2]string{in(k), k.Name[:i]}] {
				return true
			}
		}
		return false
	})
}

// A bound is a binding of a file, and its code.
type bound struct {
	attr *parse.Attr // nil for a name that is inherited
	code string      // of what it is bound to
}

// partsOf are the bindings that give a path's parts names of their own, in the order of the file: a.b = 1 and a.c = 2 for a.
func partsOf(all map[string][]bound, path string) (out []part) {
	for name, bs := range all {
		for _, b := range bs {
			if rest, ok := strings.CutPrefix(name, path+"."); ok && b.attr != nil {
				out = append(out, part{rest, b.attr})
			}
		}
	}
	slices.SortFunc(out, func(a, b part) int {
		return cmp.Or(cmp.Compare(a.attr.Span.Start, b.attr.Span.Start), cmp.Compare(b.attr.Span.End, a.attr.Span.End))
	})
	end := int32(0)
	return slices.DeleteFunc(out, func(p part) bool { // what lies in another part
		if p.attr.Span.Start < end {
			return true
		}
		end = p.attr.Span.End
		return false
	})
}

// A part is a binding, and its name behind a path.
type part struct {
	name string
	attr *parse.Attr
}

// sameParts says whether a set holds what its parts are bound to one by one.
func sameParts(before, after map[string][]bound, path string) bool {
	leaves := func(all map[string][]bound) map[string]string {
		out := map[string]string{}
		for name, bs := range all {
			if rest, ok := strings.CutPrefix(name, path+"."); ok && !isSet(bs[0].attr) {
				out[rest] = bs[0].code
			}
		}
		return out
	}
	return maps.Equal(leaves(before), leaves(after))
}

// isSet says whether a binding is bound to a set that is written out.
func isSet(a *parse.Attr) bool {
	if a == nil {
		return false
	}
	_, ok := a.Value.(*parse.Set)
	return ok
}

// asSet writes parts as the set that they make.
func asSet(g *graph.Graph, f *parse.File, parts []part) string {
	var b strings.Builder
	b.WriteString("{ ")
	for _, p := range parts {
		b.WriteString(p.name + " = " + boundTo(g, f, p.attr) + "; ")
	}
	return b.String() + "}"
}

// pathsOnly says whether a list of imports differs from what it was in paths of files alone.
func pathsOnly(was []bound, code string) bool {
	rest := func(code string) string {
		tokens := strings.Split(code, "\x00")
		return strings.Join(slices.DeleteFunc(tokens, func(t string) bool { return strings.HasPrefix(t, "./") || strings.HasPrefix(t, "../") }), "\x00")
	}
	before := "[\x00]\x00"
	if len(was) > 0 {
		before = was[0].code
	}
	return rest(before) == rest(code)
}

// boundTo is what a binding is bound to, as people see it.
func boundTo(g *graph.Graph, f *parse.File, a *parse.Attr) string {
	return valueLine(g, graph.PlaceIn(f, a.Value.Range()))
}

// bindings are a file's bindings, by their paths.
func (c *comparison) bindings(f *parse.File) map[string][]bound {
	out := map[string][]bound{}
	var visit func(n parse.Node, prefix string)
	visit = func(n parse.Node, prefix string) {
		parse.Walk(n, func(n parse.Node) bool {
			if in, ok := n.(*parse.Inherit); ok && in.From != nil {
				for _, name := range in.Names {
					path := prefix + "." + f.Text(name.Span)
					out[path[1:]] = append(out[path[1:]], bound{code: c.text(c.sideOf(f), graph.PlaceIn(f, name.Span))})
				}
			}
			a, ok := n.(*parse.Attr)
			if !ok {
				return true
			}
			path := prefix
			for _, name := range a.Path {
				path += "." + f.Text(name.Span)
			}
			out[path[1:]] = append(out[path[1:]], bound{a, c.placed(f, a.Value.Range())})
			visit(a.Value, path)
			return false
		})
	}
	visit(f.Expr, "")
	return out
}

// sideOf is the side that a file is one of.
func (c *comparison) sideOf(f *parse.File) *graph.Graph {
	if f == c.then.Files[f.Name] {
		return c.then
	}
	return c.now
}

// placed is code of a file in which path literals say what they lead to, by the names that files have now.
func (c *comparison) placed(f *parse.File, span parse.Span) string {
	g := c.sideOf(f)
	src := c.renamedIn(code(c.canonical(g, f, span)))
	if len(c.moved) == 0 || !strings.Contains(src, "./") {
		return src
	}
	var b strings.Builder
	for t := range strings.SplitSeq(src, "\x00") {
		if strings.HasPrefix(t, "./") || strings.HasPrefix(t, "../") {
			t = path.Join(path.Dir(f.Name), t)
			if g == c.then {
				t = c.file(t)
			}
			t = "./" + t // a path still, of the root
		}
		b.WriteString(t)
		b.WriteByte(0)
	}
	return b.String()
}

// codeOf visits the innermost bindings of a file whose code differs from what another one has at their paths.
func (c *comparison) codeOf(old, now *parse.File, before map[string][]bound, visit func(a *parse.Attr, at string)) {
	seen := map[parse.Span]bool{}
	for _, span := range differing(old.Src, now.Src) {
		a, path := innermost(now, span)
		// Where much is alike, what differs may be found beside the place.
		if a == nil || seen[a.Span] {
			continue
		}
		if is := c.placed(now, a.Value.Range()); slices.ContainsFunc(before[path], func(b bound) bool { return b.code == is }) {
			continue
		}
		seen[a.Span] = true
		visit(a, path)
	}
}

// differing are the spans of tokens of after that before does not have there. What is gone leaves its place, of no length.
func differing(before, after string) []parse.Span {
	type token struct {
		text string
		span parse.Span
	}
	cut := func(src string) (lines string, all []token) {
		var b strings.Builder
		for _, t := range parse.Tokens(src) {
			if !t.Kind.Trivia() {
				text := strings.ReplaceAll(src[t.Start:t.End], "\n", "\x00")
				all = append(all, token{text, t.Span})
				b.WriteString(text)
				b.WriteByte('\n')
			}
		}
		return b.String(), all
	}
	a, _ := cut(before)
	b, tokens := cut(after)
	// Where each token's line begins.
	starts := make([]int, len(tokens)+1)
	for i, t := range tokens {
		starts[i+1] = starts[i] + len(t.text) + 1
	}
	var out []parse.Span
	shift := 0
	for _, e := range udiff.Lines(a, b) {
		from := e.Start + shift
		shift += len(e.New) - (e.End - e.Start)
		first, _ := slices.BinarySearch(starts, from)
		last, _ := slices.BinarySearch(starts, from+len(e.New))
		switch {
		case first < last:
			for i := first; i < last && i < len(tokens); i++ {
				out = append(out, tokens[i].span)
			}
		case first < len(tokens):
			out = append(out, parse.Span{Start: tokens[first].span.Start, End: tokens[first].span.Start})
		}
	}
	return out
}

// innermost is the innermost binding around a place, and its path within the file.
func innermost(f *parse.File, span parse.Span) (*parse.Attr, string) {
	var found *parse.Attr
	var path []string
	parse.Around(f.Expr, span, func(n parse.Node) {
		if a, ok := n.(*parse.Attr); ok && a.Span.Contains(span) {
			found = a
			for _, n := range a.Path {
				path = append(path, f.Text(n.Span))
			}
		}
	})
	return found, strings.Join(path, ".")
}

// usedBy are the options that definitions of a file give by way of a binding: that name it, or a binding that does.
func (c *comparison) usedBy(f *parse.File, a *parse.Attr) []string {
	names := map[string]bool{}
	learn := func(a *parse.Attr) bool {
		first := a.Path[0]
		if !first.Static() || names[first.Name] {
			return false
		}
		names[first.Name] = true
		return true
	}
	mentions := func(n parse.Node) bool {
		found := false
		parse.Walk(n, func(n parse.Node) bool {
			if id, ok := n.(*parse.Ident); ok && names[id.Name] {
				found = true
			}
			return !found
		})
		return found
	}
	var lets []*parse.Attr
	parse.Walk(f.Expr, func(n parse.Node) bool {
		var bindings []parse.Binding
		switch x := n.(type) {
		case *parse.Let:
			bindings = x.Bindings
		case *parse.Set:
			if x.Rec {
				bindings = x.Bindings
			}
		}
		for _, b := range bindings {
			if b, ok := b.(*parse.Attr); ok {
				lets = append(lets, b)
			}
		}
		return true
	})
	if !slices.Contains(lets, a) {
		return nil
	}
	learn(a)
	for more := true; more; {
		more = false
		for _, b := range lets {
			if mentions(b.Value) && learn(b) {
				more = true
			}
		}
	}
	var out []string
	for _, d := range c.now.Definitions {
		if d.At.File != f.Name {
			continue
		}
		used := false
		parse.Around(f.Expr, d.At.Span, func(n parse.Node) {
			if r := n.Range(); r == d.At.Span {
				used = used || mentions(n)
			}
		})
		if used {
			out = append(out, graph.InHome(d.Option))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
