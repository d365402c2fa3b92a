package eval

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
	"nixsink/parse"
)

// files is a Host of parsed texts.
type files map[string]*parse.File

func (f files) File(name string) *parse.File { return f[name] }

func (f files) Dir(name string) ([]Entry, bool) {
	var out []Entry
	for n := range f {
		if !strings.Contains(n, "/") && (name == "." || name == "") {
			out = append(out, Entry{n, "regular"})
		}
	}
	return out, len(out) > 0
}

func (f files) Data(string) (string, bool) { return "", false }

func run(sources map[string]string) *Evaluator {
	host := files{}
	var list []*parse.File
	for n, src := range sources {
		host[n] = parse.Parse(n, src)
		list = append(list, host[n])
	}
	ev := New(host, nil)
	ev.Run(context.Background(), []string{"main.nix"}, list)
	return ev
}

// FuzzRun holds that every text is evaluated to an end, within its bounds and without a panic.
func FuzzRun(f *testing.F) {
	names, err := filepath.Glob("../../testdata/flow/*.txtar")
	if err != nil || len(names) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range txtar.Parse(data).Files {
			if strings.HasSuffix(file.Name, ".nix") {
				f.Add(string(file.Data))
			}
		}
	}
	for _, src := range endless {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		if len(src) > 1<<14 {
			return
		}
		for _, d := range run(map[string]string{"main.nix": src}).Definitions {
			if d.Path == nil || d.File == nil || int(d.Span.End) > len(d.File.Src) {
				t.Fatalf("a definition without a place: %+v", d)
			}
		}
	})
}

// endless are texts whose evaluation by Nix would not end, or would take very long.
var endless = []string{
	`{ config, ... }: let f = x: f x; in { a = f config.my.x; }`,
	`{ config, ... }: let f = x: { y = f x; z = x; }; in { a = f config.my.x; }`,
	`{ config, ... }: let s = { t = s; u = config.my.x; }; in { a = s; }`,
	`{ config, ... }: let l = [ config.my.x ] ++ l; in { a = l; }`,
	`{ config, ... }: let f = n: (f (n + 1)) + (f (n + 2)); in { a = f config.my.x; }`,
	`{ config, lib, ... }: let w = v: if lib.isAttrs v then lib.mapAttrs (n: w) v else if lib.isList v then map w v else v; in { a = w config.my; }`,
	`let x = x; in x`,
	`rec { a = b; b = a; }`,
	`{ config, ... }: { imports = [ ./main.nix ]; a = config.my.x; }`,
	`{ config, ... }: { a = (x: x x) (x: x x); b = config.my.x; }`,
	`let y = f: (x: f (x x)) (x: f (x x)); in { a = y (s: n: s n) 1; }`,
}

// doubling are texts of a few lines whose values double with every line: each is a step, beginning with a0.
var doubling = map[string]struct{ first, step, use string }{
	"concatenation":  {`[ config.my.x ]`, `aI ++ aI`, `a = { b = aN; }`},
	"lists":          {`[ config.my.x ]`, `[ aI aI ]`, `a = { b = aN; }`},
	"sets":           {`{ x = config.my.x; }`, `{ x = aI; y = aI; }`, `a = aN`},
	"merges":         {`{ x = config.my.x; }`, `lib.mkMerge [ aI aI ]`, `a = aN`},
	"names":          {`{ x = config.my.x; }`, `lib.mapAttrs (n: v: aI) (aI // { yI = 1; })`, `a = aN`},
	"calls":          {`x: x + config.my.x`, `x: aI (aI x)`, `a = aN 1`},
	"options":        {`{ x = lib.mkOption { default = config.my.x; }; }`, `{ x = aI; y = aI; }`, `options.o = aN`},
	"a file's calls": {`{ x = config.my.x; }`, `import ./f.nix { p = aI; q = aI; }`, `a = aN`},
	"alternatives":   {`if config.my.x then [ 1 ] else [ ]`, `if config.my.x then aI ++ [ I ] ++ aI else aI`, `a = { b = aN; }`},
}

// TestDoubling holds that a text cannot make the evaluation larger than its bounds.
func TestDoubling(t *testing.T) {
	const lines = 60
	for name, d := range doubling {
		var src strings.Builder
		fmt.Fprintf(&src, "{ config, lib, ... }: let a0 = %s;\n", d.first)
		for i := range lines {
			step := strings.NewReplacer("aI", fmt.Sprintf("a%d", i), "I", fmt.Sprint(i)).Replace(d.step)
			fmt.Fprintf(&src, "a%d = %s;\n", i+1, step)
		}
		fmt.Fprintf(&src, "in { %s; }", strings.ReplaceAll(d.use, "aN", fmt.Sprintf("a%d", lines)))
		ev := run(map[string]string{"main.nix": src.String(), "f.nix": "{ p, q }: { inherit p q; }"})
		if len(ev.Reads) == 0 {
			t.Errorf("%s: the read is lost", name)
		}
		if n := len(ev.Definitions); n > fuelPerModule {
			t.Errorf("%s: %d definitions", name, n)
		}
	}
}

// TestEndless holds that what never ends for Nix does for us, and that what stands beside it is still found.
func TestEndless(t *testing.T) {
	for _, src := range endless {
		ev := run(map[string]string{"main.nix": src})
		if strings.Contains(src, "config.my") && len(ev.Reads) == 0 {
			t.Errorf("the read is lost:\n%s", src)
		}
	}
}

