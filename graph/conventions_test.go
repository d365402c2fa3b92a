package graph_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"nixsink/graph"
	"nixsink/internal/flowtest"
)

var update = flag.Bool("update", false, "rewrite the configurations that testdata/conventions expects")

// TestConventions holds every framework against a small tree that uses it: which configurations there are and which modules they take,
// and the flows through them.
func TestConventions(t *testing.T) {
	names, err := filepath.Glob("testdata/conventions/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal("no cases", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			ar := txtar.Parse(data)
			want := map[string]string{}
			var files []txtar.File
			for _, f := range ar.Files {
				if f.Name == "configurations" || f.Name == "unreachable" {
					want[f.Name] = string(f.Data)
				} else {
					files = append(files, f)
				}
			}
			c, err := flowtest.Parse(txtar.Format(&txtar.Archive{Comment: ar.Comment, Files: files}))
			if err != nil {
				t.Fatal(err)
			}
			flows, _ := flowsOf(t, c)
			for _, fault := range c.Compare(flows, nil) {
				t.Errorf("%s\n\t%s", c.Title, fault)
			}
			g := analyse(t, string(txtar.Format(&txtar.Archive{Files: c.Files})), graph.Options{})
			got := map[string]string{"configurations": configurationsText(g.Configurations)}
			for _, m := range g.Modules {
				if !m.Reachable {
					got["unreachable"] += fmt.Sprintln(m.Path)
				}
			}
			if *update {
				for i := range ar.Files {
					if text, ok := got[ar.Files[i].Name]; ok {
						ar.Files[i].Data = []byte(text)
					}
				}
				if err := os.WriteFile(name, txtar.Format(ar), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if *update {
				return
			}
			for _, what := range []string{"configurations", "unreachable"} {
				wantText(t, what, got[what], want[what])
			}
		})
	}
}
