package graph_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nixsink/graph"
)

// analyzed writes files and analyses them.
func analyzed(t *testing.T, files map[string]string) *graph.Graph {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	g, err := graph.Analyze(context.Background(), dir, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

const twoValues = `
  options.my.a = lib.mkOption { type = lib.types.int; default = 1; };
  options.my.b = lib.mkOption { type = lib.types.int; default = 2; };
`

// ends are the options that values reach, as "my.a -> services.x".
func ends(t *testing.T, config, bindings string) []string {
	t.Helper()
	g := analyzed(t, map[string]string{"main.nix": "{ config, lib, pkgs, unknown, ... }: let " + bindings + " in {" + twoValues + config + "}"})
	var out []string
	for f := range g.Flows.All() {
		out = append(out, f.From.Path+" -> "+f.To)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// TestCycles hands values that hold each other to something unknown: wherever one enters, all of it may be taken.
func TestCycles(t *testing.T) {
	want := []string{"my.a -> services.x", "my.a -> services.y", "my.b -> services.x", "my.b -> services.y"}
	for name, bindings := range map[string]string{
		"two sets":           "p = { o = config.my.a; x = q; }; q = { o = config.my.b; y = p; };",
		"sets and lists":     "p = { o = config.my.a; x = [ q ]; }; q = [ p config.my.b ];",
		"through a third":    "p = { o = config.my.a; x = r; }; q = { o = config.my.b; y = p; }; r = { z = q; };",
		"itself in itself":   "p = { o = config.my.a; x = p; y = q; }; q = { o = config.my.b; x = q; y = p; };",
		"by fixed point":     "s = lib.fix (self: { p = { o = config.my.a; all = self; }; q = { o = config.my.b; all = self; }; }); inherit (s) p q;",
		"through a function": "p = { o = config.my.a; x = _: q; }; q = { o = config.my.b; y = p; };",
	} {
		t.Run(name, func(t *testing.T) {
			for _, order := range []string{
				"config.services.x = unknown p; config.services.y = unknown q;",
				"config.services.y = unknown q; config.services.x = unknown p;",
			} {
				if got := ends(t, order, bindings); !slices.Equal(got, want) {
					t.Errorf("%s: %q", order, got)
				}
			}
		})
	}
}

// TestDepth nests a value in sets, lists and calls: it is found, or a problem says that it was not.
func TestDepth(t *testing.T) {
	for _, depth := range []int{70, 200, 900, 1500} {
		for name, nest := range map[string][2]string{"sets": {"{ a = ", "; }"}, "lists": {"[ ", " ]"}, "functions": {"(_: ", ")"}} {
			text := strings.Repeat(nest[0], depth) + "config.my.a" + strings.Repeat(nest[1], depth)
			g := analyzed(t, map[string]string{"main.nix": "{ config, lib, unknown, ... }: {" + twoValues + "config.services.x = unknown (" + text + "); }"})
			found := false
			for f := range g.Flows.All() {
				found = found || f.From.Path == "my.a" && f.To == "services.x"
			}
			if told := len(g.Problems) > 0; found == told {
				t.Errorf("%d %s: found %v, problems %v", depth, name, found, g.Problems)
			}
		}
	}
}

// TestRecursiveImporter follows a function that goes through folders to its end, however many there are.
func TestRecursiveImporter(t *testing.T) {
	const folders = 800
	files := map[string]string{
		"flake.nix": `{
  outputs = { nixpkgs, ... }:
    let
      inherit (nixpkgs) lib;
      tree = dir: lib.concatLists (lib.mapAttrsToList (name: type:
        if type != "directory" then [ ]
        else lib.optional (builtins.pathExists (dir + "/${name}/default.nix")) (dir + "/${name}") ++ tree (dir + "/${name}")
      ) (builtins.readDir dir));
    in {
      nixosConfigurations.tower = nixpkgs.lib.nixosSystem { modules = [ ./ports.nix ({ ... }: { imports = tree ./modules; }) ]; };
    };
}`,
		"ports.nix": `{ lib, ... }: { options.my.port = lib.mkOption { type = lib.types.port; default = 2222; }; }`,
	}
	for i := range folders {
		files[fmt.Sprintf("modules/m%d/s/default.nix", i)] = fmt.Sprintf("{ config, ... }: { services.s%d.port = config.my.port; }", i)
	}
	deep := "modules/deep"
	for range 20 {
		deep += "/d"
	}
	files[deep+"/default.nix"] = "{ config, ... }: { services.deep.port = config.my.port; }"
	g := analyzed(t, files)
	for _, m := range g.Modules {
		if !m.Reachable {
			t.Errorf("%s is not reached", m.Path)
		}
	}
	if len(g.Modules) < folders+2 || len(g.Problems) > 0 {
		t.Errorf("%d modules, problems %v", len(g.Modules), g.Problems)
	}
}

// TestUnknownFunctionOverDefinitions hands a module's definitions to functions that are not known: they may hand them on.
func TestUnknownFunctionOverDefinitions(t *testing.T) {
	for name, config := range map[string]string{
		"all of them":        "config = unknown { services.x = config.my.a; };",
		"some of them":       "config = lib.mkMerge [ { } (unknown.ifTypes [ \"nixos\" ] { services.x = config.my.a; }) ];",
		"under a condition":  "config = lib.mkIf (config.my.b > 0) (unknown { services.x = config.my.a; });",
		"one within another": "config = unknown (unknown.f 1 { services.x = config.my.a; });",
		"with a switch":      "config = unknown config.my.b { services.x = config.my.a; };",
	} {
		t.Run(name, func(t *testing.T) {
			got := ends(t, config, "")
			if !slices.Contains(got, "my.a -> services.x") {
				t.Errorf("%q", got)
			}
			if decided := strings.Contains(config, "my.b"); decided != slices.Contains(got, "my.b -> services.x") {
				t.Errorf("%q", got)
			}
		})
	}
}

// TestEitherOfTwoCycles defines an option as one of two sets that hold themselves: each name in them is one value, not one for each level.
func TestEitherOfTwoCycles(t *testing.T) {
	g := analyzed(t, map[string]string{"main.nix": `{ config, lib, ... }:
let make = port: let self = { inherit port; again = self // { name = "a"; }; }; in self; in
{
  options.my.on = lib.mkOption { type = lib.types.bool; };
  options.my.sets = lib.mkOption { type = lib.types.attrs; };
  config.my.sets = if config.my.on then (make 80).again else (make 81).again;
  config.services.x.port = config.my.sets.port;
}`})
	if len(g.Values) > 12 {
		t.Errorf("%d values, the last one %s", len(g.Values), g.Values[len(g.Values)-1].Path)
	}
}

// TestTypeWithinItself declares a submodule with an option of its own type: what its modules make of it is told one level down, too, and where
// that ends is said.
func TestTypeWithinItself(t *testing.T) {
	g := analyzed(t, map[string]string{"main.nix": `{ config, lib, ... }:
let
  node = lib.types.submodule ({ config, name, ... }: {
    options.text = lib.mkOption { type = lib.types.str; };
    options.made = lib.mkOption { type = lib.types.str; };
    options.below = lib.mkOption { type = lib.types.attrsOf node; default = { }; };
    config.made = config.text + lib.concatMapStrings (x: x.made) (lib.attrValues config.below);
  });
in {
  options.my.a = lib.mkOption { type = lib.types.str; default = "a"; };
  options.tree = lib.mkOption { type = lib.types.attrsOf node; default = { }; };
  config.tree.x.below.y.text = config.my.a;
  config.services.x.all = config.tree.x.made;
}`})
	var got []string
	for f := range g.Flows.All() {
		got = append(got, f.From.Path+" -> "+f.To)
	}
	for _, want := range []string{"my.a -> tree.x.below.y.text", "my.a -> services.x.all"} {
		if !slices.Contains(got, want) {
			t.Errorf("%q is missing in %q", want, got)
		}
	}
	if !slices.ContainsFunc(g.Problems, func(p graph.Problem) bool { return strings.Contains(p.Msg, "too many levels") }) {
		t.Errorf("nothing says that the type ends: %v", g.Problems)
	}
	if n := len(g.Declared); n > 20 {
		t.Errorf("%d options are declared of one type, want those of three levels", n)
	}
}

// Several names of which none is known may be any value: that is told as the whole namespace is, once, and makes no flow of everything.
func TestNamesThatTellNothing(t *testing.T) {
	g := analyzed(t, map[string]string{"main.nix": `{ config, lib, pkgs, unknown, ... }: {
  options.my.g.a = lib.mkOption { default = 1; };
  options.my.g.b = lib.mkOption { default = 2; };
  config.services.x = config.my.${unknown.a}.${unknown.b};
  config.services.y = config.my.g.${unknown.b};
}`})
	var got []string
	for f := range g.Flows.All() {
		got = append(got, f.From.Path+" -> "+f.To)
	}
	slices.Sort(got)
	if want := []string{"my.g.a -> services.y", "my.g.b -> services.y"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if i := slices.IndexFunc(g.Unresolved, func(u *graph.Unresolved) bool { return u.Path == "my.*.*" }); i < 0 || g.Unresolved[i].At.Line != 4 {
		t.Errorf("unresolved %+v", g.Unresolved)
	}
}
