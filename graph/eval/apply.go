package eval

import (
	"slices"

	"nixsink/parse"
)

// maxRecursion is how many calls on the stack may enter a function that is being evaluated already; beyond it a result
// counts as anything made of its arguments. A module that has used up a good part of its fuel gets none: what is
// recursive over something unknown only branches from there on.
const maxRecursion = 8

// maxGrounded is the same for calls with a text or path that is known, as where a function goes through folders: such a
// recursion has an end of its own.
const maxGrounded = 100

// maxBlindRecursion is how many calls of a function on the stack may enter it again with something of which nothing is known: the
// outer ones have told already what its body makes of that.
const maxBlindRecursion = 2

// maxBlind is how often one function is entered with something unknown while one module is evaluated. A recursion over
// something unknown that goes on lazily (f = v: mapAttrs (_: f) v) is not on the stack when it comes back, so that
// maxRecursion does not see it, and has no end: each level only tells again what the first ones told.
const maxBlind = 48

// blind says that nothing is known of an argument but which option it is, or of what it is made.
func blind(v Val) bool {
	switch s := v.shape.(type) {
	case nil:
		return true
	case *refShape:
		return !known(s.path.Name)
	case *altShape:
		return allBlind(s.alts)
	case *listShape:
		return len(s.elems) > 0 && allBlind(s.elems)
	}
	return false
}

func allBlind(ts []*thunk) bool {
	return !slices.ContainsFunc(ts, func(t *thunk) bool { return t.state != 2 || !blind(t.val) })
}

// apply is f x (rule 3).
func (ev *Evaluator) apply(f Val, x *thunk, at site) Val {
	ev.steps++
	if ev.depth >= maxDepth || ev.steps > ev.fuel {
		ev.limit(at.file, at.span, ev.exhausted())
		return Val{}
	}
	ev.depth++
	defer func() { ev.depth-- }()
	switch s := f.shape.(type) {
	case *closure:
		return ev.enter(s, x).with(f.org)
	case *builtin:
		args := append(slices.Clip(s.args), x)
		if len(args) < s.spec.arity {
			return Val{shape: &builtin{s.spec, args, s.lib}, org: f.org}
		}
		ev.ownLib = s.lib
		return s.spec.call(ev, args, at).with(f.org)
	case *altShape:
		var out []Val
		for _, t := range s.alts {
			out = append(out, ev.apply(ev.force(t), x, at))
		}
		return ev.join(out...).with(f.org)
	case *setShape:
		if fun, ok := s.get("__functor"); ok {
			return ev.apply(ev.apply(ev.force(fun.val), ready(f), at), x, at)
		}
	case *typeShape:
		return f
	case *refShape:
		// A function that an option holds, config.lib.web.mkUrl.
		if v, ok := ev.held(f); ok && !isRef(v) {
			return ev.apply(v, x, at)
		}
	case *laterShape:
		return ev.apply(ev.force(s.t), x, at)
	}
	// Nothing is known of the function: the result may hold whatever went in (rule 8).
	a := ev.force(x)
	if ev.isWholeConfig(a) {
		ev.escape(at)
	}
	made := union(ev.origins(f), ev.deep(a))
	ev.noteOpaque(f, x, a, made, at)
	return unknown(made)
}

// isFunction is lib.isFunction: a function, or a set that can be called like one.
func isFunction(v Val) bool {
	switch s := v.shape.(type) {
	case *closure:
		return true
	case *setShape:
		_, ok := s.get("__functor")
		return ok
	}
	return false
}

func (ev *Evaluator) enter(c *closure, x *thunk) Val {
	ev.visit(c.env.file, c.fn.Start, visitedBody)
	if n := ev.active[c.fn]; n > 0 {
		if n >= maxBlindRecursion {
			ev.peeks = maxPeeks
			if v, ok := ev.peek(x, maxPeek); ok && blind(v) {
				return ev.unfollowed(c, v)
			}
		}
		most, fuel := maxRecursion, ev.fuel/32
		if ev.grounded(x, 1) {
			most, fuel = maxGrounded, ev.fuel
		}
		if (ev.reentries >= most || ev.steps > fuel) && most < maxGrounded && ev.groundedCall(c, x) {
			most, fuel = maxGrounded, ev.fuel
		}
		if ev.reentries >= most || ev.steps > fuel {
			ev.limit(c.env.file, c.fn.Span, tooRecursive)
			return ev.unfollowed(c, ev.force(x))
		}
		ev.reentries++
		defer func() { ev.reentries-- }()
	}
	if ev.blind[c.fn] > maxBlind {
		if v := ev.force(x); blind(v) {
			return ev.unfollowed(c, v)
		}
	}
	given, again := ev.sameCall(c, x)
	if again != nil {
		return again.result
	}
	var key closedKey
	var free []Val
	closed := false
	if c.fn.Formals == nil && given == nil {
		if use := ev.closedUse(c.fn); use.pays() {
			if key.arg, closed = ev.closedArg(x); closed {
				key.fn = c.fn
				if free, key.free, closed = ev.freeValues(c, use.names); closed {
					if v, before := ev.closedBefore(key, free); before {
						return v
					}
				}
			}
		}
	}
	ev.active[c.fn]++
	defer func() { ev.active[c.fn]-- }()
	cuts, steps := ev.cuts, ev.steps
	v := ev.eval(c.fn.Body, ev.frame(c, x))
	switch {
	case ev.cuts != cuts:
	case given != nil:
		ev.remember(c, given, v)
	case closed && ev.steps-steps >= leastKept:
		ev.keepClosed(key, free, v, ev.steps-steps)
	}
	return v
}

