package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"unsafe"
)

// maxFile is the size in bytes from which contents are not read: nothing that large is Nix source.
const maxFile = 64 << 20

var errLargeBlob = fmt.Errorf("it is larger than %d bytes", maxFile)

// Files is a tree of git's as a checkout would lay it out, in memory: nothing is written, so that no name in a history, however hostile, leads
// anywhere. Names are slash-separated and relative to its root, which is "". Several may ask at once. What it holds of contents is
// what was asked for, and the Nix files.
type Files struct {
	entries map[string]Entry
	folders map[string][]fs.DirEntry
	texts   map[string]string // by hash: of Nix files and links

	mu     sync.Mutex
	late   map[string]string // by hash: what was asked for besides
	lacks  error             // a *MissingError: something was asked for that is not in the clone
	blobs  *Blobs
	closed bool
}

// NewFiles reads a tree. What before holds of the same contents is not read again; nil holds nothing. Its git process is taken over, so that before is closed
// afterwards. The error is a *MissingError where contents of Nix files or links are not in the clone.
func NewFiles(ctx context.Context, entries []Entry, before *Files) (*Files, error) {
	f := &Files{entries: make(map[string]Entry, len(entries)), folders: map[string][]fs.DirEntry{"": nil}, texts: map[string]string{}, late: map[string]string{}, blobs: before.handOver()}
	if f.blobs == nil {
		f.blobs = NewBlobs(ctx)
	}
	var read []Entry
	asked := map[string]bool{}
	for _, e := range entries {
		f.entries[e.Name] = e
		f.enter(e)
		if e.Mode != Link && !strings.HasSuffix(e.Name, ".nix") || asked[e.Hash] {
			continue
		}
		asked[e.Hash] = true
		if text, ok := before.held(e.Hash); ok {
			f.texts[e.Hash] = text
		} else {
			read = append(read, e)
		}
	}
	for _, list := range f.folders {
		slices.SortFunc(list, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	}
	if err := f.blobs.Each(read, maxFile, func(e Entry, contents []byte) error {
		if contents != nil {
			f.texts[e.Hash] = asString(contents)
		}
		return nil
	}); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// asString is a text that is never written to.
func asString(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// handOver closes the files and gives away what reads contents; nil where that is closed already.
func (f *Files) handOver() *Blobs {
	if f == nil {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil
	}
	f.closed = true
	return f.blobs
}

func (f *Files) held(hash string) (string, bool) {
	if f == nil {
		return "", false
	}
	text, ok := f.texts[hash]
	return text, ok
}

// enter lists an entry, and the folders on its way.
func (f *Files) enter(e Entry) {
	name, kind := e.Name, fs.FileMode(0)
	if e.Mode == Link {
		kind = fs.ModeSymlink
	}
	for {
		in, base := path.Split(name)
		in = strings.TrimSuffix(in, "/")
		_, known := f.folders[in]
		f.folders[in] = append(f.folders[in], dirEntry{base, kind})
		if known {
			return
		}
		name, kind = in, fs.ModeDir
	}
}

// Close ends what reads contents. Those that were read stay.
func (f *Files) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.closed {
		f.blobs.Close()
	}
	f.closed = true
}

// Lacks is a *MissingError where something was asked for that is not in the clone, nil otherwise.
func (f *Files) Lacks() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.lacks
}

// List gives the entries of a folder, sorted by name.
func (f *Files) List(folder string) ([]fs.DirEntry, error) {
	list, ok := f.folders[folder]
	if !ok {
		return nil, &fs.PathError{Op: "list", Path: folder, Err: fs.ErrNotExist}
	}
	return list, nil
}

// Read gives what a file holds, and whether it may be executed.
func (f *Files) Read(name string) (text string, exec bool, err error) {
	e, ok := f.entries[name]
	if !ok {
		return "", false, &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
	}
	if e.Mode == Link {
		return "", false, &fs.PathError{Op: "read", Path: name, Err: errors.New("it is a link")}
	}
	if text, err = f.contents(e); err != nil {
		return "", false, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	return text, e.Mode == Executable, nil
}

// Link gives what a symbolic link holds.
func (f *Files) Link(name string) (string, error) {
	e, ok := f.entries[name]
	if !ok || e.Mode != Link {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: fs.ErrNotExist}
	}
	return f.contents(e)
}

func (f *Files) contents(e Entry) (string, error) {
	if text, ok := f.texts[e.Hash]; ok {
		return text, nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if text, ok := f.late[e.Hash]; ok {
		return text, nil
	}
	if f.closed {
		return "", fs.ErrClosed
	}
	err := f.blobs.Each([]Entry{e}, maxFile, func(_ Entry, contents []byte) error {
		if contents == nil {
			return errLargeBlob
		}
		f.late[e.Hash] = asString(contents)
		return nil
	})
	if missing := (*MissingError)(nil); errors.As(err, &missing) {
		f.lacks = err
	}
	return f.late[e.Hash], err
}

// dirEntry is an entry of a folder.
type dirEntry struct {
	name string
	kind fs.FileMode
}

func (e dirEntry) Name() string               { return e.name }
func (e dirEntry) IsDir() bool                { return e.kind.IsDir() }
func (e dirEntry) Type() fs.FileMode          { return e.kind }
func (e dirEntry) Info() (fs.FileInfo, error) { return nil, fs.ErrNotExist }
