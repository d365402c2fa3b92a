package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"nixsink/graph"
	"nixsink/internal/flowtest"
)

// TestRenamedSystemsAreTheSame renames a value in every flow case and asks real evaluation: all that the case defines outside its values is as it was, and
// no file that is written has an error.
func TestRenamedSystemsAreTheSame(t *testing.T) {
	needProgram(t, "nix-instantiate")
	cases, err := flowtest.Load("../../testdata/flow")
	if err != nil {
		t.Fatal(err)
	}
	harness, err := filepath.Abs("../../testdata/evalmodules")
	if err != nil {
		t.Fatal(err)
	}
	renamed, refused := 0, 0
	for i, c := range cases {
		if testing.Short() && i%8 != 0 || shadow > 1 && i%4 != 0 {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			dir := t.TempDir()
			if strings.HasPrefix(c.Name, "72-") {
				t.Skip("it reads its own source as data, which is another one afterwards")
			}
			if err := c.Write(dir); err != nil {
				t.Fatal(err)
			}
			g, err := graph.Analyze(context.Background(), dir, graph.Options{})
			if err != nil {
				t.Fatal(err)
			}
			modules, _ := json.Marshal(c.Modules())
			before, err := definitions(t, harness, dir, string(modules))
			if err != nil {
				t.Skip(err) // it has a reading of its own to evaluate
			}
			// To another name, and to another group, where the old name may stay.
			for i, path := range []func(v *graph.Value) string{
				func(*graph.Value) string { return "renamedByTest" },
				func(v *graph.Value) string { return v.Segments[0] + ".groupOfTest.renamedByTest" },
				func(v *graph.Value) string { return v.Segments[0] + ".groupOfTest.renamedByTest" },
			} {
				args := []string{"rename", "-w"}
				if i == 2 {
					args = append(args, "--alias")
				}
				for _, v := range g.Values {
					if v.Registry || len(v.Declared) == 0 {
						continue
					}
					if err := c.Write(dir); err != nil {
						t.Fatal(err)
					}
					status, _, stderr := within(t, dir, append(slices.Clone(args), v.Path, path(v)), "")
					if status != exitClean {
						if refused++; os.Getenv("NIXSINK_REFUSALS") != "" {
							t.Logf("%s → %s: %s", v.Path, path(v), stderr)
						}
						continue
					}
					renamed++
					after, err := definitions(t, harness, dir, string(modules))
					if err != nil {
						t.Fatalf("%s → %s: it does not evaluate any more: %v", v.Path, path(v), err)
					}
					if !slices.Equal(before, after) {
						t.Errorf("%s is renamed to %s, and the system is another one:\n%s\n%s", v.Path, path(v), strings.Join(before, "\n"), strings.Join(after, "\n"))
					}
					break
				}
			}
		})
	}
	if renamed < refused/2 || renamed == 0 {
		t.Errorf("%d renamed, %d refused: too little is renamed", renamed, refused)
	}
	t.Logf("%d renamed, %d refused", renamed, refused)
}

// definitions are what a case defines, as text, outside its values.
func definitions(t *testing.T, harness, dir, modules string) ([]string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "nix-instantiate", "--eval", "--strict", "--json", harness+"/harness.nix", "-A", "baseline", "--argstr", "dir", dir, "--argstr", "modules", modules)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return nil, err
	}
	var all struct{ Defs []json.RawMessage }
	if err := json.Unmarshal(out.Bytes(), &all); err != nil {
		return nil, err
	}
	var texts []string
	for _, d := range all.Defs {
		texts = append(texts, strings.ReplaceAll(string(d), dir, ""))
	}
	slices.Sort(texts)
	return texts, nil
}
