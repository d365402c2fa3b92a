package parse

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What one line of a comment says. The search goes from colon to colon: a keyword stands in front of one, so that lines
// without an annotation cost one look for a byte.

const (
	maxCommentBytes   = 1 << 20 // of one comment that are looked at
	maxRemark         = 64      // bytes of the remark in `sink (future):`
	maxAnnotationLine = 1 << 14 // bytes of a line that are looked at; ids beyond it are not found
)

// line is one line of a comment without its markers, bullets and decoration.
type line struct {
	start, end int // of the text, in the file
	comment    int // index in File.Comments
	bullet     bool
	disabled   bool // it is a comment within commented-out code: # # source-id: …
}

// commentLines calls yield for every line of the comment.
func (f *File) commentLines(comment int, yield func(line)) {
	c := f.Comments[comment]
	a, b := int(c.Start), int(c.End)
	if c.Kind == LineComment {
		for a < b && f.Src[a] == '#' {
			a++
		}
		yield(f.line(a, b, comment, false))
		return
	}
	a, b = blockText(f.Src, c)
	b = min(b, a+maxCommentBytes)
	for a <= b {
		e := strings.IndexByte(f.Src[a:b], '\n')
		if e < 0 {
			e = b - a
		}
		yield(f.line(a, a+e, comment, true))
		a += e + 1
	}
}

// blockText is what stands between /* or /** and */.
func blockText(src string, c Comment) (start, end int) {
	start, end = int(c.Start)+2, int(c.End)
	if c.Kind == DocComment {
		start++
	}
	if end-2 >= start && src[end-2:end] == "*/" {
		end -= 2
	}
	return min(start, end), end
}

// line cuts markers and bullets off the text between a and b.
func (f *File) line(a, b, comment int, block bool) line {
	b = min(b, a+maxAnnotationLine)
	l := line{comment: comment}
	for a < b {
		c := f.Src[a]
		if c >= utf8.RuneSelf { // box drawing, bullets, emoji
			r, n := utf8.DecodeRuneInString(f.Src[a:b])
			if unicode.IsLetter(r) || unicode.IsDigit(r) || r == utf8.RuneError {
				break
			}
			l.bullet = l.bullet || r == '•'
			a += n
			continue
		}
		if strings.IndexByte(" \t\r-*+>|~@!", c) < 0 {
			break
		}
		if (c == '-' || c == '+' || c == '*' && !block) && a+1 < b && f.Src[a+1] == ' ' {
			l.bullet = true
		}
		a++
	}
	for b > a && strings.IndexByte(" \t\r", f.Src[b-1]) >= 0 {
		b--
	}
	// The right side of a box: "# source-id: CFG.x   #". A path may end in .*, so that a blank must stand before it.
	for e := b; e > a && strings.IndexByte("#*|", f.Src[e-1]) >= 0; {
		e--
		if e > a && f.Src[e-1] == ' ' {
			b = len(strings.TrimRight(f.Src[:e], " \t"))
			b = max(a, b)
			break
		}
	}
	l.start, l.end = a, b
	l.disabled = a < b && f.Src[a] == '#'
	return l
}

// hit is a keyword with its colon.
type hit struct {
	kw         Keyword
	start, end int // the keyword
	text       int // where the text begins
	remark     bool
	brackets   bool // it stands in (…): the text ends with them
	fault      string
}

// spellings are the keywords, longest first where one ends in another. Blanks and underscores count as hyphens.
var spellings = [...]struct {
	text string
	kw   Keyword
}{
	{"source-ids", SourceID}, {"source-id", SourceID}, {"sourceids", SourceID}, {"sourceid", SourceID},
	{"sink-ids", SinkKey}, {"sink-id", SinkKey}, {"sinkids", SinkKey}, {"sinkid", SinkKey},
	{"nixsink", Waiver}, {"sinks", SinkKey}, {"sink", SinkKey}, {"sources", Source}, {"source", Source},
}

// keywordEnding finds the keyword that ends at the end of s.
func keywordEnding(s string) (kw Keyword, length int) {
	var low [10]byte
	t := s[max(0, len(s)-len(low)):]
	off := len(low) - len(t)
	for i := range len(t) {
		c := t[i]
		switch {
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		case c == ' ' || c == '_':
			c = '-'
		}
		low[off+i] = c
	}
	for _, k := range spellings {
		if len(k.text) <= len(t) && string(low[len(low)-len(k.text):]) == k.text {
			return k.kw, len(k.text)
		}
	}
	return "", 0
}

