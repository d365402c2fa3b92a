package flowtest

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestAgreesWithNixpkgs holds the small module system to nixpkgs' own lib, on every case of one host. NIXPKGS_LIB names the folder
// with its default.nix (lib in nixpkgs); without it there is nothing to compare with, and nothing of it is kept here.
func TestAgreesWithNixpkgs(t *testing.T) {
	nixpkgs := os.Getenv("NIXPKGS_LIB")
	if nixpkgs == "" {
		t.Skip("NIXPKGS_LIB is not set")
	}
	all, err := Load(cases)
	if err != nil {
		t.Fatal(err)
	}
	todo, err := LoadTodo(filepath.Join(cases, "todo"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range append(all, todo...) {
		if c.Files[0].Name != "main.nix" {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			dir := t.TempDir()
			if err := c.Write(dir); err != nil {
				t.Fatal(err)
			}
			modules, err := json.Marshal(c.Modules())
			if err != nil {
				t.Fatal(err)
			}
			eval := func(attr string, into any, args ...string) error {
				args = append([]string{"--eval", "--strict", "--json", "../../testdata/evalmodules/agree.nix", "-A", attr, "--argstr", "dir", dir,
					"--argstr", "modules", string(modules), "--argstr", "nixpkgs", nixpkgs}, args...)
				out, err := exec.CommandContext(t.Context(), "nix-instantiate", args...).Output()
				if err != nil {
					return err
				}
				return json.Unmarshal(out, into)
			}
			type run struct {
				Forced string
				Differ []string
			}
			var runs []run
			if eval("runs", &runs) != nil {
				// Some value makes evaluation fail: one by one.
				var count int
				if err := eval("count", &count); err != nil {
					t.Fatal(err)
				}
				runs = nil
				for i := range count {
					var one []run
					if err := eval("runs", &one, "--arg", "run", strconv.Itoa(i)); err != nil {
						t.Logf("run %d does not evaluate", i)
					}
					runs = append(runs, one...)
				}
			}
			for _, r := range runs {
				if len(r.Differ) > 0 {
					t.Errorf("with %q forced: %s differ", r.Forced, strings.Join(r.Differ, ", "))
				}
			}
		})
	}
}
