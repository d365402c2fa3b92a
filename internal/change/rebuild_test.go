package change_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"nixsink/graph"
	"nixsink/internal/change"
	"nixsink/parse"
)

// trees are the states of all cases here, and the conventions of package graph, as files.
func trees(t *testing.T) map[string]map[string]string {
	t.Helper()
	out := map[string]map[string]string{}
	for _, pattern := range []string{"testdata/*.txtar", "../../graph/testdata/conventions/*.txtar"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatal(pattern, err)
		}
		for _, name := range names {
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files := map[string]string{}
			for _, f := range a.Files {
				rel := strings.TrimPrefix(f.Name, "before/")
				if !strings.HasPrefix(f.Name, "after/") && (strings.Contains(rel, ".") || strings.Contains(rel, "/")) {
					files[rel] = string(f.Data)
				}
			}
			out[strings.TrimSuffix(filepath.Base(name), ".txtar")] = files
		}
	}
	return out
}

func layOut(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		at := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func analyse(t *testing.T, dir string, hosts ...string) *graph.Graph {
	t.Helper()
	g, err := graph.Analyze(context.Background(), dir, graph.Options{Hosts: hosts})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// mutants are a file's text with one literal changed each, and with one binding more.
func mutants(src string) []string {
	var out []string
	f := parse.Parse("x.nix", src)
	parse.Walk(f.Expr, func(n parse.Node) bool {
		at := n.Range()
		with := func(text string) { out = append(out, src[:at.Start]+text+src[at.End:]) }
		switch x := n.(type) {
		case *parse.Int:
			with(x.Text + "1")
		case *parse.String:
			if len(x.Parts) == 1 && x.Parts[0].Expr == nil && !x.Indented {
				with(src[at.Start:at.End-1] + `2"`)
			}
		case *parse.Ident:
			if x.Name == "true" {
				with("false")
			} else if x.Name == "false" {
				with("true")
			}
		}
		return len(out) < 12
	})
	if fn, ok := f.Expr.(*parse.Lambda); ok {
		if set, ok := fn.Body.(*parse.Set); ok {
			out = append(out, src[:set.Start+1]+" services.mutant.enable = true; "+src[set.Start+1:])
		}
	}
	return out
}

// eachMutant compares trees with what they are once one file differs.
func eachMutant(t *testing.T, visit func(t *testing.T, files, mutant map[string]string, c *change.Change)) {
	for name, files := range trees(t) {
		t.Run(name, func(t *testing.T) {
			before := analyse(t, layOut(t, files))
			if len(before.Hosts()) < 2 {
				t.Skip("one host or none")
			}
			for _, file := range sortedKeys(files) {
				texts := []string{files[file] + "more"}
				if strings.HasSuffix(file, ".nix") {
					texts = mutants(files[file])
				}
				for _, text := range texts {
					mutant := map[string]string{}
					for k, v := range files {
						mutant[k] = v
					}
					mutant[file] = text
					var diff change.Files
					if !strings.HasSuffix(file, ".nix") {
						diff.Others = []string{file}
					}
					after := analyse(t, layOut(t, mutant))
					c := change.Make(change.Side{Graph: before}, change.Side{Graph: after}, diff)
					c.JudgeHosts()
					visit(t, files, mutant, c)
				}
			}
		})
	}
}

func sortedKeys(m map[string]string) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// TestLeftOutHostsAreTheSame: of a host that is said to be the same, no definition, flow, read or value differs.
func TestLeftOutHostsAreTheSame(t *testing.T) {
	same := 0
	eachMutant(t, func(t *testing.T, files, mutant map[string]string, c *change.Change) {
		for _, r := range c.Rebuild {
			if len(r.Why) > 0 {
				continue
			}
			same++
			then, now := analyse(t, layOut(t, files), r.Host), analyse(t, layOut(t, mutant), r.Host)
			d := change.Make(change.Side{Graph: then}, change.Side{Graph: now}, change.Files{})
			if n := len(d.Definitions) + len(d.Flows) + len(d.Readers) + len(d.Values) + len(d.Hosts); n > 0 {
				t.Errorf("%s is said to be the same, and differs in %+v %+v %+v %+v %+v", r.Host, d.Definitions, d.Flows, d.Readers, d.Values, d.Hosts)
			}
		}
	})
	if same < 20 {
		t.Errorf("only %d hosts were said to be the same: nothing is tested", same)
	}
}

// TestLeftOutHostsEvaluateAlike asks real evaluation: a host that is said to be the same has the same configuration, to the last value.
func TestLeftOutHostsEvaluateAlike(t *testing.T) {
	if _, err := exec.LookPath("nix-instantiate"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("nix-instantiate is missing")
		}
		t.Skip("nix-instantiate is missing")
	}
	asked := 0
	was := map[string]map[string]json.RawMessage{}
	eachMutant(t, func(t *testing.T, files, mutant map[string]string, c *change.Change) {
		if !slices.ContainsFunc(c.Rebuild, func(r change.Rebuild) bool { return len(r.Why) == 0 }) || asked > 120 {
			return
		}
		if _, ok := was[t.Name()]; !ok {
			was[t.Name()], _ = evaluated(t, layOut(t, files)) // frameworks are not there
		}
		before := was[t.Name()]
		after, err := evaluated(t, layOut(t, mutant))
		if before == nil || err != nil {
			return
		}
		for _, r := range c.Rebuild {
			host := strings.TrimPrefix(r.Host, "nixosConfigurations.")
			if len(r.Why) > 0 || before[host] == nil {
				continue
			}
			asked++
			if !bytes.Equal(before[host], after[host]) && r.Commit == "" {
				t.Errorf("%s is said to be the same\nwas %s\nis  %s", host, before[host], after[host])
			}
		}
	})
	if asked < 10 {
		t.Errorf("evaluation was asked %d times: nothing is tested", asked)
	}
}

// evaluated is every host of a flake, as JSON.
func evaluated(t *testing.T, dir string) (map[string]json.RawMessage, error) {
	t.Helper()
	harness, err := filepath.Abs("../../testdata/evalmodules")
	if err != nil {
		t.Fatal(err)
	}
	expr := fmt.Sprintf(`
let
  lib = import %[1]s/lib.nix;
  pkgs = import %[1]s/pkgs.nix lib;
  system = import %[1]s/modules.nix lib;
  nixosSystem = { modules, specialArgs ? { }, ... }: system.evalModules { inherit modules; specialArgs = { inherit pkgs; } // specialArgs; };
  it = import %[2]s/flake.nix;
  outputs = it.outputs { inherit self; nixpkgs.lib = lib // { inherit nixosSystem; }; };
  self = outputs // { inherit outputs; outPath = %[2]q; rev = "0"; };
in
builtins.mapAttrs (_: h: removeAttrs h.config [ "_module" ]) outputs.nixosConfigurations
`, harness, dir)
	var out, errs bytes.Buffer
	cmd := exec.Command("nix-instantiate", "--eval", "--strict", "--json", "--expr", expr)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, errs.String())
	}
	hosts := map[string]json.RawMessage{}
	return hosts, json.Unmarshal(out.Bytes(), &hosts)
}
