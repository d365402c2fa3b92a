// Package layout has Graphviz lay out a graph: DOT in, SVG out.
//
// Graphviz runs in a child process: the helper nixsink-layout (Graphviz as WebAssembly, nothing to install), or a native
// `dot`. So a command that draws nothing does not pay for it, several may draw at once, and a trap, a hang or a
// broken cache is an error here and nothing worse. The SVG is Graphviz's own; who shows it to people cleans it first.
package layout

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"nixsink/internal/budget"
)

// Helper is the name of the program that this package starts.
const Helper = "nixsink-layout"

// ErrMissing says that there is nothing to lay out with, and how to get it.
var ErrMissing = errors.New("no Graphviz: neither " + Helper + " (beside nixsink or in PATH) nor dot (in PATH) was found; " +
	"install Graphviz, or " + Helper + " from where nixsink came from (of the source: `go build -o bin/ ./internal/cmd/" + Helper + "`), or choose --layout flow, or write --format dot")

// A Program is something that lays out graphs.
type Program struct {
	Path   string
	Native bool // Graphviz's own dot
}

// Find lists what can lay out here, best first: the helper beside the running program, the helper in PATH, dot in PATH.
func Find() []Program {
	var out []Program
	if self, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(self); err == nil {
			self = real
		}
		beside := filepath.Join(filepath.Dir(self), Helper)
		if i, err := os.Stat(beside); err == nil && i.Mode().IsRegular() && i.Mode()&0o111 != 0 {
			out = append(out, Program{Path: beside})
		}
	}
	for _, name := range []string{Helper, "dot"} {
		if p, err := exec.LookPath(name); err == nil {
			out = append(out, Program{Path: p, Native: name == "dot"})
		}
	}
	return out
}

// SVG lays out a graph with the first program that can. A program that crashes or writes garbage is passed over for
// the next; running out of time is not, as the next would take as long.
func SVG(ctx context.Context, dot []byte, engine string, limit time.Duration) ([]byte, error) {
	programs := Find()
	if len(programs) == 0 {
		return nil, ErrMissing
	}
	run := budget.From(ctx)
	ctx, release := budget.Within(ctx, budget.Rest)
	defer release()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var errs []error
	for _, p := range programs {
		svg, err := p.SVG(ctx, dot, engine)
		if err == nil {
			return svg, nil
		}
		if why := run.Over(budget.Rest); why != nil && ctx.Err() != nil {
			c := budget.Cut{Stage: "the layout with " + p.Path, Why: why, Missing: "there is no picture; draw less (--focus, --top, --collapse folder), choose --layout flow, or give more with --timeout or --memory"}
			run.Cut(c)
			return nil, &budget.CutError{Cut: c}
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("laying out with %s took longer than %s and was stopped; "+
				"draw less (--focus, --top, --collapse folder), or choose --layout flow: %w", p.Path, limit, context.Cause(ctx))
		}
		errs = append(errs, err)
	}
	return nil, fmt.Errorf("Graphviz cannot draw this; draw less (--focus, --top, --collapse folder), or choose --layout flow: %w", errors.Join(errs...))
}

// SVG lays out a graph with this program.
func (p Program) SVG(ctx context.Context, dot []byte, engine string) ([]byte, error) {
	if p.Native {
		return run(ctx, exec.CommandContext(ctx, p.Path, "-K"+engine, "-Tsvg"), dot)
	}
	dir, release := cache()
	defer release()
	svg, err := p.helper(ctx, dir, dot, engine)
	if err == nil || ctx.Err() != nil {
		return svg, err
	}
	// The compiled Graphviz in the cache may be damaged (a full disk, a crash while writing): the helper then panics
	// before it has read anything. A fresh folder tells that apart from a graph that Graphviz cannot draw. The old one
	// is only removed if that helps, since another nixsink may be using it.
	fresh, err2 := os.MkdirTemp("", "nixsink-layout-")
	if err2 != nil {
		return nil, err
	}
	defer os.RemoveAll(fresh)
	svg, err2 = p.helper(ctx, fresh, dot, engine)
	if err2 != nil {
		return nil, err
	}
	os.RemoveAll(filepath.Join(dir, "go-graphviz"))
	return svg, nil
}

func (p Program) helper(ctx context.Context, dir string, dot []byte, engine string) ([]byte, error) {
	args := []string{"-engine", engine}
	if t, ok := ctx.Deadline(); ok {
		// The helper keeps the time too, in case we are killed before we can end it.
		args = append(args, "-timeout", (time.Until(t) + time.Second).String())
	}
	cmd := exec.CommandContext(ctx, p.Path, args...)
	cmd.Env = append(os.Environ(), "TMPDIR="+dir)
	return run(ctx, cmd, dot)
}

func run(ctx context.Context, cmd *exec.Cmd, dot []byte) ([]byte, error) {
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(dot), &stdout, &stderr
	ownGroup(cmd)
	cmd.WaitDelay = time.Second
	name := filepath.Base(cmd.Path)
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w%s", name, err, firstLine(stderr.String()))
	}
	svg := stdout.Bytes()
	// After a trap Graphviz may write next to nothing and call it a success.
	if !bytes.Contains(svg, []byte("<svg")) || !bytes.HasSuffix(bytes.TrimSpace(svg), []byte("</svg>")) {
		return nil, fmt.Errorf("%s wrote no whole SVG%s", name, firstLine(stderr.String()))
	}
	return svg, nil
}

// firstLine is the part of a program's complaint that says what is wrong: ": panic: …".
func firstLine(s string) string {
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			return ": " + line[:min(len(line), 300)]
		}
	}
	return ""
}

// cache gives the folder that holds the compiled Graphviz. Its entries are native code that the helper will run: so it
// must be a real folder, ours, and open to nobody else. If it cannot be had, a fresh one serves for this once.
func cache() (dir string, release func()) {
	if base, err := os.UserCacheDir(); err == nil {
		dir := filepath.Join(base, "nixsink")
		if os.MkdirAll(base, 0o700) == nil && private(dir) == nil {
			return dir, func() {}
		}
	}
	dir, err := os.MkdirTemp("", "nixsink-layout-")
	if err != nil {
		// The helper will say what is wrong with the folder for temporary files.
		return os.TempDir(), func() {}
	}
	return dir, func() { os.RemoveAll(dir) }
}

// private makes the folder, or checks that the one that is there is safe to trust; and so its one subfolder.
func private(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := ours(dir); err != nil {
		return err
	}
	if err := ours(filepath.Join(dir, "go-graphviz")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
