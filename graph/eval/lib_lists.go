package eval

// listsChapter is lib/lists.nix and what builtins has of lists.
func listsChapter() []row {
	return []row{
		{"map", 2, libMap},
		{"forEach", 2, libForEach},
		{"imap1", 2, libImap1},
		{"imap0", 2, libImap0},
		{"concatMap", 2, libConcatMap},
		{"concatLists", 1, libConcatLists},
		{"flatten", 1, libFlatten},
		{"filter", 2, libFilter},
		{"findFirst", 3, libFindFirst},
		{"foldl'", 3, libFoldlPrime},
		{"foldl", 3, libFoldlPrime},
		{"foldr", 3, libFoldr},
		{"fold", 3, libFoldr},
		{"foldlAttrs", 3, libFoldlAttrs},
		{"head", 1, libHead},
		{"last", 1, libLast},
		{"tail", 1, libTail},
		{"init", 1, libInit},
		{"elemAt", 2, libElemAt},
		{"length", 1, libLength},
		{"elem", 2, libElem},
		{"singleton", 1, libSingleton},
		{"reverseList", 1, libReverseList},
		{"unique", 1, libUnique},
		{"naturalSort", 1, libUnique},
		{"sortOnName", 1, libUnique},
		{"sort", 2, libSort},
		{"sortOn", 2, libSortOn},
		{"sortProperties", 2, libSortOn},
		{"take", 2, libTake},
		{"drop", 2, libDrop},
		{"takeEnd", 2, libTakeEnd},
		{"dropEnd", 2, libDropEnd},
		{"sublist", 3, libSublist},
		{"remove", 2, libRemove},
		{"any", 2, libAny},
		{"all", 2, libAll},
		{"count", 2, libCount},
		{"toList", 1, libToList},
		{"zipLists", 2, libZipLists},
		{"genList", 2, libGenList},
		{"range", 2, libRange},
		{"zipListsWith", 3, libZipListsWith},
		{"partition", 2, libPartition},
	}
}

func libMap(ev *Evaluator, a []*thunk, at site) Val {
	ts, exact, org := mapped(ev, a[0], a[1], at)
	return list(ts, exact).with(org).sized(ev.sizeOf(a[1]))
}

func libForEach(ev *Evaluator, a []*thunk, at site) Val {
	ts, exact, org := mapped(ev, a[1], a[0], at)
	return list(ts, exact).with(org).sized(ev.sizeOf(a[0]))
}

func libImap1(ev *Evaluator, a []*thunk, at site) Val {
	ts, exact, org := indexed(ev, a[0], a[1], at, 1)
	return list(ts, exact).with(org).sized(ev.sizeOf(a[1]))
}

func libImap0(ev *Evaluator, a []*thunk, at site) Val {
	ts, exact, org := indexed(ev, a[0], a[1], at, 0)
	return list(ts, exact).with(org).sized(ev.sizeOf(a[1]))
}

func flatten(ev *Evaluator, of *thunk, ts []*thunk, exact bool, org Origins) Val {
	var out []*thunk
	lists := []Val{ev.force(of)}
	for _, t := range ts {
		v := ev.force(t)
		lists = append(lists, v)
		es, ex, o := ev.elems(v)
		for _, e := range es {
			out = append(out, ev.adding(e, o))
		}
		exact = exact && ex
		org = union(org, o)
	}
	return list(out, exact).with(org).sized(sizeOfLists(lists...))
}

func libConcatMap(ev *Evaluator, a []*thunk, at site) Val {
	ts, exact, org := mapped(ev, a[0], a[1], at)
	return flatten(ev, a[1], ts, exact, org)
}

func libConcatLists(ev *Evaluator, a []*thunk, at site) Val {
	ts, exact, org := ev.elems(ev.force(a[0]))
	return flatten(ev, a[0], ts, exact, org)
}

func libFlatten(ev *Evaluator, a []*thunk, at site) Val {
	var lists []Val
	var walk func(t *thunk, depth int) ([]*thunk, bool, Origins)
	walk = func(t *thunk, depth int) ([]*thunk, bool, Origins) {
		v := ev.force(t)
		if _, list := v.shape.(*listShape); !list && (!isAlt(v) || isProperty(v)) {
			of := ev.types(v)
			return []*thunk{t}, of.never(listType), nil
		}
		ts, exact, org := ev.elems(v)
		lists = append(lists, v)
		var out []*thunk
		for _, e := range ts {
			if depth > maxDeep {
				ev.limit(at.file, at.span, tooManyLevels)
				out = append(out, e)
				continue
			}
			es, ex, o := walk(e, depth+1)
			out = append(out, es...)
			exact = exact && ex
			org = union(org, o)
		}
		return out, exact, org
	}
	ts, exact, org := walk(a[0], 0)
	own := sizeOfLists(lists...)
	return list(ts, exact).with(org).sized(func() Origins {
		var size Origins
		if own != nil {
			size = own()
		}
		for _, t := range ts {
			if v := ev.force(t); isRef(v) && !ev.types(v).never(listType) {
				size = union(size, ev.size(v)) // it may be a list itself
			}
		}
		return size
	})
}

