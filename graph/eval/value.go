package eval

import (
	"slices"

	"nixsink/parse"
)

// Val is a value as far as it is known: a shape, and the origins of the value as a whole.
// What an attribute or element carries beyond that is its own.
type Val struct {
	shape shape
	org   Origins
}

// shape is what kind of value it is; nil is a value of which nothing is known but its origins. The kinds are those of this
// package.
type shape interface{ what() string }

type (
	strShape struct {
		s   string // may have holes
		sym symbol // where it has
	}
	intShape   struct{ n int64 }
	floatShape struct{ f float64 }
	boolShape  struct{ b bool }
	nullShape  struct{}
	// pathShape is a path: slash-separated and relative to the analysed root where inside is set.
	pathShape struct {
		s      string
		inside bool
	}
	listShape struct {
		elems []*thunk
		exact bool           // these elements, all of them, in this order
		deep  *Origins       // cache of the deep origins of the elements
		size  func() Origins // what decides how many there are, beside what decides over the list; nil: nothing, or they are all known
	}
	// setShape is an attribute set. base answers for what attrs does not have; nil: there is nothing more.
	setShape struct {
		attrs []attr
		index *nameIndex // for large sets
		base  *Val
		deep  *Origins       // cache of deepOrigins
		dyn   bool           // some name has a hole
		of    uint32         // the summary within which it was written, 0 if that is none
		conf  *Configuration // it is what evalModules gave for this one
	}
	closure struct {
		fn   *parse.Lambda
		env  *env
		deep *Origins
	}
	builtin struct {
		spec *spec
		args []*thunk
		lib  *thunk // of what makes configurations: the lib that it was taken from, nil for nixpkgs' own
	}
	// refShape is a part of config (or of an argument root), not yet used.
	refShape struct {
		path *Path
		how  How
		via  *binding
		read *Read

		self    Origins // cache of origins, for this path, read and
		selfVia *binding
	}
	// libShape is a namespace of nixpkgs: lib, lib.types, builtins, pkgs.
	libShape struct{ name string }
	// altShape is one of several values, or all of them (mkMerge): what reads it must take each into account.
	altShape struct {
		alts []*thunk
		deep *Origins // cache, as in listShape

		prop     property
		cond     Val // of mkIf
		priority int // of mkOverride
	}
	// optShape is an option declaration.
	optShape struct {
		args *thunk // mkOption's argument
		kind string // mkOption, mkEnableOption, mkPackageOption
		at   site
		over *thunk // attributes that replace some of them, nil if there are none
	}
	// typeShape is an option type.
	typeShape struct {
		name   string
		elem   *thunk   // attrsOf, listOf, nullOr …; for submodule the module
		either []*thunk // the types that either or oneOf joins
		from   *thunk   // of coercedTo: the type that is converted
		with   *thunk   // of coercedTo: the function that does
	}
)

func (*strShape) what() string     { return "string" }
func (*intShape) what() string     { return "int" }
func (*floatShape) what() string   { return "float" }
func (*boolShape) what() string    { return "bool" }
func (*nullShape) what() string    { return "null" }
func (*pathShape) what() string    { return "path" }
func (*listShape) what() string    { return "list" }
func (*setShape) what() string     { return "set" }
func (*closure) what() string      { return "function" }
func (*builtin) what() string      { return "function of lib" }
func (*refShape) what() string     { return "part of config" }
func (*libShape) what() string     { return "namespace of lib" }
func (*altShape) what() string     { return "one of several" }
func (*optShape) what() string     { return "option" }
func (*typeShape) what() string    { return "option type" }
func (*missingShape) what() string { return "no attribute" }
func (*aliasShape) what() string   { return "alias of an option" }
func (*moduleArgs) what() string   { return "a module's arguments" }
func (*flakeShape) what() string   { return "flake" }
func (*laterShape) what() string   { return "flake, not yet made" }

// property is what a value tells the module system of what it holds (Nixpkgs lib/modules.nix, pushDownProperties): mkIf and
// its like make a set of their own around it.
type property uint8

