package eval

import (
	"slices"

	"nixsink/parse"
)

const maxDefinitionDepth = 60

// define records what a value defines at p and below (rule 12). ctl is what decides over it.
func (ev *Evaluator) define(m *Module, p *Path, v Val, ctl Origins, at site, dflt bool, depth int) {
	if at.file == nil {
		at = site{m.File, m.File.Expr.Range()}
	}
	if v.shape == missing {
		return
	}
	if base, home, ok := ev.modulePoint(p, m); ok && !dflt && p != m.Base {
		switch v.shape.(type) {
		case *altShape:
		default:
			ev.load(v, base, home, at, m)
			return
		}
	}
	if depth < maxDefinitionDepth && !ev.spent(at) {
		switch s := v.shape.(type) {
		case *altShape:
			acc := union(ctl, v.org)
			for _, t := range s.alts {
				ev.define(m, p, ev.force(t), acc, at, dflt, depth+1)
			}
			return
		case *setShape:
			if _, ok := s.get("outPath"); ok {
				break
			}
			if p.Parent != nil && p.Parent.Parent == nil && p.Name == "_module" {
				return
			}
			acc := union(ctl, v.org)
			var keys Origins
			for i := range s.attrs {
				keys = union(keys, s.attrs[i].key)
			}
			if len(keys) > 0 {
				keys = keys.atMost(Key)
				ev.Definitions = append(ev.Definitions, &Definition{Module: m, Path: p, File: at.file, Span: at.span, origins: union(keys, acc.only(Control)), Names: true, Default: dflt, Conditional: len(acc) > 0})
			}
			for i := range s.attrs {
				a := s.attrs[i]
				where := a.site
				if where.file == nil {
					where = at
				}
				c := acc.withoutNames(a.key)
				if ks := a.key.only(Control); len(ks) > 0 {
					c = union(c, ks)
				}
				ev.define(m, ev.child(p, a.name), ev.force(a.val), c, where, dflt, depth+1)
			}
			if s.base != nil && (s.base.shape != nil || len(s.base.org) > 0) {
				ev.define(m, p, *s.base, acc, at, dflt, depth+1)
			}
			if len(s.attrs) > 0 || s.base != nil {
				return
			}
		case *closure:
			if submoduleFunction(s.fn) && p != m.Base {
				ev.define(m, p, ev.apply(v, ev.instanceArgs(m, p, str(p.Name)), at), ctl, at, dflt, depth+1)
				return
			}
		case *refShape:
			if s.path == p {
				return // inherit (config) x at its own place
			}
			if _, ok := ev.group(s.path); ok {
				as, _, _ := ev.entries(v)
				for _, a := range as {
					ev.define(m, ev.child(p, a.name), ev.force(a.val), union(ctl, v.org), at, dflt, depth+1)
				}
				return
			}
		}
	}
	if ev.isWholeConfig(v) {
		if m.Base != ev.at(ev.Config, FlakeParts) {
			ev.escape(at)
		}
		return
	}
	if p == m.Base {
		return // a module that is not understood as a set: nothing is known to be defined
	}
	d := &Definition{Module: m, Path: p, File: at.file, Span: at.span, origins: union(ctl, ev.deep(v)), Default: dflt, Conditional: len(ctl) > 0}
	if r, ok := v.shape.(*refShape); ok {
		d.Copies = r.path
	}
	ev.handsOver(v, at)
	d.Value, d.Known = ev.literal(v, 0)
	d.Known = d.Known && !d.origins.has(Data)
	if !d.Known {
		// What recursion over something unknown defines again and again is one definition.
		key := definedKey{p, at.file, at.span, d.Conditional, dflt}
		if old := ev.defined[key]; old != nil && old.Module == m && slices.Equal(old.origins, d.origins) && old.Copies == d.Copies {
			return
		}
		ev.defined[key] = d
	}
	ev.Definitions = append(ev.Definitions, d)
}

type definedKey struct {
	path              *Path
	file              *parse.File
	span              parse.Span
	conditional, dflt bool
}

// handsOver notes the Nix files whose paths a definition holds: whoever reads the option may import them.
func (ev *Evaluator) handsOver(v Val, at site) {
	switch s := v.shape.(type) {
	case *listShape:
		for _, t := range s.elems {
			x := ev.force(t)
			if _, path := x.shape.(*pathShape); path {
				ev.handsOver(x, at)
			}
		}
	case *pathShape:
		if s.inside && known(s.s) {
			if to := ev.resolveFile(s.s); ev.host.File(to) != nil {
				ev.Handed = append(ev.Handed, &Import{Site: at, To: to})
			}
		}
	}
}

// submoduleFunction says that a function takes a module's arguments.
func submoduleFunction(f *parse.Lambda) bool {
	if f.Formals == nil {
		return false
	}
	for i := range f.Formals.List {
		switch f.Formals.List[i].Name {
		case "config", "name", "options", "lib", "pkgs":
			return f.Formals.Ellipsis
		}
	}
	return f.Formals.Ellipsis && len(f.Formals.List) == 0
}
