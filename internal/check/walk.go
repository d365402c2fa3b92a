package check

import (
	"slices"
	"strings"

	"nixsink/parse"
)

// scope is what encloses an expression, as far as checks care.
type scope struct {
	Names    []string     // attribute and let names from the file's top, "*" for a computed one
	Prose    bool         // text for people: a description, an assertion's message
	Instead  []parse.Span // what holds where this does not: x of `if c then x else this`
	Guards   []parse.Span // conditions that decide whether this is reached, and x of `x or this`
	Against  []parse.Expr // other sides of comparisons that this takes part in
	List     bool         // an element of a list that is the binding's value
	Argument bool         // handed to a function: what it becomes is the function's business
	Formal   bool         // the default of a function's argument
	InOption bool         // in an option's declaration
}

func (s scope) under(path []parse.AttrName) scope {
	names := append(make([]string, 0, len(s.Names)+len(path)), s.Names...)
	for i := range path {
		if path[i].Static() {
			names = append(names, path[i].Name)
		} else {
			names = append(names, "*")
		}
	}
	s.Names, s.List = names, false
	return s
}

func (s scope) guarded(by parse.Span) scope {
	s.Guards = append(slices.Clip(s.Guards), by)
	return s
}

func (s scope) against(e parse.Expr) scope {
	s.Against = append(slices.Clip(s.Against), e)
	return s
}

// proseNames are attributes whose text speaks to people, so that a number or name in it is no copy.
var proseNames = []string{"description", "longDescription", "example", "literalExample", "defaultText", "message", "warnings", "trace", "title", "comment"}

// declarators make options; what is in their argument is declaration, not use.
var declarators = []string{"mkOption", "mkEnableOption", "mkPackageOption", "mkOpt", "mkOpt'", "mkBoolOpt"}

// walk visits e and all below it, outside before inside, in source order.
func walk(e parse.Expr, sc scope, visit func(parse.Expr, scope)) {
	if e == nil {
		return
	}
	visit(e, sc)
	switch e := e.(type) {
	case *parse.String:
		for _, part := range e.Parts {
			walk(part.Expr, sc, visit)
		}
	case *parse.Path:
		for _, part := range e.Parts {
			walk(part.Expr, sc, visit)
		}
	case *parse.List:
		in := sc
		in.List = true
		for _, x := range e.Elems {
			walk(x, in, visit)
		}
	case *parse.Set:
		walkBindings(e.Bindings, sc, visit)
	case *parse.Let:
		walkBindings(e.Bindings, sc, visit)
		walk(e.Body, sc, visit)
	case *parse.With:
		walk(e.Env, sc, visit)
		walk(e.Body, sc, visit)
	case *parse.Assert:
		walk(e.Cond, sc, visit)
		walk(e.Body, sc.guarded(e.Cond.Range()), visit)
	case *parse.If:
		walk(e.Cond, sc, visit)
		walk(e.Then, sc.guarded(e.Cond.Range()), visit)
		other := sc.guarded(e.Cond.Range())
		if e.Then != nil {
			other.Instead = append(slices.Clip(sc.Instead), e.Then.Range())
		}
		walk(e.Else, other, visit)
	case *parse.Lambda:
		if e.Formals != nil {
			for _, f := range e.Formals.List {
				in := sc
				in.Names, in.Formal = append(slices.Clip(sc.Names), f.Name), true
				walk(f.Default, in, visit)
			}
		}
		walk(e.Body, sc, visit)
	case *parse.Apply:
		walk(e.Fn, sc, visit)
		in := sc
		if name := calledName(e.Fn); !strings.HasPrefix(name, "mk") && !strings.HasPrefix(name, "optional") && !strings.HasPrefix(name, "recursiveUpdate") {
			in.Argument = true // what wraps a definition, like mkIf, is no factory
		}
		switch name := calledName(e.Fn); {
		case slices.Contains(declarators, name):
			in.InOption = true // which attributes of the argument are prose is decided below, by name
		case name == "trace" || name == "warn" || name == "warnIf" || name == "throw" || name == "abort" || name == "mkRenamedOptionModule" || name == "mkRemovedOptionModule":
			in.Prose = true
		}
		switch name := calledName(e.Fn); {
		case name == "mkEnableOption" || name == "mkPackageOption":
			in.Prose = true
		case strings.HasPrefix(name, "fetch"):
			in.Prose = true // what is fetched has names of its own
		case strings.HasPrefix(name, "optional") || name == "mkIf":
			if cond := conditionOf(e); cond != nil {
				in = in.guarded(cond.Range()) // users = optionalAttrs (cfg.user == "wiki") { wiki = …; }
			}
		}
		walk(e.Arg, in, visit)
	case *parse.Select:
		walk(e.X, sc, visit)
		walkPath(e.Path, sc, visit)
		if e.Default != nil {
			walk(e.Default, sc.guarded(parse.Span{Start: e.Start, End: e.Default.Range().Start}), visit)
		}
	case *parse.HasAttr:
		walk(e.X, sc, visit)
		walkPath(e.Path, sc, visit)
	case *parse.Unary:
		walk(e.X, sc, visit)
	case *parse.Binary:
		switch e.Op {
		case parse.OpEq, parse.OpNotEq, parse.OpLess, parse.OpLessEq, parse.OpGreater, parse.OpGreaterEq:
			walk(e.X, sc.against(e.Y), visit)
			walk(e.Y, sc.against(e.X), visit)
		default:
			walk(e.X, sc, visit)
			walk(e.Y, sc, visit)
		}
	case *parse.Paren:
		walk(e.X, sc, visit)
	}
}

// conditionOf is the condition of mkIf and optionalAttrs, if it asks whether something is a certain value.
func conditionOf(e *parse.Apply) parse.Expr {
	fn, ok := e.Fn.(*parse.Apply)
	if !ok {
		return nil
	}
	found := false
	parse.Walk(fn.Arg, func(n parse.Node) bool {
		b, ok := n.(*parse.Binary)
		found = found || ok && b.Op == parse.OpEq
		return !found
	})
	if !found {
		return nil
	}
	return fn.Arg
}

func walkPath(path []parse.AttrName, sc scope, visit func(parse.Expr, scope)) {
	for _, a := range path {
		if !a.Static() {
			walk(a.Expr, sc, visit)
		}
	}
}

func walkBindings(bs []parse.Binding, sc scope, visit func(parse.Expr, scope)) {
	for _, b := range bs {
		switch b := b.(type) {
		case *parse.Attr:
			walkPath(b.Path, sc, visit)
			in := sc.under(b.Path)
			if in.Names[0] == "options" {
				in.InOption = true // whatever function of the repository's own makes the option
			}
			if n := len(b.Path); n > 0 && slices.Contains(proseNames, b.Path[n-1].Name) {
				in.Prose = true
			}
			walk(b.Value, in, visit)
		case *parse.Inherit:
			walk(b.From, sc, visit)
			walkPath(b.Names, sc, visit)
		}
	}
}

// calledName is the last name of the function that an application calls: mkOption for lib.mkOption. Curried calls count.
func calledName(fn parse.Expr) string {
	switch fn := parse.Callee(fn).(type) {
	case *parse.Ident:
		return fn.Name
	case *parse.Select:
		if n := len(fn.Path); n > 0 {
			return fn.Path[n-1].Name
		}
	}
	return ""
}
