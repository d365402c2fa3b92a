package parse

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// Annotations reads what the file's comments say of central values, in source order; the header at its top, nil if it has
// none; and whether the file begins with a comment that says something. What looks like an annotation or a header but is
// not understood is among the annotations, with Malformed set. docs/annotations.md has the rules.
func (f *File) Annotations() (annotations []*Annotation, header *Header, leading bool) {
	header, annotations = f.header()
	r := reader{f: f}
	for i := range f.Comments {
		f.commentLines(i, r.line)
	}
	r.endHeading()
	annotations = append(annotations, r.placed()...)
	slices.SortStableFunc(annotations, func(a, b *Annotation) int { return cmp.Compare(a.Start, b.Start) })
	return annotations, header, f.beginsWithComment()
}

// beginsWithComment reports whether a comment with a word in it is the first thing in the file; the line that names an
// interpreter is not meant for people.
func (f *File) beginsWithComment() bool {
	at := int32(0)
	for _, c := range f.Comments {
		if strings.Trim(f.Src[at:c.Start], " \t\r\n\ufeff") != "" {
			return false
		}
		at = c.End
		if text := f.Text(c.Span); !strings.HasPrefix(text, "#!") && strings.ContainsFunc(text, unicode.IsLetter) {
			return true
		}
	}
	return false
}

// found is an annotation with the line that it was read from.
type found struct {
	*Annotation
	line line
}

// reader gathers the annotations of a file, line by line.
type reader struct {
	f     *File
	found []found
	// `source-ids:` with nothing behind it is the heading of the bullets below it.
	heading  *found
	bulleted bool // some were seen
	last     int  // where the last line of that list ends
	buf      []hit
}

func (r *reader) line(l line) {
	if r.heading != nil && !r.bullet(l) {
		r.endHeading()
	}
	if l.start == l.end || l.disabled {
		return
	}
	r.buf = r.f.hits(l, r.buf[:0])
	if len(r.buf) == 0 {
		return
	}
	for _, a := range r.f.lineAnnotations(l, r.buf) {
		x := found{a, l}
		if a.Text == "" && a.Start == int32(l.start) && a.Keyword != Waiver {
			r.endHeading()
			r.heading, r.bulleted, r.last = &x, false, l.end
			continue
		}
		r.found = append(r.found, x)
	}
}

// bullet reads the line as one more of the list under the heading.
func (r *reader) bullet(l line) bool {
	if !l.bullet || l.disabled || l.start == l.end || strings.Count(r.f.Src[r.last:l.start], "\n") != 1 {
		return false
	}
	h := r.heading
	a := &Annotation{Span: Span{int32(l.start), int32(l.end)}, Comment: r.f.Comments[l.comment].Span, Keyword: h.Keyword, Spelling: h.Spelling, Text: r.f.Src[l.start:l.end]}
	a.read(l.start, false)
	if a.Keyword == SourceID && a.Malformed != "" && !r.bulleted {
		return false
	}
	r.found = append(r.found, found{a, l})
	r.bulleted, r.last = true, l.end
	return true
}

// endHeading ends the list. A heading without a list is an annotation that names nothing.
func (r *reader) endHeading() {
	if r.heading != nil && !r.bulleted && r.heading.Keyword != Source {
		r.found = append(r.found, *r.heading)
	}
	r.heading = nil
}

