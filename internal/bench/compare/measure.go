package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"nixsink/internal/budget"
)

// program is something to be measured.
type program struct {
	name, title string
	argv        []string
	status      bool   // an exit status other than 0 is no failure
	without     string // why it cannot be run, "" if it can
}

// result is what was measured of a program.
type result struct {
	program
	wall, cpu time.Duration // medians; cpu is user and system time
	memory    int64         // bytes, the largest of all runs
	missing   string        // why it was not measured, "" if it was
}

// batch is how many files one nix-instantiate gets: the length of a command line is limited.
const batch = 1000

// measure runs programs in turns, after one turn that does not count and warms the caches.
func (c *comparison) measure(ctx context.Context, ps []program) map[string]*result {
	out := map[string]*result{}
	walls, cpus := map[string][]time.Duration{}, map[string][]time.Duration{}
	for _, p := range ps {
		out[p.name] = &result{program: p}
		if p.without != "" {
			out[p.name].missing = p.without
		} else if _, err := exec.LookPath(p.argv[0]); err != nil {
			out[p.name].missing = "not installed"
		}
	}
	for turn := range c.runs + 1 {
		for _, p := range ps {
			r := out[p.name]
			if r.missing != "" {
				continue
			}
			wall, cpu, memory, err := c.once(ctx, p)
			if err != nil {
				r.missing = strings.Join(strings.Fields(err.Error()), " ")
				continue
			}
			if turn > 0 {
				walls[p.name], cpus[p.name] = append(walls[p.name], wall), append(cpus[p.name], cpu)
			}
			r.memory = max(r.memory, memory)
		}
	}
	for name, r := range out {
		if r.missing == "" {
			r.wall, r.cpu = median(walls[name]), median(cpus[name])
		}
	}
	return out
}

func (c *comparison) once(ctx context.Context, p program) (wall, cpu time.Duration, memory int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.limit)
	defer cancel()
	argvs := [][]string{p.argv}
	if p.name == "nix" {
		argvs = nil
		for files := range slices.Chunk(p.argv[2:], batch) {
			argvs = append(argvs, append(slices.Clone(p.argv[:2]), files...))
		}
	}
	for _, argv := range argvs {
		cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
		var stderr strings.Builder
		cmd.Stderr = &stderr
		start := time.Now()
		err := cmd.Run()
		wall += time.Since(start)
		if ctx.Err() != nil {
			return 0, 0, 0, fmt.Errorf("not done after %v", c.limit)
		}
		if err != nil && !p.status {
			return 0, 0, 0, fmt.Errorf("%w: %.200s", err, stderr.String())
		}
		cpu += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		memory = max(memory, budget.Peak(cmd.ProcessState))
	}
	return wall, cpu, memory, nil
}

func median(ds []time.Duration) time.Duration {
	if len(ds) == 0 {
		return 0
	}
	slices.Sort(ds)
	return ds[len(ds)/2]
}

// build builds nixsink, its helper beside it, and a Go program that does nothing.
func (c *comparison) build(ctx context.Context) (nixsink, empty string, err error) {
	nixsink, empty = filepath.Join(c.dir, "nixsink"), filepath.Join(c.dir, "empty")
	src := filepath.Join(c.dir, "empty.go")
	if err := os.WriteFile(src, []byte("package main\n\nfunc main() {}\n"), 0o644); err != nil {
		return "", "", err
	}
	for _, args := range [][]string{{nixsink, "."}, {filepath.Join(c.dir, "nixsink-layout"), "./internal/cmd/nixsink-layout"}, {empty, src}} {
		if out, err := exec.CommandContext(ctx, "go", "build", "-o", args[0], args[1]).CombinedOutput(); err != nil {
			return "", "", fmt.Errorf("build %s: %w\n%s", args[1], err, out)
		}
	}
	return nixsink, empty, nil
}
