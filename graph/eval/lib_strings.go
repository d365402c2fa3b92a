package eval

import (
	"path"
	"strings"
)

// stringsChapter is lib/strings.nix and what builtins has of strings.
func stringsChapter() []row {
	return []row{
		{"toString", 1, libToString},
		{"escapeShellArg", 1, libToString},
		{"escapeURL", 1, libToString},
		{"escapeNixString", 1, libToString},
		{"escapeSystemdExecArg", 1, libToString},
		{"toLower", 1, stringFn(func(a ...string) string { return strings.ToLower(a[0]) })},
		{"toUpper", 1, stringFn(func(a ...string) string { return strings.ToUpper(a[0]) })},
		{"trim", 1, stringFn(func(a ...string) string { return strings.TrimSpace(a[0]) })},
		{"baseNameOf", 1, stringFn(func(a ...string) string { return path.Base(a[0]) })},
		{"removeSuffix", 2, stringFn(func(a ...string) string { return strings.TrimSuffix(a[1], a[0]) })},
		{"removePrefix", 2, stringFn(func(a ...string) string { return strings.TrimPrefix(a[1], a[0]) })},
		{"hasSuffix", 2, predicate(endsWith, strings.HasSuffix)},
		{"hasPrefix", 2, predicate(startsWith, strings.HasPrefix)},
		{"hasInfix", 2, predicate(contains, strings.Contains)},
		{"dirOf", 1, libDirOf},
		{"stringLength", 1, libStringLength},
		{"replaceStrings", 3, libReplaceStrings},
		{"splitString", 2, libSplitString},
		{"concatStringsSep", 2, libConcatStringsSep},
		{"concatStrings", 1, libConcatStrings},
		{"concatLines", 1, libConcatLines},
		{"concatMapStrings", 2, libConcatMapStrings},
		{"concatMapStringsSep", 3, libConcatMapStringsSep},
		{"concatImapStringsSep", 3, libConcatImapStringsSep},
		{"concatMapAttrsStringSep", 3, libConcatMapAttrsStringSep},
		{"match", 2, libMatch},
		{"split", 2, libSplit},
		{"compareVersions", 2, versions(func(order int) Val { return integer(int64(order)) })},
		{"versionAtLeast", 2, versions(func(order int) Val { return boolean(order >= 0) })},
		{"versionOlder", 2, versions(func(order int) Val { return boolean(order < 0) })},
		{"lessThan", 2, joinArgs},
		{"substring", 3, libSubstring},
		{"fixedWidthString", 3, joinArgs},
	}
}

func libToString(ev *Evaluator, a []*thunk, at site) Val {
	v := ev.force(a[0])
	return str(ev.asText(v)).with(ev.deep(v))
}

func libDirOf(ev *Evaluator, a []*thunk, at site) Val {
	v := ev.force(a[0])
	if p, ok := v.shape.(*pathShape); ok && known(p.s) {
		return Val{shape: &pathShape{path.Dir(p.s), p.inside}, org: v.org}
	}
	if s, ok := v.shape.(*strShape); ok && known(s.s) {
		return str(path.Dir(s.s)).with(v.org)
	}
	return unknown(ev.deep(v))
}

func libStringLength(ev *Evaluator, a []*thunk, at site) Val {
	v := ev.force(a[0])
	if s, ok := v.shape.(*strShape); ok && known(s.s) {
		return integer(int64(len(s.s))).with(ev.digested(v.org))
	}
	return unknown(ev.digested(ev.deep(v)))
}

func libReplaceStrings(ev *Evaluator, a []*thunk, at site) Val {
	from, _, o1 := ev.elems(ev.force(a[0]))
	to, _, o2 := ev.elems(ev.force(a[1]))
	s, ok := ev.textOf(a[2])
	org := union(ev.all(a...), union(o1, o2))
	pairs := make([]string, 0, 2*len(from))
	for i := range min(len(from), len(to)) {
		x, ok1 := ev.textOf(from[i])
		y, ok2 := ev.textOf(to[i])
		ok = ok && ok1 && ok2 && x != ""
		pairs = append(pairs, x, y)
	}
	if !ok {
		return str(hole).with(org)
	}
	return str(strings.NewReplacer(pairs...).Replace(s)).with(org)
}

