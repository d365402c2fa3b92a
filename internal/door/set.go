package door

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Change is what one file of a set becomes. Old is what was read of it: a file that holds something else by now is left alone.
type Change struct {
	Name     string
	Old, New []byte
}

// Journal is the file at the top of a tree that stands there while a set of files takes its place. It names every file, what it held and what
// lies beside it, so that after a kill at any moment the next run can finish the set: before the journal is whole nothing was changed, and
// from then on every new text is on the disk.
const Journal = ".nixsink-journal"

// journal is the contents of the file.
type journal struct {
	Process int       `json:"process"`
	Files   []journey `json:"files"`
}

// journey is one file's way: sums are SHA-256, in hexadecimal digits.
type journey struct {
	Name string `json:"name"`
	Temp string `json:"temp"`
	Old  string `json:"old"`
	New  string `json:"new"`
}

// ErrChanged says that a file is no longer what was read.
var ErrChanged = errors.New("it changed since it was read; run again")

// maxJournal bounds a journal, in bytes: some hundred thousand files.
const maxJournal = 64 << 20

// WriteSet replaces several files, all or none. What an earlier run left unfinished is finished first. notes tell that, and what could not be kept.
func (t *Tree) WriteSet(changes []Change) (notes []string, err error) {
	told, err := t.Finish()
	if err != nil {
		return nil, err
	}
	if told != "" {
		notes = append(notes, told)
	}
	var ready []*Staged
	defer func() {
		for _, s := range ready {
			s.Drop() // gone already where it took its place
		}
	}()
	j := journal{Process: os.Getpid()}
	for _, c := range changes {
		if err := t.holds(c.Name, c.Old); err != nil {
			return notes, err
		}
		s, err := t.stage(c.Name, bytes.NewReader(c.New), setEnd)
		if err != nil {
			return notes, err
		}
		ready = append(ready, s)
		if s.Note != "" {
			notes = append(notes, s.Note)
		}
		j.Files = append(j.Files, journey{s.name, s.temp, sum(c.Old), sum(c.New)})
	}
	if len(ready) > 1 {
		text, err := json.Marshal(j)
		if err != nil {
			return notes, err
		}
		if _, err := t.Write(Journal, text); err != nil {
			return notes, err
		}
		t.sync(".")
	}
	for i, s := range ready {
		err := t.holds(changes[i].Name, changes[i].Old)
		if err == nil {
			err = s.Place()
		}
		if err != nil {
			err = errors.Join(err, t.putBack(changes[:i]))
			_ = t.root.Remove(Journal)
			return notes, err
		}
	}
	folders := map[string]bool{}
	for _, s := range ready {
		if dir := folder(s.name); !folders[dir] {
			folders[dir] = true
			t.sync(dir)
		}
	}
	if len(ready) > 1 {
		if err := t.root.Remove(Journal); err != nil {
			return notes, t.fault("remove", Journal, err)
		}
	}
	return notes, nil
}

// Unfinished reports whether a run that is gone has left a set half in place.
func (t *Tree) Unfinished() bool {
	j, err := t.journal()
	return err == nil && j != nil && !Running(j.Process)
}

// Finish completes the set that a killed run has left half in place, and tells it in one line; "" if there is nothing to finish.
func (t *Tree) Finish() (told string, err error) {
	j, err := t.journal()
	if err != nil || j == nil {
		return "", err
	}
	if j.Process != os.Getpid() && Running(j.Process) {
		return "", fmt.Errorf("process %d is writing here: wait for it (or remove %s, if that is no nixsink)", j.Process, filepath.Join(t.dir, Journal))
	}
	done := 0
	var left []string
	for _, f := range j.Files {
		now, err := t.Read(f.Name, MaxData)
		switch {
		case err == nil && sum(now) == f.New:
			_ = t.root.Remove(filepath.FromSlash(f.Temp))
			continue
		case err == nil && sum(now) == f.Old && Leftover(f.Temp) && folder(f.Temp) == folder(f.Name):
			if text, err := t.Read(f.Temp, MaxData); err == nil && sum(text) == f.New {
				if err := t.root.Rename(filepath.FromSlash(f.Temp), filepath.FromSlash(f.Name)); err != nil {
					return "", t.fault("finish", f.Name, err)
				}
				done++
				continue
			}
		}
		left = append(left, f.Name)
	}
	if err := t.root.Remove(Journal); err != nil {
		return "", t.fault("remove", Journal, err)
	}
	told = fmt.Sprintf("finished what a run that was killed had begun: %d of %d files were still to be written", done, len(j.Files))
	if len(left) > 0 {
		told += "; left alone, as they changed since: " + strings.Join(left[:min(len(left), 3)], ", ")
	}
	return told, nil
}

// journal reads the tree's journal, nil if there is none.
func (t *Tree) journal() (*journal, error) {
	text, err := t.Read(Journal, maxJournal)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var j journal
	if err == nil {
		err = json.Unmarshal(text, &j)
	}
	if err != nil {
		return nil, fmt.Errorf("read what a run has left (remove the file if it is none of ours): %w", err)
	}
	return &j, nil
}

// holds reports an error if a file is no longer what was read.
func (t *Tree) holds(name string, old []byte) error {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return t.fault("write", name, errors.New("it is not in the tree"))
	}
	now, err := t.Read(name, MaxData)
	if err == nil && !bytes.Equal(now, old) {
		return t.fault("write", name, ErrChanged)
	}
	return err
}

// putBack restores what is in place already, where it was not changed since.
func (t *Tree) putBack(done []Change) error {
	var errs []error
	for _, c := range done {
		err := t.holds(c.Name, c.New)
		if err == nil {
			_, err = t.Write(c.Name, c.Old)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("put back %s: %w", c.Name, err))
		}
	}
	return errors.Join(errs...)
}

// sync makes renames last through a power failure where the system can.
func (t *Tree) sync(dir string) {
	if d, err := t.root.Open(filepath.FromSlash(dir)); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}
