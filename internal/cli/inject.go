package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"nixsink/graph"
	"nixsink/internal/docs"
	"nixsink/internal/door"
	"nixsink/render"
)

// newInject is the command that fills marked regions of people's own pages.
func newInject(a *app) *cobra.Command {
	var stale, write, asJSON bool
	var opts render.Options
	cmd := &cobra.Command{
		Use:   "inject FILE…",
		Short: "Fill the marked regions of a README or another page",
		Long: `Inject shows as a unified diff what the marked regions of Markdown files are filled with, and with -w writes it; every other byte is left alone:

    <!-- nixsink:graph view=layers -->
    <!-- /nixsink -->

Regions: ` + strings.Join(render.Regions, ", ") + `. A graph is drawn as Mermaid, or with file=docs/graph.svg as a picture beside the
page. It takes view, focus, depth, min-reads, top, collapse, only, without, highlight, max-nodes and title as the flags of
'nixsink graph'; values with blanks are quoted: title="Who reads what".`,
		Example: `  nixsink inject README.md                        show what would change
  nixsink inject -w README.md                     write it
  nixsink inject --check README.md                in CI: fail if what is committed is stale`,
		Args: between(1, -1, "a FILE"),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := opts.Check(); err != nil {
			return err
		}
		if stale && write {
			return usagef("--check writes nothing: it does not go with -w")
		}
		sources := make([][]byte, len(args))
		for i, name := range args {
			var err error
			if sources[i], err = a.readNear(name, door.MaxPage); err != nil {
				return fmt.Errorf("read page: %w", err)
			}
		}
		t, err := a.locate(cmd, "")
		if err != nil {
			return err
		}
		g, findings, err := a.findings(cmd.Context(), t)
		if err != nil {
			return err
		}
		opts := t.options(opts)
		opts.Findings = findings
		var changes []docs.Change
		for i, name := range args {
			more, err := inject(cmd.Context(), g, t, opts, name, sources[i])
			if err != nil {
				return err
			}
			changes = append(changes, more...)
		}
		changes = slices.DeleteFunc(changes, func(c docs.Change) bool { return c.Old != nil && bytes.Equal(c.Old, c.New) })
		if asJSON {
			if err := a.writeJSON(fileStates(changes)); err != nil {
				return err
			}
		}
		if write {
			for _, c := range changes {
				if c.Old == nil {
					if err := a.makeFolder(t, filepath.Dir(c.Name)); err != nil {
						return fmt.Errorf("write picture: %w", err)
					}
				}
				if err := a.writeNear(t)(c.Name, c.New); err != nil {
					return err
				}
				a.say("%s: filled anew", c.Name)
			}
			return nil
		}
		if len(changes) == 0 {
			return nil
		}
		if !asJSON {
			fmt.Fprint(a.out, a.coloured(docs.Diff(".", changes)))
		}
		if !stale {
			return nil
		}
		for _, c := range changes {
			a.say("%s is stale: run 'nixsink inject -w' and commit it", c.Name)
		}
		return errFailed
	}
	a.tree.add(cmd.Flags())
	cmd.Flags().BoolVarP(&write, "write", "w", false, "write the changes")
	jsonFlag(cmd, &asJSON, "write JSON: the files that are stale")
	cmd.Flags().BoolVar(&stale, "check", false, "write nothing; exit with 1 and a diff if a region is stale")
	lookFlags(cmd.Flags(), &opts)
	return cmd
}

