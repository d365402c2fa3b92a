// Package parse reads Nix source: text goes in, a syntax tree with exact places, comments and a list of errors comes out, and wrong
// text still gives a tree. It knows one file, opens none, and means by Nix what parser.y and lexer.l of Nix 2.3x accept, pipes included.
package parse

import (
	"math"
	"strconv"
	"sync"
)

const (
	// MaxFileSize is how many bytes a file may have. Offsets have 32 bits; no Nix written by people or sane programs is as large.
	MaxFileSize = 64 << 20
	// MaxDepth is how deeply constructs may nest, and how many right-associative operators or lambdas may follow each other.
	// Nix itself gives up at 5,000 to 10,000.
	MaxDepth = 10_000
	// MaxHeight is how deep a tree may get. It differs from MaxDepth by a+a+a+… and f a a a …, which nest to the left without nesting the parser.
	MaxHeight = 1 << 18
	// maxErrors is how many syntax errors of one file are told; what follows a hundred mistakes helps nobody.
	maxErrors = 100
)

type parser struct {
	lexer
	slabs
	scratch
	checker    checker
	depth      int
	openLets   int // open let bindings, which an `in` ends
	openParens int // open ( and [, which a stray closing one may belong to
	stopped    bool
	errors     ErrorList
	file       *File
}

var parsers = sync.Pool{New: func() any { return new(parser) }}

// Parse reads src, the content of the file that errors call name. It always gives a tree; File.Errors says what is wrong with it.
func Parse(name, src string) *File {
	p := parsers.Get().(*parser)
	f := p.parse(name, src)
	parsers.Put(p)
	return f
}

// Alone is Parse for a tree that is kept longer than those around it. It shares no memory with other trees: with Parse, a tree that is kept would keep
// those that were parsed before and after it, and they their neighbours in turn.
func Alone(name, src string) *File {
	p := parsers.Get().(*parser)
	p.slabs = slabs{}
	f := p.parse(name, src)
	p.slabs = slabs{}
	parsers.Put(p)
	return f
}

func (p *parser) parse(name, src string) *File {
	f := &File{Name: name, Src: src}
	if len(src) <= MaxFileSize {
		f.lines = lineTable(src)
	}
	if err := unreadable(src); err != nil {
		err.File = name
		f.Expr = &Bad{Span{0, int32(min(len(src), math.MaxInt32))}}
		f.Errors = ErrorList{err}
		return f
	}
	p.file = f
	p.lexer = lexer{src: src, comments: p.comments[:0]}
	p.depth, p.openLets, p.openParens, p.stopped, p.errors = 0, 0, 0, false, nil
	f.Expr = p.root()
	f.Comments = p.commentSlices.copy(p.comments)
	p.check(f)
	f.Errors = p.errors
	f.Errors.finish(f)
	p.file, p.errors, p.src = nil, nil, ""
	return f
}

func (p *parser) root() Expr {
	if len(p.src) >= 3 && p.src[:3] == "\xef\xbb\xbf" {
		p.fail(0, 3, "byte order mark at the start of the file, which Nix does not accept")
		p.end = 3
	}
	p.next()
	e := p.expr()
	if p.tok != tokEOF {
		p.expected("end of file")
	}
	if p.unterminated > 0 {
		p.fail(p.unterminated-1, len(p.src), "this comment is never closed: expected */")
	}
	return e
}

// enter counts a level of nesting. Every rule that can call itself goes through it.
func (p *parser) enter() bool {
	p.depth++
	if p.depth <= MaxDepth {
		return true
	}
	p.stop("nested deeper than " + strconv.Itoa(MaxDepth) + " levels")
	return false
}

// stop ends the file here with one last error, so that all rules return.
func (p *parser) stop(msg string) {
	if !p.stopped {
		p.fail(p.start, p.end, msg)
		p.stopped = true
	}
	p.set(tokEOF, len(p.src), len(p.src))
}

// nowhere is the empty span behind the last token: the blanks before the next one may lie outside of what is being read.
func (p *parser) nowhere() Span { return Span{int32(p.prevEnd), int32(p.prevEnd)} }

func (p *parser) bad() Expr { return &Bad{p.nowhere()} }

