package eval

import (
	"path"
	"slices"
	"strings"
)

// fileset is lib/fileset: sets of files. They are lists of paths here, which is what toList gives.
func filesetChapter() []row {
	return []row{
		{"fileset.toList", 1, filesetToList},
		{"fileset.fileFilter", 2, filesetFilter},
		{"fileset.maybeMissing", 1, filesetToList},
		{"fileset.union", 2, filesetUnion},
		{"fileset.unions", 1, filesetUnions},
		{"fileset.intersection", 2, filesetOf(func(in bool) bool { return in })},
		{"fileset.difference", 2, filesetOf(func(in bool) bool { return !in })},
	}
}

// filesOf are the files of a set, or of the path that stands for one: a file, or all that is below a folder. False: they are not known.
func (ev *Evaluator) filesOf(v Val, at site) ([]string, bool) {
	if l, ok := v.shape.(*listShape); ok {
		var names []string
		for _, t := range l.elems {
			name, ok := ev.insidePath(ev.force(t))
			if !ok || !known(name) {
				return nil, false
			}
			names = append(names, name)
		}
		return names, l.exact
	}
	name, ok := ev.insidePath(v)
	if !ok || !known(name) {
		return nil, false
	}
	if _, folder := ev.host.Dir(name); folder {
		return ev.filesBelow(name, at), true
	}
	if !ev.exists(name) {
		return nil, true
	}
	return []string{name}, true
}

func filesetAs(names []string) Val {
	ts := make([]*thunk, len(names))
	for i, n := range names {
		ts[i] = ready(pathOfTree(n))
	}
	return list(ts, true)
}

func filesetToList(ev *Evaluator, a []*thunk, at site) Val {
	v := ev.force(a[0])
	names, ok := ev.filesOf(v, at)
	if !ok {
		if _, list := v.shape.(*listShape); list {
			return v
		}
		return unknown(ev.deep(v))
	}
	return filesetAs(names).with(v.org)
}

// filesetFilter keeps the files that a function of { name, type, hasExt } wants.
func filesetFilter(ev *Evaluator, a []*thunk, at site) Val {
	v := ev.force(a[1])
	names, ok := ev.filesOf(v, at)
	if !ok {
		return unknown(union(ev.deep(v), ev.all(a[0])))
	}
	var kept []*thunk
	exact := true
	for _, name := range names {
		file := path.Base(name)
		hasExt := &spec{name: "hasExt", arity: 1, call: func(ev *Evaluator, a []*thunk, at site) Val {
			if ext, ok := ev.textOf(a[0]); ok {
				return boolean(strings.HasSuffix(file, "."+ext))
			}
			return unknown(ev.all(a[0]))
		}}
		arg := setOf(at, field("name", ready(str(file))), field("type", ready(str("regular"))), field("hasExt", ready(Val{shape: &builtin{spec: hasExt}})))
		wants := ev.apply(ev.force(a[0]), ready(arg), at)
		if b, ok := wants.shape.(*boolShape); ok && len(wants.org) == 0 {
			if b.b {
				kept = append(kept, ready(pathOfTree(name)))
			}
			continue
		}
		exact = false
		kept = append(kept, ev.adding(ready(pathOfTree(name)), ev.deep(wants).atMost(Control)))
	}
	return list(kept, exact).with(v.org)
}

func filesetUnion(ev *Evaluator, a []*thunk, at site) Val { return ev.unionOf(a, nil, at) }

func filesetUnions(ev *Evaluator, a []*thunk, at site) Val {
	ts, _, org := ev.elems(ev.force(a[0]))
	return ev.unionOf(ts, org, at)
}

func (ev *Evaluator) unionOf(ts []*thunk, org Origins, at site) Val {
	all := emptyList()
	for _, t := range ts {
		all = ev.concat(all, filesetToList(ev, []*thunk{t}, at))
	}
	return all.with(org)
}

// filesetOf are the files of one set for which it is as wanted whether they are in another one.
func filesetOf(keep func(in bool) bool) func(ev *Evaluator, a []*thunk, at site) Val {
	return func(ev *Evaluator, a []*thunk, at site) Val {
		x, y := ev.force(a[0]), ev.force(a[1])
		one, ok := ev.filesOf(x, at)
		other, known := ev.filesOf(y, at)
		if !ok || !known {
			return filesetToList(ev, a[:1], at)
		}
		one = slices.DeleteFunc(slices.Clone(one), func(name string) bool { return !keep(slices.Contains(other, name)) })
		return filesetAs(one).with(union(x.org, y.org))
	}
}
