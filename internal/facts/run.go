package facts

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"nixsink/internal/budget"
)

// Options say what is analysed, where facts go, and what one repository may take.
type Options struct {
	Sources []Source
	Out     string
	Format  Format
	Buckets int
	Jobs    int // processes at once
	Time    time.Duration
	Retry   bool // try again what failed before
	Job     Job  // what all have in common: Tool, Key, Most, Roots, Args, Exclude
	// Command is the process that does a Job, which it reads as JSON from its standard input. It bounds its own memory and time.
	Command  func(ctx context.Context) *exec.Cmd
	Progress func(Summary)
}

// A Summary counts what became of the sources.
type Summary struct {
	All                              int // sources
	Whole, Incomplete, Empty, Failed int // that this run analysed, by status
	Known                            int // that the store had, so that nothing was done
	Since                            time.Duration
}

// Done is how many sources are finished.
func (s Summary) Done() int { return s.Whole + s.Incomplete + s.Empty + s.Failed + s.Known }

// A batch is made when this much is pending.
const (
	batchSnapshots = 1000
	batchBytes     = 256 << 20
)

// fleet is a run over many repositories.
type fleet struct {
	o     Options
	begun time.Time

	mu    sync.Mutex
	store *store
	sum   Summary
	err   error // of the store: the run ends
}

// Run analyses what the store does not have. What a repository does wrong is a row; an error is of the store, or of ctx, and leaves what was finished.
func Run(ctx context.Context, o Options) (Summary, error) {
	if err := same(o.Sources); err != nil {
		return Summary{}, err
	}
	s, err := openStore(o.Out, storeHead{Schema: Schema, Format: o.Format, Buckets: o.Buckets})
	if err != nil {
		return Summary{}, err
	}
	defer s.close()
	f := &fleet{o: o, store: s, begun: time.Now(), sum: Summary{All: len(o.Sources)}}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	next := make(chan int)
	var group sync.WaitGroup
	for range min(o.Jobs, max(1, len(o.Sources))) {
		group.Go(func() {
			for i := range next {
				if err := f.one(ctx, i); err != nil {
					f.mu.Lock()
					f.err = errors.Join(f.err, err)
					f.mu.Unlock()
					stop()
				}
			}
		})
	}
feed:
	for i := range o.Sources {
		select {
		case next <- i:
		case <-ctx.Done():
			break feed
		}
	}
	close(next)
	group.Wait()
	f.err = errors.Join(f.err, s.commit(), os.RemoveAll(s.path(workDir)))
	if f.err == nil {
		f.err = context.Cause(ctx)
	}
	f.sum.Since = time.Since(f.begun)
	return f.sum, f.err
}

// one analyses a source. Its error is the store's.
func (f *fleet) one(ctx context.Context, i int) error {
	j := f.o.Job
	j.Source, j.Format = f.o.Sources[i], f.o.Format
	var err error
	failed := ""
	if j.Commit, err = j.Source.commit(ctx); err != nil {
		failed = err.Error()
	}
	if f.known(j, failed != "") {
		f.count(func(s *Summary) { s.Known++ })
		return nil
	}
	if ctx.Err() != nil {
		return nil
	}
	work := f.store.path(workDir, fmt.Sprint(i))
	j.Dir, j.Scratch = work+"/tables", work+"/scratch"
	for _, dir := range []string{j.Dir, j.Scratch} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	defer os.RemoveAll(work)
	run := Took{}
	if failed == "" {
		if run, err = f.process(ctx, j); ctx.Err() != nil {
			return nil // it was not its own fault
		} else if err != nil {
			failed = err.Error()
		}
	}
	row := Snapshot{Status: "failed"}
	if failed != "" {
		if err := os.RemoveAll(j.Dir); err != nil {
			return err
		}
		if err := os.Mkdir(j.Dir, 0o755); err != nil {
			return err
		}
		if row.Snapshot, err = j.writeFailed(failed); err != nil {
			return err
		}
	} else if row, err = readRow(j.Dir); err != nil {
		return err
	}
	run.Snapshot = row.Snapshot
	if err := writeRun(j.Dir, f.o.Format, run); err != nil {
		return err
	}
	f.mu.Lock()
	again := f.store.done[row.Snapshot]
	if err = f.store.take(j.Dir, row.Snapshot); err == nil && (len(f.store.pending) >= batchSnapshots || f.store.bytes >= batchBytes) {
		err = f.store.commit()
	}
	f.mu.Unlock()
	f.count(func(s *Summary) {
		switch {
		case again:
			s.Known++
		case row.Status == "whole":
			s.Whole++
		case row.Status == "incomplete":
			s.Incomplete++
		case row.Status == "empty":
			s.Empty++
		default:
			s.Failed++
		}
	})
	return err
}

