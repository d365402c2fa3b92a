package git_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nixsink/internal/git"
	"nixsink/internal/git/gittest"
)

// Whatever is given for a revision is one commit of the repository or an error, and git takes none of it for an option: no file comes to be.
func FuzzRevision(f *testing.F) {
	gittest.Need(f)
	dir := gittest.Init(f, map[string]string{"a.nix": "1"})
	gittest.Git(f, dir, "commit", "-q", "--allow-empty", "-m", "two")
	gittest.Git(f, dir, "tag", "v1")
	known := strings.Fields(gittest.Git(f, dir, "rev-list", "--all"))
	r, err := git.Open(f.Context(), dir)
	if err != nil {
		f.Fatal(err)
	}
	for _, rev := range []string{"HEAD", "HEAD~1", "v1...", "main..main", "@{-1}", ":/two", "HEAD^{tree}", "HEAD:a.nix", "--output=x", "-o x", "^HEAD", "a\x00b", "HEAD\n", "@{u}", "...", "..", "\xff", strings.Repeat("~", 3000), known[0][:7]} {
		f.Add(rev)
	}
	f.Fuzz(func(t *testing.T, rev string) {
		commit, err := r.Resolve(t.Context(), rev)
		switch {
		case err != nil && commit != "":
			t.Errorf("%q: %s and %v", rev, commit, err)
		case err == nil && !strings.Contains(strings.Join(known, " "), commit):
			t.Errorf("%q is %s, which is no commit", rev, commit)
		}
		if got, err := os.ReadDir(dir); err != nil || len(got) != 2 {
			t.Errorf("%q: the folder holds %v now (%v)", rev, got, err)
		}
		if _, err := os.Stat(filepath.Join(dir, "a.nix")); err != nil {
			t.Error(err)
		}
	})
}

// A name that git quotes is the same name when it is read back.
func FuzzUnquote(f *testing.F) {
	for _, name := range []string{"a.nix", "ü.nix", "a\tb", "\"", "\\", "\xff\x00", "a\u202eb", `"\303\274"`, `"\777"`, `"`} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		git.Unquote(name) // of anything, without a fault
		if quoted := git.Quote(name); quoted != name || strings.HasPrefix(name, `"`) {
			if got, ok := git.Unquote(quoted); !ok || got != name {
				t.Errorf("%q is quoted as %s, which is read as %q (%t)", name, quoted, got, ok)
			}
		}
	})
}
