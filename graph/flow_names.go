package graph

import (
	"strings"

	"nixsink/graph/eval"
)

// Identifier reports whether a name may stand in an attribute path without quotes (Nix manual, "Identifiers").
func Identifier(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || (c < '0' || c > '9') && c != '\'' && c != '-') {
			return false
		}
	}
	return s != ""
}

// segmentText is an attribute name as option paths show it: what is not known of it is *.
func segmentText(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, eval.SelfPrefix+"//", ""), eval.SelfPrefix+"/", "")
	switch {
	case s == eval.Hole || s == "*":
		return "*"
	case Identifier(s):
		return s
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range strings.ReplaceAll(s, eval.Hole, "*") {
		switch r {
		case '"', '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '\n':
			b.WriteString(`\n`)
		case '\r':
			b.WriteString(`\r`)
		case '\t':
			b.WriteString(`\t`)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func pathText(segs []string) string {
	out := make([]string, len(segs))
	for i, s := range segs {
		out[i] = segmentText(s)
	}
	return strings.Join(out, ".")
}

// sameName says whether two names can be the same one, where either may not be wholly known.
func sameName(a, b string) bool {
	if a == b {
		return true
	}
	return hasHole(a) && eval.Glob(a, b) || hasHole(b) && eval.Glob(b, a)
}

func hasHole(s string) bool { return strings.IndexByte(s, eval.Hole[0]) >= 0 }
