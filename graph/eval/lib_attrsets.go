package eval

import (
	"sort"
)

// attrsetsChapter is lib/attrsets.nix and what builtins has of sets.
func attrsetsChapter() []row {
	return []row{
		{"mapAttrs", 2, libMapAttrs},
		{"mapAttrsRecursive", 2, libMapAttrsRecursive},
		{"mapAttrsRecursiveCond", 3, libMapAttrsRecursiveCond},
		{"mapAttrsToList", 2, libMapAttrsToList},
		{"attrsToList", 1, libAttrsToList},
		{"mapAttrs'", 2, libMapAttrsPrime},
		{"concatMapAttrs", 2, libConcatMapAttrs},
		{"listToAttrs", 1, libListToAttrs},
		{"nameValuePair", 2, libNameValuePair},
		{"genAttrs", 2, libGenAttrs},
		{"genAttrs'", 2, libGenAttrsPrime},
		{"attrNames", 1, libAttrNames},
		{"attrValues", 1, libAttrValues},
		{"filterAttrs", 2, libFilterAttrs},
		{"removeAttrs", 2, libRemoveAttrs},
		{"intersectAttrs", 2, libIntersectAttrs},
		{"getAttrs", 2, libGetAttrs},
		{"getAttr", 2, libGetAttr},
		{"catAttrs", 2, libCatAttrs},
		{"collect", 2, libCollect},
		{"hasAttr", 2, libHasAttr},
		{"attrByPath", 3, libAttrByPath},
		{"getAttrFromPath", 2, libGetAttrFromPath},
		{"hasAttrByPath", 2, libHasAttrByPath},
		{"setAttrByPath", 2, libSetAttrByPath},
		{"recursiveUpdate", 2, libRecursiveUpdate},
		{"mergeAttrsList", 1, libMergeAttrsList},
		{"mergeAttrs", 2, libMergeAttrs},
		{"unionOfDisjoint", 2, libMergeAttrs},
		{"recursiveUpdateUntil", 3, libRecursiveUpdateUntil},
		{"zipAttrsWith", 2, libZipAttrsWith},
		{"foldAttrs", 3, libFoldAttrs},
		{"attrVals", 2, libAttrVals},
		{"groupBy", 2, libGroupBy},
	}
}

func libMapAttrs(ev *Evaluator, a []*thunk, at site) Val {
	return ev.mapSet(a[0], ev.force(a[1]), func(e attr) Val { return ev.call(ev.force(a[0]), at, ready(nameOf(e)), e.val) })
}

func libMapAttrsRecursive(ev *Evaluator, a []*thunk, at site) Val {
	return ev.mapTree(nil, a[0], a[1], at)
}

func libMapAttrsRecursiveCond(ev *Evaluator, a []*thunk, at site) Val {
	return ev.mapTree(a[0], a[1], a[2], at)
}

func libMapAttrsToList(ev *Evaluator, a []*thunk, at site) Val {
	as, exact, org := ev.entries(ev.force(a[1]))
	ts := make([]*thunk, len(as))
	for i, e := range as {
		ts[i] = ev.delayed(a[0], func() Val { return ev.call(ev.force(a[0]), at, ready(nameOf(e)), e.val) })
	}
	return list(ts, exact).with(org).sized(ev.sizeOf(a[1]))
}

func libAttrsToList(ev *Evaluator, a []*thunk, at site) Val {
	as, exact, org := ev.entries(ev.force(a[0]))
	ts := make([]*thunk, len(as))
	for i, e := range as {
		ts[i] = ready(pair(nameOf(e), e.val))
	}
	return list(ts, exact).with(org).sized(ev.sizeOf(a[0]))
}

func libMapAttrsPrime(ev *Evaluator, a []*thunk, at site) Val {
	v := ev.force(a[1])
	as, exact, _ := ev.entries(v)
	var ts []*thunk
	for _, e := range as {
		ts = append(ts, ev.delayed(a[0], func() Val { return ev.call(ev.force(a[0]), at, ready(nameOf(e)), e.val) }))
	}
	return ev.fromPairs(ts, exact, v.org, as)
}

func libConcatMapAttrs(ev *Evaluator, a []*thunk, at site) Val {
	as, _, org := ev.entries(ev.force(a[1]))
	v := emptySet()
	for _, e := range as {
		v = ev.update(v, ev.call(ev.force(a[0]), at, ready(nameOf(e)), e.val))
	}
	return v.with(org.atMost(Control))
}

