package rewrite

import (
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/parse"
)

// writer knows what has to be said in a tree, and plans it file by file.
type writer struct {
	g     *graph.Graph
	names func() []string
	namer *namer
	stops map[*graph.Value]map[string][]stop // by file, in the order of offsets; made when asked for
	home  map[string]bool
	notes map[string][]*graph.Annotation
	all   tally
	slots map[string][]*slot // by file
	skips map[string][]Skip
}

// slot is a place of which something has to be said: a read, or a declaration.
type slot struct {
	at       graph.Place // the read or declaration
	target   parse.Span  // what the comment's anchor must contain
	places   []candidate
	place    int            // index in places
	reads    []*graph.Value // that have no id here yet
	dynamic  []*graph.Value // those of them that no name in the text tells
	declares []name         // what is declared here and has no id yet
	sinks    []*graph.Value // values whose sinks are told here
	noSink   bool           // the sinks cannot be written so that they are read again
	dead     bool           // nowhere to write
}

func (s *slot) candidate() candidate { return s.places[s.place] }

func newWriter(g *graph.Graph) *writer {
	w := &writer{g: g, namer: newNamer(g), stops: map[*graph.Value]map[string][]stop{}, home: map[string]bool{}, notes: map[string][]*graph.Annotation{},
		slots: map[string][]*slot{}, skips: map[string][]Skip{}}
	for _, m := range g.Modules {
		w.home[m.Path] = w.home[m.Path] || m.Home
	}
	for _, a := range g.Annotations {
		w.notes[a.File] = append(w.notes[a.File], a)
	}
	w.all = habitsOf(func(file string) string { return g.Files[file].Src }, g.Annotations)
	w.reads()
	w.declarations()
	for file, slots := range w.slots {
		gather(g.Files[file], slots, w.notes[file])
	}
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

// reads makes the slots for references. What is read through cfg = config.my.x is told where cfg.port stands, not at cfg: only
// there is it known where the value goes.
func (w *writer) reads() {
	byPlace := map[graph.Place]*slot{}
	for _, r := range w.g.References {
		if r.Kind == graph.Guard {
			continue
		}
		if r.Covered {
			w.coveredRead(r)
			continue
		}
		if w.waived(r.At, "missing-source-id") {
			continue
		}
		s := byPlace[r.At]
		if s == nil {
			if s = w.slot(r.At); s == nil {
				continue
			}
			byPlace[r.At] = s
		}
		s.reads = appendNew(s.reads, r.Value)
		if !w.waived(r.At, "missing-sink") {
			s.sinks = appendNew(s.sinks, r.Value)
		}
		if r.Kind == graph.Dynamic {
			s.dynamic = appendNew(s.dynamic, r.Value)
		}
	}
}

// coveredRead has the sinks told where an id stands: at the innermost annotation that covers the read.
func (w *writer) coveredRead(r *graph.Reference) {
	var best *graph.Annotation
	target := r.At
	for _, at := range []graph.Place{r.At, r.ViaAt} {
		for _, a := range w.notes[at.File] {
			if a.Keyword == parse.SourceID && a.State == graph.OK && a.Annotation.Anchor.Kind != parse.AnchorFile && a.Anchor.Span.Contains(at.Span) &&
				speaks(a, r) && (best == nil || best.Anchor.Span.Len() > a.Anchor.Span.Len()) {
				best, target = a, at
			}
		}
		if best != nil {
			break
		}
	}
	if best == nil || !w.usable(best.File) || w.waived(r.At, "missing-sink") {
		return
	}
	for _, c := range candidates(w.g.Files[best.File], best.Anchor.Span) {
		if c.node == best.Anchor.Span {
			w.slots[best.File] = append(w.slots[best.File], &slot{at: r.At, target: target.Span, places: []candidate{c}, sinks: []*graph.Value{r.Value}})
			return
		}
	}
}

// waived reports whether people said that nothing is missing at a place, and why.
func (w *writer) waived(at graph.Place, check string) bool {
	return slices.ContainsFunc(w.notes[at.File], func(a *graph.Annotation) bool {
		return a.Keyword == parse.Waiver && a.Check == check && a.Reason != "" && a.Malformed == "" && a.Anchor.Span.Contains(at.Span)
	})
}

// speaks reports whether an annotation names a value that is read, or what it is a member of.
func speaks(a *graph.Annotation, r *graph.Reference) bool {
	return slices.ContainsFunc(a.Values, func(v *graph.Value) bool {
		return v == r.Value || r.Kind == graph.Dynamic && within(r.Value, v) || r.Value.Path == v.Path+".*" || graph.InHome(r.Value.Path) == v.Path
	})
}

// within reports whether a value lies below another.
func within(v, above *graph.Value) bool { return strings.HasPrefix(v.Path, above.Path+".") }

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

// maxList is how many lines a list may have whose elements are told above it, all at once.
const maxList = 12

// gather moves what several elements of a list have to say to the binding that the list belongs to: one comment above it, not one above
// every line. A long list, one with elements of several lines and one that people annotate inside are left as they are.
func gather(f *parse.File, slots []*slot, notes []*graph.Annotation) {
	around := map[parse.Span][]*slot{} // by binding
	inside := map[parse.Span]int{}     // elements among them
	for _, s := range slots {
		c := s.candidate()
		switch {
		case c.whole || len(s.declares) > 0:
		case !c.element:
			around[c.node] = append(around[c.node], s)
		case s.place+1 < len(s.places) && s.places[s.place+1].item && !s.places[s.place+1].element:
			node := s.places[s.place+1].node
			around[node] = append(around[node], s)
			inside[node]++
		}
	}
	for node, group := range around {
		if inside[node] == 0 || len(group) < 2 {
			continue
		}
		lines := strings.Count(f.Text(node), "\n") + 1
		apart := lines > maxList || slices.ContainsFunc(group, func(s *slot) bool {
			c := s.candidate()
			return c.element && (strings.Contains(f.Text(c.node), "\n") || len(s.reads) == 0 ||
				slices.ContainsFunc(notes, func(a *graph.Annotation) bool { return a.Anchor.Span == c.node }))
		}) || slices.ContainsFunc(notes, func(a *graph.Annotation) bool {
			return a.Keyword == parse.SourceID && a.Annotation.Anchor.Kind == parse.AnchorElement && node.Contains(a.Anchor.Span)
		})
		for _, s := range group {
			if !apart && s.candidate().element {
				s.place++
			}
		}
	}
}

func appendNew(vs []*graph.Value, v *graph.Value) []*graph.Value {
	if slices.Contains(vs, v) {
		return vs
	}
	return append(vs, v)
}
