package eval

import (
	"slices"

	"nixsink/parse"
)

// A function whose scope is known, called with a text or number that is known, gives the same each time: helpers of strings are called
// thousands of times with a handful of texts. What it gives is kept by the argument and by what its body speaks of stands for. Of lib, which each
// caller may have extended in its own way, only the functions that are spoken of count: so libs that differ elsewhere are the same here.

const (
	maxFreeNames  = 24 // names that a body may speak of to be looked at
	leastKept     = 6  // steps that a call takes to be worth keeping
	maxClosed     = 4  // scopes kept for one function, argument and hash
	maxClosedText = 4096
	// Of a function that is never called with the same again nothing is kept: of this many calls that are kept, one in hitsWanted is
	// asked for again, or no more are.
	trialCalls = 2048
	hitsWanted = 8
)

// closedKey is a function, what it is called with, and a hash of what its body speaks of.
type closedKey struct {
	fn   *parse.Lambda
	arg  any // string, int64, bool, pathShape
	free uint64
}

// closedCall is a call of a function whose scope is known.
type closedCall struct {
	free   []Val
	result Val
	steps  int // that it took: it counts nearly as if it were followed, so that bounds cut where they did
	by     *Summary
	shared bool // nothing of a configuration is in its scope
}

// closedUse is how far it pays to keep the calls of a function.
type closedUse struct {
	names      []freeName
	many       bool // it speaks of too many names
	kept, hits int
}

func (u *closedUse) pays() bool {
	return !u.many && (u.kept < trialCalls || u.hits >= u.kept/hitsWanted)
}

// freeName is a name that a body speaks of, with the attributes that are taken of it: lib.path.append.
type freeName struct {
	name string
	path []string
}

// closedUse finds the names that a function's body speaks of. Some may be bound within.
func (ev *Evaluator) closedUse(fn *parse.Lambda) *closedUse {
	if u := ev.closedUses[fn]; u != nil {
		return u
	}
	u := &closedUse{}
	ev.closedUses[fn] = u
	add := func(name string, path ...string) {
		if fn.Arg != nil && name == fn.Arg.Name || slices.ContainsFunc(u.names, func(n freeName) bool { return n.name == name && slices.Equal(n.path, path) }) {
			return
		}
		u.names = append(u.names, freeName{name, path})
		u.many = u.many || len(u.names) > maxFreeNames
	}
	var visit func(n parse.Node) bool
	visit = func(n parse.Node) bool {
		switch n := n.(type) {
		case *parse.Ident:
			add(n.Name)
		case *parse.Select:
			x, ok := n.X.(*parse.Ident)
			if !ok {
				break
			}
			var path []string
			for i := range n.Path {
				if !n.Path[i].Static() {
					break
				}
				path = append(path, n.Path[i].Name)
			}
			for i := range n.Path {
				if e := n.Path[i].Expr; e != nil {
					parse.Walk(e, visit)
				}
			}
			if n.Default != nil {
				path = nil // it matters whether it is there, too
				parse.Walk(n.Default, visit)
			}
			add(x.Name, path...)
			return false
		case *parse.Inherit:
			if n.From == nil {
				for i := range n.Names {
					add(n.Names[i].Name)
				}
			}
		}
		return !u.many
	}
	parse.Walk(fn.Body, visit)
	return u
}

// freeValues are what the free names of a function stand for, if that is known without evaluating anything, and a hash of it.
func (ev *Evaluator) freeValues(c *closure, names []freeName) (free []Val, hash uint64, ok bool) {
	free = make([]Val, 0, len(names))
	hash = fnvStart
	for i := range names {
		n := &names[i]
		t := c.env.lookup(n.name)
		if t == nil {
			if _, global := ev.global(n.name, c.env); !global && c.env.hasWith() {
				return nil, 0, false
			}
			continue
		}
		ev.peeks = maxPeeks
		v, ok := ev.peek(t, maxPeek)
		if !ok {
			return nil, 0, false
		}
		for _, name := range n.path {
			below, ok := ev.peekAttr(v, name)
			if !ok {
				break // what is above it tells as well
			}
			v = below
		}
		free = append(free, v)
		hash = v.hash(hash)
	}
	return free, hash, true
}

