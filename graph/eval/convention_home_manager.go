package eval

// home-manager as a module of a system (nixos/common.nix there): a configuration for each user, and modules for all of them.
func homeManagerConvention() convention {
	return convention{
		makers: map[string]maker{"homeManagerConfiguration": {HomeManager, []string{"extraSpecialArgs"}}},
		places: homeManagerPlaces,
	}
}

var homeManagerPlaces = []place{
	{within: systemOrPlain, names: []string{"home-manager", "users", ""}, class: HomeManager},
	{within: systemOrPlain, names: []string{"home-manager", "sharedModules"}, class: HomeManager, every: []string{"home-manager", "users"}},
	{within: system, names: []string{"home-manager", "config"}, class: HomeManager}, // nix-on-droid
}

// systemOrPlain is where a system's modules are looked at: documentation evaluates them without a system.
func systemOrPlain(c *Class) bool { return system(c) || c == Plain }
