package eval

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"nixsink/parse"
)

// evaluated runs the sources from flake.nix on.
func evaluated(sources map[string]string, unshared bool) *Evaluator {
	host := files{}
	var list []*parse.File
	for n, src := range sources {
		host[n] = parse.Parse(n, src)
		list = append(list, host[n])
	}
	slices.SortFunc(list, func(a, b *parse.File) int { return strings.Compare(a.Name, b.Name) })
	ev := New(host, nil)
	ev.Unshared = unshared
	ev.Run(context.Background(), []string{"flake.nix"}, list)
	return ev
}

// hosts are the names of the configurations in a set.
func (ev *Evaluator) names(in Set) string {
	var out []string
	for _, c := range ev.Configurations() {
		if in.Has(c.Number()) && !c.Open {
			out = append(out, strings.TrimPrefix(c.Name, "nixosConfigurations."))
		}
	}
	return strings.Join(out, " ")
}

// definitionsOf lists what is defined, with the configurations that it is defined in.
func (ev *Evaluator) definitionsOf() []string {
	var out []string
	for _, d := range ev.Definitions {
		if !d.Default && !d.Names {
			out = append(out, pathText(d.Path)+" ["+ev.names(d.In)+"]")
		}
	}
	slices.Sort(out)
	return out
}

