package eval

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"nixsink/parse"
)

// hole stands in a name or string for text that is not known. NUL cannot occur in a Nix string, so it never clashes.
const hole = "\x00"

// Path is an option path: one node of a tree that is shared by all that speak of the same option, so identity is the pointer.
// A segment that is not known is Hole; "app.\x00" is a name of which only the beginning is known.
type Path struct {
	Parent *Path  // nil for the root
	Name   string // "" for the root
	Root   *Root
	id     uint32
	depth  uint32 // number of segments
	kids   map[string]*Path
	own    bool  // the options of a configuration of its own are below it: of a container
	real   *Path // of a view (see viewOf): the option that it speaks of

	here  []declaredHere // what is declared at this very path
	below Set            // the configurations in which something is declared here or below
	asked [4]uint32      // by kind of question: the summary that asked last
}

// Root tells what a path starts from: the config of systems, that of homes of their own, that of one configuration that is neither (a
// flake-parts flake, an evalModules of its own), a module argument that holds central values, or the files whose contents are secret.
type Root struct {
	Arg   string // the argument's name, "" for config
	Home  bool
	Conf  *Configuration
	Files bool // a path below it is of one segment, the name of a file

	choice int // of what is no option, but the name of a selected member (choose): its number, from 1

	of []*Configuration // of a view: those that it may be the config of
}

// Hole is the segment of a name that is not known.
const Hole = hole

// Segments returns the names from the root down.
func (p *Path) Segments() []string { return p.AppendSegments(nil) }

// AppendSegments appends the names from the root down to segs.
func (p *Path) AppendSegments(segs []string) []string {
	n := len(segs) + p.Len()
	segs = slices.Grow(segs, p.Len())[:n]
	for q := p; q.Parent != nil; q = q.Parent {
		n--
		segs[n] = q.Name
	}
	return segs
}

// Number is the number of p among all paths of its evaluator, which start at 0.
func (p *Path) Number() int { return int(p.id) }

// Own says that a path is an option of a configuration whose options are not the system's: those of flake-parts modules, of an
// evalModules within a module. Values go through them, and end in none.
func (p *Path) Own() bool {
	c := p.Root.Conf
	return c != nil && (c.Class.Flake || c.Parent != nil)
}

// Within is how many names lead to the innermost configuration of its own that p is below, a container; 0 if it is in none.
func (p *Path) Within() int {
	for q := p.Parent; q != nil; q = q.Parent {
		if q.Itself().own {
			return q.Len()
		}
	}
	return 0
}

// Len is the number of segments.
func (p *Path) Len() int { return int(p.depth) }

func (ev *Evaluator) newPath(parent *Path, name string, root *Root) *Path {
	p := &Path{Parent: parent, Name: name, Root: root, id: uint32(len(ev.pathOf))}
	if parent != nil {
		p.depth = parent.depth + 1
	}
	ev.pathOf = append(ev.pathOf, p)
	return p
}

func (ev *Evaluator) child(p *Path, name string) *Path {
	if ev.cur != nil && p == ev.cur.around {
		ev.cur.fixed = true
	}
	if k, ok := p.kids[name]; ok {
		return k
	}
	if p.kids == nil {
		p.kids = map[string]*Path{}
	}
	k := ev.newPath(p, name, p.Root)
	p.kids[name] = k
	if p.real != nil {
		k.real = ev.child(p.real, name)
	}
	return k
}

// Below is the path some names below another one.
func (ev *Evaluator) Below(p *Path, names []string) *Path { return ev.at(p, names...) }

func (ev *Evaluator) at(p *Path, names ...string) *Path {
	for _, n := range names {
		p = ev.child(p, n)
	}
	return p
}

// Kind is the part that an origin has in a value, weakest first.
type Kind uint8

// Kinds of origin.
const (
	Control Kind = iota + 1 // it decides whether, or which
	Key                     // it is in an attribute's name
	Data                    // it is part of the value
)

