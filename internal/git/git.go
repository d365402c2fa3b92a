// Package git reads a repository through the git program, so that whatever git reads is read: working trees of every kind, partial and
// shallow clones, any hash, any storage of references, submodules.
//
// In goes a folder; out come revisions, trees, the contents of blobs, and what the index tracks. Nothing is written and nothing of the
// repository runs: only plumbing is called, and what its configuration could start (hooks, filters, file system monitors, pagers,
// transports) is switched off from outside, where it cannot switch it on again (environment.go). Nix is not known here.
package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Errors of opening a repository.
var (
	ErrNoGit        = errors.New("the program git is not in PATH, and nixsink reads revisions with it: install git")
	ErrNoRepository = errors.New("no git repository")
)

// Repository is a git working tree on disk.
type Repository struct {
	Top     string // the working tree's root, absolute, without symbolic links
	Dir     string // the folder it was opened for, absolute, without symbolic links
	Below   string // Dir relative to Top, slash-separated; "" at the root
	Shallow bool   // its history was cut short
	gitDir  string // where no working tree shows the way to it; "" otherwise
	alone   bool   // it is a folder outside any repository
	program string
}

// Open finds the repository whose working tree dir is a part of. The error is ErrNoRepository or ErrNoGit, wrapped, where there is none.
func Open(ctx context.Context, dir string) (*Repository, error) {
	abs, err := real(dir)
	if err != nil {
		return nil, fmt.Errorf("open the git repository of %s: %w", dir, err)
	}
	if !Inside(abs) {
		return nil, ErrNoRepository
	}
	program, err := program()
	if err != nil {
		return nil, err
	}
	r := &Repository{Top: abs, Dir: abs, program: program}
	// The root comes last: its name may have newlines.
	out, err := r.run(ctx, "rev-parse", "--is-shallow-repository", "--show-toplevel")
	if err != nil {
		return nil, fmt.Errorf("open the git repository of %s: %w", dir, explainOpen(err))
	}
	shallow, top, _ := strings.Cut(strings.TrimSuffix(string(out), "\n"), "\n")
	r.Shallow = shallow == "true"
	if r.Top, err = real(filepath.FromSlash(top)); err != nil {
		return nil, fmt.Errorf("open the git repository of %s: %w", dir, err)
	}
	rel, err := filepath.Rel(r.Top, abs)
	if err != nil || !filepath.IsLocal(rel) {
		return nil, fmt.Errorf("open the git repository of %s: its working tree is %s", dir, r.Top)
	}
	if rel != "." {
		r.Below = filepath.ToSlash(rel)
	}
	return r, nil
}

// program finds git.
func program() (string, error) {
	name, err := exec.LookPath("git")
	if err != nil {
		return "", ErrNoGit
	}
	return name, nil
}

// Inside reports whether dir lies in a working tree, by the .git folder or file at its root. It starts no program.
func Inside(dir string) bool {
	for {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return true
		}
		up := filepath.Dir(dir)
		if up == dir {
			return false
		}
		dir = up
	}
}

func real(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(abs)
}

// A Failure is a git command that did not succeed.
type Failure struct {
	Command string // "rev-parse"
	Status  int
	Message string // what git said, without "fatal: "
}

func (f *Failure) Error() string {
	if f.Message == "" {
		return fmt.Sprintf("git %s ended with status %d", f.Command, f.Status)
	}
	return "git says: " + f.Message
}

// explainOpen says what to do where git refuses a repository.
func explainOpen(err error) error {
	var f *Failure
	if !errors.As(err, &f) {
		return err
	}
	if _, rest, ok := strings.Cut(f.Message, "dubious ownership in repository at '"); ok {
		dir, _, _ := strings.Cut(rest, "'")
		return fmt.Errorf("it belongs to another user, and this git reads it only if it is told to: `git config --global --add safe.directory %s`", shellWord(dir))
	}
	return err
}

// shellWord quotes a word for a shell where it has to be.
func shellWord(s string) string {
	if s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !strings.ContainsRune("/._-+@:=,%", r) && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// command prepares a git command in the repository.
func (r *Repository) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, r.program, append(settings(), args...)...)
	cmd.Dir = r.Dir
	cmd.Env = environment(os.Environ())
	if r.alone {
		cmd.Env = append(cmd.Env, "GIT_CEILING_DIRECTORIES="+filepath.Dir(r.Dir))
	}
	if r.gitDir != "" {
		cmd.Env = append(cmd.Env, "GIT_DIR="+r.gitDir, "GIT_WORK_TREE="+r.Dir)
	}
	return cmd
}

// run gives what a git command prints. The error is a *Failure if git ran.
func (r *Repository) run(ctx context.Context, args ...string) ([]byte, error) {
	return r.runWith(ctx, nil, args...)
}

func (r *Repository) runWith(ctx context.Context, stdin io.Reader, args ...string) ([]byte, error) {
	cmd := r.command(ctx, args...)
	var out, said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &out, &said
	err := cmd.Run()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return out.Bytes(), failure(args[0], err, said.String())
	}
	return out.Bytes(), nil
}

// failure turns the error of a command that ran into a *Failure.
func failure(command string, err error, said string) error {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return fmt.Errorf("run git: %w", err)
	}
	var lines []string
	for line := range strings.Lines(said) {
		line = strings.TrimSpace(line)
		if text, ok := strings.CutPrefix(line, "fatal: "); ok {
			lines = []string{text} // what it ended of; warnings come before
			break
		}
		if line != "" {
			lines = append(lines, strings.TrimPrefix(line, "error: "))
		}
	}
	return &Failure{Command: command, Status: exit.ExitCode(), Message: strings.Join(lines, "; ")}
}
