//go:build unix

package cli

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// BenchmarkEditor says to a server what Neovim said to another one while somebody worked with it, and takes the time of each request. What it prints is
// the median and the 95th percentile by method, in milliseconds. NIXSINK_EDITOR names the tree, which is copied; without it, it is the example.
//
// The first request waits for the first analysis and is left out. Requests that wait for a newer analysis by their nature (rename, diagnostics that
// are asked for) are not among these.
func BenchmarkEditor(b *testing.B) {
	if _, err := exec.LookPath("nvim"); err != nil {
		b.Skip(err)
	}
	tree := os.Getenv("NIXSINK_EDITOR")
	if tree == "" {
		tree = "../../testdata/projects/homelab"
	}
	dir, logs := b.TempDir(), b.TempDir()
	if err := os.CopyFS(dir, os.DirFS(tree)); err != nil {
		b.Fatal(err)
	}
	script, err := filepath.Abs("testdata/work.lua")
	if err != nil {
		b.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	said, result := filepath.Join(logs, "said"), filepath.Join(logs, "result")
	ctx, cancel := context.WithTimeout(b.Context(), 5*time.Minute)
	defer cancel()
	nvim := exec.CommandContext(ctx, "nvim", "--headless", "-u", "NONE", "-i", "NONE", "-n", "-c", "luafile "+script)
	nvim.Dir = dir
	nvim.Env = append(os.Environ(), "HOME="+logs, "XDG_STATE_HOME="+logs, "XDG_CACHE_HOME="+logs, "OUT="+result, "FILES=12", stall+"=none", fmt.Sprintf("SERVER=tee '%s' | '%s' lsp", said, self))
	talk, err := nvim.CombinedOutput()
	if err != nil {
		b.Fatalf("nvim: %v\n%s", err, talk)
	}
	if text, err := os.ReadFile(result); err != nil || len(text) > 0 {
		b.Fatalf("%v\n%s\n%s", err, text, talk)
	}
	log := messages(b, said)
	took := map[string][]time.Duration{}
	for b.Loop() {
		c := converse()
		first := true
		for _, m := range log {
			if m.Method == "" {
				continue
			}
			began := time.Now()
			c.say(m.all)
			if m.ID == nil {
				continue
			}
			if _, ok := c.answer(m.ID); !ok {
				b.Fatalf("no answer to %s: %s", m.Method, &c.talk)
			}
			switch {
			case m.Method == "initialize" || m.Method == "shutdown":
			case first:
				first = false
			default:
				took[m.Method] = append(took[m.Method], time.Since(began))
			}
		}
		c.end()
	}
	var all []time.Duration
	table := fmt.Sprintf("%d modules\n%-36s %6s %8s %8s %8s\n", modulesIn(dir), "method", "times", "p50", "p95", "most")
	line := func(name string, of []time.Duration) {
		slices.Sort(of)
		table += fmt.Sprintf("%-36s %6d %8.2f %8.2f %8.2f\n", name, len(of), ms(share(of, 50)), ms(share(of, 95)), ms(of[len(of)-1]))
	}
	for _, method := range slices.Sorted(maps.Keys(took)) {
		all = append(all, took[method]...)
		line(method, took[method])
	}
	if len(all) == 0 {
		b.Fatal("nothing was asked")
	}
	line("all", all)
	fmt.Fprint(os.Stderr, table) // not by Log, which cuts it
	b.ReportMetric(ms(share(all, 50)), "p50-ms")
	b.ReportMetric(ms(share(all, 95)), "p95-ms")
}

// share is the value that a percentage of a sorted list does not exceed.
func share(sorted []time.Duration, percent int) time.Duration {
	return sorted[max(0, (len(sorted)*percent+99)/100-1)]
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func modulesIn(dir string) (n int) {
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".nix") {
			n++
		}
		return nil
	})
	return n
}
