package eval

import (
	"slices"
	"strconv"
	"strings"
)

// A name that is not known has an identity all the same: users.${user} defined and users.${user} read are one member, whatever the user is
// called. What such a name is made of decides which member that is; where the same name is on both sides, it decides nothing.

// symbol tells texts that are not known apart: two of the same symbol are the same text in one configuration. 0: that is not known.
type symbol uint32

// symbolOf is that of a value as a text.
func (ev *Evaluator) symbolOf(v Val) symbol {
	switch s := v.shape.(type) {
	case *strShape:
		return s.sym
	case *refShape:
		if s.path.Parent != nil && s.path.real == nil && s.path.exact() {
			return ev.symbol("." + strconv.Itoa(int(s.path.id)))
		}
	}
	return 0
}

// symbol numbers what a text is made of.
func (ev *Evaluator) symbol(parts string) symbol {
	n, ok := ev.symbols[parts]
	if !ok {
		if ev.symbols == nil {
			ev.symbols = map[string]symbol{}
		}
		n = symbol(len(ev.symbols) + 1)
		ev.symbols[parts] = n
	}
	return n
}

// composed collects what a text is put together from.
type composed struct {
	parts  strings.Builder
	only   symbol // where it is one value and nothing else
	pieces int
	lost   bool // a part of it has no identity
}

func (c *composed) text(s string) {
	if s != "" {
		c.pieces++
		c.parts.WriteString("t" + strconv.Itoa(len(s)) + ":" + s)
	}
}

func (c *composed) value(sym symbol) {
	c.lost = c.lost || sym == 0
	c.pieces++
	c.only = sym
	c.parts.WriteString("v" + strconv.Itoa(int(sym)) + ";")
}

func (c *composed) symbol(ev *Evaluator) symbol {
	switch {
	case c.lost:
		return 0
	case c.pieces == 1:
		return c.only
	}
	return ev.symbol(c.parts.String())
}

// openName is what is known of the names of a definition that are not known, from the inside out.
type openName struct {
	depth int // the names of the path up to this one, with it
	sym   symbol
	up    *openName
}

// at is the identity of the name at a depth.
func (n *openName) at(depth int) symbol {
	for ; n != nil; n = n.up {
		if n.depth == depth {
			return n.sym
		}
	}
	return 0
}

func (n *openName) equal(o *openName) bool {
	for n != o {
		if n == nil || o == nil || n.depth != o.depth || n.sym != o.sym {
			return false
		}
		n, o = n.up, o.up
	}
	return true
}

// choice is a member that is selected by a name that is not known and has an identity. What the name is made of counts as one origin, that of
// a path by itself, until it is known what is defined under which name.
type choice struct {
	path  *Path // what is selected
	depth int   // as in named
	sym   symbol
	org   Origins // of the name
}

type choiceKey struct {
	path  *Path
	depth int
	sym   symbol
	org   string
}

// chosenName is such a name in a selection.
type chosenName struct {
	at  int // where in its path
	sym symbol
	org Origins
}

// member is v.name; same says that it is the attribute of a set that is bound under the same name, whatever that is.
func (ev *Evaluator) member(v Val, name string, sym symbol) (_ Val, same bool) {
	if s, ok := v.shape.(*setShape); ok && sym != 0 && s.base == nil {
		for i := len(s.attrs) - 1; i >= 0; i-- {
			if a := &s.attrs[i]; a.sym == sym {
				if a.maybe {
					break
				}
				return ev.force(a.val).with(v.org), true
			} else if matches(a.name, name) || matches(name, a.name) {
				break // it may come after, and be the same
			}
		}
	}
	return ev.sel(v, name), false
}

// chosen is what the name of a selected member, count names from the end of what was selected, adds to what is selected.
func (ev *Evaluator) chosen(v Val, count int, sym symbol, org Origins) Val {
	r, ok := v.shape.(*refShape)
	if !ok || sym == 0 || len(org) == 0 || r.path.real != nil || r.path.Root.Arg != "" || ev.within == nil || ev.within.home() || ev.within.Class.Flake || ev.within.Class == Plain {
		return v.with(org)
	}
	depth := r.path.Len() - count
	for q := r.path; q != nil; q = q.Parent {
		if q.Len() < depth && !known(q.Name) || q.Len() == depth && (known(q.Name) || q.Parent.Parent == nil) {
			return v.with(org) // not below one registry
		}
	}
	return v.with(Origins{from(ev.choicePath(choice{r.path, depth, sym, org}), Whole, nil)})
}

// choicePath is the path that stands for a choice.
func (ev *Evaluator) choicePath(c choice) *Path {
	key := choiceKey{c.path, c.depth, c.sym, c.org.places()}
	p := ev.choiceOf[key]
	if p == nil {
		ev.choices = append(ev.choices, c)
		p = ev.newPath(nil, "", &Root{choice: len(ev.choices)})
		if ev.choiceOf == nil {
			ev.choiceOf = map[choiceKey]*Path{}
		}
		ev.choiceOf[key] = p
	}
	return p
}

// places tells sets of origins apart by where they are read, too.
func (os Origins) places() string {
	b := []byte(os.text())
	for _, o := range os {
		b = strconv.AppendUint(append(b, ' '), uint64(o.read), 10)
		b = strconv.AppendUint(append(b, '<'), uint64(o.why), 10)
	}
	return string(b)
}

// chosenBelow are the origins of what is selected at below of what was selected at a path: a choice of that is one of this.
func (ev *Evaluator) chosenBelow(os Origins, at, below *Path) Origins {
	if len(ev.choices) == 0 {
		return os
	}
	for i, o := range os {
		n := ev.pathOf[o.rank>>aspectBits].Root.choice
		if n == 0 || ev.choices[n-1].path != at || o.asks() != Whole {
			continue
		}
		c := ev.choices[n-1]
		c.path = below
		o.rank = rankOf(ev.choicePath(c), Whole)
		rest := append(slices.Clone(os[:i]), os[i+1:]...)
		return ev.chosenBelow(union(rest, Origins{o}), at, below)
	}
	return os
}

