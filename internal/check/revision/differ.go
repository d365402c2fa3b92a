package revision

import (
	"context"
	"fmt"
	"slices"

	"nixsink/internal/git"
)

// Differ tells which files are not the same in two states of a tree: those that are in one alone, and those that hold something else. now is nil for
// the working tree of dir, of which the files count that are tracked. What passes a filter on its way to git (git-crypt, LFS) is compared as the
// index has it. Names are sorted, and relative to dir.
func Differ(ctx context.Context, dir string, then, now *Snapshot) ([]string, error) {
	var is map[string]string
	if now != nil {
		is = now.hashes
	} else {
		repo, err := git.Open(ctx, dir)
		if err == nil {
			is, err = repo.WorkingHashes(ctx, then.hashes)
		}
		if err != nil {
			return nil, fmt.Errorf("compare the files of %s: %w", dir, err)
		}
	}
	var out []string
	for name, hash := range is {
		if then.hashes[name] != hash {
			out = append(out, name)
		}
	}
	for name := range then.hashes {
		if _, ok := is[name]; !ok {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out, nil
}
