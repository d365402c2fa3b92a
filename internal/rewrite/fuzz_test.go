package rewrite

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// FuzzAnnotate: whatever a module says, its code stays the same, the diff backwards gives the old text, and a second run has nothing to do.
func FuzzAnnotate(f *testing.F) {
	cases, err := filepath.Glob("../../testdata/flow/*.txtar")
	if err != nil || len(cases) == 0 {
		f.Fatalf("no flow cases: %v", err)
	}
	for _, name := range cases {
		a, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range a.Files {
			if strings.HasSuffix(file.Name, ".nix") {
				f.Add(string(file.Data))
			}
		}
	}
	err = filepath.WalkDir("../../testdata/projects/homelab", func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".nix" {
			return err
		}
		text, err := os.ReadFile(path)
		f.Add(string(text))
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, src string) {
		if len(src) > 16<<10 {
			t.Skip()
		}
		dir := tree(t, map[string]string{"options.nix": options, "default.nix": src})
		p := Annotate(analyse(t, dir), Options{})
		for _, file := range p.Files {
			if !sameCode(file.Old, file.New) {
				t.Errorf("%s: code changed\n%s", file.Name, file.Diff())
			}
		}
		undo(t, p)
		if err := p.Apply(); err != nil {
			t.Fatal(err)
		}
		if again := Annotate(analyse(t, dir), Options{}); !again.Empty() {
			t.Errorf("the first run\n%s\na second run changes\n%s", p.Diff(), again.Diff())
		}
	})
}