func libListToAttrs(ev *Evaluator, a []*thunk, at site) Val {
	ts, exact, org := ev.elems(ev.force(a[0]))
	return ev.fromPairs(ts, exact, org, nil)
}

func libNameValuePair(ev *Evaluator, a []*thunk, at site) Val { return pair(ev.force(a[0]), a[1]) }

func genAttrs(ev *Evaluator, names, over *thunk, f func(t *thunk) Val) Val {
	ts, _, org := ev.elems(ev.force(names))
	out := &setShape{}
	for _, t := range ts {
		n := ev.force(t)
		a := attribute(ev.asText(n), union(org, ev.deep(n)).atMost(Key), ev.delayed(over, func() Val { return f(t) }), site{})
		a.sym = ev.symbolOf(n)
		out.add(a)
	}
	return Val{shape: out}
}

func libGenAttrs(ev *Evaluator, a []*thunk, at site) Val {
	return genAttrs(ev, a[0], a[1], func(t *thunk) Val { return ev.apply(ev.force(a[1]), t, at) })
}

func libGenAttrsPrime(ev *Evaluator, a []*thunk, at site) Val {
	ts, exact, org := mapped(ev, a[1], a[0], at)
	return ev.fromPairs(ts, exact, org, nil)
}

func libAttrNames(ev *Evaluator, a []*thunk, at site) Val {
	v := ev.force(a[0])
	as, exact, org := ev.entries(v)
	ts := make([]*thunk, len(as))
	for i, e := range as {
		ts[i] = ready(nameOf(e))
	}
	sort.SliceStable(ts, func(i, j int) bool { return ev.asText(ts[i].val) < ev.asText(ts[j].val) })
	return list(ts, exact).with(org).sized(ev.sizeOf(a[0]))
}

func libAttrValues(ev *Evaluator, a []*thunk, at site) Val {
	as, exact, org := ev.entries(ev.force(a[0]))
	ts := make([]*thunk, len(as))
	for i, e := range as {
		ts[i] = e.val
	}
	return list(ts, exact).with(org).sized(ev.sizeOf(a[0]))
}

func libFilterAttrs(ev *Evaluator, a []*thunk, at site) Val {
	v := ev.force(a[1])
	as, _, _ := ev.entries(v)
	out := &setShape{}
	passes := func(name, value *thunk) Val { return ev.flakeTruth(ev.call(ev.force(a[0]), at, name, value)) }
	for _, e := range as {
		ev.members(e, passes, func(e attr, c Val) {
			if b, ok := c.shape.(*boolShape); ok && len(c.org) == 0 {
				if b.b {
					out.add(e)
				}
				return
			}
			co := ev.deep(c).atMost(Control)
			e.val = ev.adding(e.val, co)
			e.key = union(e.key, co)
			out.add(e)
		})
	}
	return Val{shape: out, org: v.org}
}

func libRemoveAttrs(ev *Evaluator, a []*thunk, at site) Val {
	v := ev.force(a[0])
	names, exact, org := ev.elems(ev.force(a[1]))
	drop := map[string]bool{}
	for _, n := range names {
		s, ok := ev.textOf(n)
		exact = exact && ok
		drop[s] = true
		org = union(org, ev.all(n))
	}
	if isRef(v) {
		v = ev.expand(v)
	}
	s, ok := v.shape.(*setShape)
	if !ok || !exact {
		return v.with(org.atMost(Control))
	}
	out := &setShape{base: s.base}
	for _, e := range s.attrs {
		if !drop[e.name] {
			out.add(e)
		}
	}
	return Val{shape: out, org: union(v.org, org.atMost(Control))}
}

func libIntersectAttrs(ev *Evaluator, a []*thunk, at site) Val {
	x, v := ev.expand(ev.force(a[0])), ev.expand(ev.force(a[1]))
	xs, ok1 := x.shape.(*setShape)
	s, ok2 := v.shape.(*setShape)
	if !ok1 || !ok2 || xs.base != nil || xs.dyn {
		return v.with(ev.origins(x).atMost(Control))
	}
	out := &setShape{base: s.base}
	for _, e := range s.attrs {
		if o, ok := xs.get(e.name); ok || !known(e.name) {
			if ok {
				e.val = ev.adding(e.val, o.key.atMost(Control))
			}
			out.add(e)
		}
	}
	return Val{shape: out, org: union(v.org, x.org.atMost(Control))}
}

func libGetAttrs(ev *Evaluator, a []*thunk, at site) Val {
	names, _, org := ev.elems(ev.force(a[0]))
	v := ev.force(a[1])
	out := &setShape{}
	for _, n := range names {
		s, _ := ev.textOf(n)
		out.add(attribute(s, union(org, ev.all(n)).atMost(Key), lazily(func() Val { return ev.orUnknown(ev.sel(v, s)) }), site{}))
	}
	return Val{shape: out, org: v.org}
}

