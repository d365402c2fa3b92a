package check

import (
	"slices"

	"nixsink/parse"
)

// forcing finds what of a module's arguments has to be known for a value to be known at all. Nix is lazy: what is handed to a function, stands in a set
// or behind `mkIf` need not be.
type forcing struct {
	args  map[string]bool       // config, options
	lets  map[string]parse.Expr // bindings around the module's set
	bound map[string]bool       // other variables of the module's function
	withs []parse.Expr          // what has to be known for a name that a `with` around brings, nil for nothing, innermost last
	deep  int
}

// newForcing is what is known of a module's function before its body is looked at.
func newForcing(fn *parse.Lambda) *forcing {
	f := &forcing{args: map[string]bool{}, lets: map[string]parse.Expr{}, bound: map[string]bool{}}
	if fn.Formals != nil {
		for _, formal := range fn.Formals.List {
			if formal.Name == "config" || formal.Name == "options" {
				f.args[formal.Name] = true
			} else {
				f.bound[formal.Name] = true
			}
		}
	}
	if fn.Arg != nil {
		f.bound[fn.Arg.Name] = true
	}
	return f
}

// body are the sets that a module's function gives, with the bindings around them taken note of; and what has to be known of the arguments for the
// names in them to be known.
func (f *forcing) body(e parse.Expr) ([]*parse.Set, parse.Expr) {
	switch e := e.(type) {
	case *parse.Set:
		return []*parse.Set{e}, nil
	case *parse.Paren:
		return f.body(e.X)
	case *parse.With:
		f.within(e)
		return f.body(e.Body)
	case *parse.Assert:
		sets, names := f.body(e.Body)
		return sets, or(f.value(e.Cond), func() parse.Expr { return names })
	case *parse.Let:
		f.bind(e.Bindings)
		return f.body(e.Body)
	case *parse.If:
		then, x := f.body(e.Then)
		otherwise, y := f.body(e.Else)
		return append(then, otherwise...), or(f.value(e.Cond), func() parse.Expr { return or(x, func() parse.Expr { return y }) })
	case *parse.Binary:
		if e.Op == parse.OpUpdate {
			left, x := f.body(e.X)
			right, y := f.body(e.Y)
			return append(left, right...), or(x, func() parse.Expr { return y })
		}
	case *parse.Apply:
		if inner, curried := e.Fn.(*parse.Apply); curried && calledName(e.Fn) == "optionalAttrs" {
			sets, names := f.body(e.Arg)
			return sets, or(f.value(inner.Arg), func() parse.Expr { return names })
		}
	}
	return nil, nil
}

// definitions is what has to be known of config for the names of the options that a module defines to be known (Nixpkgs lib/modules.nix,
// pushDownProperties: what mkMerge, mkIf and mkForce hold is looked at, the condition of mkIf is not).
func (f *forcing) definitions(e parse.Expr) parse.Expr {
	if !f.args["config"] {
		return nil
	}
	inner := *f
	inner.args = map[string]bool{"config": true} // which options there are is known by then
	return inner.names(e)
}

func (f *forcing) names(e parse.Expr) parse.Expr {
	switch e := e.(type) {
	case *parse.Paren:
		return f.names(e.X)
	case *parse.With:
		defer f.leave(f.within(e))
		return f.names(e.Body)
	case *parse.Let:
		f.bind(e.Bindings)
		return f.names(e.Body)
	case *parse.If:
		return or(f.value(e.Cond), func() parse.Expr { return or(f.names(e.Then), func() parse.Expr { return f.names(e.Else) }) })
	case *parse.Binary:
		if e.Op == parse.OpUpdate {
			return or(f.names(e.X), func() parse.Expr { return f.names(e.Y) })
		}
	case *parse.Apply:
		inner, curried := e.Fn.(*parse.Apply)
		switch name := calledName(e.Fn); {
		case curried && name == "optionalAttrs":
			return or(f.value(inner.Arg), func() parse.Expr { return f.names(e.Arg) })
		case curried && (name == "mkIf" || name == "mkOverride"), !curried && (name == "mkForce" || name == "mkDefault"):
			return f.names(e.Arg)
		case !curried && name == "mkMerge":
			return f.merged(e.Arg)
		}
	}
	return nil
}

// merged is names for what mkMerge puts together.
func (f *forcing) merged(e parse.Expr) parse.Expr {
	switch e := e.(type) {
	case *parse.Paren:
		return f.merged(e.X)
	case *parse.List:
		for _, x := range e.Elems {
			if at := f.names(x); at != nil {
				return at
			}
		}
	case *parse.Binary:
		if e.Op == parse.OpConcat {
			return or(f.merged(e.X), func() parse.Expr { return f.merged(e.Y) })
		}
	case *parse.If:
		return f.value(e.Cond)
	case *parse.Apply:
		if inner, curried := e.Fn.(*parse.Apply); curried {
			switch calledName(e.Fn) {
			case "optional":
				return or(f.value(inner.Arg), func() parse.Expr { return f.names(e.Arg) })
			case "optionals":
				return or(f.value(inner.Arg), func() parse.Expr { return f.merged(e.Arg) })
			}
		}
	}
	return nil
}

// within takes note of a `with`, and gives what leave undoes that with.
func (f *forcing) within(w *parse.With) int {
	n := len(f.withs)
	f.withs = append(slices.Clip(f.withs), f.value(w.Env))
	return n
}

func (f *forcing) leave(n int) { f.withs = f.withs[:n] }

