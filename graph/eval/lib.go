package eval

import (
	"path"
	"sort"
	"strconv"
	"strings"
)

// spec is a function of nixpkgs' lib or of Nix itself.
type spec struct {
	name  string
	arity int
	call  func(ev *Evaluator, a []*thunk, at site) Val
	value *builtin // the function before it has any argument
}

// libSpaces are the namespaces below lib. Their functions are found by their last name alone.
var libSpaces = map[string]bool{
	"strings": true, "attrsets": true, "lists": true, "trivial": true, "options": true, "modules": true, "types": true,
	"generators": true, "meta": true, "versions": true, "filesystem": true, "path": true, "sources": true, "systems": true,
	"licenses": true, "maintainers": true, "cli": true, "asserts": true, "debug": true, "fixedPoints": true, "customisation": true,
	"derivations": true, "network": true, "hm": true, "dag": true, "gvariant": true, "platforms": true, "fileset": true, "teams": true,
}

// globals are the names that Nix itself puts in scope.
var globals = map[string]bool{
	"abort": true, "baseNameOf": true, "break": true, "derivation": true, "derivationStrict": true, "dirOf": true, "fetchGit": true,
	"fetchMercurial": true, "fetchTarball": true, "fetchTree": true, "fromTOML": true, "import": true, "isNull": true, "map": true,
	"placeholder": true, "removeAttrs": true, "scopedImport": true, "throw": true, "toString": true,
}

func (ev *Evaluator) global(name string, en *env) (Val, bool) {
	switch name {
	case "true":
		return boolean(true), true
	case "false":
		return boolean(false), true
	case "null":
		return Val{shape: &nullShape{}}, true
	case "builtins":
		return Val{shape: &libShape{"builtins"}}, true
	case "import", "scopedImport":
		f := en.file
		n := 1
		if name == "scopedImport" {
			n = 2
		}
		return Val{shape: &builtin{spec: &spec{name: name, arity: n, call: func(ev *Evaluator, a []*thunk, at site) Val {
			return ev.importValue(ev.force(a[len(a)-1]), site{f, at.span})
		}}}}, true
	case "__curPos":
		return Val{}, true
	}
	if globals[name] || strings.HasPrefix(name, "__") && libTable[name[2:]] != nil {
		return ev.libFunction(strings.TrimPrefix(name, "__")), true
	}
	return Val{}, false
}

func (ev *Evaluator) libFunction(name string) Val {
	if s := libTable[name]; s != nil {
		return Val{shape: s.value}
	}
	return Val{}
}

// libOffers says whether a namespace has a name.
func libOffers(space, name string) bool {
	switch space {
	case "lib.types":
		return typeNames[name] || typeMakers[name] > 0
	case "builtins":
		return libTable[name] != nil || globals[name] || name == "import"
	}
	if space == "lib" && libSpaces[name] {
		return true
	}
	return libTable[name] != nil || otherLib[name]
}

// otherLib are further names of lib, so that `with lib;` is known to offer them; what they do is not modelled (rule 8).
var otherLib = map[string]bool{
	"maintainers": true, "licenses": true, "platforms": true, "version": true, "trivial": true, "literalExpression": true, "literalMD": true, "mdDoc": true,
	"mkRemovedOptionModule": true, "mkChangedOptionModule": true, "mkMergedOptionModule": true,
	"getExe": true, "getExe'": true, "getBin": true, "escapeShellArg": true, "escapeShellArgs": true, "concatLines": true, "makeBinPath": true, "isDerivation": true,
	"hasAttrByPath": true, "isStorePath": true, "fakeHash": true, "fakeSha256": true, "evalModules": true, "makeLibraryPath": true, "escapeRegex": true, "escapeXML": true,
	"toHexString": true, "systems": true, "cleanSource": true, "cartesianProduct": true, "versionAtLeast": true, "versionOlder": true, "types": true,
}

func (ev *Evaluator) libSelect(s *libShape, name string, org Origins) Val {
	switch {
	case s.name == "pkgs":
		switch name {
		case "lib":
			return Val{shape: &libShape{"lib"}, org: org}
		case "nixosTest", "testers":
			return unknown(org)
		}
		if strings.HasPrefix(name, "substituteAll") || name == "replaceVars" {
			return ev.libFunction("replaceVars").with(org)
		}
		return unknown(org)
	case s.name == "lib.types":
		if n := typeMakers[name]; n > 0 {
			return ev.typeMaker(name, n).with(org)
		}
		return Val{shape: &typeShape{name: name}, org: org}
	case s.name == "lib" && libSpaces[name] || s.name == "builtins" && name == "builtins":
		if name == "types" {
			return Val{shape: &libShape{"lib.types"}, org: org}
		}
		if s.name == "builtins" {
			return Val{shape: s, org: org}
		}
		return Val{shape: &libShape{"lib." + name}, org: org}
	case name == "import" && s.name == "builtins":
		return Val{shape: &builtin{spec: &spec{name: "import", arity: 1, call: func(ev *Evaluator, a []*thunk, at site) Val {
			return ev.importValue(ev.force(a[0]), at)
		}}}, org: org}
	case s.name == "builtins":
		if v, ok := constants[name]; ok {
			return v().with(org)
		}
	}
	return ev.libFunction(name).with(org)
}

