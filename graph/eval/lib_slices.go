package eval

// libTake and its like take a part of a list by place: exact where the list and the numbers are.
func libTake(ev *Evaluator, a []*thunk, at site) Val {
	return slice(ev, a[1], a[:1], func(n, length int64) (from, to int64) { return 0, n })
}

func libDrop(ev *Evaluator, a []*thunk, at site) Val {
	return slice(ev, a[1], a[:1], func(n, length int64) (from, to int64) { return n, length })
}

func libTakeEnd(ev *Evaluator, a []*thunk, at site) Val {
	return slice(ev, a[1], a[:1], func(n, length int64) (from, to int64) { return length - n, length })
}

func libDropEnd(ev *Evaluator, a []*thunk, at site) Val {
	return slice(ev, a[1], a[:1], func(n, length int64) (from, to int64) { return 0, length - n })
}

// libSublist is lib.sublist: start, count, list.
func libSublist(ev *Evaluator, a []*thunk, at site) Val {
	n, ok := ev.force(a[1]).shape.(*intShape)
	if !ok {
		ts, _, org := ev.elems(ev.force(a[2]))
		return list(ts, false).with(union(org, ev.all(a[:2]...))).sized(ev.sizeOf(a[2]))
	}
	return slice(ev, a[2], a[:2], func(start, _ int64) (from, to int64) { return start, start + n.n })
}

// slice is the part of a list that bounds tells from the first of by and the list's length. It reaches beyond neither end.
func slice(ev *Evaluator, of *thunk, by []*thunk, bounds func(n, length int64) (from, to int64)) Val {
	ts, exact, org := ev.elems(ev.force(of))
	org = union(org, ev.all(by...))
	n, ok := ev.force(by[0]).shape.(*intShape)
	if !ok || !exact {
		return list(ts, false).with(org).sized(ev.sizeOf(of))
	}
	length := int64(len(ts))
	from, to := bounds(max(n.n, 0), length)
	from = min(max(from, 0), length)
	to = max(min(to, length), from)
	return list(ts[from:to:to], true).with(org)
}

// libAny and libAll ask a condition of each element. What they say is known where an element decides it, or all elements are.
func libAny(ev *Evaluator, a []*thunk, at site) Val { return asked(ev, a, at, true) }

func libAll(ev *Evaluator, a []*thunk, at site) Val { return asked(ev, a, at, false) }

// asked is whether some element answers want; if none does, it is the opposite.
func asked(ev *Evaluator, a []*thunk, at site, want bool) Val {
	ts, exact, org := ev.elems(ev.force(a[1]))
	decided, all := false, exact
	for _, t := range ts {
		c := ev.apply(ev.force(a[0]), t, at)
		org = union(org, ev.deep(c))
		b, ok := c.shape.(*boolShape)
		all = all && ok
		decided = decided || ok && b.b == want && exact
	}
	switch {
	case decided:
		return boolean(want).with(org)
	case all:
		return boolean(!want).with(org)
	}
	return unknown(org)
}

// libCount is lib.count: of how many elements a condition holds.
func libCount(ev *Evaluator, a []*thunk, at site) Val {
	ts, exact, org := ev.elems(ev.force(a[1]))
	n := int64(0)
	for _, t := range ts {
		c := ev.apply(ev.force(a[0]), t, at)
		org = union(org, ev.deep(c))
		b, ok := c.shape.(*boolShape)
		exact = exact && ok
		if ok && b.b {
			n++
		}
	}
	if exact {
		return integer(n).with(org)
	}
	return unknown(org)
}

// libToList is lib.toList: a list as it is, anything else as the only element of one.
func libToList(ev *Evaluator, a []*thunk, at site) Val {
	v := ev.force(a[0])
	switch v.shape.(type) {
	case *strShape, *intShape, *boolShape, *nullShape, *pathShape, *setShape, *closure:
		return list(a[:1:1], true)
	}
	return v
}

// libZipLists is lib.zipLists: the elements of two lists at the same places, as fst and snd.
func libZipLists(ev *Evaluator, a []*thunk, at site) Val {
	return zippedLists(ev, a[0], a[1], func(x, y *thunk) *thunk {
		s := &setShape{}
		s.add(attribute("fst", nil, x, at))
		s.add(attribute("snd", nil, y, at))
		return ready(Val{shape: s})
	})
}

// libAttrVals is lib.attrVals: what a set holds under names.
func libAttrVals(ev *Evaluator, a []*thunk, at site) Val {
	names, exact, org := ev.elems(ev.force(a[0]))
	v := ev.force(a[1])
	ts := make([]*thunk, len(names))
	for i, n := range names {
		s, ok := ev.textOf(n)
		exact = exact && ok
		ts[i] = lazily(func() Val { return ev.orUnknown(ev.sel(v, s)).with(ev.all(n)) })
	}
	return list(ts, exact).with(union(org, v.org))
}

// libFoldAttrs is lib.foldAttrs: for each name of some sets, a fold from the right over what they hold under it.
func libFoldAttrs(ev *Evaluator, a []*thunk, at site) Val {
	return zipped(ev, a[2], func(_ attr, vals []*thunk) *thunk {
		return ev.delayed(a[0], func() Val { return libFoldr(ev, []*thunk{a[0], a[1], ready(list(vals, true))}, at) })
	})
}

// libTryEval is builtins.tryEval. Whether it succeeds is not known.
func libTryEval(ev *Evaluator, a []*thunk, at site) Val {
	s := &setShape{}
	s.add(attribute("value", nil, a[0], at))
	s.add(attribute("success", nil, lazily(func() Val { return unknown(ev.all(a[0]).atMost(Control)) }), at))
	return Val{shape: s}
}
