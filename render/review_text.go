package render

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"nixsink/graph"
)

// A review shows so many rows of a section on a terminal, and on a page; JSON has them all.
const (
	reviewRowsText = 24
	reviewRowsPage = 60
)

// Text writes the review for a terminal.
func (p *ReviewPage) Text(w io.Writer, g *graph.Graph, o Options) error {
	t := &terminal{bufio.NewWriter(w), o.Color, o.Width}
	if t.width == 0 {
		t.width = 100
	}
	t.head(g, o)
	if g.Empty != "" {
		t.prose("Nothing is known of central values: " + g.Empty)
	}
	for _, s := range p.parts(g, o) {
		if s.trees {
			vs, _ := critical(g, reviewValues, reviewValues)
			if len(vs) == 0 {
				continue
			}
			t.section(s.title)
			for i, tr := range trees(g, vs) {
				if i > 0 {
					fmt.Fprintln(t)
				}
				t.reviewTree(tr)
			}
			continue
		}
		t.section(s.title)
		for _, n := range s.note {
			t.prose(n)
		}
		t.items(s.items)
		if len(s.rows) == 0 {
			continue
		}
		if len(s.note) > 0 {
			fmt.Fprintln(t)
		}
		rows := [][]string{s.head}
		for _, r := range s.rows[:min(len(s.rows), reviewRowsText)] {
			rows = append(rows, cellTexts(r))
		}
		t.fit(rows, true)
		if more := len(s.rows) - reviewRowsText; more > 0 {
			fmt.Fprintf(t, "  %s\n", t.style(dim, "… and "+plural(more, "more row", "more rows")+" (--format json has them all)"))
		}
	}
	return t.Flush()
}

// items writes things to do: a line for each, as long as it takes, and one with its places.
func (t *terminal) items(all []reviewItem) {
	group := ""
	for _, it := range all {
		if it.group != group {
			if group != "" {
				fmt.Fprintln(t)
			}
			group = it.group
			code := map[string]string{"critical": red, "important": yellow}[group]
			fmt.Fprintf(t, "  %s\n", t.style(code, group))
		}
		for i, l := range wrapWords(plain(oneLine(capital(it.text))), t.width-6) {
			mark := "• "
			if i > 0 {
				mark = "  "
			}
			fmt.Fprintf(t, "    %s%s\n", mark, l)
		}
		line := it.effort
		if len(it.places) > 0 {
			var at []string
			for _, p := range it.places {
				at = append(at, plain(where(p)))
			}
			line += ": " + strings.Join(at, ", ")
			if it.more > 0 {
				line += fmt.Sprintf(" +%s", count(it.more))
			}
		}
		for _, l := range wrapWords(line, t.width-6) {
			fmt.Fprintf(t, "      %s\n", t.style(dim, l))
		}
	}
}

// capital begins a text with a capital letter, as a sentence does.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

func cellTexts(row []reviewCell) []string {
	out := make([]string, len(row))
	for i, c := range row {
		out[i] = c.text
		if c.text == "" && c.at.File != "" {
			out[i] = where(c.at)
		}
	}
	return out
}

// prose writes a sentence in lines of the terminal's width.
func (t *terminal) prose(s string) {
	for _, l := range wrapWords(plain(oneLine(s)), t.width-2) {
		fmt.Fprintf(t, "  %s\n", l)
	}
}

// wrapWords breaks a text into lines of at most so many characters; a longer word is cut.
func wrapWords(s string, width int) []string {
	words := func(yield func(string) bool) {
		for word := range strings.FieldsSeq(s) {
			if !yield(cutFront(word, width)) {
				return
			}
		}
	}
	return fill(words, func(line string) bool { return utf8.RuneCountInString(line) <= width })
}

