package rewrite

import (
	"slices"

	"nixsink/parse"
)

// root leads an expression that has the first n names of the value's path to where it comes from, as far back as the new path begins alike: for
// cfg = config.my.ports and a new path my.net.ssh, cfg becomes config.my. at is where the result is to stand; ok is false where the text does not tell, or a name
// in the result would mean something else there. k is how many names of the path the result has.
func (r *renaming) root(f *parse.File, e parse.Expr, n int, at parse.Span) (text string, k int, ok bool) {
	begin, text, k := r.origin(f, e, n, 0)
	if begin == nil {
		return "", 0, false
	}
	// The name that it begins with is the same one in both places.
	if id, isName := begin.(*parse.Ident); isName && id.Span != at {
		if binder(f, id.Name, id.Span) != binder(f, id.Name, at) || binder(f, id.Name, at) == nil {
			return "", 0, false
		}
	}
	return text, k, true
}

// maxAliases bounds how many aliases are gone back.
const maxAliases = 20

// origin is the expression that an origin's text begins with, the text, and how many names of the path it has; nil where it is not found.
func (r *renaming) origin(f *parse.File, e parse.Expr, n, depth int) (begin parse.Expr, text string, k int) {
	if n < 0 || depth > maxAliases {
		return nil, "", 0
	}
	switch x := e.(type) {
	case *parse.Paren:
		return r.origin(f, x.X, n, depth+1)
	case *parse.Select:
		if x.Default != nil {
			return nil, "", 0
		}
		if n <= r.common {
			return beginning(x), f.Text(x.Span), n
		}
		drop := n - r.common // names that do not belong to the new path
		if drop > len(x.Path) {
			drop = len(x.Path)
		}
		kept := len(x.Path) - drop
		if !r.calledAs(x.Path[kept:], r.from[n-drop:n]) {
			return nil, "", 0
		}
		if kept > 0 {
			return beginning(x), f.Text(parse.Span{Start: x.Start, End: x.Path[kept-1].End}), n - drop
		}
		return r.origin(f, x.X, n-drop, depth+1)
	case *parse.Ident:
		if n <= r.common && binder(f, x.Name, x.Span) != nil {
			return x, x.Name, n
		}
		switch b := binder(f, x.Name, x.Span).(type) {
		case *parse.Attr:
			if len(b.Path) == 1 {
				return r.origin(f, b.Value, n, depth+1)
			}
		case *parse.Inherit:
			if n > 0 && x.Name == r.from[n-1] {
				return r.origin(f, b.From, n-1, depth+1)
			}
		case nil:
			// A with has it: the innermost one that is seen to lead there.
			if n == 0 || x.Name != r.from[n-1] {
				break
			}
			for _, w := range slices.Backward(withs(f, x.Span)) {
				if begin, text, k := r.origin(f, w.Env, n-1, depth+1); begin != nil {
					return begin, text, k
				}
			}
		}
	}
	return nil, "", 0
}

// beginning is what a selection begins with.
func beginning(e parse.Expr) parse.Expr {
	for {
		switch x := e.(type) {
		case *parse.Select:
			e = x.X
		case *parse.Paren:
			e = x.X
		default:
			return e
		}
	}
}

// withs are the withs around a place, from the outside in.
func withs(f *parse.File, at parse.Span) (out []*parse.With) {
	parse.Around(f.Expr, at, func(n parse.Node) {
		if w, ok := n.(*parse.With); ok && w.Body.Range().Contains(at) {
			out = append(out, w)
		}
	})
	return out
}

// binder is what binds a name at a place, lexically: a function, a binding of a let or of a recursive set, or the inherit from something there; nil if nothing does.
func binder(f *parse.File, name string, at parse.Span) (found parse.Node) {
	bindings := func(list []parse.Binding) {
		for _, b := range list {
			switch x := b.(type) {
			case *parse.Attr:
				if x.Path[0].Static() && x.Path[0].Name == name {
					found = x
				}
			case *parse.Inherit:
				if x.From != nil && slices.ContainsFunc(x.Names, func(n parse.AttrName) bool { return n.Static() && n.Name == name }) {
					found = x
				}
			}
		}
	}
	parse.Around(f.Expr, at, func(n parse.Node) {
		switch x := n.(type) {
		case *parse.Let:
			bindings(x.Bindings)
		case *parse.Set:
			if x.Rec {
				bindings(x.Bindings)
			}
		case *parse.Lambda:
			if x.Arg != nil && x.Arg.Name == name || x.Formals != nil && slices.ContainsFunc(x.Formals.List, func(a parse.Formal) bool { return a.Name == name }) {
				found = x
			}
		}
	})
	return found
}
