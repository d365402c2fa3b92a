package eval

import "slices"

// keep is a value that an option holds and that is more than data: a function, a module.
type keep struct {
	id   uint32 // of all of them
	path *Path
	val  Val
	by   *Summary
	ctl  Origins
}

// keeps notes that the summary at work gives an option a value that is used as a whole elsewhere.
func (ev *Evaluator) keepValue(p *Path, v Val, ctl Origins) {
	if ev.cur == nil {
		return
	}
	ev.keeps++
	k := keep{ev.keeps, p, v, ev.cur, ctl}
	ev.cur.keeps = append(ev.cur.keeps, k)
	if ev.kept == nil {
		ev.kept = map[*Path][]keep{}
	}
	ev.kept[p] = append(ev.kept[p], k)
}

// keptAt are the functions and modules that the option at p holds in the configuration at work.
func (ev *Evaluator) keptAt(p *Path) []keep {
	ks := ev.keptOf(p)
	if !slices.ContainsFunc(ks, func(k keep) bool { return k.by == ev.cur }) {
		ks = append(ks, ev.keptAhead(p)...)
	}
	ev.ask(question{kind: whatIsKept, path: p, kept: ks})
	return ks
}

// keptAhead are those that the source at work will give the option at p, and has not got to yet: what it says of itself is known to it in
// whatever order it says so.
func (ev *Evaluator) keptAhead(p *Path) []keep {
	if ev.cur == nil {
		return nil
	}
	var out []keep
	take := func(v Val, ctl Origins) {
		ev.keeps++
		out = append(out, keep{ev.keeps, p, v, ev.cur, union(ctl, v.org)})
	}
	for _, m := range ev.cur.modules {
		names := p.namesFrom(m.Base)
		if len(names) == 0 {
			continue
		}
		for _, part := range m.config {
			v := part.val
			for _, name := range names {
				if v = ev.sel(v, name); v.shape == nil || v.shape == missing {
					break
				}
			}
			switch v.shape.(type) {
			case *closure, *builtin:
				take(v, part.ctl)
			case *setShape:
				if ev.holdsModule(p) {
					take(v, part.ctl)
				}
			}
		}
	}
	return out
}

// namesFrom are the names that lead from a path to p, nil if p is not below it, or some name is not known.
func (p *Path) namesFrom(base *Path) []string {
	names := make([]string, max(0, p.Len()-base.Len()))
	for i := len(names) - 1; i >= 0; i-- {
		if !known(p.Name) {
			return nil
		}
		names[i] = p.Name
		p = p.Parent
	}
	if p != base {
		return nil
	}
	return names
}

func (ev *Evaluator) keptOf(p *Path) []keep {
	if p.real != nil {
		defer ev.answering(p)()
		return ev.keptOf(p.real)
	}
	var out []keep
	all := ev.seesAll()
	for _, k := range ev.kept[p] {
		if k.by.dead || !all && !k.by.In.Has(ev.within.Number()) {
			continue
		}
		out = append(out, k)
	}
	return out
}

// sameKept says whether two lists of what an option holds are alike for a source. What the asking source gives itself is the same whenever
// it is followed with the same answers, so that it is no answer that sets one configuration apart from another; what other sources give
// is compared as values, since they may have been followed again for other reasons.
func (ev *Evaluator) sameKept(a, b []keep, s *Summary) bool {
	others := func(ks []keep) []keep {
		return slices.DeleteFunc(slices.Clone(ks), func(k keep) bool { return k.by.key == s.key })
	}
	if len(a) == len(b) && slices.EqualFunc(a, b, func(x, y keep) bool { return x.by == y.by && x.id == y.id }) {
		return true
	}
	// Whether it gives anything itself counts all the same.
	oa, ob := others(a), others(b)
	if (len(oa) < len(a)) != (len(ob) < len(b)) {
		return false
	}
	within := func(xs, ys []keep) bool {
		return !slices.ContainsFunc(xs, func(x keep) bool {
			return !slices.ContainsFunc(ys, func(y keep) bool { return ev.alikeKept(x, y) })
		})
	}
	return within(oa, ob) && within(ob, oa)
}

// alikeKept says that two sources, or one that was followed twice, give an option the same.
func (ev *Evaluator) alikeKept(a, b keep) bool {
	if a.id == b.id {
		return true
	}
	if a.by.key != b.by.key || !slices.Equal(a.ctl, b.ctl) {
		return false
	}
	pair := [2]uint32{min(a.id, b.id), max(a.id, b.id)}
	is, known := ev.keptAlike[pair]
	if !known {
		l := &likeness{ev: ev, left: maxAlike, seen: map[[2]any]bool{}}
		is = l.values(a.val, b.val)
		ev.keptAlike[pair] = is
	}
	return is
}

// held is what the option that a value reads holds, if that is a function or a module of the tree.
func (ev *Evaluator) held(v Val) (Val, bool) {
	r, ok := v.shape.(*refShape)
	if !ok {
		return Val{}, false
	}
	if x, ok := ev.flakeValue(r.path); ok {
		if r.read != nil {
			r.read.Consumed = true
		}
		return x.with(v.org), true
	}
	ks := ev.keptAt(r.path)
	if len(ks) == 0 {
		return Val{}, false
	}
	vs := make([]Val, len(ks))
	for i, k := range ks {
		vs[i] = k.val.with(union(v.org, k.ctl.atMost(Control)))
	}
	if r.read != nil {
		r.read.Consumed = true
	}
	return ev.join(vs...), true
}

// keptBelow says whether some option below p holds such a value.
func (ev *Evaluator) keptBelow(p *Path) bool {
	for _, k := range p.Itself().kids {
		if len(ev.kept[k]) > 0 || ev.keptBelow(k) {
			return true
		}
	}
	return false
}
