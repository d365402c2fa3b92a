// Package escape makes text of a repository harmless where lines of text are read: by a terminal, and by the log of a CI service that takes
// some lines for commands. Formats with a syntax of their own (Markdown, XML, DOT, Mermaid) escape where they are written, on top of this.
package escape

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Hidden reports whether a character does something other than to be seen: controls, marks that turn the writing direction or take no
// room, line separators.
func Hidden(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Cf) || r == utf8.RuneError || r == '\u2028' || r == '\u2029'
}

// Terminal makes a name or a line safe and visible: what is hidden is spelled out, a line break too, and what GitHub's runner would take for a
// command is not one any more: `::error::` after blanks at the start, `##[error]` anywhere.
func Terminal(s string) string { return line(s, false) }

// Lines does the same to a text of several lines, which keeps its line breaks and tabs.
func Lines(s string) string {
	if !strings.Contains(s, "\n") {
		return line(s, true)
	}
	var b strings.Builder
	for l := range strings.Lines(s) {
		text, end := strings.CutSuffix(l, "\n")
		text, cr := strings.CutSuffix(text, "\r")
		b.WriteString(line(text, true))
		if cr {
			b.WriteByte('\r')
		}
		if end {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func line(s string, tabs bool) string {
	if strings.IndexFunc(s, Hidden) >= 0 {
		s = spelled(s, tabs)
	}
	if strings.Contains(s, "##[") {
		s = strings.ReplaceAll(s, "##[", `\u0023#[`)
	}
	// A diff's sign in front does not help where the sign is a blank.
	if bare := strings.TrimLeft(s, " \t"); strings.HasPrefix(bare, "::") {
		s = s[:len(s)-len(bare)] + `\u003a` + bare[1:]
	}
	return s
}

// spelled spells hidden characters out as JSON would.
func spelled(s string, tabs bool) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == utf8.RuneError && s[i] < utf8.RuneSelf || !Hidden(r) || r == '\t' && tabs:
			b.WriteRune(r)
		case r == utf8.RuneError:
			b.WriteString("\ufffd")
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// Markdown is a line of prose of which nothing is read as Markdown or HTML, by CommonMark or by GitHub, in a table's cell as elsewhere.
func Markdown(s string) string {
	var b strings.Builder
	for _, r := range Terminal(s) {
		switch r {
		case '\\', '`', '*', '_', '[', ']', '#':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '|', '~': // no Markdown but GitHub's takes a backslash before these
			fmt.Fprintf(&b, "&#%d;", r)
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '&':
			b.WriteString("&amp;")
		case '@':
			// A bare @name would call somebody on GitHub.
			b.WriteString("&#64;")
		default:
			b.WriteRune(r)
		}
	}
	// A word with a scheme would become a link of its own accord.
	return strings.ReplaceAll(b.String(), "://", ":&#47;&#47;")
}