var constants = map[string]func() Val{
	"true":  func() Val { return boolean(true) },
	"false": func() Val { return boolean(false) },
	"null":  func() Val { return Val{shape: &nullShape{}} },
}

// text is a string argument: exact if all of it is known.
func (ev *Evaluator) textOf(t *thunk) (string, bool) {
	v := ev.force(t)
	s, ok := v.shape.(*strShape)
	if !ok {
		if _, is := v.shape.(*pathShape); is {
			t := ev.asText(v)
			return t, known(t)
		}
		return hole, false
	}
	return s.s, known(s.s)
}

// all joins the deep origins of thunks.
func (ev *Evaluator) all(ts ...*thunk) Origins {
	var org gathering
	for _, t := range ts {
		org.add(ev.deep(ev.force(t)))
	}
	return org.done()
}

// controlled is v under the condition c.
func (ev *Evaluator) controlled(v Val, c *thunk) Val {
	return v.with(ev.deep(ev.force(c)).atMost(Control))
}

// truth is what a condition is known to be.
func (ev *Evaluator) truth(t *thunk) (value, ok bool) {
	b, is := ev.force(t).shape.(*boolShape)
	if !is {
		return false, false
	}
	return b.b, len(ev.force(t).org) == 0
}

var emptySet = func() Val { return Val{shape: &setShape{}} }
var emptyList = func() Val { return list(nil, true) }

