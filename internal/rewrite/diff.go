package rewrite

import (
	"fmt"
	"strings"

	"nixsink/internal/git"
)

// context is how many unchanged lines a hunk shows around its changes.
const context = 3

// block is a run of whole lines of the old text that others take the place of.
type block struct {
	start, end int // offsets in the old text
	text       string
}

// Diff is the unified diff of the plan, as git apply and patch -p1 read it; "" if nothing changes.
func (p *Plan) Diff() string { return p.Show(nil) }

// Show is Diff for people: show says how the text of a line of a file is shown, without its line end; nil: as it is.
func (p *Plan) Show(show func(file, line string) string) string {
	var b strings.Builder
	for _, f := range p.Files {
		b.WriteString(f.show(show))
	}
	return b.String()
}

// Diff is the unified diff of one file.
func (f *File) Diff() string { return f.show(nil) }

// show is Diff with each line as it is shown. It shows the changes themselves, not what a comparison finds: where lines are alike, its hunks
// stand where the change is. (go-udiff 0.4.1 miscounts the new side's lines from the second hunk on.)
func (f *File) show(show func(file, line string) string) string {
	blocks := blocksOf(f.Old, f.Changes)
	if len(blocks) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "--- %s\n+++ %s\n", git.DiffName("a/"+f.Name), git.DiffName("b/"+f.Name))
	lines := strings.SplitAfter(f.Old, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	number := map[int]int{} // offset of a line → its index
	at := 0
	for i, l := range lines {
		number[at] = i
		at += len(l)
	}
	number[at] = len(lines)
	shown := func(line string) string { return line }
	if show != nil {
		shown = func(line string) string {
			text := strings.TrimRight(line, "\r\n")
			return show(f.Name, text) + line[len(text):]
		}
	}
	delta := 0 // lines that the hunks before have added
	for i := 0; i < len(blocks); {
		j := i + 1
		for j < len(blocks) && number[blocks[j].start]-number[blocks[j-1].end] <= 2*context {
			j++
		}
		from := max(0, number[blocks[i].start]-context)
		to := min(len(lines), number[blocks[j-1].end]+context)
		var body strings.Builder
		added, at := 0, from
		for _, k := range blocks[i:j] {
			writeLines(&body, ' ', lines[at:number[k.start]], shown)
			writeLines(&body, '-', lines[number[k.start]:number[k.end]], shown)
			text := strings.SplitAfter(k.text, "\n")
			if text[len(text)-1] == "" {
				text = text[:len(text)-1]
			}
			writeLines(&body, '+', text, shown)
			added += len(text) - (number[k.end] - number[k.start])
			at = number[k.end]
		}
		writeLines(&body, ' ', lines[at:to], shown)
		fmt.Fprintf(&b, "@@ -%s +%s @@\n%s", span(from, to-from), span(from+delta, to-from+added), body.String())
		delta += added
		i = j
	}
	return b.String()
}

// span is a hunk's range; one without lines names the line before it.
func span(from, n int) string {
	switch n {
	case 0:
		return fmt.Sprintf("%d,0", from)
	case 1:
		return fmt.Sprint(from + 1)
	}
	return fmt.Sprintf("%d,%d", from+1, n)
}

func writeLines(b *strings.Builder, sign byte, lines []string, shown func(line string) string) {
	for _, l := range lines {
		b.WriteByte(sign)
		b.WriteString(shown(l))
		if !strings.HasSuffix(l, "\n") {
			b.WriteString("\n\\ No newline at end of file\n")
		}
	}
}

// blocksOf widens changes to whole lines and joins those that touch.
func blocksOf(src string, changes []Change) []block {
	var out []block
	done := int32(0)
	for i := 0; i < len(changes); {
		if changes[i].Span.Start < done {
			i++ // splice leaves it out as well
			continue
		}
		start := int(lineStart(src, changes[i].Span.Start))
		end, at := -1, start
		var text strings.Builder
		// Changes on the same lines make one block.
		for ; i < len(changes) && (end < 0 || int(changes[i].Span.Start) < end || int(changes[i].Span.Start) == at); i++ {
			c := changes[i]
			if c.Span.Start < done {
				continue
			}
			text.WriteString(src[at:c.Span.Start])
			text.WriteString(c.New)
			at, done = int(c.Span.End), c.Span.End
			if whole(src, at, text.String()) {
				end = at
			} else {
				end = int(nextLine(src, c.Span.End))
			}
		}
		text.WriteString(src[at:end])
		out = append(out, block{start, end, text.String()})
	}
	return out
}

// whole reports whether text that ends at an offset leaves only whole lines on either side.
func whole(src string, at int, text string) bool {
	return (at == 0 || src[at-1] == '\n' || at == len(src)) && (text == "" || strings.HasSuffix(text, "\n") || at == len(src))
}
