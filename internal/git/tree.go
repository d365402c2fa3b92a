package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Kinds of an entry, by its mode in the tree.
const (
	File       = "100644"
	Executable = "100755"
	Link       = "120000"
	Submodule  = "160000"
)

// Entry is a file of a tree, in the repository that holds its contents.
type Entry struct {
	Name string // slash-separated
	Mode string // File, Executable or Link
	Hash string // of the blob
	in   *Repository
}

// maxNested bounds submodules in submodules.
const maxNested = 16

// Tree lists the files of a commit below r.Dir, by names relative to it, sorted. Submodules are read at the commits that the tree records,
// where the working tree has them; absent are the folders of the others. A folder that the commit does not have is empty.
func (r *Repository) Tree(ctx context.Context, commit string) (entries []Entry, absent []string, err error) {
	l := &listing{}
	if err := l.add(ctx, r, commit, r.Below, "", maxNested); err != nil {
		return nil, nil, err
	}
	slices.SortFunc(l.entries, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	return l.entries, l.absent, nil
}

// listing is a tree that is being listed.
type listing struct {
	entries []Entry
	absent  []string
}

func (l *listing) add(ctx context.Context, r *Repository, commit, below, prefix string, depth int) error {
	args := []string{"ls-tree", "-r", "-z", "--full-tree", commit}
	if below != "" {
		args = append(args, "--", below+"/")
	}
	out, err := r.run(ctx, args...)
	if err != nil {
		return r.explainTree(ctx, commit, err)
	}
	modules := &modules{r: r, commit: commit}
	for line := range bytes.SplitSeq(bytes.TrimSuffix(out, []byte{0}), []byte{0}) {
		// MODE TYPE HASH<tab>NAME
		head, name, ok := strings.Cut(string(line), "\t")
		fields := strings.Fields(head)
		if !ok || len(fields) != 3 {
			continue // no entry at all
		}
		full := name
		if below != "" {
			name = strings.TrimPrefix(name, below+"/")
		}
		if !safe(name) {
			continue
		}
		name = path.Join(prefix, name)
		switch mode, hash := fields[0], fields[2]; mode {
		case Submodule:
			sub, err := modules.open(ctx, full)
			if err != nil {
				return fmt.Errorf("submodule %s: %w", Quote(name), err)
			}
			if sub == nil || depth == 0 {
				l.absent = append(l.absent, name)
				continue
			}
			if err := l.add(ctx, sub, hash, "", name, depth-1); err != nil {
				return fmt.Errorf("submodule %s: %w", Quote(name), err)
			}
		case Link, Executable:
			l.entries = append(l.entries, Entry{name, mode, hash, r})
		default:
			l.entries = append(l.entries, Entry{name, File, hash, r})
		}
	}
	return nil
}

// safe reports whether a name stays where it belongs; git itself refuses to write others.
func safe(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || part == "." || part == ".." || strings.EqualFold(part, ".git") || strings.ContainsRune(part, '\\') && filepath.Separator == '\\' {
			return false
		}
	}
	return true
}

// explainTree says what to fetch where a tree or commit is not in this clone.
func (r *Repository) explainTree(ctx context.Context, commit string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	short := commit[:min(12, len(commit))]
	if _, kerr := r.run(ctx, "cat-file", "-e", commit); kerr != nil {
		return fmt.Errorf("commit %s is not in this clone: `%s` brings it", short, r.say("fetch origin "+commit))
	}
	if r.promisor(ctx) != "" {
		return fmt.Errorf("trees of commit %s are not in this clone, which is a partial one: `%s` brings them", short, r.say("fetch --refetch --filter=blob:none"))
	}
	return fmt.Errorf("read the tree of commit %s: %w", short, err)
}

// say writes a git command as a person would give it.
func (r *Repository) say(command string) string {
	if here, err := os.Getwd(); err == nil {
		if abs, err := real(here); err == nil && (abs == r.Top || strings.HasPrefix(abs, r.Top+string(filepath.Separator))) {
			return "git " + command
		}
	}
	return "git -C " + shellWord(r.Top) + " " + command
}

// modules finds the repositories of a commit's submodules.
type modules struct {
	r      *Repository
	commit string
	names  map[string]string // path → name, as .gitmodules of that commit has it; nil: not read yet
}

// open gives the repository of the submodule at path, nil if the working tree does not have it.
func (m *modules) open(ctx context.Context, at string) (*Repository, error) {
	dir := filepath.Join(m.r.Top, filepath.FromSlash(at))
	if m.r.gitDir != "" {
		dir = "" // a submodule of one that the working tree has no more
	} else if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
		sub, err := Open(ctx, dir)
		if err == nil && sub.Below != "" {
			return nil, nil // its .git leads nowhere, and what was found is the repository around it
		}
		return sub, err
	} else if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil, nil // it is not checked out
	}
	// It lay elsewhere, or is no more: what git keeps of it is below modules.
	name := m.name(ctx, at)
	if name == "" {
		return nil, nil
	}
	out, err := m.r.run(ctx, "rev-parse", "--path-format=absolute", "--git-path", "modules/"+name)
	if err != nil {
		return nil, nil
	}
	gitDir := strings.TrimSuffix(string(out), "\n")
	if info, err := os.Stat(filepath.Join(gitDir, "objects")); err != nil || !info.IsDir() {
		return nil, nil
	}
	return &Repository{Top: gitDir, Dir: gitDir, gitDir: gitDir, program: m.r.program}, nil
}

// name is what .gitmodules calls the submodule at a path.
func (m *modules) name(ctx context.Context, at string) string {
	if m.names == nil {
		m.names = map[string]string{}
		out, err := m.r.run(ctx, "config", "-z", "--blob", m.commit+":.gitmodules", "--get-regexp", `^submodule\..*\.path$`)
		if err == nil {
			for line := range strings.SplitSeq(string(out), "\x00") {
				key, value, _ := strings.Cut(line, "\n")
				name := strings.TrimSuffix(strings.TrimPrefix(key, "submodule."), ".path")
				if safe(name) {
					m.names[value] = name
				}
			}
		}
	}
	return m.names[at]
}

// size reads a size that cat-file gives.
func size(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0, errors.New("git gave no size: " + s)
	}
	return n, nil
}
