// Package facts keeps what an analysis finds out about many repositories as tables, for engines that answer questions about all of them at once.
//
// In goes a list of repositories: folders, git directories, bundles. Out comes a folder of tables, Apache Parquet (parquet.apache.org/docs/file-format) or
// JSON lines (github.com/ndjson/ndjson-spec), partitioned by repository as Hive does it. Each repository is analysed by a process of its own, so that one
// that needs too much time or memory, or breaks the program, costs itself alone and is a row that says so. Questions are not answered here.
package facts

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"nixsink/graph"
	"nixsink/internal/check"
)

// A Job is what one process analyses, and where it writes.
type Job struct {
	Source  Source
	Tool    string // the program's version, for people
	Key     string // the program itself: what it finds out depends on it
	Dir     string // an empty folder for the tables
	Scratch string // an empty folder for what is needed on the way
	Format  Format
	Most    int // flows that are listed; 0: all
	Roots   []string
	Args    []string // roots that are module arguments
	Exclude []string
	Commit  string // the revision, where it is known; else it is found
}

// Do analyses a repository and writes its tables, with the snapshot's row as JSON beside them. An error is what kept it from both.
func (j Job) Do(ctx context.Context) error {
	if j.Commit != "" {
		j.Source.Revision = j.Commit
	}
	t, err := j.Source.open(ctx, graph.Options{Roots: j.Roots, ArgRoots: j.Args, Exclude: j.Exclude}, j.Scratch)
	if err != nil {
		return err
	}
	defer t.close()
	g, err := graph.Analyze(ctx, t.dir, t.opts)
	if err != nil {
		return err
	}
	report, err := check.Run(ctx, g, t.cfg.Check)
	if err != nil {
		return err
	}
	a := &analysis{g: g, found: report.Findings, kept: check.Secrets(g, t.cfg.Check), lock: t.lock, most: j.Most}
	a.row = Snapshot{Repository: j.Source.Name, Revision: t.commit, Time: t.time, Schema: Schema, Tool: j.Tool, NARHash: g.Source.NARHash, Status: "whole",
		Files: int64(g.Source.Files), Bytes: int64(g.Source.Bytes), Lines: int64(g.Source.Lines), Reads: int64(g.Account.Reads), Flows: int64(g.Flows.Len())}
	for _, r := range g.Roots {
		a.row.Roots = append(a.row.Roots, r.Path)
	}
	missing := nonEmpty(g.Missing(), report.Cut, t.lacks())
	switch {
	case len(missing) > 0:
		a.row.Status, a.row.Why = "incomplete", strings.Join(missing, "; ")
	case g.Empty != "":
		a.row.Status, a.row.Why = "empty", g.Empty
	}
	a.row.Snapshot = j.snapshotID(a.row)
	return j.write(a)
}

func nonEmpty(texts ...string) (out []string) {
	for _, t := range texts {
		if t != "" {
			out = append(out, t)
		}
	}
	return out
}

// snapshotID names a state of a repository as a version of the program sees it. One that failed has a name of its own, so that it can be tried again.
func (j Job) snapshotID(s Snapshot) string {
	state := s.Revision
	if state == "" {
		state = s.NARHash
	}
	failed := ""
	if s.Status == "failed" {
		failed = s.Status
	}
	return digest([]byte(strings.Join([]string{s.Repository, state, j.Key, fmt.Sprint(s.Schema), failed}, "\x00")))
}

// write writes all tables. The sets come after all that name them.
func (j Job) write(a *analysis) error {
	var sets table
	for _, t := range tables {
		if t.name == "sets" {
			sets = t
		} else if err := t.write(a, j.Dir, j.Format); err != nil {
			return err
		}
	}
	if err := sets.write(a, j.Dir, j.Format); err != nil {
		return err
	}
	return writeRow(j.Dir, a.row)
}

// writeFailed writes the one row that a repository has which could not be analysed.
func (j Job) writeFailed(why string) (id string, err error) {
	a := &analysis{row: Snapshot{Repository: j.Source.Name, Revision: j.Commit, Schema: Schema, Tool: j.Tool, Status: "failed", Why: why}}
	if a.row.Revision == "" {
		a.row.Revision = j.Source.Revision
	}
	a.row.Snapshot = j.snapshotID(a.row)
	if err := tables[0].write(a, j.Dir, j.Format); err != nil {
		return "", err
	}
	return a.row.Snapshot, writeRow(j.Dir, a.row)
}

func writeRow(dir string, row Snapshot) error {
	text, err := json.Marshal(row)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, rowFile), text, 0o644)
}

// writeRun notes what an analysis took.
func writeRun(dir string, f Format, r Took) error {
	return writeTable(dir, runsTable, f, one(r), func(*Took) {})
}

// grace is how long a process may take beyond its time to write what it has.
const grace = 30 * time.Second