// hitAt finds the keyword in front of the colon.
func (f *File) hitAt(l line, from, colon int) (h hit, ok bool) {
	s := f.Src
	back := func(j int) int {
		for j > from && (s[j-1] == ' ' || s[j-1] == '\t') {
			j--
		}
		return j
	}
	j := back(colon)
	var plural int
	if j > from && s[j-1] == ')' {
		open := strings.LastIndexByte(s[max(from, j-maxRemark):j], '(')
		if open < 0 {
			return h, false
		}
		open += max(from, j-maxRemark)
		if strings.EqualFold(s[open:j], "(s)") {
			plural, j = j-open, open
		} else {
			h.remark, j = true, back(open)
		}
	}
	kw, n := keywordEnding(s[from:j])
	if n == 0 {
		return h, false
	}
	h.kw, h.start, h.end, h.text = kw, j-n, j+plural, colon+1
	if h.start > from {
		r, _ := utf8.DecodeLastRuneInString(s[from:h.start])
		if r < utf8.RuneSelf && (class[byte(r)]&isID != 0 || strings.ContainsRune("./\"'`$@<>\\{", r) && !strings.HasSuffix(s[from:h.start], "->") && !strings.HasSuffix(s[from:h.start], "=>")) || unicode.IsLetter(r) {
			return h, false // a piece of another word, or a quotation
		}
	}
	if strings.HasPrefix(s[h.text:l.end], "//") || (kw == Source || kw == SinkKey) && strings.HasPrefix(s[h.text:l.end], ":") {
		return h, false
	}
	return h, true
}

// hits finds the annotations of a line.
func (f *File) hits(l line, buf []hit) []hit {
	from := l.start
	for from < l.end {
		i := strings.IndexByte(f.Src[from:l.end], ':')
		if i < 0 {
			break
		}
		colon := from + i
		if h, ok := f.hitAt(l, from, colon); ok && f.accept(l, &h, buf) {
			buf = append(buf, h)
		}
		from = colon + 1
	}
	if len(buf) == 0 {
		if h, ok := f.nearMiss(l); ok {
			buf = append(buf, h)
		}
	}
	return buf
}

// accept decides whether a keyword is meant as one: it begins its line, or what stands before it sets it off.
func (f *File) accept(l line, h *hit, before []hit) bool {
	text := strings.TrimSpace(f.Src[h.text:l.end])
	if h.start == l.start {
		return h.kw != Source && h.kw != SinkKey || !codeText(text)
	}
	lead := strings.TrimRight(f.Src[l.start:h.start], " \t")
	r, _ := utf8.DecodeLastRuneInString(lead)
	switch {
	case r == '#': // foo = 1; # source-id: …, all of it commented out
		return false
	case r == '(' || r == '[':
		h.brackets = r == '('
		return h.kw == SourceID || h.kw == Waiver || !codeText(text) && !strings.Contains(text, ": ")
	case strings.ContainsRune("|;,.:—–→>", r) || strings.HasSuffix(lead, "--"):
		return h.kw == SourceID || h.kw == Waiver || !codeText(text)
	case len(before) > 0 && (before[len(before)-1].kw != h.kw || h.kw == SourceID) && h.kw != Source:
		return true
	case h.kw == Waiver:
		return strings.HasPrefix(strings.ToLower(text), "ignore")
	case h.kw == SourceID || h.kw == SinkKey && h.end-h.start > len("sinks"):
		if w, ok := nameAt(text, 0); ok && upperID(text[w.start:w.end]) {
			h.fault = fmt.Sprintf("%s stands in the middle of a sentence: put it on a line of its own", f.Src[h.start:h.end])
			return true
		}
	}
	return false
}

// codeText reports whether the text after source: or sink: is the rest of a commented-out function or set.
func codeText(s string) bool {
	return strings.HasSuffix(s, "{") || strings.HasSuffix(s, "(") || strings.HasSuffix(s, ");") || strings.HasSuffix(s, ";") && strings.Contains(s, " = ")
}

// nearMiss finds what was meant as an annotation but lacks its colon or is misspelt. An id must follow: prose may begin
// with any word.
func (f *File) nearMiss(l line) (h hit, ok bool) {
	if l.end-l.start < len("sink x") || f.Src[l.start]|0x20 != 's' && f.Src[l.start]|0x20 != 'n' {
		return h, false
	}
	s := f.Src[l.start:l.end]
	e := 0
	for e < len(s) && (class[s[e]]&isID != 0) {
		e++
	}
	if rest := s[e:]; strings.EqualFold(s[:e], "source") || strings.EqualFold(s[:e], "sink") {
		if len(rest) > 3 && strings.EqualFold(rest[:3], " id") { // source id CFG.x
			e += 3
			if e < len(s) && s[e]|0x20 == 's' {
				e++
			}
		}
	}
	if e+3 <= len(s) && strings.EqualFold(s[e:e+3], "(s)") {
		e += 3
	}
	i := e
	for i < len(s) && strings.IndexByte(" \t:=->", s[i]) >= 0 {
		i++
	}
	h = hit{start: l.start, end: l.start + e, text: l.start + i}
	kw, n := keywordEnding(strings.TrimSuffix(strings.ToLower(s[:e]), "(s)"))
	exact := n > 0 && n == len(strings.TrimSuffix(strings.ToLower(s[:e]), "(s)"))
	w, name := nameAt(s, i)
	switch {
	case exact && kw == Waiver:
		if i > e && strings.HasPrefix(strings.ToLower(s[i:]), "ignore ") {
			h.kw, h.fault = Waiver, "a colon is missing after "+s[:e]
			return h, true
		}
	case !name || i == e || strings.HasSuffix(s, ";"):
	case exact && (kw == SourceID || kw == SinkKey) && w.segments > 1 && (upperID(s[w.start:w.end]) || kw == SinkKey && namespaces[firstSegment(s[w.start:w.end])]):
		h.kw, h.fault = kw, "a colon is missing after "+s[:e]
		return h, true
	case !exact && e < len(s) && upperID(s[w.start:w.end]):
		low := strings.ReplaceAll(strings.ToLower(s[:e]), "_", "-")
		for _, k := range spellings {
			if len(k.text) >= len("sink-id") && k.kw != Waiver && oneTypo(low, k.text) {
				h.kw, h.fault = k.kw, fmt.Sprintf("%s is not a keyword: is %s meant?", s[:e], k.text)
				return h, true
			}
		}
	}
	return h, false
}

