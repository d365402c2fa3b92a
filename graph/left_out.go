package graph

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"nixsink/internal/git"
	"nixsink/internal/secrets"
	"nixsink/parse"
)

// A file is in one of three states: it was read; it is there and was left out, for a reason; it is not there. Only the last makes an
// import of it a mistake.

// Excluded is why a file was left out that Options.Exclude names.
const Excluded = "it is excluded"

// linkedOut is why a file was left out that nobody has said may be.
const linkedOut = "it is behind a symbolic link out of the tree"

// worktree is a working tree of git that the analysed one lies in, or a submodule of it.
type worktree struct {
	dir string // the folder that the index is asked about
	rel string // that folder's place in the analysed tree, with a slash at its end; "" for the root
	all bool   // everything is tracked: it is no working tree but a revision

	once    sync.Once
	tracked *git.Tracked
	err     error
}

// index is what git tracks here. Git is asked once, and only if something depends on it.
func (w *worktree) index(ctx context.Context) *git.Tracked {
	w.once.Do(func() {
		var repo *git.Repository
		if repo, w.err = git.Open(ctx, w.dir); w.err == nil {
			w.tracked, w.err = repo.Tracked(ctx)
		}
	})
	return w.tracked
}

// has reports whether git tracks the file or anything in the folder at a path of the analysed tree. Where git cannot be asked,
// nothing is known to be tracked.
func (w *worktree) has(ctx context.Context, name string) bool {
	return w.all || w.index(ctx).Has(strings.TrimPrefix(name, w.rel))
}

// around is the working tree that a path of the analysed tree lies in.
func (t *tree) around(name string) *worktree {
	best := t.works[0]
	for _, w := range t.works {
		if strings.HasPrefix(name, w.rel) && len(w.rel) > len(best.rel) {
			best = w
		}
	}
	return best
}

// leftOut says why a file that an import names was not read, "" if it is not there, or was read under file. A folder stands for its default.nix, and file is the
// name of what would have been read.
func (t *tree) leftOut(ctx context.Context, name string) (file, why string) {
	name = t.resolve(path.Clean(name))
	if real, err := t.disk.behind(name); err == nil {
		if kind, err := t.disk.kind(real); err == nil && kind.IsDir() {
			name = path.Join(name, "default.nix")
		}
	}
	if t.byName[name] != nil {
		return name, "" // it was read under another name
	}
	work := t.around(name)
	if _, err := t.disk.kind(name); err != nil {
		if errors.Is(err, fs.ErrPermission) {
			return name, "a folder on its way cannot be read"
		}
		if errors.Is(err, errOutside) {
			return name, linkedOut
		}
		for i := 0; i <= len(name); i++ {
			if i == len(name) || name[i] == '/' {
				if why := t.elsewhere[name[:i]]; why != "" {
					return name, why
				}
			}
		}
		if t.ignored(name) {
			return name, "it is not there, and an ignore file names it: it is kept apart from the repository"
		}
		if work.all || !git.Inside(t.dir) {
			if sub := t.submodule(name); sub != "" && !work.all {
				return name, "it lies in the submodule " + git.Quote(sub) + ", which is not here"
			}
			return name, ""
		}
		in := strings.TrimPrefix(name, work.rel)
		for _, in := range []string{in, path.Join(in, "default.nix")} {
			switch index := work.index(ctx); {
			case index.NotCheckedOut(in):
				return work.rel + in, "it is not checked out (`git sparse-checkout add` brings it)"
			case index.Submodule(in) != "":
				sub := work.rel + index.Submodule(in)
				if _, err := t.disk.kind(path.Join(sub, ".git")); err != nil {
					return name, "the submodule " + git.Quote(sub) + " is not checked out (`git submodule update --init` brings it)"
				}
			}
		}
		return name, ""
	}
	for i := 0; i <= len(name); i++ {
		if i < len(name) && name[i] != '/' {
			continue
		}
		part := name[:i]
		if t.exclude.excludes(part) {
			return name, Excluded
		}
		if part != "" && t.links[part] == "" {
			if kind, err := t.disk.kind(part); err == nil && kind&fs.ModeSymlink != 0 {
				return name, linkedOut
			}
		}
	}
	for _, p := range t.problems {
		if p.At.File == name && p.At.Line == 0 {
			return name, strings.TrimPrefix(p.Msg, "cannot be read: ")
		}
	}
	if !t.lists(name) {
		if errors.Is(work.err, git.ErrNoGit) {
			return name, "it is ignored, and there is no git to say whether it is tracked"
		}
		return name, "it is ignored and not tracked"
	}
	if !isNix(name) {
		return name, "its name does not end in .nix"
	}
	return name, "it was not read"
}

