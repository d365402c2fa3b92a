package cli

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"nixsink/graph"
	"nixsink/internal/budget"
	"nixsink/internal/escape"
	"nixsink/internal/rewrite"
)

// newAnnotate is the command that writes and repairs annotations.
func newAnnotate(a *app) *cobra.Command {
	var write, check, ask, prefix, asJSON bool
	var only []string
	var value, module string
	cmd := &cobra.Command{
		Use:   "annotate [PATH]",
		Short: "Write, correct and remove source-id and sink comments",
		Long: `Annotate shows as a unified diff what is to be done so that every read of a central value has its source-id, every value its id, and
no comment says what the code does not do. With -w it is written, in all files or in none. Nothing but comments changes, and of
these only what is missing or wrong; prose is kept.

Files with syntax errors, generated files and strings are left alone.`,
		Example: `  nixsink annotate                            show what would change
  nixsink annotate -w                         write it
  nixsink annotate --check                    for hooks: exit with 1 if something would change
  nixsink annotate --only wrong,stale -w      repair, add nothing
  nixsink annotate --value CFG.ports.ssh
  nixsink annotate --interactive`,
		Args: between(0, 1, "at most one PATH"),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if check && (write || ask) {
			return usagef("--check writes nothing: it goes neither with -w nor with --interactive")
		}
		if ask && !isTerminal(a.in) {
			return usagef("--interactive needs a terminal")
		}
		opts := rewrite.Options{PrefixProse: prefix}
		for _, o := range only {
			if !slices.Contains(rewrite.Kinds, rewrite.Kind(o)) {
				return usagef("--only is missing, wrong, stale, not %q", o)
			}
			opts.Only = append(opts.Only, rewrite.Kind(o))
		}
		t, err := a.locate(cmd, first(args))
		if err != nil {
			return err
		}
		if !cmd.Flags().Changed("prefix-prose") {
			opts.PrefixProse = t.cfg.Annotate.PrefixProse
		}
		if write || ask {
			if err := a.finish(t); err != nil {
				return err
			}
		}
		t.opts.Unhashed = true
		if t.opts.Cache == nil {
			t.opts.Cache = graph.NewCache() // the tree as it will be has most of its files as they are
		}
		g, err := a.analyse(cmd.Context(), t)
		if err != nil {
			return err
		}
		if value != "" {
			switch values := findValues(g, value); len(values) {
			case 0:
				return unknownValue(g, value)
			case 1:
				opts.Value = values[0]
			default:
				return usagef("%q is bound to several values: name one by its path", value)
			}
		}
		if module != "" {
			if opts.Module = moduleOf(g, module); opts.Module == "" {
				return usagef("no Nix file of the tree is or lies below %q", module)
			}
		}
		spent := budget.From(cmd.Context())
		opts.Over = func() error { return spent.Over(budget.Flows) }
		plan, err := rewrite.Annotate(g, opts, a.again(cmd.Context(), t))
		// What was cut short knows too little of where values go: true comments would be taken for wrong ones.
		if why := spent.Ended(); why != nil {
			return fmt.Errorf("%w: no comment is judged by half an analysis, so nothing is changed", cmp.Or(err, why))
		}
		if err != nil {
			return err
		}
		a.tellSkipped(plan)
		if ask {
			plan, write = a.step(plan, g.Conceal), true
		}
		return a.change(plan, g, writing{write: write, check: check, quiet: ask, json: asJSON})
	}
	a.tree.add(cmd.Flags())
	f := cmd.Flags()
	jsonFlag(cmd, &asJSON, "write JSON instead of a diff: each change with its place and why")
	f.BoolVarP(&write, "write", "w", false, "write the changes")
	f.BoolVar(&check, "check", false, "write nothing, and exit with 1 if something would change")
	f.BoolVarP(&ask, "interactive", "i", false, "step through the changes and write those that are accepted")
	f.StringSliceVar(&only, "only", nil, "only changes of these `kinds`: missing, wrong, stale")
	f.StringVar(&value, "value", "", "only what speaks of this `ID` or value")
	f.StringVar(&module, "module", "", "only this `file` or folder")
	f.BoolVar(&prefix, "prefix-prose", false, "put the options in front of a sink's prose instead of leaving the line alone")
	must(cmd.RegisterFlagCompletionFunc("only", cobra.FixedCompletions([]string{"missing", "wrong", "stale"}, cobra.ShellCompDirectiveNoFileComp)))
	must(cmd.RegisterFlagCompletionFunc("value", func(cmd *cobra.Command, _ []string, prefix string) ([]string, cobra.ShellCompDirective) {
		return a.completeValue(cmd, nil, prefix)
	}))
	return cmd
}

