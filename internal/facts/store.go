package facts

import (
	"cmp"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/parquet-go/parquet-go"

	"nixsink/internal/door"
)

// A store is the folder that facts are kept in:
//
//	TABLE/bucket=07/BATCH.parquet   rows of the repositories whose names fall into that bucket
//	TABLE/bucket=00/columns.parquet the columns, no row
//	_facts.json                     the version of the tables, their format, the number of buckets
//	_pending/SNAPSHOT/TABLE.parquet what was analysed and is in no batch yet
//	_merge, _commit.json            a batch that is being made
//	_lock                           the process that writes
//
// Batches are added and never changed. What a run that is killed has finished stays in _pending; a batch that it was placing is placed by
// the next one. Names that begin with an underscore are no tables, which is how readers of such folders take them, too.
type store struct {
	dir     string
	head    storeHead
	done    map[string]bool // snapshots that it has
	pending []string        // of these, those in no batch yet, sorted
	bytes   int64           // of these
}

type storeHead struct {
	Schema  int    `json:"schema"`
	Format  Format `json:"format"`
	Buckets int    `json:"buckets"`
}

// Names within a store.
const (
	headFile   = "_facts.json"
	pendingDir = "_pending"
	workDir    = "_work"
	mergeDir   = "_merge"
	commitFile = "_commit.json"
	lockFile   = "_lock"
	rowFile    = "snapshot.json"
)

// openStore opens or makes a store, and finishes what a run before left.
func openStore(dir string, want storeHead) (_ *store, err error) {
	if err := os.MkdirAll(filepath.Join(dir, pendingDir), 0o755); err != nil {
		return nil, fmt.Errorf("make the folder of the facts: %w", err)
	}
	s := &store{dir: dir, head: want, done: map[string]bool{}}
	if err := s.lock(); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	text, err := os.ReadFile(s.path(headFile))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := s.outline(); err != nil {
			return nil, err
		}
		text, err = json.Marshal(want)
		if err == nil {
			_, err = door.Replace(s.path(headFile), append(text, '\n'))
		}
		if err != nil {
			return nil, err
		}
	case err != nil:
		return nil, err
	default:
		if err := json.Unmarshal(text, &s.head); err != nil {
			return nil, fmt.Errorf("%s: %w", s.path(headFile), err)
		}
		if s.head != want {
			return nil, fmt.Errorf("%s has tables of version %d as %s in %d buckets, and these would be of version %d as %s in %d: take another folder", dir,
				s.head.Schema, s.head.Format, s.head.Buckets, want.Schema, want.Format, want.Buckets)
		}
	}
	if err := s.finish(); err != nil {
		return nil, err
	}
	if err := os.RemoveAll(s.path(workDir)); err != nil {
		return nil, err
	}
	return s, s.look()
}

// outline writes a file without rows for each table, so that engines know the columns of those that never get any.
func (s *store) outline() error {
	if s.head.Format != Parquet {
		return nil
	}
	for _, t := range allTables() {
		if err := s.write(s.path(t.name, bucketName(0)), "columns", t, nil); err != nil {
			return fmt.Errorf("make the table %s: %w", t.name, err)
		}
	}
	return nil
}

func (s *store) path(parts ...string) string {
	return filepath.Join(append([]string{s.dir}, parts...)...)
}

// lock keeps other processes out. A lock whose process is gone is taken over.
func (s *store) lock() error {
	for range 2 {
		f, err := os.OpenFile(s.path(lockFile), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
		if err == nil {
			_, err = fmt.Fprintln(f, os.Getpid())
			return errors.Join(err, f.Close())
		}
		if !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("lock %s: %w", s.dir, err)
		}
		text, err := os.ReadFile(s.path(lockFile))
		if err != nil {
			continue
		}
		if pid, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil && pid != os.Getpid() && door.Running(pid) {
			return fmt.Errorf("%s: process %d writes there (if that is no nixsink, remove %s)", s.dir, pid, s.path(lockFile))
		}
		if err := os.Remove(s.path(lockFile)); err != nil {
			return fmt.Errorf("lock %s: %w", s.dir, err)
		}
	}
	return fmt.Errorf("%s: another process has just begun to write there", s.dir)
}

func (s *store) close() { os.Remove(s.path(lockFile)) }

// look finds out which snapshots there are.
func (s *store) look() error {
	files, err := filepath.Glob(s.path(snapshotsTable, "bucket=*", "*."+string(s.head.Format)))
	if err != nil {
		return err
	}
	for _, name := range files {
		if err := snapshotsIn(name, s.head.Format, func(id string) { s.done[id] = true }); err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
	}
	entries, err := os.ReadDir(s.path(pendingDir))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if s.done[e.Name()] {
			continue
		}
		if err := s.add(e.Name()); err != nil {
			return err
		}
	}
	return nil
}

