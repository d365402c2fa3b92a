package facts

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/internal/check/revision"
	"nixsink/internal/config"
	"nixsink/internal/door"
	"nixsink/internal/git"
)

// A Source is one state of one repository that is to be analysed.
type Source struct {
	Path     string // a folder, a git directory, or a bundle
	Name     string // what the tables call the repository
	Revision string // gitrevisions(7); "" for HEAD, and in a folder that git does not know
}

// Named is a source by its path alone.
func Named(path string) Source {
	name := filepath.Base(filepath.Clean(path))
	if abs, err := filepath.Abs(path); err == nil {
		name = filepath.Base(abs)
		if name == ".git" {
			name = filepath.Base(filepath.Dir(abs))
		}
	}
	return Source{Path: path, Name: strings.TrimSuffix(strings.TrimSuffix(name, ".git"), ".bundle")}
}

// ReadList reads a list of sources: a path a line, and after it, set apart by tabs, the name and the revision, if they are not to be found by themselves.
// What begins with # is a comment. Paths are relative to dir.
func ReadList(r io.Reader, name, dir string) ([]Source, error) {
	var out []Source
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimRight(lines.Text(), "\r ")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(line, "\t")
		if len(fields) > 3 || fields[0] == "" {
			return nil, fmt.Errorf("%s:%d: a line is a path and, after tabs, a name and a revision", name, n)
		}
		if !filepath.IsAbs(fields[0]) {
			fields[0] = filepath.Join(dir, fields[0])
		}
		s := Named(fields[0])
		if len(fields) > 1 && fields[1] != "" {
			s.Name = fields[1]
		}
		if len(fields) > 2 {
			s.Revision = fields[2]
		}
		out = append(out, s)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return out, nil
}

// same reports two sources that the tables could not tell apart.
func same(all []Source) error {
	seen := map[Source]string{}
	for _, s := range all {
		k := Source{Name: s.Name, Revision: s.Revision}
		if path, again := seen[k]; again && path != s.Path {
			return fmt.Errorf("%s and %s would both be called %s: give them names in a list (--repos)", path, s.Path, s.Name)
		}
		seen[k] = s.Path
	}
	return nil
}

// tree is a source that was opened.
type tree struct {
	commit string // "" for a folder that git does not know
	time   int64
	cfg    *config.Config
	opts   graph.Options
	dir    string // where it lies, "" if it is in memory
	lock   []byte
	close  func()
	files  *git.Files // of a commit
}

// lacks says what was looked for in files that a partial clone does not have, "" for nothing.
func (t *tree) lacks() string {
	if t.files == nil || t.files.Lacks() == nil {
		return ""
	}
	return t.files.Lacks().Error()
}

// repository is what git knows of a source that is a folder, nil for a folder that git does not know. Errors are git's.
func (s Source) repository(ctx context.Context) (*git.Repository, error) {
	switch {
	case git.IsGitDir(s.Path):
		return git.OpenGitDir(ctx, s.Path)
	case git.Inside(s.Path):
		return git.Open(ctx, s.Path)
	}
	return nil, nil
}

// open finds what a source is. scratch is an empty folder, for bundles. Nothing of a folder outside it is read, nothing at all is run of it.
func (s Source) open(ctx context.Context, opts graph.Options, scratch string) (*tree, error) {
	info, err := os.Stat(s.Path)
	if err != nil {
		return nil, err
	}
	var repo *git.Repository
	commit := ""
	if info.IsDir() {
		repo, err = s.repository(ctx)
	} else if repo, commit, err = git.Unbundle(ctx, s.Path, scratch); repo != nil && s.Revision != "" {
		err = nil // the list says which of its tips is meant
	}
	if err != nil {
		return nil, err
	}
	if repo == nil {
		if s.Revision != "" {
			return nil, fmt.Errorf("%s is in no git repository, so it has no revision %s", s.Path, s.Revision)
		}
		return s.folder(opts)
	}
	if s.Revision != "" || commit == "" {
		if commit, err = repo.Resolve(ctx, cmp.Or(s.Revision, "HEAD")); err != nil {
			return nil, err
		}
	}
	return committed(ctx, repo, commit, opts)
}

// commit is the revision that open would read, "" where there is none or it takes opening to know it.
func (s Source) commit(ctx context.Context) (string, error) {
	info, err := os.Stat(s.Path)
	if err != nil {
		return "", err
	}
	if !info.IsDir() {
		if s.Revision != "" {
			return "", nil
		}
		return git.BundleTip(ctx, s.Path)
	}
	repo, err := s.repository(ctx)
	if repo == nil || err != nil {
		return "", err
	}
	return repo.Resolve(ctx, cmp.Or(s.Revision, "HEAD"))
}

// folder opens a tree that git does not know.
func (s Source) folder(opts graph.Options) (*tree, error) {
	t := &tree{dir: s.Path, cfg: &config.Config{}, opts: opts, close: func() {}}
	if src, err := door.ReadBelow(s.Path, filepath.Join(s.Path, config.Name), door.MaxConfig); err == nil {
		t.configure(src)
	}
	t.lock, _ = door.ReadBelow(s.Path, filepath.Join(s.Path, lockName), maxLock)
	return t, nil
}

// lockName is what a flake's lock file is called, and maxLock the size in bytes from which it is none.
const (
	lockName = "flake.lock"
	maxLock  = 8 << 20
)

func committed(ctx context.Context, repo *git.Repository, commit string, opts graph.Options) (*tree, error) {
	entries, absent, err := repo.Tree(ctx, commit)
	if err != nil {
		return nil, err
	}
	files, err := git.NewFiles(ctx, entries, nil)
	if err != nil {
		return nil, err
	}
	t := &tree{commit: commit, cfg: &config.Config{}, opts: opts, close: files.Close, files: files}
	t.time, err = repo.CommitTime(ctx, commit)
	if err != nil {
		files.Close()
		return nil, err
	}
	has := func(name string) bool {
		_, ok := slices.BinarySearchFunc(entries, name, func(e git.Entry, name string) int { return strings.Compare(e.Name, name) })
		return ok
	}
	if has(config.Name) {
		if src, _, err := files.Read(config.Name); err == nil {
			t.configure([]byte(src))
		}
	}
	if has(lockName) {
		if src, _, err := files.Read(lockName); err == nil {
			t.lock = []byte(src)
		}
	}
	t.opts.Files, t.opts.LeftOut = files, revision.Absent(absent)
	return t, nil
}

// configure takes a repository's own configuration, if it is one; what the caller asked for goes first.
func (t *tree) configure(src []byte) {
	c, err := config.Parse(config.Name, src)
	if err != nil {
		return
	}
	asked := t.opts
	t.cfg, t.opts = c, c.Options("")
	if len(asked.Roots) > 0 {
		t.opts.Roots = asked.Roots
	}
	if len(asked.ArgRoots) > 0 {
		t.opts.ArgRoots = asked.ArgRoots
	}
	t.opts.Exclude = slices.Concat(t.opts.Exclude, asked.Exclude)
}
