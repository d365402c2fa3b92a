package eval

import "slices"

// instance is what the modules of a submodule have in common: config is the instance itself, and arguments come from specialArgs and
// from _module.args of the modules (rule 11).
type instance struct {
	m       *Module
	modules Val      // those of the type
	special Val      // a set of arguments; nothing: none
	passes  []passed // by modules of it
}

// args are the arguments of a module of the instance at p.
func (in *instance) args(ev *Evaluator, p *Path) *thunk {
	name := str(p.Name)
	if p.Name == hole {
		name = name.with(Origins{from(p.Parent, Names, nil)})
	}
	args := &setShape{base: &Val{shape: &moduleArgs{in.m}}}
	args.add(attr{name: "config", val: ready(Val{shape: &refShape{path: p}})})
	args.add(attr{name: "name", val: ready(name)})
	args.add(attr{name: "options", val: ready(Val{shape: &optionsShape{p}})})
	for _, a := range in.passes {
		args.add(attr{name: a.name, val: a.val})
	}
	if s, ok := in.special.shape.(*setShape); ok {
		for _, a := range s.attrs {
			if _, own := args.get(a.name); !own && known(a.name) {
				args.add(a)
			}
		}
	}
	return ready(Val{shape: args})
}

// instanceOf is that of the submodule which is declared at p, or whose member p is.
func (ev *Evaluator) instanceOf(m *Module, p *Path) *instance {
	if d := ev.submoduleAt(p); d != nil && d.inst != nil {
		return d.inst
	}
	return &instance{m: m}
}

// submoduleAt is the declaration of the submodule that p is an instance of, nil if it is none.
func (ev *Evaluator) submoduleAt(p *Path) *Declaration {
	if p.Parent == nil {
		return nil
	}
	q := p
	if len(p.here) == 0 {
		if q = p.Parent; len(q.here) == 0 {
			return nil
		}
	}
	d, _ := ev.declHere(q)
	if d == nil || !d.Nested || d.Registry != (q != p) {
		return nil
	}
	return d
}

// takesModules says that a set which defines the option at p is a module of its own: a submodule without shorthandOnlyDefinesConfig.
func (ev *Evaluator) takesModules(p *Path) bool {
	d := ev.submoduleAt(p)
	return d != nil && d.whole
}

// hasModuleParts says whether a set has what tells a module from its config.
func hasModuleParts(s *setShape) bool {
	return slices.ContainsFunc([]string{"config", "options", "imports", "_module"}, func(name string) bool {
		_, ok := s.get(name)
		return ok
	})
}

// defineModule defines what a module that is a definition of a submodule says: its config, the options that it adds, and those of its imports.
func (ev *Evaluator) defineModule(m *Module, p *Path, v Val, ctl control, at site, dflt bool, depth int) {
	s, ok := v.shape.(*setShape)
	if !ok || depth > maxOptionDepth || !hasModuleParts(s) || ev.submoduleAt(p) == nil {
		ev.defineUnder(m, p, v, ctl, at, dflt, depth)
		return
	}
	ctl = ctl.add(v.org, p)
	if im, ok := s.get("imports"); ok {
		in := ev.instanceOf(m, p)
		for _, x := range ev.instanceModules(in, p, ev.force(im.val), at, depth+1) {
			ev.defineModule(m, p, x.val, ctl, x.at, dflt, depth+1)
		}
	}
	o, declares := s.get("options")
	if declares {
		ev.options(m, p, ev.force(o.val), o.site, depth+1)
	}
	if c, ok := s.get("config"); ok {
		ev.defineUnder(m, p, emptySet(), ctl, at, dflt, depth+1) // it is there, whatever decides over its config
		ev.defineUnder(m, p, ev.force(c.val), ctl, c.site, dflt, depth+1)
	} else if !declares {
		bare := &setShape{base: s.base, dyn: s.dyn}
		for _, a := range s.attrs {
			if !slices.Contains(notDefinitions, a.name) && a.name != "_module" {
				bare.add(a)
			}
		}
		ev.defineUnder(m, p, Val{shape: bare}, ctl, at, dflt, depth+1)
	}
}

// instanceModule is a module of a submodule: a set, with the place where it is named.
type instanceModule struct {
	val Val
	at  site
}

