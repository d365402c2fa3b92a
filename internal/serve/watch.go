package serve

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// settle is how long the tree has to be quiet: editors and version control write many files at once.
const settle = 150 * time.Millisecond

// A watcher hears of changes below a folder.
type watcher struct {
	dir string
	fs  *fsnotify.Watcher
}

func watch(dir string) (*watcher, error) {
	f, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watch %s: %w", dir, err)
	}
	w := &watcher{dir, f}
	if err := w.add(dir); err != nil {
		f.Close()
		return nil, fmt.Errorf("watch %s: %w", dir, err)
	}
	return w, nil
}

func (w *watcher) close() { w.fs.Close() }

// add watches a folder with all below it. Hidden folders and those full of other people's files hold no part of a configuration.
func (w *watcher) add(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && path == w.dir:
			return err
		case err != nil: // gone again, or not ours to read
			return nil
		case !d.IsDir():
			return nil
		case path != w.dir && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules"):
			return filepath.SkipDir
		}
		if err := w.fs.Add(path); err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) {
			return err
		}
		return nil
	})
}

// changes gives a changed path whenever the tree has come to rest after a change that matters.
func (w *watcher) changes(ctx context.Context, matters func(path string) bool) <-chan string {
	out := make(chan string)
	go func() {
		defer close(out)
		var quiet <-chan time.Time
		last := ""
		for {
			select {
			case <-ctx.Done():
				return
			case e, ok := <-w.fs.Events:
				if !ok {
					return
				}
				if e.Op == fsnotify.Chmod {
					continue
				}
				dir := false
				if info, err := os.Lstat(e.Name); err == nil && info.IsDir() && e.Has(fsnotify.Create) {
					dir = true
					// If the system's limit of watches is reached, what there is of them still works.
					_ = w.add(e.Name)
				}
				if dir || matters(e.Name) {
					last, quiet = e.Name, time.After(settle)
				}
			case _, ok := <-w.fs.Errors:
				if !ok {
					return
				}
				// Events were lost: look again to be sure.
				last, quiet = w.dir, time.After(settle)
			case <-quiet:
				quiet = nil
				select {
				case out <- last:
				case <-ctx.Done():
					return
				}
			}
		}
	}()
	return out
}
