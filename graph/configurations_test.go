package graph_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"nixsink/graph"
	"nixsink/internal/flowtest"
)

// analyse analyses the files of a txtar archive.
func analyse(t *testing.T, files string, opts graph.Options) *graph.Graph {
	t.Helper()
	dir := t.TempDir()
	if err := (flowtest.Case{Files: txtar.Parse([]byte(files)).Files}).Write(dir); err != nil {
		t.Fatal(err)
	}
	g, err := graph.Analyze(context.Background(), dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func wantText(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got\n%s\nwant\n%s", what, got, want)
	}
}

// configurationsText lists configurations, one a line, what is within one below it.
func configurationsText(cs []*graph.Configuration) string {
	var b strings.Builder
	for _, c := range cs {
		fmt.Fprintf(&b, "%s %s %v\n", c.Name, c.Class, c.Modules)
		for line := range strings.Lines(configurationsText(c.Kids)) {
			b.WriteString("  " + line)
		}
	}
	return b.String()
}

const perHost = `
-- flake.nix --
{
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.web = nixpkgs.lib.nixosSystem { modules = [ ./ports.nix ./nginx.nix { my.port = 8081; } ]; };
    nixosConfigurations.db = nixpkgs.lib.nixosSystem { modules = [ ./ports.nix ./pg.nix { my.port = 5432; } ]; };
  };
}
-- ports.nix --
{ lib, ... }: { options.my.port = lib.mkOption { type = lib.types.port; }; }
-- nginx.nix --
{ config, ... }: { services.nginx.defaultHTTPListenPort = config.my.port; }
-- pg.nix --
{ config, ... }: { services.postgresql.settings.port = config.my.port; }
`

// TestPerHost sets one value differently in two hosts, each of which has another module that reads it.
func TestPerHost(t *testing.T) {
	g := analyse(t, perHost, graph.Options{})
	wantText(t, "configurations", configurationsText(g.Configurations), `nixosConfigurations.db nixos [flake.nix pg.nix ports.nix]
nixosConfigurations.web nixos [flake.nix nginx.nix ports.nix]
`)
	var got []string
	v := g.Lookup("my.port")
	for _, l := range v.Literals {
		got = append(got, fmt.Sprint(l.Text, " ", g.Names(l.In)))
	}
	for f := range g.Flows.All() {
		got = append(got, fmt.Sprint(f.To, " ", g.Names(f.In)))
	}
	for _, r := range g.References {
		got = append(got, fmt.Sprint(r.At.File, " ", g.Names(r.In)))
	}
	wantText(t, "what holds where", strings.Join(got, "\n"), `8081 [nixosConfigurations.web]
5432 [nixosConfigurations.db]
services.nginx.defaultHTTPListenPort [nixosConfigurations.web]
services.postgresql.settings.port [nixosConfigurations.db]
nginx.nix [nixosConfigurations.web]
pg.nix [nixosConfigurations.db]`)
	for _, m := range g.Modules {
		if all := g.Everywhere(m.In); all != (m.Path == "ports.nix" || m.Path == "flake.nix") {
			t.Errorf("%s is in all hosts: %v", m.Path, all)
		}
	}
}

// TestOneValueTwoHomes has one text declare an option for the system and for a home, and a registry with a member in each.
func TestOneValueTwoHomes(t *testing.T) {
	g := analyse(t, `
-- flake.nix --
{ outputs = { nixpkgs, home-manager, ... }: {
    nixosConfigurations.tower = nixpkgs.lib.nixosSystem { modules = [ ./common.nix home-manager.nixosModules.home-manager { home-manager.users.ada.imports = [ ./common.nix ./own.nix ]; } ]; };
  }; }
-- common.nix --
{ lib, config, ... }:
{
  options.my.font = lib.mkOption { type = lib.types.str; default = "Iosevka"; };
  options.my.ports = lib.mkOption { type = lib.types.attrsOf lib.types.port; };
  config.my.ports.web = 80;
  config.fonts.name = config.my.font;
  config.services.x.port = config.my.ports.web;
}
-- own.nix --
{ lib, config, ... }: { options.my.theme = lib.mkOption { default = "dark"; }; config.programs.y.theme = config.my.theme; }
`, graph.Options{})
	wantText(t, "configurations", configurationsText(g.Configurations), `nixosConfigurations.tower nixos [common.nix flake.nix]
  home-manager.users.ada homeManager [common.nix flake.nix own.nix]
`)
	var got []string
	for _, v := range g.Values {
		line := v.Path + ":"
		for _, i := range v.Instances {
			line += " " + i.Path
		}
		got = append(got, fmt.Sprint(line, " ", len(v.Declared), " declared"))
	}
	wantText(t, "values", strings.Join(got, "\n"), `my.font: my.font home-manager.users.ada.my.font 1 declared
my.ports: my.ports home-manager.users.ada.my.ports 1 declared
my.ports.web: 1 declared
my.theme: home-manager.users.ada.my.theme 1 declared`)
	var flows []string
	for f := range g.Flows.All() {
		flows = append(flows, f.From.Path+" "+f.To)
	}
	wantText(t, "flows", strings.Join(flows, "\n"), `my.font fonts.name
my.font home-manager.users.ada.fonts.name
my.ports.web home-manager.users.ada.services.x.port
my.ports.web services.x.port
my.theme home-manager.users.ada.programs.y.theme`)
	var options []string
	for _, o := range g.Declared {
		options = append(options, o.Path)
	}
	if twice := slices.Compact(slices.Clone(options)); len(twice) != len(options) {
		t.Errorf("an option is listed twice: %v", options)
	}
}

// TestOpenConfigurations has modules that nothing takes: they are no host.
func TestOpenConfigurations(t *testing.T) {
	g := analyse(t, perHost+`
-- stray.nix --
{ config, lib, ... }: { options.my.stray = lib.mkOption { default = 1; }; config.services.stray.port = config.my.stray; }
`, graph.Options{})
	var got []string
	for _, c := range g.Configurations {
		got = append(got, fmt.Sprintf("%s %v %v", c.Name, c.Host, c.Open))
	}
	wantText(t, "configurations", strings.Join(got, "\n"), "modules that nothing imports false true\nnixosConfigurations.db true false\nnixosConfigurations.web true false")
	for _, r := range g.References {
		if r.At.File == "stray.nix" && strings.Join(g.Names(r.In), " ") != "modules that nothing imports" {
			t.Errorf("stray.nix: %v", g.Names(r.In))
		}
	}
}
