package git_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"nixsink/internal/git"
	"nixsink/internal/git/gittest"
)

func open(t *testing.T, dir string) *git.Repository {
	t.Helper()
	r, err := git.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// list is a tree as "name mode: contents" lines.
func list(t *testing.T, r *git.Repository, rev string) []string {
	t.Helper()
	commit, err := r.Resolve(t.Context(), rev)
	if err != nil {
		t.Fatal(err)
	}
	entries, _, err := r.Tree(t.Context(), commit)
	if err != nil {
		t.Fatal(err)
	}
	blobs := git.NewBlobs(t.Context())
	defer blobs.Close()
	var out []string
	err = blobs.Each(entries, 1000, func(e git.Entry, contents []byte) error {
		text := string(contents)
		if contents == nil {
			text = "too large"
		}
		out = append(out, fmt.Sprintf("%s %s: %s", e.Name, e.Mode, text))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out) // contents come repository by repository
	return out
}

func want(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s: got\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestResolve: whatever git resolves is resolved to the same commit.
func TestResolve(t *testing.T) {
	dir := gittest.Init(t, map[string]string{"a.nix": "1"})
	gittest.Commit(t, dir, "two (of three)", map[string]string{"a.nix": "2"})
	clone := filepath.Join(t.TempDir(), "clone")
	gittest.Git(t, dir, "clone", "-q", dir, clone)
	gittest.Git(t, clone, "tag", "@a/b@v1", "HEAD~1")
	gittest.Git(t, clone, "tag", "-a", "-m", "told", "v1", "HEAD~1")
	gittest.Git(t, clone, "checkout", "-q", "-b", "topic", "HEAD~1")
	gittest.Git(t, clone, "branch", "-q", "--set-upstream-to=origin/main")
	gittest.Commit(t, clone, "three", map[string]string{"b.nix": "3"})
	r := open(t, clone)
	head := gittest.Git(t, clone, "rev-parse", "HEAD")
	for _, rev := range []string{"HEAD", "@", "@{u}", "@{upstream}", "@{-1}", "@{1}", "topic@{1}", "main", "origin/main", "origin/HEAD", "heads/topic", "@a/b@v1", "v1", "v1^0",
		"HEAD^", "HEAD~1", "main^{}", "main^{commit}", head, head[:8], "v1-1-g" + head[:8], "HEAD^{/one}", ":/two", ":/one", "topic@{yesterday}"} {
		wanted, err := gittest.Try(clone, "rev-parse", "--verify", "-q", rev)
		if err != nil {
			t.Fatalf("git itself does not know %s: %s", rev, wanted)
		}
		wanted = gittest.Git(t, clone, "rev-parse", wanted[strings.LastIndexByte(wanted, '\n')+1:]+"^{commit}")
		if got, err := r.Resolve(t.Context(), rev); err != nil || got != wanted {
			t.Errorf("%s is %s (%v), want %s", rev, got, err, wanted)
		}
	}
	one, two := gittest.Git(t, clone, "rev-parse", "v1^0"), gittest.Git(t, clone, "rev-parse", "main")
	for rev, wanted := range map[string]string{"main...": one, "main...HEAD": one, "main...topic": one, "@{u}...": one, "main..": two, "main..HEAD": two, "...HEAD": head} {
		if got, err := r.Resolve(t.Context(), rev); err != nil || got != wanted {
			t.Errorf("%s is %s (%v), want %s", rev, got, err, wanted)
		}
	}
	for rev, wanted := range map[string]string{
		"":                               "is empty",
		"--all":                          "is no revision of one commit",
		"^main":                          "is no revision of one commit",
		"HEAD~100":                       "git knows no such revision",
		"nonsense":                       "nonsense: git knows no such revision",
		"HEAD:a.nix":                     "is a blob, not a commit",
		"HEAD^{tree}":                    "is a tree, not a commit",
		strings.Repeat("0", 40):          "services send zeros",
		strings.Repeat("12", 20):         "its commit is not here",
		"topic...main":                   "main is not what is checked out: say topic...",
		"main..nonsense":                 "git knows no such revision",
		"--output=" + clone + "/written": "is no revision of one commit",
	} {
		if got, err := r.Resolve(t.Context(), rev); err == nil || !strings.Contains(err.Error(), wanted) {
			t.Errorf("%s is %s (%v), want an error with %q", rev, got, err, wanted)
		}
	}
}

func TestTree(t *testing.T) {
	dir := gittest.Init(t, map[string]string{"a.nix": "1", "sub/b c.nix": "2", "sub/ü\n.nix": "3", "sub/l": "-> ../a.nix", "big": strings.Repeat("x", 1001), "[a].nix": "4"})
	if err := os.Chmod(filepath.Join(dir, "a.nix"), 0o755); err != nil {
		t.Fatal(err)
	}
	gittest.Commit(t, dir, "two", map[string]string{"new/c.nix": "5", "[n]/d.nix": "6", "n/e.nix": "7"})
	want(t, "the root", list(t, open(t, dir), "HEAD~1"), "[a].nix 100644: 4", "a.nix 100644: 1", "big 100644: too large", "sub/b c.nix 100644: 2", "sub/l 120000: ../a.nix", "sub/ü\n.nix 100644: 3")
	want(t, "a folder", list(t, open(t, filepath.Join(dir, "sub")), "HEAD"), "b c.nix 100644: 2", "l 120000: ../a.nix", "ü\n.nix 100644: 3")
	want(t, "a new folder", list(t, open(t, filepath.Join(dir, "new")), "HEAD~1"))
	want(t, "a folder that looks like a pattern", list(t, open(t, filepath.Join(dir, "[n]")), "HEAD"), "d.nix 100644: 6")
	if got := list(t, open(t, dir), "HEAD"); len(got) != 9 || !strings.HasPrefix(got[2], "a.nix 100755") {
		t.Errorf("the second commit is %q", got)
	}
}

// TestSubmodules: they are read at the commits that the tree records, wherever they lie now.
func TestSubmodules(t *testing.T) {
	inner := gittest.Init(t, map[string]string{"x.nix": "inner"})
	lib := gittest.Init(t, map[string]string{"l.nix": "one"})
	gittest.Git(t, lib, "submodule", "--quiet", "add", inner, "deep")
	gittest.Commit(t, lib, "with a submodule", nil)
	top := gittest.Init(t, map[string]string{"t.nix": "top"})
	gittest.Git(t, top, "submodule", "--quiet", "add", lib, "sub")
	gittest.Git(t, top, "submodule", "--quiet", "update", "--init", "--recursive")
	gittest.Commit(t, top, "added", nil)
	gittest.Commit(t, filepath.Join(top, "sub"), "later", map[string]string{"l.nix": "two"})
	gittest.Git(t, filepath.Join(top, "sub"), "push", "-q", "origin", "HEAD:refs/heads/later")
	gittest.Commit(t, top, "moved on", nil)
	modules := gittest.Git(t, top, "show", "HEAD:.gitmodules") + "\n"
	deep := gittest.Git(t, lib, "show", "HEAD:.gitmodules") + "\n"
	r := open(t, top)
	old := []string{".gitmodules 100644: " + modules, "sub/.gitmodules 100644: " + deep, "sub/deep/x.nix 100644: inner", "sub/l.nix 100644: one", "t.nix 100644: top"}
	want(t, "before", list(t, r, "HEAD~1"), old...)
	want(t, "now", list(t, r, "HEAD"), old[0], old[1], old[2], "sub/l.nix 100644: two", old[4])
	gittest.Git(t, top, "mv", "sub", "moved")
	want(t, "before it was moved", list(t, r, "HEAD~1"), old...)
	// Of what is not checked out there is nothing on either side.
	clone := filepath.Join(t.TempDir(), "clone")
	gittest.Git(t, top, "clone", "-q", top, clone)
	want(t, "a clone without submodules", list(t, open(t, clone), "HEAD"), old[0], old[4])
	// A commit that was never fetched is named, with what brings it.
	gittest.Commit(t, lib, "other", nil)
	gittest.Git(t, clone, "config", "-f", ".gitmodules", "submodule.sub.url", "file://"+lib)
	gittest.Git(t, clone, "submodule", "--quiet", "update", "--init", "--depth", "1")
	_, _, err := open(t, clone).Tree(t.Context(), gittest.Git(t, clone, "rev-parse", "HEAD~1"))
	if err == nil || !strings.Contains(err.Error(), "submodule sub: commit ") || !strings.Contains(err.Error(), "fetch origin ") {
		t.Errorf("a commit that is not there: %v", err)
	}
}

func TestMissing(t *testing.T) {
	dir := gittest.Init(t, map[string]string{"a.nix": "1", "b.nix": "1b"})
	gittest.Commit(t, dir, "two", map[string]string{"a.nix": "2"})
	gittest.Git(t, dir, "config", "uploadpack.allowFilter", "true")
	partial := filepath.Join(t.TempDir(), "partial")
	gittest.Git(t, dir, "clone", "-q", "--filter=blob:none", "file://"+dir, partial)
	r := open(t, partial)
	commit, err := r.Resolve(t.Context(), "HEAD~1")
	if err != nil {
		t.Fatal(err)
	}
	read := func() error {
		entries, _, err := r.Tree(t.Context(), commit)
		if err != nil {
			return err
		}
		blobs := git.NewBlobs(t.Context())
		defer blobs.Close()
		return blobs.Each(entries, 100, func(git.Entry, []byte) error { return nil })
	}
	var missing *git.MissingError
	if err := read(); !errors.As(err, &missing) || missing.Missing != 1 || missing.First != "a.nix" || !strings.Contains(err.Error(), "git -C "+partial+" fetch --refetch --no-filter") {
		t.Fatalf("a blob that is not there: %v", err)
	}
	// What the message says helps: git brings all, and we what is missing.
	other := filepath.Join(t.TempDir(), "other")
	gittest.Git(t, dir, "clone", "-q", "--filter=blob:none", "file://"+dir, other)
	gittest.Git(t, other, "fetch", "-q", "--refetch", "--no-filter")
	if err := missing.Fetch(t.Context()); err != nil {
		t.Error(err)
	}
	if err := read(); err != nil {
		t.Errorf("after our fetch: %v", err)
	}
	if r = open(t, other); read() != nil {
		t.Errorf("after git's fetch: %v", read())
	}
	bare := filepath.Join(t.TempDir(), "treeless")
	gittest.Git(t, dir, "clone", "-q", "--filter=tree:0", "file://"+dir, bare)
	if _, _, err := open(t, bare).Tree(t.Context(), commit); err == nil || !strings.Contains(err.Error(), "`git -C "+bare+" fetch --refetch --filter=blob:none`") {
		t.Errorf("a tree that is not there: %v", err)
	}
}

func TestHistory(t *testing.T) {
	dir := gittest.Init(t, map[string]string{"a": "1"})
	gittest.Git(t, dir, "GIT_COMMITTER_DATE=1970-01-01T00:00:00Z", "commit", "-q", "--allow-empty", "-m", "Zeit null – ü\n\ncommit 0123")
	gittest.Git(t, dir, "commit", "-q", "--allow-empty", "--allow-empty-message", "-m", "")
	var got []string
	commits, err := open(t, dir).History(t.Context(), "HEAD", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range commits {
		got = append(got, fmt.Sprint(c.Time, " ", c.Subject))
	}
	want(t, "history", got, "1769947200 ", "0 Zeit null – ü", "1769947200 one")
	if commits, err := open(t, dir).History(t.Context(), "HEAD~1", 1); err != nil || len(commits) != 1 || commits[0].Time != 0 {
		t.Errorf("one commit: %v, %v", commits, err)
	}
}

func TestTracked(t *testing.T) {
	dir := gittest.Init(t, map[string]string{".gitignore": "out\n", "out/a.nix": "1", "sub/out/b.nix": "2", "c.nix": "3"})
	gittest.Write(t, dir, map[string]string{"out/untracked.nix": "4"})
	gittest.Git(t, dir, "sparse-checkout", "set", "--cone", "sub")
	tracked, err := open(t, dir).Tracked(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][2]bool{"out/a.nix": {true, true}, "out": {true, false}, "sub/out/b.nix": {true, false}, "out/untracked.nix": {}, "su": {}} {
		if got := [2]bool{tracked.Has(name), tracked.NotCheckedOut(name)}; got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	sub, err := open(t, filepath.Join(dir, "sub")).Tracked(t.Context())
	if err != nil || !sub.Has("out/b.nix") || sub.Has("c.nix") {
		t.Errorf("below sub: %v, %v", sub, err)
	}
}

// TestNothingRuns: no program that a repository's configuration names is started, nor a hook, and the index stays as it is.
func TestNothingRuns(t *testing.T) {
	dir := gittest.Init(t, map[string]string{"a.nix": "1", ".gitattributes": "* filter=evil diff=evil\n"})
	gittest.Commit(t, dir, "two", map[string]string{"a.nix": "2"})
	trap := filepath.Join(t.TempDir(), "trap")
	script := filepath.Join(t.TempDir(), "evil")
	if err := os.WriteFile(script, []byte("#!/bin/sh\necho \"$0 $*\" >> '"+trap+"'\ncat\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.askPass", "core.gitProxy", "core.alternateRefsCommand", "core.hooksPath",
		"filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "diff.external", "diff.evil.textconv", "diff.evil.command", "credential.helper", "gpg.program",
		"uploadpack.packObjectsHook", "alias.rev-parse", "alias.ls-tree", "pager.rev-parse", "pager.ls-files", "remote.origin.uploadpack", "interactive.diffFilter"} {
		value := script
		switch {
		case key == "core.hooksPath":
			value = filepath.Dir(script)
		case strings.HasPrefix(key, "alias."):
			value = "!" + script
		}
		gittest.Git(t, dir, "config", key, value)
	}
	for _, hook := range []string{"post-index-change", "reference-transaction", "fsmonitor-watchman", "post-checkout"} {
		if err := os.Symlink(script, filepath.Join(filepath.Dir(script), hook)); err != nil {
			t.Fatal(err)
		}
	}
	gittest.Git(t, dir, "config", "remote.origin.url", "ext::"+script)
	gittest.Git(t, dir, "config", "remote.origin.promisor", "true")
	gittest.Git(t, dir, "config", "extensions.partialClone", "origin")
	gittest.Git(t, dir, "config", "core.repositoryFormatVersion", "1")
	os.Remove(trap)
	index := filepath.Join(dir, ".git/index")
	before, err := os.ReadFile(index)
	if err != nil {
		t.Fatal(err)
	}
	gittest.Write(t, dir, map[string]string{"a.nix": "3"})
	r := open(t, dir)
	want(t, "the old tree", list(t, r, "HEAD~1"), ".gitattributes 100644: * filter=evil diff=evil\n", "a.nix 100644: 1")
	if _, err := r.Tracked(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := r.History(t.Context(), "HEAD", 0); err != nil {
		t.Error(err)
	}
	// An object that is not there is not fetched.
	hash := gittest.Git(t, dir, "rev-parse", "HEAD~1:a.nix")
	if err := os.Remove(filepath.Join(dir, ".git/objects", hash[:2], hash[2:])); err != nil {
		t.Fatal(err)
	}
	commit, err := r.Resolve(t.Context(), "HEAD~1")
	if err != nil {
		t.Fatal(err)
	}
	entries, _, err := r.Tree(t.Context(), commit)
	if err != nil {
		t.Fatal(err)
	}
	blobs := git.NewBlobs(context.Background())
	defer blobs.Close()
	if err := blobs.Each(entries, 100, func(git.Entry, []byte) error { return nil }); err == nil {
		t.Error("a blob that is not there was read")
	}
	if ran, err := os.ReadFile(trap); err == nil {
		t.Errorf("programs ran:\n%s", ran)
	}
	if after, err := os.ReadFile(index); err != nil || string(after) != string(before) {
		t.Errorf("the index changed (%v)", err)
	}
}

// TestEnvironment: variables that hooks set do not lead to another repository.
func TestEnvironment(t *testing.T) {
	dir := gittest.Init(t, map[string]string{"a.nix": "1"})
	other := gittest.Init(t, map[string]string{"b.nix": "1"})
	t.Setenv("GIT_DIR", filepath.Join(other, ".git"))
	t.Setenv("GIT_INDEX_FILE", filepath.Join(other, ".git/index"))
	t.Setenv("GIT_WORK_TREE", other)
	want(t, "with GIT_DIR", list(t, open(t, dir), "HEAD"), "a.nix 100644: 1")
	t.Setenv("PATH", "")
	if _, err := git.Open(t.Context(), dir); !errors.Is(err, git.ErrNoGit) {
		t.Errorf("without git: %v", err)
	}
	if _, err := git.Open(t.Context(), t.TempDir()); !errors.Is(err, git.ErrNoRepository) {
		t.Errorf("outside: %v", err)
	}
}

func TestQuote(t *testing.T) {
	for name, quoted := range map[string]string{
		"a b.nix": "a b.nix", "küche.nix": "küche.nix", "a\nb": `"a\nb"`, "a\"b\\c": `"a\"b\\c"`, "\x1b[31m": `"\033[31m"`, "\x7f": `"\177"`, "\xff.nix": `"\377.nix"`,
		"a\u202eb": `"a\342\200\256b"`, "\u0085": `"\302\205"`, "\ufffd": "\ufffd",
	} {
		if got := git.Quote(name); got != quoted {
			t.Errorf("Quote(%q) = %s, want %s", name, got, quoted)
		}
		if got, ok := git.Unquote(quoted); got != name || ok != (quoted != name) {
			t.Errorf("Unquote(%s) = %q, %t", quoted, got, ok)
		}
	}
	for _, s := range []string{`"`, `""x"`, `"a`, `"\q"`, `"\"`, `"\4"`, `"\400"`, "a"} {
		if got, ok := git.Unquote(s); ok || got != s {
			t.Errorf("Unquote(%s) = %q, %t", s, got, ok)
		}
	}
	// Git writes what we read.
	dir := gittest.Init(t, map[string]string{"kü\tche \x01.nix": "1"})
	if name, ok := git.Unquote(gittest.Git(t, dir, "ls-files")); !ok || name != "kü\tche \x01.nix" {
		t.Errorf("git's own quoting gives %q", name)
	}
}

func TestRenames(t *testing.T) {
	gittest.Need(t)
	body := strings.Repeat("{ config, ... }: {\n  services.a = config.my.b;\n}\n", 4)
	gone := map[string]string{"svc/a.nix": body, "svc/b.nix": body + "# b\n", "svc/half.nix": "1\n2\n3\n4\n", "only/old.nix": "alone\n"}
	came := map[string]string{"services/a.nix": body, "services/b.nix": body + "# b\n# changed\n", "services/half.nix": "5\n6\n7\n8\n", "n\new\t.nix": "other\n"}
	got, err := git.Renames(t.Context(), gone, came)
	if err != nil || len(got) != 2 || got["svc/a.nix"] != "services/a.nix" || got["svc/b.nix"] != "services/b.nix" {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := git.Renames(t.Context(), map[string]string{"a \"b\n.nix": body}, map[string]string{"ü/[x].nix": body}); err != nil || got["a \"b\n.nix"] != "ü/[x].nix" {
		t.Errorf("odd names: %q, %v", got, err)
	}
	if got, err := git.Renames(t.Context(), nil, came); err != nil || len(got) != 0 {
		t.Errorf("nothing gone: %q, %v", got, err)
	}
}

// TestUntouched: a checkout with CR LF whose configuration says nothing of it is what git wrote, until somebody writes.
func TestUntouched(t *testing.T) {
	dir := gittest.Init(t, map[string]string{"a\nb.nix": "1\n2\n", "c.nix": "1\n", "d.nix": "1\n"})
	clone := filepath.Join(t.TempDir(), "clone")
	gittest.Git(t, dir, "-c", "core.autocrlf=true", "clone", "-q", dir, clone)
	gittest.Write(t, clone, map[string]string{"d.nix": "1\r\n2\r\n"})
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(filepath.Join(clone, "c.nix"), later, later); err != nil {
		t.Fatal(err)
	}
	kept, err := open(t, clone).LineEnds(t.Context(), []string{"a\nb.nix", "c.nix", "d.nix"})
	if err != nil || len(kept) != 1 || !kept["a\nb.nix"] {
		t.Errorf("got %v, %v", kept, err)
	}
}

// TestLineEnds is held against what git adds.
func TestLineEnds(t *testing.T) {
	dir := gittest.Init(t, map[string]string{"sub/lf.nix": "1\n2\n", "sub/crlf.nix": "1\r\n2\r\n", "sub/mixed.nix": "1\r\n2\n", "sub/none.nix": "1"})
	for _, c := range []struct{ config, attributes, want string }{
		{"false", "", ""},
		{"true", "", "lf.nix none.nix"},
		{"input", "", "lf.nix none.nix"},
		{"true", "* -text\n", ""},
		{"false", "* text\n", "crlf.nix lf.nix mixed.nix none.nix"},
		{"false", "* text=auto\n", "lf.nix none.nix"},
		{"false", "*.nix eol=crlf\n", "crlf.nix lf.nix mixed.nix none.nix"},
	} {
		gittest.Git(t, dir, "config", "core.autocrlf", c.config)
		gittest.Write(t, dir, map[string]string{".gitattributes": c.attributes})
		names := []string{"crlf.nix", "lf.nix", "mixed.nix", "none.nix"}
		kept, err := open(t, filepath.Join(dir, "sub")).LineEnds(t.Context(), names)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, name := range names {
			if kept[name] {
				got = append(got, name)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%+v: got %q", c, got)
		}
		// What git itself makes of CR LF when it is added.
		for _, name := range names {
			gittest.Write(t, dir, map[string]string{"sub/" + name: "1\r\n3\r\n"})
			gittest.Git(t, dir, "add", "sub/"+name)
			converted := gittest.Git(t, dir, "cat-file", "blob", ":sub/"+name) == "1\n3"
			if converted != kept[name] {
				t.Errorf("%+v: git converts %s: %t", c, name, converted)
			}
		}
		gittest.Git(t, dir, "rm", "-q", "--cached", "-r", ".")
		gittest.Git(t, dir, "reset", "-q", "--hard")
	}
}
