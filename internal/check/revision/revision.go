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

	"nixsink/graph"
	"nixsink/internal/git"
)

// MaxFile is the size in bytes from which a file is left out: nothing that large is Nix source.
const MaxFile = 64 << 20

// A Layout is a revision's tree in a temporary folder.
type Layout struct {
	Root    string
	LeftOut map[string]string // what is part of the tree and was not laid out, with the reason: for graph.Options
	Commit  string            // the revision's full hash
	hashes  map[string]string // of the blobs, by file
}

// Remove deletes the folder.
func (l *Layout) Remove() { os.RemoveAll(l.Root) }

// Checkout writes the tree of revision rev, as far as it lies below dir, to a temporary folder. dir is a folder of a git working tree.
// rev is all that gitrevisions(7) has for one commit; main... is where the history of HEAD left main, as a pull request shows it.
// What a sparse checkout leaves out of the working tree is left out here too. Submodules are read at their recorded commits.
// Errors say what to fetch where history is missing; with fetch, contents that a partial clone lacks are fetched.
func Checkout(ctx context.Context, dir, rev string, fetch bool) (*Layout, error) {
	repo, err := git.Open(ctx, dir)
	if errors.Is(err, git.ErrNoRepository) {
		return nil, fmt.Errorf("%s is in no git repository, so there is no revision %s to compare with", dir, rev)
	} else if err != nil {
		return nil, err
	}
	commit, err := repo.Resolve(ctx, rev)
	if err != nil {
		return nil, err
	}
	entries, absent, err := repo.Tree(ctx, commit)
	if err != nil {
		return nil, fmt.Errorf("read revision %s: %w", rev, err)
	}
	if len(entries) == 0 && repo.Below != "" {
		// The folder was not there yet, or had another name.
		from, err := repo.CameFrom(ctx, commit)
		if err == nil && from != "" {
			then := *repo
			then.Below = from
			entries, absent, err = then.Tree(ctx, commit)
		}
		if err != nil {
			return nil, fmt.Errorf("read revision %s: %w", rev, err)
		}
	}
	tracked, err := repo.Tracked(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the index of %s: %w", repo.Top, err)
	}
	l := &Layout{LeftOut: Absent(absent), Commit: commit, hashes: map[string]string{}}
	here := entries[:0]
	for _, e := range entries {
		l.hashes[e.Name] = e.Hash
		if tracked.NotCheckedOut(e.Name) {
			l.LeftOut[e.Name] = "it is not checked out"
		} else {
			here = append(here, e)
		}
	}
	if l.Root, err = os.MkdirTemp("", "nixsink-rev-"); err != nil {
		return nil, fmt.Errorf("lay out revision %s: %w", rev, err)
	}
	err = layOut(ctx, here, l.Root)
	if missing := (*git.MissingError)(nil); fetch && errors.As(err, &missing) {
		l.Remove()
		if err = Fetch(ctx, here); err == nil {
			if err = os.Mkdir(l.Root, 0o700); err == nil {
				err = layOut(ctx, here, l.Root)
			}
		}
	}
	if err != nil {
		l.Remove()
		return nil, fmt.Errorf("read revision %s: %w", rev, err)
	}
	return l, nil
}

// Fetch brings what clones lack of some files.
func Fetch(ctx context.Context, entries []git.Entry) error {
	last := ""
	for {
		var missing *git.MissingError
		err := git.Missing(ctx, entries)
		if !errors.As(err, &missing) {
			return err
		}
		// One repository after the other, each once.
		if missing.Error() == last {
			return err
		}
		last = missing.Error()
		if err := missing.Fetch(ctx); err != nil {
			return err
		}
	}
}

// Absent gives the reason why nothing of some submodules was laid out.
func Absent(submodules []string) map[string]string {
	out := map[string]string{}
	for _, name := range submodules {
		out[name] = "its submodule is not checked out"
	}
	return out
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

// Moved tells which files of a tree as it was lie elsewhere now: the old name → the new one, where git takes the new file for the old one
// renamed. Folders are no more than their files. Line ends that are the checkout's count for nothing.
func Moved(ctx context.Context, before, after *graph.Graph) (map[string]string, error) {
	return git.Renames(ctx, others(before, after), others(after, before))
}

// others are the texts of the files of g that other has not.
func others(g, other *graph.Graph) map[string]string {
	out := map[string]string{}
	for name, f := range g.Files {
		if other.Files[name] == nil {
			out[name] = f.Src
			if g.CheckoutCRLF[name] {
				out[name] = graph.WithoutCR(f.Src)
			}
		}
	}
	return out
}
