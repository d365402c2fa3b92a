package revision_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"nixsink/graph"
	"nixsink/internal/check/revision"
	"nixsink/internal/git/gittest"
)

// repository makes a git repository with two commits: the second one changes sub/a.nix and adds sub/new.nix.
func repository(t *testing.T) string {
	t.Helper()
	dir := gittest.Init(t, map[string]string{"top.nix": "{ }", "sub/a.nix": "{ a = 1; }", "sub/link.nix": "-> a.nix"})
	git(t, dir, "tag", "one")
	gittest.Commit(t, dir, "two", map[string]string{"sub/a.nix": "{ a = 2; }", "sub/new.nix": "{ }"})
	return dir
}

func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	gittest.Git(t, dir, args...)
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	gittest.Write(t, dir, map[string]string{name: text})
}

func open(t *testing.T, dir, rev string) *revision.Snapshot {
	t.Helper()
	s, err := revision.Open(context.Background(), dir, rev, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// read gives what the analysis of a revision read as a file.
func read(t *testing.T, s *revision.Snapshot, name string) string {
	t.Helper()
	g, err := s.Analyse(context.Background(), graph.Options{Unhashed: true})
	if err != nil {
		t.Fatal(err)
	}
	if g.Files[name] == nil {
		return "not there"
	}
	return g.Files[name].Src
}

func TestOpen(t *testing.T) {
	dir := repository(t)
	for _, c := range []struct{ dir, rev, file, want string }{
		{".", "one", "sub/a.nix", "{ a = 1; }"},
		{".", "HEAD", "sub/a.nix", "{ a = 2; }"},
		{".", "HEAD~1", "top.nix", "{ }"},
		{".", "main", "sub/new.nix", "{ }"},
		{"sub", "one", "a.nix", "{ a = 1; }"},
		{"sub", "one", "later.nix", "not there"},
		{".", "one", "sub/new.nix", "not there"},
		{".", "one...", "sub/a.nix", "{ a = 1; }"},
	} {
		if got := read(t, open(t, filepath.Join(dir, c.dir), c.rev), c.file); got != c.want {
			t.Errorf("%s of %s in %s: %q, want %q", c.file, c.rev, c.dir, got, c.want)
		}
	}
}

// A branch that main has left behind is compared with where they parted.
func TestMergeBase(t *testing.T) {
	dir := repository(t)
	git(t, dir, "checkout", "-q", "-b", "topic", "one")
	write(t, dir, "topic.nix", "{ }")
	git(t, dir, "add", ".")
	git(t, dir, "commit", "-q", "-m", "topic")
	if got := read(t, open(t, dir, "main..."), "sub/a.nix"); got != "{ a = 1; }" {
		t.Errorf("the merge base has %q", got)
	}
}

// A folder that the revision does not have is empty there, not an error: everything in it is new.
func TestNewFolder(t *testing.T) {
	dir := repository(t)
	write(t, dir, "later/x.nix", "{ }")
	git(t, dir, "add", ".")
	git(t, dir, "commit", "-q", "-m", "later")
	if entries, err := open(t, filepath.Join(dir, "later"), "one").List(""); err != nil || len(entries) != 0 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestErrors(t *testing.T) {
	dir := repository(t)
	shallow := filepath.Join(t.TempDir(), "shallow")
	git(t, dir, "clone", "-q", "--depth", "1", "file://"+dir, shallow)
	for _, c := range []struct{ dir, rev, want string }{
		{dir, "nonsense", "read revision nonsense"},
		{t.TempDir(), "HEAD", "is in no git repository"},
		{shallow, "HEAD~1", "which is shallow: fetch its history"},
	} {
		_, err := revision.Open(context.Background(), c.dir, c.rev, false)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want …%s…", c.rev, err, c.want)
		}
	}
}

func TestWorktree(t *testing.T) {
	dir := repository(t)
	linked := filepath.Join(t.TempDir(), "linked")
	git(t, dir, "worktree", "add", "-q", linked, "one")
	if got := read(t, open(t, linked, "main"), "sub/a.nix"); got != "{ a = 2; }" {
		t.Errorf("from a linked working tree: %q", got)
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := revision.Open(ctx, repository(t), "one", false); err == nil {
		t.Error("an interrupted reading gives no error")
	}
}
