package eval

import "slices"

// A filter by literal names leaves of the names that are not known those that pass it (rule 7): under hasPrefix "web-" name, a name
// is "web-…".

// narrowed are the names that pass a condition, each with holes, where it tests a name that is not known; nil: any may.
func narrowed(cond Val, name *strShape) []string {
	s, ok := cond.shape.(*logicShape)
	if !ok || known(name.s) {
		return nil
	}
	switch s.op {
	case and:
		if names := narrowed(s.x, name); names != nil {
			return names
		}
		return narrowed(s.y, name)
	case or:
		x, y := narrowed(s.x, name), narrowed(s.y, name)
		if x == nil || y == nil {
			return nil
		}
		return append(slices.Clip(x), y...)
	case not:
		return nil
	}
	if s.subject != name || name.s != hole {
		return nil
	}
	switch s.test {
	case equals:
		return []string{s.text}
	case startsWith:
		return []string{joinText(s.text, hole)}
	case endsWith:
		return []string{joinText(hole, s.text)}
	case contains:
		return []string{joinText(joinText(hole, s.text), hole)}
	}
	return nil
}

// ofMember is what goes over all members of a part of config, for those of one name.
func (ev *Evaluator) ofMember(t *thunk, name string) *thunk {
	v := ev.force(t)
	r, ok := v.shape.(*refShape)
	if !ok || r.path.Name != hole || r.path.Parent == nil {
		return t
	}
	c := *r
	c.path = ev.child(r.path.Parent, name)
	c.read = ev.memberRead(&refShape{path: r.path.Parent, read: r.read}, name)
	c.self, c.selfVia = nil, nil
	return ready(Val{shape: &c, org: v.org})
}

// members are an attribute as a filter by its name leaves it, and what the filter says of each.
func (ev *Evaluator) members(a attr, passes func(name, value *thunk) Val, then func(a attr, cond Val)) {
	name := nameOf(a)
	cond := passes(ready(name), a.val)
	text, _ := name.shape.(*strShape)
	names := narrowed(cond, text)
	if names == nil {
		then(a, cond)
		return
	}
	slices.Sort(names)
	for _, n := range slices.Compact(names) {
		b := a
		b.name, b.val = n, ev.ofMember(a.val, n)
		then(b, passes(ready(nameOf(b)), b.val))
	}
}

// textTested is what a test says of a text of which a part is not known, where that part decides nothing.
func textTested(test textTest, subject, text string) (is, ok bool) {
	if known(subject) {
		return false, false
	}
	first, last := cutHole(subject)
	switch test {
	case startsWith:
		if len(first) >= len(text) {
			return first[:len(text)] == text, true
		}
		if text[:len(first)] != first {
			return false, true
		}
	case endsWith:
		if len(last) >= len(text) {
			return last[len(last)-len(text):] == text, true
		}
		if text[len(text)-len(last):] != last {
			return false, true
		}
	case equals:
		if len(text) < len(first)+len(last) || text[:len(first)] != first || text[len(text)-len(last):] != last {
			return false, true
		}
	}
	return false, false
}

// cutHole are what is known of a text before its first hole and after its last.
func cutHole(s string) (first, last string) {
	i := 0
	for i < len(s) && s[i] != hole[0] {
		i++
	}
	j := len(s)
	for j > 0 && s[j-1] != hole[0] {
		j--
	}
	return s[:i], s[j:]
}
