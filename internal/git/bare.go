package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// IsGitDir reports whether dir is itself what git keeps of a repository: a bare one, or a working tree's .git (gitrepository-layout(5)).
func IsGitDir(dir string) bool {
	for _, name := range []string{"objects", "refs"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || !info.IsDir() {
			return false
		}
	}
	_, err := os.Lstat(filepath.Join(dir, "HEAD"))
	return err == nil
}

// OpenGitDir opens a repository without a working tree. Submodules of it are absent, but for those that it keeps itself.
func OpenGitDir(ctx context.Context, dir string) (*Repository, error) {
	abs, err := real(dir)
	if err != nil {
		return nil, fmt.Errorf("open the git repository %s: %w", dir, err)
	}
	program, err := program()
	if err != nil {
		return nil, err
	}
	r := &Repository{Top: abs, Dir: abs, gitDir: abs, program: program}
	out, err := r.run(ctx, "rev-parse", "--is-shallow-repository")
	if err != nil {
		return nil, fmt.Errorf("open the git repository %s: %w", dir, explainOpen(err))
	}
	r.Shallow = strings.TrimSpace(string(out)) == "true"
	return r, nil
}

// CommitTime is when a commit, given by its hash, was made, in seconds since 1970.
func (r *Repository) CommitTime(ctx context.Context, commit string) (int64, error) {
	out, err := r.run(ctx, "rev-list", "--max-count=1", "--timestamp", commit, "--")
	if err != nil {
		return 0, r.explain(ctx, commit, err)
	}
	at, _, _ := strings.Cut(string(out), " ")
	seconds, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read the time of %s: git gave %q", commit, out)
	}
	return seconds, nil
}

// Unbundle makes a repository of a bundle (git-bundle(1)) in dir, an empty folder, and gives the commit that a clone of it would check out: its HEAD, or
// its only tip. Where it has neither, the repository comes with the error.
func Unbundle(ctx context.Context, bundle, dir string) (r *Repository, commit string, err error) {
	fail := func(err error) (*Repository, string, error) {
		return nil, "", fmt.Errorf("read the bundle %s: %w", bundle, err)
	}
	if bundle, err = real(bundle); err != nil {
		return fail(err)
	}
	program, err := program()
	if err != nil {
		return nil, "", err
	}
	r = &Repository{Top: dir, Dir: dir, program: program, alone: true}
	if _, err := r.run(ctx, "init", "--bare", "--quiet", "--template=", "."); err != nil {
		return fail(err)
	}
	r.alone, r.gitDir = false, dir
	out, err := r.run(ctx, "bundle", "unbundle", bundle)
	if err != nil {
		return fail(err)
	}
	if commit, err = tip(out); err != nil {
		_, _, err = fail(err)
	}
	return r, commit, err
}

// BundleTip is the commit that Unbundle would give. It makes nothing.
func BundleTip(ctx context.Context, bundle string) (commit string, err error) {
	dir, err := real(filepath.Dir(bundle))
	if err != nil {
		return "", fmt.Errorf("read the bundle %s: %w", bundle, err)
	}
	program, err := program()
	if err != nil {
		return "", err
	}
	r := &Repository{Top: dir, Dir: dir, program: program, alone: true}
	out, err := r.run(ctx, "bundle", "list-heads", filepath.Join(dir, filepath.Base(bundle)))
	if err == nil {
		commit, err = tip(out)
	}
	if err != nil {
		return "", fmt.Errorf("read the bundle %s: %w", bundle, err)
	}
	return commit, nil
}

// tip finds HEAD, or the only commit, among what a bundle has: lines of a commit and a name.
func tip(list []byte) (commit string, err error) {
	tips := map[string]bool{}
	for line := range strings.Lines(string(list)) {
		hash, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		if !isHash(hash) {
			continue
		}
		if name == "HEAD" {
			return hash, nil
		}
		commit, tips[hash] = hash, true
	}
	if len(tips) != 1 {
		return "", errors.New("it has no HEAD, and not one tip: say which revision is meant")
	}
	return commit, nil
}