// Read is one place where an option is read.
type Read struct {
	Path     *Path
	File     *parse.File
	Span     parse.Span
	How      How
	Via      string // the let binding it reads through
	ViaFile  *parse.File
	ViaSpan  parse.Span
	Unknown  string // why a segment of the path is not known, "" if all are
	Names    bool   // only the names of its attributes are read
	Members  bool   // all members of Path's parent are gone over
	Selected bool   // something below it is read through this
	Consumed bool   // its value itself is used

	In Set // the configurations in which it is read; none: no configuration evaluates it
	Of Set // the configurations of which it is read, where that is told; none: of those that read it

	by []*Summary
	of []*Root // of views
	id uint32  // in Evaluator.readOf
}

// How is the way of a read.
type How uint8

// Ways of a read.
const (
	Direct How = iota
	Alias
	With
	Dynamic
	Guard
)

// Aspect is what of an option something comes from.
type Aspect uint8

// Aspects of an option. Ask what is asked: what comes from one of them does not come from what has no part in it.
const (
	Whole    Aspect = iota // what it holds
	Names                  // the names of its attributes
	Presence               // whether there is something at its path
	Nullness               // whether it is null
	Size                   // how many elements or attributes it has
	Defined                // whether something sets it
	Contents               // what the file holds that it names
	Digest                 // something that tells about it, or about those contents, and does not hold them: a hash, a comparison
	aspects
)

// aspectBits is how many bits of a rank tell the aspect.
const aspectBits = 3

// Origin says that a definition comes from an option.
type Origin struct {
	Path  *Path
	Asks  Aspect
	Names bool // from the names of its attributes only, or from whether there is something: not from what is there
	Guard bool // with Names: only from whether there is something at Path
	Kind  Kind
	Read  *Read // where it was read, nil if that is no place of its own
	Of    Set   // the configurations whose option it is, where that is told; none: that of the same one
	raw   *Path
	why   uint32
}

// Origins are the options that d comes from, those that were met first in the tree first.
func (ev *Evaluator) Origins(d *Definition) iter.Seq[Origin] {
	return func(yield func(Origin) bool) {
		for i := range d.origins {
			if !yield(ev.OriginAt(d, i)) {
				return
			}
		}
	}
}

// OriginAt is one of d's Origins, counted from 0.
func (ev *Evaluator) OriginAt(d *Definition, i int) Origin {
	o := d.origins[i]
	asks, p := o.asks(), ev.pathOf[o.rank>>aspectBits]
	x := Origin{Path: p.Itself(), Asks: asks, Names: asks == Names || asks == Presence, Guard: asks == Presence, Kind: o.kind, Read: ev.readOf[o.read], raw: p, why: o.why}
	switch {
	case p.real != nil:
		x.Of = p.Root.ofView()
	case p.Root == ev.PlainConfig.Root:
		x.Of = ev.fromPlain(d.In)
	}
	return x
}

// OriginPaths are the paths of d's Origins, and which each is of them.
func (ev *Evaluator) OriginPaths(d *Definition) iter.Seq2[int, *Path] {
	return func(yield func(int, *Path) bool) {
		for i, o := range d.origins {
			if !yield(i, ev.pathOf[o.rank>>aspectBits].Itself()) {
				return
			}
		}
	}
}

// Step is one name that a value goes through between its read and its definition.
type Step struct {
	What string
	File *parse.File
	Span parse.Span
}

// Way are the names that an origin's value goes through, from the read on.
func (ev *Evaluator) Way(o Origin) []Step {
	var out []Step
	for i := o.why; i != 0; i = ev.hops[i].before {
		b := ev.bindingOf[ev.hops[i].binding]
		what := "bound to " + b.name
		if b.arg {
			what = "argument " + b.name
		}
		out = append(out, Step{what, b.site.file, b.site.span})
	}
	slices.Reverse(out)
	return out
}

// origin is an Origin within the evaluator. There are millions of them, so it has numbers in place of pointers: the
// garbage collector need not look into a set.
type origin struct {
	rank uint32 // the path's id and, in the lowest bits, the aspect
	read uint32 // index in Evaluator.readOf
	why  uint32 // index in Evaluator.hops, the last name that it went through
	kind Kind
}