func libFilter(ev *Evaluator, a []*thunk, at site) Val {
	ts, exact, org := ev.elems(ev.force(a[1]))
	var out []*thunk
	for _, t := range ts {
		c := ev.apply(ev.force(a[0]), t, at)
		if b, ok := c.shape.(*boolShape); ok && len(c.org) == 0 {
			if b.b {
				out = append(out, t)
			}
			continue
		}
		exact = false
		if text, ok := ev.force(t).shape.(*strShape); ok {
			if names := narrowed(c, text); names != nil {
				co := ev.deep(c).atMost(Control)
				for _, n := range names {
					out = append(out, ready(str(n).with(union(ev.force(t).org, co))))
				}
				org = union(org, co)
				continue
			}
		}
		co := ev.deep(c).atMost(Control)
		out = append(out, ev.adding(t, co))
		org = union(org, co)
	}
	return list(out, exact).with(org).sized(ev.sizeOf(a[1]))
}

func libFindFirst(ev *Evaluator, a []*thunk, at site) Val {
	ts, _, org := ev.elems(ev.force(a[2]))
	vs := []Val{ev.force(a[1])}
	for _, t := range ts {
		c := ev.apply(ev.force(a[0]), t, at)
		vs = append(vs, ev.force(t).with(ev.deep(c).atMost(Control)))
	}
	return ev.join(vs...).with(org)
}

func fold(ev *Evaluator, f, z *thunk, ts []*thunk, exact bool, org Origins, at site, swap bool) Val {
	acc := z
	for _, t := range ts {
		prev := acc
		x, y := prev, t
		if swap {
			x, y = t, prev
		}
		v := ev.call(ev.force(f), at, x, y)
		if !exact {
			v = ev.join(ev.force(prev), v)
		}
		acc = ready(v)
	}
	return ev.foldedOver(ev.force(acc), org)
}

// foldedOver is what was made step by step of the elements of a list that org decides over. Where a set's names come from the list, that
// tells already which attributes there are, and nothing of what they hold.
func (ev *Evaluator) foldedOver(v Val, org Origins) Val {
	if len(org) == 0 {
		return v
	}
	c := org.atMost(Control)
	switch s := v.shape.(type) {
	case *setShape:
		if s.base != nil {
			break
		}
		out := &setShape{attrs: make([]attr, len(s.attrs)), dyn: s.dyn, of: s.of}
		for i, a := range s.attrs {
			if !covers(a.key.atMost(Control), c) {
				a.val, a.maybe = ev.adding(a.val, org), true
			}
			out.attrs[i] = a
		}
		return Val{shape: out, org: v.org}
	case *altShape:
		if s.prop != several || len(s.alts) == 0 {
			break
		}
		each := make([]Val, len(s.alts))
		for i, t := range s.alts {
			if each[i] = ev.force(t); !isSet(each[i]) {
				return v.with(org)
			}
			each[i] = ev.foldedOver(each[i], org)
		}
		return ev.join(each...).with(v.org)
	}
	return v.with(org)
}

func isSet(v Val) bool {
	s, ok := v.shape.(*setShape)
	return ok && s.base == nil
}

func libFoldlPrime(ev *Evaluator, a []*thunk, at site) Val {
	ts, exact, org := ev.elems(ev.force(a[2]))
	return fold(ev, a[0], a[1], ts, exact, org, at, false)
}

func libFoldr(ev *Evaluator, a []*thunk, at site) Val {
	ts, exact, org := ev.elems(ev.force(a[2]))
	r := make([]*thunk, len(ts))
	for i, t := range ts {
		r[len(ts)-1-i] = t
	}
	return fold(ev, a[0], a[1], r, exact, org, at, true)
}

func libFoldlAttrs(ev *Evaluator, a []*thunk, at site) Val {
	as, exact, org := ev.entries(ev.force(a[2]))
	acc := a[1]
	for _, e := range as {
		prev := acc
		v := ev.call(ev.force(a[0]), at, prev, ready(nameOf(e)), e.val)
		if !exact {
			v = ev.join(ev.force(prev), v)
		}
		acc = ready(v)
	}
	return ev.foldedOver(ev.force(acc), org)
}

