package lsp

import (
	"sort"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"nixsink/parse"
)

// encoding is the unit that characters of a line are counted in.
type encoding string

const (
	utf8Units  encoding = "utf-8"
	utf16Units encoding = "utf-16"
	utf32Units encoding = "utf-32"
)

// text is a file's content with the places of its lines.
type text struct {
	src   string
	lines []int // offset of each line's first byte
}

func newText(src string) *text {
	t := &text{src: src, lines: []int{0}}
	for i := 0; ; {
		n := strings.IndexByte(src[i:], '\n')
		if n < 0 {
			return t
		}
		i += n + 1
		t.lines = append(t.lines, i)
	}
}

// line is the content of a line without its break, and where it begins.
func (t *text) line(n int) (string, int) {
	start, end := t.lines[n], len(t.src)
	if n+1 < len(t.lines) {
		end = t.lines[n+1] - 1
	}
	return strings.TrimSuffix(t.src[start:end], "\r"), start
}

// offset is the byte that a position means. What lies behind a line's or the text's end is its end (specification, "Position").
func (t *text) offset(p Position, enc encoding) int {
	if p.Line < 0 {
		return 0
	}
	if p.Line >= len(t.lines) {
		return len(t.src)
	}
	line, start := t.line(p.Line)
	left := p.Character
	for i, r := range line {
		if left <= 0 {
			return start + i
		}
		left -= units(r, enc)
	}
	return start + len(line)
}

// position is the place of a byte.
func (t *text) position(off int, enc encoding) Position {
	off = max(0, min(off, len(t.src)))
	n := sort.Search(len(t.lines), func(i int) bool { return t.lines[i] > off }) - 1
	p := Position{Line: n}
	for _, r := range t.src[t.lines[n]:off] {
		p.Character += units(r, enc)
	}
	return p
}

// units is how long a character is. A byte that is no UTF-8 counts as one character.
func units(r rune, enc encoding) int {
	switch enc {
	case utf8Units:
		if r == utf8.RuneError {
			return 1
		}
		return utf8.RuneLen(r)
	case utf32Units:
		return 1
	}
	return max(1, utf16.RuneLen(r))
}

func (t *text) span(s parse.Span, enc encoding) Range {
	return Range{t.position(int(s.Start), enc), t.position(int(s.End), enc)}
}

// edited is the text after changes as an editor tells them, one after the other.
func (t *text) edited(changes []textChange, enc encoding) *text {
	for _, c := range changes {
		if c.Range == nil {
			t = newText(c.Text)
			continue
		}
		from, to := t.offset(c.Range.Start, enc), t.offset(c.Range.End, enc)
		if to < from {
			from, to = to, from
		}
		t = newText(t.src[:from] + c.Text + t.src[to:])
	}
	return t
}

// shift leads from places of one text to those of another: a text that was analysed, and what has been typed since.
type shift []moved

// moved is a part of the first text that is another one in the second.
type moved struct{ from, to, was, is int } // from, to: what it is in the first; was, is: in the second

// newShift finds what differs: line by line, what is alike at the ends of the differing lines left out.
func newShift(a, b string) shift {
	if a == b {
		return nil
	}
	// Most of what people type is in one place.
	start := 0
	for start < len(a) && start < len(b) && a[start] == b[start] {
		start++
	}
	end := 0
	for end < len(a)-start && end < len(b)-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	return shift{{start, len(a) - end, start, len(b) - end}}.split(a, b)
}

// forth is the offset in the second text of one in the first; false within what was replaced.
func (s shift) forth(off int) (int, bool) {
	by := 0
	for _, m := range s {
		if off <= m.from {
			break
		}
		if off < m.to {
			return m.was, false
		}
		by = m.is - m.to
	}
	return off + by, true
}

// byte is where a byte of the first text is in the second; false if it was replaced. Unlike an end, it is not what stood before that moves it along.
func (s shift) byte(off int) (int, bool) {
	by := 0
	for _, m := range s {
		if off < m.from {
			break
		}
		if off < m.to {
			return m.was, false
		}
		by = m.is - m.to
	}
	return off + by, true
}

// back is the offset in the first text of one in the second.
func (s shift) back(off int) (int, bool) {
	by := 0
	for _, m := range s {
		if off <= m.was {
			break
		}
		if off < m.is {
			return m.from, false
		}
		by = m.to - m.is
	}
	return off + by, true
}

// span is the place of a span in the second text; false if something in it was replaced.
func (s shift) span(at parse.Span) (parse.Span, bool) {
	from, ok := s.byte(int(at.Start))
	to, too := s.forth(int(at.End))
	if !ok || !too || to-from != at.Len() {
		return parse.Span{}, false
	}
	return parse.Span{Start: int32(from), End: int32(to)}, true
}

// split looks for lines that are alike in the middle: several places may have been edited.
func (s shift) split(a, b string) shift {
	if len(s) != 1 {
		return s
	}
	m := s[0]
	old, now := strings.SplitAfter(a[m.from:m.to], "\n"), strings.SplitAfter(b[m.was:m.is], "\n")
	if len(old) < 3 || len(now) < 3 || len(old) > 20_000 || len(now) > 20_000 {
		return s
	}
	// Lines that stand once on each side, in the order of both, tie the two together (patience diff).
	count := map[string]int{}
	where := map[string]int{}
	for i, l := range old {
		count[l]++
		where[l] = i
	}
	again := map[string]int{}
	for _, l := range now {
		again[l]++
	}
	var out shift
	i, j := 0, 0               // lines done
	from, was := m.from, m.was // and their bytes
	flush := func(toLine, isLine int) {
		to, is := from, was
		for ; i < toLine; i++ {
			to += len(old[i])
		}
		for ; j < isLine; j++ {
			is += len(now[j])
		}
		if to > from || is > was {
			out = append(out, moved{from, to, was, is})
		}
		from, was = to, is
	}
	for n, l := range now {
		if o := where[l]; count[l] == 1 && again[l] == 1 && o >= i && n >= j {
			flush(o, n)
			from, was = from+len(l), was+len(l)
			i, j = o+1, n+1
		}
	}
	flush(len(old), len(now))
	return out
}