const (
	several     property = iota // none: one of several values
	merged                      // mkMerge: all of them
	conditional                 // mkIf
	prioritized                 // mkOverride, mkForce, mkDefault
)

type attr struct {
	name string
	key  Origins // of the name
	val  *thunk
	site site // the binding

	maybe bool   // a condition decides whether it is there; its value carries that
	sym   symbol // of a name that is not known
}

func attribute(name string, key Origins, val *thunk, at site) attr {
	return attr{name: name, key: key, val: val, site: at}
}

// site is a place in a file.
type site struct {
	file *parse.File
	span parse.Span
}

// binding is a name that a value goes through: a let binding, an inherited name, an argument.
type binding struct {
	name   string
	id     uint32 // in Evaluator.bindingOf, once an origin went through it
	arg    bool
	site   site
	fn     *parse.Lambda // of an argument: the function's
	formal *parse.Formal // of an argument that is an attribute of what the call gives
}

// thunk is a value that is computed when it is first asked for.
type thunk struct {
	val   Val
	expr  parse.Expr
	env   *env
	fn    func() Val // in place of expr and env
	bind  *binding
	of    *thunk // of an argument: what the call gives; with fn: the function that it calls, which the sweep need not call again
	state uint8  // 0 not asked for, 1 being computed, 2 known
}

func ready(v Val) *thunk               { return &thunk{val: v, state: 2} }
func lazily(f func() Val) *thunk       { return &thunk{fn: f} }
func str(s string) Val                 { return Val{shape: &strShape{s: s}} }
func boolean(b bool) Val               { return Val{shape: &boolShape{b}} }
func integer(n int64) Val              { return Val{shape: &intShape{n}} }
func unknown(org Origins) Val          { return Val{org: org} }
func list(ts []*thunk, exact bool) Val { return Val{shape: &listShape{elems: ts, exact: exact}} }

// sized notes what decides how many elements a list has.
func (v Val) sized(size func() Origins) Val {
	if l, ok := v.shape.(*listShape); ok && !l.exact {
		l.size = size
	}
	return v
}

// with adds origins to a value as a whole.
func (v Val) with(org Origins) Val {
	v.org = union(v.org, org)
	return v
}

// nameIndex finds the attributes of a large set by name. Sets that grow out of each other, a fold of a // { … }, share it: each is a
// beginning of the same attributes.
type nameIndex struct {
	at    map[string]int // the first of each name
	grown []attr         // those of the largest of the sets that share it; nil if none do
}

// leastIndexed is the length beyond which a set has an index.
const leastIndexed = 12

func newIndex(as []attr) *nameIndex {
	x := &nameIndex{at: make(map[string]int, len(as))}
	for i := range as {
		if _, dup := x.at[as[i].name]; !dup {
			x.at[as[i].name] = i
		}
	}
	return x
}

func (s *setShape) get(name string) (*attr, bool) {
	if s.index == nil && len(s.attrs) > leastIndexed {
		s.index = newIndex(s.attrs)
	}
	if s.index != nil {
		i, ok := s.index.at[name]
		if !ok || i >= len(s.attrs) {
			return nil, false
		}
		return &s.attrs[i], true
	}
	for i := range s.attrs {
		if s.attrs[i].name == name {
			return &s.attrs[i], true
		}
	}
	return nil, false
}

// grow gives the attributes of a set that has more behind those of s, whose names s does not have. It costs what is added: the two
// sets share what they have in common, unless s has grown into another one already.
func (s *setShape) grow(more []attr) (attrs []attr, index *nameIndex) {
	n := len(s.attrs)
	x := s.index
	switch {
	case x == nil || x.grown != nil && len(x.grown) != n:
		x = newIndex(s.attrs)
		fallthrough
	case x.grown == nil:
		x.grown = append(make([]attr, 0, n+len(more)), s.attrs...)
	}
	x.grown = append(x.grown, more...)
	for i := range more {
		if _, dup := x.at[more[i].name]; !dup {
			x.at[more[i].name] = n + i
		}
	}
	return slices.Clip(x.grown), x
}

// inDoubt says whether something decides over some attribute.
func (s *setShape) inDoubt() bool {
	return slices.ContainsFunc(s.attrs, func(a attr) bool { return a.maybe })
}

