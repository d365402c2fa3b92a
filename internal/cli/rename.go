package cli

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"nixsink/graph"
	"nixsink/internal/rewrite"
)

// newRename is the command that gives an id another name.
func newRename(a *app) *cobra.Command {
	var write, dry, asJSON bool
	cmd := &cobra.Command{
		Use:   "rename-id OLD NEW [PATH]",
		Short: "Rename an id in annotations, headers, Markdown pages and the configuration file",
		Long: `Rename-id shows as a unified diff what is to be done to rename an id everywhere below PATH: in annotations and headers of Nix files,
in Markdown pages, in the configuration file and the baseline. With -w it is written, in all files or in none. Files with syntax errors and generated ones are
left alone.`,
		Example: `  nixsink rename-id CFG.ports.ssh CFG.ports.sshd
  nixsink rename-id -w CFG.ports.ssh CFG.ports.sshd`,
		Args:              between(2, 3, "an OLD and a NEW id and at most one PATH"),
		ValidArgsFunction: a.completeValue,
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		from, to, path := args[0], args[1], ""
		if len(args) == 3 {
			path = args[2]
		}
		if dry && write {
			return usagef("--dry-run writes nothing: it does not go with -w")
		}
		if fault := rewrite.ValidID(to); fault != "" {
			return usagef("%s", fault)
		}
		if from == to {
			return usagef("the ids are the same")
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
		// Two values under one name could never be told apart again.
		for _, v := range g.Values {
			if slices.ContainsFunc(v.IDs, func(id graph.ID) bool { return id.Name == to }) {
				return usagef("%s is the id of %s already", to, v.Path)
			}
		}
		others, outside := t.written(g)
		if outside {
			a.say("%s lies outside of %s and is left alone", display(t.cfg.Path), t.dir)
		}
		plan, err := rewrite.Rename(g, from, to, others...)
		if err != nil {
			return err
		}
		a.tellSkipped(plan)
		if plan.Empty() {
			return usagef("%s is written nowhere%s", from, didYouMean(from, valueNames(g)))
		}
		a.tellUnbound(g, from, to)
		return a.change(plan, g, writing{write: write, quiet: true, json: asJSON})
	}
	a.tree.add(cmd.Flags())
	cmd.Flags().BoolVarP(&write, "write", "w", false, "write the changes")
	cmd.Flags().BoolVarP(&dry, "dry-run", "n", false, "show the diff and write nothing, as without -w")
	jsonFlag(cmd, &asJSON, "write JSON instead of a diff: each change with its place and why")
	return cmd
}

// written are files beside Nix code and pages that ids stand in, relative to the tree: the configuration file, unless it lies outside, and the baseline.
func (t *tree) written(g *graph.Graph) (files []string, outside bool) {
	if t.cfg.Path != "" {
		if rel, err := filepath.Rel(g.Dir, t.cfg.Path); err == nil && filepath.IsLocal(rel) {
			files = append(files, filepath.ToSlash(rel))
		} else {
			outside = true
		}
	}
	if _, err := os.Stat(filepath.Join(t.dir, baselineName)); err == nil {
		files = append(files, baselineName)
	}
	return files, outside
}

// tellUnbound warns where only a rule knew what the old id means, and the new one means nothing by it.
func (a *app) tellUnbound(g *graph.Graph, from, to string) {
	for _, v := range g.Values {
		for _, id := range v.IDs {
			if id.Name != from || id.Evidence != "rule" {
				continue
			}
			bare := *v
			bare.IDs = nil
			if g.SuggestID(&bare) != to && v.Path != to {
				a.say("%s means %s by a rewrite rule only, and %s does not: write `# source-id: %s` at its declaration, or an alias in the configuration file", from, v.Path, to, to)
			}
		}
	}
}
