package graph

import (
	"fmt"
	"slices"
	"strings"

	"nixsink/graph/eval"
	"nixsink/parse"
)

// Part is what of a source has come somewhere.
type Part uint8

// Parts, as they follow from each other.
const (
	PartValue     Part = iota // what the source holds
	PartContents              // what the file holds that it names
	PartDigest                // what tells about either and does not hold it
	PartExistence             // that it is there, what it is called, how much of it there is
)

// A TrackSource is what a track begins with: an option, or a file whose contents are secret.
type TrackSource struct {
	Path []string // the option's names; what is not known of one is *
	File string   // the file, relative to the root, or absolute; "" for an option
}

// A Track is one definition that something of a source becomes part of, with the way to it.
type Track struct {
	Source     TrackSource
	Part       Part
	Kind       FlowKind
	Option     string
	Segments   []string // of Option; what is not known of one is *
	At         Place    // the definition
	Module     *Module
	In         *ConfSet // the configurations in which all of the way holds, nil for all
	Default    bool     // it is an option's default
	Own        bool     // the option is one of flake-parts or of an evalModules within a module
	Argument   bool     // it is no option, but part of an argument that is passed to modules
	Names      bool     // it becomes part of names below the option
	Read       Place    // where the source is read; the zero Place where that is not known
	Steps      []Step   // from the source on
	Before     *Track   // the definition that it goes on from, nil for the first
	definition *eval.Definition
	from       *eval.Path // the source
}

// Track follows what is asked for from option to option: every definition that some source becomes part of, those met first in the tree first,
// each once for each source and part. is says which options are sources. Files whose contents are secret always are. Where a definition holds no
// more than that there is something, or a hash of it, the track ends.
func (g *Graph) Track(is func(path []string) bool) []*Track {
	if g.Flows == nil || g.Flows.fl == nil {
		return nil
	}
	t := &tracker{g: g, fl: g.Flows.fl, is: is, mods: map[string]*Module{}, lists: map[*eval.Definition]*parse.List{}, read: map[*parse.File]map[string]bool{}}
	for _, m := range g.Modules {
		if m.Instance == "" {
			t.mods[m.Path] = m
		}
	}
	t.begin()
	if len(t.out) > 0 {
		t.index()
		for i := 0; i < len(t.out) && i < maxTracks; i++ {
			t.onward(t.out[i])
		}
	}
	return t.out
}

// maxTracks bounds the tracks that are gone on from.
const maxTracks = 200_000

type tracker struct {
	g     *Graph
	fl    *flows
	is    func(path []string) bool
	sides []side // by number of a path: inside of what is followed, or outside
	segs  []string
	mods  map[string]*Module
	out   []*Track
	seen  map[trackKey]bool
	trie  *pathTrie
	reads map[*eval.Path][]part
	lists map[*eval.Definition]*parse.List // what definitions are written as, if that is a list of sets
	read  map[*parse.File]map[string]bool  // by file, the names in what is read there as a file
}

// part is a definition that comes from an option, and as which of its origins.
type part struct {
	def   *eval.Definition
	which int32
}

// trackKey is what makes a track a new one.
type trackKey struct {
	source *eval.Path
	def    *eval.Definition
	part   Part
}

// source says whether a path is a source.
func (t *tracker) source(p *eval.Path) bool {
	n := p.Number()
	if n >= len(t.sides) {
		t.sides = append(t.sides, make([]side, n+1-len(t.sides))...)
	}
	if t.sides[n] == notAsked {
		t.sides[n] = outside
		if p.Root.Files || p.Parent != nil && t.is(t.names(p)) {
			t.sides[n] = inside
		}
	}
	return t.sides[n] == inside
}

// names are a path's; they hold until the next call.
func (t *tracker) names(p *eval.Path) []string {
	t.segs = t.segs[:0]
	if p.Root.Arg != "" {
		t.segs = append(t.segs, p.Root.Arg)
	}
	t.segs = p.AppendSegments(t.segs)
	for i, s := range t.segs {
		if hasHole(s) {
			t.segs[i] = strings.ReplaceAll(s, eval.Hole, "*")
		}
	}
	return t.segs
}

func (t *tracker) begin() {
	t.seen = map[trackKey]bool{}
	for _, d := range t.fl.ev.Definitions {
		if !t.fl.counts(d) {
			continue
		}
		for o := range t.fl.ev.Origins(d) {
			if !t.source(o.Path) {
				continue
			}
			s := TrackSource{Path: slices.Clone(t.names(o.Path))}
			part := PartValue
			if o.Path.Root.Files {
				s = TrackSource{File: o.Path.Name}
			}
			t.add(d, o, s, o.Path, part, nil)
		}
	}
}

