package eval

import (
	"slices"

	"nixsink/parse"
)

// A function whose scope is known, called with a text or number that is known, gives the same each time: helpers of strings are called
// thousands of times with a handful of texts. What it gives is kept by the argument and by what its free names stand for.

const (
	maxFreeNames  = 24 // names that a body may speak of to be looked at
	leastKept     = 8  // steps that a call takes to be worth keeping
	maxClosed     = 4  // scopes kept for one function and argument
	maxClosedText = 4096
)

// closedKey is a function and what it is called with; the argument is nil for what does not depend on one.
type closedKey struct {
	fn  *parse.Lambda
	arg any // string, int64, bool, pathShape
}

// closedCall is a call of a function whose scope is known.
type closedCall struct {
	free   []Val
	result Val
	steps  int // that it took: it counts as if it were followed, so that bounds cut where they did
	by     *Summary
	shared bool // nothing of a configuration is in its scope
}

// freeNames are the names that a function's body speaks of; ok is false if there are too many. Some may be bound within.
func (ev *Evaluator) freeNames(fn *parse.Lambda) (names []string, ok bool) {
	if names, seen := ev.freeOf[fn]; seen {
		return names, names != nil
	}
	names = []string{}
	add := func(name string) {
		if !slices.Contains(names, name) && len(names) <= maxFreeNames {
			names = append(names, name)
		}
	}
	parse.Walk(fn, func(n parse.Node) bool {
		switch n := n.(type) {
		case *parse.Ident:
			add(n.Name)
		case *parse.Inherit:
			if n.From == nil {
				for i := range n.Names {
					add(n.Names[i].Name)
				}
			}
		}
		return len(names) <= maxFreeNames
	})
	if len(names) > maxFreeNames {
		names = nil
	}
	ev.freeOf[fn] = names
	return names, names != nil
}

// freeValues are what the free names of a function stand for, if that is known without evaluating anything.
func (ev *Evaluator) freeValues(c *closure) (free []Val, ok bool) {
	names, ok := ev.freeNames(c.fn)
	if !ok {
		return nil, false
	}
	free = make([]Val, 0, len(names))
	for _, name := range names {
		t := c.env.lookup(name)
		if t == nil {
			if _, global := ev.global(name, c.env); !global && c.env.hasWith() {
				return nil, false
			}
			continue
		}
		ev.peeks = maxPeeks
		v, ok := ev.peek(t, maxPeek)
		if !ok {
			return nil, false
		}
		free = append(free, v)
	}
	return free, true
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
			ev.steps += old.steps
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
	ev.closed[key] = append(old, closedCall{free, result, steps, ev.cur, !slices.ContainsFunc(free, configured)})
}
