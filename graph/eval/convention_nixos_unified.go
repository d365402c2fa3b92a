package eval

import "path"

// nixos-unified (nixos-unified.org, "Autowiring"; nix/modules/flake-parts/autowire.nix): configurations/{nixos,darwin,home}/NAME and
// modules/{nixos,darwin,home}/NAME are a flake's outputs, below nix/ or not. Modules get `flake`: self, inputs and the config of the flake.
func nixosUnifiedConvention() convention {
	return convention{inputs: []input{{"srid/nixos-unified", []string{"nixos-unified", "nixos-flake"}, func(ev *Evaluator) Val {
		module := ready(Val{shape: &frameworkShape{make: nixosUnified}})
		return Val{shape: &setShape{attrs: []attr{
			field("flakeModules", ready(setOf(site{}, field("default", module), field("autoWire", module)))), field("flakeModule", module),
		}, base: &Val{}}}
	}}}}
}

func nixosUnified(ev *Evaluator, c *Configuration, at site) {
	args := []attr{field("flake", ready(setOf(at, field("self", ready(flakeSelf(c))), field("inputs", ready(flakeInputs(c))), field("config", ready(Val{shape: &refShape{path: c.Base}})))))}
	for _, root := range []string{"", "nix"} {
		for _, kind := range []struct {
			folder, output, modules string
			class                   *Class
		}{{"nixos", "nixosConfigurations", "nixosModules", NixOS}, {"darwin", "darwinConfigurations", "darwinModules", Darwin}, {"home", "homeConfigurations", "homeModules", HomeManager}} {
			for _, m := range ev.modulesIn(path.Join(root, "configurations", kind.folder)) {
				b := build{class: kind.class, modules: []Val{pathOfTree(m.path)}, args: args, homeArgs: args}
				c.give(kind.output, field(m.name, lazily(func() Val { return ev.construct(b, at) })))
			}
			for _, m := range ev.modulesIn(path.Join(root, "modules", kind.folder)) {
				c.give(kind.modules, field(m.name, ready(pathOfTree(m.path))))
			}
		}
	}
}
