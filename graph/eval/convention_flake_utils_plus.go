package eval

// flake-utils-plus (github.com/gytis-ivaskevicius/flake-utils-plus, lib/mkFlake.nix): mkFlake of one set. hosts.NAME, with what hostDefaults gives to
// all, are configurations; anything else stands for itself, or is made for each platform.
func flakeUtilsPlusConvention() convention {
	value := func(ev *Evaluator) Val {
		mk := ready(ev.libFunction("flakeUtilsPlus.mkFlake"))
		return Val{shape: &setShape{attrs: []attr{field("lib", ready(Val{shape: &setShape{attrs: []attr{field("mkFlake", mk)}, base: &Val{}}})), field("mkFlake", mk)}, base: &Val{}}}
	}
	return convention{
		rows:   []row{{"flakeUtilsPlus.mkFlake", 1, libFlakeUtilsPlus}},
		inputs: []input{{"gytis-ivaskevicius/flake-utils-plus", []string{"flake-utils-plus"}, value}},
	}
}

func libFlakeUtilsPlus(ev *Evaluator, a []*thunk, at site) Val {
	given := ev.force(a[0])
	s, ok := given.shape.(*setShape)
	if !ok {
		return joinArgs(ev, a, at)
	}
	defaults := ev.sel(given, "hostDefaults")
	hosts := map[string][]attr{}
	as, _, _ := ev.entries(ev.sel(given, "hosts"))
	for _, h := range as {
		v := ev.force(h.val)
		output := ev.textAt(v, ev.textAt(defaults, "nixosConfigurations", "output"), "output")
		b := build{class: NixOS, modules: []Val{ev.sel(defaults, "modules"), ev.sel(v, "modules")}}
		if output == "darwinConfigurations" {
			b.class = Darwin
		}
		for _, of := range []Val{defaults, v} {
			b.argSets = append(b.argSets, ev.sel(of, "specialArgs"), ev.sel(of, "extraArgs"))
		}
		where := at
		if h.site.file != nil {
			where = h.site
		}
		hosts[output] = append(hosts[output], attr{name: h.name, site: where, val: lazily(func() Val { return ev.construct(b, where) })})
	}
	out := &setShape{base: &Val{}}
	for _, name := range sortedNames(hosts) {
		out.add(field(name, ready(setOf(at, hosts[name]...))))
	}
	for _, own := range s.attrs {
		if own.name == "hosts" || own.name == "hostDefaults" || own.name == "self" || own.name == "inputs" {
			continue
		}
		if _, made := out.get(own.name); !made {
			out.add(own)
		}
	}
	return Val{shape: out}
}
