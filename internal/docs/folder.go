// Package docs keeps generated text in a repository: a folder of pages, and marked regions within people's own pages.
//
// In goes text that is finished; files change only where their bytes do, in one step each, and whatever is not ours stays as it is.
// The package knows nothing of Nix, nor how the text is made.
package docs

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"nixsink/internal/door"
	"nixsink/internal/git"
)

// File is one file that a folder shall hold.
type File struct {
	Name string // slash-separated, within the folder
	Data []byte
}

// Change is what has to be done to a file of the folder.
type Change struct {
	Name     string
	Old, New []byte // nil: there is no such file
}

// Manifest is the file in the folder that lists what was written there, so that a page of a value that is gone goes too, and nobody
// else's file does.
const Manifest = ".nixsink-docs"

// ForeignError says that a file which somebody else wrote stands where a page is to be.
type ForeignError struct{ Name string }

func (e *ForeignError) Error() string {
	return e.Name + " is not a page of ours, and one is to be written there: move it, or choose another folder"
}

// Plan compares a folder with what it shall hold, sorted by name. ours tells by its contents whether a file is one of ours: what is not is
// never deleted, nor overwritten unless the list names it.
//
// The folder is part of somebody's repository, top, and that need not be a friend's: no link in it leads anything out of it, nor does one on
// the way from top to it.
func Plan(top, dir string, files []File, ours func(name string, data []byte) bool) ([]Change, error) {
	root, err := door.OpenBelow(top, dir, false)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		root = nil // everything is new
	case err != nil:
		return nil, fmt.Errorf("read pages: %w", err)
	default:
		defer root.Close()
	}
	before, err := read(root, Manifest)
	if err != nil {
		return nil, err
	}
	listed := map[string]bool{Manifest: true}
	for name := range strings.Lines(string(before)) {
		listed[strings.TrimSpace(name)] = true
	}
	var list bytes.Buffer
	for _, f := range files {
		fmt.Fprintln(&list, f.Name)
	}
	want := append(slices.Clone(files), File{Manifest, list.Bytes()})
	wanted := map[string]bool{}
	var out []Change
	for _, f := range want {
		wanted[f.Name] = true
		old, err := read(root, f.Name)
		if err != nil {
			return nil, err
		}
		if old != nil && !listed[f.Name] && !alike(old, f.Data) && !ours(f.Name, old) {
			return nil, &ForeignError{join(dir, f.Name)}
		}
		if old == nil || !alike(old, f.Data) {
			out = append(out, Change{f.Name, old, append([]byte{}, f.Data...)})
		}
	}
	for name := range strings.Lines(string(before)) {
		name = strings.TrimSpace(name)
		// The list may have been tampered with: nothing outside the folder is touched.
		if wanted[name] || name == "" || !filepath.IsLocal(filepath.FromSlash(name)) {
			continue
		}
		wanted[name] = true
		old, err := read(root, name)
		if err != nil {
			return nil, err
		}
		if old != nil && ours(name, old) {
			out = append(out, Change{name, old, nil})
		}
	}
	slices.SortFunc(out, func(a, b Change) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// read is a file's contents, nil if there is none.
func read(root *door.Tree, name string) ([]byte, error) {
	if root == nil {
		return nil, nil
	}
	b, err := root.Read(name, door.MaxData)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read page: %w", err)
	case b == nil:
		b = []byte{}
	}
	return b, nil
}

// Apply carries out changes, each file in one step. notes tell what could not be kept of a file.
func Apply(top, dir string, changes []Change) (notes []string, err error) {
	if len(changes) == 0 {
		return nil, nil
	}
	root, err := door.OpenBelow(top, dir, true)
	if err != nil {
		return nil, fmt.Errorf("write pages: %w", err)
	}
	defer root.Close()
	for _, c := range changes {
		if c.New == nil {
			if err := root.Remove(c.Name); err != nil {
				return notes, fmt.Errorf("remove stale page: %w", err)
			}
			continue
		}
		note, err := root.Write(c.Name, c.New)
		if err != nil {
			return notes, fmt.Errorf("write page: %w", err)
		}
		if note != "" {
			notes = append(notes, note)
		}
	}
	return notes, nil
}

// alike reports whether a file has a text, be it with the line ends of another system.
func alike(old, text []byte) bool {
	return bytes.Equal(old, text) || bytes.Equal(bytes.ReplaceAll(old, []byte("\r\n"), []byte("\n")), text)
}

// Diff shows changes as a unified diff, with dir before the names.
func Diff(dir string, changes []Change) string {
	var b strings.Builder
	for _, c := range changes {
		from, to := git.DiffName("a/"+join(dir, c.Name)), git.DiffName("b/"+join(dir, c.Name))
		if c.Old == nil {
			from = "/dev/null"
		}
		if c.New == nil {
			to = "/dev/null"
		}
		b.WriteString(udiff.Unified(from, to, string(c.Old), string(c.New)))
	}
	return b.String()
}

func join(dir, name string) string {
	if dir = filepath.ToSlash(filepath.Clean(dir)); dir == "." {
		return name
	}
	return strings.TrimPrefix(dir, "/") + "/" + name
}
