package eval

import "slices"

// What the modules of a flake itself define is known as it stands: nothing of it comes from a machine, and configurations are made of it,
// `lib.mapAttrs (name: nixosSystem …) config.hosts`. So what an option of theirs holds is what their definitions say.

// flakeValue is what an option of a flake's own configuration holds, by its definitions; ok is false where nothing defines it, or where it is
// an option of something else.
func (ev *Evaluator) flakeValue(p *Path) (v Val, ok bool) {
	t := ev.flakeThunk(p)
	if t == nil {
		return Val{}, false
	}
	v = ev.force(t)
	if r, is := v.shape.(*refShape); is && r.path != p {
		if w, ok := ev.flakeValue(r.path); ok {
			return w.with(v.org), true
		}
	}
	return v, v.shape != nil && v.shape != missing
}

// flakeThunk is the same, not looked at yet; nil for an option of something else.
func (ev *Evaluator) flakeThunk(p *Path) *thunk {
	c := p.Root.Conf
	if c == nil || c.Parent != nil || !c.Class.Flake || p.Parent == nil {
		return nil
	}
	t := c.values[p]
	if t == nil {
		t = lazily(func() Val { return ev.flakeDefinitions(c, p) })
		if c.values == nil {
			c.values = map[*Path]*thunk{}
		}
		c.values[p] = t
	}
	return t
}

// flakeDefinitions joins what defines an option: modules, and what a submodule says of each of its members; or else its default, or what is in
// the default of an option around it.
func (ev *Evaluator) flakeDefinitions(c *Configuration, p *Path) Val {
	var found []Val
	names := p.Segments()
	for _, v := range ev.flakeParts(c) {
		at := c.Base
		for _, name := range names {
			v, at = ev.sel(v, name), ev.child(at, name)
			if v.shape == nil || v.shape == missing {
				break
			}
			if at != p || len(names) == 1 && at.Name == "flake" {
				v = ev.flakeSubmodule(c, at, v)
			}
		}
		if v.shape != nil && v.shape != missing && !isRefTo(v, p) {
			found = append(found, v)
		}
	}
	within := ev.within
	ev.within = c
	member, below := ev.flakeMemberAt(c, p)
	d := ev.declarationOf(p)
	if member != nil && len(below) > 0 {
		found = append(found, member.defined(ev, below, p)...)
	} else if d != nil && d != p {
		for _, k := range ev.keptOf(d) {
			found = append(found, k.val)
		}
	}
	var decl *Declaration
	if d != nil {
		decl, _ = ev.declHere(d)
	}
	ev.within = within
	switch {
	case len(found) > 0:
		return ev.merge(found)
	case decl != nil && decl.dflt != nil && member == nil:
		return ev.force(decl.dflt)
	}
	if member != nil {
		if v, ok := member.fallback(ev, below); ok {
			return v
		}
	}
	if t := ev.flakeThunk(p.Parent); t != nil {
		if around := ev.force(t); around.shape != missing {
			return ev.sel(around, p.Name)
		}
	}
	return Val{shape: missing}
}

// flakeHost is the evaluated configuration that an option of a flake's own configuration holds: config.nodes.tower.
func (ev *Evaluator) flakeHost(p *Path) (Val, bool) {
	if c := p.Root.Conf; c == nil || !c.Class.Flake || !c.opened {
		return Val{}, false
	}
	v, ok := ev.flakeValue(p)
	if !ok {
		return Val{}, false
	}
	s, ok := v.shape.(*setShape)
	return v, ok && s.conf != nil
}

// flakeSubmodule is what a function that defines an option of submodules says, flake = { config, lib, ... }: { … }, called once.
func (ev *Evaluator) flakeSubmodule(c *Configuration, p *Path, v Val) Val {
	f, ok := v.shape.(*closure)
	if !ok || !submoduleFunction(f.fn) {
		return v
	}
	t := c.called[f]
	if t == nil {
		t = lazily(func() Val {
			args := setOf(site{c.File, c.Span}, field("config", ready(Val{shape: &refShape{path: p}})), field("lib", ready(Val{shape: &libShape{"lib"}})))
			args.shape.(*setShape).base = &Val{}
			made := ev.apply(v, ready(args), site{f.env.file, f.fn.Span})
			if own, ok := ev.asked(made, "config"); ok {
				return own
			}
			return made
		})
		if c.called == nil {
			c.called = map[*closure]*thunk{}
		}
		c.called[f] = t
	}
	return ev.force(t)
}

func isRefTo(v Val, p *Path) bool {
	r, ok := v.shape.(*refShape)
	return ok && r.path == p
}

