package parse

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Limits of headers. Aliases are refused altogether: no header needs them, and they make a small text a huge value.
const (
	maxHeaderBytes = 64 << 10
	maxHeaderDepth = 100
)

// headerLine is one line of a comment as YAML sees it.
type headerLine struct {
	text    string
	at      int // where text begins in the file
	comment int
}

func (l headerLine) indent() int { return len(l.text) - len(strings.TrimLeft(l.text, " \t")) }
func (l headerLine) blank() bool { return strings.TrimSpace(l.text) == "" }

// header finds and reads the header: `# meta:` with YAML indented below it, or YAML between --- lines, in the comments
// above the module's body. faults are what is wrong with it.
func (f *File) header() (h *Header, faults []*Annotation) {
	top := f.topComments()
	for i := 0; i < top; {
		run := f.headerRun(i, top)
		if spelling, body := headerBody(run); body != nil {
			return f.readHeader(spelling, body)
		}
		i = run[len(run)-1].comment + 1
	}
	return nil, nil
}

// topComments is how many comments stand above the body of the module: { config, ... }: and the like may come before them.
func (f *File) topComments() int {
	body := f.Expr
	for l, ok := body.(*Lambda); ok; l, ok = body.(*Lambda) {
		body = l.Body
	}
	start := body.Range().Start
	n, above := 0, int32(0)
	for _, c := range f.Comments {
		if c.End > start && strings.Trim(f.Src[above:c.Start], " \t\r\n\ufeff") != "" {
			break
		}
		n, above = n+1, c.End
	}
	return n
}

// headerRun is the lines of a block comment, or of the line comments that follow each other from i on.
func (f *File) headerRun(i, top int) (run []headerLine) {
	c := f.Comments[i]
	if c.Kind != LineComment {
		a, b := blockText(f.Src, c)
		b = min(b, a+maxHeaderBytes)
		for a <= b {
			e := b
			if n := strings.IndexByte(f.Src[a:b], '\n'); n >= 0 {
				e = a + n
			}
			run = append(run, headerLine{strings.TrimRight(f.Src[a:e], "\r"), a, i})
			a = e + 1
		}
		return unstar(run)
	}
	for size := 0; i < top && f.Comments[i].Kind == LineComment && size < maxHeaderBytes; i++ {
		c := f.Comments[i]
		if len(run) > 0 {
			gap := f.Src[f.Comments[i-1].End:c.Start]
			if strings.Trim(gap, " \t\r\n") != "" || strings.Count(gap, "\n") != 1 {
				break
			}
		}
		text := strings.TrimLeft(f.Text(c.Span), "#")
		at := int(c.End) - len(text)
		if len(text) > maxHeaderBytes {
			text = text[:maxHeaderBytes]
		}
		run = append(run, headerLine{text, at, i})
		size += len(text)
	}
	return run
}

// unstar cuts the stars off the left side of a block comment, if it has them on every line.
func unstar(run []headerLine) []headerLine {
	for i, l := range run {
		if t := strings.TrimLeft(l.text, " \t"); i > 0 && t != "" && t[0] != '*' {
			return run
		}
	}
	for i, l := range run {
		if t := strings.TrimLeft(l.text, " \t"); strings.HasPrefix(t, "*") {
			run[i].at += len(l.text) - len(t) + 1
			run[i].text = t[1:]
		}
	}
	return run
}

// isKey reports whether a line begins with a key of YAML: a word or several, quoted or not, a colon, and a blank or the end.
func isKey(line string) bool {
	key, rest, ok := strings.Cut(line, ":")
	if !ok || rest != "" && rest[0] != ' ' && rest[0] != '\t' {
		return false
	}
	key = strings.Trim(key, " \t")
	if key != "" && (key[0] == '"' || key[0] == '\'') {
		key = key[1:]
	}
	key = strings.TrimRight(key, "\"'")
	for i, r := range key {
		if !unicode.IsLetter(r) && r != '_' && (i == 0 || !unicode.IsNumber(r) && !strings.ContainsRune(". -", r)) {
			return false
		}
	}
	return key != ""
}

