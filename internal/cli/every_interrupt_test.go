//go:build unix

package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"nixsink/internal/fault"
	"nixsink/internal/git/gittest"
)

// stall is the environment variable that has the test program be nixsink, and stop for a while in a stage.
const stall = "NIXSINK_TEST_STALL"

func init() {
	stage, ok := os.LookupEnv(stall)
	if !ok {
		return
	}
	fault.Hook = func(s, _ string) {
		if s == stage {
			fmt.Fprintln(os.Stderr, "stalled")
			time.Sleep(time.Minute)
		}
	}
	os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// stagesOf are the stages that a command goes through in a repository, in their order.
func stagesOf(t *testing.T, args []string) []string {
	t.Helper()
	lock := make(chan struct{}, 1)
	var stages []string
	fault.Hook = func(stage, _ string) {
		lock <- struct{}{}
		if !slices.Contains(stages, stage) {
			stages = append(stages, stage)
		}
		<-lock
	}
	defer func() { fault.Hook = nil }()
	within(t, grown(t, small), args, "CFG.a")
	return stages
}

// TestEveryCommandEndsWhenInterrupted interrupts every command in its first and last stage: it ends within a second, with the signal's
// status, leaves no temporary file, and what it writes is written or not.
func TestEveryCommandEndsWhenInterrupted(t *testing.T) {
	gittest.Need(t)
	if testing.Short() {
		t.Skip("it starts a program for every command")
	}
	everyCommand(t, func(t *testing.T, args []string) {
		if len(args) > 1 && slices.Contains(args, "--format") && !slices.Contains([]string{"text", "svg", "json", "table"}, args[len(args)-1]) {
			t.Skip("another format goes the same way")
		}
		stages := stagesOf(t, args)
		if len(stages) == 0 {
			t.Fatal("no stage")
		}
		for i, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
			stage := stages[0]
			if i > 0 {
				stage = stages[len(stages)-1]
			}
			dir, temp := grown(t, small), t.TempDir()
			before := state(t, dir)
			ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
			defer cancel()
			filled := slices.Clone(args)
			for i := range filled {
				filled[i] = strings.ReplaceAll(filled[i], "{id}", "CFG.a")
			}
			cmd := exec.CommandContext(ctx, os.Args[0], filled...)
			cmd.Dir, cmd.Stdin = dir, strings.NewReader(stdin(args))
			cmd.Env = append(os.Environ(), stall+"="+stage, "TMPDIR="+temp)
			talk, err := cmd.StderrPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			var said bytes.Buffer
			for buf := make([]byte, 4096); !strings.Contains(said.String(), "stalled"); {
				n, err := talk.Read(buf)
				said.Write(buf[:n])
				if err != nil {
					t.Fatalf("%s never came to %q: %s", strings.Join(args, " "), stage, said.String())
				}
			}
			begin := time.Now()
			_ = cmd.Process.Signal(sig)
			rest := make(chan struct{})
			go func() { _, _ = said.ReadFrom(talk); close(rest) }()
			<-rest
			err = cmd.Wait()
			took := time.Since(begin)
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != 128+int(sig) {
				t.Errorf("%v in %q: %v, want status %d\n%s", sig, stage, err, 128+int(sig), said.String())
			}
			if took > 3*time.Second { // a second, on a machine that does nothing else
				t.Errorf("%v in %q: it took %v", sig, stage, took)
			}
			if left, _ := os.ReadDir(temp); len(left) > 0 {
				t.Errorf("%v in %q: %d temporary files are left, such as %s", sig, stage, len(left), left[0].Name())
			}
			for name := range state(t, dir) {
				if strings.HasPrefix(filepath.Base(name), ".nixsink-") {
					t.Errorf("%v in %q: %s is left", sig, stage, name)
				}
			}
			if after := state(t, dir); stage == "run a command" && len(after) != len(before) {
				t.Errorf("%v in %q: %d files, there were %d", sig, stage, len(after), len(before))
			}
		}
	})
}

// state is what a repository's files hold, git's own left out.
func state(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == ".git":
			return filepath.SkipDir
		case d.Type().IsRegular():
			text, err := os.ReadFile(name)
			files[name] = string(text)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// A reader that has gone is no failure: the status is that of the run, and nothing hangs.
func TestEveryCommandOutlivesItsReader(t *testing.T) {
	gittest.Need(t)
	everyCommand(t, func(t *testing.T, args []string) {
		if args0(args) == "serve" {
			t.Skip("it writes nothing")
		}
		if slices.Contains(args, "--format") && !slices.Contains([]string{"text", "json", "table"}, args[len(args)-1]) {
			t.Skip("another format goes the same way")
		}
		dir := grown(t, small)
		want, _, _ := within(t, grown(t, small), args, "CFG.a")
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		r.Close()
		defer w.Close()
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		filled := slices.Clone(args)
		for i := range filled {
			filled[i] = strings.ReplaceAll(filled[i], "{id}", "CFG.a")
		}
		cmd := exec.CommandContext(ctx, os.Args[0], filled...)
		cmd.Dir, cmd.Stdin, cmd.Stdout = dir, strings.NewReader(stdin(args)), w
		cmd.Env = append(os.Environ(), stall+"=nowhere")
		err = cmd.Run()
		status := 0
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			status = exit.ExitCode()
		} else if err != nil {
			t.Fatal(err)
		}
		if status != want {
			t.Errorf("status %d, want %d", status, want)
		}
	})
}
