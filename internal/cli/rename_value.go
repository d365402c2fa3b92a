package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"nixsink/graph"
	"nixsink/internal/rename"
	"nixsink/internal/rewrite"
)

// newRenameValue is the command that gives a value another name, in the code.
func newRenameValue(a *app) *cobra.Command {
	var write, alias bool
	cmd := &cobra.Command{
		Use:   "rename VALUE NEW [PATH]",
		Short: "Rename a central value in the code: declaration, definitions and reads, annotations and pages",
		Long: `Rename gives a value another name, in its group or in another one, everywhere: its declaration and definitions; its reads, direct, through aliases,
inherit, with and guards; ids in annotations; Markdown pages and the configuration file. In another group, declaration and definitions leave the sets that they
stand in, and what reads the value by an alias of its group reads it from where that comes from. It shows a diff, and writes with -w: all files or none.

It refuses, and names each place, where it cannot be certain: a registry, names that are computed, a group that is read as a whole or of which nothing would be
left, an alias that does not say where it comes from, code that does not parse. Before anything is shown the tree is analysed as it would be. Unless the value
has its new name, and nothing else is different (each read, each way to an option, each definition), it is not done. With --alias the old name goes on being
read, by mkRenamedOptionModule beside the declaration.`,
		Example: `  nixsink rename my.ports.ssh my.ports.sshd
  nixsink rename my.ports.ssh my.net.sshPort
  nixsink rename -w --alias my.ports.ssh sshd`,
		Args:              between(2, 3, "a VALUE, a NEW name and at most one PATH"),
		ValidArgsFunction: a.completeValue,
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		path := ""
		if len(args) == 3 {
			path = args[2]
		}
		t, err := a.locate(cmd, path)
		if err != nil {
			return err
		}
		if write {
			if err := a.finish(t); err != nil {
				return err
			}
		}
		g, err := a.analyse(cmd.Context(), t)
		if err != nil {
			return err
		}
		v := g.Lookup(args[0])
		if v == nil {
			return unknownValue(g, args[0])
		}
		name, err := rename.Path(v, args[1])
		if err != nil {
			return usagef("%v", err)
		}
		others, _ := t.written(g)
		r, err := rename.Value(g, v, name, alias, others, func(texts map[string]string) (*graph.Graph, error) { return a.asIf(cmd.Context(), t, g, texts) })
		if err != nil {
			return err
		}
		plan, then := r.Plan, r.Then
		a.tellSkipped(plan)
		if left := rewrite.Mentions(then, v.Path); len(left) > 0 && !alias {
			places := "1 place"
			if len(left) > 1 {
				places = fmt.Sprintf("%d places", len(left))
			}
			a.say("%s still stands in text in %s: %s", v.Path, places, strings.TrimSuffix(place(left[0]), ": "))
		}
		return a.change(plan, g, writing{write: write, quiet: true})
	}
	a.tree.add(cmd.Flags())
	cmd.Flags().BoolVarP(&write, "write", "w", false, "write the files")
	cmd.Flags().BoolVar(&alias, "alias", false, "leave the old name as an alias (mkRenamedOptionModule)")
	return cmd
}
