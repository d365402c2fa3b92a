package door

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Tree is a folder of somebody's. Names are slash-separated and relative to it, and no link leads from them to anything outside.
type Tree struct {
	root *os.Root
	dir  string
}

// Open opens the folder at dir, which may itself be reached by links.
func Open(dir string) (*Tree, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Tree{root, dir}, nil
}

// OpenBelow opens a folder for output that lies below top in what its name says, and makes it first if make is set. A link on the way
// does not lead out of top. A folder that does not lie below top was chosen by hand and may be anywhere.
func OpenBelow(top, dir string, create bool) (*Tree, error) {
	rel, below := Below(top, dir)
	if !below || rel == "." {
		if create {
			if err := os.MkdirAll(dir, 0o777); err != nil {
				return nil, err
			}
		}
		return Open(dir)
	}
	outer, err := Open(top)
	if err != nil {
		return nil, err
	}
	defer outer.Close()
	if create {
		if err := outer.root.MkdirAll(filepath.FromSlash(rel), 0o777); err != nil {
			return nil, outer.fault("make folder", rel, err)
		}
	}
	root, err := outer.root.OpenRoot(filepath.FromSlash(rel))
	if err != nil {
		return nil, outer.fault("open folder", rel, err)
	}
	return &Tree{root, dir}, nil
}

// ReadBelow reads a file that lies below top in what its name says: then no link leads out of top. One that lies elsewhere was named by hand.
func ReadBelow(top, name string, limit int64) ([]byte, error) {
	rel, below := Below(top, name)
	if !below {
		return Read(name, limit)
	}
	t, err := Open(top)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	b, err := t.Read(rel, limit)
	var at *fs.PathError
	if errors.As(err, &at) {
		at.Path = name
	}
	return b, err
}

// WriteBelow replaces a file that lies below top in what its name says, and Replace does where it lies elsewhere.
func WriteBelow(top, name string, data []byte) (note string, err error) {
	rel, below := Below(top, name)
	if !below {
		return Replace(name, data)
	}
	t, err := Open(top)
	if err != nil {
		return "", err
	}
	defer t.Close()
	note, err = t.Write(rel, data)
	var at *fs.PathError
	if errors.As(err, &at) {
		at.Path = name
	}
	return note, err
}

// Below is where a name lies in the folder top, by the names alone, slash-separated, "." for top itself. It reports false if it lies elsewhere.
func Below(top, name string) (string, bool) {
	top, err := filepath.Abs(top)
	if err != nil {
		return "", false
	}
	abs, err := filepath.Abs(name)
	if err != nil {
		return "", false
	}
	rel, err := filepath.Rel(top, abs)
	if err != nil || !filepath.IsLocal(rel) {
		return "", false
	}
	return filepath.ToSlash(rel), true
}

// Close lets the folder go.
func (t *Tree) Close() error { return t.root.Close() }

// Read reads a regular file of the tree.
func (t *Tree) Read(name string, limit int64) ([]byte, error) {
	f, err := t.root.OpenFile(filepath.FromSlash(name), os.O_RDONLY|noBlock, 0)
	if err != nil {
		return nil, t.fault("open", name, err)
	}
	defer f.Close()
	b, err := read(f, limit)
	if err != nil {
		return nil, t.fault("read", name, err)
	}
	return b, nil
}

// Remove removes a file, and the folder that this leaves empty.
func (t *Tree) Remove(name string) error {
	if err := t.root.Remove(filepath.FromSlash(name)); err != nil {
		return t.fault("remove", name, err)
	}
	if dir := path.Dir(name); dir != "." {
		_ = t.root.Remove(filepath.FromSlash(dir)) // a folder that is not empty stays
	}
	return nil
}

// fault names the file as a person would, and what a link does rather than how it was noticed.
func (t *Tree) fault(op, name string, err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	if escapes(err) {
		err = ErrLeadsOut
	}
	return &fs.PathError{Op: op, Path: filepath.Join(t.dir, filepath.FromSlash(name)), Err: err}
}

// escapes reports whether os.Root refused to leave its folder: it has no error of a name.
func escapes(err error) bool {
	return err != nil && strings.Contains(err.Error(), "escapes from parent")
}

// maxHops bounds a chain of links, as the kernel does.
const maxHops = 40

// behind follows links of the last element, so that a link within the tree stays one and what it means is replaced.
func (t *Tree) behind(name string) (string, error) {
	for range maxHops {
		info, err := t.root.Lstat(filepath.FromSlash(name))
		if errors.Is(err, fs.ErrNotExist) {
			return name, nil
		}
		if err != nil {
			return "", err
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			return name, nil
		}
		target, err := t.root.Readlink(filepath.FromSlash(name))
		if err != nil {
			return "", err
		}
		target = filepath.ToSlash(target)
		if path.IsAbs(target) || filepath.IsAbs(target) {
			return "", ErrLeadsOut
		}
		if name = path.Join(path.Dir(name), target); !filepath.IsLocal(filepath.FromSlash(name)) {
			return "", ErrLeadsOut
		}
	}
	return "", fmt.Errorf("too many links")
}
