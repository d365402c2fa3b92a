package render

import (
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// safeURL reports whether a link may stand in a picture or page: http, https or relative. Anything else (javascript:,
// data:, file:) could run or read something when a reader clicks on it. A browser drops control characters and
// spaces before it looks for a scheme, so we refuse them.
func safeURL(s string) bool {
	if s == "" || strings.HasPrefix(s, "//") || strings.HasPrefix(s, `\`) || strings.HasPrefix(s, `/\`) {
		return false
	}
	for _, r := range s {
		if r <= ' ' || r == 0x7f {
			return false
		}
	}
	switch scheme, _, ok := strings.Cut(s, ":"); {
	case !ok || strings.ContainsAny(scheme, "/?#"):
		return true
	default:
		return strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https")
	}
}

// href fills the link template for a source line: "" if there is no template or no place.
func (o Options) href(file string, line int) string {
	if o.Link == "" || file == "" {
		return ""
	}
	l := strconv.Itoa(max(line, 1))
	s := strings.NewReplacer("{file}", escapePath(file), "{line}", l).Replace(o.Link)
	if !safeURL(s) {
		return ""
	}
	return s
}

// escapePath escapes a path for a URL and leaves its slashes alone. A colon in the first segment would read as a scheme.
func escapePath(file string) string {
	parts := strings.Split(file, "/")
	for i, p := range parts {
		parts[i] = strings.ReplaceAll(url.PathEscape(p), ":", "%3A")
	}
	return strings.Join(parts, "/")
}

// glob is a compiled pattern: * within a segment, ** over segments, ? one character. Segments end at / and at the dots of option paths.
type glob struct {
	re    *regexp.Regexp
	plain string // the pattern if it has no wildcard: then a prefix of whole segments matches too
}

func compileGlob(s string) (glob, error) {
	if !strings.ContainsAny(s, "*?[") {
		return glob{plain: s}, nil
	}
	if _, err := path.Match(s, ""); err != nil {
		return glob{}, err
	}
	var b strings.Builder
	b.WriteString("^")
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '*' && i+1 < len(s) && s[i+1] == '*':
			i++
			if i+1 < len(s) && s[i+1] == '/' {
				i++
				b.WriteString("(.*/)?")
			} else {
				b.WriteString(".*")
			}
		case c == '*':
			b.WriteString("[^/]*")
		case c == '?':
			b.WriteString("[^/]")
		case c == '[':
			j := strings.IndexByte(s[i:], ']')
			if j < 0 {
				return glob{}, path.ErrBadPattern
			}
			b.WriteString("[" + strings.Replace(strings.ReplaceAll(s[i+1:i+j], `\`, `\\`), "!", "^", 1) + "]")
			i += j
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	re, err := regexp.Compile(b.String() + "$")
	return glob{re: re}, err
}

func (g glob) match(s string) bool {
	if g.re != nil {
		return g.re.MatchString(s)
	}
	rest, ok := strings.CutPrefix(s, g.plain)
	return ok && (rest == "" || rest[0] == '/' || rest[0] == '.' || strings.HasSuffix(g.plain, "/"))
}
