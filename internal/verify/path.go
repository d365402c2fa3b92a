package verify

import (
	"strings"

	"nixsink/graph"
)

// within tells whether an option path is at or below another one, as far as that is known: a * in the text's path stands for any name, within a
// name for any part of it. above says that path ends before prefix does: a set that was looked at as a whole.
func within(prefix, path []string) (in, above bool) {
	n := min(len(prefix), len(path))
	for i := range n {
		if !sameName(prefix[i], path[i]) {
			return false, false
		}
	}
	return true, len(path) < len(prefix)
}

// same tells whether two paths can be that of one option.
func same(a, b []string) bool {
	in, _ := within(a, b)
	return in && len(a) == len(b)
}

// under tells whether path is at or below prefix, letter by letter.
func under(prefix, path []string) bool {
	if len(prefix) > len(path) {
		return false
	}
	for i, s := range prefix {
		if s != path[i] {
			return false
		}
	}
	return true
}

func sameName(pattern, s string) bool {
	if pattern == s {
		return true
	}
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return false
	}
	s, ok := strings.CutPrefix(s, parts[0])
	for _, p := range parts[1 : len(parts)-1] {
		at := strings.Index(s, p)
		if !ok || at < 0 {
			return false
		}
		s = s[at+len(p):]
	}
	return ok && strings.HasSuffix(s, parts[len(parts)-1])
}

// written is a path of names as option paths are written.
func written(names []string) string {
	out := make([]string, len(names))
	for i, s := range names {
		if out[i] = s; !graph.Identifier(s) {
			out[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
		}
	}
	return strings.Join(out, ".")
}

// nixString is a text as a string of the Nix language, with nothing in it that Nix would take for anything else.
func nixString(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s) + `"`
}
