package git

import (
	"fmt"
	"strings"
)

// escapes are the control characters that have a letter in C.
var escapes = map[byte]byte{'\a': 'a', '\b': 'b', '\t': 't', '\n': 'n', '\v': 'v', '\f': 'f', '\r': 'r', '"': '"', '\\': '\\'}

// Quote writes a name as git does where core.quotePath is false: in double quotes with C's escapes if it has control characters, quotes or
// backslashes, else as it is. Marks that turn the direction of text, and bytes that are no UTF-8, are escaped as well: git reads them back.
func Quote(name string) string {
	var b strings.Builder
	quoted := false
	for i, r := range name {
		switch {
		case r == '\ufffd' && !strings.HasPrefix(name[i:], "\ufffd"):
			fmt.Fprintf(&b, `\%03o`, name[i])
			quoted = true
		case r < 0x80 && escapes[byte(r)] != 0:
			b.WriteByte('\\')
			b.WriteByte(escapes[byte(r)])
			quoted = true
		case r < ' ' || r == 0x7f, Hidden(r):
			for _, c := range []byte(string(r)) {
				fmt.Fprintf(&b, `\%03o`, c)
			}
			quoted = true
		default:
			b.WriteRune(r)
		}
	}
	if !quoted {
		return name
	}
	return `"` + b.String() + `"`
}

// DiffName is a name in a diff's header: quoted where it has to be, with a tab behind it where blanks would hide its end.
func DiffName(name string) string {
	quoted := Quote(name)
	if strings.Contains(name, " ") {
		quoted += "\t"
	}
	return quoted
}

// Hidden reports whether a character shows itself only by what it does to others: controls of C1, line separators, marks of direction.
func Hidden(r rune) bool {
	return r >= 0x80 && r < 0xa0 || r == '\u2028' || r == '\u2029' || r == '\u061c' || r == '\u200e' || r == '\u200f' ||
		r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// Unquote reads a name that git has put in quotes. ok is false if it is not written so.
func Unquote(s string) (name string, ok bool) {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return s, false
	}
	in := s[1 : len(s)-1]
	var b strings.Builder
	for i := 0; i < len(in); i++ {
		c := in[i]
		if c == '"' {
			return s, false
		}
		if c != '\\' {
			b.WriteByte(c)
			continue
		}
		if i++; i == len(in) {
			return s, false
		}
		if in[i] >= '0' && in[i] <= '3' && i+2 < len(in) && octal(in[i+1]) && octal(in[i+2]) {
			b.WriteByte((in[i]-'0')<<6 | (in[i+1]-'0')<<3 | (in[i+2] - '0'))
			i += 2
			continue
		}
		found := false
		for char, letter := range escapes {
			if letter == in[i] {
				b.WriteByte(char)
				found = true
			}
		}
		if !found {
			return s, false
		}
	}
	return b.String(), true
}

func octal(c byte) bool { return c >= '0' && c <= '7' }
