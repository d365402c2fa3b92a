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

// TestNamespaceBelowTheSystems holds that a collection of modules which declares options under services.NAME or programs.NAME alone has those for
// namespaces, and that one of many such has services.
func TestNamespaceBelowTheSystems(t *testing.T) {
	module := func(path string) string {
		return `{ config, lib, ... }: { options.` + path + ` = { enable = lib.mkEnableOption "x"; port = lib.mkOption { }; };
			config = lib.mkIf config.` + path + `.enable { environment.etc.x.text = toString config.` + path + `.port; }; }`
	}
	for _, c := range []struct {
		want  []string
		files map[string]string
	}{
		{[]string{"services.flatpak"}, map[string]string{"a.nix": module("services.flatpak"), "b.nix": module("services.flatpak.update.auto")}},
		{[]string{"services.web.site"}, map[string]string{"a.nix": module("services.web.site")}},
		{[]string{"programs.a", "services.b"}, map[string]string{"a.nix": module("programs.a"), "b.nix": module("services.b")}},
		{[]string{"own"}, map[string]string{"a.nix": module("services.flatpak"), "b.nix": module("own")}},
		{[]string{"services"}, map[string]string{"a.nix": module("services.a"), "b.nix": module("services.b"), "c.nix": module("services.c"), "d.nix": module("services.d"), "e.nix": module("services.e"),
			"f.nix": module("services.f"), "g.nix": module("services.g"), "h.nix": module("services.h"), "i.nix": module("services.i"), "j.nix": module("services.j"), "k.nix": module("services.k")}},
	} {
		imports := "{ imports = ["
		for name := range c.files {
			imports += " ./" + name
		}
		c.files["default.nix"] = imports + " ]; }"
		g := analyzeFiles(t, Options{}, c.files)
		var got []string
		for _, r := range g.Roots {
			got = append(got, r.Path)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("tracked: %q, want %q", got, c.want)
		}
	}
}

// TestArgumentBeforeSystems holds that an argument which modules read more often than the few options of the systems' namespaces that they declare
// is what is tracked.
func TestArgumentBeforeSystems(t *testing.T) {
	files := map[string]string{
		"default.nix": `{ imports = [ ./a.nix ./b.nix ./c.nix ]; }`,
		"a.nix":       `{ config, lib, site, ... }: { options.xdg.mime.inverted = lib.mkOption { }; config = { environment.etc.a.text = config.xdg.mime.inverted; networking.hostName = site.name; x.a = site.domain; }; }`,
		"b.nix":       `{ site, ... }: { x.b = site.name; x.c = site.domain; }`,
		"c.nix":       `{ site, ... }: { x.d = site.name; x.e = site.domain; x.f = site.port; }`,
	}
	g := analyzeFiles(t, Options{}, files)
	if names := argumentNames(g.Roots); !slices.Equal(names, []string{"site"}) {
		t.Errorf("tracked: %+v, want site", g.Roots)
	}
}
