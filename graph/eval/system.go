package eval

import (
	"slices"
)

// system is nixosSystem, darwinSystem, homeManagerConfiguration or evalModules: what it is given are modules.
func (ev *Evaluator) system(name string, v Val, at site) Val {
	for _, arg := range []string{"specialArgs", "extraSpecialArgs"} {
		as := ev.sel(v, arg)
		if as.shape == nil || as.shape == missing {
			continue
		}
		es, _, _ := ev.entries(as)
		for _, a := range es {
			if known(a.name) {
				ev.special[a.name] = ev.oneOf(ev.special[a.name], a.val)
			}
		}
	}
	base := ev.Config
	if name == "homeManagerConfiguration" {
		base = ev.at(ev.Config, StandaloneHome)
	}
	ev.systems++
	root := &Module{File: at.file, Reachable: true}
	if ms := ev.sel(v, "modules"); ms.shape != nil && ms.shape != missing {
		ts, _, _ := ev.elems(ms)
		for _, t := range ts {
			e := at
			if t.expr != nil && (t.env == nil || t.env.file == at.file) {
				e.span = t.expr.Range()
			}
			ev.load(ev.force(t), base, false, e, root)
		}
	}
	out := &setShape{base: &Val{}}
	out.add(attr{name: "config", val: ready(Val{shape: &refShape{path: base}})})
	return Val{shape: out}
}

// oneOf is what two systems pass under the same name: their modules are followed once, for both. Of sets and functions the first
// one stands for all, since systems mostly build the same ones anew.
func (ev *Evaluator) oneOf(a, b *thunk) *thunk {
	if a == nil || a == b {
		return b
	}
	return lazily(func() Val {
		x := ev.force(a)
		if !plain(x) {
			return x
		}
		y := ev.force(b)
		same := func(t *thunk) bool { eq, ok := ev.equal(ev.force(t), y); return eq && ok }
		if alts, ok := x.shape.(*altShape); !plain(y) || same(a) || ok && slices.ContainsFunc(alts.alts, same) {
			return x
		}
		return ev.join(x, y)
	})
}

// plain says that a value is a scalar, or one of several.
func plain(v Val) bool {
	switch s := v.shape.(type) {
	case *strShape, *intShape, *floatShape, *boolShape, *nullShape, *pathShape:
		return true
	case *altShape:
		return len(s.alts) > 0 && s.alts[0].state == 2 && plain(s.alts[0].val)
	}
	return false
}