func (f *forcing) bind(bs []parse.Binding) {
	for _, b := range bs {
		switch b := b.(type) {
		case *parse.Attr:
			if len(b.Path) == 1 && b.Path[0].Static() {
				f.lets[b.Path[0].Name] = b.Value
			} else if b.Path[0].Static() {
				f.lets[b.Path[0].Name] = nil
			}
		case *parse.Inherit:
			for _, n := range b.Names {
				if b.From != nil && n.Static() {
					f.lets[n.Name] = b.From // where it comes from has to be known first
				}
			}
		}
	}
}

// list is what has to be known of the arguments for a list of imports, and for each of its elements, to be known.
func (f *forcing) list(e parse.Expr) parse.Expr {
	switch e := e.(type) {
	case *parse.Paren:
		return f.list(e.X)
	case *parse.List:
		for _, x := range e.Elems {
			if at := f.element(x); at != nil {
				return at
			}
		}
		return nil
	case *parse.Binary:
		if e.Op == parse.OpConcat {
			return or(f.list(e.X), func() parse.Expr { return f.list(e.Y) })
		}
	case *parse.If:
		return or(f.value(e.Cond), func() parse.Expr { return or(f.list(e.Then), func() parse.Expr { return f.list(e.Else) }) })
	case *parse.Let:
		f.bind(e.Bindings)
		return f.list(e.Body)
	case *parse.With:
		defer f.leave(f.within(e))
		return f.list(e.Body)
	case *parse.Apply:
		if at := f.function(e); at != nil {
			return at
		}
		name := calledName(e.Fn)
		inner, curried := e.Fn.(*parse.Apply)
		switch {
		case curried && (name == "optional" || name == "optionals"):
			return or(f.value(inner.Arg), func() parse.Expr {
				if name == "optional" {
					return f.element(e.Arg)
				}
				return f.list(e.Arg)
			})
		case curried && (name == "map" || name == "concatMap" || name == "filter"):
			return f.value(e.Arg)
		case !curried && (name == "flatten" || name == "concatLists"):
			return f.list(e.Arg)
		case !curried && (name == "attrValues" || name == "attrNames"):
			return f.value(e.Arg)
		}
		return nil
	}
	return f.value(e)
}

// element is what has to be known for one import to be known.
func (f *forcing) element(e parse.Expr) parse.Expr {
	switch e := e.(type) {
	case *parse.Paren:
		return f.element(e.X)
	case *parse.With:
		defer f.leave(f.within(e))
		return f.element(e.Body)
	case *parse.If:
		return or(f.value(e.Cond), func() parse.Expr { return or(f.element(e.Then), func() parse.Expr { return f.element(e.Else) }) })
	case *parse.Apply:
		if at := f.function(e); at != nil {
			return at
		}
		switch inner, curried := e.Fn.(*parse.Apply); {
		case !curried && calledName(e.Fn) == "import":
			return f.value(e.Arg)
		case curried && calledName(e.Fn) == "import":
			return f.element(inner) // what the file's function is given, it may never look at
		case curried && calledName(e.Fn) == "optionalAttrs":
			return f.value(inner.Arg) // which names a module has is asked before the configuration is known; mkIf is asked later
		}
		return nil
	case *parse.Path, *parse.Select, *parse.String:
		return f.value(e)
	case *parse.Binary:
		if e.Op == parse.OpAdd {
			return f.value(e)
		}
	}
	return nil
}

// function is what has to be known for a function that is called to be known.
func (f *forcing) function(e *parse.Apply) parse.Expr {
	switch fn := parse.Callee(e).(type) {
	case *parse.Ident, *parse.Select:
		return f.value(fn)
	}
	return nil
}

// value is what has to be known for an expression to be known, as far as its outside goes.
func (f *forcing) value(e parse.Expr) parse.Expr {
	f.deep++
	defer func() { f.deep-- }()
	if f.deep > 50 {
		return nil
	}
	switch e := e.(type) {
	case *parse.Ident:
		x, let := f.lets[e.Name]
		switch {
		case let:
			if x != nil && f.value(x) != nil {
				return e
			}
		case f.args[e.Name]:
			return e
		case len(f.withs) > 0 && !f.bound[e.Name] && !slices.Contains(globals, e.Name):
			return f.withs[len(f.withs)-1]
		}
	case *parse.Select:
		if x := f.value(e.X); x != nil {
			if x == e.X {
				return e // config.my.x as it stands, not config alone
			}
			return x
		}
	case *parse.HasAttr:
		return f.value(e.X)
	case *parse.Unary:
		return f.value(e.X)
	case *parse.Paren:
		return f.value(e.X)
	case *parse.If:
		return f.value(e.Cond)
	case *parse.Binary:
		x := f.value(e.X)
		switch e.Op {
		case parse.OpAnd, parse.OpOr, parse.OpImpl, parse.OpUpdate:
			return x // the other side may not be looked at
		}
		return or(x, func() parse.Expr { return f.value(e.Y) })
	case *parse.String:
		return f.parts(e.Parts)
	case *parse.Path:
		return f.parts(e.Parts)
	}
	return nil
}

// globals are the variables that every expression has (Nix manual, built-ins): `with` does not bring others of their name.
var globals = []string{"true", "false", "null", "builtins", "import", "map", "toString", "throw", "abort", "removeAttrs", "baseNameOf", "dirOf", "isNull",
	"derivation", "fetchTarball", "fetchGit", "fetchTree", "scopedImport", "placeholder", "break"}

func (f *forcing) parts(parts []parse.Part) parse.Expr {
	for _, part := range parts {
		if part.Expr != nil {
			if x := f.value(part.Expr); x != nil {
				return x
			}
		}
	}
	return nil
}

func or(x parse.Expr, otherwise func() parse.Expr) parse.Expr {
	if x != nil {
		return x
	}
	return otherwise()
}
