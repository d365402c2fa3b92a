package door

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// tempPrefix begins the names of files that are to take another's place; the process's number follows, so that a later run knows whether
// they are still needed. No such name ends in .nix or .md: nobody takes them for modules or pages.
const tempPrefix = ".nixsink-"

// Write replaces a file of the tree in one step, or makes it, and the folders on its way. Its permissions, owner and extended attributes stay.
// note says what could not be kept, "" if nothing was lost.
func (t *Tree) Write(name string, data []byte) (note string, err error) {
	return t.WriteFrom(name, bytes.NewReader(data))
}

// WriteFrom is Write with bytes that are read.
func (t *Tree) WriteFrom(name string, data io.Reader) (note string, err error) {
	s, err := t.stage(name, data, "")
	if err != nil {
		return "", err
	}
	defer s.Drop()
	return s.Note, s.Place()
}

// Staged is a file whose new text lies beside it, ready to take its place.
type Staged struct {
	Note string // what taking its place loses, "" for nothing
	t    *Tree
	name string // what is replaced
	temp string // "" once it took its place
}

// setEnd ends the names of files that a journal may name: only who writes a set may sweep them.
const setEnd = ".set"

// Stage writes a file's new text beside it.
func (t *Tree) Stage(name string, data []byte) (*Staged, error) {
	return t.stage(name, bytes.NewReader(data), "")
}

func (t *Tree) stage(name string, data io.Reader, end string) (*Staged, error) {
	fault := func(err error) (*Staged, error) { return nil, t.fault("write", name, err) }
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return fault(errors.New("it is not in the tree"))
	}
	if dir := path.Dir(name); dir != "." {
		if err := t.root.MkdirAll(filepath.FromSlash(dir), 0o777); err != nil {
			return fault(err)
		}
	}
	real, err := t.behind(name)
	if err != nil {
		return fault(err)
	}
	s := &Staged{t: t, name: real}
	mode := fs.FileMode(0o666)
	old, err := t.root.Lstat(filepath.FromSlash(real))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		old = nil
	case err != nil:
		return fault(err)
	case !old.Mode().IsRegular():
		return fault(fmt.Errorf("%w but %s", ErrNotRegular, Kind(old.Mode())))
	case old.Mode().Perm()&0o200 == 0:
		return fault(fmt.Errorf("it is read-only: %w", fs.ErrPermission))
	default:
		mode = old.Mode().Perm()
		if n := links(old); n > 1 {
			s.Note = fmt.Sprintf("%s had %d more names (hard links): they keep the old text", name, n-1)
		}
	}
	temp := path.Join(path.Dir(real), tempPrefix+strconv.Itoa(os.Getpid())+"-"+rand.Text()[:10]+end)
	f, err := t.root.OpenFile(filepath.FromSlash(temp), os.O_RDWR|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return fault(err)
	}
	s.temp = temp
	_, err = io.Copy(f, data)
	if old != nil {
		// The owner first: changing it may clear mode bits.
		err = errors.Join(err, keepOwner(f, old), f.Chmod(old.Mode()))
		if lost := t.keepAttributes(f, real); lost != "" && s.Note == "" {
			s.Note = fmt.Sprintf("%s loses an extended attribute: %s", name, lost)
		}
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		s.Drop()
		return fault(err)
	}
	t.sweep(path.Dir(real), end)
	return s, nil
}

// Place puts the new text in the old one's place.
func (s *Staged) Place() error {
	if err := s.t.root.Rename(filepath.FromSlash(s.temp), filepath.FromSlash(s.name)); err != nil {
		return s.t.fault("write", s.name, err)
	}
	s.temp = ""
	return nil
}

// Drop takes away what did not take its place.
func (s *Staged) Drop() {
	if s.temp != "" {
		_ = s.t.root.Remove(filepath.FromSlash(s.temp))
		s.temp = ""
	}
}

// Leftover reports whether a name is that of a file which a run that is gone was to put in another's place.
func Leftover(name string) bool {
	rest, ok := strings.CutPrefix(path.Base(name), tempPrefix)
	number, _, cut := strings.Cut(rest, "-")
	pid, err := strconv.Atoi(number)
	return ok && cut && err == nil && pid > 0 && !Running(pid)
}

// folder is the folder of a slash-separated name.
func folder(name string) string { return path.Dir(name) }

// sweep removes what runs that were killed have left in a folder. What belongs to a set, only the next set may take away.
func (t *Tree) sweep(dir, end string) {
	f, err := t.root.Open(filepath.FromSlash(dir))
	if err != nil {
		return
	}
	names, _ := f.Readdirnames(-1)
	_ = f.Close()
	for _, name := range names {
		if Leftover(name) && (end == setEnd || !strings.HasSuffix(name, setEnd)) {
			_ = t.root.Remove(filepath.FromSlash(path.Join(dir, name)))
		}
	}
}

// Replace writes a file that a person named by hand, wherever that leads: a link stays a link and what it points at is replaced, in one
// step; a pipe or device is written to as it is.
func Replace(name string, data []byte) (note string, err error) {
	return ReplaceFrom(name, bytes.NewReader(data))
}

// ReplaceFrom is Replace with bytes that are read.
func ReplaceFrom(name string, data io.Reader) (note string, err error) {
	info, err := os.Stat(name)
	if err == nil && info.IsDir() {
		return "", &fs.PathError{Op: "write", Path: name, Err: errors.New("it is a folder")}
	}
	if err == nil && !info.Mode().IsRegular() {
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_TRUNC, 0)
		if err == nil {
			_, err = io.Copy(f, data)
			err = errors.Join(err, f.Close())
		}
		return "", err
	}
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	t, err := Open(filepath.Dir(name))
	if err != nil {
		return "", err
	}
	defer t.Close()
	return t.WriteFrom(filepath.Base(name), data)
}
