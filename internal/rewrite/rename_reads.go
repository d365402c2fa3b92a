package rewrite

import (
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/parse"
)

// read changes the name where the value is read.
func (r *renaming) read(ref *graph.Reference) {
	f := r.g.Files[ref.At.File]
	if f == nil {
		return
	}
	var node, parent parse.Node
	parse.Around(f.Expr, ref.At.Span, func(n parse.Node) {
		if s := n.Range(); s.Contains(ref.At.Span) && s != ref.At.Span {
			parent = n
		}
		if n.Range() == ref.At.Span {
			if _, ok := n.(*parse.Paren); !ok {
				node = n
			}
		}
	})
	// The place is the whole selection, or the part of a longer one: my.a of config.my.a or 1.
	for _, n := range []parse.Node{node, parent} {
		switch x := n.(type) {
		case *parse.Select:
			if r.selection(f, ref, x, x.X, x.Path, ".") {
				return
			}
		case *parse.HasAttr:
			if r.selection(f, ref, x, x.X, x.Path, " ? ") {
				return
			}
		case *parse.Ident:
			if x.Name == r.old && ref.Kind == graph.WithRead && r.withRead(f, x) {
				return
			}
		case *parse.Inherit:
			if r.inherited(f, ref.At, x) {
				return
			}
		case *parse.Apply:
			if r.listed(f, x) {
				return
			}
		}
	}
	switch {
	case slices.ContainsFunc(r.refused, func(s Skip) bool { return s.At == ref.At }):
	case ref.Kind == graph.Dynamic:
		r.refuse(ref.At, "it is read here by a computed name, or with all of its group")
	default:
		r.refuse(ref.At, "how its name stands here is not known")
	}
}

// selection changes the path of config.my.a, cfg.a or cfg ? a, of which the read may be the beginning. Where the group is another one, what is selected from
// is led to where it comes from: cfg.a becomes config.our.b.
func (r *renaming) selection(f *parse.File, ref *graph.Reference, whole parse.Node, x parse.Expr, path []parse.AttrName, by string) bool {
	last := slices.IndexFunc(path, func(n parse.AttrName) bool { return n.End == ref.At.Span.End })
	if whole.Range() == ref.At.Span {
		last = len(path) - 1
	}
	if last < 0 {
		return false
	}
	names := path[:last+1]
	changed := len(r.from) - r.common
	n := min(len(names), changed)
	if !r.calledAs(names[len(names)-n:], r.from[len(r.from)-n:]) {
		return false
	}
	if n == changed {
		r.change(f.Name, parse.Span{Start: names[len(names)-n].Start, End: names[len(names)-1].End}, r.tail(r.common))
		return true
	}
	base, k, ok := r.root(f, x, len(r.from)-n, whole.Range())
	if !ok {
		r.refuse(ref.At, "it is read here by way of "+f.Text(x.Range())+", which is not seen to come from "+r.group())
		return true
	}
	r.change(f.Name, parse.Span{Start: whole.Range().Start, End: names[len(names)-1].End}, base+by+r.tail(k))
	return true
}

// group is what the old and the new path have in common.
func (r *renaming) group() string { return "config." + strings.Join(r.from[:r.common], ".") }

// calledAs says whether names of a path are certain ones.
func (r *renaming) calledAs(path []parse.AttrName, names []string) bool {
	for i := range path {
		if !path[i].Static() || path[i].Name != names[i] {
			return false
		}
	}
	return true
}

// withRead changes a name that a with brings into scope: the name alone where the with has the new one, too.
func (r *renaming) withRead(f *parse.File, id *parse.Ident) bool {
	n := len(r.from) - 1
	if n <= r.common {
		r.change(f.Name, id.Span, r.tail(r.common))
		return true
	}
	base, k, ok := r.root(f, id, len(r.from), id.Span)
	if !ok {
		return false
	}
	r.change(f.Name, id.Span, base+"."+r.tail(k))
	return true
}

// inherited takes the name out of inherit (from) a b, and binds it to the new path: the name here stays.
func (r *renaming) inherited(f *parse.File, at graph.Place, x *parse.Inherit) bool {
	if x.From == nil {
		return false
	}
	i := slices.IndexFunc(x.Names, func(n parse.AttrName) bool {
		return n.Span == at.Span || at.Span.Contains(n.Span) && n.Name == r.old
	})
	if i < 0 || x.Names[i].Name != r.old || f.Text(x.Names[i].Span) != r.old {
		return false
	}
	base, k, ok := r.root(f, x.From, len(r.from)-1, x.Span)
	if !ok {
		r.refuse(at, "it is read here by way of "+f.Text(x.From.Range())+", which is not seen to come from "+r.group())
		return true
	}
	r.uninherit(f, x, i, r.old+" = "+base+"."+r.tail(k)+";")
	return true
}

// uninherit takes a name out of an inherit, and puts a binding behind it.
func (r *renaming) uninherit(f *parse.File, x *parse.Inherit, i int, bound string) {
	if len(x.Names) == 1 {
		r.change(f.Name, x.Span, bound)
		return
	}
	r.change(f.Name, withBlanks(f.Src, x.Names[i].Span), "")
	r.change(f.Name, parse.Span{Start: x.Span.End, End: x.Span.End}, " "+bound)
}

// withBlanks is a span with the blanks on its line before it.
func withBlanks(src string, span parse.Span) parse.Span {
	for span.Start > 0 && strings.ContainsRune(" \t", rune(src[span.Start-1])) {
		span.Start--
	}
	return span
}

// listed changes a path that stands as a list of names, for a function that selects by it: lib.attrByPath [ "my" "a" ] 1 config.
func (r *renaming) listed(f *parse.File, call *parse.Apply) bool {
	var lists []*parse.List
	parse.Walk(call, func(n parse.Node) bool {
		if l, ok := n.(*parse.List); ok && slices.Equal(literals(l), r.from) {
			lists = append(lists, l)
		}
		return true
	})
	if len(lists) != 1 {
		return false
	}
	elems := lists[0].Elems[r.common:]
	r.change(f.Name, parse.Span{Start: elems[0].Range().Start, End: elems[len(elems)-1].Range().End}, `"`+strings.Join(r.to[r.common:], `" "`)+`"`)
	return true
}

// literals are the strings of a list of plain strings, nil if it has anything else.
func literals(l *parse.List) []string {
	var out []string
	for _, e := range l.Elems {
		s, ok := e.(*parse.String)
		if !ok || s.Indented || len(s.Parts) != 1 || s.Parts[0].Expr != nil {
			return nil
		}
		out = append(out, s.Parts[0].Text)
	}
	return out
}
