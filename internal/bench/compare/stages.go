package main

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"nixsink/graph"
	"nixsink/internal/collector"
)

// stageFlag makes this program run one stage and end, so that its time and memory can be measured from outside.
const stageFlag = "-stage"

// stage runs one stage over dir. analyze may be followed by a namespace: analyze:programs.
func stage(name, dir string) error {
	if roots, ok := strings.CutPrefix(name, "analyze:"); ok {
		var opts graph.Options
		if roots != "" {
			opts.Roots = strings.Split(roots, ",")
		}
		collector.Late() // as the program does
		g, err := graph.Analyze(context.Background(), dir, opts)
		runtime.KeepAlive(g)
		return err
	}
	if name == "parse" {
		collector.Late()
		files, err := graph.Load(context.Background(), dir, graph.Options{})
		runtime.KeepAlive(files)
		return err
	}
	return readAll(dir)
}

// readAll is what any Go program pays that reads the files of a tree and keeps them, with as many workers as there are processors.
func readAll(dir string) error {
	var names []string
	if err := walk(dir, func(name string) error { names = append(names, name); return nil }); err != nil {
		return err
	}
	sources := make([][]byte, len(names))
	workers := runtime.GOMAXPROCS(0)
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(names); i += workers {
				var err error
				if sources[i], err = os.ReadFile(names[i]); err != nil {
					errs[w] = err
					return
				}
			}
		})
	}
	wg.Wait()
	runtime.KeepAlive(sources)
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// walk visits the Nix files below dir.
func walk(dir string, visit func(name string) error) error {
	return filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || !strings.HasSuffix(name, ".nix") {
			return err
		}
		return visit(name)
	})
}

// size counts the Nix files of a tree and their bytes.
func size(dir string) (files, bytes int, err error) {
	err = walk(dir, func(name string) error {
		i, err := os.Stat(name)
		if err == nil {
			files, bytes = files+1, bytes+int(i.Size())
		}
		return err
	})
	return files, bytes, err
}

// copyNix copies the Nix files of a tree.
func copyNix(from, to string) error {
	return walk(from, func(name string) error {
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		name = filepath.Join(to, rel)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		return os.WriteFile(name, b, 0o644)
	})
}
