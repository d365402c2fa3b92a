package rewrite

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"nixsink/internal/door"
)

// Apply writes the plan's files, all or none (R5). A file that is no longer what was read, or that is reached by a link out of the tree,
// stops everything before anything is changed. After a kill at any moment the next run finishes the set. notes tell that, and what of a file
// could not be kept.
func (p *Plan) Apply() (notes []string, err error) {
	tree, below, err := open(p.Dir)
	if err != nil {
		return nil, fmt.Errorf("write annotations: %w", err)
	}
	defer tree.Close()
	changes := make([]door.Change, len(p.Files))
	for i, f := range p.Files {
		if !filepath.IsLocal(filepath.FromSlash(f.Name)) {
			return nil, fmt.Errorf("write %s: it is not in the tree", f.Name)
		}
		changes[i] = door.Change{Name: path.Join(below, f.Name), Old: []byte(f.Old), New: []byte(f.New)}
	}
	if notes, err = tree.WriteSet(changes); err != nil {
		return notes, fmt.Errorf("write annotations: %w", err)
	}
	return notes, nil
}

// Finish completes what a killed Apply has left half in place below dir, and tells it in one line; "" if there is nothing to finish.
func Finish(dir string) (told string, err error) {
	tree, _, err := open(dir)
	if err != nil {
		return "", fmt.Errorf("finish what a run has begun: %w", err)
	}
	defer tree.Close()
	return tree.Finish()
}

// Unfinished reports whether a killed Apply has left files half in place.
func Unfinished(dir string) bool {
	tree, _, err := open(dir)
	if err != nil {
		return false
	}
	defer tree.Close()
	return tree.Unfinished()
}

// open opens the repository that a folder lies in, and tells where: runs over the repository and over a part of it share a journal.
func open(dir string) (tree *door.Tree, below string, err error) {
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, "", err
	}
	top, err := door.Top(real)
	if err != nil {
		return nil, "", err
	}
	below, ok := door.Below(top, real)
	if !ok {
		return nil, "", &fs.PathError{Op: "open", Path: dir, Err: errors.New("it is not in its repository")}
	}
	tree, err = door.Open(top)
	return tree, below, err
}

// Names lists the plan's files for people.
func (p *Plan) Names() string {
	var names []string
	for _, f := range p.Files {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}
