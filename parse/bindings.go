package parse

import "strconv"

// braces reads what starts with {, the current token: a set, or the formals of a function where one may stand. Two more tokens tell.
func (p *parser) braces(function bool) (Expr, *Formals) {
	open := p.start
	p.next()
	switch p.tok {
	case tokRBrace:
		p.next()
		if function && (p.tok == tokColon || p.tok == tokAt) {
			f := p.formalLists.one()
			f.Span = p.from(open)
			return nil, f
		}
		s := p.sets.one()
		s.Span = p.from(open)
		return s, nil
	case tokEllipsis:
		if function {
			return nil, p.formalList(open, nil)
		}
	case tokID:
		id := p.token()
		name := AttrName{Span: id, Name: p.text()}
		p.next()
		switch p.tok {
		case tokComma, tokQuestion, tokRBrace:
			if function {
				return nil, p.formalList(open, &name)
			}
		}
		return p.setRest(open, false, &name), nil
	}
	return p.setRest(open, false, nil), nil
}

// formalList reads { a, b ? d, ... } behind its brace. first is a name that was read already, or nil.
func (p *parser) formalList(open int, first *AttrName) *Formals {
	f := p.formalLists.one()
	mark := len(p.scratch.formals)
	for first != nil || p.tok != tokRBrace {
		if first == nil && p.tok == tokEllipsis {
			f.Ellipsis = true
			p.next()
			if p.tok != tokRBrace {
				p.expected("'}' after '...'")
			}
			break
		}
		var one Formal
		switch {
		case first != nil:
			one.Name, one.NameSpan = first.Name, first.Span
			first = nil
		case p.tok == tokID:
			one.Name, one.NameSpan = p.text(), p.token()
			p.next()
		default:
			p.expected("the name of an argument, '...' or '}'")
			if p.skipTo(tokComma, tokRBrace); p.tok != tokComma {
				goto end
			}
			p.next()
			continue
		}
		if p.tok == tokQuestion {
			p.next()
			one.Default = p.expr()
		}
		one.Span = p.from(int(one.NameSpan.Start))
		p.scratch.formals = append(p.scratch.formals, one)
		if p.tok == tokRBrace {
			break
		}
		if p.tok != tokComma {
			p.expected("',' or '}' after an argument")
			if p.tok == tokID || p.tok == tokEllipsis {
				continue
			}
			if p.skipTo(tokComma, tokRBrace); p.tok != tokComma {
				break
			}
		}
		p.next()
	}
end:
	p.skipTo(tokRBrace)
	if p.tok == tokRBrace {
		p.next()
	}
	f.List = finish(&p.formalSlices, &p.scratch.formals, mark)
	f.Span = p.from(open)
	return f
}

// setRest reads the bindings of a set behind its brace, and the closing one.
func (p *parser) setRest(start int, rec bool, first *AttrName) Expr {
	s := p.sets.one()
	s.Rec = rec
	s.Bindings = p.bindingList(first, tokRBrace)
	if p.tok == tokRBrace {
		p.next()
	} else {
		p.expected("a name, 'inherit' or '}' for the set of line " + strconv.Itoa(p.file.Position(int32(start)).Line))
	}
	s.Span = p.from(start)
	return s
}

// legacyLet reads let { …; body = e; } from its brace. It is recursive.
func (p *parser) legacyLet(start int) Expr {
	p.next()
	e := p.setRest(start, true, nil)
	e.(*Set).LegacyLet = true
	return e
}

// bindingList reads bindings up to the token that ends them, or to what can only belong to something around them.
func (p *parser) bindingList(first *AttrName, end TokenKind) []Binding {
	if !p.enter() {
		first = nil
	}
	mark := len(p.bindings)
loop:
	for {
		if first != nil {
			p.attr(int(first.Start), first)
			first = nil
			continue
		}
		switch p.tok {
		case end, tokEOF:
			break loop
		case tokInherit:
			p.inherit()
		case tokID, tokOr, tokString, tokInterpolation:
			p.attr(p.start, nil)
		case tokIn, tokRBrace, tokRParen, tokRBracket:
			// Something around these bindings is closed while they are open.
			if p.tok == tokRBrace || p.tok == tokIn && p.openLets > 0 || p.tok != tokIn && p.openParens > 0 {
				break loop
			}
			p.expected(expectedBinding(end))
			p.next()
		default:
			p.expected(expectedBinding(end))
			p.syncBinding()
		}
	}
	p.depth--
	return finish(&p.bindingSlices, &p.bindings, mark)
}

func expectedBinding(end TokenKind) string {
	return "a name, 'inherit' or " + end.String()
}

// attr reads path = value; first is the first name of the path if that was read already.
func (p *parser) attr(start int, first *AttrName) {
	mark := len(p.names)
	if first == nil {
		p.attrName()
	} else {
		p.names = append(p.names, *first)
	}
	p.attrValue(start, p.attrPathRest(mark))
}

