package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"nixsink/graph"
	"nixsink/internal/budget"
	"nixsink/internal/change"
	"nixsink/internal/check/revision"
	"nixsink/internal/door"
	"nixsink/internal/fault"
	"nixsink/internal/git"
	"nixsink/render"
)

// diffFormats are the formats of a difference.
var diffFormats = []string{"text", "markdown", "json", "svg", "html"}

func diffGuess(ext string) string {
	return map[string]string{".txt": "text", ".md": "markdown", ".json": "json", ".svg": "svg", ".html": "html"}[ext]
}

// newDiff is the command that tells what a change does.
func newDiff(a *app) *cobra.Command {
	var out outputFlags
	var opts render.Options
	var long, fails, fetch bool
	cmd := &cobra.Command{
		Use:   "diff [BASE] [HEAD]",
		Short: "Tell what a change does: values, where they end up, hosts, findings",
		Long: `Diff compares two revisions of the tree by what they mean: central values that are new, gone, renamed or set otherwise, on which hosts;
options that they have come to and left, with kind and way; who reads them; other options; imports; hosts; inputs of the flake; what cannot
be followed; findings. Moved files and other layout are no difference.

Last come the hosts that may be built differently. A host is called the same only if nothing changed that its configuration reads, imports,
names by a path or is given, and no input is locked to another revision: what is not known counts as changed.

BASE is a revision as git knows it, main... where the history of HEAD left main. Without BASE it is where HEAD left the main branch. Without HEAD
the working tree is compared.`,
		Example: `  nixsink diff
  nixsink diff HEAD~1 HEAD
  nixsink diff origin/main... --format markdown=comment.md
  nixsink diff main -o change.html
  nixsink diff v1.2 --format json | jq -c '{host: .rebuild.host}'`,
		Args: between(0, 2, "at most BASE and HEAD"),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		outs, err := outputs(out.asked(), out.file, diffFormats, diffGuess, "text")
		if err != nil {
			return err
		}
		if err := opts.Check(); err != nil {
			return err
		}
		t, err := a.locate(cmd, "")
		if err != nil {
			return err
		}
		t.opts.Unhashed = !slices.ContainsFunc(outs, func(o outFile) bool { return o.format == "json" })
		c, err := a.diff(cmd.Context(), t, args, fetch)
		if err != nil {
			return err
		}
		opts := t.options(opts)
		if err := a.emit(outs, func(o outFile, w io.Writer) error {
			switch o.format {
			case "json":
				return render.ChangeJSON(w, c)
			case "markdown":
				return render.ChangeMarkdown(w, c, opts)
			case "svg":
				return render.ChangeSVG(w, c, opts)
			case "html":
				return render.ChangeHTML(cmd.Context(), w, c, opts)
			}
			looks := opts
			if o.file == "" {
				looks.Color, looks.Width = a.wantsColor(), a.width()
			}
			return render.ChangeText(w, c, long, looks)
		}); err != nil {
			return err
		}
		if c.Then.Graph.Source.Incomplete || c.Now.Graph.Source.Incomplete {
			return errIncomplete
		}
		if fails && !c.Empty() {
			return errFailed
		}
		return nil
	}
	a.tree.add(cmd.Flags())
	out.add(cmd, diffFormats, "write this format, as `NAME[=FILE]` (repeatable; default: text): text, markdown, json, svg (a picture), html (both states side by side)")
	f := cmd.Flags()
	f.BoolVar(&long, "long", false, "list all of it (text)")
	f.BoolVar(&fails, "exit-code", false, "exit with 1 if something differs")
	f.BoolVar(&fetch, "fetch", false, "in a partial clone, fetch what the revisions lack")
	f.StringVar(&opts.Title, "title", "", "what the picture is called")
	f.StringVar(&opts.Link, "link", "", "link places to this `pattern`: https://…/blob/main/{file}#L{line}")
	return cmd
}

// mainBranches are where a change is commonly compared with, in the order in which they are tried.
var mainBranches = []string{"origin/HEAD", "origin/main", "origin/master", "main", "master", "trunk"}

