package eval

import (
	"slices"

	"nixsink/parse"
)

// Repositories call the function in one of their files again and again with the same arguments: import ./lib { inherit
// lib; } in every module, for every system. What depends on nothing but those arguments is computed once.

// call is a call of a function of a file that was followed to its end.
type call struct {
	env    *env
	given  []Val // by formal, or the one argument
	result Val
	by     *Summary // within which it was made
	free   bool     // nothing of a configuration was given: it is the same in all
}

// maxCalls is how many calls of a function are remembered.
const maxCalls = 4

// sameCall gives the arguments of a call if they are known already, and the earlier call of the same function, with the same
// scope, that had the same ones. Nothing is evaluated for it: what is not known yet might need the very value that is
// being computed. Only functions of a whole file, and those right inside one, are looked at.
func (ev *Evaluator) sameCall(c *closure, x *thunk) (given []Val, earlier *call) {
	ev.peeks = maxPeeks
	return ev.peekCall(c, x, maxPeek)
}

func (ev *Evaluator) peekCall(c *closure, x *thunk, depth int) (given []Val, earlier *call) {
	if c.env.up != nil && c.env.up.up != nil || ev.reentries > 0 || ev.active[c.fn] > 0 {
		return nil, nil
	}
	switch fn := c.fn; {
	case fn.Formals == nil:
		v, ok := ev.peek(x, depth)
		if !ok {
			return nil, nil
		}
		given = []Val{v}
	case fn.Arg != nil:
		return nil, nil
	default:
		whole, ok := ev.peek(x, depth)
		s, set := whole.shape.(*setShape)
		if !ok || !set || s.base != nil || s.dyn || len(whole.org) > 0 {
			return nil, nil
		}
		given = make([]Val, len(fn.Formals.List))
		for i := range fn.Formals.List {
			given[i].shape = missing
			if a, ok := s.get(fn.Formals.List[i].Name); ok {
				if given[i], ok = ev.peek(a.val, depth); !ok {
					return nil, nil
				}
			}
		}
	}
	for i, old := range ev.calls[c.fn] {
		if (old.by == ev.cur || old.free) && (old.env == c.env || c.env.up == nil) && slices.EqualFunc(old.given, given, ev.identical) {
			return given, &ev.calls[c.fn][i]
		}
	}
	return given, nil
}

// remember keeps the result of a call.
func (ev *Evaluator) remember(c *closure, given []Val, result Val) {
	old := ev.calls[c.fn]
	if len(old) == maxCalls {
		copy(old, old[1:])
		old = old[:maxCalls-1]
	}
	ev.calls[c.fn] = append(old, call{c.env, given, result, ev.cur, c.env.of == 0 && !slices.ContainsFunc(given, configured)})
}

// configured says that a value may hold something of a configuration.
func configured(v Val) bool {
	if len(v.org) > 0 {
		return true
	}
	switch s := v.shape.(type) {
	case nil, *libShape, *strShape, *intShape, *boolShape, *nullShape, *floatShape, *pathShape, *missingShape:
		return false
	case *closure:
		return s.env.of != 0 && s.env.of != noSummary
	case *builtin:
		return s.lib != nil || slices.ContainsFunc(s.args, func(t *thunk) bool { return t.state != 2 || configured(t.val) })
	case *altShape:
		return slices.ContainsFunc(s.alts, func(t *thunk) bool { return t.state != 2 || configured(t.val) })
	}
	return true
}

// identical says that two values are one, or wholly known and equal.
func (ev *Evaluator) identical(a, b Val) bool {
	if !slices.Equal(a.org, b.org) {
		return false
	}
	if a.shape == b.shape {
		return true
	}
	if eq, ok := ev.equal(a, b); ok {
		return eq
	}
	switch x := a.shape.(type) {
	case *strShape: // the same text with the same parts unknown
		y, ok := b.shape.(*strShape)
		return ok && x.s == y.s && x.sym == y.sym
	case *pathShape:
		y, ok := b.shape.(*pathShape)
		return ok && *x == *y
	case *libShape:
		y, ok := b.shape.(*libShape)
		return ok && x.name == y.name
	case *closure:
		y, ok := b.shape.(*closure)
		return ok && x.fn == y.fn && x.env == y.env
	case *refShape:
		y, ok := b.shape.(*refShape)
		return ok && x.path == y.path && x.how == y.how && x.via == y.via && x.read == y.read
	case *builtin:
		y, ok := b.shape.(*builtin)
		return ok && x.spec == y.spec && x.lib == y.lib && ev.identicalAll(x.args, y.args)
	case *altShape:
		y, ok := b.shape.(*altShape)
		return ok && x.prop == several && y.prop == several && ev.identicalAll(x.alts, y.alts)
	}
	return false
}

// identicalAll says that values that are known are identical one by one. Nothing is evaluated for it.
func (ev *Evaluator) identicalAll(a, b []*thunk) bool {
	return slices.EqualFunc(a, b, func(x, y *thunk) bool { return x == y || x.state == 2 && y.state == 2 && ev.identical(x.val, y.val) })
}

// maxPeek is how many names a value is looked for behind, maxPeeks how many are looked at for one call: arguments that are calls
// themselves, of each other, would double with every level.
const (
	maxPeek  = 8
	maxPeeks = 100
)

