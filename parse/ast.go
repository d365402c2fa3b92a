package parse

// Span is a half-open range of byte offsets into File.Src: Start inclusive, End exclusive.
type Span struct{ Start, End int32 }

// Range returns the span itself; embedded in a node it makes the node a Node.
func (s Span) Range() Span { return s }

// Contains reports whether t lies within s.
func (s Span) Contains(t Span) bool { return s.Start <= t.Start && t.End <= s.End }

// Len is the number of bytes the span covers.
func (s Span) Len() int { return int(s.End - s.Start) }

// Position is a place in a file as people count it: line and byte column from 1.
type Position struct{ Line, Column int }

// Node is anything with a place in the source.
type Node interface{ Range() Span }

// Expr is a Nix expression (Nix manual, "Nix Language").
type Expr interface {
	Node
	expr()
}

// Binding is one entry of an attribute set or a let: *Attr or *Inherit.
type Binding interface {
	Node
	binding()
}

// Op is an operator of a Unary or Binary expression, spelled as in the source.
type Op uint8

// The operators, weakest binding last within each group of the manual's table.
const (
	OpNone      Op = iota
	OpNeg          // -x
	OpNot          // !x
	OpConcat       // a ++ b
	OpMul          // a * b
	OpDiv          // a / b
	OpAdd          // a + b
	OpSub          // a - b
	OpUpdate       // a // b
	OpLess         // a < b
	OpLessEq       // a <= b
	OpGreater      // a > b
	OpGreaterEq    // a >= b
	OpEq           // a == b
	OpNotEq        // a != b
	OpAnd          // a && b
	OpOr           // a || b
	OpImpl         // a -> b
	OpPipeTo       // a |> f
	OpPipeFrom     // f <| a
)

type (
	// Ident is a variable: x. __curPos is an Ident too.
	Ident struct {
		Span
		Name string
	}
	// Int is an integer literal: 80.
	Int struct {
		Span
		Text string
	}
	// Float is a floating point literal: 1.5, .5e3.
	Float struct {
		Span
		Text string
	}
	// String is "…" or ''…''. Parts alternate text and interpolations; an empty string has no parts.
	String struct {
		Span
		Indented bool
		Parts    []Part
	}
	// Path is ./a, /a, ~/a, a/b, with interpolations, or <nixpkgs/lib>.
	Path struct {
		Span
		Search bool // <a/b>: Parts holds one text, without the angle brackets
		Parts  []Part
	}
	// URI is an unquoted URL literal: https://example.org.
	URI struct {
		Span
		Text string
	}
	// List is [ a b ].
	List struct {
		Span
		Elems []Expr
	}
	// Set is { … }, rec { … } or the ancient let { …; body = e; }.
	Set struct {
		Span
		Rec       bool
		LegacyLet bool
		Bindings  []Binding
	}
	// Let is let … in body.
	Let struct {
		Span
		Bindings []Binding
		Body     Expr
	}
	// With is with env; body.
	With struct {
		Span
		Env, Body Expr
	}
	// Assert is assert cond; body.
	Assert struct {
		Span
		Cond, Body Expr
	}
	// If is if cond then a else b.
	If struct {
		Span
		Cond, Then, Else Expr
	}
	// Lambda is x: body, { a, b ? 1, ... }: body, or either with @.
	Lambda struct {
		Span
		Arg     *Ident   // x: or the name beside @; nil if there is none
		Formals *Formals // nil for x: body
		Body    Expr
	}
	// Apply is f x. Curried calls nest: (f x) y.
	Apply struct {
		Span
		Fn, Arg Expr
	}
	// Select is x.a.b or x.a.b or d.
	Select struct {
		Span
		X       Expr
		Path    []AttrName
		Default Expr // after `or`; nil if there is none
	}
	// HasAttr is x ? a.b.
	HasAttr struct {
		Span
		X    Expr
		Path []AttrName
	}
	// Unary is -x or !x.
	Unary struct {
		Span
		Op Op
		X  Expr
	}
	// Binary is x op y.
	Binary struct {
		Span
		Op   Op
		X, Y Expr
	}
	// Paren is (x).
	Paren struct {
		Span
		X Expr
	}
	// Bad is a gap: source that no expression could be read from. An error in File.Errors says why.
	Bad struct{ Span }
)