// diff analyses two revisions of the tree, or one and the working tree.
func (a *app) diff(ctx context.Context, t *tree, revs []string, fetch bool) (*change.Change, error) {
	base := first(revs)
	if base == "" {
		var err error
		if base, err = mainBranch(ctx, t.dir); err != nil {
			return nil, err
		}
	}
	if t.opts.Cache == nil {
		t.opts.Cache = graph.NewCache() // most files are the same in both
	}
	asked := [2]string{base}
	sides := [2]change.Side{{Name: base}, {Name: "the working tree"}}
	if len(revs) > 1 {
		asked[1], sides[1].Name = revs[1], revs[1]
	}
	var snapshots [2]*revision.Snapshot
	var errs [2]error
	working, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	// The two do not know of each other.
	var group sync.WaitGroup
	for i, rev := range asked {
		group.Go(func() {
			if f := fault.Catch("compare revisions", sides[i].Name, func() {
				if rev != "" {
					if snapshots[i], errs[i] = revision.Open(working, t.dir, rev, fetch); errs[i] != nil {
						stop(errs[i]) // nothing comes of the other one
						return
					}
					defer snapshots[i].Close()
					sides[i].Name = called(rev, snapshots[i])
				}
				errs[i] = a.side(working, t, snapshots[i], &sides[i])
			}); f != nil {
				errs[i] = f
			}
		})
	}
	group.Wait()
	if working.Err() != nil && ctx.Err() == nil {
		return nil, context.Cause(working)
	}
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	for i, s := range snapshots {
		if g := sides[i].Graph; s != nil && g.Source.Incomplete {
			a.note(g.Faults...)
			a.say("in %s:", sides[i].Name)
			a.tellProblems(g)
		}
	}
	if why := budget.From(ctx).Ended(); why != nil {
		return nil, fmt.Errorf("%w before both revisions were analysed", why)
	}
	files := change.Files{}
	var err error
	if files.Moved, err = revision.Moved(ctx, sides[0].Graph, sides[1].Graph); err != nil {
		return nil, err
	}
	if files.Others, err = revision.Differ(ctx, t.dir, snapshots[0], snapshots[1]); err != nil {
		return nil, err
	}
	files.Others = slices.DeleteFunc(files.Others, func(n string) bool { return sides[0].Graph.Files[n] != nil || sides[1].Graph.Files[n] != nil })
	c := change.Make(sides[0], sides[1], files)
	c.JudgeHosts()
	c.Owners, err = a.owners(t.dir, c.Now.Graph, c.Touched())
	return c, err
}

// analyseRevision analyses a revision with the configuration of the working tree, and all hosts: it may not have had those that are asked for.
func (t *tree) analyseRevision(ctx context.Context, s *revision.Snapshot) (*graph.Graph, error) {
	opts := t.opts
	opts.Hosts = nil
	return s.Analyse(ctx, opts)
}

// called is what a revision is called: as it was given, with its hash.
func called(rev string, s *revision.Snapshot) string {
	short := s.Commit[:min(len(s.Commit), 10)]
	if strings.HasPrefix(s.Commit, rev) {
		return short
	}
	return rev + " (" + short + ")"
}

// side analyses the working tree, or a revision, with the configuration of the working tree.
func (a *app) side(ctx context.Context, t *tree, then *revision.Snapshot, s *change.Side) error {
	var err error
	if then == nil {
		s.Graph, err = a.analyse(ctx, t)
	} else {
		s.Graph, err = t.analyseRevision(ctx, then)
	}
	if err != nil {
		return err
	}
	if s.Report, err = a.runChecks(ctx, s.Graph, t); err != nil {
		return t.configError(err)
	}
	const lock = "flake.lock"
	if then == nil {
		s.Lock, err = door.ReadBelow(t.dir, filepath.Join(t.dir, lock), door.MaxData)
	} else {
		var text string
		text, _, err = then.Read(lock)
		s.Lock = []byte(text)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// mainBranch is the revision at which HEAD left the main branch.
func mainBranch(ctx context.Context, dir string) (string, error) {
	repo, err := git.Open(ctx, dir)
	if errors.Is(err, git.ErrNoRepository) {
		return "", fmt.Errorf("%s is in no git repository, so there is nothing to compare with", dir)
	} else if err != nil {
		return "", err
	}
	for _, name := range mainBranches {
		if _, err := repo.Resolve(ctx, name+"..."); err == nil {
			return name + "...", nil
		}
	}
	return "", usagef("there is no branch called main or master here: say what to compare with (nixsink diff HEAD~1)")
}
