package eval

import (
	"slices"
	"strconv"

	"nixsink/parse"
)

// logicShape is a boolean that is not known from the text, and how it is put together: what conditions say together can be
// told from that, mkIf (a || b) around mkIf b (rule 15).
type logicShape struct {
	op   logicOp
	x, y Val // of and, or; x of not

	key string // of an atom: what tells it from others; "" for one that is like no other
	// Of an atom that tests a text: what it asks of it.
	test    textTest
	subject *strShape
	text    string
}

type logicOp uint8

const (
	atom logicOp = iota
	and
	or
	not
)

// textTest is what an atom asks of a text.
type textTest uint8

const (
	noTest textTest = iota
	equals
	startsWith
	endsWith
	contains
)

func (*logicShape) what() string { return "boolean" }

// logic is x && y, x || y or x -> y of booleans of which neither decides alone.
func (ev *Evaluator) logic(op parse.Op, x, y Val, org Origins) Val {
	s := &logicShape{x: x, y: y}
	switch op {
	case parse.OpAnd:
		s.op = and
	case parse.OpOr:
		s.op = or
	case parse.OpImpl:
		s.op, s.x = or, ev.inverted(x)
	}
	return Val{shape: s, org: org}
}

// inverted is !v.
func (ev *Evaluator) inverted(v Val) Val {
	switch s := v.shape.(type) {
	case *boolShape:
		return boolean(!s.b).with(v.org)
	case *logicShape:
		if s.op == not {
			return s.x.with(v.org)
		}
	}
	return Val{shape: &logicShape{op: not, x: v}, org: ev.deep(v)}
}

// comparison is x == y or x != y where it is not known whether they are equal.
func (ev *Evaluator) comparison(x, y Val, equal bool, org Origins) Val {
	s := &logicShape{}
	r, isRef := x.shape.(*refShape)
	other := y
	if !isRef {
		r, isRef = y.shape.(*refShape)
		other = x
	}
	if isRef && r.path.exact() {
		switch l := other.shape.(type) {
		case *strShape:
			if known(l.s) {
				s.key = "=" + strconv.Itoa(int(r.path.id)) + "s" + l.s
			}
		case *intShape:
			s.key = "=" + strconv.Itoa(int(r.path.id)) + "i" + strconv.FormatInt(l.n, 10)
		case *nullShape:
			s.key = "=" + strconv.Itoa(int(r.path.id)) + "n"
		}
	}
	if a, ok := x.shape.(*strShape); ok {
		if b, ok := y.shape.(*strShape); ok {
			if known(a.s) {
				a, b = b, a
			}
			if known(b.s) {
				s.test, s.subject, s.text = equals, a, b.s
			}
		}
	}
	v := Val{shape: s, org: org}
	if !equal {
		return Val{shape: &logicShape{op: not, x: v}, org: org}
	}
	return v
}

// exact says that all names of a path are known.
func (p *Path) exact() bool {
	for ; p.Parent != nil; p = p.Parent {
		if !known(p.Name) {
			return false
		}
	}
	return true
}

// A formula is a condition over atoms, which are numbered.
type formula struct {
	op   logicOp
	n    int // the atom; -1: a constant
	b    bool
	x, y *formula
}

func (f *formula) holds(set uint) bool {
	switch f.op {
	case and:
		return f.x.holds(set) && f.y.holds(set)
	case or:
		return f.x.holds(set) || f.y.holds(set)
	case not:
		return !f.x.holds(set)
	}
	if f.n < 0 {
		return f.b
	}
	return set>>f.n&1 != 0
}

// maxAtoms is how many different things the conditions around a definition may be made of for them to be simplified.
const maxAtoms = 10

// conjunction is the conditions around a definition, all of which hold.
type conjunction struct {
	up    *conjunction
	whole Origins // all that the innermost condition is made of
	all   *formula
	atoms []atomOf
	keys  map[string]int
	org   Origins // what matters for whether all of them hold
	again bool    // some atom occurs twice
	dead  bool    // they never hold together
}