// snapshotsIn visits the snapshots of a file of their table.
func snapshotsIn(name string, f Format, visit func(id string)) error {
	in, err := os.Open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	if f == NDJSON {
		for dec := json.NewDecoder(in); ; {
			var row Head
			if err := dec.Decode(&row); errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return err
			}
			visit(row.Snapshot)
		}
	}
	r := parquet.NewGenericReader[Snapshot](in)
	defer r.Close()
	rows := make([]Snapshot, 64)
	for {
		n, err := r.Read(rows)
		for _, row := range rows[:n] {
			visit(row.Snapshot)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// add takes a snapshot that lies in _pending.
func (s *store) add(id string) error {
	files, err := os.ReadDir(s.path(pendingDir, id))
	if err != nil {
		return err
	}
	for _, f := range files {
		if info, err := f.Info(); err == nil {
			s.bytes += info.Size()
		}
	}
	s.done[id] = true
	i, _ := slices.BinarySearch(s.pending, id)
	s.pending = slices.Insert(s.pending, i, id)
	return nil
}

// take moves a folder with the tables of one snapshot to _pending, or drops it if there is such a snapshot.
func (s *store) take(from, id string) error {
	if s.done[id] {
		return os.RemoveAll(from)
	}
	if err := os.Rename(from, s.path(pendingDir, id)); err != nil {
		return err
	}
	return s.add(id)
}

// journal is a batch that is being placed.
type journal struct {
	Batch     string   `json:"batch"`
	Snapshots []string `json:"snapshots"`
}

// commit makes a batch of what is pending.
func (s *store) commit() error {
	if len(s.pending) == 0 {
		return nil
	}
	j := journal{Batch: digest([]byte(strings.Join(s.pending, " "))), Snapshots: s.pending}
	if err := s.merge(j); err != nil {
		return fmt.Errorf("make a batch of %d snapshots: %w", len(s.pending), err)
	}
	text, err := json.Marshal(j)
	if err == nil {
		_, err = door.Replace(s.path(commitFile), text)
	}
	if err != nil {
		return err
	}
	s.pending, s.bytes = nil, 0
	return s.finish()
}

// merge writes the files of a batch below _merge.
func (s *store) merge(j journal) error {
	if err := os.RemoveAll(s.path(mergeDir)); err != nil {
		return err
	}
	buckets := map[string][]string{}
	for _, id := range j.Snapshots {
		text, err := os.ReadFile(s.path(pendingDir, id, rowFile))
		if err != nil {
			return err
		}
		var row Snapshot
		if err := json.Unmarshal(text, &row); err != nil {
			return fmt.Errorf("%s: %w", s.path(pendingDir, id, rowFile), err)
		}
		b := bucketOf(row.Repository, s.head.Buckets)
		buckets[b] = append(buckets[b], id)
	}
	for _, t := range allTables() {
		for b, ids := range buckets {
			var files []string
			for _, id := range ids {
				name := s.path(pendingDir, id, fileOf(t.name, s.head.Format))
				if _, err := os.Stat(name); err == nil {
					files = append(files, name)
				}
			}
			if len(files) == 0 {
				continue
			}
			if err := s.write(s.path(mergeDir, t.name, b), j.Batch, t, files); err != nil {
				return err
			}
		}
	}
	return nil
}

// write makes one file of a table's files.
func (s *store) write(dir, name string, t table, files []string) (err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(dir, fileOf(name, s.head.Format)))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := t.merge(f, files, s.head.Format); err != nil {
		return err
	}
	return f.Sync()
}

// finish places a batch that is whole, snapshots last, and clears away what is left of one that is not.
func (s *store) finish() error {
	text, err := os.ReadFile(s.path(commitFile))
	if errors.Is(err, fs.ErrNotExist) {
		return os.RemoveAll(s.path(mergeDir))
	}
	if err != nil {
		return err
	}
	var j journal
	if err := json.Unmarshal(text, &j); err != nil {
		return fmt.Errorf("%s: %w", s.path(commitFile), err)
	}
	var files []string
	err = filepath.WalkDir(s.path(mergeDir), func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			files = append(files, name)
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	last := func(name string) int {
		if strings.HasPrefix(name, s.path(mergeDir, snapshotsTable)+string(filepath.Separator)) {
			return 1
		}
		return 0
	}
	slices.SortFunc(files, func(a, b string) int { return cmp.Or(last(a)-last(b), strings.Compare(a, b)) })
	for _, name := range files {
		rel, err := filepath.Rel(s.path(mergeDir), name)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(s.path(rel)), 0o755); err != nil {
			return err
		}
		if err := os.Rename(name, s.path(rel)); err != nil {
			return err
		}
	}
	for _, id := range j.Snapshots {
		if !isDigest(id) {
			return fmt.Errorf("%s: %q is no snapshot", s.path(commitFile), id)
		}
		if err := os.RemoveAll(s.path(pendingDir, id)); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(s.path(mergeDir)); err != nil {
		return err
	}
	return os.Remove(s.path(commitFile))
}

func isDigest(s string) bool {
	_, err := hex.DecodeString(s)
	return err == nil && len(s) == 16
}

// bucketOf is the folder that a repository's rows lie in: "bucket=07".
func bucketOf(repository string, buckets int) string {
	n, _ := strconv.ParseUint(digest([]byte(repository)), 16, 64)
	return bucketName(n % uint64(buckets))
}

func bucketName(n uint64) string { return fmt.Sprintf("bucket=%02d", n) }