// placed drops what was no annotation after all and says where the others stand.
func (r *reader) placed() []*Annotation {
	if len(r.found) == 0 {
		return nil
	}
	p := r.f.layout()
	var out []*Annotation
	var qs []query
	var asks [][]*Annotation // for each query
	for i, x := range r.found {
		if p.commentedOut(r.found, i) || x.Keyword == Source && !p.aboutValues(r.found, i) {
			continue
		}
		c := p.continues(x.line.comment)
		q := query{at: r.f.Comments[c].Span}
		if p.trailing[c] {
			x.Trailing = true
			q.trailing, q.at = true, p.code[c]
			q.line = q.at.Start - int32(r.f.Position(q.at.Start).Column-1)
		}
		if n := len(qs); n > 0 && qs[n-1].at == q.at {
			asks[n-1] = append(asks[n-1], x.Annotation)
		} else {
			qs, asks = append(qs, q), append(asks, []*Annotation{x.Annotation})
		}
		out = append(out, x.Annotation)
	}
	// A trailing comment asks for the place in front of it, so that the order may differ by one.
	order := make([]int, len(qs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(qs[a].at.Start, qs[b].at.Start) })
	sorted := make([]query, len(qs))
	for i, o := range order {
		sorted[i] = qs[o]
	}
	r.f.anchors(sorted)
	for i, o := range order {
		for _, a := range asks[o] {
			a.Anchor = sorted[i].anchor
		}
	}
	return out
}

// layout is how the comments lie among the code.
type layout struct {
	f        *File
	trailing []bool // the comment stands behind code that begins on its line, and no code follows on it
	joined   []bool // nothing but blanks and line breaks lies between the comment and the one before it
	code     []Span // of a trailing comment: the last byte of the code in front
	runEnd   []int  // of a comment: the last of the comments that follow each other line by line
	stackEnd int    // what stack found last
}

// layout is only computed for files with annotations.
func (f *File) layout() *layout {
	n := len(f.Comments)
	p := &layout{f: f, trailing: make([]bool, n), joined: make([]bool, n), code: make([]Span, n), runEnd: make([]int, n)}
	follows := make([]bool, n) // on a line with the comment before, blanks between
	for i, c := range f.Comments {
		from := int32(0)
		if i > 0 {
			from = f.Comments[i-1].End
		}
		gap := f.Src[from:c.Start]
		if i == 0 {
			gap = strings.TrimPrefix(gap, "\ufeff")
		}
		code := strings.TrimRight(gap, " \t")
		if strings.HasSuffix(code, "\n") || strings.HasSuffix(code, "\r") || code == "" && i == 0 {
			p.joined[i] = i > 0 && strings.Trim(code, " \t\r\n") == ""
			continue
		}
		if code == "" {
			p.joined[i], follows[i] = true, true
			p.trailing[i], p.code[i] = p.trailing[i-1], p.code[i-1]
			continue
		}
		p.trailing[i] = true
		end := len(code)
		if trimmed := strings.TrimRight(code[:end-1], " \t"); code[end-1] == ',' && trimmed != "" { // a, # of a formal
			end = len(trimmed)
		}
		p.code[i] = Span{from + int32(end) - 1, from + int32(end)}
	}
	// Code behind a comment, or behind the comments that follow on its line, makes it a comment on that code.
	codeAfter := false
	for i := n - 1; i >= 0; i-- {
		if i+1 == n || !follows[i+1] {
			to := int32(len(f.Src))
			if i+1 < n {
				to = f.Comments[i+1].Start
			}
			rest := strings.TrimLeft(f.Src[f.Comments[i].End:to], " \t")
			codeAfter = rest != "" && rest[0] != '\n' && rest[0] != '\r'
		}
		if codeAfter {
			p.trailing[i] = false
		}
		p.runEnd[i] = i
		if i+1 < n && p.nextLine(i, i+1) {
			p.runEnd[i] = p.runEnd[i+1]
		}
	}
	return p
}

// nextLine reports whether comment j stands on the line after comment i, alone.
func (p *layout) nextLine(i, j int) bool {
	gap := p.f.Src[p.f.Comments[i].End:p.f.Comments[j].Start]
	return len(gap) < 1<<10 && strings.Trim(gap, " \t\r\n") == "" && strings.Count(gap, "\n") == 1
}

// continues gives the trailing comment that the comment goes on with, which is aligned below it, and otherwise the comment itself.
func (p *layout) continues(i int) int {
	start := i
	for i > 0 && !p.trailing[i] && p.nextLine(i-1, i) && p.column(i-1) == p.column(i) && start-i < 50 {
		i--
	}
	if p.trailing[i] {
		return i
	}
	return start
}

func (p *layout) column(i int) int {
	at := p.f.Comments[i].Start
	return p.f.Position(at).Column
}

