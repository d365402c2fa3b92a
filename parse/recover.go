package parse

import "strings"

// expected reports that the current token is not what is wanted.
func (p *parser) expected(what string) {
	p.failAt(p.start, p.end, "expected "+what+", found "+p.found())
}

// found describes the current token.
func (p *parser) found() string {
	switch p.tok {
	case tokID:
		return "name '" + abbreviate(p.text()) + "'"
	case tokInt, tokFloat, tokURI, tokPath, tokSearch:
		return p.tok.String() + " " + abbreviate(p.text())
	case tokInvalid:
		return "invalid character " + quoteByte(p.src[p.start])
	}
	return p.tok.String()
}

func abbreviate(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}

func quoteByte(c byte) string {
	const hex = "0123456789abcdef"
	if c >= ' ' && c < 0x7f {
		return "'" + string(rune(c)) + "'"
	}
	return "0x" + string(hex[c>>4]) + string(hex[c&15])
}

// failAt is fail, but quiet if the token was complained about already: the second complaint is an echo of the first.
func (p *parser) failAt(start, end int, msg string) {
	if n := len(p.errors); n > 0 && !p.errors[n-1].Static && int(p.errors[n-1].Span.Start) >= start {
		return
	}
	p.fail(start, end, msg)
}

func (p *parser) fail(start, end int, msg string) {
	if p.stopped {
		return
	}
	if len(p.errors) == maxErrors {
		p.stopped = true
		p.set(tokEOF, len(p.src), len(p.src))
		msg = "too many errors"
	}
	p.errors = append(p.errors, &Error{Span: Span{int32(start), int32(end)}, Msg: msg})
}

// skipTo skips to one of the tokens outside of brackets opened on the way. It stops at what ends something around it.
func (p *parser) skipTo(kinds ...TokenKind) {
	depth := 0
	for p.tok != tokEOF {
		if depth == 0 {
			for _, k := range kinds {
				if p.tok == k {
					return
				}
			}
			switch p.tok {
			case tokSemicolon, tokRBrace, tokRParen, tokRBracket:
				return
			case tokIn:
				if p.openLets > 0 {
					return
				}
			}
		}
		depth = max(0, depth+p.skip())
	}
}

// syncBinding skips to the end of a broken binding, its semicolon included.
func (p *parser) syncBinding() {
	depth := 0
	for p.tok != tokEOF {
		if depth == 0 {
			switch p.tok {
			case tokSemicolon:
				p.next()
				return
			case tokRBrace:
				return
			case tokRParen, tokRBracket:
				if p.openParens > 0 {
					return
				}
			case tokIn:
				if p.openLets > 0 {
					return
				}
			}
		}
		depth = max(0, depth+p.skip())
	}
}

// skip passes over a token, or a whole string or path, and says how it changes the nesting.
func (p *parser) skip() int {
	change := 0
	switch p.tok {
	case tokString, tokIndented, tokPath:
		if !p.enter() {
			p.depth--
			return 0
		}
		p.simple()
		p.depth--
		return 0
	case tokLBrace, tokLParen, tokLBracket, tokInterpolation:
		change = 1
	case tokRBrace, tokRParen, tokRBracket, tokIn:
		change = -1
	case tokLet:
		if p.next(); p.tok != tokLBrace {
			return 1
		}
		return 0
	}
	p.next()
	return change
}

// skipElement passes over what cannot be a list element, and reports whether the list goes on behind it.
func (p *parser) skipElement() bool {
	switch p.tok {
	case tokEOF, tokSemicolon, tokRBrace, tokRParen, tokAssign, tokIn, tokThen, tokElse:
		return false
	}
	p.next()
	return true
}

// missingSemicolon looks whether the value of a binding that no semicolon follows swallowed the name of the next one: in
//
//	a = 1
//	b = 2;
//
// the value of a reads as 1 b. If so, it takes the name off the value and gives it back as a path.
func missingSemicolon(src string, value *Expr) []AttrName {
	var around []*Span // what ends where the value ends
	for {
		switch x := (*value).(type) {
		case *Lambda:
			around, value = append(around, &x.Span), &x.Body
		case *With:
			around, value = append(around, &x.Span), &x.Body
		case *Assert:
			around, value = append(around, &x.Span), &x.Body
		case *Let:
			around, value = append(around, &x.Span), &x.Body
		case *If:
			around, value = append(around, &x.Span), &x.Else
		case *Unary:
			around, value = append(around, &x.Span), &x.X
		case *Binary:
			around, value = append(around, &x.Span), &x.Y
		case *Apply:
			path := swallowedName(x.Arg)
			if path == nil || !strings.Contains(src[x.Fn.Range().End:x.Arg.Range().Start], "\n") {
				return nil
			}
			*value = x.Fn
			for _, s := range around {
				s.End = x.Fn.Range().End
			}
			return path
		default:
			return nil
		}
	}
}

// swallowedName is e read as an attribute path, nil if it cannot be one.
func swallowedName(e Expr) []AttrName {
	var rest []AttrName
	if s, ok := e.(*Select); ok && s.Default == nil {
		e, rest = s.X, s.Path
	}
	var first AttrName
	switch x := e.(type) {
	case *Ident:
		first = AttrName{Span: x.Span, Name: x.Name}
	case *String:
		if x.Indented {
			return nil
		}
		first = AttrName{Span: x.Span, Expr: x}
		first.Name, first.dyn = quotedName(x)
	default:
		return nil
	}
	return append([]AttrName{first}, rest...)
}

// expect passes over k, or reports that it is missing and goes on as if it were there.
func (p *parser) expect(k TokenKind, what string) {
	if p.tok == k {
		p.next()
		return
	}
	p.expected(what)
}
