package change

import "testing"

// TestStable: a configuration that has no name of its own is the same one wherever its line has gone.
func TestStable(t *testing.T) {
	for name, want := range map[string]string{
		"nixosConfigurations.web":               "nixosConfigurations.web",
		"nixosConfigurations.* (flake.nix:12)":  "nixosConfigurations.* (flake.nix)",
		"nixosConfigurations.* (a b.nix:9) 10":  "nixosConfigurations.* (a b.nix) 10",
		"modules that nothing imports":          "modules that nothing imports",
		"nixosConfigurations.* (flake.nix) 4":   "nixosConfigurations.* (flake.nix) 4",
		"nixosConfigurations.* (flake.nix:1) x": "nixosConfigurations.* (flake.nix:1) x",
	} {
		if got := stable(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
