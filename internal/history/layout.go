package history

import (
	"context"
	"errors"
	"os"
	"path"

	"nixsink/internal/git"
)

// maxFile is the size in bytes from which a file is laid out empty: nothing that large is Nix source.
const maxFile = 16 << 20

// layout is a folder that becomes one tree after another.
type layout struct {
	dir   string
	root  *os.Root
	blobs *git.Blobs
	files map[string]git.Entry
}

func newLayout(ctx context.Context) (*layout, error) {
	dir, err := os.MkdirTemp("", "nixsink-history-")
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir) // no name in a history, however hostile, leads out of it
	if err != nil {
		_ = os.RemoveAll(dir)
		return nil, err
	}
	return &layout{dir: dir, root: root, blobs: git.NewBlobs(ctx), files: map[string]git.Entry{}}, nil
}

func (l *layout) remove() {
	l.blobs.Close()
	_ = l.root.Close()
	_ = os.RemoveAll(l.dir)
}

// same reports whether two entries of one name have the same contents.
func same(a, b git.Entry) bool {
	return a.Hash == b.Hash && (a.Mode == git.Link) == (b.Mode == git.Link)
}

// become turns the folder into a tree, whose entries are sorted, touching what differs.
func (l *layout) become(entries []git.Entry) error {
	next := make(map[string]git.Entry, len(entries))
	for _, e := range entries {
		next[e.Name] = e
	}
	for name, e := range l.files {
		if n, ok := next[name]; ok && same(e, n) {
			continue
		}
		if err := l.root.Remove(name); err != nil {
			return err
		}
		delete(l.files, name)
		// A folder without files is none in git.
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			if l.root.Remove(dir) != nil {
				break
			}
		}
	}
	var come []git.Entry
	for _, e := range entries {
		if _, ok := l.files[e.Name]; !ok {
			come = append(come, e)
		}
	}
	return l.blobs.Each(come, maxFile, func(e git.Entry, contents []byte) error {
		if err := l.write(e, contents); err != nil {
			return err
		}
		l.files[e.Name] = e
		return nil
	})
}

func (l *layout) write(e git.Entry, contents []byte) error {
	if dir := path.Dir(e.Name); dir != "." {
		if err := l.root.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	if e.Mode == git.Link {
		return l.root.Symlink(string(contents), e.Name)
	}
	w, err := l.root.OpenFile(e.Name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = w.Write(contents)
	return errors.Join(err, w.Close())
}
