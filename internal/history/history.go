// Package history tells how a tree's traceability went from commit to commit.
//
// In goes a folder of a git working tree; out comes a Point per commit: coverage, the fan-out of values, the number of findings. It reads
// revisions through git, of which only the blobs are read that the commit before did not have, and what a set of blobs gave is kept in a cache, so that a second look costs next to nothing.
package history

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"nixsink/graph"
	"nixsink/internal/check"
	"nixsink/internal/check/revision"
	"nixsink/internal/fault"
	"nixsink/internal/git"
)

// Options choose the commits and what is measured.
type Options struct {
	Revision string // where to start, "" for HEAD
	Limit    int    // of commits; 0 for no limit
	Fetch    bool   // what a partial clone lacks
	Graph    graph.Options
	Check    check.Config
	Cache    string // folder; "" for none
	Key      string // what results depend on beside the files: the program's version
	Progress func(done, total int)
}

// Point is the state at one commit.
type Point struct {
	Commit     string         `json:"commit"`
	Date       string         `json:"date"` // the committer's day, 2026-02-11
	Subject    string         `json:"subject"`
	Coverage   graph.Ratio    `json:"sourceId"`
	Findings   Findings       `json:"findings"`
	FanOut     map[string]int `json:"fanOut"` // reads by value path; values that nothing reads are left out
	Files      int            `json:"files"`
	Incomplete bool           `json:"incomplete"` // a file could not be read or parsed
}

// Findings are numbers by severity, waived ones aside.
type Findings struct {
	Error   int `json:"error"`
	Warning int `json:"warning"`
	Info    int `json:"info"`
}

// Total is the number of all findings.
func (f Findings) Total() int { return f.Error + f.Warning + f.Info }

// Walk measures the commits that lead to a revision, by first parents, oldest first.
func Walk(ctx context.Context, dir string, o Options) ([]Point, error) {
	repo, err := git.Open(ctx, dir)
	if errors.Is(err, git.ErrNoRepository) {
		return nil, fmt.Errorf("%s is in no git repository, so it has no history", dir)
	} else if err != nil {
		return nil, err
	}
	rev := o.Revision
	if rev == "" {
		rev = "HEAD"
	}
	commits, err := repo.History(ctx, rev, o.Limit)
	if err != nil {
		return nil, err
	}
	slices.Reverse(commits)
	if o.Fetch {
		if err := fetch(ctx, repo, commits); err != nil {
			return nil, err
		}
	}
	points := make([]Point, len(commits))
	var failed error
	var mu sync.Mutex
	done := 0
	// Each worker takes a run of neighbours: they differ in few files.
	var group sync.WaitGroup
	workers := min(runtime.GOMAXPROCS(0), 4, max(1, len(commits)/4))
	for w := range workers {
		from, to := w*len(commits)/workers, (w+1)*len(commits)/workers
		group.Go(func() {
			o := o
			o.Graph.Unhashed = true
			o.Graph.Cache = graph.NewCache() // a commit parses what it changes
			var last *git.Files              // of the commit before, whose git process goes on
			var err error
			defer func() {
				if last != nil {
					last.Close()
				}
			}()
			for i := from; i < to && err == nil; i++ {
				if f := fault.Catch("measure a commit", "", func() { points[i], last, err = measure(ctx, repo, last, commits[i], o) }); f != nil {
					err = f
				}
				mu.Lock()
				done++
				if o.Progress != nil {
					o.Progress(done, len(commits))
				}
				stop := failed != nil
				mu.Unlock()
				if stop {
					return
				}
			}
			if err != nil {
				mu.Lock()
				failed = cmpErr(failed, err)
				mu.Unlock()
			}
		})
	}
	group.Wait()
	if failed != nil {
		return nil, failed
	}
	return points, nil
}

// fetch brings the contents of all commits at once.
func fetch(ctx context.Context, repo *git.Repository, commits []git.Commit) error {
	seen := map[string]bool{}
	var all []git.Entry
	for _, c := range commits {
		entries, _, err := repo.Tree(ctx, c.Hash)
		if err != nil {
			return fmt.Errorf("read commit %s: %w", c.Hash[:12], err)
		}
		for _, e := range entries {
			if !seen[e.Hash] {
				seen[e.Hash] = true
				all = append(all, e)
			}
		}
	}
	return revision.Fetch(ctx, all)
}

// cmpErr keeps the first error.
func cmpErr(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// measure analyses one commit, or takes what the cache has for its files. last are the files of the commit that was analysed before, and then
// those of this one.
func measure(ctx context.Context, repo *git.Repository, last *git.Files, c git.Commit, o Options) (Point, *git.Files, error) {
	fail := func(err error) (Point, *git.Files, error) {
		return Point{}, last, fmt.Errorf("measure commit %s: %w", c.Hash[:12], err)
	}
	entries, absent, err := repo.Tree(ctx, c.Hash)
	if err != nil {
		return fail(err)
	}
	key := keyOf(entries, o)
	p, ok := load(o.Cache, key)
	if !ok {
		files, err := git.NewFiles(ctx, entries, last)
		if err != nil {
			return fail(err)
		}
		last = files
		opts := o.Graph
		opts.Files, opts.LeftOut = files, revision.Absent(absent)
		g, err := graph.Analyze(ctx, "", opts)
		if err == nil {
			err = files.Lacks()
		}
		if err != nil {
			return fail(err)
		}
		if p, err = pointOf(ctx, g, o.Check); err != nil {
			return fail(err)
		}
		save(o.Cache, key, p)
	}
	p.Commit, p.Subject = c.Hash, subject(c.Subject)
	p.Date = time.Unix(c.Time, 0).UTC().Format("2006-01-02")
	return p, last, nil
}

func pointOf(ctx context.Context, g *graph.Graph, cfg check.Config) (Point, error) {
	report, err := check.Run(ctx, g, cfg)
	if err != nil {
		return Point{}, err
	}
	// A point is not kept, nor shown, with figures from which something is missing by our own fault.
	for _, f := range slices.Concat(g.Faults, report.Faults) {
		return Point{}, f
	}
	p := Point{Coverage: g.Coverage.SourceID, Files: g.Source.Files, Incomplete: g.Source.Incomplete, FanOut: map[string]int{},
		Findings: Findings{report.Count(check.Error), report.Count(check.Warning), report.Count(check.Info)}}
	for _, v := range g.Values {
		if v.FanOut.Reads > 0 {
			p.FanOut[v.Path] = v.FanOut.Reads
		}
	}
	return p, nil
}

// subject is the first line of a message without what a terminal would obey.
func subject(line string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || git.Hidden(r) {
			return -1
		}
		return r
	}, line)
}

// Top are the values with the largest fan-out at the last commit, n at most, largest first.
func Top(points []Point, n int) []string {
	if len(points) == 0 {
		return nil
	}
	last := points[len(points)-1].FanOut
	var names []string
	for name := range last {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if last[a] != last[b] {
			return last[b] - last[a]
		}
		if a < b {
			return -1
		}
		return 1
	})
	return names[:min(n, len(names))]
}

// CacheDir is where results are kept, "" if the system names no such place.
func CacheDir() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "nixsink", "history")
}