func (p *parser) attrValue(start int, path []AttrName) {
	a := p.attrs.one()
	a.Path = path
	if p.tok == tokAssign {
		p.next()
		a.Value = p.expr()
	} else {
		p.expected("'=' or '.' after the name of an attribute")
		a.Value = p.bad()
	}
	if p.tok != tokSemicolon {
		const want = "';' after the value of an attribute"
		if p.tok != tokAssign {
			p.expected(want)
		} else if next := missingSemicolon(p.src, &a.Value); next == nil {
			p.expected(want)
		} else if p.enter() {
			p.failAt(int(a.Value.Range().End), int(a.Value.Range().End), "expected "+want)
			a.Span = Span{int32(start), a.Value.Range().End}
			p.bindings = append(p.bindings, a)
			p.attrValue(int(next[0].Start), next)
			p.depth--
			return
		}
		p.syncBinding()
		a.Value = p.stretch(a.Value)
	} else {
		p.next()
	}
	a.Span = p.from(start)
	p.bindings = append(p.bindings, a)
}

// inherit reads inherit a b; or inherit (e) a b;
func (p *parser) inherit() {
	in, start := p.inherits.one(), p.start
	p.next()
	if p.tok == tokLParen {
		p.next()
		p.openParens++
		in.From = p.expr()
		if p.tok != tokRParen {
			p.expected("')'")
			p.skipTo(tokRParen)
			in.From = p.stretch(in.From)
		}
		p.openParens--
		if p.tok == tokRParen {
			p.next()
		}
	}
	mark := len(p.names)
	for {
		switch p.tok {
		case tokID, tokOr, tokString, tokInterpolation:
			p.attrName()
			continue
		}
		break
	}
	in.Names = finish(&p.nameSlices, &p.names, mark)
	if p.tok == tokSemicolon {
		p.next()
	} else {
		p.expected("a name to inherit or ';'")
		p.syncBinding()
	}
	in.Span = p.from(start)
	p.bindings = append(p.bindings, in)
}

// attrPath reads a."b".${c}.
func (p *parser) attrPath() []AttrName {
	mark := len(p.names)
	p.attrName()
	return p.attrPathRest(mark)
}

func (p *parser) attrPathRest(mark int) []AttrName {
	for p.tok == tokDot {
		p.next()
		p.attrName()
	}
	return finish(&p.nameSlices, &p.names, mark)
}

// attrName reads one name and pushes it. Where there is none, it pushes one with no width that is not known.
func (p *parser) attrName() {
	switch p.tok {
	case tokID, tokOr:
		p.names = append(p.names, AttrName{Span: p.token(), Name: p.text()})
		p.next()
	case tokString:
		s := p.nestedString()
		n := AttrName{Span: s.Span, Expr: s}
		n.Name, n.dyn = quotedName(s)
		p.names = append(p.names, n)
	case tokInterpolation:
		n := AttrName{Span: Span{Start: int32(p.start)}}
		p.next()
		n.Expr = p.expr()
		if p.tok != tokRBrace {
			p.expected("'}' after the interpolation")
			p.skipTo(tokRBrace)
			n.Expr = p.stretch(n.Expr)
		}
		if p.tok == tokRBrace {
			p.next()
		}
		n.End = int32(p.prevEnd)
		name, static := staticText(n.Expr)
		n.Name, n.dyn = name, !static
		p.names = append(p.names, n)
	default:
		if startsSimple[p.tok] || p.tok >= tokIf && p.tok <= tokInherit {
			p.expected("the name of an attribute (quote it to use a keyword)")
		} else {
			p.expected("the name of an attribute")
		}
		gap := p.nowhere()
		p.names = append(p.names, AttrName{Span: gap, Expr: &Bad{gap}, dyn: true}) // any name
	}
}

func (p *parser) nestedString() *String {
	if !p.enter() {
		p.depth--
		return &String{Span: p.nowhere()}
	}
	s := p.stringExpr()
	p.depth--
	return s
}

// quotedName is the text of a quoted name. "${"a"}" is dynamic to Nix, unlike ${"a"}.
func quotedName(s *String) (name string, dynamic bool) {
	switch {
	case len(s.Parts) == 0:
		return "", false
	case len(s.Parts) == 1 && s.Parts[0].Expr == nil:
		return s.Parts[0].Text, false
	}
	return "", true
}

// staticText is what e says if Nix's parser makes a plain string of it, parentheses aside.
func staticText(e Expr) (string, bool) {
	for {
		switch x := e.(type) {
		case *Paren:
			e = x.X
			continue
		case *URI:
			return x.Text, true
		case *String:
			if x.Indented && len(x.Parts) == 1 && x.Parts[0].Expr != nil {
				e = x.Parts[0].Expr // only ''…'' with nothing but one interpolation is that interpolation
				continue
			}
			name, dynamic := quotedName(x)
			return name, !dynamic
		}
		return "", false
	}
}