// optional is optionalX: nothing is added where the condition is known to be false.
func optional(empty func() Val) func(ev *Evaluator, a []*thunk, at site) Val {
	return func(ev *Evaluator, a []*thunk, at site) Val {
		if b, ok := ev.truth(a[0]); ok {
			if !b {
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

func same(i int) func(ev *Evaluator, a []*thunk, at site) Val {
	return func(ev *Evaluator, a []*thunk, at site) Val { return ev.force(a[i]) }
}

// predicate is a function of strings that gives a bool.
func predicate(f func(a, b string) bool) func(ev *Evaluator, a []*thunk, at site) Val {
	return func(ev *Evaluator, a []*thunk, at site) Val {
		x, okX := ev.textOf(a[0])
		y, okY := ev.textOf(a[1])
		if okX && okY {
			return boolean(f(x, y)).with(ev.all(a...))
		}
		return unknown(ev.all(a...))
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

// libTable is what lib and builtins do with what goes into them, by last name. Whatever is not here joins its arguments.
var libTable map[string]*spec

func define(arity int, call func(ev *Evaluator, a []*thunk, at site) Val, names ...string) {
	for _, n := range names {
		s := &spec{name: n, arity: arity, call: call}
		s.value = &builtin{spec: s}
		libTable[n] = s
	}
}

func joinArgs(ev *Evaluator, a []*thunk, at site) Val { return unknown(ev.all(a...)) }

func init() {
	libTable = map[string]*spec{}
	// Module system.
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		if b, ok := ev.truth(a[0]); ok && !b {
			ev.force(a[1])
			return Val{shape: &altShape{}}
		}
		return ev.controlled(ev.force(a[1]), a[0])
	}, "mkIf")
	define(1, func(ev *Evaluator, a []*thunk, at site) Val {
		ts, _, org := ev.elems(ev.force(a[0]))
		return Val{shape: &altShape{alts: ts}, org: org.atMost(Control)}
	}, "mkMerge")
	define(1, same(0), "traceVal", "mkForce", "mkDefault", "mkBefore", "mkAfter", "mkOptionDefault", "mkVMOverride", "mkImageMediaOverride", "id", "lowPrio", "highPrio", "hiPrio", "setPrio",
		"toPath", "dontRecurseIntoAttrs", "recurseIntoAttrs", "unsafeDiscardStringContext", "unsafeDiscardOutputDependency")
	define(2, same(1), "mkOverride", "mkOrder", "seq", "deepSeq", "trace", "traceSeq", "traceValSeqN", "warn", "addErrorContext", "info", "setDefaultModuleLocation", "traceFnSeqN")
	define(3, func(ev *Evaluator, a []*thunk, at site) Val { return ev.controlled(ev.force(a[2]), a[0]) }, "warnIf", "warnIfNot", "throwIf", "throwIfNot")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val { return ev.force(a[0]) }, "assertMsg")
	define(3, func(ev *Evaluator, a []*thunk, at site) Val { return ev.controlled(ev.force(a[2]), a[1]) }, "assertOneOf")
	define(1, func(ev *Evaluator, a []*thunk, at site) Val {
		return Val{shape: &optShape{args: a[0], kind: "mkOption", at: at}}
	}, "mkOption")
	define(1, func(ev *Evaluator, a []*thunk, at site) Val {
		return Val{shape: &optShape{args: a[0], kind: "mkEnableOption", at: at}}
	}, "mkEnableOption")
	define(3, func(ev *Evaluator, a []*thunk, at site) Val {
		return Val{shape: &optShape{args: a[2], kind: "mkPackageOption", at: at}}
	}, "mkPackageOption", "mkPackageOptionMD")
	define(1, func(ev *Evaluator, a []*thunk, at site) Val {
		return Val{shape: &optShape{args: a[0], kind: "mkSinkUndeclaredOptions", at: at}}
	}, "mkSinkUndeclaredOptions")
	// Conditions.
	define(2, optional(emptyList), "optionals")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		if b, ok := ev.truth(a[0]); ok {
			if !b {
				return emptyList()
			}
			return list([]*thunk{a[1]}, true)
		}
		c := ev.deep(ev.force(a[0])).atMost(Control)
		return list([]*thunk{ev.adding(a[1], c)}, false).with(c)
	}, "optional")
	define(2, optional(emptySet), "optionalAttrs")
	define(2, optional(func() Val { return str("") }), "optionalString")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		v := ev.apply(ev.force(a[0]), a[1], at)
		return v.with(ev.origins(ev.force(a[1])).atMost(Control))
	}, "mapNullable")
	define(1, func(ev *Evaluator, a []*thunk, at site) Val {
		return unknown(ev.all(a[0]))
	}, "throw", "abort")
	// Functions.
	define(2, func(ev *Evaluator, a []*thunk, at site) Val { return ev.force(a[0]) }, "const")
	define(3, func(ev *Evaluator, a []*thunk, at site) Val { return ev.call(ev.force(a[0]), at, a[2], a[1]) }, "flip")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		fs, exact, org := ev.elems(ev.force(a[1]))
		v := ev.force(a[0])
		for _, f := range fs {
			v = ev.apply(ev.force(f), ready(v), at)
		}
		if !exact {
			org = union(org, ev.all(a[0]))
		}
		return v.with(org)
	}, "pipe")
	define(3, func(ev *Evaluator, a []*thunk, at site) Val {
		x := a[2]
		return ev.apply(ev.force(a[1]), lazily(func() Val { return ev.apply(ev.force(a[0]), x, at) }), at)
	}, "compose")
	define(1, func(ev *Evaluator, a []*thunk, at site) Val {
		f := ev.force(a[0])
		var self *thunk
		self = lazily(func() Val { return ev.apply(f, self, at) })
		return ev.force(self)
	}, "fix")
	define(1, func(ev *Evaluator, a []*thunk, at site) Val {
		f := ev.force(a[0])
		var self *thunk
		self = lazily(func() Val { return ev.extensible(ev.apply(f, self, at)) })
		return ev.force(self)
	}, "makeExtensible")
	define(3, func(ev *Evaluator, a []*thunk, at site) Val {
		prev := lazily(func() Val { return ev.apply(ev.force(a[1]), a[2], at) })
		return ev.update(ev.force(prev), ev.call(ev.force(a[0]), at, a[2], prev))
	}, "extends")
	define(1, same(0), "toFunction", "makeOverridable")
	// Strings.
	define(1, func(ev *Evaluator, a []*thunk, at site) Val {
		v := ev.force(a[0])
		return str(ev.asText(v)).with(ev.deep(v))
	}, "toString", "escapeShellArg", "escapeURL", "escapeNixString", "escapeSystemdExecArg")
	define(1, stringFn(func(a ...string) string { return strings.ToLower(a[0]) }), "toLower")
	define(1, stringFn(func(a ...string) string { return strings.ToUpper(a[0]) }), "toUpper")
	define(1, stringFn(func(a ...string) string { return strings.TrimSpace(a[0]) }), "trim")
	define(1, stringFn(func(a ...string) string { return path.Base(a[0]) }), "baseNameOf")
	define(2, stringFn(func(a ...string) string { return strings.TrimSuffix(a[1], a[0]) }), "removeSuffix")
	define(2, stringFn(func(a ...string) string { return strings.TrimPrefix(a[1], a[0]) }), "removePrefix")
	define(2, predicate(func(a, b string) bool { return strings.HasSuffix(b, a) }), "hasSuffix")
	define(2, predicate(func(a, b string) bool { return strings.HasPrefix(b, a) }), "hasPrefix")
	define(2, predicate(func(a, b string) bool { return strings.Contains(b, a) }), "hasInfix")
	define(1, func(ev *Evaluator, a []*thunk, at site) Val {
		v := ev.force(a[0])
		if p, ok := v.shape.(*pathShape); ok && known(p.s) {
			return Val{shape: &pathShape{path.Dir(p.s), p.inside}, org: v.org}
		}
		if s, ok := v.shape.(*strShape); ok && known(s.s) {
			return str(path.Dir(s.s)).with(v.org)
		}
		return unknown(ev.deep(v))
	}, "dirOf")
	define(1, func(ev *Evaluator, a []*thunk, at site) Val {
		v := ev.force(a[0])
		if s, ok := v.shape.(*strShape); ok && known(s.s) {
			return integer(int64(len(s.s))).with(v.org)
		}
		return unknown(ev.deep(v))
	}, "stringLength")
	define(3, func(ev *Evaluator, a []*thunk, at site) Val {
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
	}, "replaceStrings")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
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
	}, "splitString")
	concat := func(ev *Evaluator, sep string, ts []*thunk, exact bool, org Origins) Val {
		s := ""
		for i, t := range ts {
			v := ev.force(t)
			org = union(org, ev.deep(v))
			if i > 0 {
				s = joinText(s, sep)
			}
			s = joinText(s, ev.asText(v))
		}
		if !exact {
			s = hole
		}
		return str(s).with(org)
	}
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		sep, _ := ev.textOf(a[0])
		ts, exact, org := ev.elems(ev.force(a[1]))
		return concat(ev, sep, ts, exact, union(org, ev.all(a[0])))
	}, "concatStringsSep")
	define(1, func(ev *Evaluator, a []*thunk, at site) Val {
		ts, exact, org := ev.elems(ev.force(a[0]))
		return concat(ev, "", ts, exact, org)
	}, "concatStrings")
	define(1, func(ev *Evaluator, a []*thunk, at site) Val {
		ts, exact, org := ev.elems(ev.force(a[0]))
		return concat(ev, "\n", ts, exact, org)
	}, "concatLines")
	mapped := func(ev *Evaluator, f *thunk, l *thunk, at site) ([]*thunk, bool, Origins) {
		ts, exact, org := ev.elems(ev.force(l))
		out := make([]*thunk, len(ts))
		for i, t := range ts {
			out[i] = ev.delayed(f, func() Val { return ev.apply(ev.force(f), t, at) })
		}
		return out, exact, org
	}
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		ts, exact, org := mapped(ev, a[0], a[1], at)
		return concat(ev, "", ts, exact, org)
	}, "concatMapStrings")
	define(3, func(ev *Evaluator, a []*thunk, at site) Val {
		sep, _ := ev.textOf(a[0])
		ts, exact, org := mapped(ev, a[1], a[2], at)
		return concat(ev, sep, ts, exact, union(org, ev.all(a[0])))
	}, "concatMapStringsSep")
	define(3, func(ev *Evaluator, a []*thunk, at site) Val {
		sep, _ := ev.textOf(a[0])
		ts, exact, org := indexed(ev, a[1], a[2], at, 1)
		return concat(ev, sep, ts, exact, org)
	}, "concatImapStringsSep")
	define(3, func(ev *Evaluator, a []*thunk, at site) Val {
		sep, _ := ev.textOf(a[0])
		as, exact, org := ev.entries(ev.force(a[2]))
		var ts []*thunk
		for _, at2 := range as {
			v := ev.call(ev.force(a[1]), at, ready(nameOf(at2)), at2.val)
			ts = append(ts, ready(v))
		}
		return concat(ev, sep, ts, exact, org)
	}, "concatMapAttrsStringSep")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		return unknown(ev.all(a...))
	}, "match", "split", "compareVersions", "versionAtLeast", "versionOlder", "lessThan")
	define(3, joinArgs, "substring", "fixedWidthString")
	// Lists.
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		ts, exact, org := mapped(ev, a[0], a[1], at)
		return list(ts, exact).with(org)
	}, "map")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		ts, exact, org := mapped(ev, a[1], a[0], at)
		return list(ts, exact).with(org)
	}, "forEach")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		ts, exact, org := indexed(ev, a[0], a[1], at, 1)
		return list(ts, exact).with(org)
	}, "imap1")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		ts, exact, org := indexed(ev, a[0], a[1], at, 0)
		return list(ts, exact).with(org)
	}, "imap0")
	flatten := func(ev *Evaluator, ts []*thunk, exact bool, org Origins) Val {
		var out []*thunk
		for _, t := range ts {
			es, ex, o := ev.elems(ev.force(t))
			for _, e := range es {
				out = append(out, ev.adding(e, o))
			}
			exact = exact && ex
			org = union(org, o)
		}
		return list(out, exact).with(org)
	}
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		ts, exact, org := mapped(ev, a[0], a[1], at)
		return flatten(ev, ts, exact, org)
	}, "concatMap")
	define(1, func(ev *Evaluator, a []*thunk, at site) Val {
		ts, exact, org := ev.elems(ev.force(a[0]))
		return flatten(ev, ts, exact, org)
	}, "concatLists")
	define(1, func(ev *Evaluator, a []*thunk, at site) Val {
		var walk func(t *thunk, depth int) ([]*thunk, bool, Origins)
		walk = func(t *thunk, depth int) ([]*thunk, bool, Origins) {
			v := ev.force(t)
			switch v.shape.(type) {
			case *listShape, *altShape:
			default:
				return []*thunk{t}, true, nil
			}
			ts, exact, org := ev.elems(v)
			var out []*thunk
			for _, e := range ts {
				if depth > maxDeep {
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
		return list(ts, exact).with(org)
	}, "flatten")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
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
			co := ev.deep(c).atMost(Control)
			out = append(out, ev.adding(t, co))
			org = union(org, co)
		}
		return list(out, exact).with(org)
	}, "filter")
	define(3, func(ev *Evaluator, a []*thunk, at site) Val {
		ts, _, org := ev.elems(ev.force(a[2]))
		vs := []Val{ev.force(a[1])}
		for _, t := range ts {
			c := ev.apply(ev.force(a[0]), t, at)
			vs = append(vs, ev.force(t).with(ev.deep(c).atMost(Control)))
		}
		return ev.join(vs...).with(org)
	}, "findFirst")
	fold := func(ev *Evaluator, f, z *thunk, ts []*thunk, exact bool, org Origins, at site, swap bool) Val {
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
		return ev.force(acc).with(org)
	}
	define(3, func(ev *Evaluator, a []*thunk, at site) Val {
		ts, exact, org := ev.elems(ev.force(a[2]))
		return fold(ev, a[0], a[1], ts, exact, org, at, false)
	}, "foldl'", "foldl")
	define(3, func(ev *Evaluator, a []*thunk, at site) Val {
		ts, exact, org := ev.elems(ev.force(a[2]))
		r := make([]*thunk, len(ts))
		for i, t := range ts {
			r[len(ts)-1-i] = t
		}
		return fold(ev, a[0], a[1], r, exact, org, at, true)
	}, "foldr", "fold")
	define(3, func(ev *Evaluator, a []*thunk, at site) Val {
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
		return ev.force(acc).with(org)
	}, "foldlAttrs")
	define(1, func(ev *Evaluator, a []*thunk, at site) Val {
		ts, exact, org := ev.elems(ev.force(a[0]))
		if len(ts) == 0 {
			return unknown(org)
		}
		if exact {
			return ev.force(ts[0]).with(org)
		}
		return ev.any(ts).with(org)
	}, "head")
	define(1, func(ev *Evaluator, a []*thunk, at site) Val {
		ts, exact, org := ev.elems(ev.force(a[0]))
		if len(ts) == 0 {
			return unknown(org)
		}
		if exact {
			return ev.force(ts[len(ts)-1]).with(org)
		}
		return ev.any(ts).with(org)
	}, "last")
	define(1, func(ev *Evaluator, a []*thunk, at site) Val {
		ts, exact, org := ev.elems(ev.force(a[0]))
		if exact && len(ts) > 0 {
			ts = ts[1:]
		}
		return list(ts, exact).with(org)
	}, "tail")
	define(1, func(ev *Evaluator, a []*thunk, at site) Val {
		ts, exact, org := ev.elems(ev.force(a[0]))
		if exact && len(ts) > 0 {
			ts = ts[:len(ts)-1]
		}
		return list(ts, exact).with(org)
	}, "init")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		ts, exact, org := ev.elems(ev.force(a[0]))
		i, ok := ev.force(a[1]).shape.(*intShape)
		org = union(org, ev.all(a[1]))
		if ok && exact && i.n >= 0 && int(i.n) < len(ts) {
			return ev.force(ts[i.n]).with(org)
		}
		return ev.any(ts).with(org)
	}, "elemAt")
	define(1, func(ev *Evaluator, a []*thunk, at site) Val {
		ts, exact, org := ev.elems(ev.force(a[0]))
		if exact {
			return integer(int64(len(ts))).with(org)
		}
		return unknown(union(org, ev.all(ts...)))
	}, "length")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		ts, exact, org := ev.elems(ev.force(a[1]))
		x := ev.force(a[0])
		org = union(org, ev.all(a...))
		found := false
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
		return unknown(org)
	}, "elem")
	define(1, func(ev *Evaluator, a []*thunk, at site) Val {
		ts, exact, org := ev.elems(ev.force(a[0]))
		if !exact {
			return list(ts, false).with(org)
		}
		r := make([]*thunk, len(ts))
		for i, t := range ts {
			r[len(ts)-1-i] = t
		}
		return list(r, true).with(org)
	}, "reverseList")
	define(1, func(ev *Evaluator, a []*thunk, at site) Val {
		ts, _, org := ev.elems(ev.force(a[0]))
		return list(ts, false).with(org)
	}, "unique", "naturalSort", "sortOnName")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		ts, _, org := ev.elems(ev.force(a[1]))
		c := Origins(nil)
		if len(ts) > 0 {
			c = ev.deep(ev.call(ev.force(a[0]), at, ts[0], ts[len(ts)-1])).atMost(Control)
		}
		return list(ts, false).with(union(org, c))
	}, "sort")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		ts, _, org := ev.elems(ev.force(a[1]))
		return list(ts, false).with(org)
	}, "sortOn", "sortProperties")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		ts, _, org := ev.elems(ev.force(a[1]))
		return list(ts, false).with(union(org, ev.all(a[0])))
	}, "take", "drop", "remove")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		ts, _, org := ev.elems(ev.force(a[1]))
		for _, t := range ts {
			org = union(org, ev.deep(ev.apply(ev.force(a[0]), t, at)))
		}
		return unknown(org)
	}, "any", "all", "count")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
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
	}, "genList")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
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
	}, "range")
	define(3, func(ev *Evaluator, a []*thunk, at site) Val {
		x, ex, o1 := ev.elems(ev.force(a[1]))
		y, ey, o2 := ev.elems(ev.force(a[2]))
		var ts []*thunk
		for i := range min(len(x), len(y)) {
			ts = append(ts, ev.delayed(a[0], func() Val { return ev.call(ev.force(a[0]), at, x[i], y[i]) }))
		}
		return list(ts, ex && ey).with(union(o1, o2))
	}, "zipListsWith")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		ts, _, org := ev.elems(ev.force(a[1]))
		var r, w []*thunk
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
			r, w = append(r, ev.adding(t, co)), append(w, ev.adding(t, co))
		}
		out := &setShape{}
		out.add(attr{name: "right", val: ready(list(r, false).with(org))})
		out.add(attr{name: "wrong", val: ready(list(w, false).with(org))})
		return Val{shape: out}
	}, "partition")
	// Attribute sets.
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		return ev.mapSet(a[0], ev.force(a[1]), func(e attr) Val { return ev.call(ev.force(a[0]), at, ready(nameOf(e)), e.val) })
	}, "mapAttrs")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		return ev.mapTree(nil, a[0], a[1], at)
	}, "mapAttrsRecursive")
	define(3, func(ev *Evaluator, a []*thunk, at site) Val {
		return ev.mapTree(a[0], a[1], a[2], at)
	}, "mapAttrsRecursiveCond")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		as, exact, org := ev.entries(ev.force(a[1]))
		ts := make([]*thunk, len(as))
		for i, e := range as {
			ts[i] = ev.delayed(a[0], func() Val { return ev.call(ev.force(a[0]), at, ready(nameOf(e)), e.val) })
		}
		return list(ts, exact).with(org)
	}, "mapAttrsToList")
	define(1, func(ev *Evaluator, a []*thunk, at site) Val {
		as, exact, org := ev.entries(ev.force(a[0]))
		ts := make([]*thunk, len(as))
		for i, e := range as {
			ts[i] = ready(pair(nameOf(e), e.val))
		}
		return list(ts, exact).with(org)
	}, "attrsToList")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		v := ev.force(a[1])
		as, exact, _ := ev.entries(v)
		var ts []*thunk
		for _, e := range as {
			ts = append(ts, ev.delayed(a[0], func() Val { return ev.call(ev.force(a[0]), at, ready(nameOf(e)), e.val) }))
		}
		return ev.fromPairs(ts, exact, v.org, as)
	}, "mapAttrs'")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		as, _, org := ev.entries(ev.force(a[1]))
		v := emptySet()
		for _, e := range as {
			v = ev.update(v, ev.call(ev.force(a[0]), at, ready(nameOf(e)), e.val))
		}
		return v.with(org.atMost(Control))
	}, "concatMapAttrs")
	define(1, func(ev *Evaluator, a []*thunk, at site) Val {
		ts, exact, org := ev.elems(ev.force(a[0]))
		return ev.fromPairs(ts, exact, org, nil)
	}, "listToAttrs")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val { return pair(ev.force(a[0]), a[1]) }, "nameValuePair")
	genAttrs := func(ev *Evaluator, names, over *thunk, f func(t *thunk) Val) Val {
		ts, _, org := ev.elems(ev.force(names))
		out := &setShape{}
		for _, t := range ts {
			n := ev.force(t)
			out.add(attr{ev.asText(n), union(org, ev.deep(n)).atMost(Key), ev.delayed(over, func() Val { return f(t) }), site{}})
		}
		return Val{shape: out}
	}
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		return genAttrs(ev, a[0], a[1], func(t *thunk) Val { return ev.apply(ev.force(a[1]), t, at) })
	}, "genAttrs")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		ts, exact, org := mapped(ev, a[1], a[0], at)
		return ev.fromPairs(ts, exact, org, nil)
	}, "genAttrs'")
	define(1, func(ev *Evaluator, a []*thunk, at site) Val {
		v := ev.force(a[0])
		as, exact, org := ev.entries(v)
		ts := make([]*thunk, len(as))
		for i, e := range as {
			ts[i] = ready(nameOf(e))
		}
		sort.SliceStable(ts, func(i, j int) bool { return ev.asText(ts[i].val) < ev.asText(ts[j].val) })
		return list(ts, exact).with(org)
	}, "attrNames")
	define(1, func(ev *Evaluator, a []*thunk, at site) Val {
		as, exact, org := ev.entries(ev.force(a[0]))
		ts := make([]*thunk, len(as))
		for i, e := range as {
			ts[i] = e.val
		}
		return list(ts, exact).with(org)
	}, "attrValues")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		v := ev.force(a[1])
		as, _, _ := ev.entries(v)
		out := &setShape{}
		for _, e := range as {
			c := ev.call(ev.force(a[0]), at, ready(nameOf(e)), e.val)
			if b, ok := c.shape.(*boolShape); ok && len(c.org) == 0 {
				if b.b {
					out.add(e)
				}
				continue
			}
			co := ev.deep(c).atMost(Control)
			e.val = ev.adding(e.val, co)
			e.key = union(e.key, co)
			out.add(e)
		}
		return Val{shape: out, org: v.org}
	}, "filterAttrs")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
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
	}, "removeAttrs")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
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
	}, "intersectAttrs")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		names, _, org := ev.elems(ev.force(a[0]))
		v := ev.force(a[1])
		out := &setShape{}
		for _, n := range names {
			s, _ := ev.textOf(n)
			out.add(attr{s, union(org, ev.all(n)).atMost(Key), lazily(func() Val { return ev.orUnknown(ev.sel(v, s)) }), site{}})
		}
		return Val{shape: out, org: v.org}
	}, "getAttrs")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		s, ok := ev.textOf(a[0])
		base := ev.force(a[1])
		v := ev.sel(base, s)
		why := ""
		if !ok {
			why = "the attribute name given to getAttr is not known from the text"
		}
		if isRef(v) {
			v = ev.noteReads(v, at.file, at.span, base, why, true)
		}
		return ev.orUnknown(v).with(ev.all(a[0]))
	}, "getAttr")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		ts, exact, org := ev.elems(ev.force(a[1]))
		s, _ := ev.textOf(a[0])
		out := make([]*thunk, len(ts))
		for i, t := range ts {
			out[i] = lazily(func() Val { return ev.orUnknown(ev.sel(ev.force(t), s)) })
		}
		return list(out, exact).with(org)
	}, "catAttrs")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		s, ok := ev.textOf(a[0])
		v := ev.force(a[1])
		if r, is := v.shape.(*refShape); is {
			g := &Read{Path: ev.child(r.path, s), File: at.file, Span: at.span, How: Guard, Consumed: true}
			return unknown(guarded(ev.addRead(readKey{at.file, at.span, g.Path}, g)))
		}
		if set, is := v.shape.(*setShape); is && ok && set.base == nil && !set.dyn {
			_, has := set.get(s)
			return boolean(has).with(union(v.org, ev.all(a[0])))
		}
		return unknown(union(v.org, ev.all(a[0])))
	}, "hasAttr")
	byPath := func(ev *Evaluator, p *thunk, v Val, at site) (Val, Origins) {
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
	define(3, func(ev *Evaluator, a []*thunk, at site) Val {
		v, org := byPath(ev, a[0], ev.force(a[2]), at)
		if v.shape == missing {
			return ev.force(a[1]).with(org)
		}
		if ev.certain(v) {
			return v.with(org)
		}
		return ev.join(v, ev.force(a[1])).with(org)
	}, "attrByPath")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		v, org := byPath(ev, a[0], ev.force(a[1]), at)
		return ev.orUnknown(v).with(org)
	}, "getAttrFromPath")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		names, _, org := ev.elems(ev.force(a[0]))
		v := ev.force(a[1])
		if r, ok := v.shape.(*refShape); ok {
			p := r.path
			for _, n := range names {
				s, _ := ev.textOf(n)
				p = ev.child(p, s)
			}
			if p != r.path {
				g := &Read{Path: p, File: at.file, Span: at.span, How: Guard, Consumed: true}
				return unknown(union(org, guarded(ev.addRead(readKey{at.file, at.span, p}, g))))
			}
		}
		return unknown(union(org, v.org))
	}, "hasAttrByPath")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		names, _, org := ev.elems(ev.force(a[0]))
		t := a[1]
		for i := len(names) - 1; i >= 0; i-- {
			s, _ := ev.textOf(names[i])
			out := &setShape{}
			out.add(attr{s, union(org, ev.all(names[i])).atMost(Key), t, at})
			t = ready(Val{shape: out})
		}
		return ev.force(t)
	}, "setAttrByPath")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		return ev.recursiveUpdate(ev.force(a[0]), ev.force(a[1]), 0)
	}, "recursiveUpdate")
	define(1, func(ev *Evaluator, a []*thunk, at site) Val {
		ts, _, org := ev.elems(ev.force(a[0]))
		v := emptySet()
		for _, t := range ts {
			v = ev.update(v, ev.force(t))
		}
		return v.with(org)
	}, "mergeAttrsList")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val { return ev.update(ev.force(a[0]), ev.force(a[1])) }, "mergeAttrs", "unionOfDisjoint")
	define(3, func(ev *Evaluator, a []*thunk, at site) Val {
		return ev.recursiveUpdate(ev.force(a[1]), ev.force(a[2]), 0)
	}, "recursiveUpdateUntil")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		ts, _, org := ev.elems(ev.force(a[1]))
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
			vals := names[e.name]
			name := nameOf(e)
			e.val = ev.delayed(a[0], func() Val { return ev.call(ev.force(a[0]), at, ready(name), ready(list(vals, true))) })
			out.add(e)
		}
		return Val{shape: out, org: org}
	}, "zipAttrsWith", "foldAttrs")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
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
			out.add(attr{hole, union(key, org).atMost(Key), ready(list(ts, false).with(key.atMost(Control))), at})
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
			out.add(attr{n, org.atMost(Key), ready(list(groups[n], exact).with(org)), at})
		}
		return Val{shape: out}
	}, "groupBy")
	// Data formats.
	define(1, joinArgs, "toJSON", "toXML", "fromTOML", "toYAML", "toINI", "importTOML", "hashString",
		"functionArgs", "toUpperFirst", "toInt", "boolToString", "stringToCharacters", "ceil", "floor", "not", "isStorePath", "getEnv", "getName", "getVersion", "splitVersion")
	define(2, joinArgs, "hashFile", "toHashFormat", "add", "sub", "mul", "div", "bitAnd", "min", "max", "and", "or", "mod", "toGitINI", "toKeyValue", "escape", "intersectLists", "subtractLists", "crossLists", "replicate")
	define(1, func(ev *Evaluator, a []*thunk, at site) Val {
		v := ev.force(a[0])
		if is, ok := ev.isNull(v); ok {
			return is
		}
		return unknown(ev.deep(v))
	}, "isNull")
	define(1, func(ev *Evaluator, a []*thunk, at site) Val {
		v := ev.force(a[0])
		if name := ev.typeName(v); name != "" {
			return str(name).with(v.org)
		}
		return unknown(ev.origins(v))
	}, "typeOf")
	for name, kind := range map[string]string{"isString": "string", "isInt": "int", "isList": "list", "isAttrs": "set", "isFunction": "lambda", "isPath": "path", "isBool": "bool", "isFloat": "float"} {
		define(1, func(ev *Evaluator, a []*thunk, at site) Val {
			v := ev.force(a[0])
			if of := ev.typeName(v); of != "" {
				return boolean(of == kind).with(v.org)
			}
			return unknown(ev.origins(v))
		}, name)
	}
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		v := ev.force(a[1])
		return unknown(union(ev.deep(v), ev.all(a[0])))
	}, "generate", "toINIWithGlobalSection", "replaceVars")
	// Files of the tree.
	define(1, readFile, "readFile", "fileContents")
	define(1, importJSON, "importJSON")
	define(1, func(ev *Evaluator, a []*thunk, at site) Val {
		v := ev.force(a[0])
		if s, ok := v.shape.(*strShape); ok && known(s.s) {
			return fromJSON(s.s, v.org)
		}
		return unknown(ev.deep(v))
	}, "fromJSON")
	define(1, readDir, "readDir")
	define(1, func(ev *Evaluator, a []*thunk, at site) Val {
		v := ev.force(a[0])
		if p, ok := v.shape.(*pathShape); ok && p.inside && known(p.s) {
			return boolean(ev.exists(p.s)).with(v.org)
		}
		return unknown(ev.deep(v))
	}, "pathExists")
	define(1, listFilesRecursive, "listFilesRecursive")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		p, ok := ev.force(a[0]).shape.(*pathShape)
		if !ok {
			return unknown(ev.all(a...))
		}
		below, _ := ev.textOf(a[1])
		return Val{shape: &pathShape{path.Clean(joinText(p.s+"/", below)), p.inside}, org: ev.all(a...)}
	}, "append")
	// Systems.
	for _, n := range []string{"nixosSystem", "darwinSystem", "homeManagerConfiguration", "evalModules", "eval-config"} {
		define(1, func(ev *Evaluator, a []*thunk, at site) Val { return ev.system(n, ev.force(a[0]), at) }, n)
	}
	define(1, func(ev *Evaluator, a []*thunk, at site) Val { return Val{shape: &libShape{"pkgs"}} }, "nixpkgsImport")
	define(1, func(ev *Evaluator, a []*thunk, at site) Val {
		var self *thunk
		self = lazily(func() Val {
			lib := Val{shape: &libShape{"lib"}}
			return ev.update(lib, ev.call(ev.force(a[0]), at, self, ready(lib)))
		})
		return ev.force(self)
	}, "extend")
	define(1, func(ev *Evaluator, a []*thunk, at site) Val { return listFilesRecursive(ev, a, at) }, "import-tree")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		root := &Module{File: at.file, Reachable: true}
		ev.flakePartsUsed = true
		ev.load(ev.force(a[1]), ev.at(ev.Config, FlakeParts), false, at, root)
		return unknown(nil)
	}, "mkFlake")
	define(2, func(ev *Evaluator, a []*thunk, at site) Val {
		s := &aliasShape{}
		for i, into := range []*[]string{&s.from, &s.to} {
			ts, _, _ := ev.elems(ev.force(a[i]))
			for _, t := range ts {
				name, _ := ev.textOf(t)
				*into = append(*into, name)
			}
		}
		return Val{shape: s}
	}, "mkAliasOptionModule", "mkRenamedOptionModule", "mkAliasOptionModuleMD")
}

