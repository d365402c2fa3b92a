package rewrite

import (
	"cmp"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/parse"
)

// fileWriter plans the changes of one file.
type fileWriter struct {
	w       *writer
	src     *parse.File
	name    string
	habit   habit
	notes   []*graph.Annotation
	changes []Change
	skipped []Skip
}

// file plans one file: the lines are placed, the result is read again, and what does not stand where it should moves outwards (R3).
func (w *writer) file(name string) *fileWriter {
	f := &fileWriter{w: w, src: w.g.Files[name], name: name, notes: w.notes[name], skipped: w.skips[name]}
	if !w.usable(name) {
		return f
	}
	f.habit = choose(habitsOf(func(string) string { return f.src.Src }, f.notes), w.all)
	slots := slices.DeleteFunc(slices.Clone(w.slots[name]), func(s *slot) bool { return s.dead })
	const rounds = 40 // each moves at least one slot one place outwards
	for range rounds {
		f.changes = nil
		written := f.write(slots)
		if f.settled(written) {
			break
		}
	}
	for _, s := range slots {
		if s.dead && len(s.reads) > 0 {
			f.skipped = append(f.skipped, Skip{s.at, "no comment line could be placed so that it stands at this read"})
		}
	}
	return f
}

// said is what the slots at one node say together.
type said struct {
	candidate
	slots           []*slot
	declares, reads []name
	sinks           []*graph.Value
	noSink          bool
}

// together joins the slots that chose the same node, outer nodes first.
func (f *fileWriter) together(slots []*slot) []*said {
	byNode := map[parse.Span]*said{}
	var out []*said
	for _, s := range slots {
		if s.dead {
			continue
		}
		c := s.candidate()
		at := byNode[c.node]
		if at == nil {
			at = &said{candidate: c}
			byNode[c.node] = at
			out = append(out, at)
		}
		at.slots = append(at.slots, s)
		for _, n := range s.declares {
			at.declares = appendName(at.declares, n)
		}
		for _, n := range f.w.namer.reads(s) {
			at.reads = appendName(at.reads, n)
		}
		for _, v := range s.sinks {
			at.sinks = appendNew(at.sinks, v)
		}
		at.noSink = at.noSink || s.noSink
	}
	for _, at := range out {
		at.reads = f.w.namer.absorbed(at.reads, func(v *graph.Value) bool {
			return !slices.ContainsFunc(at.slots, func(s *slot) bool { return slices.Contains(s.reads, v) && !slices.Contains(s.dynamic, v) })
		})
		for len(f.habit.lines(braces(idsOf(at.reads)))) > maxLines {
			fewer := f.w.namer.namespaced(at.reads)
			if len(fewer) == len(at.reads) {
				break
			}
			at.reads = fewer
		}
		if len(f.habit.lines(braces(idsOf(at.reads)))) >= manyLines {
			at.reads = f.w.namer.absorbed(f.w.namer.widened(at.reads), func(*graph.Value) bool { return false })
		}
	}
	slices.SortFunc(out, func(a, b *said) int {
		return cmp.Or(cmp.Compare(a.node.Start, b.node.Start), cmp.Compare(b.node.End, a.node.End))
	})
	return out
}

// write makes the changes for all slots and for the annotations that are wrong.
func (f *fileWriter) write(slots []*slot) []written {
	all := f.together(slots)
	var out []written
	reused := f.repair(func(span parse.Span) *said {
		if i := slices.IndexFunc(all, func(at *said) bool { return at.node == span }); i >= 0 {
			return all[i]
		}
		return nil
	})
	told := map[parse.Span][]string{}
	for _, at := range all {
		declares, reads := without(at.declares, reused[at.node]), without(at.reads, reused[at.node])
		// What is declared has a line of its own: one id there means what is declared.
		if lines := append(f.habit.lines(braces(idsOf(declares))), f.habit.lines(braces(idsOf(reads)))...); len(lines) > 0 {
			out = append(out, f.insert(at, lines, true, slices.Concat(declares, reads), nil))
		}
		if len(at.sinks) == 0 || at.noSink || f.tellsSink(at.node) {
			continue
		}
		if lines, defined := f.sinks(at); len(lines) > 0 && !(f.toldAround(at.node, lines, told) && (at.element || !at.item)) {
			told[at.node] = lines
			var comments []string
			for _, l := range lines {
				comments = append(comments, f.habit.sinkLine(l))
			}
			out = append(out, f.insert(at, comments, false, nil, defined))
		}
	}
	return out
}

// sinks are the lines that tell where the values read at a node go, and the definitions that they speak of.
func (f *fileWriter) sinks(at *said) (lines []string, defined []graph.Place) {
	// The slots' targets decide which flows pass: the binding itself may hold other reads.
	var paths []string
	for _, s := range at.slots {
		more, places := f.w.sinksAt(s.at.File, s.at.Span, s.sinks)
		paths, defined = append(paths, more...), append(defined, places...)
	}
	if len(paths) == 0 {
		paths, defined = f.w.sinksAt(f.name, at.node, at.sinks)
	}
	return wrapped(shortened(tidy(paths))), defined
}

// tellsSink reports whether an annotation at just this place tells a sink already.
func (f *fileWriter) tellsSink(node parse.Span) bool {
	return slices.ContainsFunc(f.notes, func(a *graph.Annotation) bool {
		return a.Keyword == parse.SinkKey && a.Anchor.Span == node && !f.removed(a)
	})
}

// removed reports whether a change of this round takes the whole annotation away.
func (f *fileWriter) removed(a *graph.Annotation) bool {
	return slices.ContainsFunc(f.changes, func(c Change) bool { return c.New == "" && c.Span.Contains(a.Annotation.Span) })
}

// insert writes comment lines above the place, beside the annotations that stand there already.
func (f *fileWriter) insert(s *said, lines []string, ids bool, names []name, defined []graph.Place) written {
	src := f.src.Src
	c := s.candidate
	change := Change{Kind: Missing, File: f.name, Values: s.sinks, Why: "no sink", For: defined}
	if ids {
		change.Values, change.Why = nil, "no source-id"
		for _, n := range names {
			change.Values = append(change.Values, n.values...)
		}
		for _, slot := range s.slots {
			change.For = append(change.For, slot.at)
		}
	}
	put := func(span parse.Span, text string) written {
		change.Span, change.New, change.Line = span, text, f.src.Position(span.Start).Line
		f.changes = append(f.changes, change)
		return written{len(f.changes) - 1, s.slots, !ids}
	}
	end := c.node.End
	if f.habit.trailing && ids && len(lines) == 1 && c.item && !strings.Contains(f.src.Text(c.node), "\n") && strings.TrimSpace(src[end:nextLine(src, end)]) == "" {
		return put(parse.Span{Start: end, End: end}, f.habit.gap+lines[0])
	}
	at := c.indent.Start
	var lastID, firstSink *graph.Annotation
	for _, a := range f.notes {
		if a.Anchor.Span != c.node || a.Trailing || a.Comment.Start > c.node.Start || !alone(src, a.Comment) {
			continue
		}
		switch {
		case a.Keyword == parse.SourceID:
			lastID = a
		case a.Keyword == parse.SinkKey && firstSink == nil:
			firstSink = a
		}
	}
	switch {
	case lastID != nil:
		at = nextLine(src, lastID.Comment.End)
	case ids && firstSink != nil:
		at = lineStart(src, firstSink.Comment.Start)
	}
	indent, eol := f.src.Text(c.indent), LineBreak(src)
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(indent + l + eol)
	}
	return put(parse.Span{Start: at, End: at}, b.String())
}
