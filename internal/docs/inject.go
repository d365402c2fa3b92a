package docs

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// A Region is a marked part of a page:
//
//	<!-- nixsink:graph view=layers title="Who reads what" -->
//	…
//	<!-- /nixsink -->
type Region struct {
	Kind string
	Args []Arg
	Line int // of the opening mark
}

// Arg is one key=value of a mark.
type Arg struct{ Key, Value string }

// Patterns are compiled when they are first asked: no other command needs them.
var (
	opening = pattern(`^[ ]{0,3}<!--\s*nixsink:([a-z][a-z-]*)((?:\s+[a-z][a-z-]*=(?:"[^"]*"|[^\s">]+))*)\s*-->\s*$`)
	closing = pattern(`^[ ]{0,3}<!--\s*/nixsink\s*-->\s*$`)
	started = pattern(`^[ ]{0,3}<!--\s*nixsink:`)
	argText = pattern(`([a-z][a-z-]*)=(?:"([^"]*)"|(\S+))`)
	fenced  = pattern("^[ ]{0,3}(`{3,}|~{3,})(.*)$")
)

func pattern(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

// Inject fills the marked regions of a page with what fill gives for each, and leaves every other byte alone. Marks in fenced code
// are only text. It returns how many regions there are.
func Inject(src []byte, fill func(Region) ([]byte, error)) ([]byte, int, error) {
	var out bytes.Buffer
	n, line, fence := 0, 0, ""
	var open *Region
	for text := range bytes.Lines(src) {
		line++
		s := strings.TrimRight(string(text), "\r\n")
		if open != nil {
			switch {
			case closing().MatchString(s):
				open = nil
				out.Write(text)
			case started().MatchString(s):
				return nil, 0, fmt.Errorf("line %d: a region begins before the one of line %d ends: <!-- /nixsink --> is missing", line, open.Line)
			}
			continue
		}
		out.Write(text)
		if m := fenced().FindStringSubmatch(s); m != nil {
			switch {
			case fence == "":
				fence = m[1]
			case strings.HasPrefix(m[1], fence) && strings.TrimSpace(m[2]) == "":
				fence = ""
			}
			continue
		}
		if fence != "" || !started().MatchString(s) {
			if fence == "" && closing().MatchString(s) {
				return nil, 0, fmt.Errorf("line %d: <!-- /nixsink --> ends no region", line)
			}
			continue
		}
		m := opening().FindStringSubmatch(s)
		if m == nil {
			return nil, 0, fmt.Errorf("line %d: this mark cannot be read; it is written <!-- nixsink:KIND key=value … -->", line)
		}
		open = &Region{Kind: m[1], Line: line}
		for _, a := range argText().FindAllStringSubmatch(m[2], -1) {
			open.Args = append(open.Args, Arg{a[1], a[2] + a[3]})
		}
		body, err := fill(*open)
		if err != nil {
			return nil, 0, fmt.Errorf("line %d: %w", line, err)
		}
		n++
		write(&out, body, strings.HasSuffix(string(text), "\r\n"))
	}
	if open != nil {
		return nil, 0, fmt.Errorf("line %d: this region never ends: <!-- /nixsink --> is missing", open.Line)
	}
	return out.Bytes(), n, nil
}

// write puts a region's text between its marks: a blank line around, without which Markdown reads a table as part of the mark, and
// line ends as the page has them. A line that would itself be a mark loses its meaning.
func write(out *bytes.Buffer, body []byte, crlf bool) {
	text := "\n" + strings.Trim(string(body), "\n") + "\n\n"
	if strings.TrimSpace(text) == "" {
		text = "\n"
	}
	for line := range strings.Lines(text) {
		if bare := strings.TrimRight(line, "\n"); closing().MatchString(bare) || started().MatchString(bare) {
			line = strings.Replace(line, "<!--", "<!- -", 1)
		}
		if crlf {
			line = strings.TrimSuffix(line, "\n") + "\r\n"
		}
		out.WriteString(line)
	}
}
