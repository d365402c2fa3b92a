package cli

import (
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"nixsink/render"
)

// newImpact is the command that tells what a change affects.
func newImpact(a *app) *cobra.Command {
	var out outputFlags
	cmd := &cobra.Command{
		Use:   "impact FILE|ID...",
		Short: "Tell what is affected when files or values change",
		Long: `Impact lists the values that files declare or set, the modules that read them, and the options that may change in
consequence. A folder stands for the files in it. Values can be named as well, by id or path. With - the names are read from
standard input as git writes them: one a line, quoted where it quotes them, or -z. Names that are no part of the analysed tree, and
files that are deleted, are passed over and counted on standard error; what neither is nor was there is an error.`,
		Example: `  nixsink impact 00-core/ports.nix
  nixsink impact CFG.ports.ssh CFG.identity.domain
  git diff --name-only main | nixsink impact -`,
		Args:              between(1, -1, "a FILE or ID"),
		ValidArgsFunction: a.completeValue,
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		outs, err := outputs(out.formats, out.file, questionFormats, questionGuess, "text")
		if err != nil {
			return err
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
		return a.emit(outs, func(o outFile, w io.Writer) error {
			if o.format == "json" {
				return impact.JSON(w)
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
	out.add(cmd, questionFormats, "write this format, as `NAME[=FILE]` (repeatable): text, json")
	return cmd
}
