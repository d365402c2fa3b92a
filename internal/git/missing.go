package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
)

// A MissingError says that contents of a tree are not in the clone.
type MissingError struct {
	Missing int
	First   string // a file's name
	How     string // what brings them, "" if nothing is known to
	hashes  []string
	in      *Repository
}

func (e *MissingError) Error() string {
	msg := fmt.Sprintf("the contents of %d files are not in this clone (first %s)", e.Missing, Quote(e.First))
	if e.Missing == 1 {
		msg = fmt.Sprintf("the contents of %s are not in this clone", Quote(e.First))
	}
	if e.How != "" {
		msg += ", which is a partial one: " + e.How
	}
	return msg
}

// Missing gives a *MissingError for the first repository of some entries that lacks contents, nil if all are there. It lists every object
// of the clone, which asks for none from elsewhere, so it is for when something has gone wrong.
func Missing(ctx context.Context, entries []Entry) error {
	byRepository := map[*Repository][]Entry{}
	for _, e := range entries {
		byRepository[e.in] = append(byRepository[e.in], e)
	}
	for _, e := range entries {
		if list := byRepository[e.in]; list != nil {
			delete(byRepository, e.in)
			if err := e.in.missing(ctx, list); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *Repository) missing(ctx context.Context, entries []Entry) error {
	out, err := r.run(ctx, "cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objectname)")
	if err != nil {
		return nil
	}
	here := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		here[strings.TrimSuffix(line, "\n")] = true
	}
	e := &MissingError{in: r}
	for _, entry := range entries {
		if here[entry.Hash] {
			continue
		}
		here[entry.Hash] = true // once is enough
		e.hashes = append(e.hashes, entry.Hash)
		if e.Missing++; e.Missing == 1 {
			e.First = entry.Name
		}
	}
	if e.Missing == 0 {
		return nil
	}
	if r.promisor(ctx) != "" {
		e.How = fmt.Sprintf("--fetch brings what is needed, `%s` brings all", r.say("fetch --refetch --no-filter"))
	}
	return e
}

// promisor is the remote that a partial clone gets its objects from; "" if it is none.
func (r *Repository) promisor(ctx context.Context) string {
	if out, err := r.run(ctx, "config", "-z", "--get", "extensions.partialclone"); err == nil {
		return strings.TrimSuffix(string(out), "\x00")
	}
	out, err := r.run(ctx, "config", "-z", "--type=bool", "--get-regexp", `^remote\..*\.promisor$`)
	if err != nil {
		return ""
	}
	for line := range strings.SplitSeq(string(out), "\x00") {
		if key, value, _ := strings.Cut(line, "\n"); value == "true" {
			return strings.TrimSuffix(strings.TrimPrefix(key, "remote."), ".promisor")
		}
	}
	return ""
}

// Fetch brings what is missing, as git itself would when it is asked for it. This is the one command that reaches out: it is for when
// somebody has said so, and uses their transport and credentials, whatever the configuration says of them.
func (e *MissingError) Fetch(ctx context.Context) error {
	remote := e.in.promisor(ctx)
	if remote == "" || strings.HasPrefix(remote, "-") {
		return e
	}
	cmd := e.in.command(ctx)
	cmd.Args = []string{cmd.Args[0], "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "safe.directory=*", "-c", "fetch.negotiationAlgorithm=noop",
		"fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--recurse-submodules=no", "--filter=blob:none", "--stdin", remote}
	own := map[string]string{}
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "GIT_") {
			own[name] = v
		}
	}
	env := cmd.Env[:0]
	for _, v := range cmd.Env {
		switch name, _, _ := strings.Cut(v, "="); name {
		case "GIT_NO_LAZY_FETCH", "GIT_ALLOW_PROTOCOL":
		default:
			env = append(env, v)
		}
	}
	for _, name := range [...]string{"GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_ASKPASS", "GIT_ALLOW_PROTOCOL", "GIT_PROXY_COMMAND", "GIT_SSL_CAINFO", "GIT_SSL_NO_VERIFY"} {
		if v, ok := own[name]; ok {
			env = append(env, v)
		}
	}
	var said bytes.Buffer
	cmd.Env, cmd.Stdin, cmd.Stderr = env, strings.NewReader(strings.Join(e.hashes, "\n")+"\n"), &said
	err := cmd.Run()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("fetch what is missing from %s: %w", Quote(remote), failure("fetch", err, said.String())))
	}
	return nil
}
