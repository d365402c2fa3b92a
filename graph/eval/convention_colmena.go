package eval

import "slices"

// colmena (colmena.cli.rs, "Reference"; src/nix/hive/eval.nix): the attributes of a hive are nodes, but for meta and defaults. A hive is a
// flake's output colmena, what makeHive is given, or the file hive.nix. A node that has the name of a host of nixosConfigurations is that host, with what
// the hive adds.
func colmenaConvention() convention {
	value := func(ev *Evaluator) Val {
		return Val{shape: &setShape{attrs: []attr{field("lib", ready(setOf(site{}, field("makeHive", ready(ev.libFunction("colmena.makeHive"))))))}, base: &Val{}}}
	}
	return convention{
		rows:   []row{{"colmena.makeHive", 1, libMakeHive}},
		inputs: []input{{"zhaofengli/colmena", []string{"colmena"}, value}, {"nix-community/colmena", nil, value}},
		outputs: []output{
			{"colmenaHive", func(ev *Evaluator, fl *flake, v Val, at site) { ev.hosted(fl, "colmena", ev.sel(v, "nodes")) }},
			{"colmena", func(ev *Evaluator, fl *flake, v Val, at site) {
				if _, made := ev.asked(ev.force(fl.result), "colmenaHive"); !made && ev.hiveIn(v, at) {
					ev.hosted(fl, "colmena", ev.sel(ev.makeHive(v, at), "nodes"))
				}
			}},
		},
		entries: map[string]func(ev *Evaluator, v Val, at site) bool{"hive.nix": func(ev *Evaluator, v Val, at site) bool {
			if !ev.hiveIn(v, at) {
				return false
			}
			ev.hosted(nil, "hive", ev.sel(ev.makeHive(v, at), "nodes"))
			return true
		}},
	}
}

// notNodes are attributes of a hive that are no nodes.
var notNodes = []string{"meta", "network", "defaults"}

func libMakeHive(ev *Evaluator, a []*thunk, at site) Val { return ev.makeHive(ev.force(a[0]), at) }

// hive is the set of a hive, which may be a function of nothing.
func (ev *Evaluator) hive(v Val, at site) Val {
	if isFunction(v) {
		return ev.apply(v, ready(emptySet()), at)
	}
	return v
}

// hiveIn says whether a value looks like a hive.
func (ev *Evaluator) hiveIn(v Val, at site) bool {
	v = ev.hive(v, at)
	return slices.ContainsFunc(notNodes, func(name string) bool { _, ok := ev.asked(v, name); return ok })
}

// makeHive makes the nodes of a hive.
func (ev *Evaluator) makeHive(v Val, at site) Val {
	v = ev.hive(v, at)
	meta, _ := ev.asked(v, "meta")
	if meta.shape == nil {
		meta, _ = ev.asked(v, "network")
	}
	nodes := &setShape{}
	all := ready(Val{shape: nodes})
	as, _, _ := ev.entries(v)
	for _, a := range as {
		if slices.Contains(notNodes, a.name) {
			continue
		}
		node := a
		node.val = lazily(func() Val {
			b := build{class: NixOS, modules: []Val{ev.sel(v, "defaults"), ev.force(a.val)}, args: []attr{field("name", ready(str(a.name))), field("nodes", all)}}
			b.argSets = []Val{ev.sel(meta, "specialArgs"), ev.sel(ev.sel(meta, "nodeSpecialArgs"), a.name)}
			where := at
			if a.site.file != nil {
				where = a.site
			}
			return ev.construct(b, where)
		})
		nodes.add(node)
	}
	return setOf(at, field("nodes", all))
}
