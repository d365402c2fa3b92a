package rewrite

import (
	"cmp"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/parse"
)

// repair plans what is done to annotations that the code contradicts. Ids and paths that are right stay; wrong ones go, and where the
// same place lacks an id, that one takes their place. pending gives what is to be said at a node; the ids that were used come back.
func (f *fileWriter) repair(pending func(parse.Span) *said) map[parse.Span][]name {
	reused := map[parse.Span][]name{}
	for _, a := range f.notes {
		switch a.Keyword {
		case parse.SourceID, parse.SinkKey, parse.Source:
		default:
			continue
		}
		var open []name
		at := pending(a.Anchor.Span)
		if at != nil && a.Keyword == parse.SourceID {
			open = without(slices.Concat(at.declares, at.reads), reused[a.Anchor.Span])
		}
		kind := Wrong
		var keep []string // ids or paths that stay
		var words []parse.Word
		switch {
		case a.Malformed != "":
			text, ok := f.mended(a, open)
			if !ok {
				continue
			}
			span := a.Annotation.Span
			if text == "" {
				span = f.whole(a)
			}
			f.repaired(a, at, Change{Kind: Wrong, Span: span, New: text}, open)
			reused[a.Anchor.Span] = append(reused[a.Anchor.Span], open...)
			continue
		case a.State == graph.Mismatched || a.State == graph.Unwanted || a.State == graph.Orphaned || a.State == graph.Ambiguous:
			if a.State != graph.Mismatched && len(open) == 0 {
				kind = Stale
			}
			words = a.IDs
			if len(words) == 0 && !a.None {
				words = a.Paths
			}
			keep = f.right(a, words)
		case a.State == graph.StaleSink:
			kind = Stale
			words = a.Paths
			keep = f.reached(a)
			if len(keep) == 0 && !prose(a) {
				keep, _ = f.w.sinksAt(f.name, a.Anchor.Span, values(a))
				keep = slices.DeleteFunc(keep, func(p string) bool { return f.toldBeside(a, p) })
				if len(keep) > 0 {
					kind, keep = Wrong, shortened(keep)
				}
			}
		default:
			continue
		}
		add := open
		if f.habit.separator == "" && len(add) > 1 {
			add = add[:1] // the others get lines of their own
		}
		if len(add) > 0 {
			keep = append(keep, braces(idsOf(add))...)
		}
		if c, ok := f.rewritten(a, words, keep, kind); ok {
			f.repaired(a, at, c, add)
			reused[a.Anchor.Span] = append(reused[a.Anchor.Span], add...)
		}
	}
	return reused
}

// repaired takes up the change to an annotation, with the names that it adds there.
func (f *fileWriter) repaired(a *graph.Annotation, at *said, c Change, add []name) {
	c.File, c.Line, c.Why = f.name, f.src.Position(c.Span.Start).Line, a.Why
	c.Values = slices.Concat(a.Values, a.Actual)
	for _, n := range add {
		c.Values = append(c.Values, n.values...)
	}
	c.For = []graph.Place{a.At}
	if len(add) > 0 {
		for _, s := range at.slots {
			c.For = append(c.For, s.at)
		}
	}
	f.changes = append(f.changes, c)
}

// right are the ids of a wrong annotation that are true all the same.
func (f *fileWriter) right(a *graph.Annotation, words []parse.Word) []string {
	var keep []string
	for _, w := range words {
		var bound []*graph.Value
		for _, v := range f.w.g.Values {
			if slices.ContainsFunc(v.IDs, func(id graph.ID) bool { return id.Name == w.Text }) || v.Path == w.Text {
				bound = append(bound, v)
			}
		}
		if fits := f.w.g.Matching(w.Text); len(bound) == 0 && slices.ContainsFunc(fits, func(v *graph.Value) bool { return slices.Contains(a.Actual, v) }) {
			keep = append(keep, w.Text)
			continue
		}
		here := slices.DeleteFunc(slices.Clone(bound), func(v *graph.Value) bool { return !slices.Contains(f.here(a), v) })
		switch {
		case len(bound) == 1 && len(here) == 1:
			keep = append(keep, w.Text)
		case len(bound) > 1 && len(here) == 1: // ambiguous, but only one of them is read here
			keep = append(keep, f.w.namer.id(here[0]))
		}
	}
	return slices.Compact(keep)
}

// reached are the paths of a sink that its values do flow into.
func (f *fileWriter) reached(a *graph.Annotation) []string {
	var keep []string
	for _, p := range a.Paths {
		if slices.ContainsFunc(values(a), func(v *graph.Value) bool {
			for to := range f.w.g.Flows.Ends(v) {
				if along(p.Text, to) || along(p.Text, graph.InHome(to)) {
					return true
				}
			}
			return false
		}) {
			keep = append(keep, p.Text)
		}
	}
	return keep
}

// toldBeside reports whether another line at the same place tells a sink.
func (f *fileWriter) toldBeside(a *graph.Annotation, path string) bool {
	return slices.ContainsFunc(f.notes, func(o *graph.Annotation) bool {
		return o != a && o.Keyword == parse.SinkKey && o.Anchor == a.Anchor && o.State == graph.OK &&
			slices.ContainsFunc(o.Paths, func(p parse.Word) bool { return along(p.Text, path) })
	})
}

func values(a *graph.Annotation) []*graph.Value { return slices.Concat(a.Actual, a.Values) }

