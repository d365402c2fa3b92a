package eval

// nix-darwin (flake.nix there, lib.darwinSystem; eval-config.nix).
func darwinConvention() convention {
	return convention{makers: map[string]maker{"darwinSystem": {Darwin, []string{"specialArgs"}}}}
}
