// Package door is where files come in and go out.
//
// In goes a name, out comes what a regular file holds, or an error that says what it is instead; in goes a text, and a file holds the old
// text or the new one at every moment, never half of it. Two kinds of names are told apart. What a person wrote on the command line may
// lie anywhere (Read, Replace). What is found below a folder (a configuration, a baseline, a page) belongs to somebody's repository, and that
// need not be a friend's: no link there leads out of it (Tree). The package knows nothing of what files mean.
package door

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Limits, in bytes, of what is read whole.
const (
	MaxConfig = 1 << 20  // a configuration file
	MaxPage   = 8 << 20  // a page of Markdown that people wrote
	MaxData   = 64 << 20 // a baseline, a generated page or picture, a recorded graph
)

// Faults of a single file.
var (
	ErrNotRegular = errors.New("it is no regular file")
	ErrTooLarge   = errors.New("it is too large")
	ErrLeadsOut   = errors.New("a link leads out of the tree: the file it means is left alone")
)

// Read reads a file that a person named, wherever it lies and whatever links lead to it.
func Read(path string, limit int64) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|noBlock, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := read(f, limit)
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: path, Err: err}
	}
	return b, nil
}

// read reads an open file, which was opened so that a pipe did not block. A file in which more stands than its size said, as in /proc,
// counts as large as what is in it.
func read(f *os.File, limit int64) ([]byte, error) {
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, errors.New("it is a folder")
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%w but %s", ErrNotRegular, Kind(info.Mode()))
	case info.Size() > limit:
		return nil, fmt.Errorf("%w: %d bytes, the limit is %d", ErrTooLarge, info.Size(), limit)
	}
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(b)) > limit {
		return nil, fmt.Errorf("%w: the limit is %d bytes", ErrTooLarge, limit)
	}
	return b, err
}

// Kind says in words what a file is that is not regular.
func Kind(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeSymlink != 0:
		return "a link"
	case mode&fs.ModeNamedPipe != 0:
		return "a pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "something special"
}

// Top is the folder whose links stay within: the git work tree that dir is part of, or dir itself.
func Top(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for top := abs; ; top = filepath.Dir(top) {
		// .git is a folder in a clone and a file in a work tree or submodule.
		if _, err := os.Lstat(filepath.Join(top, ".git")); err == nil {
			return top, nil
		}
		if top == filepath.Dir(top) {
			return abs, nil
		}
	}
}
