package eval

import "slices"

// functionsChapter is lib/trivial.nix, lib/fixed-points.nix and lib/asserts.nix: what hands values and functions on.
func functionsChapter() []row {
	return []row{
		{"traceVal", 1, same(0)},
		{"traceValSeq", 1, same(0)},
		{"break", 1, same(0)},
		{"id", 1, same(0)},
		{"lowPrio", 1, same(0)},
		{"highPrio", 1, same(0)},
		{"hiPrio", 1, same(0)},
		{"setPrio", 1, same(0)},
		{"toPath", 1, same(0)},
		{"dontRecurseIntoAttrs", 1, same(0)},
		{"recurseIntoAttrs", 1, same(0)},
		{"unsafeDiscardStringContext", 1, same(0)},
		{"unsafeDiscardOutputDependency", 1, same(0)},
		{"seq", 2, same(1)},
		{"deepSeq", 2, same(1)},
		{"trace", 2, same(1)},
		{"traceSeq", 2, same(1)},
		{"traceValSeqN", 2, same(1)},
		{"traceValFn", 2, same(1)},
		{"traceValSeqFn", 2, same(1)},
		{"traceVerbose", 2, same(1)},
		{"traceIf", 3, same(2)},
		{"traceSeqN", 3, same(2)},
		{"showWarnings", 2, same(1)},
		{"warn", 2, same(1)},
		{"addErrorContext", 2, same(1)},
		{"info", 2, same(1)},
		{"traceFnSeqN", 2, same(1)},
		{"warnIf", 3, libWarnIf},
		{"warnIfNot", 3, libWarnIf},
		{"throwIf", 3, libWarnIf},
		{"throwIfNot", 3, libWarnIf},
		{"mapNullable", 2, libMapNullable},
		{"tryEval", 1, libTryEval},
		{"throw", 1, libThrow},
		{"abort", 1, libThrow},
		{"assertMsg", 2, libAssertMsg},
		{"assertOneOf", 3, libAssertOneOf},
		{"const", 2, libConst},
		{"flip", 3, libFlip},
		{"pipe", 2, libPipe},
		{"compose", 3, libCompose},
		{"fix", 1, libFix},
		{"makeExtensible", 1, libMakeExtensible},
		{"composeExtensions", 4, func(ev *Evaluator, a []*thunk, at site) Val { return ev.composed(a[:2], a[2], a[3], at) }},
		{"composeManyExtensions", 3, func(ev *Evaluator, a []*thunk, at site) Val {
			ts, _, org := ev.elems(ev.force(a[0]))
			return ev.composed(ts, a[1], a[2], at).with(org)
		}},
		{"extends", 3, libExtends},
		{"toFunction", 1, same(0)},
		{"makeOverridable", 2, libMakeOverridable},
	}
}

func libConst(ev *Evaluator, a []*thunk, at site) Val { return ev.force(a[0]) }

func libFlip(ev *Evaluator, a []*thunk, at site) Val { return ev.call(ev.force(a[0]), at, a[2], a[1]) }

func libPipe(ev *Evaluator, a []*thunk, at site) Val {
	fs, exact, org := ev.elems(ev.force(a[1]))
	v := ev.force(a[0])
	for _, f := range fs {
		v = ev.apply(ev.force(f), ready(v), at)
	}
	if !exact {
		org = union(org, ev.all(a[0]))
	}
	return v.with(org)
}

func libCompose(ev *Evaluator, a []*thunk, at site) Val {
	x := a[2]
	return ev.apply(ev.force(a[1]), lazily(func() Val { return ev.apply(ev.force(a[0]), x, at) }), at)
}

func libFix(ev *Evaluator, a []*thunk, at site) Val {
	f := ev.force(a[0])
	var self *thunk
	self = lazily(func() Val { return ev.apply(f, self, at) })
	return ev.force(self)
}

func libMakeExtensible(ev *Evaluator, a []*thunk, at site) Val {
	f := ev.force(a[0])
	var self *thunk
	made := func(self *thunk) Val { return ev.apply(f, self, at) }
	self = lazily(func() Val { return ev.extensible(made(self), made) })
	return ev.force(self)
}

