package account

import "strings"

// kind says what a token is. Operators and brackets are of kind punct, and so are the marks around strings.
type kind int

const (
	punct   kind = iota
	ident        // also keywords
	literal      // numbers, paths, <search paths>
	open         // " or '' where a string begins
	text         // what stands in a string between interpolations, as written
	shut         // " or '' where it ends
)

// A token is a piece of Nix text. Blanks and comments are none.
type token struct {
	kind kind
	text string
	Spot
	off int // bytes from the beginning of the file
}

// A Spot is a place in a file: line and byte column, both from 1.
type Spot struct{ Line, Column int }

// lexer cuts Nix text into tokens. It never fails: what it does not know is a token of one byte.
type lexer struct {
	src         string
	at          int
	line, start int // current line, and where it begins
	out         []token
}

func lex(src string) []token {
	l := &lexer{src: src, line: 1}
	l.code(false)
	return l.out
}

func (l *lexer) spot() Spot { return Spot{l.line, l.at - l.start + 1} }

func (l *lexer) rest() string { return l.src[l.at:] }

// add makes a token of the next n bytes.
func (l *lexer) add(k kind, n int) {
	l.out = append(l.out, token{k, l.src[l.at : l.at+n], l.spot(), l.at})
	l.skip(n)
}

func (l *lexer) skip(n int) {
	for end := l.at + n; l.at < end; l.at++ {
		if l.src[l.at] == '\n' {
			l.line, l.start = l.line+1, l.at+1
		}
	}
}

// code reads up to the end, or within an interpolation up to the } that closes it.
func (l *lexer) code(nested bool) {
	depth := 0
	for l.at < len(l.src) {
		c, rest := l.src[l.at], l.rest()
		switch {
		case strings.IndexByte(" \t\r\n", c) >= 0:
			l.skip(1)
		case c == '#':
			n := strings.IndexByte(rest, '\n')
			if n < 0 {
				n = len(rest)
			}
			l.skip(n)
		case strings.HasPrefix(rest, "/*"):
			n := strings.Index(rest[2:], "*/")
			if n < 0 {
				n = len(rest) - 4
			}
			l.skip(n + 4)
		case c == '"':
			l.str(`"`)
		case strings.HasPrefix(rest, "''"):
			l.str("''")
		case strings.HasPrefix(rest, "${"):
			l.hole()
		case c == '{':
			depth++
			l.add(punct, 1)
		case c == '}':
			if nested && depth == 0 {
				l.add(punct, 1)
				return
			}
			depth--
			l.add(punct, 1)
		default:
			if n := pathLength(rest); n > 0 {
				l.path(n)
			} else if n := run(rest, word); n > 0 && strings.IndexByte("0123456789'-", c) < 0 {
				l.add(ident, n)
			} else if n := run(rest, digit); n > 0 {
				l.add(literal, n)
			} else {
				l.add(punct, operator(rest))
			}
		}
	}
}

// hole reads ${ … }.
func (l *lexer) hole() {
	l.add(punct, 2)
	l.code(true)
}

// str reads a string from its opening mark to its closing one, with what is interpolated.
func (l *lexer) str(mark string) {
	l.add(open, len(mark))
	from, at := l.at, l.spot()
	flush := func() {
		if l.at > from {
			l.out = append(l.out, token{text, l.src[from:l.at], at, from})
		}
	}
	for l.at < len(l.src) {
		rest := l.rest()
		switch {
		case mark == `"` && rest[0] == '\\', strings.HasPrefix(rest, "$$"):
			l.skip(min(2, len(rest)))
		case mark == "''" && (strings.HasPrefix(rest, "'''") || strings.HasPrefix(rest, "''$")):
			l.skip(3)
		case mark == "''" && strings.HasPrefix(rest, `''\`):
			l.skip(min(4, len(rest)))
		case strings.HasPrefix(rest, "${"):
			flush()
			l.hole()
			from, at = l.at, l.spot()
		case strings.HasPrefix(rest, mark):
			flush()
			l.add(shut, len(mark))
			return
		default:
			l.skip(1)
		}
	}
	flush()
}

// path reads a path whose first n bytes hold no interpolation.
func (l *lexer) path(n int) {
	l.add(literal, n)
	for strings.HasPrefix(l.rest(), "${") {
		l.hole()
		if n := run(l.rest(), func(c byte) bool { return inPath(c) || c == '/' }); n > 0 {
			l.add(literal, n)
		}
	}
}

// pathLength tells how long the path is that s begins with, 0 if it begins with none.
func pathLength(s string) int {
	if s[0] == '<' {
		if n := run(s[1:], func(c byte) bool { return inPath(c) || c == '/' }); n > 0 && n+1 < len(s) && s[n+1] == '>' {
			return n + 2
		}
		return 0
	}
	n := run(s, inPath)
	if n == 0 && s[0] == '~' {
		n = 1
	}
	segments := 0
	for n < len(s) && s[n] == '/' {
		if m := run(s[n+1:], inPath); m > 0 {
			n, segments = n+1+m, segments+1
		} else if strings.HasPrefix(s[n+1:], "${") {
			return n + 1
		} else {
			break
		}
	}
	if segments == 0 {
		return 0
	}
	return n
}

func run(s string, in func(byte) bool) int {
	n := 0
	for n < len(s) && in(s[n]) {
		n++
	}
	return n
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

func word(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || digit(c) || c == '_' || c == '\'' || c == '-'
}

func inPath(c byte) bool { return word(c) && c != '\'' || c == '.' || c == '+' }

func operator(s string) int {
	for _, op := range []string{"...", "==", "!=", "<=", ">=", "->", "//", "++", "&&", "||", "|>", "<|"} {
		if strings.HasPrefix(s, op) {
			return len(op)
		}
	}
	return 1
}