// peekAttr is an attribute of a value if that is known without evaluating anything, and says all that selecting it would.
func (ev *Evaluator) peekAttr(v Val, name string) (Val, bool) {
	switch s := v.shape.(type) {
	case *libShape:
		return ev.sel(v, name), true
	case *setShape:
		if len(v.org) > 0 || s.dyn || s.conf != nil {
			return Val{}, false
		}
		if a, has := s.get(name); has {
			return ev.peek(a.val, maxPeek)
		}
		if s.base == nil || len(s.base.org) > 0 {
			return Val{}, false
		}
		below, ok := ev.peekAttr(*s.base, name)
		if f, is := below.shape.(*builtin); is && makers[f.spec.name].class != nil {
			return Val{}, false // it remembers which lib it was taken from
		}
		return below, ok && below.shape != missing
	}
	return Val{}, false
}

const (
	fnvStart = 14695981039346656037
	fnvPrime = 1099511628211
)

func hashText(h uint64, s string) uint64 {
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * fnvPrime
	}
	return (h ^ 0xff) * fnvPrime
}

// hash tells values apart that are not identical, mostly: of those that are, it is the same.
func (v Val) hash(h uint64) uint64 {
	h = (h ^ uint64(len(v.org))) * fnvPrime
	switch s := v.shape.(type) {
	case *strShape:
		return hashText(h, s.s)
	case *pathShape:
		return hashText(h, s.s)
	case *libShape:
		return hashText(h, s.name)
	case *intShape:
		return (h ^ uint64(s.n)) * fnvPrime
	case *boolShape:
		if s.b {
			return (h ^ 1) * fnvPrime
		}
	case *closure:
		return (h ^ uint64(s.fn.Start)) * fnvPrime
	case *builtin:
		return hashText(h, s.spec.name)
	}
	return h * fnvPrime
}

// hasWith says whether a scope is within a `with`.
func (en *env) hasWith() bool {
	for ; en != nil; en = en.up {
		if en.set == nil {
			return true
		}
	}
	return false
}

// closedArg is an argument that is a plain value, as a key; ok is false if it is none, or not known yet.
func (ev *Evaluator) closedArg(x *thunk) (arg any, ok bool) {
	ev.peeks = maxPeeks
	v, ok := ev.peek(x, maxPeek)
	if !ok || len(v.org) > 0 {
		return nil, false
	}
	switch s := v.shape.(type) {
	case *strShape:
		return s.s, known(s.s) && len(s.s) <= maxClosedText
	case *pathShape:
		return *s, known(s.s)
	case *intShape:
		return s.n, true
	case *boolShape:
		return s.b, true
	}
	return nil, false
}

// closedBefore is what a call gave before whose free names stood for the same.
func (ev *Evaluator) closedBefore(key closedKey, free []Val) (Val, bool) {
	for _, old := range ev.closed[key] {
		if (old.shared || old.by == ev.cur) && slices.EqualFunc(old.free, free, ev.identical) {
			ev.steps += old.steps * 3 / 4 // the first call found out, too, what the others were told by its scope
			ev.closedUses[key.fn].hits++
			return old.result, true
		}
	}
	return Val{}, false
}

func (ev *Evaluator) keepClosed(key closedKey, free []Val, result Val, steps int) {
	old := ev.closed[key]
	if len(old) == maxClosed {
		old = append(old[:0:0], old[1:]...)
	}
	ev.closedUses[key.fn].kept++
	ev.closed[key] = append(old, closedCall{free, result, steps, ev.cur, !slices.ContainsFunc(free, configured)})
}
