package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"strings"
)

// Renames pairs files that are gone with files that came, by name and contents, where git takes the one for the other (`diff -M`: exactly alike,
// or at least half alike). It maps the old name to the new one. Git compares them outside any repository.
func Renames(ctx context.Context, gone, came map[string]string) (map[string]string, error) {
	if len(gone) == 0 || len(came) == 0 {
		return nil, nil
	}
	program, err := program()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "nixsink-moved-")
	if err != nil {
		return nil, fmt.Errorf("look for renamed files: %w", err)
	}
	defer os.RemoveAll(dir)
	if dir, err = real(dir); err != nil {
		return nil, fmt.Errorf("look for renamed files: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("look for renamed files: %w", err)
	}
	defer root.Close()
	for side, files := range map[string]map[string]string{"a": gone, "b": came} {
		for name, text := range files {
			at := path.Join(side, name)
			if err := errors.Join(root.MkdirAll(path.Dir(at), 0o700), root.WriteFile(at, []byte(text), 0o600)); err != nil {
				return nil, fmt.Errorf("look for renamed files: %w", err)
			}
		}
	}
	r := &Repository{Top: dir, Dir: dir, program: program, alone: true}
	out, err := r.run(ctx, "diff", "--no-index", "--no-ext-diff", "--no-textconv", "--name-status", "-z", "-M", "-l2000", "--diff-filter=R", "a", "b")
	if err != nil && !isStatus(err, 1) { // 1: they differ
		return nil, fmt.Errorf("look for renamed files: %w", err)
	}
	moved := map[string]string{}
	fields := strings.Split(string(out), "\x00")
	for i := 0; i+2 < len(fields); i += 3 { // R100, a/OLD, b/NEW
		moved[strings.TrimPrefix(fields[i+1], "a/")] = strings.TrimPrefix(fields[i+2], "b/")
	}
	return moved, nil
}

// CameFrom tells where the folder r.Below lay in a commit that does not have it, if it was renamed as a whole since: the folder that most of
// its files come from unchanged, "" if there is none. r.Below is not the root.
func (r *Repository) CameFrom(ctx context.Context, commit string) (string, error) {
	// Exactly alike: that is told by the hashes, and no contents are needed.
	out, err := r.run(ctx, "diff-tree", "-r", "-z", "--name-status", "--no-ext-diff", "--no-textconv", "-M100%", "-l2000", "--diff-filter=R", commit, "HEAD")
	if err != nil {
		return "", r.explainTree(ctx, commit, err)
	}
	votes := map[string]int{}
	best := ""
	fields := strings.Split(string(out), "\x00")
	for i := 0; i+2 < len(fields); i += 3 { // R100, OLD, NEW
		rel, ours := strings.CutPrefix(fields[i+2], r.Below)
		from, kept := strings.CutSuffix(fields[i+1], rel)
		if !ours || !kept || !strings.HasPrefix(rel, "/") || from == "" {
			continue
		}
		votes[from]++
		if votes[from] > votes[best] || votes[from] == votes[best] && from < best {
			best = from
		}
	}
	return best, nil
}
