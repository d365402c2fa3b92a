package eval

// flake-parts (flake.parts, "Options"): what its modules define below `flake` are the flake's outputs, modules for others among them.
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
