package history

import (
	"context"
	"errors"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// maxFile is the size in bytes from which a file is laid out empty: nothing that large is Nix source.
const maxFile = 16 << 20

// blob is a file of a tree.
type blob struct {
	hash plumbing.Hash
	link bool
}

// filesOf lists the files of a tree by path. Submodules belong to other repositories.
func filesOf(repo *git.Repository, tree *object.Tree) (map[string]blob, error) {
	files := map[string]blob{}
	var walk func(t *object.Tree, below string) error
	walk = func(t *object.Tree, below string) error {
		for _, e := range t.Entries {
			if strings.ContainsAny(e.Name, `/\`) || e.Name == ".." || e.Name == "." || strings.EqualFold(e.Name, ".git") {
				continue // git itself refuses such names
			}
			name := path.Join(below, e.Name)
			switch e.Mode {
			case filemode.Dir:
				sub, err := object.GetTree(repo.Storer, e.Hash)
				if err != nil {
					return err
				}
				if err := walk(sub, name); err != nil {
					return err
				}
			case filemode.Regular, filemode.Executable, filemode.Deprecated:
				files[name] = blob{hash: e.Hash}
			case filemode.Symlink:
				files[name] = blob{hash: e.Hash, link: true}
			}
		}
		return nil
	}
	return files, walk(tree, "")
}

// layout is a folder that becomes one tree after another.
type layout struct {
	repo  *git.Repository
	dir   string
	root  *os.Root
	files map[string]blob
}

func newLayout(repo *git.Repository) (*layout, error) {
	dir, err := os.MkdirTemp("", "nixsink-history-")
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir) // no name in a history, however hostile, leads out of it
	if err != nil {
		_ = os.RemoveAll(dir)
		return nil, err
	}
	return &layout{repo: repo, dir: dir, root: root, files: map[string]blob{}}, nil
}

func (l *layout) remove() {
	_ = l.root.Close()
	_ = os.RemoveAll(l.dir)
}

// become turns the folder into the given tree, touching what differs.
func (l *layout) become(ctx context.Context, files map[string]blob) error {
	var gone []string
	for name, b := range l.files {
		if files[name] != b {
			gone = append(gone, name)
		}
	}
	slices.Sort(gone)
	for _, name := range gone {
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
	var come []string
	for name := range files {
		if _, ok := l.files[name]; !ok {
			come = append(come, name)
		}
	}
	slices.Sort(come)
	for _, name := range come {
		if err := ctx.Err(); err != nil {
			return err
		}
		if dir := path.Dir(name); dir != "." {
			if err := l.root.MkdirAll(dir, 0o755); err != nil {
				return err
			}
		}
		if err := l.write(name, files[name]); err != nil {
			return err
		}
		l.files[name] = files[name]
	}
	return nil
}

func (l *layout) write(name string, b blob) error {
	o, err := object.GetBlob(l.repo.Storer, b.hash)
	if err != nil {
		return err
	}
	r, err := o.Reader()
	if err != nil {
		return err
	}
	defer r.Close()
	if b.link {
		target, err := io.ReadAll(io.LimitReader(r, 4096))
		if err != nil {
			return err
		}
		return l.root.Symlink(string(target), name)
	}
	w, err := l.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if o.Size <= maxFile {
		_, err = io.Copy(w, r)
	}
	return errors.Join(err, w.Close())
}
