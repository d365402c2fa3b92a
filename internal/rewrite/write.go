package rewrite

import (
	"cmp"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/parse"
)

// writer plans file by file.
type writer struct {
	g     *graph.Graph
	names func() []string
	namer *namer
	flows map[*graph.Value][]*graph.Flow
	home  map[string]bool
	notes map[string][]*graph.Annotation
	all   tally
	slots map[string][]*slot // by file
	skips map[string][]Skip
}

// slot is a place that is to carry annotations: a binding, an element, an expression.
type slot struct {
	target parse.Span // what it must contain: a read, or the binding that it goes through
	at     graph.Place
	places []candidate
	place  int // index in places
	ids    []*graph.Value
	sinks  []*graph.Value // values whose sinks are told
	decl   *graph.Value   // the value declared here that gets its id
	noSink bool           // the sinks cannot be written so that they are read again
	dead   bool           // nowhere to write
}

func (s *slot) candidate() candidate { return s.places[s.place] }

// maxThrough is how many values a let binding may lead to and still carry their ids. cfg = config.my.services leads to too many: there
// the comment belongs to the reads.
const maxThrough = 3

func newWriter(g *graph.Graph) *writer {
	w := &writer{g: g, namer: newNamer(g), flows: map[*graph.Value][]*graph.Flow{}, home: map[string]bool{}, notes: map[string][]*graph.Annotation{},
		slots: map[string][]*slot{}, skips: map[string][]Skip{}}
	for _, f := range g.Flows {
		w.flows[f.From] = append(w.flows[f.From], f)
	}
	for _, m := range g.Modules {
		w.home[m.Path] = w.home[m.Path] || m.Home
	}
	for _, a := range g.Annotations {
		w.notes[a.File] = append(w.notes[a.File], a)
	}
	w.all = habitsOf(func(file string) string { return g.Files[file].Src }, g.Annotations)
	w.reads()
	w.declarations()
	w.names = func() []string {
		var names []string
		for name := range g.Files {
			names = append(names, name)
		}
		slices.Sort(names)
		return names
	}
	return w
}

// reads makes the slots for references: at the let binding that a value is read through, unless it leads to many, else at the read.
func (w *writer) reads() {
	through := map[graph.Place][]*graph.Value{}
	for _, r := range w.g.References {
		if r.Via != "" && !slices.Contains(through[r.ViaAt], r.Value) {
			through[r.ViaAt] = append(through[r.ViaAt], r.Value)
		}
	}
	byPlace := map[graph.Place]*slot{}
	for _, r := range w.g.References {
		if r.Kind == graph.Guard {
			continue
		}
		if r.Covered {
			w.coveredRead(r)
			continue
		}
		at := r.At
		if r.Via != "" && len(through[r.ViaAt]) <= maxThrough && w.usable(r.ViaAt.File) {
			at = r.ViaAt
		}
		s := byPlace[at]
		if s == nil {
			if s = w.slot(at); s == nil {
				continue
			}
			byPlace[at] = s
		}
		s.ids = appendNew(s.ids, r.Value)
		s.sinks = appendNew(s.sinks, r.Value)
	}
}

// coveredRead has the sinks told where an id stands and no sink: at the annotation's own anchor.
func (w *writer) coveredRead(r *graph.Reference) {
	for _, a := range slices.Concat(w.notes[r.At.File], w.notes[r.ViaAt.File]) {
		if a.Keyword != parse.SourceID || a.State != graph.OK || a.Trailing || a.Annotation.Anchor.Kind == parse.AnchorFile || !slices.Contains(a.Values, r.Value) {
			continue
		}
		if span := a.Anchor.Span; a.File == r.At.File && span.Contains(r.At.Span) || a.File == r.ViaAt.File && span.Contains(r.ViaAt.Span) {
			for _, s := range w.slots[a.File] {
				if s.target == span {
					s.sinks = appendNew(s.sinks, r.Value)
					return
				}
			}
			if s := w.slot(a.Anchor); s != nil {
				if s.candidate().node == span {
					s.sinks = appendNew(s.sinks, r.Value)
				}
				return
			}
		}
	}
}

