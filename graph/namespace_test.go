package graph

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestPassedValues holds that values which modules are passed as an argument are tracked where they are read most, whether the text
// alone tells that or not, and that the result is that of naming them.
func TestPassedValues(t *testing.T) {
	flake := `{ outputs = { nixpkgs, ... }: let vars = { domain = "example.org"; port = 22; }; in {
  nixosConfigurations.tower = nixpkgs.lib.nixosSystem { specialArgs = { inherit vars; }; modules = [ ./web.nix ./own.nix ]; };
}; }`
	web := `{ vars, ... }: { services.nginx.virtualHosts.${vars.domain}.listen = [ vars.port ]; networking.domain = vars.domain; }`
	own := `{ lib, config, ... }: { options.site.on = lib.mkOption { default = true; }; config.x.y = config.site.on; }`
	// The namespace's name comes from a variable: read more often than the argument, which the text alone does not tell.
	named := `{ lib, config, ... }: let ns = "site"; cfg = config.${ns}; in {
  options.${ns} = { on = lib.mkOption { default = true; }; a = lib.mkOption { default = 1; }; b = lib.mkOption { default = 2; }; };
  config = { x.y = config.${ns}.on; x.a = config.${ns}.a; x.b = config.${ns}.b; x.c = config.${ns}.a; x.d = config.${ns}.b; }; }`
	told := func(g *Graph) string {
		var out []string
		for _, r := range g.References {
			out = append(out, fmt.Sprint(r.Value.Path, r.At))
		}
		for _, f := range g.Definitions {
			out = append(out, fmt.Sprint(f.Option, f.At, f.Value))
		}
		return strings.Join(out, "\n")
	}
	files := map[string]string{"flake.nix": flake, "web.nix": web, "own.nix": own}
	g := analyzeFiles(t, Options{}, files)
	if names := argumentNames(g.Roots); !slices.Equal(names, []string{"vars"}) {
		t.Fatalf("tracked: %+v, want vars", g.Roots)
	}
	if want := analyzeFiles(t, Options{ArgRoots: []string{"vars"}, Roots: []string{g.Roots[0].Path}}, files); len(g.Roots) > 1 && told(g) != told(want) {
		t.Errorf("found by itself:\n%s\nnamed:\n%s", told(g), told(want))
	}
	g = analyzeFiles(t, Options{}, map[string]string{"flake.nix": flake, "web.nix": web, "own.nix": named})
	if len(g.Roots) != 1 || g.Roots[0].Path != "site" || len(g.References) < 5 {
		t.Errorf("tracked: %+v with %d references, want site", g.Roots, len(g.References))
	}
}