// headerBody finds the lines of YAML in a run; nil if there are none.
func headerBody(run []headerLine) (spelling string, body []headerLine) {
	for i, l := range run {
		t := strings.TrimSpace(l.text)
		switch {
		case len(t) >= 5 && strings.EqualFold(t[:5], "meta:") && (len(t) == 5 || strings.HasPrefix(strings.TrimSpace(t[5:]), "{") || strings.HasPrefix(strings.TrimSpace(t[5:]), "#")):
			n := i + 1
			for n < len(run) && (run[n].blank() || run[n].indent() > l.indent()) {
				n++
			}
			return "meta", trimBlank(run[i:n])
		case t == "---":
			inner := run[i+1:]
			if n := slices.IndexFunc(inner, func(l headerLine) bool { t := strings.TrimSpace(l.text); return t == "---" || t == "..." }); n >= 0 {
				inner = inner[:n]
			}
			if inner = trimBlank(inner); len(inner) > 0 && isKey(inner[0].text) {
				return "---", inner
			}
		}
	}
	return "", nil
}

func trimBlank(lines []headerLine) []headerLine {
	for len(lines) > 0 && lines[0].blank() {
		lines = lines[1:]
	}
	for len(lines) > 0 && lines[len(lines)-1].blank() {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// headerReader reads the YAML of one header.
type headerReader struct {
	f      *File
	body   []headerLine
	header *Header
	fault  error
	line   int // of the fault, in body, from 1
}

func (f *File) readHeader(spelling string, body []headerLine) (*Header, []*Annotation) {
	first, last := f.Comments[body[0].comment], f.Comments[body[len(body)-1].comment]
	r := headerReader{f: f, body: body, header: &Header{Span: Span{first.Start, last.End}}}
	var text strings.Builder
	for _, l := range body {
		text.WriteString(l.text)
		text.WriteByte('\n')
	}
	root, err := decodeYAML(text.String())
	if err != nil {
		if prose, ok := quoteProse(body); ok {
			if quoted, again := decodeYAML(prose); again == nil {
				root, err = quoted, nil
			}
		}
	}
	if err != nil {
		r.fail(err)
	} else {
		r.take(root, spelling)
	}
	if r.header.Meta == nil {
		r.salvage(spelling)
	}
	if r.fault == nil {
		return r.header, nil
	}
	l := body[min(max(r.line, 1), len(body))-1]
	trimmed := strings.TrimSpace(l.text)
	start := l.at + l.indent()
	return r.header, []*Annotation{{
		Span: Span{int32(start), int32(start + len(trimmed))}, Comment: f.Comments[l.comment].Span, Keyword: HeaderKey, Spelling: spelling,
		Text: trimmed, Anchor: f.fileAnchor(), Malformed: "the header cannot be read: " + r.fault.Error(),
	}}
}

// quoteProse puts quotes around values that go on in deeper lines. People write prose there, and prose has colons, which YAML takes
// for keys:
//
//	note: not there yet.
//	      Tracking: TODO-7
//
// Every line stays where it is. ok is false if there is no such value.
func quoteProse(body []headerLine) (text string, ok bool) {
	lines := make([]string, len(body))
	for i, l := range body {
		lines[i] = l.text
	}
	for i := 0; i < len(body); i++ {
		key, value, found := strings.Cut(lines[i], ": ")
		value = strings.TrimSpace(value)
		if !found || strings.ContainsAny(strings.TrimSpace(key), " \t#-\"'") || value == "" || strings.ContainsAny(value[:1], "|>[{\"'&*!#%@`") {
			continue
		}
		last := i
		for j := i + 1; j < len(body) && (body[j].blank() || body[j].indent() > body[i].indent()); j++ {
			if !body[j].blank() {
				last = j
			}
		}
		if last == i {
			continue
		}
		for j := i; j <= last; j++ {
			lines[j] = strings.ReplaceAll(lines[j], "'", "''")
		}
		lines[i] = key + ": '" + strings.ReplaceAll(value, "'", "''")
		lines[last] += "'"
		i, ok = last, true
	}
	return strings.Join(lines, "\n") + "\n", ok
}

// decodeYAML gives the document's root node; nil for an empty document.
func decodeYAML(text string) (root *yaml.Node, err error) {
	// The library panics on some malformed texts; a comment must not end the program.
	defer func() {
		if p := recover(); p != nil {
			root, err = nil, errors.New("not valid YAML")
		}
	}()
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		return nil, err
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	return doc.Content[0], nil
}

// fail notes the first fault; yaml's own messages begin with their line: "yaml: line 3: …".
func (r *headerReader) fail(err error) {
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, ok := strings.CutPrefix(msg, "line "); ok {
		number, rest, _ := strings.Cut(rest, ": ")
		if n, err := strconv.Atoi(number); err == nil {
			r.failAt(n, rest)
			return
		}
	}
	r.failAt(0, msg)
}

func (r *headerReader) failAt(line int, msg string) {
	if r.fault == nil {
		r.fault, r.line = errors.New(msg), line
	}
}

// take reads the header from the YAML's root.
func (r *headerReader) take(root *yaml.Node, spelling string) {
	if spelling == "meta" && root != nil && root.Kind == yaml.MappingNode && len(root.Content) == 2 {
		root = root.Content[1]
	}
	if root == nil || root.Kind != yaml.MappingNode {
		r.failAt(1, "no keys below "+spelling)
		return
	}
	v, _ := r.value(root, 0).(map[string]any)
	if r.fault != nil {
		return
	}
	r.header.Meta = v
	// Nearest the top first, then in source order: identity.title counts where there is no title above it.
	for level := []*yaml.Node{root}; len(level) > 0; {
		var below []*yaml.Node
		for _, m := range level {
			for i := 0; i+1 < len(m.Content); i += 2 {
				r.field(m.Content[i].Value, m.Content[i+1])
				if m.Content[i+1].Kind == yaml.MappingNode {
					below = append(below, m.Content[i+1])
				}
			}
		}
		level = below
	}
}

// value turns a node into plain values: string, int64, float64, bool, nil, []any, map[string]any. Dates and what JSON cannot
// hold stay as written.
func (r *headerReader) value(n *yaml.Node, depth int) any {
	switch {
	case r.fault != nil:
		return nil
	case depth > maxHeaderDepth:
		r.failAt(n.Line, fmt.Sprintf("nested deeper than %d levels", maxHeaderDepth))
		return nil
	}
	switch n.Kind {
	case yaml.AliasNode:
		r.failAt(n.Line, "aliases are not allowed in headers")
	case yaml.SequenceNode:
		list := []any{}
		for _, c := range n.Content {
			list = append(list, r.value(c, depth+1))
		}
		return list
	case yaml.MappingNode:
		m := make(map[string]any, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			k := n.Content[i]
			if k.Kind != yaml.ScalarNode {
				r.failAt(k.Line, "a key must be a word")
				return nil
			}
			if _, twice := m[k.Value]; twice {
				r.failAt(k.Line, fmt.Sprintf("the key %q is there twice", clip(k.Value)))
				return nil
			}
			m[k.Value] = r.value(n.Content[i+1], depth+1)
		}
		return m
	case yaml.ScalarNode:
		switch n.ShortTag() {
		case "!!null":
			return nil
		case "!!bool":
			var b bool
			if n.Decode(&b) == nil {
				return b
			}
		case "!!int":
			var i int64
			if n.Decode(&i) == nil {
				return i
			}
		case "!!float":
			var x float64
			if n.Decode(&x) == nil && x-x == 0 { // neither infinite nor NaN
				return x
			}
		}
		return n.Value
	}
	return nil
}

// field notes a key that headers are known by.
func (r *headerReader) field(key string, n *yaml.Node) {
	key = headerKey(key)
	if key == "ids" {
		r.ids(n)
		return
	}
	if p := r.slot(key); p != nil && *p == "" {
		*p = nodeText(n)
	}
}

// headerKey is the key that another spelling stands for.
func headerKey(key string) string {
	switch k := strings.ToLower(strings.NewReplacer("_", "-", " ", "-").Replace(key)); k {
	case "name":
		return "title"
	case "maintainer", "maintainers", "owners":
		return "owner"
	case "description", "purpose":
		return "summary"
	case "id", "source-id", "source-ids":
		return "ids"
	default:
		return k
	}
}

func (r *headerReader) slot(key string) *string {
	switch key {
	case "title":
		return &r.header.Title
	case "owner":
		return &r.header.Owner
	case "status":
		return &r.header.Status
	case "layer":
		return &r.header.Layer
	case "summary":
		return &r.header.Summary
	}
	return nil
}

// nodeText is a scalar as written (layer: 00 stays 00), or a list of them.
func nodeText(n *yaml.Node) string {
	switch n.Kind {
	case yaml.ScalarNode:
		if n.ShortTag() == "!!null" {
			return ""
		}
		return strings.TrimSpace(n.Value)
	case yaml.SequenceNode:
		var parts []string
		for _, c := range n.Content {
			if t := nodeText(c); t != "" {
				parts = append(parts, t)
			}
		}
		return strings.Join(parts, ", ")
	}
	return ""
}

// ids reads ids where they stand in the source.
func (r *headerReader) ids(n *yaml.Node) {
	switch n.Kind {
	case yaml.SequenceNode:
		for _, c := range n.Content {
			if c.Kind == yaml.ScalarNode {
				r.ids(c)
			}
		}
	case yaml.ScalarNode:
		if n.Line < 1 || n.Line > len(r.body) {
			return
		}
		l := r.body[n.Line-1]
		at := strings.Index(l.text[runeOffset(l.text, n.Column-1):], n.Value)
		if at < 0 || n.Value == "" {
			return // folded over several lines
		}
		at += runeOffset(l.text, n.Column-1)
		if len(r.header.IDs) < maxWords {
			ids, _, _ := readIDs(n.Value, l.at+at)
			r.header.IDs = append(r.header.IDs, ids...)
		}
	}
}

// runeOffset is the byte offset of the n-th character: yaml counts columns in characters.
func runeOffset(s string, n int) int {
	i := 0
	for ; n > 0 && i < len(s); n-- {
		_, size := utf8.DecodeRuneInString(s[i:])
		i += size
	}
	return i
}

// salvage takes what can be read line by line from a header that is no YAML, so that one bad line does not hide the owner.
func (r *headerReader) salvage(spelling string) {
	lines := r.body
	if spelling == "meta" {
		lines = lines[1:]
	}
	r.header.Meta = map[string]any{}
	indent := -1
	for _, l := range lines {
		if l.blank() || !isKey(l.text) || indent >= 0 && l.indent() != indent {
			continue
		}
		indent = l.indent()
		key, value, _ := strings.Cut(l.text, ":")
		key, value = strings.Trim(key, " \t\"'"), strings.TrimSpace(value)
		if _, twice := r.header.Meta[key]; twice {
			continue
		}
		r.header.Meta[key] = value
		if k := headerKey(key); k == "ids" {
			at := strings.LastIndex(l.text, value)
			ids, _, _ := readIDs(value, l.at+at)
			r.header.IDs = append(r.header.IDs, ids...)
		} else if p := r.slot(k); p != nil && *p == "" {
			*p = value
		}
	}
}
