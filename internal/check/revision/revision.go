// Package revision lays out another revision of a tree from its git history, so that it can be analysed like a folder, and tells which
// files of it were moved since.
//
// What it writes goes to a temporary folder through an os.Root, so that no name in a history, however hostile, leads out of it.
package revision

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"

	"nixsink/internal/git"
)

// MaxFile is the size in bytes from which a file is left out: nothing that large is Nix source.
const MaxFile = 64 << 20

// Checkout writes the tree of revision rev, as far as it lies below dir, to a temporary folder. dir is a folder of a git working tree.
// rev is all that gitrevisions(7) has for one commit; main... is where the history of HEAD left main, as a pull request shows it.
// What a sparse checkout leaves out of the working tree is left out here too. Submodules are read at their recorded commits.
// Cleanup removes the folder again and is never nil. Errors say what to fetch where history is missing.
func Checkout(ctx context.Context, dir, rev string) (root string, cleanup func(), err error) {
	cleanup = func() {}
	repo, err := git.Open(ctx, dir)
	if errors.Is(err, git.ErrNoRepository) {
		return "", cleanup, fmt.Errorf("%s is in no git repository, so there is no revision %s to compare with", dir, rev)
	} else if err != nil {
		return "", cleanup, err
	}
	commit, err := repo.Resolve(ctx, rev)
	if err != nil {
		return "", cleanup, err
	}
	entries, err := repo.Tree(ctx, commit)
	if err != nil {
		return "", cleanup, fmt.Errorf("read revision %s: %w", rev, err)
	}
	if entries, err = checkedOut(ctx, repo, entries); err != nil {
		return "", cleanup, err
	}
	root, err = os.MkdirTemp("", "nixsink-rev-")
	if err != nil {
		return "", cleanup, fmt.Errorf("lay out revision %s: %w", rev, err)
	}
	cleanup = func() { os.RemoveAll(root) }
	if err := layOut(ctx, entries, root); err != nil {
		cleanup()
		return "", func() {}, fmt.Errorf("read revision %s: %w", rev, err)
	}
	return root, cleanup, nil
}

// checkedOut drops what a sparse checkout leaves out of the working tree.
func checkedOut(ctx context.Context, repo *git.Repository, entries []git.Entry) ([]git.Entry, error) {
	tracked, err := repo.Tracked(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the index of %s: %w", repo.Top, err)
	}
	var out []git.Entry
	for _, e := range entries {
		if !tracked.NotCheckedOut(e.Name) {
			out = append(out, e)
		}
	}
	return out, nil
}

func layOut(ctx context.Context, entries []git.Entry, dir string) error {
	out, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer out.Close()
	blobs := git.NewBlobs(ctx)
	defer blobs.Close()
	made := map[string]bool{".": true}
	return blobs.Each(entries, MaxFile, func(e git.Entry, contents []byte) error {
		if contents == nil {
			return nil
		}
		if in := path.Dir(e.Name); !made[in] {
			if err := out.MkdirAll(in, 0o755); err != nil {
				return err
			}
			made[in] = true
		}
		if e.Mode == git.Link {
			return out.Symlink(string(contents), e.Name)
		}
		w, err := out.OpenFile(e.Name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return err
		}
		_, err = w.Write(contents)
		return errors.Join(err, w.Close())
	})
}