// declarations makes the slots for values that have no id yet: it is written where they are declared.
func (w *writer) declarations() {
	shared := map[graph.Place]int{}
	for _, v := range w.g.Values {
		for _, p := range v.Declared {
			shared[p]++
		}
	}
	for _, v := range w.g.Values {
		if len(v.IDs) > 0 || len(v.Declared) == 0 || shared[v.Declared[0]] > 1 {
			continue // a function that declares for many can carry the id of none
		}
		at := v.Declared[0]
		s := w.slot(at)
		if s == nil {
			continue
		}
		// Only the declaration's own binding says whose id it is.
		if c := s.candidate(); !c.item || w.declaresOther(at.File, c.node, v) {
			s.dead = true
			continue
		}
		s.decl = v
		s.ids = []*graph.Value{v}
	}
}

// declaresOther reports whether the span declares a value that is neither v nor below it.
func (w *writer) declaresOther(file string, span parse.Span, v *graph.Value) bool {
	return slices.ContainsFunc(w.g.Values, func(o *graph.Value) bool {
		return o != v && !strings.HasPrefix(o.Path, v.Path+".") && slices.ContainsFunc(o.Declared, func(p graph.Place) bool {
			return p.File == file && span.Contains(p.Span)
		})
	})
}

// usable reports whether a file may be changed at all.
func (w *writer) usable(name string) bool {
	f := w.g.Files[name]
	return f != nil && !f.Errors.Syntax() && !generated(f)
}

// slot finds the places for something at a place; nil if the file must not be touched or there is none.
func (w *writer) slot(at graph.Place) *slot {
	f := w.g.Files[at.File]
	skip := func(why string) *slot {
		w.skips[at.File] = append(w.skips[at.File], Skip{at, why})
		return nil
	}
	switch {
	case f == nil:
		return nil
	case f.Errors.Syntax():
		return skip("the file has syntax errors")
	case generated(f):
		return skip("the file says that it is generated")
	}
	places := candidates(f, at.Span)
	if len(places) == 0 {
		return skip("no line here can take a comment above it")
	}
	s := &slot{target: at.Span, at: at, places: places}
	w.slots[at.File] = append(w.slots[at.File], s)
	return s
}

func appendNew(vs []*graph.Value, v *graph.Value) []*graph.Value {
	if slices.Contains(vs, v) {
		return vs
	}
	return append(vs, v)
}

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
		if s.dead && len(s.ids) > 0 {
			f.skipped = append(f.skipped, Skip{s.at, "no comment line could be placed so that it stands at this read"})
		}
	}
	return f
}

// written is an inserted line with what it was written for.
type written struct {
	change int // index in changes
	slots  []*slot
	sink   bool
}

