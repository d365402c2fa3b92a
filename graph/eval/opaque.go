package eval

import "slices"

// A function that is not known may hand a module's definitions on: util.onlyFor "nixos" { services.x = … }. What it is given is
// defined as if it did, which is in doubt, and that something unknown may become of it is told as well (rule 8).

// opaqueCall is a call of a function that is not known.
type opaqueCall struct {
	arg   *thunk
	other Origins // of the function and what it was given before
	made  Origins // of what it gives
}

// maxOpaque is how many calls of one place are told apart, and how many within each other are looked into.
const maxOpaque = 8

// noteOpaque keeps what a function that is not known is given, if that may be definitions.
func (ev *Evaluator) noteOpaque(f Val, x *thunk, given Val, made Origins, at site) {
	if ev.cur == nil || at.file == nil {
		return
	}
	switch s := given.shape.(type) {
	case *setShape:
		if _, derivation := s.get("outPath"); derivation || len(s.attrs) == 0 {
			return
		}
	case *altShape:
		if s.prop == several {
			return
		}
	case nil:
		if _, ok := ev.cur.opaque[placeOfThunk(x)]; !ok {
			return
		}
	default:
		return
	}
	if ev.cur.opaque == nil {
		ev.cur.opaque = map[site][]opaqueCall{}
	}
	if calls := ev.cur.opaque[at]; len(calls) < maxOpaque {
		ev.cur.opaque[at] = append(calls, opaqueCall{x, ev.origins(f), made})
	}
}

// placeOfThunk is where the expression of a thunk stands.
func placeOfThunk(t *thunk) site {
	if t.expr == nil || t.env == nil {
		return site{}
	}
	return site{t.env.file, unparenthesized(t.expr).Range()}
}

// handedOn is a module's definitions behind what a function that is not known makes of them, v itself if there are none.
func (ev *Evaluator) handedOn(t *thunk, v Val) Val {
	sets := ev.setsGiven(t, v, maxOpaque)
	if len(sets) == 0 {
		return v
	}
	return Val{shape: &altShape{alts: append(sets, &thunk{val: v, state: 2, expr: t.expr, env: t.env})}}
}

func (ev *Evaluator) setsGiven(t *thunk, v Val, depth int) []*thunk {
	if v.shape != nil || ev.cur == nil || depth == 0 {
		return nil
	}
	calls := ev.cur.opaque[placeOfThunk(t)]
	same := slices.DeleteFunc(slices.Clone(calls), func(c opaqueCall) bool { return !covers(v.org, c.made) })
	if len(same) > 0 {
		calls = same // those with other arguments are other calls of the function that it stands in
	}
	var sets []*thunk
	for _, c := range calls {
		inner := []*thunk{c.arg}
		if x := ev.force(c.arg); x.shape == nil {
			inner = ev.setsGiven(c.arg, x, depth-1)
		}
		for _, s := range inner {
			sets = append(sets, ev.adding(s, c.other.atMost(Control)))
		}
	}
	return sets
}
