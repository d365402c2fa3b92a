package cli

import (
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"nixsink/internal/escape"
	"nixsink/render"
)

// newImpact is the command that tells what a change affects.
func newImpact(a *app) *cobra.Command {
	var out outputFlags
	var sets []string
	var hostsOnly bool
	cmd := &cobra.Command{
		Use:   "impact FILE|ID...",
		Short: "Tell what is affected when files or values change",
		Long: `Impact lists the values that files declare or set, the modules that read them, and the options that may change in
consequence. A folder stands for the files in it. Values can be named as well, by id or path. With - the names are read from
standard input as git writes them: one a line, quoted where it quotes them, or -z. Names that are no part of the analysed tree, and
files that are deleted, are passed over and counted on standard error; what neither is nor was there is an error.

With --set VALUE=TEXT it tells what would come of setting a value to something else, and writes nothing: every option, line and host that it reaches,
with the text before and after where that is known, and what else would be different. TEXT is Nix code for a number, a boolean, null, a list or a set, and
a string otherwise.`,
		Example: `  nixsink impact 00-core/ports.nix
  nixsink impact CFG.ports.ssh CFG.identity.domain
  git diff --name-only main | nixsink impact -
  nixsink impact --hosts 00-core/ports.nix
  nixsink impact --set my.configs.identity.domain=example.net`,
		Args:              between(0, -1, "a FILE or ID"),
		ValidArgsFunction: a.completeValue,
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		outs, err := outputs(out.asked(), out.file, questionFormats, questionGuess, "text")
		if err != nil {
			return err
		}
		switch {
		case len(sets) > 0 && len(args) > 0:
			return usagef("--set names the values itself: leave out %s", args[0])
		case len(sets) > 0 && hostsOnly:
			return usagef("--hosts is not for --set: its JSON has the hosts")
		case len(sets) == 0 && len(args) == 0:
			return &usageError{msg: "impact needs a FILE or ID, or --set", help: cmd.CommandPath()}
		}
		if len(sets) > 0 {
			return a.whatIf(cmd, outs, sets)
		}
		listed := slices.Equal(args, []string{"-"})
		if listed {
			if args, err = readNames(cmd.InOrStdin()); err != nil {
				return err
			}
		}
		t, err := a.locate(cmd, "")
		if err != nil {
			return err
		}
		g, err := a.analyse(cmd.Context(), t)
		if err != nil {
			return err
		}
		asked := changes{g: g, listed: listed}
		for _, name := range args {
			if err := asked.add(cmd.Context(), name); err != nil {
				return err
			}
		}
		asked.tell(a)
		files, values := asked.named()
		impact := render.NewImpact(g, files, values)
		if impact.Owners, err = a.owners(t.dir, g, append(impact.Files(), files...)); err != nil {
			return err
		}
		return a.emit(outs, func(o outFile, w io.Writer) error {
			if o.format == "json" {
				return impact.JSON(w)
			}
			if hostsOnly {
				for _, name := range g.HostsOf(impact.In) {
					fmt.Fprintln(w, escape.Terminal(name))
				}
				return nil
			}
			if len(impact.Asked) == 0 {
				fmt.Fprintln(w, "Nothing is affected: none of the files is part of the analysed tree.")
				return nil
			}
			return impact.Text(w, a.looks(o))
		})
	}
	a.tree.add(cmd.Flags())
	a.tree.addHosts(cmd.Flags())
	cmd.Flags().StringArrayVar(&sets, "set", nil, "what would come of `VALUE=TEXT` (repeatable)")
	cmd.Flags().BoolVar(&hostsOnly, "hosts", false, "print the hosts that the change reaches, one a line")
	out.add(cmd, questionFormats, "write this format, as `NAME[=FILE]` (repeatable): text, json")
	return cmd
}