// groundedCall says that a text or path that is known is among the arguments of a call, those included that the function was given before, once they
// are looked at: a folder that another function found.
func (ev *Evaluator) groundedCall(c *closure, x *thunk) bool {
	isText := func(t *thunk) bool {
		if t.state == 1 {
			return false
		}
		switch s := ev.force(t).shape.(type) {
		case *strShape:
			return known(s.s)
		case *pathShape:
			return known(s.s)
		}
		return false
	}
	if isText(x) {
		return true
	}
	fn := c.fn
	for en := c.env; en != nil && en.set != nil; en = en.up {
		var outer *parse.Lambda
		for i := range en.set.attrs {
			if b := en.set.attrs[i].val.bind; b != nil && b.arg && b.fn != nil && b.fn.Body == parse.Expr(fn) {
				outer = b.fn
				if isText(en.set.attrs[i].val) {
					return true
				}
			}
		}
		if outer == nil {
			break
		}
		fn = outer
	}
	return false
}

// unfollowed is the result of a call that is not followed: anything made of its arguments, those included that the function
// was given before, f a b.
func (ev *Evaluator) unfollowed(c *closure, last Val) Val {
	ev.cuts++
	org := ev.shallow(last)
	fn := c.fn
	for en := c.env; en != nil && en.set != nil; en = en.up {
		var outer *parse.Lambda
		for i := range en.set.attrs {
			t := en.set.attrs[i].val
			if b := t.bind; b != nil && b.arg && b.fn != nil && b.fn.Body == parse.Expr(fn) {
				outer = b.fn
				org = union(org, ev.shallow(ev.force(t)))
			}
		}
		if outer == nil {
			break
		}
		fn = outer
	}
	return unknown(org)
}

// A call makes its scope, the thunks of its arguments and all that belongs to them at once: they are most of what is
// ever allocated, and live and die together.
type (
	frame struct {
		env env
		set setShape
	}
	frameOfOne struct {
		frame
		attrs [1]attr
		thunk thunk
	}
)

// arguments are the names that a function binds, the same ones in every call.
func (ev *Evaluator) arguments(fn *parse.Lambda, file *parse.File) []binding {
	if bs, ok := ev.binds[fn]; ok {
		return bs
	}
	var bs []binding
	if fn.Formals != nil {
		bs = make([]binding, 0, len(fn.Formals.List)+1)
		for i := range fn.Formals.List {
			fm := &fn.Formals.List[i]
			bs = append(bs, binding{name: fm.Name, arg: true, site: site{file, fm.NameSpan}, fn: fn, formal: fm})
		}
	}
	if fn.Arg != nil {
		bs = append(bs, binding{name: fn.Arg.Name, arg: true, fn: fn, site: site{file, fn.Arg.Span}})
	}
	ev.binds[fn] = bs
	return bs
}

// frame is the scope of a call.
func (ev *Evaluator) frame(c *closure, x *thunk) *env {
	fn, file := c.fn, c.env.file
	binds := ev.arguments(fn, file)
	if fn.Formals == nil {
		f := &frameOfOne{}
		f.env = env{up: c.env, file: file, set: &f.set, bare: c.env.bare, of: ev.frameOf()}
		f.thunk = thunk{of: x, bind: &binds[0]}
		f.attrs[0] = attribute(binds[0].name, nil, &f.thunk, binds[0].site)
		f.set.attrs = f.attrs[:]
		return &f.env
	}
	f := &frame{}
	f.env = env{up: c.env, file: file, set: &f.set, bare: c.env.bare, of: ev.frameOf()}
	thunks := make([]thunk, len(binds))
	f.set.attrs = make([]attr, len(binds))
	for i := range binds {
		b := &binds[i]
		if b.formal != nil && b.formal.Default != nil && ev.waits(file, b.formal.Default.Range().Start) {
			ev.pending = append(ev.pending, &thunk{expr: b.formal.Default, env: &f.env})
		}
		thunks[i] = thunk{of: x, bind: b, env: &f.env}
		f.set.attrs[i] = attribute(b.name, nil, &thunks[i], b.site)
	}
	return &f.env
}

