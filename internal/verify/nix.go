package verify

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

//go:embed ask.nix
var askNix string

//go:embed file.nix
var fileNix string

// A Source is a configuration that Nix can evaluate: what a file makes, or an output of a flake.
type Source struct {
	Dir     string            // the tree: absolute, without links
	File    string            // absolute, without links; "" for a flake's
	Attr    []string          // where the configuration is, in what the file makes or the flake's outputs: nixosConfigurations, tower
	Args    map[string]string // what functions on the way are called with, all strings
	Include []string          // more of the search path, as NAME=PATH or PATH: what evaluation may read
}

// A Nix evaluates one Source, one question after the other.
type Nix struct {
	source  Source
	limit   time.Duration // of one call
	prefix  string        // what the names of the tree's files begin with, in what is evaluated: ends in /
	offline bool          // a call runs where there is no network
	Version string        // "nix-instantiate (Nix) 2.18.1"
	Calls   int           // made so far

	mu      sync.Mutex
	running *exec.Cmd // nil: none
	stopped bool
}

// ErrNoNix says that evaluation cannot be had.
var ErrNoNix = errors.New("nix is not installed (nix-instantiate is not in PATH): verify has it evaluate the configuration; everything else that nixsink does works without it")

// An EvalError is what Nix said of an evaluation that failed.
type EvalError struct {
	Text    string // its last complaint, one line
	Timeout bool   // it took longer than one call may
}

func (e *EvalError) Error() string { return e.Text }

// Open looks for Nix, and what it needs to know of the source. limit is how long one call may take.
func Open(ctx context.Context, s Source, limit time.Duration) (*Nix, error) {
	if _, err := exec.LookPath("nix-instantiate"); err != nil {
		return nil, ErrNoNix
	}
	n := &Nix{source: s, limit: limit, prefix: s.Dir + "/", offline: hasNamespaces}
	version, err := n.run(ctx, "nix-instantiate", "--version")
	if err != nil && n.offline {
		n.offline = false // this system lets nobody make networks
		version, err = n.run(ctx, "nix-instantiate", "--version")
	}
	if err != nil {
		return nil, fmt.Errorf("nix-instantiate: %w", err)
	}
	n.Version = strings.TrimSpace(string(version))
	if s.File == "" {
		return n, n.locateFlake(ctx)
	}
	return n, nil
}

// locateFlake finds where Nix keeps the copy of the flake that it evaluates.
func (n *Nix) locateFlake(ctx context.Context) error {
	if _, err := exec.LookPath("nix"); err != nil {
		return fmt.Errorf("a flake's host is evaluated with the program nix: %w", ErrNoNix)
	}
	out, err := n.run(ctx, "nix", n.flakeArgs("flake", "metadata", "--json")...)
	if err != nil {
		return fmt.Errorf("nix flake metadata: %w (inputs are not fetched: 'nix flake archive' does that)", err)
	}
	var m struct {
		Path     string
		Resolved struct{ Dir string }
	}
	if err := json.Unmarshal(out, &m); err != nil || m.Path == "" {
		return fmt.Errorf("nix flake metadata: it tells no path: %w", err)
	}
	n.prefix = filepath.Join(m.Path, m.Resolved.Dir) + "/"
	return nil
}

// settings hold for every evaluation: nothing is built, fetched or substituted.
var settings = []string{
	"--option", "allow-import-from-derivation", "false", "--option", "substitute", "false", "--option", "builders", "", "--option", "max-jobs", "0",
	"--option", "connect-timeout", "1", "--option", "download-attempts", "1", "--option", "warn-dirty", "false",
}

func (n *Nix) flakeArgs(command ...string) []string {
	args := append([]string{"--extra-experimental-features", "nix-command flakes"}, command...)
	args = append(args, "--offline", "--no-write-lock-file", "--option", "accept-flake-config", "false")
	return append(append(args, settings...), ".")
}

// Relative is the name of a tree's file as the graph has it, from what Nix calls it; false for any other file.
func (n *Nix) Relative(file string) (string, bool) {
	file, _, _ = strings.Cut(file, ", via ")
	rel, ok := strings.CutPrefix(file, n.prefix)
	if !ok {
		return file, false
	}
	if rel == "" {
		rel = "default.nix"
	}
	// A folder is imported by its default.nix.
	if !strings.HasSuffix(rel, ".nix") {
		if i, err := os.Stat(filepath.Join(n.source.Dir, rel)); err == nil && i.IsDir() {
			rel = strings.TrimSuffix(rel, "/") + "/default.nix"
		}
	}
	return rel, true
}

