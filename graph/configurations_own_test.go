package graph

import "testing"

// TestTestIsNoHost: a machine without a name is made for a check where the same call makes one for a check; one with a name stays a host.
func TestTestIsNoHost(t *testing.T) {
	test, flake := Place{File: "tests/port.nix", Line: 8, Column: 5}, Place{File: "flake.nix", Line: 3, Column: 5}
	g := &Graph{Configurations: []*Configuration{
		{Name: "nixos at tests/port.nix:8", Class: "nixos", At: test, Host: true},
		{Name: "nixos at tests/port.nix:8", Class: "nixos", At: test, Build: true},
		{Name: "nixosConfigurations.*", Class: "nixos", At: flake, Host: true},
		{Name: "nixos at flake.nix:3", Class: "nixos", At: flake, Build: true},
		{Name: "nixos at shell.nix:1", Class: "nixos", At: Place{File: "shell.nix", Line: 1, Column: 1}, Host: true},
	}}
	g.takeTests()
	for i, host := range []bool{false, false, true, false, true} {
		if c := g.Configurations[i]; c.Host != host || c.Build == host {
			t.Errorf("%s: host %v, for a check %v", c.Name, c.Host, c.Build)
		}
	}
}
