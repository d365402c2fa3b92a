package owners_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"nixsink/graph"
	"nixsink/internal/owners"
	"nixsink/parse"
)

// TestOwners: the last rule that fits a file names its owners, whatever service they are for; a header adds its own.
func TestOwners(t *testing.T) {
	top := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		at := filepath.Join(top, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("CODEOWNERS", "* @nobody\n")
	write(".github/CODEOWNERS", "# first\n*.nix @all\nnix/hosts/ @org/hosts ada@example.org\n/nix/hosts/web.nix carl\n/nix/free.nix\n")
	g := &graph.Graph{Modules: []*graph.Module{
		{Path: "hosts/db.nix", Header: &parse.Header{Owner: "dora"}}, {Path: "hosts/web.nix", Header: &parse.Header{Owner: "@Carl"}}, {Path: "free.nix"},
	}}
	o, err := owners.Load(top, "nix/", g)
	if err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string][]string{
		"a.nix": {"@all"}, "hosts/db.nix": {"@org/hosts", "ada@example.org", "dora"}, "hosts/web.nix": {"carl"}, "free.nix": nil, "README.md": nil,
	} {
		bare := o.Of(file)
		for i := range want {
			if i >= len(bare) || strings.TrimPrefix(bare[i], "@") != strings.TrimPrefix(want[i], "@") {
				t.Errorf("%s: %q, want %q", file, bare, want)
				break
			}
		}
		if len(bare) != len(want) {
			t.Errorf("%s: %q, want %q", file, bare, want)
		}
	}
	by := o.By([]string{"hosts/web.nix", "a.nix", "b.nix", "a.nix"})
	for who, files := range by {
		if strings.TrimPrefix(who, "@") == "all" && !reflect.DeepEqual(files, []string{"a.nix", "b.nix"}) {
			t.Errorf("%s: %q", who, files)
		}
	}
	if len(by) != 2 {
		t.Errorf("%v", by)
	}

	// Nobody is named where there is no file; a file that cannot be read is told.
	if o, err := owners.Load(t.TempDir(), "", &graph.Graph{}); err != nil || o.Of("a.nix") != nil {
		t.Error(err)
	}
	write(".github/CODEOWNERS", "[broken\n")
	if _, err := owners.Load(top, "", g); err == nil {
		t.Error("a broken file is no error")
	}
}