// submodule is the submodule that a path lies in by .gitmodules alone, for a tree without git (an archive), "" if none.
func (t *tree) submodule(name string) string {
	for _, sub := range t.modules() {
		if name == sub || strings.HasPrefix(name, sub+"/") {
			return sub
		}
	}
	return ""
}

// submodules are the folders that .gitmodules names, in its order.
func (t *tree) submodules() (out []string) {
	text, _, err := t.disk.read(".gitmodules", maxIgnoreBytes)
	if err != nil {
		return nil
	}
	for line := range strings.Lines(text) {
		if key, value, ok := strings.Cut(line, "="); ok && strings.TrimSpace(key) == "path" {
			out = append(out, strings.Trim(strings.TrimSpace(value), `"/`))
		}
	}
	return out
}

// lists reports whether the walk listed a file.
func (t *tree) lists(name string) bool {
	for _, e := range t.dirs[strings.TrimSuffix(path.Dir(name), ".")] {
		if e.name == path.Base(name) {
			return true
		}
	}
	return false
}

// noteLeftOut finds the imports whose file is there and was not read: they are edges, and what the file reads is unresolved, once for
// each file and root.
func noteLeftOut(ctx context.Context, g *Graph, t *tree) {
	told := map[string]bool{}
	for _, i := range g.Imports {
		if i.External || i.To == "" || t.byName[i.To] != nil {
			continue
		}
		file, why := t.leftOut(ctx, i.To)
		if t.byName[file] != nil {
			i.To, i.Missing = file, false
			continue
		}
		if why == "" {
			continue
		}
		i.To, i.Missing, i.LeftOut = file, false, why
		if i.Disabled || told[file] {
			continue
		}
		told[file] = true
		if why == linkedOut && !slices.ContainsFunc(g.Problems, func(p Problem) bool { return p.At.File == file }) {
			g.Problems = append(g.Problems, Problem{At: Place{File: file}, Kind: "io", Msg: "cannot be read: " + why})
		}
		for _, r := range g.Roots {
			g.Unresolved = append(g.Unresolved, &Unresolved{r.Path + ".*", i.At, git.Quote(file) + ", which is imported here, is left out: " + why})
		}
	}
}

// ignored reports whether an ignore file of the tree names a file that is not there, or a folder on its way.
func (t *tree) ignored(name string) bool {
	dir := path.Dir(name)
	for ; ; dir = path.Dir(dir) {
		if _, ok := t.dirs[strings.TrimPrefix(dir, ".")]; ok || dir == "." {
			break
		}
	}
	dir = strings.TrimPrefix(dir, ".")
	at, ok := t.ignores[dir]
	if !ok {
		return false
	}
	below := strings.TrimPrefix(strings.TrimPrefix(name, dir), "/")
	for i := 0; i <= len(below); i++ {
		if (i == len(below) || below[i] == '/') && at.ignores.ignores(at.prefix+below[:i], i < len(below)) {
			return true
		}
	}
	return false
}

// sealedError says why a file's contents are not here.
type sealedError string

func (e sealedError) Error() string { return string(e) }

// notText says what a file is that is no text of its own.
func notText(src string) error {
	for _, k := range [...]struct{ start, is string }{
		{"version https://git-lfs.github.com/spec/", "it is a pointer of Git LFS, and its contents are elsewhere (`git lfs pull` brings them)"},
		{"\x00GITCRYPT\x00", "it is encrypted by git-crypt"},
		{"U2FsdGVkX1", "it is encrypted (by transcrypt or openssl)"},
	} {
		if strings.HasPrefix(src, k.start) {
			return sealedError(k.is)
		}
	}
	if by := secrets.SealedBy(src); by != "" {
		return sealedError("it is encrypted by " + by)
	}
	for _, k := range [...]struct{ start, is string }{
		{"\xff\xfe", "it is UTF-16, which Nix does not read"},
		{"\xfe\xff", "it is UTF-16, which Nix does not read"},
	} {
		if strings.HasPrefix(src, k.start) {
			return errors.New(k.is)
		}
	}
	return nil
}

// conflict is the line of the first conflict mark in a file that does not parse, 0 if there is none.
func conflict(f *parse.File) int {
	if !f.Errors.Syntax() {
		return 0
	}
	at := strings.Index("\n"+f.Src, "\n<<<<<<< ")
	if at < 0 || !strings.Contains(f.Src[at:], "\n=======") || !strings.Contains(f.Src[at:], "\n>>>>>>> ") {
		return 0
	}
	return f.Position(int32(at)).Line
}