func libExtends(ev *Evaluator, a []*thunk, at site) Val {
	prev := lazily(func() Val { return ev.apply(ev.force(a[1]), a[2], at) })
	return ev.update(ev.force(prev), ev.call(ev.force(a[0]), at, a[2], prev))
}

func same(i int) func(ev *Evaluator, a []*thunk, at site) Val {
	return func(ev *Evaluator, a []*thunk, at site) Val { return ev.force(a[i]) }
}

// composed is what some overlays make of a set, each with what those before it made (Nixpkgs lib/fixed-points.nix, composeExtensions).
func (ev *Evaluator) composed(overlays []*thunk, final, prev *thunk, at site) Val {
	out := emptySet()
	for _, f := range overlays {
		before := out
		made := ev.call(ev.force(f), at, final, lazily(func() Val { return ev.update(ev.force(prev), before) }))
		out = ev.update(out, made)
	}
	return out
}

// extensible adds the function that extends a set (Nixpkgs lib/fixed-points.nix, makeExtensible). made makes the set of itself: what is extended is
// made anew of the extended one.
func (ev *Evaluator) extensible(v Val, made func(self *thunk) Val) Val {
	s, ok := v.shape.(*setShape)
	if !ok {
		return v
	}
	out := &setShape{base: s.base, dyn: s.dyn, attrs: make([]attr, 0, len(s.attrs)+1)}
	for _, a := range s.attrs {
		if a.name != "extend" {
			out.add(a)
		}
	}
	extend := &spec{name: "extend", arity: 1, call: func(ev *Evaluator, a []*thunk, at site) Val {
		var self *thunk
		more := func(self *thunk) Val {
			before := made(self)
			return ev.update(before, ev.call(ev.force(a[0]), at, self, ready(before)))
		}
		overlay := ev.force(a[0])
		return ev.extendedAlike(overlay, Val{shape: out}, func() Val {
			self = lazily(func() Val { return ev.extensible(more(self), more) })
			return ev.force(self)
		})
	}}
	out.add(attr{name: "extend", val: ready(Val{shape: &builtin{spec: extend}})})
	return Val{shape: out, org: v.org}
}

// libMakeOverridable is lib.makeOverridable: what a function makes of its arguments, and under override what it makes of others
// (Nixpkgs lib/customisation.nix).
func libMakeOverridable(ev *Evaluator, a []*thunk, at site) Val {
	v := ev.apply(ev.force(a[0]), a[1], at)
	s, ok := v.shape.(*setShape)
	if !ok {
		return v
	}
	override := &spec{name: "override", arity: 1, call: func(ev *Evaluator, b []*thunk, at site) Val {
		given := ev.force(b[0])
		switch given.shape.(type) {
		case *closure, *builtin:
			given = ev.apply(given, a[1], at)
		}
		return libMakeOverridable(ev, []*thunk{a[0], ready(ev.update(ev.force(a[1]), given))}, at)
	}}
	out := &setShape{base: s.base, dyn: s.dyn, conf: s.conf, attrs: slices.Clone(s.attrs)}
	out.add(attr{name: "override", val: ready(Val{shape: &builtin{spec: override}})})
	return Val{shape: out, org: v.org}
}

func libWarnIf(ev *Evaluator, a []*thunk, at site) Val { return ev.controlled(ev.force(a[2]), a[0]) }

func libAssertMsg(ev *Evaluator, a []*thunk, at site) Val { return ev.force(a[0]) }

func libAssertOneOf(ev *Evaluator, a []*thunk, at site) Val {
	return ev.controlled(ev.force(a[2]), a[1])
}

func libMapNullable(ev *Evaluator, a []*thunk, at site) Val {
	v := ev.apply(ev.force(a[0]), a[1], at)
	return v.with(ev.origins(ev.force(a[1])).atMost(Control))
}

func libThrow(ev *Evaluator, a []*thunk, at site) Val {
	return unknown(ev.all(a[0]))
}
