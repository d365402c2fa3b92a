package flowtest

import (
	"regexp"
	"strings"

	"nixsink/parse"
)

// split cuts an option path at the dots outside quotes. A quoted segment loses its quotes.
var split = parse.PathNames

var plain = regexp.MustCompile(`^[A-Za-z_*][A-Za-z0-9_'*-]*$`)

// join writes segments as an option path.
func join(segs []string) string {
	out := make([]string, len(segs))
	for i, s := range segs {
		if out[i] = s; !plain.MatchString(s) {
			out[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
		}
	}
	return strings.Join(out, ".")
}

// same tells whether two paths can name the same thing: a * stands for any one segment, on either side,
// and a * within a segment for any part of it.
func same(a, b []string) bool { return len(a) == len(b) && within(a, b) }

// within tells whether path is prefix or stands below it.
func within(prefix, path []string) bool {
	if len(prefix) > len(path) {
		return false
	}
	for i, s := range prefix {
		if !segment(s, path[i]) {
			return false
		}
	}
	return true
}

func segment(a, b string) bool { return a == b || glob(a, b) || glob(b, a) }

func glob(pattern, s string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return false
	}
	s, ok := strings.CutPrefix(s, parts[0])
	for _, p := range parts[1 : len(parts)-1] {
		at := strings.Index(s, p)
		if ok = ok && at >= 0; !ok {
			return false
		}
		s = s[at+len(p):]
	}
	return ok && strings.HasSuffix(s, parts[len(parts)-1])
}