// TestBottomless holds that a function that goes down into anything it is given does not make paths without end.
func TestBottomless(t *testing.T) {
	ev := run(map[string]string{"main.nix": `{ config, lib, ... }:
let
  merge = a: b: lib.foldl' (result: key:
    let x = a.${key} or null; y = b.${key} or null; in
    if lib.isAttrs x && lib.isAttrs y then result // { ${key} = merge x y; }
    else if x == null then result // { ${key} = y; }
    else result // { ${key} = x; }) a (lib.attrNames b);
in {
  options.my.port = lib.mkOption { type = lib.types.port; };
  options.my.extra = lib.mkOption { type = with lib.types; attrsOf (attrsOf anything); };
  config.services.x.settings = merge { server.port = config.my.port; log = { level = "info"; to = [ "a" ]; }; } config.my.extra;
}`})
	for _, p := range ev.pathOf[1:] {
		if p.Len() > 10 {
			t.Fatalf("a path of %d names: %q", p.Len(), p.Segments())
		}
	}
	from := map[string]bool{}
	for _, d := range ev.Definitions {
		for o := range ev.Origins(d) {
			if s := o.Path.Segments(); len(s) > 1 {
				from[s[1]] = true
			}
		}
	}
	if !from["port"] || !from["extra"] {
		t.Errorf("definitions come from %v, want port and extra", from)
	}
}

// TestBlindLists holds that a recursion over lists of something unknown ends as one over something unknown does.
func TestBlindLists(t *testing.T) {
	ev := run(map[string]string{"main.nix": `{ config, lib, ... }:
let
  merge = path: lib.zipAttrsWith (n: values:
    if lib.length values == 1 || !(lib.isAttrs (lib.head values)) then lib.head values else merge (path ++ [ n ]) values);
  into = import ./unknown.nix;
in { a.b = merge [ ] [ (into config.my.x) (into config.my.y) ]; }`})
	if len(ev.Limits) > 0 {
		t.Errorf("%v: a recursion over something unknown is cut by a bound", ev.Limits[0].Reason)
	}
	from := 0
	for _, d := range ev.Definitions {
		for o := range ev.Origins(d) {
			if s := o.Path.Segments(); len(s) > 1 && s[0] == "my" {
				from++
			}
		}
	}
	if from < 2 {
		t.Errorf("%d of two options reach the definition", from)
	}
}

// TestSameCall holds that a call of a file's function with the same arguments is followed once, and one with others for itself.
func TestSameCall(t *testing.T) {
	ev := run(map[string]string{
		"main.nix":  `{ imports = [ ./a.nix ./b.nix ./c.nix ./d.nix ]; options.my.p = 1; }`,
		"a.nix":     `{ config, lib, ... }: let tools = import ./tools.nix { inherit lib; who = "x"; }; in { services.a = tools.name; }`,
		"b.nix":     `{ config, lib, ... }: let tools = import ./tools.nix { inherit lib; who = "x"; }; in { services.b = tools.name; }`,
		"c.nix":     `{ config, lib, ... }: let tools = import ./tools.nix { inherit lib; who = "y"; }; in { services.c = tools.name; }`,
		"d.nix":     `{ config, lib, ... }: let tools = import ./tools.nix { inherit lib; who = config.my.p; }; in { services.d = tools.name; }`,
		"tools.nix": `{ lib, who }: { name = "hello ${who}"; }`,
	})
	calls := 0
	for fn, cs := range ev.calls {
		if fn.Formals != nil && len(fn.Formals.List) == 2 {
			calls += len(cs)
		}
	}
	if calls != 2 {
		t.Errorf("%d calls are remembered, want those with x and y", calls)
	}
	got := map[string]any{}
	for _, d := range ev.Definitions {
		if d.Path.Len() == 2 {
			got[d.Path.Name] = d.Value
			if want := d.Path.Name == "d"; d.Derived() != want {
				t.Errorf("%s comes from an option: %t", d.Path.Name, d.Derived())
			}
		}
	}
	if got["a"] != "hello x" || got["b"] != "hello x" || got["c"] != "hello y" {
		t.Errorf("%v", got)
	}
}

// TestOutputs holds that a system is found wherever a flake builds it, also where that is done for one platform only.
func TestOutputs(t *testing.T) {
	for name, outputs := range map[string]string{
		"by itself":         `{ nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./a.nix ]; }; }`,
		"for every one":     `{ packages = lib.genAttrs [ "aarch64-darwin" "x86_64-linux" ] (system: { vm = lib.nixosSystem { inherit system; modules = [ ./a.nix ]; }; }); }`,
		"for one of them":   `{ packages = lib.genAttrs [ "aarch64-darwin" "x86_64-linux" ] (system: lib.optionalAttrs (system == "x86_64-linux") { vm = lib.nixosSystem { modules = [ ./a.nix ]; }; }); }`,
		"from a set":        `{ checks = lib.mapAttrs (system: pkgs: { vm = pkgs.build { modules = [ ./a.nix ]; }; }) { x86_64-linux = { build = lib.nixosSystem; }; aarch64-linux = { build = _: { }; }; }; }`,
		"beside other ones": `{ checks.x86_64-linux.a = 1; checks.aarch64-linux = { vm = lib.nixosSystem { modules = [ ./a.nix ]; }; }; }`,
	} {
		host := files{}
		var list []*parse.File
		for file, src := range map[string]string{
			"flake.nix": "{ inputs.nixpkgs.url = \"x\"; outputs = { self, nixpkgs }: let lib = nixpkgs.lib; in " + outputs + "; }",
			"a.nix":     `{ config, ... }: { services.a = config.my.p; }`,
		} {
			host[file] = parse.Parse(file, src)
			list = append(list, host[file])
		}
		ev := New(host, nil)
		ev.Run(context.Background(), []string{"flake.nix"}, list)
		found := false
		for _, m := range ev.Modules {
			found = found || m.File.Name == "a.nix" && m.Reachable
		}
		if !found {
			t.Errorf("%s: the system is not found", name)
		}
	}
}