// instanceModules are the modules that a value stands for, those that they import first.
func (ev *Evaluator) instanceModules(in *instance, p *Path, v Val, at site, depth int) []instanceModule {
	if depth > maxOptionDepth {
		ev.limit(at.file, at.span, tooManyLevels)
		return nil
	}
	var out []instanceModule
	switch s := v.shape.(type) {
	case *altShape:
		for _, t := range s.alts {
			out = append(out, ev.instanceModules(in, p, ev.force(ev.adding(t, v.org)), at, depth+1)...)
		}
	case *listShape:
		for _, t := range s.elems {
			out = append(out, ev.instanceModules(in, p, ev.force(ev.adding(t, v.org)), at, depth+1)...)
		}
	case *refShape:
		if x, ok := ev.held(v); ok && !isRef(x) {
			return ev.instanceModules(in, p, x, at, depth+1)
		}
	case *pathShape:
		if f := ev.host.File(ev.resolveFile(s.s)); s.inside && known(s.s) && f != nil {
			ev.noteImport(&Import{Site: at, To: f.Name})
			return ev.instanceModules(in, p, ev.fileValue(f).with(v.org), at, depth+1)
		}
	case *closure:
		return ev.instanceModules(in, p, ev.apply(v, in.args(ev, p), at), at, depth+1)
	case *setShape:
		if im, ok := s.get("imports"); ok {
			out = ev.instanceModules(in, p, ev.force(im.val), at, depth+1)
		}
		out = append(out, instanceModule{v, at})
	}
	return out
}

// takeArgs notes the arguments that modules of an instance pass to each other, and says whether there are any.
func (in *instance) takeArgs(ev *Evaluator, modules []instanceModule) bool {
	for _, x := range modules {
		s := x.val.shape.(*setShape)
		if c, ok := s.get("config"); ok {
			if below, ok := ev.force(c.val).shape.(*setShape); ok {
				s = below
			}
		}
		g, ok := s.get("_module")
		if !ok {
			continue
		}
		args := ev.sel(ev.force(g.val), "args")
		if args.shape == nil || args.shape == missing {
			continue
		}
		as, _, _ := ev.entries(args)
		for _, a := range as {
			if known(a.name) {
				in.passes = append(in.passes, passed{name: a.name, val: a.val})
			}
		}
	}
	return len(in.passes) > 0
}

// maxWithinItself is how often a submodule is declared within itself, by an option of its own type. What its modules make of what is within
// it, one level tells.
const maxWithinItself = 1

// withinItself says whether the option of a submodule, declared below p, stands within itself too often.
func (ev *Evaluator) withinItself(p *Path, d *Declaration) bool {
	times := 0
	for q := p.Parent; q != nil && times <= maxWithinItself; q = q.Parent {
		if len(q.here) == 0 || q == d.Path {
			continue
		}
		if o, _ := ev.declHere(q); o != nil && o.Nested && o.File == d.File && o.Span == d.Span && o.Type == d.Type {
			times++
		}
	}
	return times > maxWithinItself
}

// submodule declares what the modules of a submodule declare, and defines what they define, below p.
func (ev *Evaluator) submodule(m *Module, p *Path, d *Declaration, v, special Val, depth int) {
	at := site{d.File, d.Span}
	if pl, ok := ev.placeOf(p, m); ok && pl.class.Home {
		ev.put(place{class: pl.class, every: pl.names[:len(pl.names)-1]}, p, v, nil, at, m)
		return
	}
	if ev.withinItself(p, d) {
		ev.limit(d.File, d.Span, tooManyLevels)
		d.Open = true
		return
	}
	in := &instance{m: m, modules: v, special: special}
	d.inst = in
	modules := ev.instanceModules(in, p, v, at, depth)
	if in.takeArgs(ev, modules) {
		// What one module passes is known to all of them, whichever comes first.
		modules = ev.instanceModules(in, p, v, at, depth)
	}
	for _, x := range modules {
		s := x.val.shape.(*setShape)
		o, declares := s.get("options")
		if declares {
			ev.options(m, p, ev.force(o.val), o.site, depth+1)
		}
		if _, ok := s.get("freeformType"); ok {
			d.Open = true
		}
		if c, ok := s.get("config"); ok {
			ev.define(m, p, ev.force(c.val), x.val.org, c.site, false, 0)
		} else if !declares {
			bare := &setShape{base: s.base, dyn: s.dyn}
			for _, a := range s.attrs {
				if !slices.Contains(notDefinitions, a.name) && a.name != "_module" {
					bare.add(a)
				}
			}
			ev.define(m, p, Val{shape: bare}, x.val.org, x.at, false, 0)
		}
	}
}