func libHead(ev *Evaluator, a []*thunk, at site) Val {
	ts, exact, org := ev.elems(ev.force(a[0]))
	if len(ts) == 0 {
		return unknown(org)
	}
	if exact {
		return ev.force(ts[0]).with(org)
	}
	return ev.any(ts).with(org)
}

func libLast(ev *Evaluator, a []*thunk, at site) Val {
	ts, exact, org := ev.elems(ev.force(a[0]))
	if len(ts) == 0 {
		return unknown(org)
	}
	if exact {
		return ev.force(ts[len(ts)-1]).with(org)
	}
	return ev.any(ts).with(org)
}

func libTail(ev *Evaluator, a []*thunk, at site) Val {
	ts, exact, org := ev.elems(ev.force(a[0]))
	if exact && len(ts) > 0 {
		ts = ts[1:]
	}
	return list(ts, exact).with(org).sized(ev.sizeOf(a[0]))
}

func libInit(ev *Evaluator, a []*thunk, at site) Val {
	ts, exact, org := ev.elems(ev.force(a[0]))
	if exact && len(ts) > 0 {
		ts = ts[:len(ts)-1]
	}
	return list(ts, exact).with(org).sized(ev.sizeOf(a[0]))
}

func libElemAt(ev *Evaluator, a []*thunk, at site) Val {
	ts, exact, org := ev.elems(ev.force(a[0]))
	i, ok := ev.force(a[1]).shape.(*intShape)
	org = union(org, ev.all(a[1]))
	if ok && exact && i.n >= 0 && int(i.n) < len(ts) {
		return ev.force(ts[i.n]).with(org)
	}
	return ev.any(ts).with(org)
}

func libLength(ev *Evaluator, a []*thunk, at site) Val {
	ts, exact, org := ev.elems(ev.force(a[0]))
	if exact {
		return integer(int64(len(ts))).with(org)
	}
	return unknown(ev.size(ev.force(a[0])))
}

func libElem(ev *Evaluator, a []*thunk, at site) Val {
	ts, all, org := ev.elems(ev.force(a[1]))
	x := ev.force(a[0])
	org = union(org, ev.all(a...))
	exact, found := all, false
	for _, t := range ts {
		eq, ok := ev.equal(x, ev.force(t))
		if !ok {
			exact = false
		}
		found = found || eq && ok
	}
	if exact {
		return boolean(found).with(org)
	}
	if s, ok := x.shape.(*strShape); ok && all && len(ts) > 0 {
		return Val{shape: oneOfTexts(ev, s, ts), org: org}
	}
	return unknown(org)
}

// oneOfTexts is whether a text is one of some: a choice of comparisons where all of those are known.
func oneOfTexts(ev *Evaluator, subject *strShape, ts []*thunk) *logicShape {
	var any *logicShape
	for _, t := range ts {
		text, ok := ev.textOf(t)
		if !ok {
			return &logicShape{}
		}
		is := &logicShape{test: equals, subject: subject, text: text}
		if any == nil {
			any = is
			continue
		}
		any = &logicShape{op: or, x: Val{shape: any}, y: Val{shape: is}}
	}
	return any
}

func libSingleton(ev *Evaluator, a []*thunk, at site) Val { return list(a[:1:1], true) }

func libReverseList(ev *Evaluator, a []*thunk, at site) Val {
	ts, exact, org := ev.elems(ev.force(a[0]))
	if !exact {
		return list(ts, false).with(org).sized(ev.sizeOf(a[0]))
	}
	r := make([]*thunk, len(ts))
	for i, t := range ts {
		r[len(ts)-1-i] = t
	}
	return list(r, true).with(org)
}

func libUnique(ev *Evaluator, a []*thunk, at site) Val {
	ts, exact, org := ev.elems(ev.force(a[0]))
	if exact && len(ts) < 2 {
		return list(ts, true).with(org)
	}
	// How many are left depends on what they hold.
	return list(ts, false).with(org).sized(func() Origins { return union(ev.sizeOf(a[0])(), ev.all(ts...)) })
}

func libSort(ev *Evaluator, a []*thunk, at site) Val {
	ts, _, org := ev.elems(ev.force(a[1]))
	c := Origins(nil)
	if len(ts) > 0 {
		c = ev.deep(ev.call(ev.force(a[0]), at, ts[0], ts[len(ts)-1])).atMost(Control)
	}
	return list(ts, false).with(union(org, c)).sized(ev.sizeOf(a[1]))
}

