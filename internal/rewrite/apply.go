package rewrite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// staged is a file whose new text lies beside it, ready to take its place.
type staged struct {
	*File
	path, temp string
}

// Apply writes the plan's files, all or none (R5). A file that is no longer what was read, or that is reached by a link out of the tree,
// stops everything before anything is changed.
func (p *Plan) Apply() (err error) {
	root, err := filepath.EvalSymlinks(p.Dir)
	if err != nil {
		return fmt.Errorf("write annotations: %w", err)
	}
	var ready []staged
	defer func() {
		for _, s := range ready {
			_ = os.Remove(s.temp) // gone already where it took its place
		}
	}()
	swept := map[string]bool{}
	for _, f := range p.Files {
		s, err := stage(root, f)
		if s.temp != "" {
			ready = append(ready, s)
		}
		if err != nil {
			return fmt.Errorf("write %s: %w", f.Name, err)
		}
		if dir := filepath.Dir(s.path); !swept[dir] { // only now is it known to lie in the tree
			swept[dir] = true
			sweep(dir)
		}
	}
	for i, s := range ready {
		if err := s.unchanged(); err == nil {
			err = os.Rename(s.temp, s.path)
			if err == nil {
				continue
			}
			return errors.Join(fmt.Errorf("write %s: %w", s.Name, err), restore(root, ready[:i]))
		} else {
			return errors.Join(fmt.Errorf("write %s: %w", s.Name, err), restore(root, ready[:i]))
		}
	}
	folders := map[string]bool{}
	for _, s := range ready {
		if dir := filepath.Dir(s.path); !folders[dir] {
			folders[dir] = true
			syncFolder(dir)
		}
	}
	return nil
}

// stage writes a file's new text beside it.
func stage(root string, f *File) (s staged, err error) {
	s = staged{File: f, path: filepath.Join(root, filepath.FromSlash(f.Name))}
	if !filepath.IsLocal(filepath.FromSlash(f.Name)) {
		return s, errors.New("it is not in the tree")
	}
	real, err := filepath.EvalSymlinks(s.path)
	if err != nil {
		return s, err
	}
	if rel, err := filepath.Rel(root, real); err != nil || !filepath.IsLocal(rel) {
		return s, errors.New("a link leads out of the tree: the file it means is left alone")
	}
	s.path = real // a link within the tree stays a link
	info, err := os.Stat(real)
	if err != nil {
		return s, err
	}
	if !info.Mode().IsRegular() {
		return s, errors.New("it is no regular file")
	}
	if info.Mode().Perm()&0o200 == 0 {
		return s, fmt.Errorf("it is read-only: %w", fs.ErrPermission)
	}
	if err := s.unchanged(); err != nil {
		return s, err
	}
	out, err := os.CreateTemp(filepath.Dir(real), fmt.Sprintf("%s%d-*", tempPrefix, os.Getpid()))
	if err != nil {
		return s, err
	}
	s.temp = out.Name()
	_, err = out.WriteString(f.New)
	// The owner first: changing it may clear mode bits.
	err = errors.Join(err, keepOwner(out, info))
	err = errors.Join(err, out.Chmod(info.Mode()))
	err = errors.Join(err, out.Sync(), out.Close())
	return s, err
}

// tempPrefix begins the names of files that are to take another's place; the process's number follows. They end in no .nix: nobody
// takes them for modules.
const tempPrefix = ".nixsink-"

// sweep removes what a run that was killed has left in a folder.
func sweep(dir string) {
	left, _ := filepath.Glob(filepath.Join(escaped(dir), tempPrefix+"*-*"))
	for _, name := range left {
		number, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(name), tempPrefix), "-")
		if pid, err := strconv.Atoi(number); err == nil && pid > 0 && !running(pid) {
			_ = os.Remove(name)
		}
	}
}

// escaped is a folder's name as a pattern that fits it alone.
func escaped(dir string) string {
	if filepath.Separator == '\\' {
		return dir // no escaping there
	}
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(dir)
}

// unchanged reports an error if the file is no longer what was read.
func (s staged) unchanged() error {
	now, err := os.ReadFile(s.path)
	if err != nil {
		return err
	}
	if string(now) != s.Old {
		return errors.New("it changed since it was read; run again")
	}
	return nil
}

// restore puts the old text back where the new one is in place already.
func restore(root string, done []staged) error {
	var errs []error
	for _, s := range done {
		back, err := stage(root, &File{Name: s.Name, Old: s.New, New: s.Old})
		if err == nil {
			err = os.Rename(back.temp, back.path)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("put back %s: %w", s.Name, err))
		}
	}
	return errors.Join(errs...)
}

// syncFolder makes renames last through a power failure where the system can.
func syncFolder(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

// Names lists the plan's files for people.
func (p *Plan) Names() string {
	var names []string
	for _, f := range p.Files {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}