func libSplitString(ev *Evaluator, a []*thunk, at site) Val {
	sep, ok1 := ev.textOf(a[0])
	s, ok2 := ev.textOf(a[1])
	org := ev.all(a...)
	if !ok1 || !ok2 || sep == "" {
		return list([]*thunk{ready(str(hole).with(org))}, false).with(org)
	}
	var ts []*thunk
	for _, p := range strings.Split(s, sep) {
		ts = append(ts, ready(str(p).with(org)))
	}
	return list(ts, true).with(org)
}

func concat(ev *Evaluator, sep string, ts []*thunk, exact bool, org Origins) Val {
	s := ""
	for i, t := range ts {
		v := ev.force(t)
		org = union(org, ev.deep(v))
		if i > 0 {
			s = joinText(s, sep)
		}
		s = joinText(s, ev.inText(v))
	}
	if !exact {
		s = hole
	}
	return str(s).with(org)
}

func libConcatStringsSep(ev *Evaluator, a []*thunk, at site) Val {
	sep, _ := ev.textOf(a[0])
	ts, exact, org := ev.elems(ev.force(a[1]))
	return concat(ev, sep, ts, exact, union(org, ev.all(a[0])))
}

func libConcatStrings(ev *Evaluator, a []*thunk, at site) Val {
	ts, exact, org := ev.elems(ev.force(a[0]))
	return concat(ev, "", ts, exact, org)
}

func libConcatLines(ev *Evaluator, a []*thunk, at site) Val {
	ts, exact, org := ev.elems(ev.force(a[0]))
	return concat(ev, "\n", ts, exact, org)
}

func mapped(ev *Evaluator, f *thunk, l *thunk, at site) ([]*thunk, bool, Origins) {
	ts, exact, org := ev.elems(ev.force(l))
	out := make([]*thunk, len(ts))
	for i, t := range ts {
		out[i] = ev.delayed(f, func() Val { return ev.apply(ev.force(f), t, at) })
	}
	return out, exact, org
}

func libConcatMapStrings(ev *Evaluator, a []*thunk, at site) Val {
	ts, exact, org := mapped(ev, a[0], a[1], at)
	return concat(ev, "", ts, exact, org)
}

func libConcatMapStringsSep(ev *Evaluator, a []*thunk, at site) Val {
	sep, _ := ev.textOf(a[0])
	ts, exact, org := mapped(ev, a[1], a[2], at)
	return concat(ev, sep, ts, exact, union(org, ev.all(a[0])))
}

func libConcatImapStringsSep(ev *Evaluator, a []*thunk, at site) Val {
	sep, _ := ev.textOf(a[0])
	ts, exact, org := indexed(ev, a[1], a[2], at, 1)
	return concat(ev, sep, ts, exact, org)
}

func libConcatMapAttrsStringSep(ev *Evaluator, a []*thunk, at site) Val {
	sep, _ := ev.textOf(a[0])
	as, exact, org := ev.entries(ev.force(a[2]))
	var ts []*thunk
	for _, at2 := range as {
		v := ev.call(ev.force(a[1]), at, ready(nameOf(at2)), at2.val)
		ts = append(ts, ready(v))
	}
	return concat(ev, sep, ts, exact, org)
}

// predicate is a function of a text to look for and of the one to look in that gives a bool.
func predicate(test textTest, f func(subject, text string) bool) func(ev *Evaluator, a []*thunk, at site) Val {
	return func(ev *Evaluator, a []*thunk, at site) Val {
		text, okX := ev.textOf(a[0])
		in, okY := ev.textOf(a[1])
		org := ev.digested(ev.all(a...))
		switch {
		case okX && okY:
			return boolean(f(in, text)).with(org)
		case okX:
			subject, ok := ev.force(a[1]).shape.(*strShape)
			if !ok {
				break
			}
			if is, known := textTested(test, in, text); known {
				return boolean(is).with(ev.all(a[0]))
			}
			return Val{shape: &logicShape{test: test, subject: subject, text: text}, org: org}
		}
		return unknown(org)
	}
}

// stringFn is a function from strings to a string; what is not known of its arguments is a hole.
func stringFn(f func(a ...string) string) func(ev *Evaluator, a []*thunk, at site) Val {
	return func(ev *Evaluator, a []*thunk, at site) Val {
		in := make([]string, len(a))
		exact := true
		for i, t := range a {
			s, ok := ev.textOf(t)
			in[i] = s
			exact = exact && ok
		}
		if exact {
			return str(f(in...)).with(ev.all(a...))
		}
		return str(hole).with(ev.all(a...))
	}
}
