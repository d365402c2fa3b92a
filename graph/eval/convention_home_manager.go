package eval

// home-manager as a module of a system (nixos/common.nix there): a configuration for each user, and modules for all of them.
var homeManagerPlaces = []place{
	{within: system, names: []string{"home-manager", "users", ""}, class: HomeManager},
	{within: system, names: []string{"home-manager", "sharedModules"}, class: HomeManager, every: []string{"home-manager", "users"}},
	{within: system, names: []string{"home-manager", "config"}, class: HomeManager}, // nix-on-droid
}