func checkDefinitions(t *testing.T, sources map[string]string, want ...string) {
	t.Helper()
	for _, unshared := range []bool{false, true} {
		if got := evaluated(sources, unshared).definitionsOf(); !slices.Equal(got, want) {
			t.Errorf("unshared %v:\n got %s\nwant %s", unshared, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
		}
	}
}

// TestSharing holds that a module which two hosts import is followed once where both answer alike, and apart where they do not; each
// definition says in which hosts it holds either way.
func TestSharing(t *testing.T) {
	sources := map[string]string{
		"flake.nix": `{ outputs = { self, nixpkgs }: let mk = name: more: nixpkgs.lib.nixosSystem { specialArgs = { inherit name; }; modules = [ ./all.nix ./arg.nix ./asks.nix ] ++ more; }; in {
			nixosConfigurations = { a = mk "a" [ ]; b = mk "b" [ ./option.nix ]; c = mk "c" [ { x.own = 1; } ]; }; }; }`,
		"all.nix":    `{ config, lib, ... }: { options.my.port = lib.mkOption { default = 1; }; config.x.port = config.my.port; }`,
		"arg.nix":    `{ name, ... }: { x.${name} = name; }`,
		"asks.nix":   `{ config, lib, ... }: { x.seen = with config.my; toString port; }`,
		"option.nix": `{ lib, ... }: { options.my.more = lib.mkOption { default = 2; }; }`,
	}
	checkDefinitions(t, sources, "x.a [a]", "x.b [b]", "x.c [c]", "x.own [c]", "x.port [a b c]", "x.seen [a b c]")
	count := map[string]int{}
	for _, s := range evaluated(sources, false).followed {
		if !s.dead {
			count[s.File.Name]++
		}
	}
	if count["all.nix"] != 1 || count["arg.nix"] != 3 {
		t.Errorf("followed %v times: a module that asks nothing that differs is followed once, one that asks for an argument once for each", count)
	}
}

// TestDisabledInOne holds that a module which one host disables is still there in the other.
func TestDisabledInOne(t *testing.T) {
	checkDefinitions(t, map[string]string{
		"flake.nix": `{ outputs = { self, nixpkgs }: { nixosConfigurations = {
			a = nixpkgs.lib.nixosSystem { modules = [ ./common.nix ]; };
			b = nixpkgs.lib.nixosSystem { modules = [ ./common.nix { disabledModules = [ ./old.nix ]; } ]; }; }; }; }`,
		"common.nix": `{ imports = [ ./old.nix ]; y.common = 1; }`,
		"old.nix":    `{ y.old = 1; }`,
	}, "y.common [a b]", "y.old [a]")
}

// TestPlaces holds that a home, a container and a specialisation are configurations within their host.
func TestPlaces(t *testing.T) {
	sources := map[string]string{
		"flake.nix": `{ outputs = { self, nixpkgs }: { nixosConfigurations = {
			a = nixpkgs.lib.nixosSystem { modules = [ { home-manager.users.ada = ./home.nix; containers.c.config = { z.inside = 1; }; specialisation.s.configuration = { z.inside = 2; }; } ]; };
			b = nixpkgs.lib.nixosSystem { modules = [ { home-manager.users.ada.imports = [ ./home.nix ]; home-manager.sharedModules = [ { z.shared = 1; } ]; } ]; }; }; }; }`,
		"home.nix": `{ z.home = 1; }`,
	}
	checkDefinitions(t, sources, "containers.c.config.z.inside [a]", "home-manager.users.ada.z.home [a b]", "home-manager.users.ada.z.shared [b]", "specialisation.s.configuration.z.inside [a]")
	ev := evaluated(sources, false)
	var kids []string
	for _, c := range ev.Configurations() {
		for _, k := range c.Kids() {
			kids = append(kids, c.Name+": "+k.Name+" "+k.Class.Name)
		}
	}
	want := []string{"nixosConfigurations.a: containers.c.config container", "nixosConfigurations.a: home-manager.users.ada homeManager",
		"nixosConfigurations.a: specialisation.s.configuration specialisation", "nixosConfigurations.b: home-manager.users.ada homeManager"}
	if !slices.Equal(kids, want) {
		t.Errorf("got %q", kids)
	}
}

// TestAskedTooEarly holds that what is declared by a module that comes later is known to one that asked before.
func TestAskedTooEarly(t *testing.T) {
	for _, order := range []string{"./asks.nix ./option.nix", "./option.nix ./asks.nix"} {
		ev := evaluated(map[string]string{
			"flake.nix":  `{ outputs = { self, nixpkgs }: { nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ` + order + ` ]; }; }; }`,
			"asks.nix":   `{ config, lib, ... }: let names = builtins.attrNames config.my.group; in { options.made = lib.genAttrs names (n: lib.mkOption { default = n; }); }`,
			"option.nix": `{ lib, ... }: { options.my.group = { one = lib.mkOption { default = 1; }; two = lib.mkOption { default = 2; }; }; }`,
		}, false)
		var got []string
		for _, d := range ev.Declarations {
			got = append(got, pathText(d.Path))
		}
		slices.Sort(got)
		if want := []string{"made.one", "made.two", "my.group.one", "my.group.two"}; !slices.Equal(got, want) {
			t.Errorf("%s: declared %q", order, got)
		}
	}
}

// TestInnerConfiguration holds that what evalModules gives within a module is used as what it is, and that one that makes itself ends.
func TestInnerConfiguration(t *testing.T) {
	checkDefinitions(t, map[string]string{
		"flake.nix": `{ outputs = { self, nixpkgs }: { nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./m.nix ]; }; }; }`,
		"m.nix": `{ lib, config, ... }: let
			inner = v: (lib.evalModules { modules = [ { options.o = lib.mkOption { default = 1; }; } v ]; }).config;
			again = n: (lib.evalModules { modules = [ { options.o = lib.mkOption { default = (again (n + 1)).o; }; } ]; }).config; in {
			w.inner = inner { o = 2; };
			w.again = (again 0).o; }`,
	}, "o [a]", "w.again [a]", "w.inner.o [a]")
}

// TestConditionOfOneImport holds that a file which a home imports under a condition and without one is there in any case.
func TestConditionOfOneImport(t *testing.T) {
	ev := evaluated(map[string]string{
		"flake.nix": `{ outputs = { self, nixpkgs }: { nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./m.nix ]; }; }; }`,
		"m.nix": `{ lib, config, ... }: {
			options.my.on = lib.mkOption { default = true; };
			config = lib.mkMerge [
				(lib.mkIf config.my.on { home-manager.users.ada = { imports = [ ./both.nix ./one.nix ]; }; })
				{ home-manager.users.ada = { imports = [ ./both.nix ]; }; }
			]; }`,
		"both.nix": `{ z.both = 1; }`,
		"one.nix":  `{ z.one = 1; }`,
	}, false)
	got := map[string]int{}
	for _, d := range ev.Definitions {
		if d.Path.Len() == 5 {
			got[pathText(d.Path)] = len(d.origins)
		}
	}
	if len(got) != 2 || got["home-manager.users.ada.z.both"] != 0 || got["home-manager.users.ada.z.one"] != 1 {
		t.Errorf("origins by definition: %v", got)
	}
}

// TestContainersWithinThemselves holds that containers that import what makes them end, each having been followed once.
func TestContainersWithinThemselves(t *testing.T) {
	ev := run(map[string]string{
		"main.nix": `{ lib, ... }: { imports = [ ./base.nix ]; }`,
		"base.nix": `{ config, lib, ... }: {
  options.my.port = lib.mkOption { default = 1; };
  config.containers.a.config = { config, ... }: { imports = [ ./main.nix ]; services.a = config.my.port; };
  config.containers.b.config = { config, ... }: { imports = [ ./main.nix ]; services.b = config.my.port; };
}`,
	})
	got := map[string]bool{}
	for _, d := range ev.Definitions {
		if d.Derived() {
			got[pathText(d.Path)] = true
		}
	}
	if want := map[string]bool{"containers.a.config.services.a": true, "containers.b.config.services.b": true}; !maps.Equal(got, want) {
		t.Errorf("got %v", slices.Sorted(maps.Keys(got)))
	}
	if len(ev.Limits) == 0 || ev.Limits[0].File.Name != "base.nix" {
		t.Errorf("it is not told that containers within containers are not followed: %v", ev.Limits)
	}
}