// stretch makes a gap cover what was skipped behind it.
func (p *parser) stretch(e Expr) Expr {
	if b, ok := e.(*Bad); ok {
		b.End = max(b.End, int32(p.prevEnd))
	}
	return e
}

func (p *parser) from(start int) Span      { return Span{int32(start), int32(p.prevEnd)} }
func (p *parser) fromExpr(first Expr) Span { return Span{first.Range().Start, int32(p.prevEnd)} }
func (p *parser) token() Span              { return Span{int32(p.start), int32(p.end)} }
func (p *parser) text() string             { return p.src[p.start:p.end] }

// expr reads what may stand between brackets or before a semicolon (expr_function of the grammar).
func (p *parser) expr() Expr {
	if !p.enter() {
		p.depth--
		return p.bad()
	}
	e := p.function()
	p.depth--
	return e
}

func (p *parser) function() Expr {
	start := p.start
	switch p.tok {
	case tokID:
		id := p.ident()
		switch p.tok {
		case tokColon:
			return p.lambda(start, id, nil)
		case tokAt:
			p.next()
			var formals *Formals
			if p.tok == tokLBrace {
				open := p.start
				p.next()
				formals = p.formalList(open, nil)
			} else {
				p.expected("'{' after '@'")
			}
			return p.lambda(start, id, formals)
		}
		return p.pipes(id)
	case tokLBrace:
		x, formals := p.braces(true)
		if formals == nil {
			return p.pipes(x)
		}
		var arg *Ident
		if p.tok == tokAt {
			p.next()
			if p.tok == tokID {
				arg = p.ident()
			} else {
				p.expected("a name after '@'")
			}
		}
		return p.lambda(start, arg, formals)
	case tokAssert:
		p.next()
		cond := p.expr()
		p.expect(tokSemicolon, "';' after the condition of assert")
		body := p.expr()
		return &Assert{p.from(start), cond, body}
	case tokWith:
		w := p.withs.one()
		p.next()
		w.Env = p.expr()
		p.expect(tokSemicolon, "';' after with")
		w.Body = p.expr()
		w.Span = p.from(start)
		return w
	case tokLet:
		p.next()
		if p.tok == tokLBrace {
			return p.pipes(p.legacyLet(start))
		}
		return p.let(start)
	case tokIf:
		return p.ifExpr()
	}
	return p.pipes(nil)
}

func (p *parser) ident() *Ident {
	id := p.idents.one()
	id.Span, id.Name = p.token(), p.text()
	p.next()
	return id
}

// lambda reads the colon and the body.
func (p *parser) lambda(start int, arg *Ident, formals *Formals) Expr {
	l := p.lambdas.one()
	l.Arg, l.Formals = arg, formals
	p.expect(tokColon, "':' after the argument of a function")
	l.Body = p.expr()
	l.Span = p.from(start)
	return l
}

func (p *parser) let(start int) Expr {
	l := p.lets.one()
	p.openLets++
	l.Bindings = p.bindingList(nil, tokIn)
	p.openLets--
	if p.tok == tokIn {
		p.next()
		l.Body = p.expr()
	} else {
		p.expected("a name, 'inherit' or 'in'")
		l.Body = p.bad()
	}
	l.Span = p.from(start)
	return l
}

func (p *parser) ifExpr() Expr {
	e, start := p.ifs.one(), p.start
	p.next()
	e.Cond = p.expr()
	p.expect(tokThen, "'then'")
	e.Then = p.expr()
	p.expect(tokElse, "'else'")
	e.Else = p.expr()
	e.Span = p.from(start)
	return e
}

// pipes reads a |> f |> g, or f <| g <| a, or what stands alone: they bind weakest and do not mix. first is an operand already read, or nil.
func (p *parser) pipes(first Expr) Expr {
	x := p.operators(1, first)
	switch p.tok {
	case tokPipeTo:
		for p.tok == tokPipeTo {
			p.next()
			x = p.binary(OpPipeTo, x, p.operators(1, nil))
		}
		if p.tok == tokPipeFrom {
			p.expected("parentheses: '|>' and '<|' do not mix")
		}
	case tokPipeFrom:
		p.next()
		if !p.enter() {
			p.depth--
			return x
		}
		x = p.binary(OpPipeFrom, x, p.pipes(nil))
		p.depth--
	}
	return x
}

