package eval

import "nixsink/parse"

// maxDeep is how many levels of structure are searched for origins: a value may have no end, f = n: { below = f (n + 1); }.
const maxDeep = 1000

// maxSearched is how many values are searched for one module. What is known of none of them is kept as long as some value is asked for while
// it is computed, so functions that hold each other are searched again and again.
const maxSearched = 500_000

// deepness is one search through values for their origins. Sets and lists may hold each other: those that do are a strongly
// connected component, and have the same origins (Tarjan, "Depth-first search and linear graph algorithms", 1972).
type deepness struct {
	open  map[**Origins]int // what is being searched, by its cache: where in stack
	stack []component
	low   int         // the outermost one of stack that was met again
	cut   int         // how often maxDeep ended the search
	drop  []**Origins // caches that are not whole
}

// component is one value whose component is not complete.
type component struct {
	cache **Origins
	org   Origins
}

// deep are the origins of a value and of everything in it.
func (ev *Evaluator) deep(v Val) Origins {
	switch s := v.shape.(type) {
	case nil, *strShape, *intShape, *boolShape, *pathShape, *nullShape, *floatShape, *libShape:
		return v.org
	case *refShape:
		return ev.origins(v)
	case *optionsShape:
		return ev.optionOrigins(s, v.org)
	case *listShape:
		return union(v.org, ev.inside(&s.deep, v))
	case *altShape:
		return union(v.org, ev.inside(&s.deep, v))
	case *closure:
		return union(v.org, ev.inside(&s.deep, v))
	case *setShape:
		if s.deep == nil {
			if a, ok := s.get("outPath"); ok {
				return union(v.org, ev.deep(ev.force(a.val)))
			}
		}
		return union(v.org, ev.inside(&s.deep, v))
	case *builtin:
		org := v.org
		for _, t := range s.args {
			org = union(org, ev.deep(ev.force(t)))
		}
		return org
	}
	return v.org
}

// shallow are the origins of an argument of a call that is not followed: functions in it are not entered.
func (ev *Evaluator) shallow(v Val) Origins {
	switch v.shape.(type) {
	case *closure, *builtin:
		return v.org
	}
	return ev.deep(v)
}

// inside are the origins of what a value holds, which are kept in cache once they are known to be all.
func (ev *Evaluator) inside(cache **Origins, v Val) Origins {
	if *cache != nil {
		return **cache
	}
	d := ev.search
	if d == nil {
		d = &deepness{open: map[**Origins]int{}}
		ev.search = d
		defer func() {
			for _, c := range d.drop {
				*c = nil
			}
			ev.search = nil
		}()
	}
	if n, open := d.open[cache]; open {
		d.low = min(d.low, n)
		return nil
	}
	if ev.levels >= maxDeep {
		d.cut++
		at := ev.writtenAt(v)
		ev.limit(at.file, at.span, tooManyLevels)
		return nil
	}
	if ev.searched++; ev.searched > maxSearched {
		d.cut++
		at := ev.writtenAt(v)
		ev.limit(at.file, at.span, tooLarge)
		return nil
	}
	n := len(d.stack)
	d.stack = append(d.stack, component{cache: cache})
	d.open[cache] = n
	outer, halves, cut := d.low, ev.halves, d.cut
	d.low = n
	ev.levels++
	org := ev.parted(v)
	ev.levels--
	d.stack[n].org = org
	low := d.low
	if low == n {
		all := gathering{}
		for _, c := range d.stack[n:] {
			all.add(c.org)
		}
		org = all.done()
		half := ev.halves != halves || d.cut != cut && ev.levels > 0
		shared := &org
		for _, c := range d.stack[n:] {
			*c.cache = shared
			delete(d.open, c.cache)
			if half {
				d.drop = append(d.drop, c.cache)
			}
		}
		d.stack = d.stack[:n]
	}
	d.low = min(outer, low)
	return org
}

// parted joins the deep origins of the parts of a value.
func (ev *Evaluator) parted(v Val) Origins {
	var org gathering
	switch s := v.shape.(type) {
	case *listShape:
		for _, t := range s.elems {
			org.add(ev.deep(ev.force(t)))
		}
	case *altShape:
		for _, t := range s.alts {
			org.add(ev.deep(ev.force(t)))
		}
	case *setShape:
		for i := range s.attrs {
			org.add(union(s.attrs[i].key, ev.deep(ev.force(s.attrs[i].val))))
		}
		if s.base != nil {
			org.add(ev.deep(*s.base))
		}
	case *closure:
		org.add(ev.deep(ev.enterApart(s)))
	}
	return org.done()
}

// enterApart is what a function makes of something unknown.
func (ev *Evaluator) enterApart(c *closure) Val {
	d := ev.search
	ev.search = nil
	ev.apart++
	defer func() { ev.search, ev.apart = d, ev.apart-1 }()
	return ev.enter(c, ready(Val{}))
}

// writtenAt is where a value, or something in it, stands in the text.
func (ev *Evaluator) writtenAt(v Val) site {
	var ts []*thunk
	switch s := v.shape.(type) {
	case *closure:
		return site{s.env.file, s.fn.Range()}
	case *listShape:
		ts = s.elems
	case *altShape:
		ts = s.alts
	case *setShape:
		for i := range s.attrs {
			if s.attrs[i].site.file != nil {
				return s.attrs[i].site
			}
			ts = append(ts, s.attrs[i].val)
		}
	}
	for _, t := range ts {
		if t.expr != nil && t.env != nil {
			return site{t.env.file, t.expr.Range()}
		}
	}
	return site{}
}

// grounded says that an argument is a text or path that is known, so that a recursion over it ends with the tree or the text. Only
// what is put together from texts is evaluated for it.
func (ev *Evaluator) grounded(t *thunk, depth int) bool {
	if t.state == 0 && t.expr != nil {
		switch n := unparenthesized(t.expr).(type) {
		case *parse.String, *parse.Path:
			ev.force(t)
		case *parse.Binary:
			if n.Op == parse.OpAdd {
				ev.force(t)
			}
		case *parse.Set:
			if plainly(n) {
				ev.force(t)
			}
		}
	}
	v, ok := ev.peek(t, maxPeek)
	if !ok {
		return false
	}
	switch s := v.shape.(type) {
	case *strShape:
		return known(s.s)
	case *pathShape:
		return known(s.s)
	case *setShape:
		for i := range s.attrs {
			if depth > 0 && ev.grounded(s.attrs[i].val, depth-1) {
				return true
			}
		}
	}
	return false
}

func unparenthesized(e parse.Expr) parse.Expr {
	for {
		p, ok := e.(*parse.Paren)
		if !ok {
			return e
		}
		e = p.X
	}
}
