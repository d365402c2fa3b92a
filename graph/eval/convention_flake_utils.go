package eval

// flake-utils (github.com/numtide/flake-utils, lib.nix): eachSystem SYSTEMS f gives what f gives for each platform, each output by platform. Packages of
// a platform may hold hosts, which nixos-rebuild and its like find there, too.
func flakeUtilsConvention() convention {
	value := func(ev *Evaluator) Val {
		var fs []attr
		for _, name := range []string{"eachSystem", "eachDefaultSystem", "eachSystemPassThrough", "eachDefaultSystemPassThrough"} {
			fs = append(fs, field(name, ready(ev.libFunction("flakeUtils."+name))))
		}
		return Val{shape: &setShape{attrs: []attr{field("lib", ready(Val{shape: &setShape{attrs: fs, base: &Val{}}}))}, base: &Val{}}}
	}
	each := func(ev *Evaluator, f *thunk, at site) Val { return ev.eachPlatform(defaultPlatforms, f, at) }
	through := func(ev *Evaluator, f *thunk, at site) Val { return ev.apply(ev.force(f), ready(str(hole)), at) }
	return convention{
		rows: []row{
			{"flakeUtils.eachSystem", 2, func(ev *Evaluator, a []*thunk, at site) Val {
				ts, exact, _ := ev.elems(ev.force(a[0]))
				var platforms []string
				for _, t := range ts {
					if s, ok := ev.force(t).shape.(*strShape); ok && known(s.s) {
						platforms = append(platforms, s.s)
					}
				}
				if !exact || len(platforms) == 0 {
					platforms = defaultPlatforms
				}
				return ev.eachPlatform(platforms, a[1], at)
			}},
			{"flakeUtils.eachDefaultSystem", 1, func(ev *Evaluator, a []*thunk, at site) Val { return each(ev, a[0], at) }},
			{"flakeUtils.eachSystemPassThrough", 2, func(ev *Evaluator, a []*thunk, at site) Val { return through(ev, a[1], at) }},
			{"flakeUtils.eachDefaultSystemPassThrough", 1, func(ev *Evaluator, a []*thunk, at site) Val { return through(ev, a[0], at) }},
		},
		inputs: []input{{"numtide/flake-utils", []string{"flake-utils", "utils"}, value}},
	}
}

// defaultPlatforms are those of flake-utils' defaultSystems.
var defaultPlatforms = []string{"aarch64-darwin", "aarch64-linux", "x86_64-darwin", "x86_64-linux"}

// eachPlatform is what a function gives for some platforms, by output and platform: what it gives for one that is not known stands for all.
func (ev *Evaluator) eachPlatform(platforms []string, f *thunk, at site) Val {
	every := ev.apply(ev.force(f), ready(str(hole)), at)
	as, exact, _ := ev.entries(every)
	out := &setShape{}
	if !exact {
		out.base = &Val{}
	}
	for _, a := range as {
		if !known(a.name) {
			continue
		}
		by := &setShape{}
		for _, p := range platforms {
			by.add(attr{name: p, val: a.val, site: a.site})
		}
		out.add(attr{name: a.name, site: a.site, val: ready(Val{shape: by})})
	}
	return Val{shape: out}
}
