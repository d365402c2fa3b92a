package graph

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func analyzeFiles(t *testing.T, opts Options, files map[string]string) *Graph {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	g, err := Analyze(context.Background(), dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestAccount holds that every read in the text is told, also those that no configuration evaluates, and that the sum is right.
func TestAccount(t *testing.T) {
	g := analyzeFiles(t, Options{}, map[string]string{
		"configuration.nix": `{ config, lib, ... }:
let
  idle = x: config.my.port + x;
in {
  imports = lib.optional false ./none.nix;
  options.my.port = lib.mkOption { type = lib.types.port; default = 1; };
  options.my.net.lan = lib.mkOption { default = "l"; };
  config.services.a.port = config.my.port;
  config.services.a.lan = lib.mkIf (config.my ? port) "x";
}`,
		"templates/web/service.nix": `x: y: { services.b.port = x.config.my.port; services.b.net = x.config.my.${y}; }`,
		"tests/web.nix":             `helper: { testScript = { nodes }: "curl ${nodes.a.config.my.port} ${nodes.a.config.my.net.lan}"; }`,
	})
	a := g.Account
	sum := a.References + a.Guards + len(a.Handed)
	for _, r := range a.Unresolved {
		sum += r.Count
	}
	if a.Reads != 7 || sum != a.Reads {
		t.Errorf("%d reads, of which %d are told: %+v", a.Reads, sum, a)
	}
	want := map[string]string{"tests/web.nix": inTest, "templates/web/service.nix": inTemplate}
	for file, reason := range want {
		told := slices.ContainsFunc(g.References, func(r *Reference) bool {
			return r.At.File == file && r.Value.Path == "my.port" && r.Unevaluated == reason
		})
		evaluated := slices.ContainsFunc(g.References, func(r *Reference) bool { return r.At.File == file && r.Unevaluated == "" })
		if !told && !evaluated {
			t.Errorf("%s: my.port is not told as %q", file, reason)
		}
	}
}

// TestNameOfAll holds that a name for all of config, which nothing uses, is a read of nothing.
func TestNameOfAll(t *testing.T) {
	g := analyzeFiles(t, Options{}, map[string]string{"default.nix": `{ lib, config, ... }: let all = config; in {
  options.my.port = lib.mkOption { default = 1; };
  config.services.a.port = config.my.port;
}`})
	if g.Account.Reads != 1 || g.Account.References != 1 {
		t.Errorf("got %+v", g.Account)
	}
}

// TestUntracked holds that what is read and not tracked is named with the flag that tracks it.
func TestUntracked(t *testing.T) {
	g := analyzeFiles(t, Options{Roots: []string{"acme"}}, map[string]string{"default.nix": `{ lib, config, ... }: {
  options.acme.a = lib.mkOption { default = "a"; };
  options.theme.base = lib.mkOption { default = "b"; };
  config.x.y = [ config.acme.a config.theme.base config.theme.base ];
}`})
	if want := (Untracked{Path: "theme", Reads: 2}); !slices.Equal(g.Account.Untracked, []Untracked{want}) {
		t.Errorf("got %+v, want %+v", g.Account.Untracked, want)
	}
	// An argument that is a string gets a hint.
	g = analyzeFiles(t, Options{}, map[string]string{
		"flake.nix": `{ outputs = { nixpkgs, ... }: let username = "ada"; in {
  nixosConfigurations.tower = nixpkgs.lib.nixosSystem { specialArgs = { inherit username; }; modules = [ ./user.nix ]; };
}; }`,
		"user.nix": `{ username, ... }: { users.users.${username}.home = "/home/${username}"; }`,
	})
	if len(g.Account.Untracked) != 1 || g.Account.Untracked[0].Flag() != "--arg-root username" || g.Account.Untracked[0].Reads != 2 {
		t.Errorf("got %+v", g.Account.Untracked)
	}
}

// TestUnusedName holds that a name for config itself that nothing uses is no read.
func TestUnusedName(t *testing.T) {
	g := analyzeFiles(t, Options{}, map[string]string{"default.nix": `{ lib, config, ... }: {
  options.my.a = lib.mkOption { };
  config.x = let outer = config; in { config, ... }: { y = config.my.a; };
}`})
	if a := g.Account; a.Reads != 1 {
		t.Errorf("%d reads, want 1", a.Reads)
	}
}

// TestNamespace holds that the namespaces are the repository's own, not those of the modules that it takes.
func TestNamespace(t *testing.T) {
	g := analyzeFiles(t, Options{}, map[string]string{"default.nix": `{ lib, config, ... }: {
  options.colmena.hosts = lib.mkOption { };
  options.site.domain = lib.mkOption { default = "d"; };
  options.site.mail = lib.mkOption { default = "m"; };
  options.site.port = lib.mkOption { default = 1; };
  config.x.y = [ config.colmena.hosts config.colmena.hosts config.site.domain config.site.mail config.site.port ];
}`})
	if len(g.Roots) != 1 || g.Roots[0].Path != "site" {
		t.Errorf("tracked: %+v", g.Roots)
	}
}

// TestEmptyBody holds that a condition around nothing makes nothing that is not known.
func TestEmptyBody(t *testing.T) {
	g := analyzeFiles(t, Options{}, map[string]string{"default.nix": `{ config, lib, ... }: {
  imports = [ ./b.nix ];
  options.my.on = lib.mkEnableOption "x";
  config = lib.mkMerge [ { } (lib.mkIf config.my.on { }) (lib.optionalAttrs config.my.on { }) ];
}`, "b.nix": `{ config, lib, ... }: { config = if config.my.on then { } else { services.x.enable = true; }; }`})
	for _, u := range g.Unresolved {
		t.Errorf("unresolved: %+v", u)
	}
}