// choose puts what the names of selected members are made of in place of their choices, once all definitions are known, and drops it where
// the name decides nothing.
func (ev *Evaluator) choose() {
	if len(ev.choices) == 0 {
		return
	}
	c := &chooser{ev: ev, at: map[*Path][]int{}, over: map[*Path][]int{}, same: make([]Set, len(ev.choices)), others: make([]Set, len(ev.choices))}
	c.read()
	for _, d := range ev.Definitions {
		if org := c.origins(d.origins, d.In); len(org) != len(d.origins) || len(org) > 0 && &org[0] != &d.origins[0] {
			d.origins = org.pruned()
		}
		d.null, d.size = c.origins(d.null, d.In), c.origins(d.size, d.In)
		d.gates = c.gate(d.gates, d.In)
	}
	for _, d := range ev.Dropped {
		d.origins = c.origins(d.origins, nil)
	}
}

// chooser finds out which choices decide something.
type chooser struct {
	ev     *Evaluator
	at     map[*Path][]int // choices by the registry that they choose from
	over   map[*Path][]int // by what is above that
	same   []Set           // by choice: where a definition of the same name is there
	others []Set           // where one of another name may be
}

func (c *chooser) read() {
	for i, x := range c.ev.choices {
		q := x.path.upTo(x.depth - 1)
		c.at[q] = append(c.at[q], i)
		for ; q != nil; q = q.Parent {
			c.over[q] = append(c.over[q], i)
		}
	}
	for _, d := range c.ev.Definitions {
		if d.Names {
			continue
		}
		for _, i := range c.over[d.Path] {
			if !(d.Default && d.Known) { // a set of which the names are not known
				c.others[i] = c.others[i].union(d.In)
			}
		}
		for q := d.Path.Parent; q != nil; q = q.Parent {
			for _, i := range c.at[q] {
				c.meets(i, d)
			}
		}
	}
}

// meets holds a definition in a registry against a choice from it.
func (c *chooser) meets(i int, d *Definition) {
	x := &c.ev.choices[i]
	if !alongPath(d.Path, x.path, x.depth) {
		return
	}
	switch {
	case (d.Default || d.Apply) && !known(d.Path.upTo(x.depth).Name):
		// It holds for every member alike; where it takes the member's name, that is an origin of its own.
	case d.names.at(x.depth) != x.sym:
		c.others[i] = c.others[i].union(d.In)
	case d.Path.Len() > x.path.Len() && x.path.Len() == x.depth:
		// Of the member as a whole there is more.
	case !d.Conditional || c.ev.declaredWhole(x.path):
		c.same[i] = c.same[i].union(d.In)
	}
}

// upTo is the beginning of a path of some names.
func (p *Path) upTo(names int) *Path {
	for p.Len() > names {
		p = p.Parent
	}
	return p
}

// alongPath says whether two paths, below the name at a depth, may speak of the same.
func alongPath(a, b *Path, depth int) bool {
	a, b = a.upTo(b.Len()), b.upTo(a.Len())
	for ; a.Len() > depth; a, b = a.Parent, b.Parent {
		if a == b {
			return true
		}
		if !matches(a.Name, b.Name) && !matches(b.Name, a.Name) {
			return false
		}
	}
	return true
}

// declaredWhole says that what is at a path is an option of the tree's own: what it holds where nothing sets it is known.
func (ev *Evaluator) declaredWhole(p *Path) bool {
	q := ev.declarationOf(p)
	return q != nil && q.Len() == p.Len() && len(q.here) > 0
}

// origins are those of a set, in some configurations.
func (c *chooser) origins(os Origins, in Set) Origins {
	out := Origins(nil)
	for i, o := range os {
		n := c.ev.pathOf[o.rank>>aspectBits].Root.choice
		if n == 0 {
			if out != nil {
				out = union(out, Origins{o})
			}
			continue
		}
		if out == nil {
			out = append(make(Origins, 0, len(os)), os[:i]...)
		}
		if !in.Empty() && in.within(c.same[n-1]) && !in.meets(c.others[n-1]) {
			continue
		}
		name := c.origins(c.ev.choices[n-1].org, in).atMost(o.kind)
		if a := o.asks(); a != Whole {
			name = name.asking(a, func(a Aspect) bool { return a == Whole })
		}
		out = union(out, c.onward(name, o.why))
	}
	if out == nil {
		return os
	}
	return out
}

// onward lets origins go on through the names that a choice went through.
func (c *chooser) onward(os Origins, why uint32) Origins {
	if why == 0 {
		return os
	}
	os = c.onward(os, c.ev.hops[why].before)
	out := make(Origins, len(os))
	b := &c.ev.bindingOf[c.ev.hops[why].binding]
	b.id = c.ev.hops[why].binding
	for i, o := range os {
		o.why = c.ev.hop(b, o.why)
		out[i] = o
	}
	return out
}

func (c *chooser) gate(g *gate, in Set) *gate {
	if g == nil {
		return nil
	}
	org, up := c.origins(g.org, in), c.gate(g.up, in)
	if up == g.up && len(org) == len(g.org) && (len(org) == 0 || &org[0] == &g.org[0]) {
		return g
	}
	return &gate{up, g.depth, org}
}

// meets says whether some configuration is in both sets.
func (b Set) meets(c Set) bool {
	for i := range min(len(b), len(c)) {
		if b[i]&c[i] != 0 {
			return true
		}
	}
	return false
}