// flakeParts are what the modules of a flake define, piece by piece.
func (ev *Evaluator) flakeParts(c *Configuration) []Val {
	if !c.opened {
		c.early = true
		if c.whole != nil {
			return c.whole
		}
	}
	var out []Val
	for _, s := range c.members {
		for _, m := range s.modules {
			for _, p := range m.config {
				out = append(out, p.val)
			}
		}
	}
	return out
}

// reopen opens the modules of a flake once more where one of them asked what the others define before all of them were there.
func (ev *Evaluator) reopen(c *Configuration) {
	if !c.Class.Flake || c.opened {
		return
	}
	if c.early {
		c.opened = true
		c.whole = ev.flakeParts(c)
		c.opened = false
		for s := range c.joined {
			s.dead = true
		}
		c.joined, c.values, c.instances = nil, nil, nil
		ev.open(c)
	}
	c.opened, c.whole, c.values, c.instances = true, nil, nil, nil
}

// merge is what several definitions of one option give: lists one after the other, anything else all together.
func (ev *Evaluator) merge(vs []Val) Val {
	if len(vs) == 1 {
		return vs[0]
	}
	all := []*thunk{}
	for _, v := range vs {
		l, ok := v.shape.(*listShape)
		if !ok || !l.exact || len(v.org) > 0 {
			return allOf(vs)
		}
		all = append(all, l.elems...)
	}
	return list(all, true)
}

// allOf is a value that is several ones together (mkMerge).
func allOf(vs []Val) Val {
	ts := make([]*thunk, len(vs))
	for i, v := range vs {
		ts[i] = ready(v)
	}
	return Val{shape: &altShape{alts: ts, prop: merged}}
}

// flakeNames are the names that an option of a flake's own configuration has below it, ok if all of them are known.
func (ev *Evaluator) flakeNames(p *Path) (names []string, ok bool) {
	v, ok := ev.flakeValue(p)
	if !ok {
		return nil, false
	}
	as, _, _ := ev.entries(v)
	for _, a := range as {
		if !known(a.name) {
			return nil, false
		}
		names = append(names, a.name)
	}
	slices.Sort(names)
	return slices.Compact(names), len(names) > 0
}

// flakeElements are the elements of a list that an option of a flake's own configuration holds. Data has the option as its origin, a module
// is what it is.
func (ev *Evaluator) flakeElements(v Val) ([]*thunk, bool) {
	r, ok := v.shape.(*refShape)
	if !ok {
		return nil, false
	}
	x, ok := ev.flakeValue(r.path)
	if !ok {
		return nil, false
	}
	l, ok := x.shape.(*listShape)
	if !ok {
		return nil, false
	}
	org := ev.origins(v)
	out := make([]*thunk, len(l.elems))
	for i, t := range l.elems {
		out[i] = lazily(func() Val {
			e := ev.force(t)
			switch e.shape.(type) {
			case *closure, *pathShape, *setShape, *refShape, *altShape, *aliasShape, *changedShape:
				return e
			}
			return e.with(org)
		})
	}
	return out, true
}

// frameworkShape is a module of a framework outside of the tree. It makes outputs of the flake that imports it.
type frameworkShape struct {
	make func(ev *Evaluator, c *Configuration, at site)
	args []string // options that modules get as arguments, too
}

func (*frameworkShape) what() string { return "module of a framework" }

// flakeModule is a module of a framework that is known by the option that it takes.
type flakeModule struct {
	option string
	make   func(ev *Evaluator, c *Configuration, options Val, at site)
}

// frameworks lets the frameworks whose modules a flake imports, or whose options it sets, make their outputs.
func (ev *Evaluator) frameworks(c *Configuration) {
	at := site{c.File, c.Span}
	for _, m := range knownFlakeModules {
		if options, ok := ev.flakeValue(ev.at(c.Base, m.option)); ok {
			ev.refuel(fuelPerModule)
			m.make(ev, c, options, at)
		}
	}
	for _, f := range c.frameworks {
		ev.refuel(fuelPerModule)
		f.make(ev, c, at)
	}
}

// give adds an attribute to an output that the modules of a flake define.
func (c *Configuration) give(output string, a attr) {
	if c.given == nil {
		c.given = map[string][]attr{}
	}
	c.given[output] = append(c.given[output], a)
}

// flakeSelf and flakeInputs are those of the flake that a configuration belongs to.
func flakeSelf(c *Configuration) Val {
	if c.flake == nil {
		return Val{}
	}
	return c.flake.self
}

func flakeInputs(c *Configuration) Val {
	if c.flake == nil {
		return Val{}
	}
	return c.flake.inputs
}

func isFalse(v Val) bool {
	b, ok := v.shape.(*boolShape)
	return ok && !b.b
}

// nixFile is a module's path: the folder itself, or the file of that name.
func (ev *Evaluator) nixFile(name string) string {
	if !ev.isFile(name, "default.nix") && ev.isFile(name+".nix") {
		return name + ".nix"
	}
	return name
}