// fit writes rows in columns within the terminal's width, the first of which is a heading if headed. The widest columns give way first; of a path the end
// stays, of prose the beginning. Where there is no width, nothing is cut.
func (t *terminal) fit(rows [][]string, headed bool) {
	if len(rows) == 0 {
		return
	}
	wide := columnWidths(rows, headed)
	used := slices.DeleteFunc(slices.Clone(wide), func(n int) bool { return n == 0 })
	room := t.width - 2 - 2*max(0, len(used)-1)
	if t.width > 0 {
		narrow(wide, room, 3)
	}
	for i, row := range rows {
		var cells []string
		for c, cell := range row {
			if c >= len(wide) || wide[c] == 0 {
				continue
			}
			text := plain(oneLine(cell))
			if strings.Contains(text, "/") && !strings.Contains(text, " ") || headed && i > 0 && strings.HasSuffix(rows[0][c], "module") {
				text = clipFront(text, wide[c])
			} else {
				text = clip(text, wide[c])
			}
			code := cellColor(text)
			if headed && i == 0 {
				code = dim
			}
			cells = append(cells, t.style(code, text)+pad(text, wide[c]))
		}
		fmt.Fprintln(t, strings.TrimRight("  "+strings.Join(cells, "  "), " "))
	}
}

// clip is cut down to a few characters.
func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:max(n-1, 0)]) + "…"
	}
	return s
}

func clipFront(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return "…" + string(r[len(r)-max(n-1, 0):])
	}
	return s
}

// columnWidths are those of the widest cells; 0 for a column that has nothing but its heading.
func columnWidths(rows [][]string, headed bool) []int {
	columns := 0
	for _, row := range rows {
		columns = max(columns, len(row))
	}
	wide := make([]int, columns)
	for i, row := range rows {
		if headed && i == 0 {
			continue
		}
		for c, cell := range row {
			wide[c] = max(wide[c], utf8.RuneCountInString(plain(oneLine(cell))))
		}
	}
	if headed {
		for c, cell := range rows[0] {
			if wide[c] > 0 {
				wide[c] = max(wide[c], utf8.RuneCountInString(plain(cell)))
			}
		}
	}
	return wide
}

const (
	reviewReads    = 6 // readers of a value in a review
	reviewServices = 6 // groups of options
)

// reviewTree draws a value with its readers and what it ends up in, a line each.
func (t *terminal) reviewTree(tr tree) {
	fmt.Fprintln(t, cut(fmt.Sprintf("  %s (%s, %s)", plain(tr.name), plural(tr.value.FanOut.Reads, "reference", "references"), plural(tr.value.FanOut.Modules, "module", "modules")), t.width))
	for _, l := range tr.lines() {
		fmt.Fprintln(t, cut("  "+plain(l), t.width))
	}
}

// lines is a tree as text: who reads the value and what for, then the options that it ends up in.
func (tr tree) lines() []string {
	type branch struct{ text string }
	var all []branch
	times := 0 // how often the last line stands in the text
	for i, r := range tr.reads {
		text := where(r.At)
		if r.Name != "" {
			text += "  " + r.Name
		}
		if note := hostNote(tr.g, r.In); note != "" {
			text += "  " + note
		}
		if n := len(all) - 1; n >= 0 && strings.TrimSuffix(all[n].text, fmt.Sprintf("  ×%d", times)) == text {
			times++
			all[n].text = fmt.Sprintf("%s  ×%d", text, times)
			continue
		}
		if len(all) == reviewReads {
			all = append(all, branch{fmt.Sprintf("… and %s", plural(len(tr.reads)-i, "more read", "more reads"))})
			break
		}
		times = 1
		all = append(all, branch{text})
	}
	for i, s := range tr.landsIn {
		if i == reviewServices {
			all = append(all, branch{fmt.Sprintf("→ … and %s of options", plural(len(tr.landsIn)-i, "more group", "more groups"))})
			break
		}
		var names []string
		for _, l := range s.options {
			if l.option != "" {
				names = append(names, l.option)
			}
		}
		all = append(all, branch{strings.TrimSuffix("→ "+s.name+": "+few(names, 3), ": ")})
	}
	var out []string
	for i, b := range all {
		out = append(out, turn(i, len(all))+" "+b.text)
	}
	return out
}
