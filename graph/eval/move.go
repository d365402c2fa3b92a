package eval

import (
	"cmp"
	"slices"
)

// What a source makes of a configuration at one place it makes of one at another, with the paths put there: a home-manager module means
// the same for alice and for bob. So a summary that is whole is moved in place of following its source again. The questions move with
// it: where the other configuration answers otherwise, its source is followed for that one after all (definitions, revise).

// elsewhere is what two summaries of one source have in common, wherever their configurations are.
func (k sourceKey) elsewhere() sourceKey {
	k.base = nil
	return k
}

// moved is a summary of w for c that is moved from another configuration, nil if there is none that can be.
func (ev *Evaluator) moved(w wanted, key sourceKey, c *Configuration) *Summary {
	if ev.Unshared || c.Host().Open || c.Defines != nil || !ev.standsByItself(w) {
		return nil
	}
	known := ev.sources[key.elsewhere()]
	for i := len(known) - 1; i >= 0; i-- {
		if s := known[i]; ev.movable(s, w, c) {
			return ev.move(s, w, key, c)
		}
	}
	return nil
}

// standsByItself says that a source holds nothing of one configuration.
func (ev *Evaluator) standsByItself(w wanted) bool {
	switch s := w.val.shape.(type) {
	case nil:
		return true
	case *closure:
		return s.env.of == 0 || s.env.of == noSummary
	}
	return false
}

// movable says whether what a summary found out can be put below the place of another configuration.
func (ev *Evaluator) movable(s *Summary, w wanted, c *Configuration) bool {
	from := s.conf.Base
	switch {
	case !s.defined || s.fixed || s.dead || s.conf.flake != c.flake || s.conf == c || from == c.Base || s.conf.Defines != nil,
		len(s.passes) > 0 || len(s.keeps) > 0 || len(s.placed) > 0 || len(s.inner) > 0 || len(s.modules) == 0,
		s.modules[0].Doubt && !w.doubt && len(w.ctl) == 0,
		from.Parent != nil && !from.exact() && c.Base.exact():
		return false
	case s.conf.Class == c.Class && s.conf.around() == c.around():
		return c.Class.Home || c.Class == Plain
	case s.conf.Class == c.Class && c.Class.Home: // by itself, and within a system
	case !(s.conf.Class == Plain && c.Class.Home || s.conf.Class.Home && c.Class == Plain):
		return false
	}
	// A home has places that others do not have, and within a system arguments.
	home := HomeManager
	if s.os || slices.ContainsFunc(s.questions, func(q question) bool { return q.kind == whichArgument && slices.Contains(home.OS, q.name) }) {
		return false
	}
	m := &Module{Base: from, conf: c}
	return !slices.ContainsFunc(s.definitions, func(d *Definition) bool {
		for p := d.Path; p != nil && p.Len() > from.Len(); p = p.Parent {
			if _, ok := ev.placeOf(p, m); ok {
				return true
			}
		}
		return false
	})
}

// around is where the options of the configuration are that encloses c, nil if none does.
func (c *Configuration) around() *Path {
	if c.Parent == nil {
		return nil
	}
	return c.Parent.Base
}

// mover puts what is known of one place to another.
type mover struct {
	ev       *Evaluator
	from, to *Path
	paths    map[uint32]*Path
	gates    map[*gate]*gate
	sets     map[*origin]Origins // by where they begin: definitions share them
}

// mover is the one between two places.
func (ev *Evaluator) mover(from, to *Path) *mover {
	pair := [2]*Path{from, to}
	mv := ev.movers[pair]
	if mv == nil {
		mv = &mover{ev: ev, from: from, to: to, paths: map[uint32]*Path{}}
		ev.movers[pair] = mv
	}
	mv.gates, mv.sets = map[*gate]*gate{}, map[*origin]Origins{}
	return mv
}

func (mv *mover) path(p *Path) *Path {
	switch {
	case p == mv.from:
		return mv.to
	case p.Root != mv.from.Root || p.depth <= mv.from.depth:
		return p
	}
	if q := mv.paths[p.id]; q != nil {
		return q
	}
	q := p
	if up := mv.path(p.Parent); up != p.Parent {
		q = mv.ev.child(up, p.Name)
	}
	mv.paths[p.id] = q
	return q
}

// origins moves a set.
func (mv *mover) origins(os Origins) Origins {
	if len(os) == 0 {
		return os
	}
	if out, ok := mv.sets[&os[0]]; ok && len(out) == len(os) {
		return out
	}
	out := slices.Clone(os)
	for i, o := range out {
		p := mv.ev.pathOf[o.rank>>aspectBits]
		out[i].rank = rankOf(mv.path(p), o.asks())
		if o.read != 0 {
			out[i].read = mv.read(mv.ev.readOf[o.read]).id
		}
	}
	slices.SortStableFunc(out, func(a, b origin) int { return cmp.Compare(a.rank, b.rank) })
	mv.sets[&os[0]] = out
	return out
}