func libGetAttr(ev *Evaluator, a []*thunk, at site) Val {
	s, ok := ev.textOf(a[0])
	base := ev.force(a[1])
	name := ev.force(a[0])
	v, same := ev.member(base, s, ev.symbolOf(name))
	if !same {
		v = ev.chosen(v, 0, ev.symbolOf(name), ev.deep(name))
	}
	why := ""
	if !ok {
		why = "the attribute name given to getAttr is not known from the text"
	}
	if isRef(v) {
		v = ev.noteReads(v, at.file, at.span, base, why, true)
	}
	return ev.orUnknown(v)
}

func libCatAttrs(ev *Evaluator, a []*thunk, at site) Val {
	ts, exact, org := ev.elems(ev.force(a[1]))
	s, _ := ev.textOf(a[0])
	out := make([]*thunk, len(ts))
	for i, t := range ts {
		out[i] = lazily(func() Val { return ev.orUnknown(ev.sel(ev.force(t), s)) })
	}
	return list(out, exact).with(org)
}

// libCollect is lib.collect (lib/attrsets.nix): what passes of a tree of sets, and what is below what does not. Where that is not known, it is anything
// made of it.
func libCollect(ev *Evaluator, a []*thunk, at site) Val {
	var out []*thunk
	exact := true
	var org Origins
	var walk func(t *thunk, depth int)
	walk = func(t *thunk, depth int) {
		passes := ev.apply(ev.force(a[0]), t, at)
		b, ok := passes.shape.(*boolShape)
		v := ev.expand(ev.force(t))
		s, set := v.shape.(*setShape)
		switch {
		case ok && b.b && len(passes.org) == 0:
			out = append(out, t)
			return
		case ok && set && s.base == nil && len(passes.org) == 0 && depth < maxDeep:
			as, all, o := ev.entries(v)
			exact, org = exact && all, union(org, o)
			for _, e := range as {
				walk(e.val, depth+1)
			}
			return
		case ok && len(passes.org) == 0 && !set && v.shape != nil && !isRef(v) && !isAlt(v):
			return // no set, and not wanted
		}
		out, exact = append(out, ready(unknown(union(ev.deep(passes).atMost(Control), ev.deep(v))))), false
	}
	walk(a[1], 0)
	return list(out, exact).with(org)
}

func libHasAttr(ev *Evaluator, a []*thunk, at site) Val {
	name, _ := ev.textOf(a[0])
	return ev.has(ev.force(a[1]), []string{name}, at).with(ev.all(a[0]))
}

func byPath(ev *Evaluator, p *thunk, v Val, at site) (Val, Origins) {
	names, exact, org := ev.elems(ev.force(p))
	why := ""
	base := v
	if !exact {
		return unknown(union(ev.deep(v), org)), org
	}
	for _, n := range names {
		s, ok := ev.textOf(n)
		if !ok {
			why = "the attribute path is not known from the text"
		}
		org = union(org, ev.all(n))
		v = ev.sel(v, s)
	}
	if isRef(v) && len(names) > 0 {
		v = ev.noteReads(v, at.file, at.span, base, why, true)
	}
	return v, org
}

func libAttrByPath(ev *Evaluator, a []*thunk, at site) Val {
	v, org := byPath(ev, a[0], ev.force(a[2]), at)
	if v.shape == missing {
		return ev.force(a[1]).with(org)
	}
	if ev.certain(v) {
		return v.with(org)
	}
	return ev.join(v, ev.force(a[1])).with(org)
}

func libGetAttrFromPath(ev *Evaluator, a []*thunk, at site) Val {
	v, org := byPath(ev, a[0], ev.force(a[1]), at)
	return ev.orUnknown(v).with(org)
}

func libHasAttrByPath(ev *Evaluator, a []*thunk, at site) Val {
	names, exact, org := ev.elems(ev.force(a[0]))
	v := ev.force(a[1])
	if !exact {
		return unknown(union(org, ev.size(v)))
	}
	path := make([]string, len(names))
	for i, n := range names {
		path[i], _ = ev.textOf(n)
		org = union(org, ev.all(n))
	}
	if len(path) == 0 {
		return boolean(true).with(org)
	}
	return ev.has(v, path, at).with(org)
}

