package parse

// mergedSet is a set as Nix has it after merging: definitions of the same attribute joined, wherever they were written.
type mergedSet struct {
	rec     bool
	names   map[string]*mergedAttr
	order   []*mergedAttr
	dynamic []dynamicAttr
	froms   []Expr
}

type mergedAttr struct {
	name      string
	at        Span
	value     Expr       // nil for what is inherited and for sub
	sub       *mergedSet // a path's prefix, or a written set that something merged with
	inherited bool       // from the scope around
}

// dynamicAttr is ${name} = value, or ${name}.path = value.
type dynamicAttr struct {
	name  Expr
	value Expr
	sub   *mergedSet
}

// merged builds the set that bindings are, and reports what is defined twice on the way.
func (c *checker) merged(bindings []Binding, rec bool) *mergedSet {
	m := &mergedSet{rec: rec, names: make(map[string]*mergedAttr)}
	for _, b := range bindings {
		switch b := b.(type) {
		case *Attr:
			c.mergePath(m, b)
		case *Inherit:
			if b.From != nil {
				m.froms = append(m.froms, b.From)
			}
			for i := range b.Names {
				n := &b.Names[i]
				if !n.Static() {
					c.report(n.Span, "dynamic attributes not allowed in inherit")
				} else {
					c.mergeAttr(m, n.Name, &mergedAttr{name: n.Name, at: n.Span, inherited: b.From == nil})
				}
			}
		}
	}
	return m
}

// mergePath is ParserState::addAttr(attrs, attrPath, …) of Nix.
func (c *checker) mergePath(m *mergedSet, a *Attr) {
	at := a.pathSpan()
	last := len(a.Path) - 1
	for i := range a.Path[:last] {
		n := &a.Path[i]
		if !n.Static() {
			sub := &mergedSet{names: make(map[string]*mergedAttr)}
			m.dynamic = append(m.dynamic, dynamicAttr{name: n.Expr, sub: sub})
			m = sub
			continue
		}
		prior := m.names[n.Name]
		if prior == nil {
			prior = &mergedAttr{name: n.Name, at: at, sub: &mergedSet{names: make(map[string]*mergedAttr)}}
			m.add(prior)
		} else if !c.open(prior) {
			c.duplicate(pathName(a.Path[:i+1]), at, prior.at)
			return
		}
		m = prior.sub
	}
	n := &a.Path[last]
	if n.Len() == 0 {
		return // a syntax error
	}
	if !n.Static() {
		m.dynamic = append(m.dynamic, dynamicAttr{name: n.Expr, value: a.Value})
		return
	}
	c.mergeAttr(m, pathName(a.Path), &mergedAttr{name: n.Name, at: at, value: a.Value})
}

// mergeAttr is ParserState::addAttr(attrs, attrPath, symbol, def) of Nix: two sets merge, and only the first one's rec counts.
func (c *checker) mergeAttr(m *mergedSet, path string, a *mergedAttr) {
	prior := m.names[a.name]
	if prior == nil {
		m.add(a)
		return
	}
	if !prior.isSet() || !a.isSet() {
		c.duplicate(path, a.at, prior.at)
		return
	}
	c.open(prior)
	c.open(a)
	to, from := prior.sub, a.sub
	for _, sub := range from.order {
		c.mergeAttr(to, path+"."+sub.name, sub)
	}
	to.dynamic = append(to.dynamic, from.dynamic...)
	to.froms = append(to.froms, from.froms...)
}

func (m *mergedSet) add(a *mergedAttr) {
	m.names[a.name] = a
	m.order = append(m.order, a)
}

func (a *mergedAttr) isSet() bool {
	return a.sub != nil || a.value != nil && writtenAsSet(a.value) != nil
}

// open makes a written set one that others can merge into, and reports whether a is a set at all.
func (c *checker) open(a *mergedAttr) bool {
	if a.sub == nil && a.isSet() {
		s := writtenAsSet(a.value)
		a.sub, a.value = c.merged(s.Bindings, s.Rec), nil
	}
	return a.sub != nil
}

// visitMerged checks the variables of a merged set and, of a let, its body.
func (c *checker) visitMerged(m *mergedSet, body Expr) {
	if c.height++; c.height > MaxHeight {
		c.tooHigh = true
	}
	if c.tooHigh {
		c.height--
		return
	}
	for _, a := range m.order {
		if a.inherited {
			c.variable(a.name, a.at)
		}
	}
	mark := len(c.scope)
	if m.rec {
		for _, a := range m.order {
			c.bind(c.intern(a.name))
		}
	}
	for _, e := range m.froms {
		c.visit(e)
	}
	for _, a := range m.order {
		switch {
		case a.sub != nil:
			c.visitMerged(a.sub, nil)
		case a.value != nil:
			c.visit(a.value)
		}
	}
	for _, d := range m.dynamic {
		c.visit(d.name)
		if d.sub != nil {
			c.visitMerged(d.sub, nil)
		} else {
			c.visit(d.value)
		}
	}
	if body != nil {
		c.visit(body)
	}
	c.leave(mark)
	c.height--
}
