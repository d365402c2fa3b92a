package parse

import "strings"

// What a byte can be part of (lexer.l of Nix names the same sets).
const (
	isSpace    uint8 = 1 << iota
	isIDStart        // a letter or _
	isID             // what follows it: digits, ' and - too
	isPath           // PATH_CHAR: letters, digits, . _ - +
	isURI            // what follows the colon of a URI
	isDigit          // 0-9
	isLetter         // what a URI starts with
	endsString       // needs a look inside "…" or ''…''
)

var class = func() (c [256]uint8) {
	set := func(bits uint8, chars string) {
		for i := range len(chars) {
			c[chars[i]] |= bits
		}
	}
	const letters, digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
	set(isSpace, " \t\r\n")
	set(isIDStart|isID|isPath|isURI|isLetter, letters)
	set(isDigit|isID|isPath|isURI, digits)
	set(isIDStart|isID|isPath|isURI, "_")
	set(isID, "'-")
	set(isPath, ".-+")
	set(isURI, "%/?:@&=+$,-.!~*'")
	set(endsString, "\"\\$'\r")
	return c
}()

// lexer cuts the source into tokens, one at a time and forwards only. Strings and paths are read on by the parser, which
// calls stringText, indentedText and pathText: what stands in ${…} is again ordinary code.
type lexer struct {
	src        string
	tok        TokenKind
	start, end int // of tok
	prevEnd    int // where the token before tok ends
	// Whether a name starts a path or a URI is known only at the end of its run of path characters. Looking there
	// anew for every token of a+a+a+… would be quadratic, so the run is remembered.
	runEnd        int
	runUnderscore int // the last _ in the run, which no URI scheme may hold; -1 if there is none
	comments      []Comment
	unterminated  int // 1 + the offset of a comment that is never closed; 0 if all are
}

// at is the byte at i, and 0 after the end: a NUL is in no file that gets here with a meaning.
func (l *lexer) at(i int) byte {
	if i < len(l.src) {
		return l.src[i]
	}
	return 0
}

func (l *lexer) interpolationAt(i int) bool { return l.at(i) == '$' && l.at(i+1) == '{' }

func (l *lexer) commentAt(i int) bool {
	c := l.at(i)
	return c == '#' || c == '/' && l.at(i+1) == '*'
}

// next reads the token after the current one, and the comments before it.
func (l *lexer) next() {
	l.prevEnd = l.end
	src, i := l.src, l.end
	var c byte
	for {
		for i < len(src) && class[src[i]]&isSpace != 0 {
			i++
		}
		if i >= len(src) {
			l.set(tokEOF, len(src), len(src))
			return
		}
		c = src[i]
		if c != '#' && (c != '/' || l.at(i+1) != '*') {
			break
		}
		i = l.comment(i)
	}
	switch {
	case class[c]&isIDStart != 0:
		l.name(i)
		return
	case class[c]&isDigit != 0:
		l.number(i)
		return
	}
	switch c {
	case ';':
		l.set(tokSemicolon, i, i+1)
	case '=':
		l.pair(i, '=', tokEq, tokAssign)
	case '.':
		l.dot(i)
	case '"':
		l.set(tokString, i, i+1)
	case '{':
		l.set(tokLBrace, i, i+1)
	case '}':
		l.set(tokRBrace, i, i+1)
	case '(':
		l.set(tokLParen, i, i+1)
	case ')':
		l.set(tokRParen, i, i+1)
	case '[':
		l.set(tokLBracket, i, i+1)
	case ']':
		l.set(tokRBracket, i, i+1)
	case ':':
		l.set(tokColon, i, i+1)
	case ',':
		l.set(tokComma, i, i+1)
	case '@':
		l.set(tokAt, i, i+1)
	case '?':
		l.set(tokQuestion, i, i+1)
	case '*':
		l.set(tokMul, i, i+1)
	case '!':
		l.pair(i, '=', tokNotEq, tokNot)
	case '>':
		l.pair(i, '=', tokGreaterEq, tokGreater)
	case '&':
		l.pair(i, '&', tokAnd, tokInvalid)
	case '$':
		l.pair(i, '{', tokInterpolation, tokInvalid)
	case '|':
		if l.at(i+1) == '>' {
			l.set(tokPipeTo, i, i+2)
		} else {
			l.pair(i, '|', tokOrOr, tokInvalid)
		}
	case '\'':
		l.quotes(i)
	case '<':
		l.less(i)
	case '~':
		if l.at(i+1) == '/' && (class[l.at(i+2)]&isPath != 0 || l.interpolationAt(i+2)) {
			l.path(i, i+1)
		} else {
			l.set(tokInvalid, i, i+1)
		}
	case '/':
		if l.at(i+1) == '/' {
			l.set(tokUpdate, i, i+2)
		} else if !l.pathOrURI(i) {
			l.set(tokDiv, i, i+1)
		}
	case '+':
		if !l.pathOrURI(i) {
			l.pair(i, '+', tokConcat, tokAdd)
		}
	case '-':
		if !l.pathOrURI(i) {
			l.pair(i, '>', tokImpl, tokSub)
		}
	default:
		l.set(tokInvalid, i, i+1)
	}
}

