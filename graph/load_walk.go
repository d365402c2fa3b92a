package graph

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"sync/atomic"
)

// walker finds the Nix files of a tree. It alone walks; the files that it finds go to the readers as it goes.
type walker struct {
	tree       *tree
	exclude    excluder
	jobs       chan job
	found      atomic.Int64
	links      []string
	problems   []Problem
	incomplete bool // a folder could not be read
}

// spot is where in version control a folder lies.
type spot struct {
	work    *worktree
	prefix  string      // the folder's place in its working tree, with a slash at its end; "" at the root
	ignores *ignoreList // what holds in the folder
	ignored bool        // it is ignored itself, and entered for what is tracked below it
}

// job is one file to read: its name in the tree, and the name of what lies behind it.
type job struct{ name, from string }

// versionControl are folders that hold no part of a configuration, though files in them may have its names.
var versionControl = map[string]bool{".git": true, ".hg": true, ".jj": true, ".svn": true}

func (w *walker) walk(ctx context.Context, tracked bool) {
	at := spot{work: &worktree{dir: w.tree.dir, all: tracked}}
	if !tracked {
		at.ignores, at.prefix = ignoresAbove(w.tree.dir)
	}
	w.tree.works = append(w.tree.works, at.work)
	w.folder(ctx, "", at)
	if ctx.Err() == nil {
		w.follow()
	}
}

// folder enters the folder whose name is rel, "" for the root.
func (w *walker) folder(ctx context.Context, rel string, at spot) {
	if ctx.Err() != nil {
		return
	}
	entries, err := w.tree.disk.list(rel)
	if err != nil {
		w.problems = append(w.problems, fileProblem(rel, err))
		w.incomplete = true
		// What could be listed is still walked.
	}
	sub := rel
	if rel != "" {
		sub += "/"
	}
	has := func(name string) bool {
		_, ok := entryOf(entries, name)
		return ok
	}
	if rel != "" && !at.work.all && has(".git") {
		// A submodule, or a repository of its own: what the one around it ignores is nothing to it.
		abs := folder(w.tree.dir).path(rel)
		at = spot{work: &worktree{dir: abs, rel: sub}, ignores: excludedIn(abs)}
		w.tree.works = append(w.tree.works, at.work)
	}
	if !at.work.all && has(".gitignore") {
		at.ignores = readIgnore(folder(w.tree.dir).path(rel), at.prefix, at.ignores)
	}
	if at.ignores != nil {
		w.tree.ignores[rel] = at
	}
	listing := make([]dirEntry, 0, len(entries))
	for _, e := range entries {
		name, kind := e.Name(), e.Type()
		path := sub + name
		if w.exclude.excludes(path) {
			continue
		}
		// What git tracks is part of the tree whatever its ignore files say.
		ignored := at.ignored || at.ignores.ignores(at.prefix+name, kind.IsDir())
		if ignored && !at.work.has(ctx, path) {
			continue
		}
		switch {
		case kind.IsDir():
			if versionControl[name] {
				continue
			}
			listing = append(listing, dirEntry{name, "directory"})
			below := at
			below.prefix, below.ignored = at.prefix+name+"/", ignored
			w.folder(ctx, path, below)
		case kind.IsRegular():
			listing = append(listing, dirEntry{name, "regular"})
			if isNix(name) {
				w.read(path, path)
			}
		case kind&fs.ModeSymlink != 0:
			listing = append(listing, dirEntry{name, "symlink"})
			if !isResult(name) {
				w.links = append(w.links, path)
			}
		default:
			listing = append(listing, dirEntry{name, "unknown"})
			if isNix(name) {
				w.problems = append(w.problems, Problem{At: Place{File: path}, Kind: "io", Msg: "skipped: it is " + kindOf(kind) + ", not a file"})
			}
		}
	}
	w.tree.dirs[rel] = listing
}

func (w *walker) read(name, from string) {
	w.found.Add(1)
	w.jobs <- job{name, from}
}

// follow looks where the symbolic links lead, once every file is known. A link that stays within the root is another
// name of what it points at; the file behind it is read under the link's name only where it has none that ends in
// .nix. A link out of the root is not followed, nor one that leads nowhere.
func (w *walker) follow() {
	read := map[string]string{} // file behind a link → the name it was read under
	slices.Sort(w.links)
	for _, link := range w.links {
		target, err := w.tree.disk.behind(link)
		if errors.Is(err, errOutside) {
			w.skipLink(link, err.Error())
			continue
		}
		kind := fs.ModeIrregular
		if err == nil {
			kind, err = w.tree.disk.kind(target)
		}
		switch {
		case err != nil:
			w.skipLink(link, "it leads nowhere")
		case kind.IsRegular() && isNix(link) && !isNix(target):
			if first, ok := read[target]; ok {
				w.tree.links[link] = first
				continue
			}
			read[target] = link
			w.read(link, target)
		case kind.IsDir() || kind.IsRegular():
			w.tree.links[link] = target
		case isNix(link):
			w.skipLink(link, "it leads to "+kindOf(kind))
		}
	}
}

// skipLink notes a link that is not followed, if it looks like a part of the configuration. Emacs marks a file that
// is being edited with a dangling link named .#file: that is none.
func (w *walker) skipLink(link, why string) {
	if isNix(link) && !strings.HasPrefix(link[strings.LastIndexByte(link, '/')+1:], ".#") {
		w.problems = append(w.problems, Problem{At: Place{File: link}, Kind: "io", Msg: "symbolic link not followed: " + why})
	}
}

func isNix(name string) bool { return strings.HasSuffix(name, ".nix") }

// isResult tells the links that nix build leaves behind.
func isResult(name string) bool { return name == "result" || strings.HasPrefix(name, "result-") }

func kindOf(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeNamedPipe != 0:
		return "a FIFO"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "something special"
}
