package graph_test

import (
	"fmt"
	"testing"

	"nixsink/graph"
)

const meshed = `
-- flake.nix --
{
  outputs = { self, nixpkgs }: let
    host = m: nixpkgs.lib.nixosSystem { specialArgs = { nodes = self.nixosConfigurations; }; modules = [ ./common.nix m ]; };
  in {
    nixosConfigurations.db = host { };
    nixosConfigurations.web = host ({ nodes, config, ... }: {
      services.app.db = nodes.db.config.my.port;
      services.app.own = config.my.port;
    });
  };
}
-- common.nix --
{ lib, ... }: { options.my.port = lib.mkOption { type = lib.types.port; default = 22; }; }
`

// TestReadsAcross holds that a read of another host's value says whose it is, and so does the way of the flow.
func TestReadsAcross(t *testing.T) {
	g := analyse(t, meshed, graph.Options{})
	got := ""
	for _, r := range g.References {
		got += fmt.Sprintf("%d: in %v", r.At.Line, g.HostsOf(r.In))
		if r.Across {
			got += fmt.Sprintf(" of %v", g.HostsOf(r.Of))
		}
		got += "\n"
	}
	wantText(t, "references", got, "7: in [nixosConfigurations.web] of [nixosConfigurations.db]\n8: in [nixosConfigurations.web]\n")
	for f := range g.Flows.All() {
		want := "reads my.port"
		if f.To == "services.app.db" {
			want += " of nixosConfigurations.db"
		}
		wantText(t, f.To, f.Way()[0].What, want)
	}
}
