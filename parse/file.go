package parse

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// Text is the source that s covers.
func (f *File) Text(s Span) string { return f.Src[s.Start:s.End] }

// LineCount is how many lines the file has; a last line without a line break counts, nothing after the last break does not.
func (f *File) LineCount() int {
	n := len(f.lines)
	if n > 0 && int(f.lines[n-1]) == len(f.Src) {
		n--
	}
	return n
}

// Position is the line and column of a byte offset, which is 0 at least and len(Src) at most.
func (f *File) Position(off int32) Position {
	if len(f.lines) == 0 {
		return Position{1, int(off) + 1}
	}
	line := sort.Search(len(f.lines), func(i int) bool { return f.lines[i] > off })
	return Position{line, int(off-f.lines[line-1]) + 1}
}

// lineTable finds the first byte of each line.
func lineTable(src string) []int32 {
	lines := make([]int32, 1, strings.Count(src, "\n")+1)
	for at := 0; ; {
		n := strings.IndexByte(src[at:], '\n')
		if n < 0 {
			return lines
		}
		at += n + 1
		lines = append(lines, int32(at))
	}
}

// unreadable says why src is no text that could be parsed at all, nil if it is.
func unreadable(src string) *Error {
	if len(src) > MaxFileSize {
		return &Error{Pos: Position{1, 1}, Msg: fmt.Sprintf("file of %d bytes is larger than the limit of %d", len(src), MaxFileSize)}
	}
	at := strings.IndexByte(src, 0)
	if at < 0 {
		return nil
	}
	e := &Error{Span: Span{int32(at), int32(at + 1)}, Msg: "NUL byte: this is no Nix source"}
	switch {
	case strings.HasPrefix(src, "\x00GITCRYPT\x00"):
		e.Msg = "file is encrypted with git-crypt: unlock the repository to read it"
	case strings.HasPrefix(src, "\xff\xfe"), strings.HasPrefix(src, "\xfe\xff"):
		e.Msg = "file is encoded as UTF-16, which Nix cannot read"
	}
	before := src[:at]
	e.Pos = Position{strings.Count(before, "\n") + 1, at - strings.LastIndexByte(before, '\n')}
	return e
}

// Error is file:line:column: message.
func (e *Error) Error() string {
	return e.File + ":" + strconv.Itoa(e.Pos.Line) + ":" + strconv.Itoa(e.Pos.Column) + ": " + e.Msg
}

// Len is the number of errors.
func (l ErrorList) Len() int { return len(l) }

// Error is all errors, one a line.
func (l ErrorList) Error() string {
	var b strings.Builder
	for i, e := range l {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(e.Error())
	}
	return b.String()
}

// Syntax reports whether the list holds an error that leaves the tree with gaps: anything but Nix's static errors.
func (l ErrorList) Syntax() bool {
	return slices.ContainsFunc(l, func(e *Error) bool { return !e.Static })
}

// finish sorts the errors and gives them file and position.
func (l ErrorList) finish(f *File) {
	slices.SortStableFunc(l, func(a, b *Error) int { return cmp.Compare(a.Span.Start, b.Span.Start) })
	for _, e := range l {
		e.File, e.Pos = f.Name, f.Position(e.Span.Start)
	}
}
