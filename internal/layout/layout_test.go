package layout

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"nixsink/internal/budget"
)

var helper, home string

// TestMain builds the helper once: it is what this package is about.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "nixsink-layout-test-")
	if err != nil {
		panic(err)
	}
	helper = filepath.Join(dir, Helper)
	cmd := exec.Command("go", "build", "-o", helper, "nixsink/internal/cmd/nixsink-layout")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		panic(fmt.Sprintf("building the helper: %v\n%s", err, out))
	}
	home = dir
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// only has Find see these programs in PATH. The tests share a cache.
func only(t *testing.T, programs map[string]string) { t.Helper(); at(t, home, programs) }

// at keeps the cache in a folder of the test's own.
func at(t *testing.T, home string, programs map[string]string) (cacheDir string) {
	t.Helper()
	bin := t.TempDir()
	for name, target := range programs {
		if err := os.Symlink(target, filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin)
	t.Setenv("HOME", home)
	t.Setenv("XDG_CACHE_HOME", filepath.Join(home, ".cache"))
	base, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(base, "nixsink")
}

// script writes a program for the test to start.
func script(t *testing.T, body string) string {
	t.Helper()
	p := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(p, []byte("#!/bin/sh\n"+body+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return p
}

func mustDraw(t *testing.T) {
	t.Helper()
	svg, err := SVG(t.Context(), []byte(`digraph { a [label="héllo"]; a -> b }`), "dot", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(svg), "héllo") {
		t.Errorf("%.300s", svg)
	}
}

func TestDraws(t *testing.T) {
	dir := at(t, t.TempDir(), map[string]string{Helper: helper})
	mustDraw(t)
	if i, err := os.Lstat(dir); err != nil || i.Mode().Perm() != 0o700 {
		t.Errorf("the cache is not private: %v %v", i, err)
	}
	mustDraw(t)
}

func TestManyAtOnce(t *testing.T) {
	only(t, map[string]string{Helper: helper})
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() { mustDraw(t) })
	}
	all.Wait()
}

func TestNothingThere(t *testing.T) {
	only(t, nil)
	if _, err := SVG(t.Context(), nil, "dot", time.Second); !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "go build") {
		t.Errorf("%v", err)
	}
}

func TestGarbageIsAnError(t *testing.T) {
	only(t, map[string]string{Helper: helper})
	for name, dot := range map[string]string{
		"empty": "", "no DOT": "hello", "unfinished": "digraph { a ->",
		"a trap": "digraph {" + strings.Repeat("subgraph cluster_", 1) + nested(400) + "}",
	} {
		svg, err := SVG(t.Context(), []byte(dot), "dot", time.Minute)
		if name == "a trap" && err == nil && strings.HasSuffix(strings.TrimSpace(string(svg)), "</svg>") {
			continue // Graphviz has learned to draw it
		}
		if err == nil {
			t.Errorf("%s: no error, %d bytes", name, len(svg))
		} else if !strings.Contains(err.Error(), "--layout flow") {
			t.Errorf("%s: the error does not say what to do: %v", name, err)
		}
	}
}

// nested writes clusters within clusters.
func nested(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString("subgraph cluster_")
		}
		fmt.Fprintf(&b, "%d { n%d; ", i, i)
	}
	return b.String() + strings.Repeat("}", n)
}

func TestHalfAPictureIsAnError(t *testing.T) {
	for name, body := range map[string]string{"one byte": "cat >/dev/null; printf x", "cut off": "cat >/dev/null; printf '<svg><g>'", "nothing": "cat >/dev/null", "fails": "exit 3"} {
		only(t, map[string]string{Helper: script(t, "PATH=/usr/bin:/bin; "+body)})
		if _, err := SVG(t.Context(), []byte("digraph {}"), "dot", time.Minute); err == nil {
			t.Errorf("%s is no error", name)
		}
	}
}

func TestDotStandsIn(t *testing.T) {
	only(t, map[string]string{Helper: script(t, "exit 2"), "dot": script(t, `PATH=/usr/bin:/bin; cat >/dev/null; printf '<svg>native</svg>'`)})
	svg, err := SVG(t.Context(), []byte("digraph {}"), "dot", time.Minute)
	if err != nil || string(svg) != "<svg>native</svg>" {
		t.Errorf("%s %v", svg, err)
	}
}

// TestDeadlineHolds: neither a program that hangs nor a child that it leaves behind holds us up.
func TestDeadlineHolds(t *testing.T) {
	mark := filepath.Join(t.TempDir(), "alive")
	only(t, map[string]string{Helper: script(t, "PATH=/usr/bin:/bin; trap '' TERM INT; (sleep 1; touch "+mark+") & sleep 100")})
	_, err := SVG(t.Context(), []byte("digraph {}"), "dot", 200*time.Millisecond)
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "--focus") {
		t.Errorf("%v", err)
	}
	time.Sleep(1500 * time.Millisecond)
	if _, err := os.Stat(mark); err == nil {
		t.Error("a child of the helper outlived the deadline")
	}
}

// TestBudgetHolds: where the run's budget is used up, Graphviz is stopped and the message says what is missing and what gives more.
func TestBudgetHolds(t *testing.T) {
	only(t, map[string]string{"dot": script(t, "PATH=/usr/bin:/bin; sleep 60")})
	ctx, b, stop := budget.Start(context.Background(), budget.Limits{Time: time.Second})
	defer stop()
	start := time.Now()
	_, err := SVG(ctx, []byte("digraph { a }"), "dot", time.Minute)
	if !errors.Is(err, budget.ErrTime) || !strings.Contains(err.Error(), "--timeout") {
		t.Errorf("%v", err)
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("it took %v", took)
	}
	if len(b.Cuts()) != 1 {
		t.Errorf("%v is told as missing", b.Cuts())
	}
}

func TestBrokenCacheHeals(t *testing.T) {
	dir := at(t, t.TempDir(), map[string]string{Helper: helper})
	mustDraw(t)
	broken := 0
	err := filepath.WalkDir(filepath.Join(dir, "go-graphviz"), func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			broken++
			return os.Truncate(path, 20)
		}
		return err
	})
	if err != nil || broken == 0 {
		t.Fatalf("no cache to break: %v", err)
	}
	mustDraw(t)
	mustDraw(t)
}

// TestForeignCacheIsNotUsed: the entries are native code, so a folder that others could write to is passed over.
func TestForeignCacheIsNotUsed(t *testing.T) {
	for name, make := range map[string]func(dir string) error{
		"a link": func(dir string) error { return os.Symlink(t.TempDir(), dir) },
		"a file": func(dir string) error { return os.WriteFile(dir, nil, 0o600) },
		"writable by others": func(dir string) error {
			if err := os.Mkdir(dir, 0o777); err != nil {
				return err
			}
			return os.Chmod(dir, 0o777)
		},
	} {
		dir := at(t, t.TempDir(), map[string]string{Helper: helper})
		if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := make(dir); err != nil {
			t.Fatal(err)
		}
		mustDraw(t)
		if _, err := os.Stat(filepath.Join(dir, "go-graphviz")); err == nil {
			t.Errorf("%s was used as the cache", name)
		}
	}
}