func (o origin) asks() Aspect { return Aspect(o.rank & (1<<aspectBits - 1)) }

// rankOf numbers an aspect of what is at a path.
func rankOf(p *Path, a Aspect) uint32 { return p.id<<aspectBits | uint32(a) }

// hop is a name on the way of an origin.
type hop struct {
	binding uint32 // index in Evaluator.bindingOf
	before  uint32 // the hop before it, 0 for none
}

// from is the origin of what is read at a path.
func from(p *Path, a Aspect, rd *Read) origin {
	o := origin{rank: rankOf(p, a), kind: Data}
	if rd != nil {
		o.read = rd.id
	}
	return o
}

// guarded is the origin of whether there is something at a path.
func guarded(p *Path, g *Read) Origins { return Origins{from(p, Presence, g)} }

// Origins is a set of origins, sorted by rank, each aspect of a path once with its strongest kind. It is never changed in place.
type Origins []origin

func union(a, b Origins) Origins {
	if len(a) == 0 {
		return b
	}
	if len(b) == 0 || (len(a) == len(b) && &a[0] == &b[0]) {
		return a
	}
	// b within a is common (the same condition over and over): find out before allocating.
	if covers(a, b) {
		return a
	}
	if covers(b, a) {
		return b
	}
	out := make(Origins, 0, len(a)+len(b))
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		ra, rb := a[i].rank, b[j].rank
		switch {
		case ra < rb:
			out = append(out, a[i])
			i++
		case rb < ra:
			out = append(out, b[j])
			j++
		default:
			if b[j].kind > a[i].kind {
				out = append(out, b[j])
			} else {
				out = append(out, a[i])
			}
			i++
			j++
		}
	}
	out = append(out, a[i:]...)
	return append(out, b[j:]...)
}

// gathering is a union of many sets. It gives what union after union gives, without a new set at each step: a list of n
// parts would cost n² otherwise.
type gathering struct {
	set Origins
	own bool // set was made here and may be changed
}

func (g *gathering) add(b Origins) {
	a := g.set
	if len(b) == 0 || len(a) == len(b) && &a[0] == &b[0] || len(a) > 0 && covers(a, b) {
		return
	}
	if len(a) == 0 || covers(b, a) {
		g.set, g.own = b, false
		return
	}
	if !g.own {
		g.set, g.own = append(make(Origins, 0, len(a)+len(b)), a...), true
		a = g.set
	}
	fresh := 0
	i := 0
	for _, o := range b {
		r := o.rank
		for i < len(a) && a[i].rank < r {
			i++
		}
		switch {
		case i == len(a) || a[i].rank != r:
			fresh++
		case o.kind > a[i].kind:
			a[i] = o
		}
	}
	if fresh == 0 {
		return
	}
	// From the back, so that nothing is overwritten before it was moved.
	i, j := len(a)-1, len(b)-1
	g.set = slices.Grow(a, fresh)[:len(a)+fresh]
	for k := len(g.set) - 1; j >= 0; k-- {
		switch {
		case i < 0 || g.set[i].rank < b[j].rank:
			g.set[k] = b[j]
			j--
		default:
			if g.set[i].rank == b[j].rank {
				j--
			}
			g.set[k] = g.set[i]
			i--
		}
	}
}

// done ends the gathering.
func (g *gathering) done() Origins {
	g.own = false
	return slices.Clip(g.set)
}

func covers(a, b Origins) bool {
	if len(b) > len(a) {
		return false
	}
	i := 0
	for _, o := range b {
		r := o.rank
		for i < len(a) && a[i].rank < r {
			i++
		}
		if i == len(a) || a[i].rank != r || a[i].kind < o.kind {
			return false
		}
		i++
	}
	return true
}

// atMost weakens every origin to kind k.
func (os Origins) atMost(k Kind) Origins {
	weak := true
	for _, o := range os {
		if o.kind > k {
			weak = false
			break
		}
	}
	if weak {
		return os
	}
	if k == Control && slices.ContainsFunc(os, func(o origin) bool { return o.asks() == Digest }) {
		os = os.asking(Whole, func(a Aspect) bool { return a == Digest }) // to decide is to tell, whatever it is that tells
	}
	out := make(Origins, len(os))
	for i, o := range os {
		o.kind = min(o.kind, k)
		out[i] = o
	}
	return out
}

