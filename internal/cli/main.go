// Package cli is the command line: it reads flags and the configuration file, runs the stages, and writes what they give.
//
// In go arguments and streams; out come bytes on standard output or in files, talk on standard error, and an exit status. Every
// decision about Nix is made elsewhere. Nothing here calls os.Exit, so that tests run commands in process.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"nixsink/internal/collector"
	"nixsink/internal/escape"
	"nixsink/internal/fault"
	"nixsink/internal/resident"
	"nixsink/internal/verify"
	"nixsink/render"
)

// Exit statuses. Never a count: 256 findings would read as success.
const (
	exitClean  = 0 // clean, or nothing asked for that can fail
	exitFailed = 1 // a gate failed
	exitWrong  = 2 // wrong usage or configuration, a file that cannot be read or written, or an incomplete run under a gate
)

// errFailed ends a command whose gate failed. What failed has been said already.
var errFailed = errors.New("a gate failed")

// errIncomplete ends a command that could not give a verdict. Why has been said already.
var errIncomplete = errors.New("the run is incomplete")

// usageError is a mistake in the arguments.
type usageError struct {
	msg  string
	help string // the command whose help explains, "" for none
}

func (e *usageError) Error() string { return e.msg }

func usagef(format string, args ...any) error { return &usageError{msg: fmt.Sprintf(format, args...)} }

// Main runs the command line args (without the program's name) and returns the exit status.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	collector.Late()
	// A closed pipe shall be an error from Write, which we pass over, and not kill us: `nixsink check | head` keeps its exit status,
	// and a file that is still to be written is written.
	pipe := make(chan os.Signal, 1)
	signal.Notify(pipe, syscall.SIGPIPE)
	defer signal.Stop(pipe)

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(stop)

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	a := newApp(stdin, stdout, stderr)
	done := make(chan int, 1)
	go func() { done <- a.run(ctx, args) }()
	select {
	case status := <-done:
		return status
	case why := <-a.spent:
		cancel()
		a.cleanUp()
		a.say("the run has ended early: %v (%s), in a stage that could not end by itself, so nothing is shown; analyse less (--exclude), or give it more (--memory, --timeout)", why, a.limits.of(why))
		return exitWrong
	case sig := <-stop:
		cancel()
		a.cleanUp()
		return 128 + int(sig.(syscall.Signal))
	}
}

// cleanUp makes an end in the middle: it comes at once, but a file that is being put in place is put in place, and what was started is ended.
func (a *app) cleanUp() {
	a.writing.Lock()
	if child := a.child.Load(); child != nil {
		child.Stop()
	}
	a.progress.stop()
}

// app is one run of the program.
type app struct {
	in       io.Reader
	out      *results
	err      io.Writer
	told     int // lines that were told on a terminal: the first screen has so many less
	progress *progress
	writing  sync.Mutex                 // held while files are put in place
	saying   sync.Mutex                 // held while a line is printed
	child    atomic.Pointer[verify.Nix] // what evaluates, if something does
	talking  sync.Mutex
	faults   []*fault.Fault // under talking: of our own, told at the end
	limits   limits
	ending   func()     // ends the counting
	spent    chan error // why the run has to end at once

	kept     *resident.Model // of the tree that is asked about again and again; nil: it is analysed anew
	tree     treeFlags
	color    string
	noPager  bool
	quiet    bool // say nothing but errors
	verbose  bool // say all, not the first few
	profiles profiles
}

func newApp(stdin io.Reader, stdout, stderr io.Writer) *app {
	return &app{in: stdin, out: &results{w: stdout}, err: stderr, progress: newProgress(stderr), spent: make(chan error, 1)}
}

// run executes the command and tells at its end what of it is missing by our own fault.
func (a *app) run(ctx context.Context, args []string) int {
	status := a.execute(ctx, args)
	a.tellFaults()
	return status
}

// execute executes the command and turns its error into a status, printing it once.
func (a *app) execute(ctx context.Context, args []string) int {
	root := newRoot(a)
	root.SetArgs(args)
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	var cmd *cobra.Command
	var err error
	if f := fault.Catch("run a command", "", func() { cmd, err = root.ExecuteContextC(ctx) }); f != nil {
		err = f
	}
	if a.ending != nil {
		a.ending()
	}
	a.progress.stop()
	if perr := a.profiles.stop(); err == nil {
		err = perr
	}
	if err == nil {
		err = a.out.err
	}
	switch {
	case err == nil, errors.Is(err, syscall.EPIPE):
		return exitClean
	case errors.Is(err, errFailed):
		return exitFailed
	case errors.Is(err, errIncomplete):
		return exitWrong
	case errors.Is(err, context.Canceled):
		return 128 + int(syscall.SIGINT)
	}
	if faults := faultsOf(err); faults != nil {
		a.note(faults...)
	}
	a.quiet = false
	a.say("%v", err)
	var usage *usageError
	var option *render.UsageError
	if errors.As(err, &usage) && usage.help != "" {
		fmt.Fprintf(a.err, "Run '%s --help' for usage.\n", usage.help)
	} else if errors.As(err, &option) {
		fmt.Fprintf(a.err, "Run '%s --help' for usage.\n", cmd.CommandPath())
	}
	return exitWrong
}

// say prints a line of talk on standard error, in as many lines as a terminal needs.
func (a *app) say(format string, args ...any) {
	if a.quiet {
		return
	}
	a.saying.Lock()
	defer a.saying.Unlock()
	a.progress.clear()
	for i, arg := range args {
		if s, ok := arg.(string); ok {
			args[i] = escape.Terminal(s)
		}
	}
	// What an error quotes may hold anything, and only its lines are kept.
	text := "nixsink: " + escape.Lines(fmt.Sprintf(format, args...))
	if f, ok := a.err.(*os.File); ok {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil {
			text = wrapped(text, w)
			a.told += strings.Count(text, "\n") + 1
		}
	}
	fmt.Fprintln(a.err, text)
}

// wrapped breaks a text's lines between words where they are wider than w columns; what goes on is indented.
func wrapped(text string, w int) string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		for w > 20 && utf8.RuneCountInString(line) > w {
			r := []rune(line)
			at := w
			for at > w/2 && r[at] != ' ' {
				at--
			}
			if r[at] != ' ' {
				break // a word that is as long as that is a path, which is copied
			}
			out = append(out, string(r[:at]))
			line = "  " + string(r[at+1:])
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

// results is standard output. It remembers the first error, and is silent about a reader that has gone.
type results struct {
	w   io.Writer
	err error
}

func (r *results) Write(p []byte) (int, error) {
	if r.err != nil {
		return len(p), nil
	}
	if _, err := r.w.Write(p); err != nil && !errors.Is(err, syscall.EPIPE) {
		r.err = fmt.Errorf("write to standard output: %w", err)
	} else if err != nil {
		r.err = err
	}
	return len(p), nil
}
