// Package revision reads another revision of a tree from its git history, so that it can be analysed like a folder, and tells which
// files of it were moved since.
package revision

import (
	"context"
	"errors"
	"fmt"

	"nixsink/graph"
	"nixsink/internal/git"
)

// A Snapshot is a revision's tree, in memory.
type Snapshot struct {
	*git.Files
	Commit  string            // the revision's full hash
	leftOut map[string]string // what is part of the tree and not here, with the reason: for graph.Options
	hashes  map[string]string // of the blobs, by file
	rev     string
	entries []git.Entry
	fetch   bool
}

// Open reads the tree of revision rev, as far as it lies below dir, which is a folder of a git working tree.
// rev is all that gitrevisions(7) has for one commit; main... is where the history of HEAD left main, as a pull request shows it.
// What a sparse checkout leaves out of the working tree is left out here too. Submodules are read at their recorded commits.
// Errors say what to fetch where history is missing; with fetch, contents that a partial clone lacks are fetched. The caller closes it.
func Open(ctx context.Context, dir, rev string, fetch bool) (*Snapshot, error) {
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
	s := &Snapshot{leftOut: Absent(absent), Commit: commit, hashes: map[string]string{}, rev: rev, fetch: fetch}
	for _, e := range entries {
		s.hashes[e.Name] = e.Hash
		if tracked.NotCheckedOut(e.Name) {
			s.leftOut[e.Name] = "it is not checked out"
		} else {
			s.entries = append(s.entries, e)
		}
	}
	return s, s.read(ctx)
}

// read reads the files, and fetches first what the clone lacks of them if it may.
func (s *Snapshot) read(ctx context.Context) (err error) {
	s.Files, err = git.NewFiles(ctx, s.entries, nil)
	if missing := (*git.MissingError)(nil); s.fetch && errors.As(err, &missing) {
		if err = Fetch(ctx, s.entries); err == nil {
			s.Files, err = git.NewFiles(ctx, s.entries, nil)
		}
	}
	if err != nil {
		return fmt.Errorf("read revision %s: %w", s.rev, err)
	}
	return nil
}

// Analyse analyses the tree.
func (s *Snapshot) Analyse(ctx context.Context, opts graph.Options) (*graph.Graph, error) {
	g, err := s.analyse(ctx, opts)
	if err == nil && s.Lacks() != nil && s.fetch {
		s.Close()
		if err := Fetch(ctx, s.entries); err != nil {
			return nil, fmt.Errorf("read revision %s: %w", s.rev, err)
		}
		if err := s.read(ctx); err != nil {
			return nil, err
		}
		g, err = s.analyse(ctx, opts)
	}
	if err == nil && s.Lacks() != nil {
		return nil, fmt.Errorf("read revision %s: %w", s.rev, s.Lacks())
	}
	return g, err
}

func (s *Snapshot) analyse(ctx context.Context, opts graph.Options) (*graph.Graph, error) {
	opts.Files, opts.LeftOut = s.Files, s.leftOut
	return graph.Analyze(ctx, "", opts)
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

// Absent gives the reason why nothing of some submodules is at hand.
func Absent(submodules []string) map[string]string {
	out := map[string]string{}
	for _, name := range submodules {
		out[name] = "its submodule is not checked out"
	}
	return out
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