// along reports whether one path is the other or leads to it; * is any name.
func along(a, b string) bool {
	x, y := graph.SplitPath(strings.TrimPrefix(a, "config.")), graph.SplitPath(b)
	for i := range min(len(x), len(y)) {
		if s, t := strings.Trim(x[i], `"`), strings.Trim(y[i], `"`); s != t && s != "*" && t != "*" && !strings.ContainsAny(s, "*$<") {
			return false
		}
	}
	return true
}

// prose reports whether the text of an annotation has words beside the ids and paths that it names.
func prose(a *graph.Annotation) bool { return remark(a) != "" }

// remark is what an annotation says beside its ids and paths, "" if nothing.
func remark(a *graph.Annotation) string {
	if a.None {
		return ""
	}
	rest := []byte(a.Text)
	for _, w := range slices.Concat(a.IDs, a.Paths) { // a.{b,c} is two words at one place
		from := w.Start - (a.End - int32(len(a.Text)))
		for i := max(from, 0); i < min(from+int32(w.Len()), int32(len(rest))); i++ {
			rest[i] = ' '
		}
	}
	return trimmed(string(rest))
}

// trimmed is prose without what stands around it.
func trimmed(rest string) string {
	rest = strings.Trim(rest, " \t,/;&+.–—-")
	if strings.HasPrefix(rest, "(") && strings.HasSuffix(rest, ")") {
		rest = strings.TrimSpace(rest[1 : len(rest)-1])
	}
	return rest
}

// rewritten replaces the words of an annotation by what stays, and the annotation itself where nothing does.
func (f *fileWriter) rewritten(a *graph.Annotation, words []parse.Word, keep []string, kind Kind) (Change, bool) {
	src := f.src.Src
	change := func(s parse.Span, text string) (Change, bool) {
		return Change{Kind: kind, Span: s, New: text}, src[s.Start:s.End] != text
	}
	if len(keep) > 0 {
		separator := f.habit.separator
		if separator == "" || a.Keyword != parse.SourceID {
			separator = ", "
		}
		if len(words) == 0 { // none, or what could not be read: the whole text
			return change(a.Annotation.Span, f.keyword(a)+f.habit.colon+strings.Join(keep, separator))
		}
		s := parse.Span{Start: words[0].Start, End: words[0].End}
		for _, w := range words {
			s.Start, s.End = min(s.Start, w.Start), max(s.End, w.End)
		}
		for i := 1; i < len(words); i++ {
			if words[i-1].End < words[i].Start {
				if between := src[words[i-1].End:words[i].Start]; strings.Trim(between, " \t/,+&|;") == "" {
					separator = between
				} else {
					return Change{}, false // prose between them: it is not ours to rearrange
				}
				break
			}
		}
		return change(s, strings.Join(keep, separator))
	}
	if rest := remark(a); rest != "" && a.Keyword != parse.SinkKey {
		return change(a.Annotation.Span, rest) // what people said stays, as a comment like any other
	}
	return change(f.whole(a), "")
}

func (f *fileWriter) keyword(a *graph.Annotation) string {
	if !strings.HasSuffix(strings.ToLower(a.Spelling), "s") {
		return a.Spelling
	}
	return f.habit.sourceID
}

// whole is what has to go so that nothing of an annotation is left: its line, its comment, or just its text.
func (f *fileWriter) whole(a *graph.Annotation) parse.Span {
	src := f.src.Src
	text := src[a.Comment.Start:a.Comment.End]
	rest := src[a.Comment.Start:a.Start] + src[min(a.End, a.Comment.End):a.Comment.End]
	decoration := func(s string) bool { return strings.Trim(s, " \t\r\n#*/-|+>•") == "" }
	switch {
	case strings.Contains(text, "\n"):
		line := parse.Span{Start: lineStart(src, a.Start), End: nextLine(src, a.End)}
		if line.Start > a.Comment.Start && line.End < a.Comment.End && decoration(src[line.Start:a.Start]+src[a.End:line.End]) {
			return line
		}
	case decoration(rest) && alone(src, a.Comment):
		s := parse.Span{Start: lineStart(src, a.Comment.Start), End: nextLine(src, a.Comment.End)}
		if int(s.End) == len(src) && !strings.HasSuffix(src, "\n") && s.Start > 0 { // the last line, without a line break
			s.Start = int32(len(strings.TrimSuffix(src[:s.Start-1], "\r")))
		}
		return s
	case decoration(rest):
		start := a.Comment.Start
		for start > 0 && strings.IndexByte(" \t", src[start-1]) >= 0 {
			start--
		}
		return parse.Span{Start: start, End: a.Comment.End}
	}
	return a.Annotation.Span
}

// prefixed puts the paths that a value flows into in front of the prose of a sink.
func (f *fileWriter) prefixed() []Change {
	var out []Change
	for _, a := range f.notes {
		if a.Keyword != parse.SinkKey || !a.Prose || a.None || a.Malformed != "" || a.Annotation.Anchor.Kind == parse.AnchorFile || strings.Contains(a.Spelling+f.src.Src[a.Start:a.End-int32(len(a.Text))], "(") {
			continue
		}
		paths, _ := f.w.sinksAt(f.name, a.Anchor.Span, a.Actual)
		if len(paths) == 0 {
			continue
		}
		at := a.End - int32(len(a.Text))
		out = append(out, Change{Missing, f.name, parse.Span{Start: at, End: at}, strings.Join(shortened(paths), ", ") + " — ", f.src.Position(at).Line, a.Actual, "a sink without its option", []graph.Place{a.At}})
	}
	slices.SortFunc(out, func(x, y Change) int { return cmp.Compare(x.Span.Start, y.Span.Start) })
	return out
}