func (l *lexer) set(k TokenKind, start, end int) { l.tok, l.start, l.end = k, start, end }

// pair is long if the byte after i is c, and short otherwise.
func (l *lexer) pair(i int, c byte, long, short TokenKind) {
	if l.at(i+1) == c {
		l.set(long, i, i+2)
	} else {
		l.set(short, i, i+1)
	}
}

// name reads an identifier, a keyword, or the path or URI that it is the start of.
func (l *lexer) name(i int) {
	src, j := l.src, i+1
	for j < len(src) && class[src[j]]&isID != 0 {
		j++
	}
	switch l.at(j) {
	case '.', '+', '/', ':':
		if l.pathOrURI(i) {
			return
		}
	}
	l.set(keyword(src[i:j]), i, j)
}

func keyword(s string) TokenKind {
	if len(s) < 2 || len(s) > 7 {
		return tokID
	}
	switch s {
	case "if":
		return tokIf
	case "in":
		return tokIn
	case "or":
		return tokOr
	case "let":
		return tokLet
	case "rec":
		return tokRec
	case "then":
		return tokThen
	case "else":
		return tokElse
	case "with":
		return tokWith
	case "assert":
		return tokAssert
	case "inherit":
		return tokInherit
	}
	return tokID
}

// number reads [0-9]+, a float, or a path that starts with a digit. A float cannot start with two digits of which the first is 0.
func (l *lexer) number(i int) {
	j := l.digits(i)
	if c := l.at(j); c == '/' || class[c]&isPath != 0 {
		if l.pathOrURI(i) {
			return
		}
	}
	if l.at(j) != '.' || l.src[i] == '0' && (j > i+1 || class[l.at(j+1)]&isDigit == 0) {
		l.set(tokInt, i, j)
		return
	}
	l.set(tokFloat, i, l.exponent(l.digits(j+1)))
}

func (l *lexer) digits(i int) int {
	for i < len(l.src) && class[l.src[i]]&isDigit != 0 {
		i++
	}
	return i
}

func (l *lexer) exponent(i int) int {
	if c := l.at(i); c != 'e' && c != 'E' {
		return i
	}
	j := i + 1
	if c := l.at(j); c == '+' || c == '-' {
		j++
	}
	if class[l.at(j)]&isDigit == 0 {
		return i
	}
	return l.digits(j)
}

func (l *lexer) dot(i int) {
	c := l.at(i + 1)
	if class[c]&isPath == 0 && c != '/' {
		l.set(tokDot, i, i+1)
		return
	}
	switch {
	case l.pathOrURI(i):
	case class[c]&isDigit != 0:
		l.set(tokFloat, i, l.exponent(l.digits(i+1)))
	case c == '.' && l.at(i+2) == '.':
		l.set(tokEllipsis, i, i+3)
	default:
		l.set(tokDot, i, i+1)
	}
}

func (l *lexer) less(i int) {
	for j := i + 1; class[l.at(j)]&isPath != 0; j++ {
		for class[l.at(j)]&isPath != 0 {
			j++
		}
		switch l.at(j) {
		case '>':
			l.set(tokSearch, i, j+1)
			return
		case '/':
			continue
		}
		break
	}
	if l.at(i+1) == '|' {
		l.set(tokPipeFrom, i, i+2)
	} else {
		l.pair(i, '=', tokLessEq, tokLess)
	}
}

// quotes reads the start of an indented string. Spaces and a line break right after it are no part of the string.
func (l *lexer) quotes(i int) {
	if l.at(i+1) != '\'' {
		l.set(tokInvalid, i, i+1)
		return
	}
	j := i + 2
	for l.at(j) == ' ' {
		j++
	}
	if l.at(j) == '\n' {
		l.set(tokIndented, i, j+1)
	} else {
		l.set(tokIndented, i, i+2)
	}
}

