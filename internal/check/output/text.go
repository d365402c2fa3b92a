package output

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"nixsink/graph"
	"nixsink/internal/check"
	"nixsink/internal/escape"
)

// text writes findings for a terminal: by file, each with its source line and the span underlined. Informations take one line each, what is
// waived, in the baseline or below the severity asked for only counts.
func text(w io.Writer, in Input) error {
	b := &strings.Builder{}
	c := colors(in.Color)
	file := ""
	for _, f := range in.shown() {
		if f.Waived || f.Baselined {
			continue
		}
		if f.At.File != file {
			if file != "" {
				b.WriteByte('\n')
			}
			file = f.At.File
			fmt.Fprintf(b, "%s\n", c.bold(clean(in.Prefix+file)))
		}
		at, tag := fmt.Sprintf("%d:%d", f.At.Line, f.At.Column), "["+f.Check+"]"
		before := 2 + len(at) + 1 + len(f.Severity.String()) + 2
		message := strings.TrimSuffix(broken(clean(f.Message)+" "+tag, before, 6, in.Width), tag)
		fmt.Fprintf(b, "  %s %s: %s%s\n", c.dim(at), c.severity(f.Severity), message, c.dim(tag))
		if f.Severity > check.Info {
			excerpt(b, c, in.Graph, f.At)
			for i, r := range f.Related {
				if i == max(3, min(f.Way, maxWay)) && len(f.Related) > i+1 {
					fmt.Fprintf(b, "      %s\n", c.dim(fmt.Sprintf("and %d more places", len(f.Related)-i)))
					break
				}
				if r.At.File != "" {
					fmt.Fprintf(b, "      %s %s\n", c.dim(fmt.Sprintf("%s:%d:", clean(in.Prefix+r.At.File), r.At.Line)), broken(clean(r.Message), 8+len(in.Prefix+r.At.File)+len(fmt.Sprint(r.At.Line)), 8, in.Width))
				}
			}
		}
	}
	if file != "" {
		b.WriteByte('\n')
	}
	fmt.Fprintln(b, in.summary(c))
	for _, g := range in.Gate.Gates {
		mark := c.green("ok    ")
		if g.Failed {
			mark = c.red("failed")
		}
		line := fmt.Sprintf("%s %s, asked for: %s", g.Name, g.Value, g.Threshold)
		if g.How != "" {
			line += " — " + clean(g.How)
		}
		fmt.Fprintf(b, "%s %s\n", mark, broken(line, len("failed "), 7, in.Width))
	}
	if in.Gate.Incomplete != "" {
		fmt.Fprintf(b, "%s %s\n", c.red("no verdict:"), clean(in.Gate.Incomplete))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// broken breaks a text between words where it is wider than a terminal, whose first line has so many columns before it; what goes on is indented. A word
// that is wider stands alone.
func broken(s string, before, indent, width int) string {
	if width <= indent+20 {
		return s
	}
	var b strings.Builder
	column := before
	for i, word := range strings.Split(s, " ") {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case column+1+n > width:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			column = indent
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	return b.String()
}

// summary counts: "2 errors, 1 warning; 1 waived, 4 in the baseline; 3 informations: --min-severity info lists them".
func (in Input) summary(c palette) string {
	n := map[check.Severity]int{}
	waived, known, moved := 0, 0, 0
	for _, f := range in.considered() {
		switch {
		case f.Waived:
			waived++
		case f.Baselined:
			known++
			if f.MovedFrom != "" {
				moved++
			}
		default:
			n[f.Severity]++
		}
	}
	if in.Delta != nil {
		for _, f := range in.Report.Findings {
			if f.Waived {
				waived++
			}
		}
	}
	s := counted(n[check.Error], "error")
	if in.Least <= check.Warning {
		s += ", " + counted(n[check.Warning], "warning")
	}
	if in.Least <= check.Info {
		s += ", " + counted(n[check.Info], "information")
	}
	if in.Delta != nil {
		s += fmt.Sprintf(" new since %s, %d gone", clean(in.Delta.Rev), len(in.Delta.Fixed))
		if n := len(in.Delta.Moved); n > 0 {
			s += "; " + counted(n, "file") + " moved"
		}
	}
	var aside []string
	if waived > 0 {
		aside = append(aside, fmt.Sprintf("%d waived", waived))
	}
	if known > 0 {
		in := fmt.Sprintf("%d in the baseline", known)
		if moved > 0 {
			in += fmt.Sprintf(" (%d moved since: 'nixsink baseline -w' writes where to)", moved)
		}
		aside = append(aside, in)
	}
	if len(aside) > 0 {
		s += "; " + strings.Join(aside, ", ")
	}
	if in.Delta != nil && !in.Report.Silent {
		s += "; " + patchWords(in.Delta.Patch)
	}
	if below := in.below(); below != "" {
		s += "; " + below
	}
	switch {
	case n[check.Error] > 0:
		return c.red(s)
	case n[check.Warning] > 0:
		return c.yellow(s)
	}
	return c.green(s)
}

// patchWords is patch coverage as people should read it: a share only where there is enough to share.
func patchWords(r graph.Ratio) string {
	total := r.Total + r.Unresolved
	switch v, _ := r.LowerBound(); {
	case total == 0:
		return "no read of a central value changed"
	case total < check.Few:
		return fmt.Sprintf("%d of %s covered", r.Covered, counted(total, "changed read"))
	default:
		return fmt.Sprintf("%s of %d changed reads covered", percent(v), total)
	}
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// excerpt writes the source line of a place and underlines it. Tabs keep their width by being repeated in the second line.
func excerpt(b *strings.Builder, c palette, g *graph.Graph, at graph.Place) {
	line, ok := sourceLine(g, at)
	if !ok || strings.TrimSpace(line) == "" {
		return
	}
	from := min(max(at.Column-1, 0), len(line))
	to := len(strings.TrimRight(line, " \t\r"))
	if at.EndLine == at.Line {
		to = min(max(at.EndColumn-1, from), len(line))
	}
	line, from, to = window(line, from, to)
	var pad strings.Builder
	for _, r := range line[:from] {
		if r == '\t' {
			pad.WriteByte('\t')
		} else {
			pad.WriteByte(' ')
		}
	}
	width := max(1, utf8.RuneCountInString(line[from:max(from, to)]))
	number := fmt.Sprint(at.Line)
	fmt.Fprintf(b, "    %s %s\n", c.dim(number+" │"), cleanTabs(line))
	fmt.Fprintf(b, "    %s %s%s\n", c.dim(strings.Repeat(" ", len(number))+" │"), pad.String(), c.yellow(strings.Repeat("^", width)))
}

// widest is how many bytes of a source line are shown: generated files have lines of megabytes.
const widest = 160

// window cuts a line to what stands around a span, with … where something was left out, and gives the span in what is left.
func window(line string, from, to int) (cut string, start, end int) {
	if len(line) <= widest {
		return line, from, to
	}
	head, tail := "", ""
	first := 0
	if from > widest/2 {
		first = from - widest/4
		for first > 0 && !utf8.RuneStart(line[first]) {
			first--
		}
		head = "…"
	}
	last := min(len(line), first+widest)
	for last < len(line) && !utf8.RuneStart(line[last]) {
		last++
	}
	if last < len(line) {
		tail = "…"
	}
	shift := len(head) - first
	return head + line[first:last] + tail, from + shift, min(to, last) + shift
}

// sourceLine is the line that a place begins on.
func sourceLine(g *graph.Graph, at graph.Place) (string, bool) {
	f := g.Files[at.File]
	if f == nil || at.Line < 1 {
		return "", false
	}
	src := f.Src
	for range at.Line - 1 {
		i := strings.IndexByte(src, '\n')
		if i < 0 {
			return "", false
		}
		src = src[i+1:]
	}
	if i := strings.IndexByte(src, '\n'); i >= 0 {
		src = src[:i]
	}
	return g.Conceal(at.File, strings.TrimSuffix(src, "\r")), true
}

// clean takes control characters and bidirectional marks out of text from the repository, so that it cannot drive a terminal.
func clean(s string) string { return cleanTabs(strings.ReplaceAll(s, "\t", " ")) }

func cleanTabs(s string) string {
	return escape.Lines(strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return r
		case escape.Hidden(r):
			return '�'
		}
		return r
	}, s))
}

// percent shows one decimal, rounded down, as the gates do.
func percent(v float64) string {
	tenths := int(v*1000 + 1e-9)
	if tenths%10 == 0 {
		return fmt.Sprintf("%d %%", tenths/10)
	}
	return fmt.Sprintf("%d.%d %%", tenths/10, tenths%10)
}

// palette colours, or not.
type palette bool

func colors(on bool) palette { return palette(on) }

func (p palette) paint(code, s string) string {
	if !p {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p palette) bold(s string) string   { return p.paint("1", s) }
func (p palette) dim(s string) string    { return p.paint("2", s) }
func (p palette) red(s string) string    { return p.paint("31", s) }
func (p palette) green(s string) string  { return p.paint("32", s) }
func (p palette) yellow(s string) string { return p.paint("33", s) }

func (p palette) severity(s check.Severity) string {
	switch s {
	case check.Error:
		return p.paint("1;31", "error")
	case check.Warning:
		return p.paint("1;33", "warning")
	}
	return p.paint("36", "info")
}

// maxWay is how many steps of a way are shown.
const maxWay = 12