func (p *parser) binary(op Op, x, y Expr) Expr {
	b := p.binaries.one()
	b.Op, b.X, b.Y = op, x, y
	b.Span = p.fromExpr(x)
	return b
}

type associativity uint8

const (
	leftAssoc associativity = iota
	rightAssoc
	nonAssoc
)

const (
	precNot  = 7
	precHas  = 11
	precNeg  = 12
	precNone = 0
)

// operator is one line of the manual's table of operators; the larger prec, the tighter it binds.
type operator struct {
	prec  uint8
	assoc associativity
	op    Op
}

var operatorTable = [tokenKinds]operator{
	tokImpl:      {1, rightAssoc, OpImpl},
	tokOrOr:      {2, leftAssoc, OpOr},
	tokAnd:       {3, leftAssoc, OpAnd},
	tokEq:        {4, nonAssoc, OpEq},
	tokNotEq:     {4, nonAssoc, OpNotEq},
	tokLess:      {5, nonAssoc, OpLess},
	tokLessEq:    {5, nonAssoc, OpLessEq},
	tokGreater:   {5, nonAssoc, OpGreater},
	tokGreaterEq: {5, nonAssoc, OpGreaterEq},
	tokUpdate:    {6, rightAssoc, OpUpdate},
	tokAdd:       {8, leftAssoc, OpAdd},
	tokSub:       {8, leftAssoc, OpSub},
	tokMul:       {9, leftAssoc, OpMul},
	tokDiv:       {9, leftAssoc, OpDiv},
	tokConcat:    {10, rightAssoc, OpConcat},
	tokQuestion:  {precHas, leftAssoc, OpNone},
}

// operators reads an operand and all operators behind it that bind at least as tightly as least. A prefix operator takes what binds
// tighter than itself even where it is itself the operand of a tighter one: a * !b + c is a * !(b + c), as yacc has it.
func (p *parser) operators(least uint8, first Expr) Expr {
	if !p.enter() {
		p.depth--
		return p.bad()
	}
	var x Expr
	switch {
	case first != nil:
		x = p.application(p.selection(first))
	case p.tok == tokNot:
		x = p.unary(OpNot, precNot+1)
	case p.tok == tokSub:
		x = p.unary(OpNeg, precNeg+1)
	default:
		x = p.application(p.selection(p.simple()))
	}
	last := uint8(precNone) // the level of a comparison just read, which cannot be compared again
	for {
		o := operatorTable[p.tok]
		if o.prec < least || o.prec == precNone {
			break
		}
		if o.prec == last {
			p.expected("parentheses: comparisons do not chain")
		}
		last = precNone
		p.next()
		switch {
		case o.prec == precHas:
			h := p.hasAttrs.one()
			h.X = x
			h.Path = p.attrPath()
			h.Span = p.fromExpr(x)
			x = h
		case o.assoc == rightAssoc:
			x = p.binary(o.op, x, p.operators(o.prec, nil))
		default:
			x = p.binary(o.op, x, p.operators(o.prec+1, nil))
			if o.assoc == nonAssoc {
				last = o.prec
			}
		}
	}
	p.depth--
	return x
}

func (p *parser) unary(op Op, least uint8) Expr {
	u, start := p.unaries.one(), p.start
	p.next()
	u.Op = op
	u.X = p.operators(least, nil)
	u.Span = p.from(start)
	return u
}

// startsSimple are the tokens that an argument or a list element starts with.
var startsSimple = [tokenKinds]bool{
	tokID: true, tokInt: true, tokFloat: true, tokURI: true, tokSearch: true, tokPath: true, tokString: true, tokIndented: true,
	tokLet: true, tokRec: true, tokLBrace: true, tokLParen: true, tokLBracket: true,
}

// application reads the arguments behind fn.
func (p *parser) application(fn Expr) Expr {
	for startsSimple[p.tok] {
		a := p.applies.one()
		a.Fn = fn
		a.Arg = p.selection(p.simple())
		a.Span = p.fromExpr(fn)
		fn = a
	}
	return fn
}

