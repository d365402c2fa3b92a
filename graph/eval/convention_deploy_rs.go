package eval

// deploy-rs (github.com/serokell/deploy-rs, README.md "Usage"): deploy.nodes.NODE.profiles.PROFILE.path is what an activation script is made of: a
// host, or a home. One that no other output names is named by the node.
func deployRsConvention() convention {
	value := func(ev *Evaluator) Val {
		activate := ready(ev.libFunction("deploy.activate"))
		each := setOf(site{}, field("nixos", activate), field("darwin", activate), field("home-manager", activate))
		lib := setOf(site{}, field(hole, ready(setOf(site{}, field("activate", ready(each)))))) // by platform
		return Val{shape: &setShape{attrs: []attr{field("lib", ready(lib))}, base: &Val{}}}
	}
	return convention{
		rows:    []row{{"deploy.activate", 1, func(ev *Evaluator, a []*thunk, at site) Val { return ev.force(a[0]) }}},
		inputs:  []input{{"serokell/deploy-rs", []string{"deploy-rs"}, value}},
		outputs: []output{{"deploy", deployNodes}},
	}
}

func deployNodes(ev *Evaluator, fl *flake, v Val, at site) {
	nodes, _, _ := ev.entries(ev.sel(v, "nodes"))
	for _, node := range nodes {
		profiles, _, _ := ev.entries(ev.sel(ev.force(node.val), "profiles"))
		for _, p := range profiles {
			name := fl.prefix() + "deploy." + segmentText(node.name)
			if p.name != "system" {
				name += "." + segmentText(p.name)
			}
			ev.nameOf(ev.sel(ev.force(p.val), "path"), name, 3)
		}
	}
}
