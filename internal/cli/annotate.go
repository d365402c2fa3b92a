package cli

import (
	"bufio"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"nixsink/internal/rewrite"
)

// newAnnotate is the command that writes and repairs annotations.
func newAnnotate(a *app) *cobra.Command {
	var write, dry, interactive, prefix bool
	var only []string
	var value, module string
	var kinds []string
	for _, k := range rewrite.Kinds {
		kinds = append(kinds, string(k))
	}
	cmd := &cobra.Command{
		Use:   "annotate [PATH]",
		Short: "Write the annotations that are missing, and repair those that are wrong",
		Long: `Annotate shows, as a unified diff, what makes the source-id and sink comments of the tree below PATH complete and true, and changes
nothing. With -w it writes: all files or none, and nothing but the lines of the diff. With --check it exits with 1 if something would change.`,
		Example: `  nixsink annotate
  nixsink annotate --only wrong,stale -w
  nixsink annotate --value CFG.ports.ssh --interactive`,
		Args: between(0, 1, "at most one PATH"),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		opts := rewrite.Options{Module: module, PrefixProse: prefix}
		for _, k := range only {
			if !slices.Contains(kinds, k) {
				return usagef("--only is %s, not %q", strings.Join(kinds, ", "), k)
			}
			opts.Only = append(opts.Only, rewrite.Kind(k))
		}
		if write && dry || interactive && dry {
			return usagef("--check writes nothing: it goes neither with -w nor with --interactive")
		}
		if interactive && !isTerminal(a.in) {
			return usagef("--interactive needs a terminal")
		}
		t, err := a.locate(cmd, first(args))
		if err != nil {
			return err
		}
		g, err := a.analyse(cmd.Context(), t)
		if err != nil {
			return err
		}
		if value != "" {
			values := findValues(g, value)
			if len(values) != 1 {
				return unknownValue(g, value)
			}
			opts.Value = values[0]
		}
		if module != "" {
			name, ok := inTree(g, module)
			if !ok {
				return usagef("%s is not part of the analysed tree", module)
			}
			opts.Module = name
		}
		plan := rewrite.Annotate(g, opts)
		for _, s := range plan.Skipped {
			a.say("%sleft alone: %s", place(s.At), s.Why)
		}
		if interactive {
			plan = a.choose(plan)
			write = true
		}
		if !write {
			_, _ = a.out.Write([]byte(plan.Diff()))
			if dry && !plan.Empty() {
				a.say("annotations are not complete and true: 'nixsink annotate -w' writes them")
				return errFailed
			}
			return nil
		}
		if plan.Empty() {
			a.say("nothing to change")
			return nil
		}
		a.writing.Lock()
		defer a.writing.Unlock()
		if err := plan.Apply(); err != nil {
			return err
		}
		count := plan.Count()
		where := plan.Names()
		if n := len(plan.Files); n > 3 {
			where = fmt.Sprintf("%d files", n)
		}
		a.say("wrote %s: %d missing, %d wrong, %d stale", where, count[rewrite.Missing], count[rewrite.Wrong], count[rewrite.Stale])
		return nil
	}
	a.tree.add(cmd.Flags())
	f := cmd.Flags()
	f.BoolVarP(&write, "write", "w", false, "write the changes")
	f.BoolVar(&dry, "check", false, "exit with 1 if something would change")
	f.BoolVarP(&interactive, "interactive", "i", false, "ask about each change, then write those that were accepted")
	f.StringSliceVar(&only, "only", nil, "only changes of this `kind`: "+strings.Join(kinds, ", "))
	f.StringVar(&value, "value", "", "only annotations of this `id` or value")
	f.StringVar(&module, "module", "", "only in this `file` or folder")
	f.BoolVar(&prefix, "prefix-prose", false, "put the options in front of a sink's prose instead of leaving the line alone")
	must(cmd.RegisterFlagCompletionFunc("only", cobra.FixedCompletions(kinds, cobra.ShellCompDirectiveNoFileComp)))
	return cmd
}

// choose asks about each change of a plan. The end of input is a no to all that is left.
func (a *app) choose(plan *rewrite.Plan) *rewrite.Plan {
	in := bufio.NewScanner(a.in)
	all, none := false, false
	return plan.Select(func(c rewrite.Change) bool {
		if all || none {
			return all
		}
		fmt.Fprintf(a.err, "%s:%d: %s (%s)\n%s\n", c.File, c.Line, c.Why, c.Kind, strings.TrimRight(c.New, "\n"))
		for {
			fmt.Fprint(a.err, "change this? [y]es, [n]o, [a]ll that follow, [q]uit: ")
			if !in.Scan() {
				none = true
				return false
			}
			switch strings.ToLower(strings.TrimSpace(in.Text())) {
			case "y", "yes":
				return true
			case "n", "no", "":
				return false
			case "a", "all":
				all = true
				return true
			case "q", "quit":
				none = true
				return false
			}
		}
	})
}
