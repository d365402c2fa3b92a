package verify

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"nixsink/graph"
	"nixsink/internal/flowtest"
)

const cases = "../../testdata/flow"

func need(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("nix-instantiate"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("nix-instantiate is missing, and CI demands it")
		}
		t.Skip("nix-instantiate is missing")
	}
}

// verified verifies the modules of a case. nixpkgs is a folder with nixpkgs' lib; "": the small module system.
func verified(t *testing.T, c flowtest.Case, nixpkgs string, change func(dir string), opts Options) *Result {
	t.Helper()
	return verifiedIn(t, t.TempDir(), c, nixpkgs, change, opts)
}

// sourceOf writes a case's files and tells how it is evaluated.
func sourceOf(t *testing.T, dir string, c flowtest.Case, nixpkgs string) Source {
	t.Helper()
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Write(dir); err != nil {
		t.Fatal(err)
	}
	modules, err := json.Marshal(c.Modules())
	if err != nil {
		t.Fatal(err)
	}
	harness, err := filepath.Abs("../../testdata/evalmodules")
	if err != nil {
		t.Fatal(err)
	}
	s := Source{Dir: dir, File: filepath.Join(harness, "plain.nix"), Args: map[string]string{"dir": dir, "modules": string(modules)}, Include: []string{"harness=" + harness}}
	if nixpkgs != "" {
		s.Args["nixpkgs"] = nixpkgs
		s.Include = append(s.Include, "nixpkgs-lib="+nixpkgs)
	}
	return s
}

