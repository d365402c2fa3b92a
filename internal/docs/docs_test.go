package docs

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nixsink/internal/door"
)

func TestInject(t *testing.T) {
	tests := []struct{ name, src, want, err string }{
		{"none", "# a\r\nb", "# a\r\nb", ""},
		{"filled", "a\n<!-- nixsink:x -->\nold\n<!-- /nixsink -->\nb", "a\n<!-- nixsink:x -->\n\n[x]\n\n<!-- /nixsink -->\nb", ""},
		{"arguments", "<!--nixsink:x k=v q=\"a b\"-->\n<!-- /nixsink -->\n", "<!--nixsink:x k=v q=\"a b\"-->\n\n[x k=v q=a b]\n\n<!-- /nixsink -->\n", ""},
		{"crlf", "<!-- nixsink:x -->\r\n<!-- /nixsink -->\r\n", "<!-- nixsink:x -->\r\n\r\n[x]\r\n\r\n<!-- /nixsink -->\r\n", ""},
		{"two", "<!-- nixsink:x -->\n<!-- /nixsink -->\n<!-- nixsink:y -->\n<!-- /nixsink -->\n", "<!-- nixsink:x -->\n\n[x]\n\n<!-- /nixsink -->\n<!-- nixsink:y -->\n\n[y]\n\n<!-- /nixsink -->\n", ""},
		{"fenced", "```md\n<!-- nixsink:x -->\n```\n", "```md\n<!-- nixsink:x -->\n```\n", ""},
		{"inline", "say `<!-- nixsink:x -->`\n", "say `<!-- nixsink:x -->`\n", ""},
		{"own mark", "<!-- nixsink:mark -->\n<!-- /nixsink -->\n", "<!-- nixsink:mark -->\n\n<!- - /nixsink -->\n\n<!-- /nixsink -->\n", ""},
		{"open", "a\n<!-- nixsink:x -->\n", "", "line 2: this region never ends"},
		{"nested", "<!-- nixsink:x -->\n<!-- nixsink:y -->\n", "", "line 2: a region begins"},
		{"closed", "<!-- /nixsink -->\n", "", "line 1: <!-- /nixsink --> ends no region"},
		{"odd", "<!-- nixsink:x view -->\n<!-- /nixsink -->\n", "", "line 1: this mark cannot be read"},
		{"fails", "<!-- nixsink:bad -->\n<!-- /nixsink -->\n", "", "line 1: no"},
	}
	for _, tt := range tests {
		fill := func(r Region) ([]byte, error) {
			switch r.Kind {
			case "bad":
				return nil, errors.New("no")
			case "mark":
				return []byte("<!-- /nixsink -->\n"), nil
			}
			s := "[" + r.Kind
			for _, a := range r.Args {
				s += " " + a.Key + "=" + a.Value
			}
			return []byte(s + "]\n"), nil
		}
		got, _, err := Inject([]byte(tt.src), fill)
		if tt.err != "" {
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%s: error %v, want %q", tt.name, err, tt.err)
			}
			continue
		}
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: %q, %v, want %q", tt.name, got, err, tt.want)
		}
		if again, _, err := Inject(got, fill); err != nil || string(again) != string(got) {
			t.Errorf("%s: filled twice it is %q, %v", tt.name, again, err)
		}
	}
}

func TestFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "pages")
	plan := func(files ...File) []Change {
		t.Helper()
		c, err := Plan(dir, dir, files, ours)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	a, b := File{"a.md", []byte("a\n")}, File{"sub/b.md", []byte("ours, b\n")}
	c := plan(a, b)
	if len(c) != 3 || !strings.Contains(Diff("out", c), "+++ b/out/sub/b.md") {
		t.Errorf("at first: %v\n%s", c, Diff("out", c))
	}
	if _, err := Apply(dir, dir, c); err != nil {
		t.Fatal(err)
	}
	if c := plan(a, b); len(c) != 0 {
		t.Errorf("nothing changed, yet %v", c)
	}
	// Somebody's own page stays, a page that is no longer ours goes, and a list that was tampered with reaches nothing outside.
	outside := filepath.Join(filepath.Dir(dir), "precious")
	for name, text := range map[string]string{filepath.Join(dir, "own.md"): "own", outside: "precious", filepath.Join(dir, Manifest): "a.md\nsub/b.md\nown.md\n../precious\n"} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Apply(dir, dir, plan(File{"a.md", []byte("new\n")})); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{filepath.Join(dir, "a.md"): "new\n", filepath.Join(dir, "own.md"): "own", outside: "precious", filepath.Join(dir, "sub/b.md"): ""} {
		if got, _ := os.ReadFile(name); string(got) != want {
			t.Errorf("%s holds %q, want %q", name, got, want)
		}
	}
}

