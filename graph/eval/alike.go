package eval

import (
	"slices"

	"nixsink/parse"
)

// maxAlike bounds what is looked at to tell that two arguments are alike.
const maxAlike = 4000

// likeness compares values that were made twice by the same code: what a flake passes to each of its hosts is mostly made anew for each.
type likeness struct {
	ev     *Evaluator
	left   int
	closed bool            // the values were made outside of all modules
	seen   map[[2]any]bool // pairs that are being compared, or were found alike
}

// alike says that two arguments are the same as far as is known.
func (ev *Evaluator) alike(a, b *thunk) bool {
	if a == nil || b == nil {
		return false
	}
	if ev.likenesses == nil {
		ev.likenesses = map[[2]*thunk]bool{}
	}
	if is, known := ev.likenesses[[2]*thunk{a, b}]; known {
		return is
	}
	ev.force(a)
	ev.force(b)
	l := &likeness{ev: ev, left: maxAlike, seen: map[[2]any]bool{}}
	is := l.thunks(a, b)
	ev.likenesses[[2]*thunk{a, b}] = is
	return is
}

// sameScope is the scope that stands for all that are alike, of those within which one function was made.
func (ev *Evaluator) sameScope(fn *parse.Lambda, en *env) *env {
	if one, known := ev.scopeOf[en]; known {
		return one
	}
	steps, fuel := ev.steps, ev.fuel
	defer func() { ev.steps, ev.fuel = steps, fuel }()
	for _, old := range ev.scopesOf[fn] {
		l := &likeness{ev: ev, left: maxAlike, closed: true, seen: map[[2]any]bool{}}
		ev.refuel(fuelPerModule)
		if l.scopes(old, en) {
			ev.scopeOf[en] = old
			return old
		}
	}
	if len(ev.scopesOf[fn]) < 32 {
		ev.scopesOf[fn] = append(ev.scopesOf[fn], en)
	}
	ev.scopeOf[en] = en
	return en
}

func (l *likeness) thunks(a, b *thunk) bool {
	if a == b {
		return true
	}
	if l.left--; l.left < 0 {
		return false
	}
	switch {
	case a.state == 2 && b.state == 2:
		return l.values(a.val, b.val)
	case a.state == 1 || b.state == 1:
		return false
	case a.fn != nil || b.fn != nil:
		// Outside of all modules nothing is asked of a configuration, so that a value may be looked at.
		return l.closed && l.values(l.ev.force(a), l.ev.force(b))
	case a.of != nil && b.of != nil:
		return a.bind == b.bind && l.thunks(a.of, b.of)
	case a.of == nil && b.of == nil && a.expr != nil && a.expr == b.expr && a.env != nil && b.env != nil:
		return l.scopes(a.env, b.env)
	case a.state == 0 && b.state == 0:
		return false
	}
	return l.values(l.ev.force(a), l.ev.force(b))
}

func (l *likeness) scopes(a, b *env) bool {
	for ; a != b; a, b = a.up, b.up {
		if a == nil || b == nil || a.file != b.file || (a.set == nil) != (b.set == nil) {
			return false
		}
		if a.set == nil {
			if !l.thunks(a.with, b.with) {
				return false
			}
		} else if !l.sets(a.set, b.set) {
			return false
		}
	}
	return true
}

func (l *likeness) sets(x, y *setShape) bool {
	if x == y {
		return true
	}
	pair := [2]any{x, y}
	if l.seen[pair] {
		return true
	}
	l.seen[pair] = true
	if len(x.attrs) != len(y.attrs) || (x.base == nil) != (y.base == nil) {
		return false
	}
	for i := range x.attrs {
		if x.attrs[i].name != y.attrs[i].name || !slices.Equal(x.attrs[i].key, y.attrs[i].key) || !l.thunks(x.attrs[i].val, y.attrs[i].val) {
			return false
		}
	}
	return x.base == nil || l.values(*x.base, *y.base)
}

func (l *likeness) values(a, b Val) bool {
	if !slices.Equal(a.org, b.org) {
		return false
	}
	if a.shape == b.shape {
		return true
	}
	switch x := a.shape.(type) {
	case *setShape:
		y, ok := b.shape.(*setShape)
		return ok && x.conf == y.conf && l.sets(x, y)
	case *listShape:
		y, ok := b.shape.(*listShape)
		return ok && x.exact == y.exact && l.lists(x.elems, y.elems)
	case *altShape:
		y, ok := b.shape.(*altShape)
		return ok && l.lists(x.alts, y.alts)
	case *closure:
		y, ok := b.shape.(*closure)
		return ok && x.fn == y.fn && l.scopes(x.env, y.env)
	case *builtin:
		y, ok := b.shape.(*builtin)
		return ok && x.spec == y.spec && (x.lib == y.lib || x.lib != nil && y.lib != nil && l.thunks(x.lib, y.lib)) && l.lists(x.args, y.args)
	case *laterShape:
		y, ok := b.shape.(*laterShape)
		return ok && (x.t == y.t || x.t.state == 2 && y.t.state == 2 && l.thunks(x.t, y.t))
	case *flakeShape:
		y, ok := b.shape.(*flakeShape)
		return ok && x.conf == y.conf
	}
	return l.ev.identical(a, b)
}

func (l *likeness) lists(a, b []*thunk) bool {
	return slices.EqualFunc(a, b, l.thunks)
}
