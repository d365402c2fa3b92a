package cli

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"nixsink/internal/budget"
	"nixsink/internal/docs"
	"nixsink/internal/door"
	"nixsink/internal/escape"
	"nixsink/render"
)

// newDocs is the command of the pages.
func newDocs(a *app) *cobra.Command {
	var dir string
	var write, stale, front, summary, asJSON bool
	var opts render.Options
	cmd := &cobra.Command{
		Use:   "docs [PATH]",
		Short: "Write pages about the values, layers, ports and findings",
		Long: `Docs writes a set of Markdown pages: an overview with a picture of the architecture, the most read values and what stands out;
all values; a page for each critical value with its picture, everything that reads it and the options it ends up in; a page for each
layer; the ports; the coverage; the findings; the review, without commits. GitHub, mdBook and MkDocs show them alike. Links between the pages are relative; so are
those to source lines unless --link (or 'link' in the configuration file) says where they are found, which a site that holds only
the pages needs.

The folder that -o names is written. Without -o the pages lie in docs/config of PATH, and docs shows what would change there: a diff of what is
there, the names of what is new; -w writes it. A file is written only if its bytes change, in one step. Pages that are no longer made are removed; no
other file is touched.`,
		Example: `  nixsink docs                                    what would change in docs/config
  nixsink docs -w                                 write it
  nixsink docs -o site/config                     write these pages
  nixsink docs -o docs/config --check             in CI: fail if what is committed is stale`,
		Args: between(0, 1, "at most one PATH"),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := opts.Check(); err != nil {
			return err
		}
		if stale && write {
			return usagef("--check writes nothing: it does not go with -w")
		}
		named := dir != "" // whoever names a folder wants the pages there
		t, err := a.locate(cmd, first(args))
		if err != nil {
			return err
		}
		if dir == "" {
			dir = filepath.Join(t.dir, "docs", "config")
		}
		g, review, findings, err := a.review(cmd.Context(), t)
		if err != nil {
			return err
		}
		if why := budget.From(cmd.Context()).Ended(); why != nil {
			return fmt.Errorf("%w before all was analysed: pages of half an analysis would be wrong, so nothing is written", why)
		}
		opts := t.options(opts)
		opts.Findings = findings
		root, err := wayTo(dir, t.dir)
		if err != nil {
			return err
		}
		pages, err := render.Pages(cmd.Context(), g, render.PageOptions{Options: opts, Root: root, FrontMatter: front, Summary: summary, Review: review})
		if cut := (*budget.CutError)(nil); err != nil && faultsOf(err) == nil && !errors.As(err, &cut) {
			return err
		}
		broken := err // some pages are missing
		files := make([]docs.File, len(pages))
		for i, p := range pages {
			files[i] = docs.File{Name: p.Name, Data: p.Data}
		}
		top, err := door.Top(t.dir)
		if err != nil {
			return err
		}
		changes, err := docs.Plan(top, dir, files, render.IsPage)
		if err != nil {
			return err
		}
		if broken != nil {
			// A page that could not be made is not one that nobody wants any more.
			changes = slices.DeleteFunc(changes, func(c docs.Change) bool { return c.New == nil || c.Name == docs.Manifest })
		}
		if stale && broken != nil {
			return broken
		}
		if asJSON {
			if err := a.writeJSON(fileStates(changes)); err != nil {
				return err
			}
		}
		if stale {
			if len(changes) == 0 {
				return nil
			}
			if !asJSON {
				fmt.Fprint(a.out, a.coloured(docs.Diff(display(dir), changes)))
			}
			how := "-w"
			if named {
				how = "-o " + shellWord(display(dir))
			}
			a.say("%d files in %s are stale: run 'nixsink docs %s' and commit them", len(changes), display(dir), how)
			return errFailed
		}
		if !write && !named {
			a.wouldWrite(display(dir), changes, asJSON)
			return broken
		}
		a.writing.Lock()
		defer a.writing.Unlock()
		notes, err := docs.Apply(top, dir, changes)
		if err != nil {
			return err
		}
		for _, note := range notes {
			a.say("%s", note)
		}
		changes = slices.DeleteFunc(changes, func(c docs.Change) bool { return c.Name == docs.Manifest })
		removed := 0
		for _, c := range changes {
			if c.New == nil {
				removed++
			}
		}
		a.say("%s: %d files, %d written, %d removed", display(dir), len(files), len(changes)-removed, removed)
		return broken
	}
	a.tree.add(cmd.Flags())
	f := cmd.Flags()
	f.StringVarP(&dir, "output", "o", "", "write the pages to this `folder` (default: docs/config in PATH)")
	f.BoolVarP(&write, "write", "w", false, "write the pages (implied by -o)")
	jsonFlag(cmd, &asJSON, "write JSON on standard output: the files that are stale")
	f.BoolVar(&stale, "check", false, "write nothing; exit with 1 and a diff if the pages are stale")
	f.BoolVar(&front, "front-matter", false, "begin every page with its title in YAML")
	f.BoolVar(&summary, "summary", false, "write SUMMARY.md too, the table of contents that mdBook goes by")
	f.IntVar(&opts.Top, "top", 0, "pages for only so many values, most read first (0: all critical ones)")
	lookFlags(f, &opts)
	return cmd
}

// wouldWrite shows what would change in a folder: what is there as a diff, of what is new the names and sizes.
func (a *app) wouldWrite(dir string, changes []docs.Change, quiet bool) {
	changes = slices.DeleteFunc(slices.Clone(changes), func(c docs.Change) bool { return c.Name == docs.Manifest })
	if len(changes) == 0 {
		a.say("%s: nothing to change", dir)
		return
	}
	if !quiet {
		there := slices.DeleteFunc(slices.Clone(changes), func(c docs.Change) bool { return c.Old == nil })
		fmt.Fprint(a.out, a.coloured(docs.Diff(dir, there)))
		for _, c := range changes {
			if c.Old == nil {
				fmt.Fprintf(a.out, "new: %s, %d lines\n", escape.Terminal(filepath.ToSlash(filepath.Join(dir, c.Name))), bytes.Count(c.New, []byte("\n")))
			}
		}
	}
	a.say("%s: %d files would be written or removed; -w does it, -o FOLDER writes elsewhere", dir, len(changes))
}

// wayTo is the slash-separated way from one folder to another.
func wayTo(from, to string) (string, error) {
	from, err := filepath.Abs(from)
	if err == nil {
		to, err = filepath.Abs(to)
	}
	rel := ""
	if err == nil {
		rel, err = filepath.Rel(from, to)
	}
	if err != nil {
		return "", fmt.Errorf("find the way from %s to %s: %w", from, to, err)
	}
	return filepath.ToSlash(rel), nil
}