// commentedOut reports whether the annotation stands above code that is commented out with it: the next line in the same
// run of comments is such code, and the run does not go over into live code that the annotation could speak of.
func (p *layout) commentedOut(all []found, i int) bool {
	c := all[i].line.comment
	if p.trailing[c] || p.f.Comments[c].Kind != LineComment || c == p.runEnd[c] {
		return false
	}
	next := p.stack(all, i)
	below := all[next].line.comment + 1
	if below > p.runEnd[c] || !p.codeLine(below) {
		return false
	}
	if next+1 < len(all) && all[next+1].line.comment <= p.runEnd[c] {
		return true // the live code below the run has an annotation of its own
	}
	rest := p.f.Src[p.f.Comments[p.runEnd[c]].End:]
	rest = strings.TrimLeft(rest, " \t\r")
	if !strings.HasPrefix(rest, "\n") {
		return true // the end of the file
	}
	rest = strings.TrimLeft(rest[1:], " \t\r")
	return rest == "" || strings.IndexByte("\n}])", rest[0]) >= 0 || strings.HasPrefix(rest, "in ") || strings.HasPrefix(rest, "in\n")
}

// stack is the last of the annotations that stand line by line below all[i], itself if none does. It is asked for ascending i,
// and remembers the answer: a stack of n lines is walked down once.
func (p *layout) stack(all []found, i int) int {
	if i <= p.stackEnd && i > 0 {
		return p.stackEnd
	}
	end := i
	for end+1 < len(all) && all[end+1].line.comment <= min(all[end].line.comment+1, p.runEnd[all[end].line.comment]) {
		end++
	}
	p.stackEnd = end
	return end
}

// codeLine reports whether the comment is a line of Nix: a binding, or a path in a list of imports.
func (p *layout) codeLine(i int) bool {
	c := p.f.Comments[i]
	s := strings.TrimSpace(strings.TrimLeft(p.f.Text(Span{c.Start, min(c.End, c.Start+maxAnnotationLine)}), "#"))
	if strings.HasPrefix(s, "./") || strings.HasPrefix(s, "../") || strings.HasPrefix(s, "inherit ") && strings.HasSuffix(s, ";") {
		return true
	}
	w, _ := nameAt(s, 0)
	if w.end == 0 {
		return false
	}
	e := skipBlanks(s, w.end)
	if e >= len(s) || s[e] != '=' || strings.HasPrefix(s[e:], "==") {
		return false
	}
	if e+1 == len(s) {
		return true
	}
	if semi := strings.LastIndexByte(s, ';'); semi > e {
		rest := strings.TrimSpace(s[semi+1:])
		return rest == "" || rest[0] == '#'
	}
	return strings.IndexByte("{[('\"", s[len(s)-1]) >= 0
}

// aboutValues reports whether a source: speaks of values of the tree: it names one, a file or an interpolation, or stands
// together with an annotation that does. "Source: https://…" and "Source: the wiki" are plain comments.
func (p *layout) aboutValues(all []found, i int) bool {
	a := all[i]
	if len(a.IDs)+len(a.Paths) > 0 || strings.Contains(a.Text, "${") || a.Malformed != "" {
		return true
	}
	if w, _, _ := strings.Cut(a.Text, " "); strings.Contains(w, "/") && !strings.Contains(a.Text, "://") {
		if host, _, _ := strings.Cut(w, "/"); !strings.Contains(strings.TrimLeft(host, "."), ".") {
			return true
		}
	}
	for _, step := range [...]int{1, -1} {
		if j := i + step; j >= 0 && j < len(all) && all[j].Keyword != Source && p.together(min(all[i].line.comment, all[j].line.comment), max(all[i].line.comment, all[j].line.comment)) {
			return true
		}
	}
	return false
}

// together reports whether no code lies between two comments.
func (p *layout) together(a, b int) bool {
	for i := a + 1; i <= b; i++ {
		if !p.joined[i] || p.trailing[i] != p.trailing[a] {
			return false
		}
	}
	return true
}
