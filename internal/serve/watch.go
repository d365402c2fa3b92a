package serve

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Times.
const (
	settle = 150 * time.Millisecond // how long the tree has to be quiet: editors and version control write many files at once
	glance = time.Second            // between looks at whether the root is still the one that is watched
	poll   = 2 * time.Second        // between looks at everything, where the system has no more watches
)

// Sources are what a page was made from, as absolute paths.
type Sources struct {
	Folders []string // whose files count, the root first
	Files   []string // others, such as a configuration file above
}

// A watcher hears of changes to sources.
type watcher struct {
	root    string // as it was given: it may be a link
	matters func(path string) bool
	say     func(format string, args ...any)
	sources Sources

	fs      *fsnotify.Watcher // nil: it looks by itself
	watched map[string]bool
	last    uint64      // what it saw when it looked
	info    fs.FileInfo // of the root; nil: it is gone
	lost    bool        // the system told that the root is gone: another may have its number already
}

func watch(root string, matters func(path string) bool, say func(format string, args ...any)) (*watcher, error) {
	info, err := os.Stat(root)
	if err != nil {
		return nil, fmt.Errorf("watch %s: %w", root, err)
	}
	w := &watcher{root: root, matters: matters, say: say, info: info}
	w.open()
	return w, nil
}

// open asks the system for events; where it has no more of them, the watcher looks by itself.
func (w *watcher) open() {
	w.watched = map[string]bool{}
	f, err := fsnotify.NewWatcher()
	if err != nil {
		w.giveUp(err)
		return
	}
	w.fs = f
}

func (w *watcher) close() {
	if w.fs != nil {
		w.fs.Close()
	}
}

// giveUp goes over to looking.
func (w *watcher) giveUp(err error) {
	w.close()
	w.fs = nil
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EMFILE) {
		err = errors.New("the system's limit of watches is reached (on Linux: fs.inotify.max_user_watches, max_user_instances)")
	}
	w.say("%v: looking for changes every %v instead", err, poll)
	w.last = w.stamp()
}

// follow watches the folders of sources, and no others.
func (w *watcher) follow(s Sources) {
	w.sources = s
	if w.fs == nil {
		w.last = w.stamp()
		return
	}
	want := map[string]bool{}
	for _, dir := range s.Folders {
		want[dir] = true
	}
	for _, file := range s.Files {
		want[filepath.Dir(file)] = true
	}
	for dir := range w.watched {
		if !want[dir] {
			_ = w.fs.Remove(dir) // it may be gone
			delete(w.watched, dir)
		}
	}
	for dir := range want {
		if !w.add(dir) {
			return
		}
	}
}

// add watches one folder. It reports false if the watcher looks by itself from now on.
func (w *watcher) add(dir string) bool {
	if w.watched[dir] {
		return true
	}
	switch err := w.fs.Add(dir); {
	case err == nil:
		w.watched[dir] = true
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.ENOTDIR): // gone again, or not ours to read
	default:
		w.giveUp(err)
		return false
	}
	return true
}

// concerns reports whether a change at path is one of the sources.
func (w *watcher) concerns(path string) bool {
	return slices.Contains(w.sources.Files, path) || slices.Contains(w.sources.Folders, filepath.Dir(path)) && w.matters(path)
}

// stamp tells one state of the sources from another by names, sizes and times.
func (w *watcher) stamp() uint64 {
	h := fnv.New64a()
	note := func(path string) {
		if info, err := os.Stat(path); err == nil {
			fmt.Fprintf(h, "%q %d %d %v\n", path, info.Size(), info.ModTime().UnixNano(), info.Mode())
		}
	}
	for _, dir := range w.sources.Folders {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			path := filepath.Join(dir, e.Name())
			switch {
			case e.IsDir():
				fmt.Fprintf(h, "%q\n", path)
			case w.matters(path):
				note(path)
			}
		}
	}
	for _, file := range w.sources.Files {
		note(file)
	}
	return h.Sum64()
}

// replaced reports whether the root is another folder than before, and says so if it is gone.
func (w *watcher) replaced() bool {
	info, err := os.Stat(w.root)
	switch {
	case err != nil || !info.IsDir():
		if w.info != nil {
			w.say("%s is gone: the page stays as it is until it is back", w.root)
		}
		w.info = nil
		return false
	case w.info != nil && os.SameFile(w.info, info) && !w.lost:
		return false
	}
	w.info, w.lost = info, false
	// What was watched hangs on to the old folder.
	w.close()
	w.fs = nil
	w.open()
	w.follow(w.sources)
	return true
}

// next waits until the sources have come to rest after a change, and gives a path that changed; "" when ctx has ended.
func (w *watcher) next(ctx context.Context) string {
	look := time.NewTicker(glance)
	defer look.Stop()
	polled := time.Now()
	var quiet <-chan time.Time
	last := ""
	for {
		var events chan fsnotify.Event
		var faults chan error
		if w.fs != nil {
			events, faults = w.fs.Events, w.fs.Errors
		}
		select {
		case <-ctx.Done():
			return ""
		case e := <-events:
			if e.Op == fsnotify.Chmod || e.Name == "" {
				continue
			}
			dir := false
			if e.Has(fsnotify.Create) {
				if info, err := os.Lstat(e.Name); err == nil && info.IsDir() && slices.Contains(w.sources.Folders, filepath.Dir(e.Name)) {
					// It is watched before it is read, so that nothing is lost between.
					dir = true
					w.addBelow(e.Name)
				}
			}
			gone := e.Has(fsnotify.Remove) || e.Has(fsnotify.Rename)
			if gone && w.watched[e.Name] {
				delete(w.watched, e.Name)
				dir = true
				w.lost = w.lost || len(w.sources.Folders) > 0 && e.Name == w.sources.Folders[0]
			}
			if dir || w.concerns(e.Name) || w.fresh(e.Name) {
				last, quiet = e.Name, time.After(settle)
			}
		case <-faults:
			// Events were lost: look again to be sure.
			last, quiet = w.root, time.After(settle)
		case <-look.C:
			if w.replaced() {
				last, quiet = w.root, time.After(settle)
			}
			if w.fs == nil && time.Since(polled) >= poll && w.info != nil {
				polled = time.Now()
				if now := w.stamp(); now != w.last {
					w.last = now
					last, quiet = w.root, time.After(settle)
				}
			}
		case <-quiet:
			return last
		}
	}
}

// addBelow watches a new folder with all below it until the page is made of what is in it.
func (w *watcher) addBelow(dir string) {
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error { // what is gone again needs no watch
		switch {
		case err != nil || !d.IsDir():
			return nil
		case w.fs == nil || d.Name() == ".git" || d.Name() == "node_modules":
			return filepath.SkipDir
		}
		w.add(path)
		return nil
	})
}

// fresh reports whether a path lies in a folder that is watched and not yet known to be a source.
func (w *watcher) fresh(path string) bool {
	dir := filepath.Dir(path)
	return w.watched[dir] && !slices.Contains(w.sources.Folders, dir) && w.matters(path) &&
		!slices.ContainsFunc(w.sources.Files, func(f string) bool { return filepath.Dir(f) == dir })
}