func libSortOn(ev *Evaluator, a []*thunk, at site) Val {
	ts, _, org := ev.elems(ev.force(a[1]))
	return list(ts, false).with(org).sized(ev.sizeOf(a[1]))
}

func libRemove(ev *Evaluator, a []*thunk, at site) Val {
	ts, exact, org := ev.elems(ev.force(a[1]))
	x := ev.force(a[0])
	out := make([]*thunk, 0, len(ts))
	for _, t := range ts {
		eq, known := ev.equal(x, ev.force(t))
		if !known {
			exact = false
		}
		if !eq || !known {
			out = append(out, t)
		}
	}
	return list(out, exact).with(union(org, ev.all(a[0]))).sized(func() Origins { return union(ev.sizeOf(a[1])(), ev.all(ts...)) })
}

func libGenList(ev *Evaluator, a []*thunk, at site) Val {
	n, ok := ev.force(a[1]).shape.(*intShape)
	org := ev.all(a[1])
	if ok && n.n >= 0 && n.n <= 256 {
		var ts []*thunk
		for i := range n.n {
			ts = append(ts, ev.delayed(a[0], func() Val { return ev.apply(ev.force(a[0]), ready(integer(i)), at) }))
		}
		return list(ts, true).with(org)
	}
	return list([]*thunk{ev.delayed(a[0], func() Val { return ev.apply(ev.force(a[0]), ready(unknown(org)), at) })}, false).with(org)
}

func libRange(ev *Evaluator, a []*thunk, at site) Val {
	x, ok1 := ev.force(a[0]).shape.(*intShape)
	y, ok2 := ev.force(a[1]).shape.(*intShape)
	org := ev.all(a...)
	if ok1 && ok2 && y.n-x.n <= 256 {
		var ts []*thunk
		for i := x.n; i <= y.n; i++ {
			ts = append(ts, ready(integer(i)))
		}
		return list(ts, true).with(org)
	}
	return list([]*thunk{ready(unknown(org))}, false).with(org)
}

func libZipListsWith(ev *Evaluator, a []*thunk, at site) Val {
	return zippedLists(ev, a[1], a[2], func(x, y *thunk) *thunk {
		return ev.delayed(a[0], func() Val { return ev.call(ev.force(a[0]), at, x, y) })
	})
}

// zippedLists is a list of what make makes of the elements of two lists at the same places.
func zippedLists(ev *Evaluator, a, b *thunk, make func(x, y *thunk) *thunk) Val {
	x, ex, o1 := ev.elems(ev.force(a))
	y, ey, o2 := ev.elems(ev.force(b))
	var ts []*thunk
	for i := range min(len(x), len(y)) {
		ts = append(ts, make(x[i], y[i]))
	}
	return list(ts, ex && ey).with(union(o1, o2))
}

func libPartition(ev *Evaluator, a []*thunk, at site) Val {
	ts, _, org := ev.elems(ev.force(a[1]))
	var r, w []*thunk
	var decides Origins
	for _, t := range ts {
		c := ev.apply(ev.force(a[0]), t, at)
		co := ev.deep(c).atMost(Control)
		if b, ok := c.shape.(*boolShape); ok && len(c.org) == 0 {
			if b.b {
				r = append(r, t)
			} else {
				w = append(w, t)
			}
			continue
		}
		decides = union(decides, co)
		r, w = append(r, ev.adding(t, co)), append(w, ev.adding(t, co))
	}
	size := func() Origins { return union(decides, ev.sizeOf(a[1])()) }
	out := &setShape{}
	out.add(attr{name: "right", val: ready(list(r, false).with(org).sized(size))})
	out.add(attr{name: "wrong", val: ready(list(w, false).with(org).sized(size))})
	return Val{shape: out}
}

// delayed is a thunk that the sweep knows of, so that reads in it are found even if nobody asks for it.
// over is the function whose call it is.
func (ev *Evaluator) delayed(over *thunk, f func() Val) *thunk {
	t := lazily(f)
	t.of = over
	ev.pending = append(ev.pending, t)
	return t
}

func indexed(ev *Evaluator, f, l *thunk, at site, from int64) ([]*thunk, bool, Origins) {
	ts, exact, org := ev.elems(ev.force(l))
	out := make([]*thunk, len(ts))
	for i, t := range ts {
		out[i] = ev.delayed(f, func() Val { return ev.call(ev.force(f), at, ready(integer(int64(i)+from)), t) })
	}
	return out, exact, org
}

// any is one of several values.
func (ev *Evaluator) any(ts []*thunk) Val {
	vs := make([]Val, len(ts))
	for i, t := range ts {
		vs[i] = ev.force(t)
	}
	return ev.join(vs...)
}
