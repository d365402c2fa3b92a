package eval

// flake-parts (flake.parts, "Options"): what its modules define below `flake` are the flake's outputs, modules for others among them.
func flakePartsConvention() convention {
	return convention{rows: []row{{"mkFlake", 2, libMkFlake}, {"withSystem", 2, libWithSystem}, {"moduleWithSystem", 1, libModuleWithSystem}}, places: flakePartsPlaces}
}

var flakePartsPlaces = []place{
	{within: flakeParts, names: []string{"flake", "nixosModules", ""}, class: NixOS, exports: true},
	{within: flakeParts, names: []string{"flake", "darwinModules", ""}, class: Darwin, exports: true},
	{within: flakeParts, names: []string{"flake", "homeModules", ""}, class: HomeManager, exports: true},
	{within: flakeParts, names: []string{"flake", "homeManagerModules", ""}, class: HomeManager, exports: true},
	{within: flakeParts, names: []string{"flake", "modules", "nixos", ""}, class: NixOS, exports: true},
	{within: flakeParts, names: []string{"flake", "modules", "darwin", ""}, class: Darwin, exports: true},
	{within: flakeParts, names: []string{"flake", "modules", "homeManager", ""}, class: HomeManager, exports: true},
	{within: flakeParts, names: []string{"flake", "modules", "generic", ""}, class: NixOS, exports: true},
}

func flakeParts(c *Class) bool { return c == FlakeParts }

// libMkFlake is flake-parts' mkFlake { inherit inputs; } module. A function of that name that takes something else is another one.
func libMkFlake(ev *Evaluator, a []*thunk, at site) Val {
	given := ev.force(a[0])
	if s, ok := given.shape.(*setShape); ok {
		if _, has := s.get("inputs"); !has {
			return joinArgs(ev, a, at)
		}
	}
	if fl := ev.flake; fl != nil && fl.conf != nil && at == (site{fl.conf.File, fl.conf.Span}) {
		return Val{shape: &flakeShape{fl.conf}} // what calls it was entered once more
	}
	c := ev.newConfiguration(FlakeParts, at)
	c.Name = "flake"
	c.sources = ev.want(ev.force(a[1]), at, nil, nil)
	if as := ev.sel(given, "specialArgs"); as.shape != nil && as.shape != missing {
		ev.passAll(c, as)
	}
	if ev.flake != nil && ev.flake.conf == nil {
		ev.flake.conf = c
	}
	return Val{shape: &flakeShape{c}}
}

// libWithSystem is withSystem SYSTEM FUNCTION, an argument of flake-parts' modules: the function gets what perSystem's modules get for that platform.
func libWithSystem(ev *Evaluator, a []*thunk, at site) Val {
	return ev.apply(ev.force(a[1]), ready(systemArguments(a[0], at)), at)
}

// libModuleWithSystem is moduleWithSystem FUNCTION, another one: it makes a module of a function that gives one for what perSystem's modules get for
// the platform of the system that takes it.
func libModuleWithSystem(ev *Evaluator, a []*thunk, at site) Val {
	return ev.apply(ev.force(a[0]), ready(systemArguments(ready(str(hole)), at)), at)
}

// systemArguments are what perSystem's modules get for a platform.
func systemArguments(system *thunk, at site) Val {
	args := setOf(at, field("system", system), field("pkgs", ready(Val{shape: &libShape{"pkgs"}})))
	args.shape.(*setShape).base = &Val{}
	return args
}
