package eval

import (
	"cmp"
	"slices"

	"nixsink/parse"
)

// maxDefinitionDepth is how many levels of one definition have a path of their own. What is deeper counts as part of the last one.
const maxDefinitionDepth = 60

// define records what a value defines at p and below (rule 12). ctl is what decides over it.
func (ev *Evaluator) define(m *Module, p *Path, v Val, ctl Origins, at site, dflt bool, depth int) {
	c := control{doubt: m.Doubt}
	if dflt {
		c.priority = optionDefault
	}
	ev.defineUnder(m, p, v, c.add(ctl, p), at, dflt, depth)
}

func (ev *Evaluator) defineUnder(m *Module, p *Path, v Val, ctl control, at site, dflt bool, depth int) {
	if at.file == nil {
		at = site{m.File, m.File.Expr.Range()}
	}
	if v.shape == missing || ctl.conds != nil && ctl.conds.dead {
		return
	}
	if pl, ok := ev.placeOf(p, m); ok && !dflt {
		if _, several := v.shape.(*altShape); !several {
			ev.put(pl, p, v, ctl.org, at, m)
			return
		}
	}
	if !dflt && (ev.holdsModule(p) || m.conf != nil && m.conf.Class.Flake && !p.exact()) {
		ev.keepValue(p, v, ctl.org)
	}
	if depth >= maxDefinitionDepth {
		if !p.bottomless() { // a recursion over something unknown has no end, and each level only tells again what the first ones told
			ev.limit(at.file, at.span, tooManyLevels)
		}
	} else if !ev.spent(at) {
		switch s := v.shape.(type) {
		case *altShape:
			switch s.prop {
			case conditional:
				ctl = ev.when(ctl, s.cond, v.org, p)
			case prioritized:
				if ctl.priority == 0 || dflt && ctl.priority == optionDefault {
					ctl.priority = s.priority
				}
				ctl = ctl.add(v.org, p)
			case merged:
				ctl = ctl.add(v.org, p)
			case several:
				if len(s.alts) > 1 {
					if ev.defineEither(m, p, s, v.org, ctl, at, dflt, depth) {
						return
					}
					ctl.doubt = true
				}
				ctl = ctl.add(v.org, p)
			}
			for _, t := range s.alts {
				where := at
				if t.expr != nil && t.env != nil {
					where = site{t.env.file, t.expr.Range()}
				}
				x := ev.force(t)
				if p == m.Base && !dflt && s.prop != several {
					x = ev.handedOn(t, x)
				}
				if x.shape != nil {
					where = at // the attributes have places of their own
				}
				ev.defineUnder(m, p, x, ctl, where, dflt, depth+1)
			}
			return
		case *setShape:
			if _, ok := s.get("outPath"); ok {
				break
			}
			if p.Parent != nil && p.Parent.Parent == nil && p.Name == "_module" {
				return
			}
			if ctl.sets.in(s) {
				break // it holds itself: what is in it was defined above
			}
			if !dflt && p != m.Base && hasModuleParts(s) && ev.takesModules(p) {
				ev.defineModule(m, p, v, ctl, at, dflt, depth+1)
				return
			}
			acc := ctl.add(v.org, p)
			acc.sets = &nesting{s, acc.sets}
			ev.defineNames(m, p, s, acc, at, dflt)
			for i := range s.attrs {
				ev.defineAttr(m, p, &s.attrs[i], acc, at, dflt, depth)
			}
			if s.base != nil && (s.base.shape != nil || len(s.base.org) > 0) {
				acc.doubt = true
				ev.defineUnder(m, p, *s.base, acc, at, dflt, depth+1)
			}
			if len(s.attrs) > 0 || s.base != nil || p == m.Base {
				return // config = mkIf x { } defines nothing
			}
		case *builtin:
			ev.keepValue(p, v, ctl.org)
		case *closure:
			ev.keepValue(p, v, ctl.org)
			if p.inLib() {
				return // where somebody calls it, it is followed
			}
			if submoduleFunction(s.fn) && p != m.Base && p.Root.Arg == "" { // what is passed as an argument has no types: nobody calls it
				ev.apart++ // it may be any function that takes config
				made := ev.apply(v, ev.instanceOf(m, p).args(ev, p), at)
				ev.apart--
				ev.defineModule(m, p, made, ctl, at, dflt, depth+1)
				return
			}
		case *refShape:
			if s.path == p {
				return // inherit (config) x at its own place
			}
			if _, ok := ev.group(s.path); ok && (s.path.Parent != nil || s.path.inner()) {
				as, _, _ := ev.entries(v)
				for _, a := range as {
					ev.defineUnder(m, ev.child(p, a.name), ev.force(a.val), ctl.add(v.org, p), at, dflt, depth+1)
				}
				return
			}
		}
	}
	if ev.isWholeConfig(v) {
		if m.conf == nil || !m.conf.Class.Flake {
			ev.escape(at)
		}
		return
	}
	if p == m.Base && !ev.plainRoot(p) {
		// A module that is not understood as a set, such as what a function that is not known makes: what it defines is not known.
		if org := union(ctl.org, ev.deep(v)); len(org) > 0 {
			ev.Dropped = append(ev.Dropped, &Dropped{File: at.file, Span: at.span, origins: org})
		}
		return
	}
	d := ev.definition(m, p, at, ctl, dflt)
	d.origins = union(ctl.org, ev.deep(v)).pruned()
	if len(d.origins) > 0 {
		d.null, d.size = ev.nullness(v), ev.size(v)
	}
	if r, ok := v.shape.(*refShape); ok {
		d.Copies = r.path.Itself()
	}
	ev.handsOver(v, at)
	d.files = ev.filesIn(v)
	d.Value, d.Known = ev.literal(v, 0)
	d.Known = d.Known && !d.origins.has(Data)
	if !d.Known {
		// What recursion over something unknown defines again and again is one definition.
		key := definedKey{p, at.file, at.span, d.Conditional, dflt}
		if old := ev.defined[key]; old != nil && old.Module == m && slices.Equal(old.origins, d.origins) && old.Copies == d.Copies && old.names.equal(d.names) {
			return
		}
		ev.defined[key] = d
	}
	ev.Definitions = append(ev.Definitions, d)
}