// keys are what decides which names there are: what decides over one, and of names that come from elsewhere which there are.
func (s *setShape) keys() Origins {
	var org Origins
	for i := range s.attrs {
		if key := s.attrs[i].key; len(key) > 0 {
			org = union(org, dataOf(slices.DeleteFunc(slices.Clone(key), func(o origin) bool { return o.kind != Control && o.asks() != Names })))
		}
	}
	return org
}

func (s *setShape) add(a attr) {
	if !known(a.name) {
		s.dyn = true
	}
	s.attrs = append(s.attrs, a)
	switch {
	case s.index == nil:
	case s.index.grown != nil:
		s.index = nil
	default:
		s.index.at[a.name] = len(s.attrs) - 1
	}
}

// env is a scope: the names of a let, rec or function, or a with.
type env struct {
	up   *env
	file *parse.File
	set  *setShape // nil for with
	with *thunk
	bare *env   // that of the file, with nothing in it
	of   uint32 // the summary during which a call made it; 0: no call did, noSummary: none was made
}

// noSummary is the scope of calls outside all modules.
const noSummary = ^uint32(0)

// lookup finds what a name is bound to in the lexical scopes, nil if in none.
func (en *env) lookup(name string) *thunk {
	for ; en != nil; en = en.up {
		if en.set != nil {
			if a, ok := en.set.get(name); ok {
				return a.val
			}
		}
	}
	return nil
}

// maxAlternatives bounds how many alternatives of one value are kept apart; beyond that only their origins are.
const maxAlternatives = 24

// join is a value that is one of several.
func (ev *Evaluator) join(vs ...Val) Val {
	if len(vs) == 1 {
		if _, several := vs[0].shape.(*altShape); !several {
			return vs[0]
		}
	}
	var org Origins
	opaque := false
	out := make([]*thunk, 0, len(vs)+1)
	each := make([]thunk, len(vs)) // together, since most of them stay together
	for i, v := range vs {
		switch s := v.shape.(type) {
		case nil:
			org = union(org, v.org)
			opaque = true
		case *altShape:
			if s.prop == several {
				for _, t := range s.alts {
					out = append(out, ev.adding(t, v.org))
				}
				continue
			}
			each[i] = thunk{val: v, state: 2}
			out = append(out, &each[i])
		case *builtin:
			// lib and one made of it have the same functions; which of several it was taken from is told once.
			if j := slices.IndexFunc(out, func(t *thunk) bool {
				o, same := t.val.shape.(*builtin)
				return same && o.spec == s.spec && len(o.args) == 0 && slices.Equal(t.val.org, v.org)
			}); len(s.args) == 0 && j >= 0 {
				if out[j].val.shape.(*builtin).lib == nil {
					out[j] = ready(v)
				}
				continue
			}
			each[i] = thunk{val: v, state: 2}
			out = append(out, &each[i])
		default:
			if n := len(out); n > 0 && out[n-1].state == 2 && out[n-1].val.shape == v.shape && slices.Equal(out[n-1].val.org, v.org) {
				continue // what is the same for each platform
			}
			each[i] = thunk{val: v, state: 2}
			out = append(out, &each[i])
		}
	}
	if len(out) > maxAlternatives {
		if v, ok := ev.anyHost(out); ok && !opaque {
			return v.with(org)
		}
		all := gathering{set: org}
		for _, t := range out {
			all.add(ev.deep(ev.force(t)))
		}
		return unknown(all.done())
	}
	if opaque {
		if len(out) == 0 {
			return unknown(org)
		}
		out = append(out, ready(unknown(org)))
	}
	if len(out) == 1 {
		return ev.force(out[0])
	}
	return Val{shape: &altShape{alts: out}}
}

// adding is a thunk's value with origins added.
func (ev *Evaluator) adding(t *thunk, org Origins) *thunk {
	if len(org) == 0 {
		return t
	}
	if t.state == 2 {
		if covers(t.val.org, org) {
			return t
		}
		return ready(t.val.with(org))
	}
	return lazily(func() Val { return ev.force(t).with(org) })
}