// frameOf is the summary that a call's scope belongs to.
func (ev *Evaluator) frameOf() uint32 {
	if ev.cur == nil {
		return noSummary
	}
	return ev.cur.id
}

// given is what a call gives an argument.
func (ev *Evaluator) given(t *thunk) Val {
	whole := ev.force(t.of)
	fm := t.bind.formal
	if fm == nil {
		if blind(whole) {
			ev.blind[t.bind.fn]++
		}
		return whole
	}
	v := ev.sel(whole, fm.Name)
	if v.shape == missing {
		if fm.Default == nil {
			return ev.demanded(whole, fm.Name).with(v.org)
		}
		return ev.eval(fm.Default, t.env).with(v.org)
	}
	if fm.Default != nil && v.shape == nil {
		return ev.join(v, ev.eval(fm.Default, t.env))
	}
	return v
}

// call applies a value to arguments that are ready.
func (ev *Evaluator) call(f Val, at site, args ...*thunk) Val {
	for _, a := range args {
		f = ev.apply(f, a, at)
	}
	return f
}

// origins are those of the value as a whole; what is read from config counts as used here.
func (ev *Evaluator) origins(v Val) Origins {
	if r, ok := v.shape.(*refShape); ok {
		if r.path.Parent == nil && !r.path.inner() && !ev.plainRoot(r.path) {
			return v.org // config itself: what of it is used is not known here
		}
		ev.settle(r.path)
		if r.read != nil {
			r.read.Consumed = true
		}
		o := from(r.path, Whole, r.read)
		if len(r.self) == 0 || r.self[0].rank != o.rank || r.self[0].read != o.read || r.selfVia != r.via {
			if r.via != nil {
				o.why = ev.hop(r.via, 0)
			}
			r.self, r.selfVia = Origins{o}, r.via
		}
		return union(v.org, r.self)
	}
	return v.org
}

const maxDepth = 2500 // nested evaluations

// maxElements bounds how many elements of lists and sets that are one of several are told apart.
const maxElements = 2000

// maxList bounds the elements of a list that code puts together.
const maxList = 1 << 16

// elems are a list's elements, whether they are all and in order, and what the list as a whole depends on.
func (ev *Evaluator) elems(v Val) ([]*thunk, bool, Origins) {
	switch s := v.shape.(type) {
	case *listShape:
		return s.elems, s.exact, v.org
	case *altShape:
		// Where a list grows step by step, perhaps, each alternative holds the ones before it: the same element is told once.
		var out []*thunk
		seen := map[*thunk]bool{}
		for _, t := range s.alts {
			es, _, o := ev.elems(ev.force(t))
			for _, e := range es {
				if e = ev.adding(e, o); !seen[e] {
					seen[e] = true
					out = append(out, e)
				}
			}
		}
		if len(out) > maxElements {
			out = []*thunk{ready(unknown(ev.all(out...)))}
		}
		return out, false, v.org
	case *refShape:
		org := ev.origins(v)
		if ts, ok := ev.flakeElements(v); ok {
			return ts, true, v.org
		}
		return []*thunk{ready(unknown(org))}, false, org
	case nil:
		if len(v.org) == 0 {
			return []*thunk{ready(Val{})}, false, nil
		}
		return []*thunk{ready(unknown(v.org))}, false, v.org
	}
	return nil, true, v.org
}