// known reports whether the store has a source as it is now.
func (f *fleet) known(j Job, failed bool) bool {
	row := Snapshot{Repository: j.Source.Name, Revision: j.Commit, Schema: Schema}
	f.mu.Lock()
	defer f.mu.Unlock()
	if j.Commit != "" && f.store.done[j.snapshotID(row)] {
		return true
	}
	row.Status = "failed"
	if row.Revision == "" {
		row.Revision = j.Source.Revision
	}
	return !f.o.Retry && (failed || j.Commit != "") && f.store.done[j.snapshotID(row)]
}

func (f *fleet) count(change func(*Summary)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(&f.sum)
	f.sum.Since = time.Since(f.begun)
	if f.o.Progress != nil {
		f.o.Progress(f.sum)
	}
}

// process runs a job in a process of its own. The error says in one line why there are no tables.
func (f *fleet) process(ctx context.Context, j Job) (Took, error) {
	spec, err := json.Marshal(j)
	if err != nil {
		return Took{}, err
	}
	limit := ctx
	if f.o.Time > 0 {
		var cancel context.CancelFunc
		limit, cancel = context.WithTimeout(ctx, f.o.Time+grace)
		defer cancel()
	}
	cmd := f.o.Command(limit)
	var said tail
	cmd.Stdin, cmd.Stderr = bytes.NewReader(spec), &said
	cmd.WaitDelay = 5 * time.Second
	begin := time.Now()
	err = cmd.Run()
	run := Took{Seconds: time.Since(begin).Seconds(), Ended: time.Now().Unix()}
	if s := cmd.ProcessState; s != nil {
		run.CPU = (s.UserTime() + s.SystemTime()).Seconds()
		run.Memory = budget.Peak(s)
	}
	switch {
	case err == nil:
		return run, nil
	case limit.Err() != nil && ctx.Err() == nil:
		return run, fmt.Errorf("it did not end within %s and %s more", f.o.Time, grace)
	}
	if line := said.last(); line != "" {
		return run, errors.New(line)
	}
	return run, err
}

func readRow(dir string) (row Snapshot, err error) {
	text, err := os.ReadFile(dir + "/" + rowFile)
	if err == nil {
		err = json.Unmarshal(text, &row)
	}
	return row, err
}

// tail keeps the end of what a process says.
type tail struct{ buf []byte }

func (t *tail) Write(b []byte) (int, error) {
	const most = 8 << 10
	t.buf = append(t.buf, b...)
	if len(t.buf) > most {
		t.buf = append(t.buf[:0], t.buf[len(t.buf)-most:]...)
	}
	return len(b), nil
}

// last is the line that says why the process ended: its last one, or a panic's first.
func (t *tail) last() string {
	lines := strings.Split(strings.TrimSpace(string(t.buf)), "\n")
	for _, l := range lines {
		if strings.HasPrefix(l, "panic: ") || strings.HasPrefix(l, "fatal error: ") {
			return l
		}
	}
	return strings.TrimPrefix(lines[len(lines)-1], "nixsink: ")
}
