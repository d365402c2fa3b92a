// Package revision lays out another revision of a tree from its git history, so that it can be analysed like a folder.
//
// It reads the repository itself and starts no git. What it writes goes to a temporary folder through an os.Root, so that no name in a
// history, however hostile, leads out of it.
package revision

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// MaxFile is the size in bytes from which a file is left out: nothing that large is Nix source.
const MaxFile = 64 << 20

// Checkout writes the tree of revision rev, as far as it lies below dir, to a temporary folder. dir is a folder of a git working tree.
// A rev that ends in "..." means where the history of HEAD left it, as a pull request does: main... is their merge base.
// Cleanup removes the folder again and is never nil. Errors say what to do where history is missing (a shallow clone).
func Checkout(ctx context.Context, dir, rev string) (root string, cleanup func(), err error) {
	cleanup = func() {}
	repo, err := git.PlainOpenWithOptions(dir, &git.PlainOpenOptions{DetectDotGit: true, EnableDotGitCommonDir: true})
	if err != nil {
		if errors.Is(err, git.ErrRepositoryNotExists) {
			return "", cleanup, fmt.Errorf("%s is in no git repository, so there is no revision %s to compare with", dir, rev)
		}
		return "", cleanup, fmt.Errorf("open the git repository of %s: %w", dir, err)
	}
	commit, err := resolve(repo, rev)
	if err != nil {
		return "", cleanup, err
	}
	tree, err := commit.Tree()
	if err != nil {
		return "", cleanup, missing(repo, rev, err)
	}
	below, err := Inside(repo, dir)
	if err != nil {
		return "", cleanup, err
	}
	if below != "." {
		tree, err = tree.Tree(below)
		if errors.Is(err, object.ErrDirectoryNotFound) {
			tree, err = &object.Tree{}, nil // the folder was not there yet: everything is new
		}
		if err != nil {
			return "", cleanup, missing(repo, rev, err)
		}
	}
	root, err = os.MkdirTemp("", "nixsink-rev-")
	if err != nil {
		return "", cleanup, fmt.Errorf("lay out revision %s: %w", rev, err)
	}
	cleanup = func() { os.RemoveAll(root) }
	if err := layOut(ctx, repo, tree, root); err != nil {
		cleanup()
		return "", func() {}, missing(repo, rev, err)
	}
	return root, cleanup, nil
}

func resolve(repo *git.Repository, rev string) (*object.Commit, error) {
	name, fork := strings.CutSuffix(rev, "...")
	hash, err := repo.ResolveRevision(plumbing.Revision(name))
	if err != nil {
		return nil, missing(repo, name, err)
	}
	commit, err := repo.CommitObject(*hash)
	if err != nil {
		return nil, missing(repo, name, err)
	}
	if !fork {
		return commit, nil
	}
	head, err := repo.Head()
	if err != nil {
		return nil, fmt.Errorf("find HEAD: %w", err)
	}
	tip, err := repo.CommitObject(head.Hash())
	if err != nil {
		return nil, missing(repo, "HEAD", err)
	}
	bases, err := tip.MergeBase(commit)
	if err != nil {
		return nil, missing(repo, rev, err)
	}
	if len(bases) == 0 {
		return nil, missing(repo, rev, errors.New("they have no commit in common"))
	}
	return bases[0], nil
}

// missing explains an object that is not there; in a shallow clone that is what to expect.
func missing(repo *git.Repository, rev string, err error) error {
	if cut, _ := repo.Storer.Shallow(); len(cut) > 0 {
		return fmt.Errorf("revision %s is not in this clone, which is shallow: fetch its history (`git fetch --unshallow`; on GitHub Actions `fetch-depth: 0`, on GitLab GIT_DEPTH: 0): %w", rev, err)
	}
	return fmt.Errorf("read revision %s: %w", rev, err)
}

// Inside is dir relative to the working tree's root, slash-separated, "." for the root.
func Inside(repo *git.Repository, dir string) (string, error) {
	w, err := repo.Worktree()
	if err != nil {
		return "", fmt.Errorf("find the working tree of %s: %w", dir, err)
	}
	abs, err := filepath.Abs(dir)
	if err == nil {
		abs, err = filepath.EvalSymlinks(abs)
	}
	top, err2 := filepath.EvalSymlinks(w.Filesystem.Root())
	if err = errors.Join(err, err2); err != nil {
		return "", fmt.Errorf("find %s in its repository: %w", dir, err)
	}
	rel, err := filepath.Rel(top, abs)
	if err != nil || !filepath.IsLocal(rel) {
		return "", fmt.Errorf("%s is not below %s", dir, top)
	}
	return filepath.ToSlash(rel), nil
}

func layOut(ctx context.Context, repo *git.Repository, tree *object.Tree, dir string) error {
	out, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer out.Close()
	return layOutTree(ctx, repo, tree, out, "")
}

func layOutTree(ctx context.Context, repo *git.Repository, tree *object.Tree, out *os.Root, below string) error {
	for _, e := range tree.Entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		name := path.Join(below, e.Name)
		if strings.ContainsAny(e.Name, `/\`) || e.Name == ".." || e.Name == "." || strings.EqualFold(e.Name, ".git") {
			continue // git itself refuses such names
		}
		switch e.Mode {
		case filemode.Dir:
			sub, err := object.GetTree(repo.Storer, e.Hash)
			if err != nil {
				return err
			}
			if err := out.Mkdir(name, 0o755); err != nil {
				return err
			}
			if err := layOutTree(ctx, repo, sub, out, name); err != nil {
				return err
			}
		case filemode.Regular, filemode.Executable, filemode.Deprecated, filemode.Symlink:
			if err := layOutBlob(repo, e, out, name); err != nil {
				return err
			}
		}
		// A submodule's files belong to another repository.
	}
	return nil
}

func layOutBlob(repo *git.Repository, e object.TreeEntry, out *os.Root, name string) error {
	blob, err := object.GetBlob(repo.Storer, e.Hash)
	if err != nil {
		return err
	}
	if blob.Size > MaxFile {
		return nil
	}
	r, err := blob.Reader()
	if err != nil {
		return err
	}
	defer r.Close()
	if e.Mode == filemode.Symlink {
		target, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		return out.Symlink(string(target), name)
	}
	w, err := out.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	return errors.Join(err, w.Close())
}