// again analyses a tree as it will be.
func (a *app) again(ctx context.Context, t *tree) rewrite.Again {
	return func(texts map[string]string) (*graph.Graph, error) {
		opts := t.opts
		opts.Texts, opts.Unhashed = texts, true
		return graph.Analyze(ctx, t.dir, opts)
	}
}

// finish completes what a run that was killed has left half written, before the tree is looked at.
func (a *app) finish(t *tree) error {
	a.writing.Lock()
	told, err := rewrite.Finish(t.dir)
	a.writing.Unlock()
	if told != "" {
		a.say("%s", told)
	}
	return err
}

// moduleOf is a file or folder of the tree by what a person typed: relative to the tree or to the current folder.
func moduleOf(g *graph.Graph, name string) string {
	tries := []string{path.Clean(filepath.ToSlash(name))}
	if abs, err := filepath.Abs(name); err == nil {
		if rel, err := filepath.Rel(g.Dir, abs); err == nil && filepath.IsLocal(rel) {
			tries = append(tries, filepath.ToSlash(rel))
		}
	}
	for _, t := range tries {
		for file := range g.Files {
			if file == t || strings.HasPrefix(file, t+"/") {
				return t
			}
		}
	}
	return ""
}

// writing is how a command that changes files shows and makes its changes.
type writing struct {
	write bool      // make them
	check bool      // only tell whether there are any, by the status
	quiet bool      // say nothing where there are none
	json  bool      // show them as JSON, not as a diff
	to    io.Writer // where a diff goes; nil: standard output
}

// change shows or makes a plan's changes.
func (a *app) change(plan *rewrite.Plan, g *graph.Graph, how writing) error {
	write, check := how.write, how.check
	if how.json {
		if err := a.writeJSON(jsonPlan(plan, write && !plan.Empty())); err != nil {
			return err
		}
	} else if !write {
		to := how.to
		if to == nil {
			to = a.out
		}
		var show func(file, line string) string
		if a.readByPeople() {
			show = g.Conceal
		}
		_, _ = io.WriteString(to, a.coloured(plan.Show(show)))
	}
	switch {
	case plan.Empty():
		if !how.quiet {
			a.say("nothing to change")
		}
	case write:
		// An interrupt waits until all files are in place.
		a.writing.Lock()
		notes, err := plan.Apply()
		a.writing.Unlock()
		for _, note := range notes {
			a.say("%s", note)
		}
		if err != nil {
			return err
		}
		where := plan.Names()
		if len(plan.Files) > 3 {
			where = fmt.Sprintf("%d files", len(plan.Files))
		}
		a.say("wrote %s: %s", where, counted(plan))
	case check:
		a.say("annotations are not complete and true: %s; 'nixsink annotate -w' writes them", counted(plan))
	}
	switch {
	case check && g.Source.Incomplete:
		return errIncomplete
	case check && !plan.Empty():
		return errFailed
	}
	return nil
}

// counted is "3 changes (2 missing, 1 stale)".
func counted(p *rewrite.Plan) string {
	n := 0
	var kinds []string
	for _, k := range append(slices.Clone(rewrite.Kinds), rewrite.Renamed) {
		if c := p.Count()[k]; c > 0 {
			n += c
			kinds = append(kinds, fmt.Sprintf("%d %s", c, k))
		}
	}
	what := "changes"
	if n == 1 {
		what = "change"
	}
	return fmt.Sprintf("%d %s (%s)", n, what, strings.Join(kinds, ", "))
}

