package render

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"iter"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"nixsink/graph"
)

// A canvas collects the body of an SVG picture. Sizes are pixels.
type canvas struct {
	bytes.Buffer
	opts Options
}

// esc escapes text for XML, attributes included; what cannot be seen is spelled out first.
func esc(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(plain(s)))
	return b.String()
}

// px writes a number as short as a tenth of a pixel allows: longer ones only make diffs.
func px(v float64) string {
	return strconv.FormatFloat(math.Round(v*10)/10+0, 'f', -1, 64)
}

func (c *canvas) rect(class string, x, y, w, h, r float64) {
	fmt.Fprintf(c, `<rect class="%s" x="%s" y="%s" width="%s" height="%s" rx="%s"/>`+"\n", class, px(x), px(y), px(w), px(h), px(r))
}

func (c *canvas) text(class string, x, y float64, s string) {
	fmt.Fprintf(c, `<text class="%s" x="%s" y="%s">%s</text>`+"\n", class, px(x), px(y), esc(s))
}

// open starts a group with a tooltip, inside a link if there is a line to go to; the returned function ends it.
func (c *canvas) open(class string, tip []string, file string, line int) func() {
	href := c.opts.href(file, line)
	end := "</g>\n"
	if href != "" {
		fmt.Fprintf(c, `<a href="%s" target="_top">`, esc(href))
		end = "</g></a>\n"
	}
	fmt.Fprintf(c, `<g class="%s">`, class)
	if len(tip) > 0 {
		lines := make([]string, len(tip))
		for i, t := range tip {
			lines[i] = esc(t)
		}
		fmt.Fprintf(c, "<title>%s</title>\n", strings.Join(lines, "&#10;"))
	}
	return func() { c.WriteString(end) }
}

// document wraps what was drawn: size, name, style, background.
func (c *canvas) document(title, desc string, w, h float64, extraCSS string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" viewBox="0 0 %s %s" role="img" aria-labelledby="nixsink-title nixsink-desc">`+"\n",
		px(w), px(h), px(w), px(h))
	fmt.Fprintf(&b, "<title id=\"nixsink-title\">%s</title>\n<desc id=\"nixsink-desc\">%s</desc>\n", esc(title), esc(desc))
	fmt.Fprintf(&b, "<style>\n%s%s</style>\n", pictureCSS, extraCSS)
	fmt.Fprintf(&b, `<rect class="bg" width="%s" height="%s" rx="8"/>`+"\n", px(w), px(h))
	b.Write(c.Bytes())
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// verdana holds the widths of Verdana's printable ASCII in thousandths of the size, from the space on. DejaVu Sans, which
// stands in for it where it is missing, is as wide; every other font of the stack is narrower, so text never outgrows its box.
var verdana = [...]int{
	352, 394, 459, 818, 636, 1076, 727, 269, 454, 454, 636, 818, 364, 454, 364, 454,
	636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 454, 454, 818, 818, 818, 545,
	1000, 684, 686, 698, 771, 632, 575, 775, 751, 421, 455, 693, 557, 843, 748, 787,
	603, 787, 695, 684, 616, 732, 684, 989, 685, 615, 685, 454, 454, 454, 818, 636,
	636, 601, 623, 521, 623, 596, 352, 623, 633, 274, 344, 592, 274, 973, 633, 607,
	623, 623, 427, 521, 394, 633, 592, 818, 592, 592, 525, 635, 454, 635, 818,
}

// textWidth is how wide a text is at most, in pixels.
func textWidth(s string, size float64) float64 {
	n := 0
	for _, r := range plain(s) {
		switch {
		case r >= ' ' && int(r-' ') < len(verdana):
			n += verdana[r-' ']
		case r == '…':
			n += 818
		case r < 0x2000:
			n += 800
		default:
			n += 1100
		}
	}
	return float64(n) * size / 1000
}

// labelLimit is how many characters a label has at most; the tooltip has it all.
const labelLimit = 44

// elide shortens a label between its names: both ends of a path tell more than what is between.
func elide(s string) string { return elideNames(plain(s), labelLimit, 1) }

// elidePath shortens an option's path, which has more room, and of which the first two names tell the service.
func elidePath(s string) string { return elideNames(plain(s), labelLimit+8, 2) }

// elideNames leaves names out of the middle of a path until it has at most so many characters: the first few stay if that can be, and as many of
// the last as there is room for. Where a home lies tells little, so it goes first. What is no path, or ends in a name that is too long itself, loses letters.
func elideNames(s string, limit, heads int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	sep, parts := ".", graph.SplitPath(s)
	if strings.Contains(s, "/") && !strings.Contains(s, `"`) {
		sep, parts = "", strings.SplitAfter(strings.TrimSuffix(s, "/"), "/")
		if strings.HasSuffix(s, "/") {
			parts[len(parts)-1] += "/"
		}
	}
	if strings.HasPrefix(s, "home-manager.users.") || strings.HasPrefix(s, "…") {
		heads = 0
	}
	least := 1
	if last := parts[len(parts)-1]; last == "*" || last == "enable" || last == "text" {
		least = 2 // which tell nothing without the name before
	}
	if s = strings.TrimPrefix(s, "…"); !strings.Contains(s, " ") {
		for heads = min(heads, len(parts)-2); heads >= 0; heads-- {
			for tail := len(parts) - heads - 1; tail >= least; tail-- {
				short := strings.Join(parts[:heads], sep) + "…" + strings.Join(parts[len(parts)-tail:], sep)
				if utf8.RuneCountInString(short) <= limit {
					return short
				}
			}
		}
	}
	r := []rune(s)
	return string(r[:limit*2/5]) + "…" + string(r[len(r)-limit*3/5+1:])
}

// wrapText breaks a text into lines of at most w pixels; longer words stand alone.
func wrapText(s string, size, w float64) []string {
	return fill(strings.FieldsSeq(s), func(line string) bool { return textWidth(line, size) <= w })
}

// fill puts words into lines, as many as fit into each. A word that does not fit stands alone.
func fill(words iter.Seq[string], fits func(line string) bool) []string {
	var lines []string
	line := ""
	for word := range words {
		switch {
		case line == "":
			line = word
		case fits(line + " " + word):
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
