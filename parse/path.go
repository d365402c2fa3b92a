package parse

import "strings"

// PathNames are the names that an attribute path consists of, cut at the dots outside quotes, without quotes: of a."b.c" a and b.c.
func PathNames(path string) []string {
	var names []string
	var b strings.Builder
	quoted := false
	for i := 0; i < len(path); i++ {
		switch c := path[i]; {
		case c == '\\' && quoted && i+1 < len(path):
			i++
			b.WriteByte(path[i])
		case c == '"':
			quoted = !quoted
		case c == '.' && !quoted:
			names = append(names, b.String())
			b.Reset()
		default:
			b.WriteByte(c)
		}
	}
	return append(names, b.String())
}