// ask has the configuration answer one question, which is put to it as data.
func (n *Nix) ask(ctx context.Context, q question, into any) error {
	q.Tree = []string{n.prefix}
	text, err := json.Marshal(q)
	if err != nil {
		return fmt.Errorf("ask nix: %w", err)
	}
	n.Calls++
	var out []byte
	if n.source.File != "" {
		attr, _ := json.Marshal(append([]string{}, n.source.Attr...))
		given, _ := json.Marshal(n.source.Args)
		args := append([]string{"--eval", "--strict", "--json", "--option", "restrict-eval", "true"}, settings...)
		for _, i := range append([]string{"nixsink-tree=" + n.source.Dir}, n.source.Include...) {
			args = append(args, "-I", i)
		}
		args = append(args, "-E", strings.Replace(fileNix, "import ./ask.nix", "(\n"+askNix+")", 1),
			"--argstr", "text", string(text), "--argstr", "file", n.source.File, "--argstr", "attr", string(attr), "--argstr", "args", string(given))
		out, err = n.run(ctx, "nix-instantiate", args...)
	} else {
		// What a flake may read is what its inputs are: evaluation is pure.
		args := n.flakeArgs("eval", "--json", "--read-only")
		args[len(args)-1] = ".#" + n.source.Attr[0]
		where := "given"
		for _, name := range n.source.Attr[1:] {
			where += "." + nixString(name)
		}
		args = append(args, "--apply", "given: (\n"+askNix+") "+nixString(string(text))+" "+where)
		out, err = n.run(ctx, "nix", args...)
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(out, into); err != nil {
		return fmt.Errorf("read what nix answers: %w", err)
	}
	return nil
}

// run starts a program in a process group of its own, which ends with it.
func (n *Nix) run(ctx context.Context, name string, args ...string) ([]byte, error) {
	limited, cancel := context.WithTimeout(ctx, n.limit)
	defer cancel()
	cmd := exec.CommandContext(limited, name, args...)
	cmd.Dir = n.source.Dir
	cmd.Env = append(os.Environ(), "NIX_SHOW_STATS=0", "NO_COLOR=1", "GIT_TERMINAL_PROMPT=0")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	ownGroup(cmd, n.offline)
	cmd.WaitDelay = time.Second
	n.mu.Lock()
	if n.stopped {
		n.mu.Unlock()
		return nil, context.Canceled
	}
	err := cmd.Start()
	if err == nil {
		n.running = cmd
	}
	n.mu.Unlock()
	if err != nil {
		return nil, err
	}
	err = cmd.Wait()
	n.mu.Lock()
	n.running = nil
	n.mu.Unlock()
	killGroup(cmd) // git, and whatever else it may have left
	switch {
	case err == nil:
		return out.Bytes(), nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case limited.Err() != nil:
		return nil, &EvalError{Text: fmt.Sprintf("evaluation took longer than %s", n.limit), Timeout: true}
	}
	return nil, &EvalError{Text: complaint(errs.String(), err)}
}

// Stop ends what runs, from any goroutine, and lets nothing else begin.
func (n *Nix) Stop() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.stopped = true
	if n.running != nil {
		killGroup(n.running)
	}
}

// complaint is the last error of what Nix wrote: before it stands where it came from. What follows it may quote values, and is left out.
func complaint(stderr string, err error) string {
	said := ""
	lines := strings.Split(stderr, "\n")
	for i, line := range lines {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "error:"); ok {
			if rest = strings.TrimSpace(rest); rest == "" && i+1 < len(lines) && !strings.Contains(lines[i+1], "…") {
				rest = strings.TrimSpace(lines[i+1])
			}
			if rest != "" {
				said = rest
			}
		}
	}
	if said == "" {
		said = "it failed: " + err.Error()
	}
	said = strings.TrimSuffix(said, " Definition values:")
	if r := []rune(said); len(r) > 240 {
		said = string(r[:240]) + "…"
	}
	return said
}

// Isolated tells whether evaluation ran without a network, for people.
func (n *Nix) Isolated() bool { return n.offline }