func verifiedIn(t *testing.T, dir string, c flowtest.Case, nixpkgs string, change func(dir string), opts Options) *Result {
	t.Helper()
	s := sourceOf(t, dir, c, nixpkgs)
	g, err := graph.Analyze(t.Context(), s.Dir, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(s.Dir)
	}
	n, err := Open(t.Context(), s, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Verify(t.Context(), g, n, opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// some are cases that show a bit of everything: names, conditions, registries, defaults, functions, priorities.
var some = []string{
	"01-interpolation-and-key", "07-mkif-is-control", "10-imported-helper", "11-through-a-default", "117-three-hops", "144-secrets-null", "155-freeform",
	"158-mkdefault-attrs", "23-mkMerge-top", "38-registry-selected", "45-apply", "514-alias-definitions-of-a-group", "81-enum-switch", "98-condition-in-let",
}

// TestCases verifies cases that evaluation has confirmed: nothing of them may be false, missed, or not be found out.
func TestCases(t *testing.T) {
	need(t)
	for _, name := range some {
		c := load(t, name)
		t.Run(name, func(t *testing.T) {
			r := verified(t, c, "", nil, Options{Configuration: name})
			agrees(t, r)
			if !r.Nix.Extends || r.Nix.Graph || r.Nix.Restricted != "paths" {
				t.Errorf("%+v", r.Nix)
			}
		})
		// The real lib has evalModules tell who imports whom, and evaluates submodules to options.
		t.Run(name+" with nixpkgs", func(t *testing.T) {
			nixpkgs := os.Getenv("NIXPKGS_LIB")
			if nixpkgs == "" {
				t.Skip("NIXPKGS_LIB is not set")
			}
			r := verified(t, c, nixpkgs, nil, Options{Configuration: name})
			agrees(t, r)
			if !r.Nix.Graph || len(r.Imports.Miss) > 0 || len(r.Types.False) > 0 {
				t.Errorf("%+v %+v", r.Nix, r.Imports)
			}
		})
	}
}

func load(t *testing.T, name string) flowtest.Case {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(cases, name+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := flowtest.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	c.Name = name
	return c
}

// agrees fails where text and evaluation differ.
func agrees(t *testing.T, r *Result) {
	t.Helper()
	if r.Counts.Confirmed == 0 || !r.Complete {
		t.Errorf("%s of %s", r.Sentence(), r.Configuration)
	}
	if r.Failed() || r.Counts.Confirmed < len(r.Flows) {
		var b strings.Builder
		if err := r.Text(&b, 0); err != nil {
			t.Fatal(err)
		}
		t.Errorf("%s", b.String())
	}
}

// TestTellsWhatIsFalseAndMissed verifies a tree whose text says something else than what is evaluated: the graph is of one text, and then the file is another one.
func TestTellsWhatIsFalseAndMissed(t *testing.T) {
	need(t)
	c := flowtest.Case{Files: []txtar.File{{Name: "main.nix", Data: []byte(`{ config, lib, ... }: {
  options.my.a = lib.mkOption { type = lib.types.port; default = 1; };
  options.my.b = lib.mkOption { type = lib.types.str; default = "b"; };
  options.my.on = lib.mkOption { type = lib.types.bool; default = false; };
  options.my.fixed = lib.mkOption { type = lib.types.enum [ "one" ]; default = "one"; };
  options.my."odd ${"name"} \" ''" = lib.mkOption { type = lib.types.int; default = 4; };
  options.services.x.name = lib.mkOption { type = lib.types.str; };
  config.services.x.port = config.my.a;
  config.services.x.name = "it";
  config.services.y.name = lib.mkIf config.my.on config.my.b;
  config.services.z.fixed = config.my.fixed;
}
`)}}}
	r := verified(t, c, "", func(dir string) {
		// What is evaluated has a and b the other way round.
		text := strings.NewReplacer("port = config.my.a;", "port = 7;", "= \"it\"", "= config.my.b").Replace(string(c.Files[0].Data))
		if err := os.WriteFile(filepath.Join(dir, "main.nix"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}, Options{Configuration: "lies"})
	var got []string
	for _, f := range r.Flows {
		got = append(got, fmt.Sprint(f.Verdict, " ", f.From, " ", f.To, " ", f.When))
	}
	for _, m := range r.Missed {
		got = append(got, fmt.Sprint("missed ", m.From, " ", m.To, " ", m.File))
	}
	for _, u := range r.Unchangeable {
		got = append(got, u.Name+": "+u.Why)
	}
	want := []string{
		"false my.a services.x.port []", "confirmed my.b services.y.name [my.on]", "untried my.fixed services.z.fixed []", "confirmed my.on services.y.name []",
		"missed my.b services.x.name main.nix", "my.fixed: no other value of its type is known",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if !r.Failed() || r.Counts != (Counts{Confirmed: 2, False: 1, Untried: 1, Missed: 1, Unchangeable: 1}) {
		t.Errorf("%+v", r.Counts)
	}
}

// TestFlake verifies a host of a flake, in a store of its own: purely, from the copy that nix makes of the tree. The host's name is text, not code.
func TestFlake(t *testing.T) {
	need(t)
	if _, err := exec.LookPath("nix"); err != nil {
		t.Skip("nix is missing")
	}
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("NIX_REMOTE", filepath.Join(base, "root"))
	t.Setenv("HOME", base)
	dir := filepath.Join(base, "tree")
	c := load(t, "48-value-from-value")
	c.Files = append(c.Files, txtar.File{Name: "flake.nix", Data: []byte(`{
  outputs = _: let lib = import ./sys/lib.nix; in {
    nixosConfigurations."a.b \${throw 1} \"" = lib.evalModules { modules = [ ./main.nix ]; };
  };
}
`)})
	for _, name := range []string{"lib.nix", "modules.nix"} {
		data, err := os.ReadFile(filepath.Join("../../testdata/evalmodules", name))
		if err != nil {
			t.Fatal(err)
		}
		c.Files = append(c.Files, txtar.File{Name: "sys/" + name, Data: data})
	}
	if err := c.Write(dir); err != nil {
		t.Fatal(err)
	}
	g, err := graph.Analyze(t.Context(), dir, graph.Options{Exclude: []string{"sys/**"}, Entries: []string{"main.nix"}})
	if err != nil {
		t.Fatal(err)
	}
	n, err := Open(t.Context(), Source{Dir: dir, Attr: []string{"nixosConfigurations", `a.b ${throw 1} "`}}, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Verify(t.Context(), g, n, Options{Configuration: "host"})
	if err != nil {
		t.Fatal(err)
	}
	agrees(t, r)
	if r.Nix.Restricted != "pure" || r.Definitions.Same == 0 {
		t.Errorf("%+v %+v", r.Nix, r.Definitions)
	}
}

// TestValuesThatDoNotEvaluate has values that fail in every way: each is told with what evaluation says, and the others are verified.
func TestValuesThatDoNotEvaluate(t *testing.T) {
	need(t)
	c := flowtest.Case{Files: []txtar.File{{Name: "main.nix", Data: []byte(`{ config, lib, ... }: {
  options.my.a = lib.mkOption { type = lib.types.int; default = 1; };
  options.my.b = lib.mkOption { default = { }.missing; };
  options.my.c = lib.mkOption { default = 1 + "x"; };
  options.my.d = lib.mkOption { default = throw "not for you"; };
  config.services.x = config.my.a;
}
`)}}}
	r := verified(t, c, "", nil, Options{Configuration: "x"})
	var got []string
	for _, u := range r.Unchangeable {
		got = append(got, u.Name+": "+u.Why)
	}
	if text := strings.Join(got, "\n"); !strings.Contains(text, "my.b: it does not evaluate as it is written: attribute 'missing' missing") || !strings.Contains(text, "my.c: it does not evaluate") ||
		r.Counts.Confirmed != 1 || !r.Complete {
		t.Errorf("%s\n%+v", text, r.Counts)
	}
}

// TestGoesOn tries one value, then all: the second run tries the others only, and the result is that of one run.
func TestGoesOn(t *testing.T) {
	need(t)
	c := load(t, "01-interpolation-and-key")
	file := filepath.Join(t.TempDir(), "a", "state.json")
	dir := t.TempDir()
	begun := 0
	opts := Options{Configuration: "x", State: file, Progress: func(int, int, string) { begun++ }}
	half := opts
	half.Sample = 1
	first := verifiedIn(t, dir, c, "", nil, half)
	if first.Complete || first.Tried != 1 {
		t.Errorf("tried %d", first.Tried)
	}
	begun = 0
	second := verifiedIn(t, dir, c, "", nil, opts)
	if !second.Complete || begun != second.Values-1 {
		t.Errorf("%d values were begun of %d", begun, second.Values)
	}
	begun = 0
	if again := verifiedIn(t, dir, c, "", nil, opts); begun != 0 || again.Sentence() != second.Sentence() {
		t.Errorf("%d values were begun again", begun)
	}
	agrees(t, second)
}

// TestRefuses has a tree do what evaluation of it must not do.
func TestRefuses(t *testing.T) {
	need(t)
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.WriteFile(outside, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, code := range map[string]string{
		"reads outside":          `builtins.readFile ` + outside,
		"imports from a package": `import (derivation { name = "x"; system = builtins.currentSystem; builder = "/bin/sh"; args = [ "-c" "echo 1 > $out" ]; })`,
		"fetches":                `builtins.readFile (builtins.fetchurl "http://127.0.0.1:9/x")`,
		"runs for ever":          `let f = n: f (n + 1); in f 0`,
	} {
		t.Run(name, func(t *testing.T) {
			c := flowtest.Case{Files: []txtar.File{{Name: "main.nix", Data: []byte("{ config, lib, ... }: {\n  options.my.a = lib.mkOption { default = 1; };\n" +
				"  config.services.x.good = config.my.a;\n  config.bad = lib.mkForce (" + code + ");\n}\n")}}}
			s := sourceOf(t, t.TempDir(), c, "")
			g, err := graph.Analyze(t.Context(), s.Dir, graph.Options{})
			if err != nil {
				t.Fatal(err)
			}
			n, err := Open(t.Context(), s, 2*time.Second)
			if err != nil {
				t.Fatal(err)
			}
			r, err := Verify(t.Context(), g, n, Options{Configuration: "bad"})
			if err != nil {
				t.Fatal(err)
			}
			// What it does does not come about, and the rest of it is verified all the same.
			if len(r.Unobserved) != 1 || r.Unobserved[0].Name != "bad" || r.Counts.Confirmed != 1 {
				t.Errorf("%+v %+v", r.Unobserved, r.Counts)
			}
		})
	}
}
