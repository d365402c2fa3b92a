package rewrite

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite what the cases compare with")

// TestGolden annotates the trees of testdata/annotate, and compares the diff with the file named diff.
func TestGolden(t *testing.T) {
	names, err := filepath.Glob("../../testdata/annotate/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files := map[string]string{}
			want := -1
			for i, f := range a.Files {
				if f.Name == "diff" {
					want = i
				} else {
					files[f.Name] = string(f.Data)
				}
			}
			if want < 0 {
				want = len(a.Files)
				a.Files = append(a.Files, txtar.File{Name: "diff"})
			}
			dir := tree(t, files)
			p := annotate(t, dir, analyse(t, dir))
			// A blank at the end of a line that has nothing else would be lost to editors.
			got := strings.ReplaceAll(p.Diff(), "\n \n", "\n\n")
			if *update {
				a.Files[want].Data = []byte(got)
				if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got != string(a.Files[want].Data) {
				t.Errorf("got\n%s\nwant\n%s", got, a.Files[want].Data)
			}
			annotated(t, files)
		})
	}
}
