package eval

import "path"

// blueprint (numtide.github.io/blueprint, "Folder Structure"; lib/default.nix): hosts/NAME/{configuration,darwin-configuration}.nix with
// users/USER/home-configuration.nix or users/USER.nix, modules/{nixos,darwin,home}/NAME and lib/ are a flake's outputs. Modules get
// flake, inputs, hostName and perSystem.
func blueprintConvention() convention {
	return convention{
		rows:   []row{{"blueprint", 1, libBlueprint}},
		inputs: []input{{"numtide/blueprint", []string{"blueprint"}, func(ev *Evaluator) Val { return ev.libFunction("blueprint") }}},
	}
}

func libBlueprint(ev *Evaluator, a []*thunk, at site) Val {
	given := ev.force(a[0])
	inputs, ok := ev.asked(given, "inputs")
	if !ok {
		return joinArgs(ev, a, at)
	}
	root := ev.folderAt(given, path.Clean(ev.textAt(given, ".", "prefix")), "prefix")
	self := ev.sel(inputs, "self")
	args := []attr{field("flake", ready(self)), field("inputs", ready(inputs)), field("perSystem", ready(Val{}))}
	outputs := map[string][]attr{}
	for _, host := range ev.subfolders(path.Join(root, "hosts")) {
		dir := path.Join(root, "hosts", host)
		b := build{args: append(args[:len(args):len(args)], field("hostName", ready(str(host))))}
		b.homeArgs = b.args
		output := "nixosConfigurations"
		switch {
		case ev.isFile(dir, "default.nix"): // it makes the host itself: { class, value }
			made := lazily(func() Val {
				return ev.apply(ev.importValue(pathOfTree(dir), at), ready(setOf(at, b.args...)), at)
			})
			if ev.textAt(ev.force(made), "nixos", "class") == "nix-darwin" {
				output = "darwinConfigurations"
			}
			outputs[output] = append(outputs[output], field(host, lazily(func() Val { return ev.sel(ev.force(made), "value") })))
			continue
		case ev.isFile(dir, "configuration.nix"):
			b.class, b.modules = NixOS, []Val{pathOfTree(path.Join(dir, "configuration.nix"))}
		case ev.isFile(dir, "rpi-configuration.nix"):
			b.class, b.modules = NixOS, []Val{pathOfTree(path.Join(dir, "rpi-configuration.nix"))}
		case ev.isFile(dir, "darwin-configuration.nix"):
			b.class, b.modules, output = Darwin, []Val{pathOfTree(path.Join(dir, "darwin-configuration.nix"))}, "darwinConfigurations"
		}
		var users []user
		for _, m := range ev.blueprintUsers(path.Join(dir, "users")) {
			home := []Val{pathOfTree(m.path)}
			users = append(users, user{m.name, list([]*thunk{ready(home[0])}, true)})
			if b.class == nil {
				alone := build{class: HomeManager, modules: home, args: b.args}
				outputs["homeConfigurations"] = append(outputs["homeConfigurations"], field(m.name+"@"+host, lazily(func() Val { return ev.construct(alone, at) })))
			}
		}
		if b.class == nil {
			continue
		}
		if len(users) > 0 {
			b.modules = append(b.modules, homesModule(at, users))
		}
		outputs[output] = append(outputs[output], field(host, lazily(func() Val { return ev.construct(b, at) })))
	}
	for _, kind := range []struct{ output, folder string }{{"nixosModules", "nixos"}, {"darwinModules", "darwin"}, {"homeModules", "home"}} {
		for _, m := range ev.modulesIn(path.Join(root, "modules", kind.folder)) {
			outputs[kind.output] = append(outputs[kind.output], field(m.name, lazily(func() Val { return ev.publisher(m, args, at) })))
		}
	}
	if dir := path.Join(root, "lib"); ev.isFile(dir, "default.nix") {
		lib := lazily(func() Val {
			v := ev.importValue(pathOfTree(dir), at)
			if isFunction(v) {
				return ev.apply(v, ready(setOf(at, args...)), at)
			}
			return v
		})
		outputs["lib"] = nil
		all := []attr{field("lib", lib)}
		return blueprintOutputs(outputs, all, at)
	}
	return blueprintOutputs(outputs, nil, at)
}

func blueprintOutputs(outputs map[string][]attr, all []attr, at site) Val {
	for _, name := range sortedNames(outputs) {
		if len(outputs[name]) > 0 {
			all = append(all, field(name, ready(setOf(at, outputs[name]...))))
		}
	}
	return setOf(at, all...)
}

// blueprintUsers are the homes in a host's folder users.
func (ev *Evaluator) blueprintUsers(dir string) []named {
	out := ev.modulesIn(dir)
	for _, name := range ev.subfolders(dir) {
		if ev.isFile(dir, name, "home-configuration.nix") {
			out = append(out, named{name, path.Join(dir, name, "home-configuration.nix")})
		}
	}
	return out
}

// publisher is a module of a file, which may be a function of the flake that gives one.
func (ev *Evaluator) publisher(m named, args []attr, at site) Val {
	if f := ev.host.File(ev.resolveFile(m.path)); f != nil && (hasFormal(f, "flake") || hasFormal(f, "inputs")) && !hasFormal(f, "config") && !hasFormal(f, "pkgs") {
		return ev.apply(ev.importValue(pathOfTree(m.path), at), ready(setOf(at, args...)), at)
	}
	return pathOfTree(m.path)
}
