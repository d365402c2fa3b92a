package cli

import (
	"bytes"
	"context"
	"encoding/json"
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
			for _, v := range g.Values {
				if v.Registry || len(v.Declared) == 0 {
					continue
				}
				status, _, _ := within(t, dir, []string{"rename", "-w", v.Path, "renamedByTest"}, "")
				if status != exitClean {
					refused++
					continue
				}
				renamed++
				after, err := definitions(t, harness, dir, string(modules))
				if err != nil {
					t.Fatalf("%s: it does not evaluate any more: %v", v.Path, err)
				}
				if !slices.Equal(before, after) {
					t.Errorf("%s is renamed, and the system is another one:\n%s\n%s", v.Path, strings.Join(before, "\n"), strings.Join(after, "\n"))
				}
				return
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
