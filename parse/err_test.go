package parse_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"nixsink/parse"
)

var update = flag.Bool("update", false, "rewrite the expected errors in testdata/err")

// TestErr reads archives of cases: NAME.nix, then NAME.err with every error that it gives. NAME.why, between them, says why
// the Nix at hand thinks otherwise.
func TestErr(t *testing.T) {
	archives, err := filepath.Glob("../testdata/err/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatal("no archives", err)
	}
	dir := t.TempDir()
	var files []string
	known := make(map[string]string)
	for _, archive := range archives {
		a, err := txtar.ParseFile(archive)
		if err != nil {
			t.Fatal(err)
		}
		out := &txtar.Archive{Comment: a.Comment}
		for i, file := range a.Files {
			name, isCase := strings.CutSuffix(file.Name, ".nix")
			if !isCase {
				continue
			}
			f := parse.Parse(file.Name, string(file.Data))
			checkTree(t, f)
			out.Files = append(out.Files, file)
			onDisk := filepath.Join(dir, strings.TrimSuffix(filepath.Base(archive), ".txtar")+"-"+file.Name)
			if err := os.WriteFile(onDisk, file.Data, 0o666); err != nil {
				t.Fatal(err)
			}
			files = append(files, onDisk)
			want := ""
			for _, more := range a.Files[i+1:] {
				if more.Name == name+".why" {
					known[filepath.ToSlash(onDisk)] = strings.TrimSpace(string(more.Data))
					out.Files = append(out.Files, more)
				}
				if more.Name == name+".err" {
					want = string(more.Data)
				}
			}
			got := f.Errors.Error() + "\n"
			if got != want && !*update {
				t.Errorf("%s: %s:\n got %swant %s", archive, file.Name, got, want)
			}
			out.Files = append(out.Files, txtar.File{Name: name + ".err", Data: []byte(got)})
		}
		if *update {
			if err := os.WriteFile(archive, txtar.Format(out), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Run("nix", func(t *testing.T) {
		n := compare(t, files, known)
		t.Logf("%+v", n)
	})
}
