package eval

// modulesChapter is lib/modules.nix and lib/options.nix, with the optional* functions.
func modulesChapter() []row {
	return []row{
		{"mkIf", 2, libMkIf},
		{"mkMerge", 1, libMkMerge},
		{"mkForce", 1, withPriority(50)},
		{"mkDefault", 1, withPriority(1000)},
		{"mkBefore", 1, same(0)},
		{"mkAfter", 1, same(0)},
		{"mkOptionDefault", 1, withPriority(1500)},
		{"mkVMOverride", 1, withPriority(10)},
		{"mkImageMediaOverride", 1, withPriority(60)},
		{"mkOverride", 2, libMkOverride},
		{"mkOrder", 2, same(1)},
		{"setDefaultModuleLocation", 2, same(1)},
		{"mkOption", 1, libMkOption},
		{"mkEnableOption", 1, libMkEnableOption},
		{"mkPackageOption", 3, libMkPackageOption},
		{"mkPackageOptionMD", 3, libMkPackageOption},
		{"mkSinkUndeclaredOptions", 1, libMkSinkUndeclaredOptions},
		{"mkAliasOptionModule", 2, libMkAliasOptionModule},
		{"mkRenamedOptionModule", 2, libMkAliasOptionModule},
		{"mkAliasOptionModuleMD", 2, libMkAliasOptionModule},
		{"mkChangedOptionModule", 3, libMkChangedOptionModule},
		{"mkMergedOptionModule", 3, libMkMergedOptionModule},
		{"mkRemovedOptionModule", 2, libMkRemovedOptionModule},
		{"mkAliasDefinitions", 1, libMkAliasDefinitions},
		{"mkAliasAndWrapDefinitions", 2, libMkAliasAndWrapDefinitions},
		{"mkAliasAndWrapDefsWithPriority", 2, libMkAliasAndWrapDefinitions},
		{"mkDerivedConfig", 2, libMkDerivedConfig},
		{"importApply", 2, libImportApply},
		{"setFunctionArgs", 2, same(0)},
		{"mirrorFunctionArgs", 2, same(1)},
		{"optionals", 2, optional(emptyList)},
		{"optional", 2, libOptional},
		{"optionalAttrs", 2, optional(emptySet)},
		{"optionalString", 2, optional(func() Val { return str("") })},
	}
}

// libMkIf is a property of what it holds, also where the condition is known: an attribute that is put beside it is dropped.
func libMkIf(ev *Evaluator, a []*thunk, at site) Val {
	s := &altShape{prop: conditional, cond: ev.force(a[0])}
	if b, ok := ev.truth(a[0]); !ok {
		s.alts = []*thunk{a[1]}
		return Val{shape: s, org: ev.deep(s.cond).atMost(Control)}
	} else if b {
		s.alts = []*thunk{a[1]}
	} else {
		ev.force(a[1])
	}
	return Val{shape: s}
}

func libMkMerge(ev *Evaluator, a []*thunk, at site) Val {
	ts, _, org := ev.elems(ev.force(a[0]))
	return Val{shape: &altShape{alts: ts, prop: merged}, org: org.atMost(Control)}
}

// What definitions weigh in the module system, less is stronger (Nixpkgs lib/modules.nix, mkOverride).
const (
	defaultPriority = 100
	optionDefault   = 1500
	unknownPriority = -1
)

func withPriority(n int) func(ev *Evaluator, a []*thunk, at site) Val {
	return func(ev *Evaluator, a []*thunk, at site) Val {
		return Val{shape: &altShape{prop: prioritized, priority: n, alts: a[:1:1]}}
	}
}

func libMkOverride(ev *Evaluator, a []*thunk, at site) Val {
	s := &altShape{prop: prioritized, priority: unknownPriority, alts: a[1:2:2]}
	v := ev.force(a[0])
	if n, ok := v.shape.(*intShape); ok && len(v.org) == 0 {
		s.priority = int(n.n)
	}
	return Val{shape: s, org: ev.deep(v).atMost(Control)}
}

func libMkOption(ev *Evaluator, a []*thunk, at site) Val {
	return Val{shape: &optShape{args: a[0], kind: "mkOption", at: at}}
}

func libMkEnableOption(ev *Evaluator, a []*thunk, at site) Val {
	return Val{shape: &optShape{args: a[0], kind: "mkEnableOption", at: at}}
}

func libMkPackageOption(ev *Evaluator, a []*thunk, at site) Val {
	return Val{shape: &optShape{args: a[2], kind: "mkPackageOption", at: at}}
}

func libMkSinkUndeclaredOptions(ev *Evaluator, a []*thunk, at site) Val {
	return Val{shape: &optShape{args: a[0], kind: "mkSinkUndeclaredOptions", at: at}}
}