// write makes the changes for all slots and for the annotations that are wrong.
func (f *fileWriter) write(slots []*slot) []written {
	byNode := map[parse.Span][]*slot{}
	var nodes []candidate
	for _, s := range slots {
		if s.dead {
			continue
		}
		c := s.candidate()
		if byNode[c.node] == nil {
			nodes = append(nodes, c)
		}
		byNode[c.node] = append(byNode[c.node], s)
	}
	slices.SortFunc(nodes, func(a, b candidate) int { return cmp.Compare(a.node.Start, b.node.Start) })
	var out []written
	reused := f.repair(func(span parse.Span) []*graph.Value {
		var ids []*graph.Value
		for _, s := range byNode[span] {
			for _, v := range s.ids {
				ids = appendNew(ids, v)
			}
		}
		return ids
	})
	for _, c := range nodes {
		group := byNode[c.node]
		var ids, told []*graph.Value
		noSink := false
		for _, s := range group {
			for _, v := range s.ids {
				if !slices.Contains(reused[c.node], v) {
					ids = appendNew(ids, v)
				}
			}
			for _, v := range s.sinks {
				told = appendNew(told, v)
			}
			noSink = noSink || s.noSink
		}
		indent := f.src.Text(c.indent)
		if len(ids) > 0 {
			var reads, declared []*graph.Value
			for _, v := range ids {
				if slices.ContainsFunc(group, func(s *slot) bool { return s.decl == v }) {
					declared = append(declared, v)
				} else {
					reads = append(reads, v)
				}
			}
			var lines []string
			if len(declared) > 0 { // on a line of its own: one id there means what is declared
				lines = append(lines, f.habit.lines(f.w.namer.ids(declared))...)
			}
			if len(reads) > 0 {
				lines = append(lines, f.habit.lines(f.w.namer.ids(reads))...)
			}
			out = append(out, f.insert(c, lines, indent, true, ids, group))
		}
		if len(told) == 0 || noSink || f.tellsSink(c.node) {
			continue
		}
		// The slot's target decides which flows pass: the binding itself may hold other reads.
		var paths []string
		for _, s := range group {
			paths = append(paths, f.w.sinksAt(f.name, s.target, s.sinks)...)
		}
		if len(paths) == 0 {
			paths = f.w.sinksAt(f.name, c.node, told)
		}
		slices.Sort(paths)
		if paths = slices.Compact(paths); len(paths) > 0 {
			out = append(out, f.insert(c, []string{f.habit.sinkLine(shortened(paths))}, indent, false, told, group))
		}
	}
	return out
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
func (f *fileWriter) insert(c candidate, lines []string, indent string, ids bool, values []*graph.Value, group []*slot) written {
	src := f.src.Src
	eol := lineBreak(src)
	end := c.node.End
	if f.habit.trailing && ids && len(lines) == 1 && c.item && !strings.Contains(f.src.Text(c.node), "\n") && strings.TrimSpace(src[end:nextLine(src, end)]) == "" {
		f.changes = append(f.changes, Change{Missing, f.name, parse.Span{Start: end, End: end}, " " + lines[0], f.src.Position(end).Line, values, "no source-id"})
		return written{len(f.changes) - 1, group, false}
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
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(indent + l + eol)
	}
	reason := "no sink"
	if ids {
		reason = "no source-id"
	}
	f.changes = append(f.changes, Change{Missing, f.name, parse.Span{Start: at, End: at}, b.String(), f.src.Position(at).Line, values, reason})
	return written{len(f.changes) - 1, group, !ids}
}

// settled reads the changed text again and moves every slot outwards whose line does not stand at its target. It reports whether
// nothing had to move.
func (f *fileWriter) settled(lines []written) bool {
	order := make([]int, len(f.changes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(f.changes[a].Span.Start, f.changes[b].Span.Start) })
	sorted := make([]Change, len(order))
	newAt := make([]int32, len(order)) // offset of a change's text in the new source
	delta, done := int32(0), int32(0)
	for i, o := range order {
		sorted[i] = f.changes[o]
		newAt[o] = sorted[i].Span.Start + delta
		if sorted[i].Span.Start >= done {
			delta += int32(len(sorted[i].New)) - int32(sorted[i].Span.Len())
			done = sorted[i].Span.End
		}
	}
	moved := func(at int32) int32 { // where an old offset is now
		d, done := int32(0), int32(0)
		for _, c := range sorted {
			if c.Span.Start > at {
				break
			}
			if c.Span.Start >= done {
				d += int32(len(c.New)) - int32(c.Span.Len())
				done = c.Span.End
			}
		}
		return at + d
	}
	next := parse.Parse(f.name, splice(f.src.Src, sorted))
	annotations, _, _ := next.Annotations()
	ok := true
	for _, l := range lines {
		c := f.changes[l.change]
		text := parse.Span{Start: newAt[l.change], End: newAt[l.change] + int32(len(c.New))}
		// A trailing comment that pushes at its own end would move the code before it.
		for _, s := range l.slots {
			if s.dead {
				continue
			}
			t := parse.Span{Start: moved(s.target.Start), End: moved(s.target.End-1) + 1}
			found, stands, names := 0, true, true
			for _, a := range annotations {
				if !text.Contains(a.Span) {
					continue
				}
				found++
				stands = stands && a.Anchor.Contains(t) && (a.Anchor.Kind != parse.AnchorFile || s.candidate().whole)
				names = names && a.Malformed == "" && (!l.sink || len(a.Paths) > 0 && !a.Prose)
			}
			if found > 0 && stands && names {
				continue
			}
			ok = false
			if l.sink {
				s.noSink = true
				continue
			}
			if s.place+1 < len(s.places) && (found == 0 || !stands) && s.decl == nil {
				s.place++
			} else {
				s.dead = true
			}
		}
	}
	return ok
}