func ours(_ string, data []byte) bool { return strings.HasPrefix(string(data), "ours") }

// A file of somebody else's that stands where a page is to be is not overwritten; one of ours is, even if its list is lost.
func TestFolderForeign(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	pages := []File{{"index.md", []byte("ours, new\n")}}
	write("index.md", "my own notes\n")
	var foreign *ForeignError
	if _, err := Plan(dir, dir, pages, ours); !errors.As(err, &foreign) || !strings.HasSuffix(foreign.Name, "/index.md") {
		t.Errorf("a file of somebody's: %v", err)
	}
	write("index.md", "ours, old\n")
	changes, err := Plan(dir, dir, pages, ours)
	if err != nil || len(changes) != 2 {
		t.Errorf("a page of ours without its list: %v, %v", changes, err)
	}
	write("index.md", "edited\n")
	write(Manifest, "index.md\n")
	if changes, err = Plan(dir, dir, pages, ours); err != nil || len(changes) != 1 {
		t.Errorf("a page of ours that somebody edited: %v, %v", changes, err)
	}
}

// A repository may hold links: none of them leads a page, or the end of one, to somebody's other files.
func TestFolderLinks(t *testing.T) {
	top := t.TempDir()
	dir, home := filepath.Join(top, "pages"), filepath.Join(top, "home")
	for _, d := range []string{dir, home} {
		if err := os.Mkdir(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	key := filepath.Join(home, "key")
	if err := os.WriteFile(key, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(home, filepath.Join(dir, "values")); err != nil {
		t.Skip(err)
	}
	if err := os.Symlink(key, filepath.Join(dir, "index.md")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, Manifest), []byte("values/key\nindex.md\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, files := range [][]File{nil, {{"index.md", []byte("new\n")}}, {{"values/key", []byte("new\n")}}} {
		if changes, err := Plan(dir, dir, files, ours); err == nil {
			t.Errorf("a plan that follows a link: %v", changes)
		}
	}
	for _, c := range []Change{{"values/key", []byte("x"), nil}, {"values/new", nil, []byte("x")}} {
		if _, err := Apply(dir, dir, []Change{c}); err == nil {
			t.Errorf("%s was changed", c.Name)
		}
	}
	// A file that is itself a link is left alone, with what it points at.
	if _, err := Apply(dir, dir, []Change{{"index.md", nil, []byte("new\n")}}); !errors.Is(err, door.ErrLeadsOut) {
		t.Error(err)
	}
	// So is a folder of pages that a link leads out of the repository.
	if err := os.Symlink(home, filepath.Join(top, "out")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(top, "repo"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(home, filepath.Join(top, "repo", "docs")); err != nil {
		t.Fatal(err)
	}
	for _, pages := range []string{"docs", "docs/config"} {
		if _, err := Apply(filepath.Join(top, "repo"), filepath.Join(top, "repo", pages), []Change{{"index.md", nil, []byte("new\n")}}); !errors.Is(err, door.ErrLeadsOut) {
			t.Errorf("%s: %v", pages, err)
		}
	}
	if got, err := os.ReadFile(key); err != nil || string(got) != "precious" {
		t.Errorf("the key is now %q (%v)", got, err)
	}
	if names, _ := os.ReadDir(home); len(names) != 1 {
		t.Errorf("there is more in the other folder: %v", names)
	}
}