type atomOf struct {
	org  Origins
	path *Path // the option that it is, nil if it is none
}

// and adds a condition, with all that it is made of. What it and those around it do not depend on, taken together, is dropped: under b, a || b holds.
func (ev *Evaluator) and(up *conjunction, cond Val, whole Origins) *conjunction {
	c := &conjunction{up: up, whole: whole}
	if up != nil {
		c.all, c.again = up.all, up.again
		c.atoms = append(c.atoms, up.atoms...)
		c.keys = make(map[string]int, len(up.keys)+1)
		for k, n := range up.keys {
			c.keys[k] = n
		}
	} else {
		c.keys = map[string]int{}
	}
	f := ev.formula(c, cond, 0)
	if c.all == nil {
		c.all = f
	} else {
		c.all = &formula{op: and, x: c.all, y: f}
	}
	if c.again && len(c.atoms) <= maxAtoms {
		c.org = c.without(c.idle())
	} else {
		c.org = c.without(nil)
	}
	return c
}

// idle says which atoms do not matter for whether all conditions hold, and notes whether they can.
func (c *conjunction) idle() []bool {
	idle := make([]bool, len(c.atoms))
	for n := range idle {
		idle[n] = true
	}
	c.dead = true
	for set := range uint(1) << len(c.atoms) {
		holds := c.all.holds(set)
		c.dead = c.dead && !holds
		for n := range idle {
			if idle[n] && holds != c.all.holds(set^1<<n) {
				idle[n] = false
			}
		}
	}
	return idle
}

// without are the origins of all conditions, but for those that only idle atoms have.
func (c *conjunction) without(idle []bool) Origins {
	if c.up == nil || idle == nil {
		org := c.whole
		if c.up != nil {
			org = union(c.up.org, org)
		}
		return org
	}
	var needed, spare Origins
	for n, a := range c.atoms {
		if idle[n] {
			spare = union(spare, a.org)
		} else {
			needed = union(needed, a.org)
		}
	}
	var org Origins
	for q := c; q != nil; q = q.up {
		org = union(org, q.whole)
	}
	return slices.DeleteFunc(slices.Clone(org), func(o origin) bool { return spare.hasRank(o.rank) && !needed.hasRank(o.rank) })
}

// formula numbers the atoms of a condition.
func (ev *Evaluator) formula(c *conjunction, v Val, depth int) *formula {
	if depth < 40 {
		switch s := v.shape.(type) {
		case *boolShape:
			if len(v.org) == 0 {
				return &formula{n: -1, b: s.b}
			}
		case *logicShape:
			switch s.op {
			case and, or:
				return &formula{op: s.op, x: ev.formula(c, s.x, depth+1), y: ev.formula(c, s.y, depth+1)}
			case not:
				return &formula{op: not, x: ev.formula(c, s.x, depth+1)}
			}
			return c.atom(ev.atomKey(s), ev.deep(v).atMost(Control), nil)
		case *refShape:
			if s.path.exact() {
				return c.atom("."+strconv.Itoa(int(s.path.id)), ev.deep(v).atMost(Control), s.path)
			}
			return c.atom("", ev.deep(v).atMost(Control), s.path)
		}
	}
	return c.atom("", ev.deep(v).atMost(Control), nil)
}

func (ev *Evaluator) atomKey(s *logicShape) string {
	if s.key == "" {
		ev.atoms++
		s.key = "@" + strconv.Itoa(ev.atoms)
	}
	return s.key
}

func (c *conjunction) atom(key string, org Origins, path *Path) *formula {
	if key != "" {
		if n, ok := c.keys[key]; ok {
			c.again = true
			c.atoms[n].org = union(c.atoms[n].org, org)
			return &formula{n: n}
		}
		c.keys[key] = len(c.atoms)
	}
	c.atoms = append(c.atoms, atomOf{org, path})
	return &formula{n: len(c.atoms) - 1}
}
