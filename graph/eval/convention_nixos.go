package eval

// NixOS' own: nixos/lib/eval-config.nix, containers (nixos/modules/virtualisation/nixos-containers.nix), specialisations
// (nixos/modules/system/activation/specialisation.nix), virtual machines of the same system (…/virtualisation/build-vm.nix), and
// microvm.nix' host.
func nixosConvention() convention {
	return convention{
		makers: map[string]maker{
			"nixosSystem": {NixOS, []string{"specialArgs"}},
			"eval-config": {NixOS, []string{"specialArgs", "extraArgs"}},
		},
		rows:   []row{{"pkgs.nixos", 1, libPkgsNixos}},
		places: nixosPlaces,
		files:  map[string]string{"nixos/lib/eval-config.nix": "eval-config"},
	}
}

var nixosPlaces = []place{
	{within: system, names: []string{"containers", "", "config"}, class: Container},
	{within: system, names: []string{"specialisation", "", "configuration"}, class: Specialisation, inherits: true},
	{within: system, names: []string{"virtualisation", "vmVariant"}, class: Specialisation, inherits: true},
	{within: system, names: []string{"virtualisation", "vmVariantWithBootLoader"}, class: Specialisation, inherits: true},
	{within: system, names: []string{"virtualisation", "vmVariantWithDisko"}, class: Specialisation, inherits: true},
	{within: system, names: []string{"microvm", "vms", "", "config"}, class: Container},
}

// libPkgsNixos is pkgs.nixos (nixpkgs, pkgs/top-level/all-packages.nix): a system of one module, or of a list of them.
func libPkgsNixos(ev *Evaluator, a []*thunk, at site) Val {
	c := ev.newConfiguration(NixOS, at)
	c.sources = ev.want(ev.force(a[0]), at, nil, nil)
	return ev.evaluated(c)
}
