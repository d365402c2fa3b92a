package parse

import "fmt"

// TokenKind says what a token is. The zero kind is the end of the file.
type TokenKind uint8

// The kinds, in three groups: blanks, pieces of literals, and what stands for itself.
const (
	tokEOF     TokenKind = iota
	tokBlank             // spaces, tabs, line breaks
	tokComment           // any of the three kinds
	tokInvalid           // a byte that starts nothing

	tokID
	tokInt
	tokFloat
	tokURI
	tokSearch      // <nixpkgs/lib>
	tokPath        // the first piece of a path, which may go on with ${
	tokPathText    // a further piece of a path
	tokString      // the " that opens a string
	tokStringText  // text between quotes and interpolations
	tokStringEnd   // the " that closes
	tokIndented    // '' with the rest of its line if that is blank
	tokIndentedEnd // the '' that closes

	tokIf
	tokThen
	tokElse
	tokAssert
	tokWith
	tokLet
	tokIn
	tokRec
	tokInherit
	tokOr

	tokInterpolation // ${
	tokLBrace
	tokRBrace
	tokLParen
	tokRParen
	tokLBracket
	tokRBracket
	tokSemicolon
	tokColon
	tokComma
	tokAt
	tokDot
	tokEllipsis
	tokAssign
	tokQuestion
	tokNot
	tokConcat
	tokMul
	tokDiv
	tokAdd
	tokSub
	tokUpdate
	tokLess
	tokLessEq
	tokGreater
	tokGreaterEq
	tokEq
	tokNotEq
	tokAnd
	tokOrOr
	tokImpl
	tokPipeTo
	tokPipeFrom

	tokenKinds int = iota
)

var tokenNames = [tokenKinds]string{
	tokEOF: "end of file", tokBlank: "blank", tokComment: "comment", tokInvalid: "invalid character",
	tokID: "identifier", tokInt: "integer", tokFloat: "floating point number", tokURI: "URI", tokSearch: "search path",
	tokPath: "path", tokPathText: "rest of a path", tokString: "string", tokStringText: "text of a string", tokStringEnd: "end of a string",
	tokIndented: "indented string", tokIndentedEnd: "end of an indented string",
	tokIf: "'if'", tokThen: "'then'", tokElse: "'else'", tokAssert: "'assert'", tokWith: "'with'", tokLet: "'let'", tokIn: "'in'",
	tokRec: "'rec'", tokInherit: "'inherit'", tokOr: "'or'",
	tokInterpolation: "'${'", tokLBrace: "'{'", tokRBrace: "'}'", tokLParen: "'('", tokRParen: "')'", tokLBracket: "'['", tokRBracket: "']'",
	tokSemicolon: "';'", tokColon: "':'", tokComma: "','", tokAt: "'@'", tokDot: "'.'", tokEllipsis: "'...'", tokAssign: "'='",
	tokQuestion: "'?'", tokNot: "'!'", tokConcat: "'++'", tokMul: "'*'", tokDiv: "'/'", tokAdd: "'+'", tokSub: "'-'", tokUpdate: "'//'",
	tokLess: "'<'", tokLessEq: "'<='", tokGreater: "'>'", tokGreaterEq: "'>='", tokEq: "'=='", tokNotEq: "'!='",
	tokAnd: "'&&'", tokOrOr: "'||'", tokImpl: "'->'", tokPipeTo: "'|>'", tokPipeFrom: "'<|'",
}

// String names the kind as error messages do.
func (k TokenKind) String() string {
	if int(k) < tokenKinds {
		return tokenNames[k]
	}
	return fmt.Sprintf("TokenKind(%d)", uint8(k))
}

// Trivia reports whether the kind means nothing to Nix: a blank or a comment.
func (k TokenKind) Trivia() bool { return k == tokBlank || k == tokComment }

// Token is a piece of source with its kind.
type Token struct {
	Kind TokenKind
	Span
}

// Tokens cuts src into tokens, trivia included. Whatever src holds, their texts one after the other are src.
// It goes by brackets and quotes alone, as Nix's own lexer does; the parser reads the same bytes through the same lexer.
func Tokens(src string) []Token {
	t := tokenizer{lexer: lexer{src: src}}
	t.run()
	return t.tokens
}

// tokenizer keeps the stack that the parser has in its calls: which literal goes on after a }.
type tokenizer struct {
	lexer
	tokens []Token
	modes  []TokenKind // tokLBrace, tokString, tokIndented or tokPath: what is open
}

func (t *tokenizer) add(k TokenKind, end int) {
	if end > t.end {
		t.tokens = append(t.tokens, Token{k, Span{int32(t.end), int32(end)}})
		t.end = end
	}
}

func (t *tokenizer) run() {
	for t.end < len(t.src) {
		mode := tokLBrace
		if n := len(t.modes); n > 0 {
			mode = t.modes[n-1]
		}
		switch mode {
		case tokString, tokIndented:
			t.quoted(mode)
		case tokPath:
			t.path()
		default:
			t.code()
		}
	}
}

func (t *tokenizer) push(mode TokenKind) { t.modes = append(t.modes, mode) }
func (t *tokenizer) pop() {
	if n := len(t.modes); n > 0 {
		t.modes = t.modes[:n-1]
	}
}

func (t *tokenizer) code() {
	i := t.end
	for i < len(t.src) && class[t.src[i]]&isSpace != 0 {
		i++
	}
	t.add(tokBlank, i)
	if i == len(t.src) {
		return
	}
	if t.commentAt(i) {
		n := len(t.comments)
		t.add(tokComment, t.comment(i))
		t.comments = t.comments[:n]
		return
	}
	at := t.end
	t.next()
	end := t.end
	t.end = at
	t.add(t.tok, end)
	switch t.tok {
	case tokLBrace, tokInterpolation:
		t.push(tokLBrace)
	case tokRBrace:
		t.pop()
	case tokString, tokIndented, tokPath:
		t.push(t.tok)
	}
}

func (t *tokenizer) quoted(mode TokenKind) {
	if mode == tokString {
		end, _ := t.stringText(t.end)
		t.add(tokStringText, end)
	} else {
		end := t.end
		for {
			next, _, ok := t.indentedText(end)
			if !ok {
				break
			}
			end = next
		}
		t.add(tokStringText, end)
	}
	switch {
	case t.end == len(t.src):
	case t.src[t.end] == '$':
		t.add(tokInterpolation, t.end+2)
		t.push(tokLBrace)
	case mode == tokString:
		t.add(tokStringEnd, t.end+1)
		t.pop()
	default:
		t.add(tokIndentedEnd, t.end+2)
		t.pop()
	}
}

func (t *tokenizer) path() {
	t.add(tokPathText, t.pathText(t.end))
	if t.interpolationAt(t.end) {
		t.add(tokInterpolation, t.end+2)
		t.push(tokLBrace)
		return
	}
	t.pop()
}