func libSetAttrByPath(ev *Evaluator, a []*thunk, at site) Val {
	names, _, org := ev.elems(ev.force(a[0]))
	t := a[1]
	for i := len(names) - 1; i >= 0; i-- {
		s, _ := ev.textOf(names[i])
		out := &setShape{}
		a := attribute(s, union(org, ev.all(names[i])).atMost(Key), t, at)
		a.sym = ev.symbolOf(ev.force(names[i]))
		out.add(a)
		t = ready(Val{shape: out})
	}
	return ev.force(t)
}

func libRecursiveUpdate(ev *Evaluator, a []*thunk, at site) Val {
	return ev.recursiveUpdate(ev.force(a[0]), ev.force(a[1]), 0)
}

func libMergeAttrsList(ev *Evaluator, a []*thunk, at site) Val {
	ts, _, org := ev.elems(ev.force(a[0]))
	v := emptySet()
	for _, t := range ts {
		v = ev.update(v, ev.force(t))
	}
	return v.with(org)
}

func libMergeAttrs(ev *Evaluator, a []*thunk, at site) Val {
	return ev.update(ev.force(a[0]), ev.force(a[1]))
}

func libRecursiveUpdateUntil(ev *Evaluator, a []*thunk, at site) Val {
	return ev.recursiveUpdate(ev.force(a[1]), ev.force(a[2]), 0)
}

func libZipAttrsWith(ev *Evaluator, a []*thunk, at site) Val {
	return zipped(ev, a[1], func(e attr, vals []*thunk) *thunk {
		return ev.delayed(a[0], func() Val { return ev.call(ev.force(a[0]), at, ready(nameOf(e)), ready(list(vals, true))) })
	})
}

// zipped is a set of all names that some sets have, each with what make makes of what they hold under it.
func zipped(ev *Evaluator, sets *thunk, make func(e attr, vals []*thunk) *thunk) Val {
	ts, _, org := ev.elems(ev.force(sets))
	names := map[string][]*thunk{}
	var order []attr
	for _, t := range ts {
		as, _, o := ev.entries(ev.force(t))
		org = union(org, o)
		for _, e := range as {
			if names[e.name] == nil {
				order = append(order, e)
			}
			names[e.name] = append(names[e.name], e.val)
		}
	}
	out := &setShape{}
	for _, e := range order {
		e.val = make(e, names[e.name])
		out.add(e)
	}
	return Val{shape: out, org: org}
}

func libGroupBy(ev *Evaluator, a []*thunk, at site) Val {
	ts, exact, org := ev.elems(ev.force(a[1]))
	out := &setShape{}
	var key Origins
	names := make([]string, len(ts))
	literal := true // every name is known, and depends on nothing
	for i, t := range ts {
		n := ev.apply(ev.force(a[0]), t, at)
		o := ev.deep(n)
		key = union(key, o)
		names[i] = ev.asText(n)
		literal = literal && known(names[i]) && o == nil
	}
	if !literal {
		out.add(attribute(hole, union(key, org).atMost(Key), ready(list(ts, false).with(key.atMost(Control))), at))
		return Val{shape: out}
	}
	groups := map[string][]*thunk{}
	var order []string
	for i, n := range names {
		if groups[n] == nil {
			order = append(order, n)
		}
		groups[n] = append(groups[n], ts[i])
	}
	for _, n := range order {
		out.add(attribute(n, org.atMost(Key), ready(list(groups[n], exact).with(org)), at))
	}
	return Val{shape: out}
}

// expand makes a set of a group of options, so that its names can be worked with.
func (ev *Evaluator) expand(v Val) Val {
	if r, ok := v.shape.(*refShape); ok {
		_, ok := ev.group(r.path)
		if !ok {
			_, ok = ev.flakeNames(r.path)
		}
		if ok {
			as, _, _ := ev.entries(v)
			return Val{shape: &setShape{attrs: as}}
		}
	}
	return v
}

func pair(name Val, value *thunk) Val {
	s := &setShape{}
	s.add(attr{name: "name", val: ready(name)})
	s.add(attr{name: "value", val: value})
	return Val{shape: s}
}

// mapSet makes a set with the same names.
func (ev *Evaluator) mapSet(over *thunk, v Val, f func(e attr) Val) Val {
	if a, ok := v.shape.(*altShape); ok {
		var out []Val
		for _, t := range a.alts {
			out = append(out, ev.mapSet(over, ev.force(t), f))
		}
		return ev.join(out...).with(v.org)
	}
	as, _, _ := ev.entries(v)
	out := &setShape{attrs: make([]attr, 0, len(as))}
	for _, e := range as {
		n := e
		n.key = n.key.atMost(Key)
		n.val = ev.delayed(over, func() Val { return f(e) })
		out.add(n)
	}
	return Val{shape: out, org: v.org}
}

