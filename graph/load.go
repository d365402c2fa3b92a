package graph

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"nixsink/internal/budget"
	"nixsink/internal/fault"
	"nixsink/parse"
)

// tree is everything that was read: the parsed files of one folder and what lies around them.
type tree struct {
	dir       string                 // absolute, without symbolic links; "" for one that is in no folder
	disk      disk                   // what it is read from
	files     []*parse.File          // sorted by name; names are slash-separated and relative to dir
	byName    map[string]*parse.File // the same by name
	dirs      map[string][]dirEntry  // what readDir gives for each folder that was entered; "" is dir itself
	links     map[string]string      // symbolic links that stay within dir: link → what it points at
	exec      map[string]bool        // files with an executable bit, which a NAR records
	notes     map[string]notes       // by file: what its comments say
	problems  []Problem
	faults    []*fault.Fault
	unread    int    // files that the budget left no room for
	source    Source // all but NARHash
	exclude   excluder
	elsewhere map[string]string // Options.LeftOut
	ignores   map[string]spot   // by folder that was entered, where ignore files are in force
	modules   func() []string   // the folders of submodules that .gitmodules names
	works     []*worktree       // working trees of git that it lies in and that lie in it, the root's first
}

// dirEntry is one entry of a folder.
type dirEntry struct {
	name string
	kind string // as builtins.readDir has it: regular, directory, symlink, unknown
}

// notes are what the comments of a file say.
type notes struct {
	annotations []*parse.Annotation
	header      *parse.Header
	documented  bool // it has a header or a leading comment
}

// Faults of a single file.
var (
	errNotRegular = errors.New("not a regular file")
	errTooLarge   = errors.New("too large")
)

func tooLarge(size int64) error {
	return fmt.Errorf("%w: %d bytes, the limit is %d", errTooLarge, size, int64(parse.MaxFileSize))
}

// Load reads and parses the Nix files below dir, sorted by name, with their comments and annotations: the first thing that Analyze does.
// Files that cannot be read are left out; errors in the others are in them.
func Load(ctx context.Context, dir string, opts Options) ([]*parse.File, error) {
	t, err := load(ctx, dir, opts)
	if err != nil {
		return nil, err
	}
	return t.files, nil
}

// load reads and parses every Nix file below dir. The error speaks of dir itself, of opts or of ctx; whatever is
// wrong with a file inside is a Problem.
func load(ctx context.Context, dir string, opts Options) (*tree, error) {
	exclude, err := newExcluder(opts.Exclude)
	if err != nil {
		return nil, err
	}
	var from disk = given{opts.Files}
	if opts.Files == nil {
		if dir, err = filepath.Abs(dir); err != nil {
			return nil, fmt.Errorf("load: %w", err)
		}
		// A folder behind a link lies where the link leads: that is where its repository and its ignore files are.
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			dir = real
		}
		from = folder(dir)
	} else {
		dir = ""
	}
	// Opening the folder tells best what is wrong with it.
	if _, err := from.list(""); err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	t := &tree{dir: dir, disk: from, byName: map[string]*parse.File{}, dirs: map[string][]dirEntry{}, ignores: map[string]spot{}, links: map[string]string{}, exec: map[string]bool{}, notes: map[string]notes{}, exclude: exclude, elsewhere: opts.LeftOut}
	t.modules = sync.OnceValue(t.submodules)
	w := &walker{tree: t, exclude: exclude, jobs: make(chan job, 512)}
	spent := budget.From(ctx)
	var unread atomic.Int64
	readers := make([]reader, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	var done atomic.Int64
	var talk sync.Mutex
	for i := range readers {
		r := &readers[i]
		r.disk = from
		wg.Go(func() {
			for j := range w.jobs {
				if ctx.Err() != nil {
					continue // empty the channel, so that the walker is never left waiting
				}
				if spent.Over(budget.Evaluation) != nil {
					unread.Add(1)
					continue
				}
				if f := fault.Catch("read", j.name, func() { r.read(j, opts) }); f != nil {
					r.faults = append(r.faults, f)
					r.files = r.files[:len(r.notes)] // a file whose comments could not be read is none
				}
				if n := done.Add(1); opts.Progress != nil && n%64 == 0 {
					talk.Lock()
					opts.Progress(int(n), int(w.found.Load()))
					talk.Unlock()
				}
			}
		})
	}
	w.walk(ctx, opts.Files != nil)
	close(w.jobs)
	wg.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, fmt.Errorf("load %s: %w", dir, err)
	}
	t.gather(readers, w)
	t.unread = int(unread.Load())
	opts.Cache.keep(t.byName)
	if opts.Progress != nil {
		opts.Progress(len(t.files), len(t.files))
	}
	return t, nil
}

