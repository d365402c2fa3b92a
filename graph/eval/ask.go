package eval

// Ask what is asked: whether something is null, how many elements it has and whether a name is there are questions apart from
// what it holds (rule 14).

// asking is what asks an aspect of a part of config.
func (ev *Evaluator) asking(v Val, a Aspect) Origins {
	r, ok := v.shape.(*refShape)
	if !ok || r.path.Parent == nil && !ev.plainRoot(r.path) {
		return ev.origins(v)
	}
	if r.read != nil {
		r.read.Consumed = true
	}
	o := from(r.path, a, r.read)
	if r.via != nil {
		o.why = ev.hop(r.via, 0)
	}
	return union(v.org, Origins{o})
}

// isNull is v == null.
func (ev *Evaluator) isNull(v Val) Val {
	switch s := v.shape.(type) {
	case *altShape:
		if s.prop == several && len(s.alts) > 0 {
			each := make([]Val, len(s.alts))
			for i, t := range s.alts {
				each[i] = ev.isNull(ev.force(t))
			}
			return ev.choice(v.org, each...)
		}
	case *nullShape:
		return boolean(true).with(v.org)
	}
	if ev.types(v).never(nullType) {
		return boolean(false) // whatever it holds: "…${x}…" is never null
	}
	test := ev.comparison(v, Val{shape: &nullShape{}}, true, nil)
	test.org = ev.nullness(v)
	return test
}

// nullness is what decides whether a value is null.
func (ev *Evaluator) nullness(v Val) Origins {
	switch s := v.shape.(type) {
	case nil:
		return v.org
	case *altShape:
		if len(s.alts) == 0 {
			return v.org
		}
		is, alike := make([]Val, len(s.alts)), true
		org := v.org
		for i, t := range s.alts {
			x := ev.force(t)
			is[i] = ev.isNull(x)
			_, known := is[i].shape.(*boolShape)
			eq, _ := ev.equal(is[0], is[i])
			alike = alike && known && eq
			org = union(org, union(is[i].org, ev.nullness(x)))
		}
		if alike && s.prop == several {
			return nil
		}
		return org
	case *nullShape:
		return v.org
	case *refShape:
		if !ev.types(v).never(nullType) {
			return ev.asking(v, Nullness)
		}
	}
	return nil
}

// size is what decides how many elements or attributes a value has.
func (ev *Evaluator) size(v Val) Origins {
	switch s := v.shape.(type) {
	case *listShape:
		if s.size != nil {
			return union(v.org, s.size())
		}
		return v.org
	case *setShape:
		org := union(v.org, s.keys())
		for i := range s.attrs {
			if s.attrs[i].maybe {
				org = union(org, ev.force(s.attrs[i].val).org.only(Control))
			}
		}
		if s.base != nil {
			org = union(org, ev.size(*s.base))
		}
		return org
	case *altShape:
		org := v.org
		for _, t := range s.alts {
			org = union(org, ev.size(ev.force(t)))
		}
		return org
	case *refShape:
		if _, ok := ev.group(s.path); ok {
			return v.org
		}
		return ev.asking(v, Size)
	}
	return ev.deep(v)
}

// sizeOf is the size of a value that is not there yet.
func (ev *Evaluator) sizeOf(ts ...*thunk) func() Origins {
	return func() Origins {
		var org Origins
		for _, t := range ts {
			org = union(org, ev.size(ev.force(t)))
		}
		return org
	}
}

// sizeOfLists is what decides how many elements some lists have, beside what decides over the lists.
func sizeOfLists(vs ...Val) func() Origins {
	var sizes []func() Origins
	for _, v := range vs {
		if l, ok := v.shape.(*listShape); ok && l.size != nil {
			sizes = append(sizes, l.size)
		}
	}
	switch len(sizes) {
	case 0:
		return nil
	case 1:
		return sizes[0]
	}
	return func() Origins {
		var org Origins
		for _, size := range sizes {
			org = union(org, size())
		}
		return org
	}
}