// inject fills one page. The changes are the page and its pictures, whether or not their bytes differ.
func inject(ctx context.Context, g *graph.Graph, t *tree, opts render.Options, name string, src []byte) ([]docs.Change, error) {
	var changes []docs.Change
	link := func(o render.Options, file string) (render.Options, error) {
		if o.Link != "" {
			return o, nil
		}
		way, err := wayTo(filepath.Dir(file), t.dir)
		if way != "." {
			o.Link = way + "/"
		}
		o.Link += "{file}#L{line}"
		return o, err
	}
	page, n, err := docs.Inject(src, func(r docs.Region) ([]byte, error) {
		o, picture, err := regionOptions(r, opts)
		if err != nil {
			return nil, err
		}
		for _, f := range slices.Concat(o.Focus, o.Highlight) {
			if !knows(g, f) {
				return nil, unknownName(g, f)
			}
		}
		if picture == "" {
			// A Mermaid picture links only where it is told to: GitHub resolves no relative link in it.
			if r.Kind != "graph" {
				if o, err = link(o, name); err != nil {
					return nil, err
				}
			}
			return render.Region(ctx, g, r.Kind, o)
		}
		if err := staysBelow(filepath.Dir(name), picture); err != nil {
			return nil, err
		}
		file := filepath.Join(filepath.Dir(name), filepath.FromSlash(picture))
		if o, err = link(o, file); err != nil {
			return nil, err
		}
		var b bytes.Buffer
		svg, _ := render.Lookup("svg")
		if err := svg.Write(ctx, &b, g, o); err != nil {
			return nil, err
		}
		old, err := door.Read(file, door.MaxData)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("read picture: %w", err)
		}
		changes = append(changes, docs.Change{Name: file, Old: old, New: b.Bytes()})
		alt := o.Title
		if alt == "" {
			alt = "Where central values end up"
		}
		return fmt.Appendf(nil, "[![%s](%s)](%[2]s)\n", strings.NewReplacer("[", "", "]", "", `\`, "", "<", "", "\n", " ").Replace(alt), picture), nil
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if n == 0 {
		return nil, usagef("%s has no marked region; put <!-- nixsink:graph view=layers --> and <!-- /nixsink --> on lines of their own", name)
	}
	if src == nil {
		src = []byte{}
	}
	return append(changes, docs.Change{Name: name, Old: src, New: page}), nil
}

// makeFolder makes the folder that a new picture goes to.
func (a *app) makeFolder(t *tree, dir string) error {
	top, err := door.Top(t.dir)
	if err != nil {
		return err
	}
	made, err := door.OpenBelow(top, dir, true)
	if err != nil {
		return err
	}
	return made.Close()
}

// staysBelow fails if a link leads a picture out of its page's folder: the page may be a stranger's, and would have us replace any file.
func staysBelow(dir, picture string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("look at %s: %w", dir, err)
	}
	defer root.Close()
	if _, err := root.Stat(filepath.FromSlash(picture)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("file=%s: %w", picture, err)
	}
	return nil
}

// regionOptions reads what a mark says. picture is the file that it wants drawn, "" for none.
func regionOptions(r docs.Region, o render.Options) (out render.Options, picture string, err error) {
	for _, arg := range r.Args {
		list := strings.Split(arg.Value, ",")
		number := func(to *int) {
			n, nerr := strconv.Atoi(arg.Value)
			if nerr != nil {
				err = usagef("%s is a number, not %q", arg.Key, arg.Value)
			}
			*to = n
		}
		switch arg.Key {
		case "view":
			o.View = arg.Value
		case "focus":
			o.Focus = list
		case "highlight":
			o.Highlight = list
		case "only":
			o.Include = list
		case "without":
			o.Exclude = list
		case "collapse":
			o.Collapse = []string{arg.Value}
		case "title":
			o.Title = arg.Value
		case "top":
			number(&o.Top)
		case "depth":
			number(&o.Depth)
		case "min-reads":
			number(&o.MinReads)
		case "max-nodes":
			number(&o.MaxNodes)
		case "file":
			picture = arg.Value
			if r.Kind != "graph" || !strings.HasSuffix(picture, ".svg") || !filepath.IsLocal(filepath.FromSlash(picture)) || strings.ContainsAny(picture, "()<> \\") {
				err = usagef("file=%s: it names an SVG of a graph, below the page's folder", picture)
			}
		default:
			err = usagef("a mark takes no %q%s", arg.Key, didYouMean(arg.Key, []string{"view", "focus", "highlight", "only", "without", "collapse", "title", "top", "depth", "min-reads", "max-nodes", "file"}))
		}
		if err != nil {
			return o, "", err
		}
	}
	return o, picture, o.Check()
}