// definition is a definition at p, without what it holds.
func (ev *Evaluator) definition(m *Module, p *Path, at site, ctl control, dflt bool) *Definition {
	return &Definition{Module: m, Path: p, File: at.file, Span: at.span, Default: dflt,
		Conditional: len(ctl.org) > 0, Priority: cmp.Or(ctl.priority, defaultPriority), Doubt: ctl.doubt, gates: ctl.gates, names: ctl.names}
}

// defineNames notes what the names of a set come from.
func (ev *Evaluator) defineNames(m *Module, p *Path, s *setShape, ctl control, at site, dflt bool) {
	var keys Origins
	for i := range s.attrs {
		keys = union(keys, s.attrs[i].key)
	}
	if len(keys) > 0 {
		d := ev.definition(m, p, at, ctl, dflt)
		d.Names, d.origins = true, union(keys.atMost(Key), ctl.org.only(Control))
		ev.Definitions = append(ev.Definitions, d)
	}
}

// defineAttr defines one attribute of a set.
func (ev *Evaluator) defineAttr(m *Module, p *Path, a *attr, ctl control, at site, dflt bool, depth int) {
	if a.site.file != nil {
		at = a.site
	}
	below := ev.child(p, a.name)
	ctl.org, ctl.plain = ctl.org.withoutNames(a.key), ctl.plain.withoutNames(a.key)
	if ks := a.key.only(Control); len(ks) > 0 {
		ctl = ctl.add(ks, below)
	}
	ctl.doubt = ctl.doubt || !known(a.name)
	if a.sym != 0 {
		ctl.names = &openName{below.Len(), a.sym, ctl.names}
	}
	ev.defineUnder(m, below, ev.force(a.val), ctl, at, dflt, depth+1)
}

// defineEither defines one of several sets of which every attribute is known: what is the same constant in all of them is not
// decided by what decides between them. False: it is none of those.
func (ev *Evaluator) defineEither(m *Module, p *Path, s *altShape, org Origins, ctl control, at site, dflt bool, depth int) bool {
	sets := make([]*setShape, len(s.alts))
	for i, t := range s.alts {
		v := ev.force(t)
		set, ok := v.shape.(*setShape)
		if !ok || set.base != nil || set.dyn || len(v.org) > 0 || len(set.attrs) == 0 {
			return false
		}
		if _, ok := set.get("outPath"); ok {
			return false
		}
		sets[i] = set
	}
	if ctl.sets.in(sets[0]) {
		return false // they hold themselves: what is in them was defined above
	}
	for _, set := range sets {
		ctl.sets = &nesting{set, ctl.sets}
	}
	either := ctl.add(org, p)
	either.doubt = true
	for _, set := range sets {
		ev.defineNames(m, p, set, either, at, dflt)
	}
	done := map[string]bool{}
	for i, set := range sets {
		for j := range set.attrs {
			a := &set.attrs[j]
			if i == 0 {
				all := []Val{ev.force(a.val)}
				alts := []*thunk{a.val}
				for _, other := range sets[1:] {
					if o, ok := other.get(a.name); ok && len(o.key) == 0 && len(a.key) == 0 {
						all = append(all, ev.force(o.val))
						alts = append(alts, o.val)
					}
				}
				switch {
				case len(all) < len(sets):
				case ev.sameConstant(all):
					done[a.name] = true
					ev.defineAttr(m, p, a, ctl, at, dflt, depth)
					continue
				case ev.allSets(all):
					done[a.name] = true
					where := a.site
					if where.file == nil {
						where = at
					}
					ev.defineUnder(m, ev.child(p, a.name), Val{shape: &altShape{alts: alts}, org: org}, ctl, where, dflt, depth+1)
					continue
				}
			}
			if !done[a.name] {
				ev.defineAttr(m, p, a, either, at, dflt, depth)
			}
		}
	}
	return true
}

func (ev *Evaluator) allSets(vs []Val) bool {
	for _, v := range vs {
		if s, ok := v.shape.(*setShape); !ok || s.base != nil || s.dyn || len(s.attrs) == 0 || len(v.org) > 0 {
			return false
		}
	}
	return true
}

type definedKey struct {
	path              *Path
	file              *parse.File
	span              parse.Span
	conditional, dflt bool
}

// inLib says that a path is that of a function of the repository's own, config.lib.web.mkUrl (NixOS option lib).
func (p *Path) inLib() bool {
	for ; p.depth > 1; p = p.Parent {
	}
	return p.depth == 1 && p.Name == "lib"
}

// holdsModule says whether an option is of type deferredModule, or holds several such.
func (ev *Evaluator) holdsModule(p *Path) bool {
	if p.Parent == nil {
		return false
	}
	if len(p.here) > 0 {
		d, _ := ev.declHere(p)
		return d != nil && (d.Kind == "deferredModule" || d.Kind == "deferredModuleWith") && !d.Registry
	}
	if len(p.Parent.here) > 0 {
		d, _ := ev.declHere(p.Parent)
		return d != nil && (d.Kind == "deferredModule" || d.Kind == "deferredModuleWith") && d.Registry
	}
	return false
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
