package eval

// NixOS' own: nixos/lib/eval-config.nix, containers (nixos/modules/virtualisation/nixos-containers.nix), specialisations
// (nixos/modules/system/activation/specialisation.nix), virtual machines of the same system (…/virtualisation/build-vm.nix), and
// microvm.nix' host.
var nixosPlaces = []place{
	{within: system, names: []string{"containers", "", "config"}, class: Container},
	{within: system, names: []string{"specialisation", "", "configuration"}, class: Specialisation, inherits: true},
	{within: system, names: []string{"virtualisation", "vmVariant"}, class: Specialisation, inherits: true},
	{within: system, names: []string{"virtualisation", "vmVariantWithBootLoader"}, class: Specialisation, inherits: true},
	{within: system, names: []string{"virtualisation", "vmVariantWithDisko"}, class: Specialisation, inherits: true},
	{within: system, names: []string{"microvm", "vms", "", "config"}, class: Container},
}
