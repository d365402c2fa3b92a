package eval

// A registry of submodules among the options of a flake itself is a set of instances, each with a config of its own: hosts of one's own kind,
// whose result is what nixosSystem makes of what the others say.

// flakeMember is one instance: what its modules say of its config, and the options that they declare.
type flakeMember struct {
	config  []Val
	options []Val
}

// flakeMemberAt is the member of a registry that p is or lies below, and the names from there to p; nil if there is none.
func (ev *Evaluator) flakeMemberAt(c *Configuration, p *Path) (*flakeMember, []string) {
	for q := p; q.Parent != nil && q.Parent.Parent != nil; q = q.Parent {
		if !known(q.Name) || len(q.Parent.here) == 0 {
			continue
		}
		if _, asked := c.instances[q]; !asked {
			if c.instances == nil {
				c.instances = map[*Path]*flakeMember{}
			}
			c.instances[q] = nil // for its own imports there is none
			c.instances[q] = ev.flakeInstance(q)
		}
		if c.instances[q] == nil {
			continue
		}
		return c.instances[q], p.namesFrom(q)
	}
	return nil, nil
}

// flakeInstance is the instance at a path by all declarations of its registry, whose types are one together; nil if there is none.
func (ev *Evaluator) flakeInstance(q *Path) *flakeMember {
	var m *flakeMember
	for _, h := range q.Parent.here {
		d := h.decl
		if d == nil || !d.Registry || !d.Nested || d.inst == nil || h.by.dead || !ev.seesAll() && !h.by.In.Has(ev.within.Number()) {
			continue
		}
		if m == nil {
			m = &flakeMember{}
		}
		for _, x := range ev.instanceModules(d.inst, q, d.inst.modules, site{d.File, d.Span}, 0) {
			m.take(ev, x.val)
		}
	}
	return m
}

// take notes what a module of an instance says.
func (m *flakeMember) take(ev *Evaluator, v Val) {
	s := v.shape.(*setShape)
	o, declares := s.get("options")
	if declares {
		m.options = append(m.options, ev.force(o.val))
	}
	if own, ok := s.get("config"); ok {
		m.config = append(m.config, ev.force(own.val).with(v.org))
	} else if !declares {
		m.config = append(m.config, v)
	}
}

// defined are the definitions that an instance makes of one of its own options.
func (m *flakeMember) defined(ev *Evaluator, names []string, p *Path) (out []Val) {
	for _, v := range m.config {
		for _, name := range names {
			if v = ev.sel(v, name); v.shape == nil || v.shape == missing {
				break
			}
		}
		if v.shape != nil && v.shape != missing && !isRefTo(v, p) {
			out = append(out, v)
		}
	}
	return out
}

// fallback is the default of an option of an instance, or what is in the default of the one around it.
func (m *flakeMember) fallback(ev *Evaluator, names []string) (Val, bool) {
	for _, v := range m.options {
		option := false
		for _, name := range names {
			if !option {
				v, option = ev.defaultIn(v)
			}
			if v = ev.sel(v, name); v.shape == missing {
				break
			}
		}
		if !option {
			v, option = ev.defaultIn(v)
		}
		if option && v.shape != nil && v.shape != missing {
			return v, true
		}
	}
	return Val{}, false
}

// defaultIn is what an option's default holds; option is false where v is a set of options, which is given back.
func (ev *Evaluator) defaultIn(v Val) (dflt Val, option bool) {
	o, ok := v.shape.(*optShape)
	if !ok {
		return v, false
	}
	args := ev.force(o.args)
	if o.over != nil {
		args = ev.update(args, ev.force(o.over))
	}
	return ev.sel(args, "default"), true
}

// flakeTruth is a condition over an option of a flake's own, as what that holds: whether a host is on.
func (ev *Evaluator) flakeTruth(v Val) Val {
	r, ok := v.shape.(*refShape)
	if !ok {
		return v
	}
	held, ok := ev.flakeValue(r.path)
	if b, is := held.shape.(*boolShape); ok && is && len(held.org) == 0 {
		return boolean(b.b)
	}
	return v
}