// oneTypo reports whether one letter more, less, changed or swapped with its neighbour makes b of a.
func oneTypo(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	if i == len(a) {
		return true
	}
	return a[i+1:] == b[i+1:] || i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// lineAnnotations reads the annotations of a line.
func (f *File) lineAnnotations(l line, hits []hit) []*Annotation {
	var out []*Annotation
	for i, h := range hits {
		end := l.end
		if i+1 < len(hits) {
			end = hits[i+1].start
		}
		if h.brackets {
			if e := remarkEnd(f.Src[:end], strings.LastIndexByte(f.Src[:h.start], '(')); e <= end && e > h.text && f.Src[e-1] == ')' {
				end = e - 1
			}
		}
		a := &Annotation{Comment: f.Comments[l.comment].Span, Keyword: h.kw, Spelling: f.Src[h.start:h.end], Malformed: h.fault}
		text := h.text + len(f.Src[h.text:end]) - len(strings.TrimLeft(f.Src[h.text:end], " \t"))
		end = text + len(strings.TrimRight(f.Src[text:end], " \t"))
		if i+1 < len(hits) { // source-id: CFG.a -> sink: x
			end = text + len(strings.TrimRight(f.Src[text:end], " \t|;,—–→->(["))
		}
		a.Span = Span{int32(h.start), int32(max(end, h.end))}
		a.Text = f.Src[text:end]
		a.read(text, h.remark)
		if h.kw == Source && h.start > l.start && len(a.IDs)+len(a.Paths) == 0 {
			continue // "…, source: the manual"
		}
		out = append(out, a)
	}
	return out
}

// read takes the text apart.
func (a *Annotation) read(base int, remark bool) {
	var fault string
	switch a.Keyword {
	case SourceID:
		a.IDs, a.None, fault = readIDs(a.Text, base)
	case SinkKey:
		switch {
		case a.Text == "":
			fault = "it names nothing"
		case saysNone(a.Text):
			a.None, a.Prose = true, true
		case remark: // sink (future): … is no claim about today
			a.Prose = true
		default:
			a.IDs, a.Paths, fault = readTargets(a.Text, base, SinkKey)
			a.Prose = len(a.IDs)+len(a.Paths) == 0 && fault == ""
		}
		if low := strings.ToLower(a.Spelling); a.Prose && !a.None && !remark && strings.Contains(low, "id") {
			a.Prose = false
			_, _, fault = readIDs(a.Text, base)
		}
	case Source:
		a.IDs, a.Paths, fault = readTargets(a.Text, base, Source)
	case Waiver:
		fault = a.readWaiver()
	}
	if a.Malformed == "" {
		a.Malformed = fault
	}
}

// readWaiver reads `ignore CHECK because REASON`.
func (a *Annotation) readWaiver() (fault string) {
	verb, rest, _ := strings.Cut(a.Text, " ")
	if !strings.EqualFold(verb, "ignore") {
		if verb == "" {
			return "it says nothing: write nixsink: ignore CHECK because REASON"
		}
		return fmt.Sprintf("%q is not known: write nixsink: ignore CHECK because REASON", clip(verb))
	}
	rest = strings.TrimSpace(rest)
	e := 0
	for e < len(rest) && (class[rest[e]]&isID != 0) {
		e++
	}
	if e == 0 {
		return "it names no check: write nixsink: ignore CHECK because REASON"
	}
	a.Check = rest[:e]
	rest = strings.TrimLeft(rest[e:], " \t")
	if rest == "" {
		return "it gives no reason: write nixsink: ignore " + a.Check + " because REASON"
	}
	if rest[0] == ',' || rest[0] == '/' {
		return "it names several checks: a line waives one"
	}
	for _, w := range [...]string{"because", "weil", "since", "—", "–", "--", "-", ":", "("} {
		if len(rest) >= len(w) && strings.EqualFold(rest[:len(w)], w) {
			after := rest[len(w):]
			if class[w[0]]&isLetter != 0 && after != "" && strings.IndexByte(" \t:,", after[0]) < 0 {
				continue
			}
			if w == "(" {
				after = strings.TrimSuffix(after, ")")
			}
			if a.Reason = strings.Trim(after, " \t:,"); a.Reason == "" {
				return "it gives no reason: write nixsink: ignore " + a.Check + " because REASON"
			}
			return ""
		}
	}
	return fmt.Sprintf("after the check stands because REASON, not %q", clip(rest))
}
