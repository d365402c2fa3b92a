package check_test

import (
	"slices"
	"testing"

	"nixsink/internal/check"
)

// TestSecretAcrossHosts follows a secret's contents into a host that reads them of another one, and into no third.
func TestSecretAcrossHosts(t *testing.T) {
	g, _ := analyze(t, `
-- flake.nix --
{
  outputs = { self, nixpkgs, ... }: {
    nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./a.nix ]; };
    nixosConfigurations.b = nixpkgs.lib.nixosSystem { modules = [ ./b.nix ]; specialArgs = { inherit self; }; };
    nixosConfigurations.c = nixpkgs.lib.nixosSystem { modules = [ ./c.nix ]; };
  };
}
-- a.nix --
{ config, lib, ... }: {
  options.my.key = lib.mkOption { type = lib.types.str; };
  config.age.secrets.db.file = ./db.age;
  config.my.key = builtins.readFile config.age.secrets.db.path;
}
-- b.nix --
{ self, ... }: { services.app.password = self.nixosConfigurations.a.config.my.key; }
-- c.nix --
{ config, lib, ... }: {
  options.my.key = lib.mkOption { type = lib.types.str; default = "none"; };
  config.services.other.label = config.my.key;
}
-- db.age --
age-encryption.org/v1
`)
	var got []string
	for _, f := range run(t, g, check.Config{}).Findings {
		if f.Check != "secret-in-store" {
			continue
		}
		got = append(got, f.Value)
		for _, r := range f.Related {
			got = append(got, r.Message)
		}
	}
	if want := []string{"my.key", "reads age.secrets.db.path", "and so becomes part of services.app.password"}; !slices.Equal(got, want) {
		t.Errorf("findings: %q, want %q", got, want)
	}
}
