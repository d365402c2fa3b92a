package git

import (
	"path/filepath"
	"strings"
	"testing"

	"nixsink/internal/git/gittest"
)

// TestBundle reads what a bundle of each kind would be cloned to.
func TestBundle(t *testing.T) {
	repo := gittest.Init(t, map[string]string{"a.nix": "1"})
	head := gittest.Git(t, repo, "rev-parse", "HEAD")
	gittest.Git(t, repo, "branch", "one")
	gittest.Commit(t, repo, "two", map[string]string{"a.nix": "2"})
	gittest.Git(t, repo, "branch", "two")
	for _, c := range []struct {
		refs []string
		want string // "" for an error
	}{
		{[]string{"HEAD"}, "HEAD"},
		{[]string{"--all"}, "HEAD"},
		{[]string{"one"}, head},
		{[]string{"one", "two"}, ""},
	} {
		name := filepath.Join(t.TempDir(), "b.bundle")
		gittest.Git(t, repo, append([]string{"bundle", "create", "-q", name}, c.refs...)...)
		want := c.want
		if want == "HEAD" {
			want = gittest.Git(t, repo, "rev-parse", "HEAD")
		}
		got, err := BundleTip(t.Context(), name)
		if (err == nil) != (want != "") || got != want {
			t.Errorf("%q: the tip is %s (%v), want %s", c.refs, got, err, want)
		}
		r, commit, err := Unbundle(t.Context(), name, t.TempDir())
		if (err == nil) != (want != "") {
			t.Errorf("%q: %v", c.refs, err)
		} else if err == nil {
			if commit != want {
				t.Errorf("%q: unbundled %s, want %s", c.refs, commit, want)
			}
			if entries, _, err := r.Tree(t.Context(), commit); err != nil || len(entries) != 1 {
				t.Errorf("%q: %v, %v", c.refs, entries, err)
			}
		}
	}
	if _, err := BundleTip(t.Context(), filepath.Join(repo, "a.nix")); err == nil || !strings.Contains(err.Error(), "a.nix") {
		t.Errorf("a file that is no bundle gives %v", err)
	}
}

// TestGitDir reads bare repositories and the .git of a working tree.
func TestGitDir(t *testing.T) {
	repo := gittest.Init(t, map[string]string{"below/a.nix": "1"})
	bare := filepath.Join(t.TempDir(), "bare.git")
	gittest.Git(t, repo, "clone", "-q", "--bare", ".", bare)
	for _, dir := range []string{bare, filepath.Join(repo, ".git")} {
		if !IsGitDir(dir) {
			t.Errorf("%s is called none", dir)
		}
		r, err := OpenGitDir(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		commit, err := r.Resolve(t.Context(), "HEAD")
		if err != nil {
			t.Fatal(err)
		}
		entries, _, err := r.Tree(t.Context(), commit)
		if err != nil || len(entries) != 1 || entries[0].Name != "below/a.nix" {
			t.Errorf("%s: %v, %v", dir, entries, err)
		}
		if at, err := r.CommitTime(t.Context(), commit); err != nil || at == 0 {
			t.Errorf("%s: %d, %v", dir, at, err)
		}
	}
	if IsGitDir(repo) {
		t.Error("a working tree is called a git directory")
	}
}
