package eval

import (
	"slices"
	"strings"
)

// What one configuration reads of another one, `nodes.db.config.my.port`, `self.nixosConfigurations.db.config.my.port`, has paths of its own: those of a
// view. A view has the options of what it is of, and is asked there what is declared and held; outside of this package its paths are the
// options' own, and what comes from them says of which configurations it does (rule 20).

// viewOf is `config` of some configurations as others read it: what is read is that of one of them.
func (ev *Evaluator) viewOf(cs ...*Configuration) *Path {
	base := cs[0].Base
	for _, c := range cs {
		if c.Parent != nil || c.Base != base || c.Base.Root.Conf != nil {
			return base // its options are its own anyway
		}
		if c.Build && c.Class != TestNode || c.Class == Plain {
			return base // one of many that packages, checks and functions make: nobody asks which (see fromPlain)
		}
	}
	cs = slices.Clone(cs)
	slices.SortFunc(cs, func(a, b *Configuration) int { return a.number - b.number })
	cs = slices.Compact(cs)
	var key strings.Builder
	for _, c := range cs {
		key.WriteString(intText(int64(c.number)) + " ")
	}
	v := ev.views[key.String()]
	if v == nil {
		v = ev.newPath(nil, "", &Root{Home: base.Root.Home, of: cs})
		v.real = base
		if ev.views == nil {
			ev.views = map[string]*Path{}
		}
		ev.views[key.String()] = v
	}
	return v
}

// fromPlain is the set of all configurations that evalModules makes by itself, for what something else takes from one of them: their options
// are at one place, and have no views.
func (ev *Evaluator) fromPlain(in Set) (of Set) {
	for n, c := range ev.hosts {
		if c.Class != Plain || c.Dead {
			continue
		}
		if in.Has(n) {
			return nil
		}
		of.add(n)
	}
	return of
}

// Itself is the option that a path of a view speaks of, any other path itself.
func (p *Path) Itself() *Path {
	if p.real != nil {
		return p.real
	}
	return p
}

// inView is the path of a view that speaks of the same option as p.
func (ev *Evaluator) inView(r *Path, p *Path) *Path {
	if p == nil {
		return nil
	}
	for r.Parent != nil {
		r = r.Parent
	}
	return ev.at(r, p.Segments()...)
}

// living is the configuration that one became: a framework may take what a flake builds anyway.
func (c *Configuration) living() *Configuration {
	for c.became != nil {
		c = c.became
	}
	return c
}

// ofView is the set of the configurations that a view is of; none if they are not followed.
func (r *Root) ofView() (in Set) {
	for _, c := range r.of {
		if c = c.living(); !c.Dead {
			in.add(c.number)
		}
	}
	return in
}

// answering lets questions about a path of a view be answered where the option is, until the function that it returns is called. One
// configuration that is followed answers for itself; otherwise all that any declares is seen.
func (ev *Evaluator) answering(p *Path) (back func()) {
	within := ev.within
	ev.within = everybody
	if of := p.Root.of; len(of) == 1 {
		if c := of[0].living(); c.started && !c.Dead {
			ev.within = c
		}
	}
	return func() { ev.within = within }
}

// everybody sees what any configuration declares.
var everybody = &Configuration{Open: true}

// settleViews follows those configurations again that asked of others what is answered otherwise by now.
func (ev *Evaluator) settleViews() bool {
	if len(ev.views) == 0 {
		return false
	}
	again := false
	var differs func(c *Configuration) bool
	differs = func(c *Configuration) bool {
		return slices.ContainsFunc(c.members, func(s *Summary) bool {
			return s.across && c.revised[s.key] < maxRevisions && !ev.agreesAcross(s, c)
		}) || slices.ContainsFunc(c.kids, differs)
	}
	for _, c := range slices.Clone(ev.hosts) {
		if c.started && !c.Dead && !c.Open && differs(c) {
			again = true
			before := ev.building
			ev.building = c.Build
			ev.follow(c)
			ev.building = before
		}
	}
	return again
}

// anyHost is what several evaluated configurations are together, or several views: each may be the one that is meant.
func (ev *Evaluator) anyHost(ts []*thunk) (Val, bool) {
	var cs []*Configuration
	var org Origins
	sets := 0
	for _, t := range ts {
		v := ev.force(t)
		switch s := v.shape.(type) {
		case *setShape:
			if s.conf == nil {
				return Val{}, false
			}
			sets++
			cs = append(cs, s.conf)
		case *refShape:
			if s.path.Parent != nil || len(s.path.Root.of) == 0 {
				return Val{}, false
			}
			cs = append(cs, s.path.Root.of...)
		default:
			return Val{}, false
		}
		org = union(org, v.org)
	}
	if len(cs) < 2 || sets > 0 && sets < len(ts) {
		return Val{}, false
	}
	config := Val{shape: &refShape{path: ev.viewOf(cs...)}}
	if sets == 0 {
		return config.with(org), true
	}
	return Val{shape: &setShape{attrs: []attr{field("config", ready(config))}, base: &Val{}}, org: org}, true
}
