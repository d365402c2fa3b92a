package parse

import "strings"

// stringExpr reads a "…" string from its opening quote, which is the current token.
func (p *parser) stringExpr() *String {
	s := p.strings.one()
	start, mark := p.start, len(p.parts)
	i := p.end
	for {
		end, plain := p.stringText(i)
		if end > i {
			text := p.src[i:end]
			if !plain {
				text = p.unescape(text)
			}
			p.parts = append(p.parts, Part{Span: Span{int32(i), int32(end)}, Text: text})
		}
		if end == len(p.src) {
			p.unclosed(start, end, "string", `"`)
			i = end
			break
		}
		if p.src[end] == '"' {
			i = end + 1
			break
		}
		var part Part
		part, i = p.interpolation(end)
		p.parts = append(p.parts, part)
	}
	s.Span = Span{int32(start), int32(i)}
	s.Parts = finish(&p.partSlices, &p.parts, mark)
	p.end = i
	p.next()
	return s
}

// interpolation reads ${e} at i and gives the offset after it, where its literal goes on.
func (p *parser) interpolation(i int) (Part, int) {
	p.end = i
	p.next()
	p.next()
	e := p.expr()
	if p.tok != tokRBrace {
		p.expected("'}' after the interpolation")
		p.skipTo(tokRBrace)
		e = p.stretch(e)
	}
	end := p.end // of the }, or of the file
	return Part{Span: Span{int32(i), int32(end)}, Expr: e}, end
}

func (p *parser) unclosed(start, end int, what, quote string) {
	p.fail(start, end, "this "+what+" is never closed: expected "+quote)
}

// unescape resolves the escapes of a "…" string and turns CR and CR LF into LF.
func (p *parser) unescape(s string) string {
	b := p.bytes[:0]
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\' && i+1 < len(s):
			i++
			b = append(b, escaped(s[i]))
		case c == '\r':
			b = append(b, '\n')
			if i+1 < len(s) && s[i+1] == '\n' {
				i++
			}
		default:
			b = append(b, c)
		}
	}
	p.bytes = b
	return string(b)
}

// escaped is what \c stands for.
func escaped(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}

// piece is what Nix's lexer makes one token of in a ”…” string. Indentation counts in plain ones only.
type piece struct {
	Span
	plain bool
	text  string
	expr  Expr // for ${e}
}

// indentedExpr reads a ”…” string from its opening quotes, which are the current token.
func (p *parser) indentedExpr() *String {
	s := p.strings.one()
	start, mark := p.start, len(p.pieces)
	i := p.end
	for {
		end, plain, ok := p.indentedText(i)
		if ok {
			text := p.src[i:end]
			if !plain {
				text = indentedEscape(text)
			}
			p.pieces = append(p.pieces, piece{Span: Span{int32(i), int32(end)}, plain: plain, text: text})
			i = end
			continue
		}
		if end == len(p.src) {
			p.unclosed(start, end, "indented string", "''")
			i = end
			break
		}
		if p.src[end] == '\'' {
			i = end + 2
			break
		}
		part, next := p.interpolation(end)
		p.pieces = append(p.pieces, piece{Span: part.Span, expr: part.Expr})
		i = next
	}
	s.Span = Span{int32(start), int32(i)}
	s.Indented = true
	s.Parts = p.strip(p.pieces[mark:])
	clear(p.pieces[mark:])
	p.pieces = p.pieces[:mark]
	p.end = i
	p.next()
	return s
}

// indentedEscape is what an escape of a ”…” string stands for.
func indentedEscape(s string) string {
	switch {
	case s == "''$":
		return "$"
	case s == "'''":
		return "''"
	case len(s) == 4: // ''\c
		switch s[3] {
		case 'n':
			return "\n"
		case 'r':
			return "\r"
		case 't':
			return "\t"
		}
		return s[3:]
	}
	return s // a lone $ or '
}

// strip removes the indentation that all lines have in common and a last line of blanks, as ParserState::stripIndentation of Nix does,
// and joins neighbouring text.
func (p *parser) strip(pieces []piece) []Part {
	indent := commonIndent(pieces)
	mark := len(p.parts)
	startOfLine := true
	dropped := 0
	for i := 0; i < len(pieces); {
		if pieces[i].expr != nil {
			p.parts = append(p.parts, Part{Span: pieces[i].Span, Expr: pieces[i].expr})
			startOfLine, dropped = false, 0
			i++
			continue
		}
		first := i
		var text string
		if i+1 == len(pieces) || pieces[i+1].expr != nil { // the common case needs no joining
			b := p.bytes[:0]
			text, b, startOfLine, dropped = stripPiece(b, pieces[i].text, indent, startOfLine, dropped, i+1 == len(pieces))
			if text == "" && len(b) > 0 {
				text = string(b)
			}
			p.bytes = b
			i++
		} else {
			b := p.bytes[:0]
			for ; i < len(pieces) && pieces[i].expr == nil; i++ {
				at := len(b)
				var whole string
				whole, b, startOfLine, dropped = stripPiece(b, pieces[i].text, indent, startOfLine, dropped, i+1 == len(pieces))
				if whole != "" {
					b = append(b[:at], whole...)
				}
			}
			text = string(b)
			p.bytes = b
		}
		if text != "" {
			p.parts = append(p.parts, Part{Span: Span{pieces[first].Start, pieces[i-1].End}, Text: text})
		}
	}
	return finish(&p.partSlices, &p.parts, mark)
}

