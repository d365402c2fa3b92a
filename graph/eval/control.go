package eval

// control is what decides over a definition, from the outside in.
type control struct {
	org      Origins // all of it
	plain    Origins // without the conditions of conds
	conds    *conjunction
	gates    *gate
	priority int  // of mkOverride; 0: none
	doubt    bool // something decides that is made of no option
	sets     *nesting
	names    *openName
}

// nesting is the sets that a definition stands in, from the inside out.
type nesting struct {
	set *setShape
	up  *nesting
}

// in says whether a definition stands in a set: one that holds itself is defined once.
func (n *nesting) in(s *setShape) bool {
	for ; n != nil; n = n.up {
		if n.set == s {
			return true
		}
	}
	return false
}

// A gate is a condition and the path at which it stands: what is above is there whatever it says.
type gate struct {
	up    *gate
	depth int // names of the path
	org   Origins
}

// add puts what follows under something that decides by origins alone.
func (c control) add(org Origins, p *Path) control {
	if len(org) == 0 {
		return c
	}
	c.plain = union(c.plain, org)
	c.org = union(c.org, org)
	c.gates = &gate{c.gates, p.Len(), org}
	c.doubt = true
	return c
}

// when puts what follows under mkIf. org is what it is made of.
func (ev *Evaluator) when(c control, cond Val, org Origins, p *Path) control {
	if b, ok := cond.shape.(*boolShape); ok && len(cond.org) == 0 {
		c.doubt = c.doubt || !b.b
		return c.add(org, p)
	}
	c.conds = ev.and(c.conds, cond, org)
	c.org = union(c.plain, c.conds.org)
	c.gates = &gate{c.gates, p.Len(), org}
	c.doubt = true
	return c
}

// gate is the number of names of the path at which an option decides over d, if it does: from there on nothing is there
// unless it says so.
func (d *Definition) gate(p *Path) (depth int, ok bool) {
	for g := d.gates; g != nil; g = g.up {
		if g.org.hasPath(p) {
			depth, ok = g.depth, true // those further out come later
		}
	}
	return depth, ok
}
