package resident

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"nixsink/graph"
	"nixsink/internal/budget"
	"nixsink/internal/check"
	"nixsink/render"
)

// A history is what happens to a tree: each step changes it on disk, and texts that are not saved.
type step struct {
	name    string
	disk    func(dir string) error
	edits   map[string]string // of texts that are not saved
	dropped []string          // of those, the ones that are closed
}

// replay takes a model through a history, and holds after each step that it has what a run has that knows nothing of what was before, byte for byte.
func replay(t *testing.T, dir string, history []step) {
	t.Helper()
	by := Settings{Dir: dir}
	m := New(func() (Settings, error) { return by, nil }, budget.Limits{})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { m.Run(ctx, func(*State, error) {}); close(done) }()
	defer func() { stop(); <-done }()
	open := map[string]string{}
	for i, s := range history {
		if s.disk != nil {
			if err := s.disk(dir); err != nil {
				t.Fatalf("step %d, %s: %v", i, s.name, err)
			}
		}
		for name, text := range s.edits {
			open[name] = text
			m.Edit(name, text)
		}
		for _, name := range s.dropped {
			delete(open, name)
			m.Close(name)
		}
		m.Touch()
		state, err := m.Fresh(ctx)
		if err != nil {
			t.Fatalf("step %d, %s: %v", i, s.name, err)
		}
		opts := by.Options
		opts.Unhashed, opts.Texts = true, open
		g, err := graph.Analyze(ctx, dir, opts)
		if err != nil {
			t.Fatalf("step %d, %s, from nothing: %v", i, s.name, err)
		}
		report, err := check.Run(ctx, g, by.Check)
		if err != nil {
			t.Fatalf("step %d, %s, from nothing: %v", i, s.name, err)
		}
		if got, want := written(t, state.Graph, state.Report), written(t, g, report); !bytes.Equal(got, want) {
			t.Fatalf("step %d, %s: the model has something else than a run from nothing:\n%s", i, s.name, firstDifference(got, want))
		}
	}
}

// written is all that is told of a tree.
func written(t *testing.T, g *graph.Graph, r check.Report) []byte {
	t.Helper()
	var b bytes.Buffer
	f, _ := render.Lookup("json")
	if err := f.Write(t.Context(), &b, g, render.Options{}); err != nil {
		t.Fatal(err)
	}
	for _, x := range r.Findings {
		fmt.Fprintf(&b, "%s:%d:%d: %s: %s\n", x.At.File, x.At.Line, x.At.Column, x.Check, x.Message)
	}
	return b.Bytes()
}

// firstDifference is the first line of two texts that is not the same.
func firstDifference(got, want []byte) string {
	a, b := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("line %d: got  %s\nline %d: want %s", i+1, a[i], i+1, b[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(a), len(b))
}

// TestReplay takes a model through two hundred changes to a repository that is made up: modules come, go and move, what all of them read changes, files
// stop parsing and parse again, and some texts are not saved.
func TestReplay(t *testing.T) {
	steps := 200
	if testing.Short() || raced {
		steps = 40
	}
	w := &world{rand: rand.New(rand.NewPCG(7, 13)), files: map[string]string{}}
	var history []step
	history = append(history, step{"the beginning", w.begin(), nil, nil})
	for range steps {
		history = append(history, w.change())
	}
	replay(t, t.TempDir(), history)
}

// world is a repository that is made up as it goes along.
type world struct {
	rand    *rand.Rand
	files   map[string]string // on disk
	modules []string
	hosts   []string
	open    []string // not saved
	made    int
}

func (w *world) begin() func(dir string) error {
	for range 6 {
		w.newModule()
	}
	w.hosts = []string{"tower", "laptop"}
	w.files["lib/default.nix"] = libText(1)
	w.wire()
	return w.save()
}

func libText(n int) string {
	return fmt.Sprintf("{ lib }:\n{\n  port = n: n + %d;\n  mk = name: module: { config, ... }: { options.my.made.${name} = lib.mkOption { default = %d; }; imports = [ module ]; };\n}\n", n, n)
}

func (w *world) newModule() string {
	w.made++
	name := fmt.Sprintf("modules/m%d.nix", w.made)
	w.modules = append(w.modules, name)
	w.files[name] = w.moduleText(w.made)
	return name
}

// moduleText is a module that declares a value, reads one of another module, and sets options by it.
func (w *world) moduleText(n int) string {
	other := 1 + w.rand.IntN(w.made+1) // perhaps one that is not there
	switch w.rand.IntN(4) {
	case 0:
		return fmt.Sprintf("{ config, lib, ... }:\nlet cfg = config.my; in\n{\n  options.my.v%d = lib.mkOption { type = lib.types.port; default = %d; };\n  # source-id: CFG.v%d\n  config.services.s%d.port = cfg.v%d;\n}\n", n, 1000+w.rand.IntN(9), n, n, other)
	case 1:
		return fmt.Sprintf("{ config, lib, my, ... }:\n{\n  options.my.v%d = lib.mkOption { default = %d; };\n  config = lib.mkIf (config.my.v%d > 3) { networking.firewall.allowedTCPPorts = [ (my.port config.my.v%d) ]; };\n}\n", n, w.rand.IntN(9), other, n)
	case 2:
		return fmt.Sprintf("{ config, lib, ... }:\n{\n  options.my.sites = lib.mkOption { type = lib.types.attrsOf lib.types.str; default = { }; };\n  config.my.sites.s%d = \"host%d.example.org\";\n  config.services.nginx.virtualHosts = lib.mapAttrs (_: name: { serverName = name; }) config.my.sites;\n  config.my.v%d = lib.mkForce %d;\n}\n", n, w.rand.IntN(9), other, w.rand.IntN(9))
	}
	return fmt.Sprintf("{ config, lib, my, ... }:\n{\n  imports = [ (my.mk \"x%d\" { config.environment.etc.e%d.text = toString config.my.v%d; }) ];\n  options.my.v%d = lib.mkOption { default = %d; };\n}\n", n, n, other, n, w.rand.IntN(9))
}

// wire writes the flake, with all hosts and modules.
func (w *world) wire() {
	var b strings.Builder
	b.WriteString("{\n  outputs = { self, nixpkgs }: {\n    nixosConfigurations = {\n")
	for i, h := range w.hosts {
		fmt.Fprintf(&b, "      %s = nixpkgs.lib.nixosSystem { specialArgs.my = import ./lib { inherit (nixpkgs) lib; }; modules = [", h)
		for j, m := range w.modules {
			if (i+j)%3 != 0 || i == 0 {
				b.WriteString(" ./" + m)
			}
		}
		fmt.Fprintf(&b, " { networking.hostName = \"%s\"; my.v%d = %d; } ]; };\n", h, 1+i, i)
	}
	w.files["flake.nix"] = b.String() + "    };\n  };\n}\n"
}

// save makes the tree on disk what it is.
func (w *world) save() func(dir string) error {
	files := map[string]string{}
	for name, text := range w.files {
		files[name] = text
	}
	return func(dir string) error {
		for _, top := range []string{"modules", "lib", "flake.nix"} {
			if err := os.RemoveAll(filepath.Join(dir, top)); err != nil {
				return err
			}
		}
		for name, text := range files {
			file := filepath.Join(dir, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				return err
			}
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				return err
			}
		}
		return nil
	}
}

