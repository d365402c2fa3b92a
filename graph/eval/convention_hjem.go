package eval

// Hjem is a user's files and environment by hjem (feel-co/hjem), which is a module of NixOS only.
var Hjem = &Class{Name: "hjem", Sub: true, OS: []string{"osConfig"}}

// hjem: a configuration for each user, and modules for all of them.
func hjemConvention() convention {
	return convention{places: []place{
		{within: system, names: []string{"hjem", "users", ""}, class: Hjem},
		{within: system, names: []string{"hjem", "extraModules"}, class: Hjem, every: []string{"hjem", "users"}},
	}}
}
