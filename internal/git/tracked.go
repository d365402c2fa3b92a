package git

import (
	"context"
	"strings"
)

// Tracked is what the index of a working tree holds below a folder, by names relative to it.
type Tracked struct {
	files    map[string]byte // name → its tag in `ls-files -t`: H, or S where it is not checked out
	dirs     map[string]bool // folders with tracked files below
	gitlinks map[string]bool // submodules
	hashes   map[string]string
}

// Tracked asks the index.
func (r *Repository) Tracked(ctx context.Context) (*Tracked, error) {
	out, err := r.run(ctx, "ls-files", "-z", "-t", "--stage")
	if err != nil {
		return nil, err
	}
	t := &Tracked{files: map[string]byte{}, dirs: map[string]bool{}, gitlinks: map[string]bool{}, hashes: map[string]string{}}
	for line := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		// TAG MODE HASH STAGE<tab>NAME
		head, name, ok := strings.Cut(line, "\t")
		if !ok || len(head) < 8 {
			continue
		}
		if strings.HasPrefix(head[2:], Submodule) {
			t.gitlinks[name] = true
		}
		t.files[name] = head[0]
		if fields := strings.Fields(head[2:]); len(fields) == 3 {
			t.hashes[name] = fields[1]
		}
		for i := len(name) - 1; i > 0; i-- {
			if name[i] == '/' {
				if t.dirs[name[:i]] {
					break
				}
				t.dirs[name[:i]] = true
			}
		}
	}
	return t, nil
}

// Has reports whether a file, or anything in a folder, is tracked. A nil *Tracked has nothing.
func (t *Tracked) Has(name string) bool {
	return t != nil && (t.files[name] != 0 || t.dirs[name])
}

// NotCheckedOut reports whether a sparse checkout leaves a tracked file out.
func (t *Tracked) NotCheckedOut(name string) bool { return t != nil && t.files[name] == 'S' }

// Submodule is the submodule that a name lies in or names, "" if there is none.
func (t *Tracked) Submodule(name string) string {
	if t == nil {
		return ""
	}
	for i := 0; i <= len(name); i++ {
		if (i == len(name) || name[i] == '/') && t.gitlinks[name[:i]] {
			return name[:i]
		}
	}
	return ""
}

// Knew reports whether a file or folder is in the index, or was in any commit that a reference or its log leads to. The name is relative
// to r.Dir.
func (r *Repository) Knew(ctx context.Context, name string) bool {
	out, err := r.run(ctx, "ls-files", "-z", "--", name)
	if err == nil && len(out) > 0 {
		return true
	}
	out, err = r.run(ctx, "rev-list", "--max-count=1", "--all", "--reflog", "HEAD", "--", name)
	return err == nil && len(out) > 0
}