// peek is what a thunk gives if that is known without evaluating anything: it was asked for before, or it is the name of
// such a value, or an attribute of one.
func (ev *Evaluator) peek(t *thunk, depth int) (Val, bool) {
	ev.peeks--
	switch {
	case t.state == 2:
		return t.val, true
	case ev.peeks < 0 || depth <= 0 || t.state == 1 || t.fn != nil:
		return Val{}, false
	case t.of == nil && plainly(t.expr):
		return ev.force(t), true
	case t.of == nil:
		v, ok := ev.peekExpr(t.expr, t.env, depth)
		if ok && t.bind != nil && t.bind.name != "" {
			v = ev.bound(v, t.bind)
		}
		return v, ok
	}
	v, ok := ev.peek(t.of, depth-1)
	if fm := t.bind.formal; ok && fm != nil {
		s, set := v.shape.(*setShape)
		if !set || s.dyn || len(v.org) > 0 {
			return Val{}, false
		}
		a, has := s.get(fm.Name)
		switch {
		case has:
			v, ok = ev.peek(a.val, depth-1)
		case s.base == nil && fm.Default != nil:
			v, ok = ev.peekExpr(fm.Default, t.env, depth-1)
		case ev.alwaysPassed(s.base, fm.Name):
			v, ok = ev.sel(*s.base, fm.Name), true
		default:
			return Val{}, false
		}
		if v.shape == nil && fm.Default != nil {
			return Val{}, false // one of the two
		}
	}
	if ok {
		v = ev.bound(v, t.bind)
	}
	return v, ok
}

// alwaysPassed says that an argument is the one that the module system passes, and no other.
func (ev *Evaluator) alwaysPassed(args *Val, name string) bool {
	if args == nil || name != "config" && name != "lib" && name != "pkgs" {
		return false
	}
	m, ok := args.shape.(*moduleArgs)
	return ok && m.m.conf.args[name] == nil
}

// plainly says that an expression is a value as it stands: a function, or a set whose names are all written out.
func plainly(e parse.Expr) bool {
	switch n := e.(type) {
	case *parse.Lambda:
		return true
	case *parse.Set:
		for _, b := range n.Bindings {
			if a, ok := b.(*parse.Attr); ok && (len(a.Path) > 1 || !a.Path[0].Static()) {
				return false
			}
		}
		return !n.Rec && !n.LegacyLet
	}
	return false
}

func (ev *Evaluator) peekExpr(e parse.Expr, en *env, depth int) (Val, bool) {
	switch n := e.(type) {
	case *parse.Paren:
		return ev.peekExpr(n.X, en, depth)
	case *parse.Int:
		return ev.eval(e, en), true
	case *parse.Set, *parse.Lambda:
		if plainly(e) {
			return ev.eval(e, en), true
		}
	case *parse.Ident:
		if t := en.lookup(n.Name); t != nil {
			return ev.peek(t, depth-1)
		}
		return ev.global(n.Name, en)
	case *parse.Apply:
		// A call that was made before, import ./lib lib.
		f, ok := ev.peekImport(n, en)
		if ok {
			return f, true
		}
		if f, ok = ev.peekExpr(n.Fn, en, depth-1); ok {
			if c, is := f.shape.(*closure); is && len(f.org) == 0 && len(ev.calls[c.fn]) > 0 {
				if _, earlier := ev.peekCall(c, &thunk{expr: n.Arg, env: en}, depth-1); earlier != nil {
					return earlier.result, true
				}
			}
		}
	case *parse.Select:
		if n.Default != nil {
			return Val{}, false
		}
		v, ok := ev.peekExpr(n.X, en, depth-1)
		for i := range n.Path {
			name, static := n.Path[i].Name, n.Path[i].Static()
			if !ok {
				break
			}
			switch s := v.shape.(type) {
			case nil, *libShape:
				if ok = static; ok {
					v = ev.sel(v, name)
				} else if v.shape == nil {
					var x Val
					x, ok = ev.peekExpr(n.Path[i].Expr, en, depth-1)
					ok = ok && len(x.org) == 0
				}
			case *setShape:
				a, has := s.get(name)
				if !has || !static || len(v.org) > 0 {
					return Val{}, false
				}
				v, ok = ev.peek(a.val, depth-1)
			default:
				return Val{}, false
			}
		}
		return v, ok
	}
	return Val{}, false
}

// peekImport is the value of import ./file.nix if that file was evaluated already.
func (ev *Evaluator) peekImport(n *parse.Apply, en *env) (Val, bool) {
	name, ok := n.Fn.(*parse.Ident)
	to, path := n.Arg.(*parse.Path)
	if !ok || !path || name.Name != "import" || to.Search || len(to.Parts) != 1 || to.Parts[0].Expr != nil || en.lookup("import") != nil {
		return Val{}, false
	}
	dir, ok := ev.insidePath(ev.pathLiteral(to, en))
	if !ok {
		return Val{}, false
	}
	if f := ev.host.File(ev.resolveFile(dir)); f != nil {
		if t := ev.files[f]; t != nil && t.state == 2 {
			return t.val, true
		}
	}
	return Val{}, false
}