// mapTree is mapAttrsRecursiveCond: f is applied to what is no set, or is one that the condition refuses. cond is nil for no condition.
func (ev *Evaluator) mapTree(cond, f, tree *thunk, at site) Val {
	var walk func(prefix []*thunk, v Val, depth int) Val
	var node func(p []*thunk, t *thunk, depth int) Val
	walk = func(prefix []*thunk, v Val, depth int) Val {
		return ev.mapSet(f, v, func(e attr) Val {
			return node(append(prefix[:len(prefix):len(prefix)], ready(nameOf(e))), e.val, depth)
		})
	}
	node = func(p []*thunk, t *thunk, depth int) Val {
		x := ev.expand(ev.force(t))
		switch s := x.shape.(type) {
		case *altShape:
			if s.prop == several && len(s.alts) > 0 && depth < maxDeep {
				each := make([]Val, len(s.alts))
				for i, a := range s.alts {
					each[i] = node(p, a, depth+1)
				}
				return ev.join(each...).with(x.org)
			}
		case *setShape:
			if depth >= maxDeep {
				ev.limit(at.file, at.span, tooManyLevels)
				break
			}
			c := boolean(true)
			if cond != nil {
				c = ev.apply(ev.force(cond), ready(x), at)
			}
			b, ok := c.shape.(*boolShape)
			switch {
			case !ok:
				return ev.join(walk(p, x, depth+1), ev.call(ev.force(f), at, ready(list(p, true)), t)).with(ev.deep(c).atMost(Control))
			case b.b:
				return walk(p, x, depth+1).with(c.org.atMost(Control))
			}
		}
		return ev.call(ev.force(f), at, ready(list(p, true)), t)
	}
	return walk(nil, ev.expand(ev.force(tree)), 0)
}

// fromPairs is listToAttrs.
func (ev *Evaluator) fromPairs(ts []*thunk, exact bool, org Origins, sites []attr) Val {
	out := &setShape{}
	for i, t := range ts {
		p := ev.force(t)
		n, v := ev.sel(p, "name"), p
		key := union(ev.deep(n), p.org)
		s := site{}
		if i < len(sites) {
			s = sites[i].site
		}
		a := attribute(ev.asText(n), union(key, org).atMost(Key), lazily(func() Val { return ev.orUnknown(ev.sel(v, "value")) }), s)
		a.sym = ev.symbolOf(n)
		out.add(a)
	}
	return Val{shape: out}
}

// updateBelow is what recursiveUpdate makes of the attribute that two sets have: what is no set is replaced.
func (ev *Evaluator) updateBelow(x, y Val, depth int) Val {
	if depth <= maxDeep {
		for i, v := range []Val{x, y} {
			s, ok := v.shape.(*altShape)
			if !ok || s.prop != several || len(s.alts) == 0 {
				continue
			}
			each := make([]Val, len(s.alts))
			for j, t := range s.alts {
				sides := [2]Val{x, y}
				sides[i] = ev.expand(ev.force(t).with(v.org))
				each[j] = ev.updateBelow(sides[0], sides[1], depth+1)
			}
			return ev.join(each...)
		}
	}
	if ev.types(x).never(setType) || ev.types(y).never(setType) || isProperty(x) || isProperty(y) {
		return y
	}
	return ev.recursiveUpdate(x, y, depth)
}

func (ev *Evaluator) recursiveUpdate(x, y Val, depth int) Val {
	x, y = ev.expand(x), ev.expand(y)
	a, ok1 := x.shape.(*setShape)
	b, ok2 := y.shape.(*setShape)
	if ok1 && ok2 && depth > maxDeep {
		at := ev.writtenAt(y)
		ev.limit(at.file, at.span, tooManyLevels)
	}
	if !ok1 || !ok2 || depth > maxDeep {
		if ok1 || ok2 || x.shape == nil {
			return ev.update(x, y)
		}
		return y
	}
	merged := &setShape{base: b.base, attrs: make([]attr, 0, len(b.attrs))}
	for _, e := range b.attrs {
		if o, ok := a.get(e.name); ok && known(e.name) {
			l, r := o.val, e.val
			e.val = lazily(func() Val {
				return ev.updateBelow(ev.expand(ev.force(l)), ev.expand(ev.force(r)), depth+1)
			})
		}
		merged.add(e)
	}
	return ev.update(x, Val{shape: merged, org: y.org})
}