// add takes up a definition that comes from an origin which holds some part of a source.
func (t *tracker) add(d *eval.Definition, o eval.Origin, s TrackSource, from *eval.Path, part Part, before *Track) {
	switch {
	case o.Asks == eval.Contents && part == PartValue:
		if before != nil && !t.ofField(before, d, o) {
			return
		}
		part = PartContents
	case o.Asks == eval.Digest:
		part = max(part, PartDigest)
	case o.Asks != eval.Whole && o.Asks != eval.Contents || o.Kind == eval.Control:
		part = PartExistence
	}
	if part == PartContents && writtenOut(d) {
		part = PartExistence // where it stands may come from the secret, as mapAttrs has it; what it holds does not
	}
	in := t.fl.inOf(d)
	if before != nil {
		// What one host reads of others goes on where it is defined; what it was made of holds where it is read.
		made := in
		if !o.Of.Empty() {
			made = t.fl.vs.setOf(o.Of)
		}
		if made = t.fl.confs.Intersection(made, before.In); made.Empty() {
			return
		}
		if o.Of.Empty() {
			in = made
		}
	}
	if k := (trackKey{from, d, part}); t.seen[k] {
		return
	} else {
		t.seen[k] = true
	}
	segs := slices.Clone(t.names(d.Path))
	out := &Track{Source: s, Part: part, Option: pathText(segs), Segments: segs, At: PlaceIn(d.File, d.Span), Module: t.mods[d.File.Name], In: in,
		Default: d.Default, Own: d.Path.Own(), Argument: d.Path.Root.Arg != "", Names: d.Names, Before: before, definition: d, from: from}
	switch o.Kind {
	case eval.Control:
		out.Kind = Control
	case eval.Key:
		out.Kind = Key
	default:
		out.Kind = Data
	}
	if d.Names && out.Kind == Data {
		out.Kind = Key
	}
	if before != nil {
		out.Steps = append(out.Steps, before.Steps...)
		out.Read = before.Read
	}
	if rd := o.Read; rd != nil {
		at := PlaceIn(rd.File, rd.Span)
		out.Steps = append(out.Steps, Step{"reads " + pathText(t.names(o.Path)), at})
		if before == nil {
			out.Read = at
		}
	}
	for _, w := range t.fl.ev.Way(o) {
		if w.File != nil {
			if step := (Step{w.What, PlaceIn(w.File, w.Span)}); len(out.Steps) == 0 || out.Steps[len(out.Steps)-1] != step {
				out.Steps = append(out.Steps, step)
			}
		}
	}
	what := "defines "
	switch {
	case d.Default:
		what = "is the default of "
	case out.Kind == Control:
		what = "decides over "
	case out.Kind == Key:
		what = "names an attribute of "
	}
	out.Steps = append(out.Steps, Step{what + out.Option, out.At})
	t.out = append(t.out, out)
}

// writtenOut reports whether the text of a definition has the whole of its value in it.
func writtenOut(d *eval.Definition) bool {
	if d.File == nil || d.Names {
		return false
	}
	switch v := d.Value.(type) {
	case string:
		return len(v) > 0 && strings.Contains(d.File.Text(d.Span), `"`+v+`"`)
	case bool, int64:
		text := strings.TrimRight(d.File.Text(d.Span), "; \t\n")
		return strings.HasSuffix(text, fmt.Sprint(v))
	}
	return false
}

// index finds the definitions that come from an option, for what goes on from one.
func (t *tracker) index() {
	t.trie, t.reads = &pathTrie{}, map[*eval.Path][]part{}
	for _, d := range t.fl.ev.Definitions {
		if !t.fl.counts(d) {
			continue
		}
		for i, p := range t.fl.ev.OriginPaths(d) {
			if p.Root.Files || p.Parent == nil {
				continue
			}
			if t.reads[p] == nil {
				t.trie.add(t.fl.ofRoot(p), p)
			}
			t.reads[p] = append(t.reads[p], part{d, int32(i)})
		}
	}
}

// onward takes up the definitions that come from what a track defines.
func (t *tracker) onward(tr *Track) {
	if tr.Part >= PartDigest || tr.Kind == Control || len(tr.Steps) > maxTrackSteps {
		return
	}
	d := tr.definition
	var above []*eval.Path
	t.trie.related(t.fl.ofRoot(d.Path), func(q *eval.Path, exact, up bool) {
		if d.Names && !up || t.source(q) {
			return
		}
		above = append(above, q)
	})
	for _, q := range above {
		for _, r := range t.reads[q] {
			if r.def != d {
				t.add(r.def, t.fl.ev.OriginAt(r.def, int(r.which)), tr.Source, tr.from, tr.Part, tr)
			}
		}
	}
}

// maxTrackSteps bounds a way.
const maxTrackSteps = 64

// sortedKeys are the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// An OptionRead is one place where an option is read, whatever comes of it.
type OptionRead struct {
	Path    []string // what is not known of a name is *
	At      Place
	In      *ConfSet
	Guard   bool // whether there is something is asked, no more
	Members bool // all below it are gone over
}

// Reads lists where the options of systems and homes are read that is says, in the order in which they were found.
func (g *Graph) Reads(is func(path []string) bool) []OptionRead {
	if g.Flows == nil || g.Flows.fl == nil {
		return nil
	}
	var out []OptionRead
	for _, r := range g.Flows.fl.ev.Reads {
		if r.Path.Parent == nil || r.Path.Root.Files || r.Path.Own() {
			continue
		}
		if path := starred(r.Path.Segments()); is(path) {
			out = append(out, OptionRead{path, PlaceIn(r.File, r.Span), g.setOf(r.In), r.How == eval.Guard, r.Members || r.Names})
		}
	}
	return out
}