// isEmpty is v == [ ] or v == { }; ok is false if the other side is neither.
func (ev *Evaluator) isEmpty(v, other Val) (is Val, ok bool) {
	if len(other.org) > 0 {
		return Val{}, false
	}
	switch s := other.shape.(type) {
	case *listShape:
		ok = s.exact && len(s.elems) == 0
	case *setShape:
		ok = s.base == nil && !s.dyn && len(s.attrs) == 0
	}
	if !ok {
		return Val{}, false
	}
	switch s := v.shape.(type) {
	case *listShape:
		if s.exact {
			return boolean(len(s.elems) == 0).with(v.org), true
		}
	case *setShape:
		certain := 0
		for i := range s.attrs {
			if !s.attrs[i].maybe && known(s.attrs[i].name) && len(s.attrs[i].key.only(Control)) == 0 {
				certain++
			}
		}
		if certain > 0 || s.base == nil && !s.dyn && len(s.attrs) == 0 {
			return boolean(certain == 0).with(v.org), true
		}
	}
	return Val{shape: &logicShape{}, org: ev.size(v)}, true
}

// has is v ? a.b of what stands at a place.
func (ev *Evaluator) has(v Val, path []string, at site) Val {
	var org Origins
	for i, name := range path {
		last := i == len(path)-1
		if r, ok := v.shape.(*refShape); ok {
			if r.read != nil {
				r.read.Selected = true
			}
			if last {
				p := ev.child(r.path, name)
				g := ev.addRead(p, Read{File: at.file, Span: at.span, How: Guard, Consumed: true})
				test := &logicShape{}
				if p.exact() {
					test.key = "?" + intText(int64(p.id))
				}
				return Val{shape: test, org: union(org, guarded(p, g))}
			}
			v = ev.sel(v, name)
			continue
		}
		has, why := ev.presence(v, name)
		org = union(org, why)
		switch {
		case has == no:
			return boolean(false).with(org)
		case last && has == yes:
			return boolean(true).with(org)
		case last:
			return Val{shape: &logicShape{}, org: org}
		}
		v = ev.sel(v, name)
		v.org = nil // what decides whether it is there is in org
	}
	return unknown(org)
}

// presence is what decides whether a set has an attribute, and whether it is known to.
func (ev *Evaluator) presence(v Val, name string) (has tri, org Origins) {
	switch s := v.shape.(type) {
	case *setShape:
		org = v.org
		if known(name) {
			if a, ok := s.get(name); ok {
				org = union(org, a.key.only(Control))
				if a.maybe {
					return maybe, union(org, ev.force(a.val).org.only(Control))
				}
				if len(org) > 0 {
					return maybe, org
				}
				return yes, nil
			}
		}
		has = no
		for i := range s.attrs {
			if a := &s.attrs[i]; matches(a.name, name) || matches(name, a.name) {
				has, org = maybe, union(org, a.key)
			}
		}
		if s.base != nil {
			below, o := ev.presence(*s.base, name)
			if below == yes {
				return yes, nil
			}
			has, org = max(has, below), union(org, o)
		}
		return has, org
	case *altShape:
		org = v.org
		all, none := true, true
		for _, t := range s.alts {
			below, o := ev.presence(ev.force(t), name)
			all, none = all && below == yes, none && below == no
			org = union(org, o)
		}
		switch {
		case len(s.alts) == 0:
		case all:
			return yes, nil
		case none:
			return no, org
		}
		return maybe, org
	case *missingShape:
		return no, v.org
	case *libShape, *optionsShape:
		return ev.offers(v, name), v.org
	case nil:
		return maybe, v.org
	case *strShape, *intShape, *floatShape, *boolShape, *nullShape, *listShape, *closure, *builtin, *pathShape, *logicShape:
		return no, v.org // a set it is not
	}
	return maybe, ev.origins(v)
}
