package parse

import "strings"

// Walk visits n and all expressions and bindings below it, each before what it holds and in source order: a body after its
// bindings, a default after its path. It looks into the names of attribute paths where they hold expressions, and not into n's children
// where visit gives false. The names that functions and bindings introduce are no expressions: an Ident that is visited is a variable being read.
func Walk(n Node, visit func(Node) bool) {
	// An interface may hold a nil pointer's type, but no node of a tree does: only absent parts are nil, and those are left out below.
	if n == nil || !visit(n) {
		return
	}
	switch x := n.(type) {
	case *String:
		walkParts(x.Parts, visit)
	case *Path:
		walkParts(x.Parts, visit)
	case *List:
		for _, e := range x.Elems {
			Walk(e, visit)
		}
	case *Set:
		walkBindings(x.Bindings, visit)
	case *Let:
		walkBindings(x.Bindings, visit)
		Walk(x.Body, visit)
	case *With:
		Walk(x.Env, visit)
		Walk(x.Body, visit)
	case *Assert:
		Walk(x.Cond, visit)
		Walk(x.Body, visit)
	case *If:
		Walk(x.Cond, visit)
		Walk(x.Then, visit)
		Walk(x.Else, visit)
	case *Lambda:
		if x.Formals != nil {
			for i := range x.Formals.List {
				if d := x.Formals.List[i].Default; d != nil {
					Walk(d, visit)
				}
			}
		}
		Walk(x.Body, visit)
	case *Apply:
		Walk(x.Fn, visit)
		Walk(x.Arg, visit)
	case *Select:
		Walk(x.X, visit)
		walkNames(x.Path, visit)
		if x.Default != nil {
			Walk(x.Default, visit)
		}
	case *HasAttr:
		Walk(x.X, visit)
		walkNames(x.Path, visit)
	case *Unary:
		Walk(x.X, visit)
	case *Binary:
		Walk(x.X, visit)
		Walk(x.Y, visit)
	case *Paren:
		Walk(x.X, visit)
	case *Attr:
		walkNames(x.Path, visit)
		Walk(x.Value, visit)
	case *Inherit:
		if x.From != nil {
			Walk(x.From, visit)
		}
		walkNames(x.Names, visit)
	}
}

func walkParts(parts []Part, visit func(Node) bool) {
	for i := range parts {
		if e := parts[i].Expr; e != nil {
			Walk(e, visit)
		}
	}
}

func walkNames(names []AttrName, visit func(Node) bool) {
	for i := range names {
		if e := names[i].Expr; e != nil {
			Walk(e, visit)
		}
	}
}

func walkBindings(bindings []Binding, visit func(Node) bool) {
	for _, b := range bindings {
		Walk(b, visit)
	}
}

var opNames = [...]string{
	OpNone: "", OpNeg: "-", OpNot: "!", OpConcat: "++", OpMul: "*", OpDiv: "/", OpAdd: "+", OpSub: "-", OpUpdate: "//",
	OpLess: "<", OpLessEq: "<=", OpGreater: ">", OpGreaterEq: ">=", OpEq: "==", OpNotEq: "!=", OpAnd: "&&", OpOr: "||", OpImpl: "->",
	OpPipeTo: "|>", OpPipeFrom: "<|",
}

// String is the operator as the source spells it.
func (o Op) String() string {
	if int(o) < len(opNames) {
		return opNames[o]
	}
	return "?"
}

// PathText is an attribute path as written: services."a b".${name}, without the blanks and comments around its dots.
func (f *File) PathText(path []AttrName) string {
	if len(path) == 1 {
		return f.Text(path[0].Span)
	}
	var b strings.Builder
	for i := range path {
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(f.Text(path[i].Span))
	}
	return b.String()
}