// reader reads and parses files, one after the other. Several work at once, each on its own results.
type reader struct {
	disk     disk
	files    []*parse.File
	notes    []notes // by index in files
	exec     []string
	problems []Problem
	faults   []*fault.Fault
}

func (r *reader) read(j job, opts Options) {
	src, exec, err := r.disk.read(j.from, parse.MaxFileSize)
	if err != nil {
		r.problems = append(r.problems, fileProblem(j.name, err))
		return
	}
	if text, ok := opts.Texts[j.name]; ok {
		src = text
	}
	if err := notText(src); err != nil {
		r.problems = append(r.problems, fileProblem(j.name, err))
		return
	}
	if exec {
		r.exec = append(r.exec, j.name)
	}
	f, n := opts.Cache.parse(j.name, src)
	r.files = append(r.files, f)
	r.notes = append(r.notes, n)
}

func readNotes(f *parse.File) (n notes) {
	var leading bool
	n.annotations, n.header, leading = f.Annotations()
	n.documented = leading || n.header != nil
	return n
}

// fileProblem says why a file was not read.
func fileProblem(name string, err error) Problem {
	kind := "io"
	if errors.Is(err, errTooLarge) {
		kind = "limit"
	}
	var path *os.PathError
	if errors.As(err, &path) {
		err = path.Err // the path is in the problem's place, and absolute here
	}
	var sealed sealedError
	return Problem{At: Place{File: name}, Kind: kind, Msg: "cannot be read: " + err.Error(), Sealed: errors.As(err, &sealed)}
}

// gather puts together what the walker and the readers have found.
func (t *tree) gather(readers []reader, w *walker) {
	t.problems = w.problems
	for i := range readers {
		r := &readers[i]
		t.files = append(t.files, r.files...)
		t.problems = append(t.problems, r.problems...)
		t.faults = append(t.faults, r.faults...)
		for i, f := range r.files {
			t.notes[f.Name] = r.notes[i]
		}
		for _, name := range r.exec {
			t.exec[name] = true
		}
	}
	t.source.Incomplete = w.incomplete || slices.ContainsFunc(readers, func(r reader) bool { return len(r.problems) > 0 })
	slices.SortFunc(t.files, func(a, b *parse.File) int { return strings.Compare(a.Name, b.Name) })
	for _, f := range t.files {
		t.byName[f.Name] = f
		t.source.Files++
		t.source.Bytes += len(f.Src)
		t.source.Lines += f.LineCount()
		if line := conflict(f); line > 0 {
			// One word in place of what the parser makes of such marks.
			t.source.Incomplete = true
			t.problems = append(t.problems, Problem{At: Place{File: f.Name, Line: line, Column: 1, EndLine: line, EndColumn: 1}, Msg: "a merge is not finished here: conflict marks", Kind: "syntax"})
			continue
		}
		for _, e := range f.Errors {
			kind := "static"
			if !e.Static {
				kind, t.source.Incomplete = "syntax", true
			}
			at := PlaceIn(f, e.Span)
			at.Line, at.Column = e.Pos.Line, e.Pos.Column // a file that is no text has no lines to look them up in
			t.problems = append(t.problems, Problem{At: at, Msg: e.Msg, Kind: kind})
		}
	}
	slices.SortStableFunc(t.problems, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.At.File, b.At.File), cmp.Compare(a.At.Span.Start, b.At.Span.Start),
			cmp.Compare(a.At.Span.End, b.At.Span.End), strings.Compare(a.Msg, b.Msg))
	})
}

// PlaceIn is a span of f as people count it.
func PlaceIn(f *parse.File, s parse.Span) Place {
	from, to := f.Position(s.Start), f.Position(s.End)
	return Place{File: f.Name, Span: s, Line: from.Line, Column: from.Column, EndLine: to.Line, EndColumn: to.Column}
}

// maxLinkHops bounds a chain of symbolic links, as the kernel does.
const maxLinkHops = 40

// resolve gives the name under which the tree knows path, a slash-separated path relative to the root: symbolic links
// that stay within the root are replaced by what they point at.
func (t *tree) resolve(path string) string {
	if len(t.links) == 0 {
		return path
	}
	for range maxLinkHops {
		if _, ok := t.byName[path]; ok {
			return path
		}
		link, target := t.linkIn(path)
		if link == "" {
			return path
		}
		path = strings.TrimPrefix(target+path[len(link):], "/")
	}
	return path
}

// linkIn finds the first link on a path's way.
func (t *tree) linkIn(path string) (link, target string) {
	for i := 0; i <= len(path); i++ {
		if i == len(path) || path[i] == '/' {
			if target, ok := t.links[path[:i]]; ok {
				return path[:i], target
			}
		}
	}
	return "", ""
}