// tellSkipped lists what could not be annotated: the first few.
func (a *app) tellSkipped(p *rewrite.Plan) {
	const few = 5
	for i, s := range p.Skipped {
		if i == few {
			a.say("and %d more places that are left alone", len(p.Skipped)-few)
			break
		}
		a.say("%sleft alone: %s", place(s.At), s.Why)
	}
}

// readByPeople reports whether people read what goes to standard output, on a terminal or in the log of a CI service's run: a program that reads it, or a
// file that it goes to, gets everything as it is.
func (a *app) readByPeople() bool {
	if os.Getenv("GITHUB_ACTIONS") != "true" {
		return isTerminal(a.out.w) || a.wantsColor()
	}
	if f, ok := a.out.w.(*os.File); ok {
		info, err := f.Stat()
		return err != nil || !info.Mode().IsRegular()
	}
	return true
}

// coloured paints a diff for a terminal. Where people or a CI service's runner read it, the text in it commands nothing; a program that applies it
// gets its bytes.
func (a *app) coloured(diff string) string {
	if a.readByPeople() {
		diff = escape.Lines(diff)
	}
	if !a.wantsColor() {
		return diff
	}
	var b strings.Builder
	last := "" // "--- " within a hunk is a line that goes
	for line := range strings.Lines(diff) {
		text := strings.TrimSuffix(line, "\n")
		from := func(line string) bool { return strings.HasPrefix(line, "--- a/") || strings.HasPrefix(line, `--- "a/`) }
		to := strings.HasPrefix(line, "+++ b/") || strings.HasPrefix(line, `+++ "b/`)
		header := from(line) && (last == "" || !strings.HasPrefix(last, "@@")) || to && from(last)
		last = line
		switch {
		case header:
			text = "\x1b[1m" + text + "\x1b[m"
		case strings.HasPrefix(line, "+"):
			text = "\x1b[32m" + text + "\x1b[m"
		case strings.HasPrefix(line, "-"):
			text = "\x1b[31m" + text + "\x1b[m"
		case strings.HasPrefix(line, "@@"):
			text = "\x1b[36m" + text + "\x1b[m"
		}
		b.WriteString(text + "\n")
	}
	return b.String()
}

// step asks for every place whether its change shall be made: what is written at one place is one question. The end of input is a no to all
// that is left. show says how a line of a file is shown.
func (a *app) step(p *rewrite.Plan, show func(file, line string) string) *rewrite.Plan {
	in := bufio.NewReader(a.in)
	type spot struct {
		file string
		at   int32
	}
	here := func(c rewrite.Change) spot { return spot{c.File, c.Span.Start} }
	var places []spot
	why := map[spot][]string{}
	for _, f := range p.Files {
		for _, c := range f.Changes {
			if len(why[here(c)]) == 0 {
				places = append(places, here(c))
			}
			if !slices.Contains(why[here(c)], c.Why) {
				why[here(c)] = append(why[here(c)], c.Why)
			}
		}
	}
	accepted := map[spot]bool{}
	all, file := false, ""
	for n, at := range places {
		if all || file == at.file {
			accepted[at] = true
			continue
		}
		one := p.Select(func(c rewrite.Change) bool { return here(c) == at })
		fmt.Fprint(a.err, a.coloured(one.Show(show)))
		answer := a.ask(in, fmt.Sprintf("(%d/%d) %s. Make this change [y,n,f,a,q,?]? ", n+1, len(places), strings.Join(why[at], ", ")))
		if answer == 'q' {
			break
		}
		accepted[at] = answer != 'n'
		all = answer == 'a'
		if answer == 'f' {
			file = at.file
		}
	}
	return p.Select(func(c rewrite.Change) bool { return accepted[here(c)] })
}

// ask asks until it gets one of the answers.
func (a *app) ask(in *bufio.Reader, question string) byte {
	for {
		fmt.Fprint(a.err, question)
		line, err := in.ReadString('\n')
		switch answer := strings.ToLower(strings.TrimSpace(line)); {
		case len(answer) == 1 && strings.Contains("ynfaq", answer):
			return answer[0]
		case err != nil:
			fmt.Fprintln(a.err)
			return 'q'
		}
		fmt.Fprintln(a.err, "y make it; n leave it; f make it and the others of this file; a make it and all others; q stop here, and write what was accepted")
	}
}
