package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"nixsink/internal/secrets"
)

// An OptionGlob says which options are meant, name by name: `*` stands for characters of one name, `{a,b}` for either, `**` for any number of
// names, none included. A name with dots in it stands in quotes, as in Nix. What a home sets is meant by its path within the home.
type OptionGlob struct{ names []string }

// ParseOptionGlob reads `my.people.*.email`, `services.nginx.virtualHosts."example.net".**`.
func ParseOptionGlob(text string) (OptionGlob, error) {
	var g OptionGlob
	rest := text
	for {
		name := rest
		if quoted, ok := strings.CutPrefix(rest, `"`); ok {
			end := strings.IndexByte(quoted, '"')
			if end < 0 {
				return g, fmt.Errorf("%q: a quote is open", text)
			}
			name, rest = quoted[:end], quoted[end+1:]
			if rest != "" && rest[0] != '.' {
				return g, fmt.Errorf("%q: a dot is missing behind %q", text, name)
			}
		} else if i := strings.IndexByte(rest, '.'); i >= 0 {
			name, rest = rest[:i], rest[i:]
		} else {
			rest = ""
		}
		name = noSlash(name)
		if _, err := doublestar.Match(name, ""); err != nil || name == "" {
			return g, fmt.Errorf("%q is no glob of options: write my.people.*.email, or my.people.** for all below", text)
		}
		g.names = append(g.names, name)
		if rest == "" {
			break
		}
		rest = rest[1:]
	}
	if g.names[0] == "config" {
		return g, fmt.Errorf("%q: write it without \"config.\"", text)
	}
	return g, nil
}

// UnmarshalText is ParseOptionGlob.
func (g *OptionGlob) UnmarshalText(text []byte) (err error) {
	*g, err = ParseOptionGlob(string(text))
	return err
}

// MarshalText writes the glob as the configuration spells it.
func (g OptionGlob) MarshalText() ([]byte, error) { return []byte(g.String()), nil }

func (g OptionGlob) String() string {
	names := slices.Clone(g.names)
	for i, n := range names {
		n = strings.ReplaceAll(n, "\x00", "/")
		if names[i] = n; strings.ContainsAny(n, `./"`) {
			names[i] = `"` + n + `"`
		}
	}
	return strings.Join(names, ".")
}

// noSlash has no slash, which a star would stop at, in place of each a character that no name has.
func noSlash(name string) string { return strings.ReplaceAll(name, "/", "\x00") }

// Match says whether an option is meant. A name of it that is not known is "*", which only stars match.
func (g OptionGlob) Match(option []string) bool { return matchNames(g.names, secrets.Local(option)) }

// matchNames goes back to the last ** only: what was matched before it need not be matched otherwise.
func matchNames(globs, names []string) bool {
	g, n := 0, 0
	star, from := -1, 0
	for n < len(names) || g < len(globs) {
		switch {
		case g < len(globs) && globs[g] == "**":
			star, from = g, n
			g++
			continue
		case g < len(globs) && n < len(names):
			if ok, _ := doublestar.Match(globs[g], noSlash(strings.Trim(names[n], `"`))); ok {
				g, n = g+1, n+1
				continue
			}
		}
		if star < 0 || from >= len(names) {
			return false
		}
		from++
		g, n = star+1, from
	}
	return true
}

// anyMatch says whether some glob means an option.
func anyMatch(globs []OptionGlob, option []string) bool {
	return slices.ContainsFunc(globs, func(g OptionGlob) bool { return g.Match(option) })
}