func libOptional(ev *Evaluator, a []*thunk, at site) Val {
	if b, ok := ev.truth(a[0]); ok {
		if !b {
			ev.notTaken(a[1])
			return emptyList()
		}
		return list([]*thunk{a[1]}, true)
	}
	c := ev.deep(ev.force(a[0])).atMost(Control)
	return list([]*thunk{ev.adding(a[1], c)}, false).with(c)
}

// optional is optionalX: nothing is added where the condition is known to be false.
func optional(empty func() Val) func(ev *Evaluator, a []*thunk, at site) Val {
	return func(ev *Evaluator, a []*thunk, at site) Val {
		if b, ok := ev.truth(a[0]); ok {
			if !b {
				ev.notTaken(a[1])
				return empty()
			}
			return ev.force(a[1])
		}
		v := ev.force(a[1])
		if l, ok := v.shape.(*listShape); ok {
			// Whether the elements are there is decided by the condition; each one carries it.
			c := ev.deep(ev.force(a[0])).atMost(Control)
			out := make([]*thunk, len(l.elems))
			for i, t := range l.elems {
				out[i] = ev.adding(t, c)
			}
			return list(out, false).with(union(v.org, c))
		}
		if _, ok := v.shape.(*strShape); ok {
			return str(hole).with(union(v.org, ev.deep(ev.force(a[0])).atMost(Control)))
		}
		return ev.controlled(v, a[0])
	}
}

func libMkAliasOptionModule(ev *Evaluator, a []*thunk, at site) Val {
	s := &aliasShape{}
	for i, into := range []*[]string{&s.from, &s.to} {
		ts, _, _ := ev.elems(ev.force(a[i]))
		for _, t := range ts {
			name, _ := ev.textOf(t)
			*into = append(*into, name)
		}
	}
	return Val{shape: s}
}

// changedShape is a module that makes an option of others by a function: mkChangedOptionModule, mkMergedOptionModule.
type changedShape struct {
	from [][]string
	to   []string
	with *thunk // from config to the value
	at   site
}

func (*changedShape) what() string { return "module that changes an option" }

func (ev *Evaluator) namesIn(t *thunk) []string {
	ts, _, _ := ev.elems(ev.force(t))
	names := make([]string, len(ts))
	for i, n := range ts {
		names[i], _ = ev.textOf(n)
	}
	return names
}

func libMkChangedOptionModule(ev *Evaluator, a []*thunk, at site) Val {
	return Val{shape: &changedShape{from: [][]string{ev.namesIn(a[0])}, to: ev.namesIn(a[1]), with: a[2], at: at}}
}

func libMkMergedOptionModule(ev *Evaluator, a []*thunk, at site) Val {
	s := &changedShape{to: ev.namesIn(a[1]), with: a[2], at: at}
	ts, _, _ := ev.elems(ev.force(a[0]))
	for _, t := range ts {
		s.from = append(s.from, ev.namesIn(t))
	}
	return Val{shape: s}
}

// module is what it is in a configuration. The old options are declared there, so that what they are set to is looked at.
func (s *changedShape) module(ev *Evaluator, base *Path) Val {
	nest := func(names []string, t *thunk) *thunk {
		for i := len(names) - 1; i >= 0; i-- {
			set := &setShape{}
			set.add(attr{name: names[i], val: t, site: s.at})
			t = ready(Val{shape: set})
		}
		return t
	}
	options := Val{shape: &setShape{}}
	for _, names := range s.from {
		o := ready(Val{shape: &optShape{args: ready(emptySet()), kind: "mkOption", at: s.at}})
		options = ev.recursiveUpdate(options, ev.force(nest(names, o)), 0)
	}
	value := lazily(func() Val { return ev.apply(ev.force(s.with), ready(Val{shape: &refShape{path: base}}), s.at) })
	set := &setShape{}
	set.add(attr{name: "options", val: ready(options), site: s.at})
	set.add(attr{name: "config", val: nest(s.to, value), site: s.at})
	return Val{shape: set}
}

// libMkRemovedOptionModule is a module that only refuses definitions.
func libMkRemovedOptionModule(ev *Evaluator, a []*thunk, at site) Val { return emptySet() }

// libMkAliasDefinitions gives an option all definitions of another one, which is what that one holds.
func libMkAliasDefinitions(ev *Evaluator, a []*thunk, at site) Val {
	return ev.valueOf(ev.force(a[0]), at)
}

func libMkAliasAndWrapDefinitions(ev *Evaluator, a []*thunk, at site) Val {
	return ev.apply(ev.force(a[0]), ready(ev.valueOf(ev.force(a[1]), at)), at)
}

func libMkDerivedConfig(ev *Evaluator, a []*thunk, at site) Val {
	return ev.apply(ev.force(a[1]), ready(ev.valueOf(ev.force(a[0]), at)), at)
}

// libImportApply is the module that a file's function gives for arguments of one's own.
func libImportApply(ev *Evaluator, a []*thunk, at site) Val {
	return ev.apply(ev.importValue(ev.force(a[0]), at), a[1], at)
}