// extensible adds the function that extends a set (Nixpkgs lib/fixed-points.nix, makeExtensible).
func (ev *Evaluator) extensible(v Val) Val {
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
		self = lazily(func() Val { return ev.extensible(ev.update(v, ev.call(ev.force(a[0]), at, self, ready(v)))) })
		return ev.force(self)
	}}
	out.add(attr{name: "extend", val: ready(Val{shape: &builtin{spec: extend}})})
	return Val{shape: out, org: v.org}
}

func (ev *Evaluator) orUnknown(v Val) Val {
	if v.shape == missing {
		return unknown(v.org)
	}
	return v
}

// any is one of several values.
func (ev *Evaluator) any(ts []*thunk) Val {
	vs := make([]Val, len(ts))
	for i, t := range ts {
		vs[i] = ev.force(t)
	}
	return ev.join(vs...)
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

// expand makes a set of a group of options, so that its names can be worked with.
func (ev *Evaluator) expand(v Val) Val {
	if r, ok := v.shape.(*refShape); ok {
		if _, ok := ev.group(r.path); ok {
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
	walk = func(prefix []*thunk, v Val, depth int) Val {
		return ev.mapSet(f, v, func(e attr) Val {
			p := append(prefix[:len(prefix):len(prefix)], ready(nameOf(e)))
			x := ev.expand(ev.force(e.val))
			if _, ok := x.shape.(*setShape); ok && depth < maxDeep {
				c := boolean(true)
				if cond != nil {
					c = ev.apply(ev.force(cond), ready(x), at)
				}
				b, ok := c.shape.(*boolShape)
				switch {
				case !ok:
					return ev.join(walk(p, x, depth+1), ev.call(ev.force(f), at, ready(list(p, true)), e.val)).with(ev.deep(c).atMost(Control))
				case b.b:
					return walk(p, x, depth+1).with(c.org.atMost(Control))
				}
			}
			return ev.call(ev.force(f), at, ready(list(p, true)), e.val)
		})
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
		out.add(attr{ev.asText(n), union(key, org).atMost(Key), lazily(func() Val { return ev.orUnknown(ev.sel(v, "value")) }), s})
	}
	return Val{shape: out}
}

func (ev *Evaluator) recursiveUpdate(x, y Val, depth int) Val {
	x, y = ev.expand(x), ev.expand(y)
	a, ok1 := x.shape.(*setShape)
	b, ok2 := y.shape.(*setShape)
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
				lv, rv := ev.expand(ev.force(l)), ev.expand(ev.force(r))
				_, s1 := lv.shape.(*setShape)
				_, s2 := rv.shape.(*setShape)
				if s1 && s2 {
					return ev.recursiveUpdate(lv, rv, depth+1)
				}
				return rv
			})
		}
		merged.add(e)
	}
	return ev.update(x, Val{shape: merged, org: y.org})
}

func intText(n int64) string { return strconv.FormatInt(n, 10) }