// selection reads .a.b or default behind x. A bare `or` behind x makes x a function of a variable called or: Nixpkgs once had one.
func (p *parser) selection(x Expr) Expr {
	switch p.tok {
	case tokDot:
		s := p.selects.one()
		p.next()
		s.X = x
		s.Path = p.attrPath()
		if p.tok == tokOr {
			p.next()
			if p.enter() {
				s.Default = p.selection(p.simple())
			}
			p.depth--
		}
		s.Span = p.fromExpr(x)
		return s
	case tokOr:
		a := p.applies.one()
		a.Fn, a.Arg = x, p.ident()
		a.Span = p.fromExpr(x)
		return a
	}
	return x
}

// simple reads one operand without its selections and arguments.
func (p *parser) simple() Expr {
	start := p.start
	switch p.tok {
	case tokID:
		return p.ident()
	case tokString:
		return p.stringExpr()
	case tokIndented:
		return p.indentedExpr()
	case tokInt:
		if p.end-p.start > 18 {
			if _, err := strconv.ParseInt(p.text(), 10, 64); err != nil {
				p.fail(p.start, p.end, "integer does not fit into 64 bits")
			}
		}
		n := p.ints.one()
		n.Span, n.Text = p.token(), p.text()
		p.next()
		return n
	case tokFloat:
		n := &Float{p.token(), p.text()}
		if !sane(n.Text) {
			p.fail(p.start, p.end, "floating point number out of range")
		}
		p.next()
		return n
	case tokPath:
		return p.pathExpr()
	case tokSearch:
		e := p.paths.one()
		e.Span, e.Search = p.token(), true
		mark := len(p.parts)
		p.parts = append(p.parts, Part{Span: Span{int32(start + 1), int32(p.end - 1)}, Text: p.src[start+1 : p.end-1]})
		e.Parts = finish(&p.partSlices, &p.parts, mark)
		p.next()
		return e
	case tokURI:
		e := &URI{p.token(), p.text()}
		p.next()
		return e
	case tokLParen:
		e := p.parens.one()
		p.next()
		p.openParens++
		e.X = p.expr()
		if p.tok != tokRParen {
			p.expected("')'")
			p.skipTo(tokRParen)
			e.X = p.stretch(e.X)
		}
		p.openParens--
		if p.tok == tokRParen {
			p.next()
		}
		e.Span = p.from(start)
		return e
	case tokLBracket:
		return p.list()
	case tokLBrace:
		x, _ := p.braces(false)
		return x
	case tokRec:
		p.next()
		if p.tok != tokLBrace {
			p.expected("'{' after rec")
			return &Bad{p.from(start)}
		}
		p.next()
		return p.setRest(start, true, nil)
	case tokLet:
		p.next()
		if p.tok == tokLBrace {
			return p.legacyLet(start)
		}
		p.failAt(start, p.prevEnd, "'let' needs parentheses around it here")
		return p.nested(p.let, start)
	case tokIf, tokWith, tokAssert:
		p.failAt(start, p.end, p.tok.String()+" needs parentheses around it here")
		return p.expr()
	}
	p.expected("an expression")
	return p.bad()
}

// sane reports whether Nix takes the number: it refuses what strtod calls too large or too small.
func sane(text string) bool {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return false
	}
	if v >= 0x1p-1022 {
		return true
	}
	for i := range len(text) {
		switch c := text[i]; {
		case c == 'e' || c == 'E':
			return true
		case c >= '1' && c <= '9':
			return false
		}
	}
	return true
}

// nested runs a rule that is out of place one level deeper.
func (p *parser) nested(rule func(int) Expr, start int) Expr {
	if !p.enter() {
		p.depth--
		return p.bad()
	}
	e := rule(start)
	p.depth--
	return e
}

func (p *parser) list() Expr {
	l, start := p.lists.one(), p.start
	p.next()
	p.openParens++
	mark := len(p.exprs)
	for p.tok != tokRBracket {
		if !startsSimple[p.tok] {
			p.expected("a list element or ']'")
			if !p.skipElement() {
				break
			}
			continue
		}
		if !p.enter() {
			p.depth--
			break
		}
		e := p.selection(p.simple())
		p.depth--
		p.exprs = append(p.exprs, e)
	}
	p.openParens--
	if p.tok == tokRBracket {
		p.next()
	}
	l.Elems = finish(&p.exprSlices, &p.exprs, mark)
	l.Span = p.from(start)
	return l
}