// entries are a set's attributes, whether they are all, and what the set as a whole depends on (rule 7).
// Of a part of config the names are its names, and the values its members.
func (ev *Evaluator) entries(v Val) ([]attr, bool, Origins) {
	switch s := v.shape.(type) {
	case *setShape:
		if s.base == nil {
			return s.attrs, !s.dyn && !s.inDoubt(), v.org
		}
		more, _, o := ev.entries(*s.base)
		return append(slices.Clip(s.attrs), more...), false, union(v.org, o)
	case *refShape:
		if s.read != nil {
			s.read.Names = true
		}
		if members, ok := ev.group(s.path); ok {
			// The options of a group are there whatever happens: their names depend on nothing.
			out := make([]attr, len(members))
			for i, n := range members {
				out[i] = attr{name: n, val: ready(Val{shape: &refShape{path: ev.child(s.path, n), how: Alias, via: s.via, read: ev.memberRead(s, n)}, org: v.org})}
			}
			return out, true, v.org
		}
		if members, ok := ev.flakeNames(s.path); ok {
			out := make([]attr, len(members))
			for i, n := range members {
				out[i] = attr{name: n, val: ready(Val{shape: &refShape{path: ev.child(s.path, n), how: Alias, via: s.via, read: ev.memberRead(s, n)}, org: v.org})}
			}
			return out, true, v.org
		}
		if ev.withoutMembers(s.path) {
			org := ev.origins(v)
			return []attr{{name: hole, key: org, val: ready(unknown(org))}}, false, org
		}
		names := Origins{from(s.path, Names, s.read)}
		member := Val{shape: &refShape{path: ev.child(s.path, hole), how: Alias, via: s.via, read: ev.memberRead(s, hole)}, org: v.org}
		return []attr{{name: hole, key: names, val: ready(member)}}, false, union(v.org, names)
	case *altShape:
		var out []attr
		seen := map[*thunk]bool{}
		org := v.org
		for _, t := range s.alts {
			as, _, o := ev.entries(ev.force(t))
			for _, a := range ev.conditional(as, o) {
				if !seen[a.val] {
					seen[a.val] = true
					out = append(out, a)
				}
			}
			org = union(org, o)
		}
		if len(out) > maxElements {
			var key, all Origins
			for _, a := range out {
				key, all = union(key, a.key), union(all, ev.deep(ev.force(a.val)))
			}
			out = []attr{{name: hole, key: key, val: ready(unknown(all))}}
		}
		return out, false, org
	case *optionsShape:
		if members, ok := ev.group(s.path); ok {
			out := make([]attr, len(members))
			for i, n := range members {
				out[i] = attr{name: n, val: ready(Val{shape: &optionsShape{ev.child(s.path, n)}, org: v.org})}
			}
			return out, true, v.org
		}
		return []attr{{name: hole, val: ready(unknown(v.org))}}, false, v.org
	case nil:
		return []attr{{name: hole, key: v.org, val: ready(unknown(v.org))}}, false, v.org
	}
	return nil, true, v.org
}

// maxHoles is how many unknown names below an option are told apart, as where a function goes down into anything it is given.
const maxHoles = 2

// bottomless says that the last names of a path, below what is declared, are unknown several levels deep already.
func (p *Path) bottomless() bool {
	holes := 0
	for q := p; q.Parent != nil && len(q.Itself().here) == 0; q = q.Parent {
		if q.Name == hole {
			holes++
		}
	}
	return holes > maxHoles
}

// withoutMembers says that a path needs no further segments: it is an option whose type has no members that are told
// apart, or it is bottomless.
func (ev *Evaluator) withoutMembers(p *Path) bool {
	if p.bottomless() {
		return true
	}
	for q := p; q.Parent != nil; q = q.Parent {
		if d := ev.declAt(q); d != nil {
			return !d.Registry && !d.Nested && d.Kind != "" && d.Kind != "attrs" && d.Kind != "anything" && d.Kind != "unspecified" && d.Kind != "raw"
		}
	}
	return false
}

// memberRead is the read of a registry's members where code goes over all of them.
func (ev *Evaluator) memberRead(s *refShape, name string) *Read {
	if s.read == nil {
		return nil
	}
	c := *s.read
	c.How, c.Selected, c.Consumed, c.Names, c.Members = Dynamic, false, false, false, true
	c.by, c.of, c.In = nil, nil, nil
	return ev.addRead(ev.child(s.path, name), c)
}

// nameOf is an attribute's name as a value.
func nameOf(a attr) Val {
	return str(a.name).with(dataOf(a.key))
}

// dataOf lets the origins of a name count as data of what is made from it.
func dataOf(os Origins) Origins {
	out := os
	for i, o := range os {
		if o.kind == Key {
			if &out[0] == &os[0] {
				out = slices.Clone(os)
			}
			out[i].kind = Data
		}
	}
	return out
}

// isWholeConfig says that a value is, or carries in an attribute, config as a whole.
func (ev *Evaluator) isWholeConfig(v Val) bool {
	switch s := v.shape.(type) {
	case *refShape:
		return s.path.Parent == nil && !s.path.inner() && !ev.plainRoot(s.path)
	case *setShape:
		for i := range s.attrs {
			if t := s.attrs[i].val; t.state == 2 || t.state == 0 && s.attrs[i].name == "config" {
				if r, ok := ev.force(t).shape.(*refShape); ok && r.path.Parent == nil && !r.path.inner() {
					return true
				}
			}
		}
	}
	return false
}

// escape notes that config went where it cannot be followed.
func (ev *Evaluator) escape(at site) {
	k := escapeKey{at.file, at.span}
	if !ev.escaped[k] {
		ev.escaped[k] = true
		ev.Escapes = append(ev.Escapes, Escape{at.file, at.span})
	}
}

type escapeKey struct {
	f    *parse.File
	span parse.Span
}
