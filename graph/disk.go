package graph

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Files is a tree that lies in no folder, such as a revision that git keeps. Names are slash-separated and relative to its root, which is "". What is
// in it never changes, and several may ask at once.
type Files interface {
	// List gives the entries of a folder, sorted by name: files, folders, symbolic links.
	List(folder string) ([]fs.DirEntry, error)
	// Read gives what a file holds, and whether it may be executed. No link on the way is followed.
	Read(name string) (text string, exec bool, err error)
	// Link gives what a symbolic link holds.
	Link(name string) (string, error)
}

// disk is where a tree is read from. Names are as in Files.
type disk interface {
	list(folder string) ([]fs.DirEntry, error)
	// read reads a regular file of at most maxBytes, which is no link itself.
	read(name string, maxBytes int64) (src string, exec bool, err error)
	// kind is the type that a name has, a link's own.
	kind(name string) (fs.FileMode, error)
	// behind is where the links on a name's way lead, errOutside if that is out of the tree.
	behind(name string) (string, error)
}

// errOutside says of a link that it leads out of the tree.
var errOutside = errors.New("it leads out of the tree")

// folder is a tree in a folder of the machine, whose absolute name has no link in it.
type folder string

func (d folder) path(name string) string {
	if name == "" {
		return string(d)
	}
	return string(d) + string(filepath.Separator) + filepath.FromSlash(name)
}

func (d folder) list(name string) ([]fs.DirEntry, error) { return os.ReadDir(d.path(name)) }

func (d folder) read(name string, maxBytes int64) (string, bool, error) {
	return readSource(d.path(name), maxBytes)
}

func (d folder) kind(name string) (fs.FileMode, error) {
	info, err := os.Lstat(d.path(name))
	if err != nil {
		return 0, err
	}
	return info.Mode().Type(), nil
}

func (d folder) behind(name string) (string, error) {
	real, err := filepath.EvalSymlinks(d.path(name))
	if err != nil {
		return "", err
	}
	below, err := filepath.Rel(string(d), real)
	if err != nil || !filepath.IsLocal(below) {
		return "", errOutside
	}
	if below == "." {
		return "", nil
	}
	return filepath.ToSlash(below), nil
}

// given is a tree that somebody has at hand.
type given struct{ files Files }

func (d given) list(name string) ([]fs.DirEntry, error) { return d.files.List(name) }

func (d given) read(name string, maxBytes int64) (string, bool, error) {
	src, exec, err := d.files.Read(name)
	if err == nil && int64(len(src)) > maxBytes {
		return "", false, tooLarge(int64(len(src)))
	}
	return src, exec, err
}

func (d given) kind(name string) (fs.FileMode, error) {
	if name == "" {
		return fs.ModeDir, nil
	}
	in, base := path.Split(name)
	in, err := d.behind(strings.TrimSuffix(in, "/"))
	if err != nil {
		return 0, err
	}
	return d.entry(in, base)
}

// entry is the type of what a folder has under a name, no link being on the way to the folder.
func (d given) entry(folder, name string) (fs.FileMode, error) {
	entries, err := d.files.List(folder)
	if err != nil {
		return 0, err
	}
	i, ok := entryOf(entries, name)
	if !ok {
		return 0, fmt.Errorf("%s: %w", path.Join(folder, name), fs.ErrNotExist)
	}
	return entries[i].Type(), nil
}

// entryOf finds a name among a folder's entries, which are sorted by it.
func entryOf(entries []fs.DirEntry, name string) (int, bool) {
	return slices.BinarySearchFunc(entries, name, func(e fs.DirEntry, name string) int { return strings.Compare(e.Name(), name) })
}

func (d given) behind(name string) (string, error) {
	done, rest := "", name
	for hops := 0; rest != ""; {
		part, after, _ := strings.Cut(rest, "/")
		switch part {
		case "", ".":
			rest = after
			continue
		case "..":
			// What is done has no link in it, so its parent is the one that its name says.
			if done == "" {
				return "", errOutside
			}
			done, rest = strings.TrimSuffix(path.Dir(done), "."), after
			continue
		}
		at := path.Join(done, part)
		kind, err := d.entry(done, part)
		if err != nil {
			return "", err
		}
		if kind&fs.ModeSymlink == 0 {
			done, rest = at, after
			continue
		}
		if hops++; hops > maxLinkHops {
			return "", errors.New("too many links")
		}
		to, err := d.files.Link(at)
		if err != nil {
			return "", err
		}
		if path.IsAbs(to) {
			return "", errOutside
		}
		rest = to + "/" + after
	}
	return done, nil
}
