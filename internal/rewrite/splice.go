package rewrite

import (
	"strings"

	"nixsink/parse"
)

// splice makes the changes, which are sorted by offset. One that overlaps an earlier one is left out: it speaks of text that is gone.
func splice(src string, changes []Change) string {
	var b strings.Builder
	at := int32(0)
	for _, c := range changes {
		if c.Span.Start < at {
			continue
		}
		b.WriteString(src[at:c.Span.Start])
		b.WriteString(c.New)
		at = c.Span.End
	}
	b.WriteString(src[at:])
	return b.String()
}

// sameCode reports whether two sources have the same tokens, blanks and comments aside.
func sameCode(a, b string) bool {
	x, y := code(a), code(b)
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if x[i].Kind != y[i].Kind || a[x[i].Start:x[i].End] != b[y[i].Start:y[i].End] {
			return false
		}
	}
	return true
}

func code(src string) []parse.Token {
	var out []parse.Token
	for _, t := range parse.Tokens(src) {
		if !t.Kind.Trivia() {
			out = append(out, t)
		}
	}
	return out
}