// read is where the same text reads the option at the other place.
func (mv *mover) read(r *Read) *Read {
	p := mv.path(r.Path)
	if p == r.Path || len(r.of) > 0 {
		r.readBy(mv.ev.cur)
		return r
	}
	c := *r
	c.In, c.by = nil, nil
	got := mv.ev.addRead(p, c)
	got.Names = got.Names || r.Names
	got.Members = got.Members || r.Members
	got.Selected = got.Selected || r.Selected
	got.Consumed = got.Consumed || r.Consumed
	return got
}

func (mv *mover) gate(g *gate) *gate {
	if g == nil {
		return nil
	}
	out := mv.gates[g]
	if out == nil {
		out = &gate{mv.gate(g.up), g.depth + mv.to.Len() - mv.from.Len(), mv.origins(g.org)}
		mv.gates[g] = out
	}
	return out
}

func (mv *mover) question(q question) question {
	if q.path != nil {
		q.path = mv.path(q.path)
	}
	if at := q.answer >> 32; q.kind == whatIsDeclared && at != 0 {
		q.answer = uint64(mv.path(mv.ev.pathOf[at]).id)<<32 | q.answer&(1<<32-1)
	}
	return q
}

// declared is a declaration at the other place. Of its default as a value only the origins are known there, if it has any.
func (mv *mover) declared(d *Declaration, m *Module) *Declaration {
	c := *d
	c.Module, c.Path, c.In = m, mv.path(d.Path), nil
	if t := d.dflt; t != nil {
		c.dflt = lazily(func() Val {
			v := mv.ev.force(t)
			if org := mv.ev.deep(v); len(org) > 0 {
				return unknown(mv.origins(org))
			}
			return v
		})
	}
	return &c
}

// move makes a summary for c of one of another configuration.
func (ev *Evaluator) move(old *Summary, w wanted, key sourceKey, c *Configuration) *Summary {
	s := ev.bareSummary(w, key, c)
	s.In.add(c.Number())
	done := ev.into(s, c)
	mv := ev.mover(old.conf.Base, c.Base)
	modules := map[*Module]*Module{}
	doubt := w.doubt || len(w.ctl) > 0
	for i, m := range old.modules {
		if i == 0 {
			modules[m] = ev.module(w, c)
			continue
		}
		n := *m
		n.Doubt = n.Doubt || doubt
		n.Base, n.Home, n.Summary, n.conf, n.ctl, n.config = c.defineAt(), c.home(), s, c, mv.origins(m.ctl), nil
		n.by = modules[m.by]
		n.Reachable, n.Why = ev.counts(c), m.File.Name
		if n.by != nil {
			n.Why = n.by.File.Name
		}
		if !n.Reachable {
			n.Why = "no entry point imports it"
		}
		n.key.base = n.Base
		modules[m] = &n
		s.modules = append(s.modules, &n)
	}
	for _, r := range old.reads {
		mv.read(r)
	}
	for _, q := range old.questions {
		s.questions = append(s.questions, mv.question(q))
	}
	for _, w := range old.children {
		w.by, w.ctl, w.doubt = modules[w.by], mv.origins(w.ctl), w.doubt || doubt
		s.children = append(s.children, w)
	}
	s.disables = old.disables
	decls := map[*Declaration]*Declaration{}
	for _, d := range old.declarations {
		n := mv.declared(d, modules[d.Module])
		decls[d] = n
		ev.Declarations = append(ev.Declarations, n)
	}
	taken := map[*Path]bool{}
	for _, p := range old.here {
		if taken[p] {
			continue
		}
		taken[p] = true
		for _, h := range p.here {
			if h.by == old {
				ev.take(mv.path(p), decls[h.decl], h.option)
			}
		}
	}
	for _, d := range old.definitions {
		n := *d
		n.In, n.Module, n.Path = nil, modules[d.Module], mv.path(d.Path)
		n.origins, n.null, n.size, n.gates = mv.origins(d.origins), mv.origins(d.null), mv.origins(d.size), mv.gate(d.gates)
		n.Doubt = n.Doubt || doubt
		if d.Copies != nil {
			n.Copies = mv.path(d.Copies)
		}
		ev.Definitions = append(ev.Definitions, &n)
	}
	for _, i := range old.imports {
		n := *i
		n.In = nil
		ev.Imports = append(ev.Imports, &n)
	}
	for _, i := range old.handed {
		n := *i
		n.In = nil
		ev.Handed = append(ev.Handed, &n)
	}
	for _, a := range old.aliases {
		ev.Aliases = append(ev.Aliases, Renaming{From: mv.path(a.From), To: mv.path(a.To), module: modules[a.module], at: a.at})
	}
	for _, d := range old.dropped {
		ev.Dropped = append(ev.Dropped, &Dropped{d.File, d.Span, mv.origins(d.origins)})
	}
	s.defined, s.moved, s.os = true, true, old.os
	done()
	s.In.remove(c.Number())
	ev.joins(s, c)
	return s
}
