package cli

import (
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
)

// pagerOf is the command that shows long results on a terminal, as git chooses one: NIXSINK_PAGER, else PAGER, else less; nil for none. The
// first of them that is set decides, and "" and cat are none.
func pagerOf(lookup func(string) (string, bool), installed func(string) bool) []string {
	for _, name := range []string{"NIXSINK_PAGER", "PAGER"} {
		s, ok := lookup(name)
		if !ok {
			continue
		}
		if s = strings.TrimSpace(s); s == "" || s == "cat" {
			return nil
		}
		if strings.ContainsAny(s, "|&;<>()$`\\\"'*?[#~=%{") {
			return []string{"sh", "-c", s}
		}
		return strings.Fields(s)
	}
	if installed("less") {
		return []string{"less"}
	}
	return nil
}

// pagerEnvironment is what git gives a pager: less ends by itself where all fits on the screen (F), shows colours (R) and leaves the text (X).
func pagerEnvironment(env []string, lookup func(string) (string, bool)) []string {
	for _, v := range [][2]string{{"LESS", "FRX"}, {"LV", "-c"}} {
		if _, ok := lookup(v[0]); !ok {
			env = append(env, v[0]+"="+v[1])
		}
	}
	return env
}

// pager is the command to show results with, nil if they go where standard output goes.
func (a *app) pager() []string {
	if a.noPager || !isTerminal(a.out.w) || os.Getenv("TERM") == "dumb" {
		return nil
	}
	return pagerOf(os.LookupEnv, func(name string) bool { _, err := exec.LookPath(name); return err == nil })
}

// showPaged shows what is read with a pager, and reports whether that could be started. What the pager makes of it is its own affair: a reader
// that stops reading is no mistake.
func showPaged(argv []string, r io.Reader, stdout, stderr io.Writer) bool {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = r, stdout, stderr
	cmd.Env = pagerEnvironment(os.Environ(), os.LookupEnv)
	// Ctrl-C is the pager's while it runs.
	signal.Ignore(os.Interrupt)
	defer signal.Reset(os.Interrupt)
	if cmd.Start() != nil {
		return false
	}
	_ = cmd.Wait()
	return true
}