// stripPiece strips one piece: to a part of it if nothing in its middle goes, or else to the end of b.
func stripPiece(b []byte, s string, indent int, startOfLine bool, dropped int, last bool) (whole string, out []byte, sol bool, drop int) {
	at, copied := len(b), false
	rest := s // not yet looked at
	keep := s // from here on nothing went, if not copied
	for {
		if startOfLine {
			n := 0
			for n < len(rest) && rest[n] == ' ' {
				n++
			}
			if cut := min(n, max(0, indent-dropped)); cut > 0 {
				if len(rest) != len(keep) { // text before the blanks
					b = append(b, keep[:len(keep)-len(rest)]...)
					copied = true
				}
				rest = rest[cut:]
				keep = rest
				rest = rest[n-cut:]
			} else {
				rest = rest[n:]
			}
			dropped += n
			if rest == "" {
				break
			}
			dropped = 0
			startOfLine = rest[0] == '\n'
			if startOfLine {
				rest = rest[1:]
				continue
			}
		}
		nl := strings.IndexByte(rest, '\n')
		if nl < 0 {
			break
		}
		rest = rest[nl+1:]
		startOfLine = true
	}
	if copied {
		b = append(b, keep...)
		if last {
			b = b[:at+lastLine(b[at:])]
		}
		return "", b, startOfLine, dropped
	}
	if last {
		keep = keep[:lastLine(keep)]
	}
	return keep, b, startOfLine, dropped
}

// lastLine is where the last line of s starts if it is blank and not the only one, and len(s) otherwise.
func lastLine[T string | []byte](s T) int {
	for i := len(s) - 1; i >= 0; i-- {
		switch s[i] {
		case ' ':
		case '\n':
			return i + 1
		default:
			return len(s)
		}
	}
	return len(s)
}

// commonIndent is the smallest number of spaces that a line starts with. Blank lines do not count; anything but plain text ends the blanks of its line.
func commonIndent(pieces []piece) int {
	startOfLine := true
	least, current := 1000000, 0 // Nix starts with the same number
	for i := range pieces {
		if !pieces[i].plain {
			if startOfLine {
				startOfLine = false
				least = min(least, current)
			}
			continue
		}
		s := pieces[i].text
		for s != "" {
			if startOfLine {
				n := 0
				for n < len(s) && s[n] == ' ' {
					n++
				}
				current += n
				s = s[n:]
				if s == "" {
					break
				}
				if s[0] == '\n' {
					current = 0
					s = s[1:]
					continue
				}
				startOfLine = false
				least = min(least, current)
			}
			nl := strings.IndexByte(s, '\n')
			if nl < 0 {
				break
			}
			s = s[nl+1:]
			startOfLine, current = true, 0
		}
	}
	return least
}

// pathExpr reads a path from its first piece, which is the current token.
func (p *parser) pathExpr() *Path {
	e := p.paths.one()
	start, i := p.start, p.end
	mark := len(p.parts)
	if c := p.at(i); c != '/' && class[c]&isPath == 0 && !p.interpolationAt(i) {
		p.parts = append(p.parts, Part{Span: Span{int32(start), int32(i)}, Text: p.src[start:i]})
	} else {
		i = p.pathParts(start, i)
	}
	if p.src[i-1] == '/' {
		p.fail(i-1, i, "path has a trailing slash")
	}
	e.Span = Span{int32(start), int32(i)}
	e.Parts = finish(&p.partSlices, &p.parts, mark)
	p.end = i
	p.next()
	return e
}

// pathParts reads a path that goes on after its first piece: with an interpolation, or after a double slash. Nix's grammar has room
// for one more piece before the first interpolation only if there is one.
func (p *parser) pathParts(start, i int) int {
	text, interpolated := start, false
	for {
		end := p.pathText(i)
		if !interpolated && end > i {
			if !p.interpolationAt(end) || doubleSlashes(p.src[i-1:end]) > 1 {
				p.fail(i, end, "path has a double slash")
			}
		}
		if end > text {
			p.parts = append(p.parts, Part{Span: Span{int32(text), int32(end)}, Text: p.src[text:end]})
		}
		if !p.interpolationAt(end) {
			return end
		}
		var part Part
		part, i = p.interpolation(end)
		p.parts = append(p.parts, part)
		text, interpolated = i, true
	}
}

func doubleSlashes(s string) (n int) {
	for i := 1; i < len(s); i++ {
		if s[i] == '/' && s[i-1] == '/' {
			n++
		}
	}
	return n
}