// Part is a piece of a String or Path: text, or an interpolation ${e}.
type Part struct {
	Span        // in the source, ${ and } included
	Text string // decoded: escapes resolved, indentation stripped; for text only
	Expr Expr   // nil for text
}

// AttrName is one segment of an attribute path: a, "a b", or ${e}.
type AttrName struct {
	Span        // quotes, ${ and } included
	Name string // decoded name where it is Static
	Expr Expr   // nil for an identifier; *String for a quoted name; what stands in ${…} otherwise
	dyn  bool
}

// Static reports whether the name is known from the text alone. Like Nix, "a" and ${"a"} are static.
func (a *AttrName) Static() bool { return !a.dyn }

// Attr is path = value; with the semicolon in its span.
type Attr struct {
	Span
	Path  []AttrName
	Value Expr
}

// Holds says whether a place is the binding itself, or what it is set to, but for what stands around that: parentheses, functions (mkIf, mkForce), with and let.
func (a *Attr) Holds(at Span) bool {
	if a.Span == at {
		return true
	}
	for e := a.Value; ; {
		if e.Range() == at {
			return true
		}
		switch x := e.(type) {
		case *Paren:
			e = x.X
		case *Apply:
			e = x.Arg
		case *With:
			e = x.Body
		case *Let:
			e = x.Body
		default:
			return false
		}
	}
}

// Callee is the function that an expression calls: lib.mkIf of (lib.mkIf c) x. What is no call is its own.
func Callee(e Expr) Expr {
	for {
		switch x := e.(type) {
		case *Apply:
			e = x.Fn
		case *Paren:
			e = x.X
		default:
			return e
		}
	}
}

// Inherit is inherit a b; or inherit (from) a b; with the semicolon in its span.
type Inherit struct {
	Span
	From  Expr // nil without parentheses; the expression inside them otherwise
	Names []AttrName
}

// Formals is { a, b ? d, ... }.
type Formals struct {
	Span
	List     []Formal
	Ellipsis bool
}

// Formal is a or a ? d.
type Formal struct {
	Span     // name and default
	Name     string
	NameSpan Span
	Default  Expr // nil if there is none
}

func (*Ident) expr()   {}
func (*Int) expr()     {}
func (*Float) expr()   {}
func (*String) expr()  {}
func (*Path) expr()    {}
func (*URI) expr()     {}
func (*List) expr()    {}
func (*Set) expr()     {}
func (*Let) expr()     {}
func (*With) expr()    {}
func (*Assert) expr()  {}
func (*If) expr()      {}
func (*Lambda) expr()  {}
func (*Apply) expr()   {}
func (*Select) expr()  {}
func (*HasAttr) expr() {}
func (*Unary) expr()   {}
func (*Binary) expr()  {}
func (*Paren) expr()   {}
func (*Bad) expr()     {}

func (*Attr) binding()    {}
func (*Inherit) binding() {}

// CommentKind tells the three spellings of a comment apart.
type CommentKind uint8

// Spellings of a comment.
const (
	LineComment  CommentKind = iota // # …
	BlockComment                    // /* … */
	DocComment                      // /** … */
)

// Comment is one comment, markers included in its span; a line comment ends before its line break.
type Comment struct {
	Span
	Kind CommentKind
}

// Error is a syntax error or a static error (duplicate attribute, undefined variable) in a file.
type Error struct {
	File string
	Span Span
	Pos  Position
	Msg  string
	// Static is true for what Nix finds after parsing: the tree is whole.
	Static bool
}

// ErrorList is every error of a file in source order.
type ErrorList []*Error

// File is one parsed Nix file. Src is never changed; names and texts of the tree are slices of it where no escape forbids it.
type File struct {
	Name     string // slash-separated, as given to Parse
	Src      string
	Expr     Expr      // never nil; *Bad where nothing could be read
	Comments []Comment // in source order
	Errors   ErrorList // nil if the file is valid Nix
	lines    []int32   // offset of each line's first byte
}