// change is something that people do to a repository.
func (w *world) change() step {
	some := w.modules[w.rand.IntN(len(w.modules))]
	what := ""
	switch w.rand.IntN(10) {
	case 0:
		what = "a new module, " + w.newModule()
		w.wire()
	case 1:
		if len(w.modules) > 3 {
			what = some + " goes"
			delete(w.files, some)
			w.modules = slices.DeleteFunc(w.modules, func(m string) bool { return m == some })
			if w.rand.IntN(3) > 0 {
				w.wire() // else it is still imported
			}
		}
	case 2:
		what = some + " moves"
		w.made++
		to := fmt.Sprintf("modules/sub/m%d.nix", w.made)
		if text, ok := w.files[some]; ok {
			w.files[to] = text
			delete(w.files, some)
			w.modules[slices.Index(w.modules, some)] = to
			w.wire()
		}
	case 3:
		what = "what all modules read"
		w.files["lib/default.nix"] = libText(w.rand.IntN(5))
	case 4:
		what = some + " does not parse"
		w.files[some] += "}"
	case 5:
		what = "a comment in " + some
		w.files[some] = "# " + strconv.Itoa(w.rand.IntN(99)) + "\n" + w.files[some]
	case 6:
		what = "a host comes or goes"
		if len(w.hosts) > 2 {
			w.hosts = w.hosts[:len(w.hosts)-1]
		} else {
			w.hosts = append(w.hosts, "box")
		}
		w.wire()
	case 7:
		if len(w.open) > 0 {
			name := w.open[0]
			w.open = w.open[1:]
			return step{name + " is closed", nil, nil, []string{name}}
		}
		fallthrough
	case 8:
		if !slices.Contains(w.open, some) {
			w.open = append(w.open, some)
		}
		return step{some + " is edited and not saved", nil, map[string]string{some: w.moduleText(w.rand.IntN(w.made) + 1)}, nil}
	default:
		what = some + " is written anew"
		w.files[some] = w.moduleText(w.rand.IntN(w.made) + 1)
	}
	return step{what, w.save(), nil, nil}
}

// TestReplayHistory does the same with the last commits of a repository that NIXSINK_HISTORY names, two hundred of them or NIXSINK_COMMITS.
func TestReplayHistory(t *testing.T) {
	repo := os.Getenv("NIXSINK_HISTORY")
	if repo == "" {
		t.Skip("NIXSINK_HISTORY names no git repository")
	}
	n := 200
	if s, err := strconv.Atoi(os.Getenv("NIXSINK_COMMITS")); err == nil {
		n = s
	}
	dir := filepath.Join(t.TempDir(), "tree")
	git := func(args ...string) string {
		out, err := exec.CommandContext(t.Context(), "git", args...).CombinedOutput()
		if err != nil {
			t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	git("clone", "--quiet", "--shared", "--no-checkout", repo, dir)
	commits := strings.Fields(git("-C", dir, "rev-list", "--first-parent", "--max-count", strconv.Itoa(n), "HEAD"))
	slices.Reverse(commits)
	var history []step
	for _, c := range commits {
		history = append(history, step{c[:12], func(dir string) error {
			git("-C", dir, "checkout", "--quiet", "--force", "--detach", c)
			return nil
		}, nil, nil})
	}
	replay(t, dir, history)
}