// pathOrURI reads the path or URI that starts at i, if one does: Nix takes the longest match, and both are longer than any other token.
func (l *lexer) pathOrURI(i int) bool {
	if i >= l.runEnd {
		j := i
		l.runUnderscore = -1
		for j < len(l.src) && class[l.src[j]]&isPath != 0 {
			if l.src[j] == '_' {
				l.runUnderscore = j
			}
			j++
		}
		l.runEnd = j
	}
	e := l.runEnd
	switch l.at(e) {
	case '/':
		if class[l.at(e+1)]&isPath != 0 || l.interpolationAt(e+1) {
			l.path(i, e)
			return true
		}
	case ':':
		if class[l.at(i)]&isLetter != 0 && l.runUnderscore < i && class[l.at(e+1)]&isURI != 0 {
			for e++; class[l.at(e)]&isURI != 0; {
				e++
			}
			l.set(tokURI, i, e)
			return true
		}
	}
	return false
}

// path reads the first piece of a path from i, whose first slash is at e: up to an interpolation, a double slash or its end.
func (l *lexer) path(i, e int) {
	for l.at(e) == '/' && class[l.at(e+1)]&isPath != 0 {
		for e++; class[l.at(e)]&isPath != 0; {
			e++
		}
	}
	if l.at(e) == '/' {
		e++
	}
	l.set(tokPath, i, e)
}

// pathText is the end of the path characters and slashes at i.
func (l *lexer) pathText(i int) int {
	for i < len(l.src) && (l.src[i] == '/' || class[l.src[i]]&isPath != 0) {
		i++
	}
	return i
}

// stringText is the end of the text of a "…" string at i: a quote, ${ or the end of the file. plain is false if the text has escapes or
// carriage returns, so that it is not what the source says. $$ hides the brace after it.
func (l *lexer) stringText(i int) (end int, plain bool) {
	src := l.src
	plain = true
	for i < len(src) {
		c := src[i]
		if class[c]&endsString == 0 {
			i++
			continue
		}
		switch c {
		case '"':
			return i, plain
		case '$':
			switch l.at(i + 1) {
			case '{':
				return i, plain
			case '$':
				i++
			}
		case '\\':
			plain = false
			i++
		case '\r':
			plain = false
		}
		i++
	}
	return min(i, len(src)), plain
}

// indentedText is the end of one token of text of a ”…” string at i, and what kind it is: Nix strips indentation of plain text only.
// ok is false at ”, ${ and the end of the file.
func (l *lexer) indentedText(i int) (end int, plain, ok bool) {
	src, start := l.src, i
	for i < len(src) {
		c := src[i]
		if class[c]&endsString == 0 {
			i++
			continue
		}
		switch c {
		case '$':
			n := l.at(i + 1)
			if n == '{' || n == '\'' {
				if i > start || n == '{' {
					return i, true, i > start
				}
				return i + 1, false, true
			}
			if n == '$' {
				i++
			}
		case '\'':
			n := l.at(i + 1)
			if n == '\'' || n == '$' {
				if i > start {
					return i, true, true
				}
				if n == '$' { // a lone quote before a dollar
					return i + 1, false, true
				}
				switch l.at(i + 2) {
				case '\'', '$':
					return i + 3, false, true
				case '\\':
					return min(i+4, len(src)), false, true
				}
				return i, false, false
			}
		}
		i++
	}
	i = min(i, len(src))
	return i, true, i > start
}

// comment reads the comment at i and gives its end.
func (l *lexer) comment(i int) int {
	c, end := Comment{Kind: LineComment}, 0
	if l.src[i] == '#' {
		end = i + 1
		for end < len(l.src) && l.src[end] != '\n' && l.src[end] != '\r' {
			end++
		}
	} else {
		c.Kind = BlockComment
		if l.at(i+2) == '*' && l.at(i+3) != '*' && l.at(i+3) != '/' {
			c.Kind = DocComment
		}
		if n := strings.Index(l.src[i+2:], "*/"); n >= 0 {
			end = i + 2 + n + 2
		} else {
			end = len(l.src)
			l.unterminated = i + 1
		}
	}
	c.Span = Span{int32(i), int32(end)}
	l.comments = append(l.comments, c)
	return end
}