// has says whether an origin is of kind k.
func (os Origins) has(k Kind) bool {
	return slices.ContainsFunc(os, func(o origin) bool { return o.kind == k })
}

// hasRank says whether there is an origin of a rank.
func (os Origins) hasRank(rank uint32) bool {
	_, ok := slices.BinarySearchFunc(os, rank, func(o origin, r uint32) int { return cmp.Compare(o.rank, r) })
	return ok
}

// only keeps the origins of kind k. What an aspect decides of an option that has a greater part as a whole is not kept.
func (os Origins) only(k Kind) Origins {
	var out Origins
	for i, o := range os {
		if o.kind == k && !os.within(i) {
			out = append(out, o)
		}
	}
	return out
}

// within says that the option as a whole is an origin too, in a part at least as great as that of the aspect at i.
func (os Origins) within(i int) bool {
	o := os[i]
	if a := o.asks(); a < Nullness || a >= Contents {
		return false
	}
	for i--; i >= 0 && os[i].rank>>aspectBits == o.rank>>aspectBits; i-- {
		if os[i].asks() == Whole {
			return os[i].kind >= o.kind
		}
	}
	return false
}

// pruned drops the aspects of options that are origins as a whole.
func (os Origins) pruned() Origins {
	for i := range os {
		if os.within(i) {
			out := slices.Clone(os[:i])
			for j := i + 1; j < len(os); j++ {
				if !os.within(j) {
					out = append(out, os[j])
				}
			}
			return out
		}
	}
	return os
}

// withoutNames drops the names that are in key: what exists under a name depends on that name by its key alone.
func (os Origins) withoutNames(key Origins) Origins {
	drop := func(o origin) bool {
		return (o.asks() == Names || o.asks() == Presence) && slices.ContainsFunc(key, func(k origin) bool { return k.rank == o.rank })
	}
	if !slices.ContainsFunc(os, drop) {
		return os
	}
	return slices.DeleteFunc(slices.Clone(os), drop)
}

// through adds a name to the way of every origin.
func (ev *Evaluator) through(os Origins, b *binding) Origins {
	if len(os) == 0 {
		return os
	}
	out := make(Origins, len(os))
	for i, o := range os {
		o.why = ev.hop(b, o.why)
		out[i] = o
	}
	return out
}

func (ev *Evaluator) hop(b *binding, before uint32) uint32 {
	if b.id == 0 {
		b.id = ev.bindings[b.site]
		if b.id == 0 {
			b.id = uint32(len(ev.bindingOf))
			ev.bindings[b.site] = b.id
			ev.bindingOf = append(ev.bindingOf, binding{name: b.name, arg: b.arg, site: b.site}) // not b, which would keep its call
		}
	}
	// The same origins go through the same names again and again: the newest hops are looked up first.
	h := hop{b.id, before}
	recent := &ev.recentHops[(b.id*0x9E3779B1^before*0x85EBCA77)>>(32-recentHopBits)]
	if ev.hops[*recent] != h {
		ev.hops = append(ev.hops, h)
		*recent = uint32(len(ev.hops) - 1)
	}
	return *recent
}

const recentHopBits = 12

// joinText concatenates two partly known texts; neighbouring holes are one, and a text too long to be a name is not kept.
func joinText(a, b string) string {
	const longest = 1 << 14
	if a == "" {
		return b
	}
	if b == "" {
		return a
	}
	if strings.HasSuffix(a, hole) && strings.HasPrefix(b, hole) {
		b = b[1:]
	}
	if len(a)+len(b) > longest {
		if len(a) > longest/2 {
			a = a[:longest/2]
		}
		return strings.TrimSuffix(a, hole) + hole
	}
	return a + b
}

func known(s string) bool { return strings.IndexByte(s, 0) < 0 }
