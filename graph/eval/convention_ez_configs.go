package eval

import (
	"path"
	"slices"
)

// ez-configs (github.com/ehllie/ez-configs, flake-module.nix): a module of flake-parts. The folders {nixos,darwin,home}-configurations hold hosts and
// users, {nixos,darwin,home}-modules what the outputs of that name are; module default is in every host, and modules get ezModules. A home is made of a
// user and a host.
func ezConfigsConvention() convention {
	return convention{flakes: []flakeModule{{"ezConfigs", ezConfigs}}}
}

func ezConfigs(ev *Evaluator, c *Configuration, options Val, at site) {
	root := ev.folderAt(options, "", "root")
	modules := func(kind string) ([]named, Val) {
		dir := ev.folderAt(options, path.Join(root, kind+"-modules"), kind, "modulesDirectory")
		ms := ev.modulesIn(dir)
		if ev.isFile(dir, "default.nix") {
			ms = append(ms, named{"default", path.Join(dir, "default.nix")})
		}
		return ms, pathsByName(at, ms)
	}
	configurations := func(kind string) []named {
		return ev.modulesIn(ev.folderAt(options, path.Join(root, kind+"-configurations"), kind, "configurationsDirectory"))
	}
	global := ev.sel(options, "globalArgs")
	argsOf := func(kind, name string) Val {
		if v, ok := ev.asked(options, kind, name); ok {
			return v
		}
		return global
	}
	homeModules, homeByName := modules("home")
	homeArgs := argsOf("home", "extraSpecialArgs")
	users := map[string][]Val{}
	for _, u := range configurations("home") {
		users[u.name] = []Val{pathOfTree(u.path)}
		if !isFalse(ev.sel(ev.sel(ev.sel(ev.sel(options, "home"), "users"), u.name), "importDefault")) {
			users[u.name] = append(users[u.name], moduleNamed(homeModules, "default")...)
		}
	}
	hosts := map[string]*thunk{}
	for _, kind := range []struct {
		name, output, modules string
		class                 *Class
	}{{"nixos", "nixosConfigurations", "nixosModules", NixOS}, {"darwin", "darwinConfigurations", "darwinModules", Darwin}} {
		ms, byName := modules(kind.name)
		for _, m := range ms {
			c.give(kind.modules, field(m.name, ready(pathOfTree(m.path))))
		}
		for _, h := range configurations(kind.name) {
			settings := ev.sel(ev.sel(ev.sel(options, kind.name), "hosts"), h.name)
			b := build{class: kind.class, modules: []Val{pathOfTree(h.path)}, args: []attr{field("ezModules", ready(byName))}, argSets: []Val{argsOf(kind.name, "specialArgs")}}
			if !isFalse(ev.sel(settings, "importDefault")) {
				b.modules = append(b.modules, moduleNamed(ms, "default")...)
			}
			ts, _, _ := ev.elems(ev.sel(settings, "userHomeModules"))
			var own []user
			for _, t := range ts {
				if s, ok := ev.force(t).shape.(*strShape); ok && users[s.s] != nil {
					own = append(own, user{s.s, listOf(users[s.s])})
				}
			}
			if len(own) > 0 {
				b.modules = append(b.modules, homesModule(at, own))
				b.homeArgs = append(b.homeArgs, field("ezModules", ready(homeByName)))
				as, _, _ := ev.entries(homeArgs)
				b.homeArgs = append(b.homeArgs, as...)
			}
			hosts[h.name] = lazily(func() Val { return ev.construct(b, at) })
			c.give(kind.output, field(h.name, hosts[h.name]))
		}
	}
	for _, m := range homeModules {
		c.give("homeModules", field(m.name, ready(pathOfTree(m.path))))
	}
	for _, name := range sortedNames(users) {
		b := build{class: HomeManager, modules: users[name], args: []attr{field("ezModules", ready(homeByName))}, argSets: []Val{homeArgs}}
		alone := ev.sel(ev.sel(ev.sel(ev.sel(options, "home"), "users"), name), "standalone")
		if on, ok := ev.asked(alone, "enable"); ok && !isFalse(on) {
			c.give("homeConfigurations", field(name, lazily(func() Val { return ev.construct(b, at) })))
			continue
		}
		for _, host := range sortedNames(hosts) {
			b := b
			b.args = append(slices.Clone(b.args), field("osConfig", lazily(func() Val { return ev.sel(ev.force(hosts[host]), "config") })))
			c.give("homeConfigurations", field(name+"@"+host, lazily(func() Val { return ev.construct(b, at) })))
		}
	}
}

func moduleNamed(ms []named, name string) []Val {
	for _, m := range ms {
		if m.name == name {
			return []Val{pathOfTree(m.path)}
		}
	}
	return nil
}

func listOf(vs []Val) Val {
	ts := make([]*thunk, len(vs))
	for i, v := range vs {
		ts[i] = ready(v)
	}
	return list(ts, true)
}
