package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"nixsink/graph"
	"nixsink/internal/change"
	"nixsink/internal/rewrite"
)

// newRenameValue is the command that gives a value another name, in the code.
func newRenameValue(a *app) *cobra.Command {
	var write, alias bool
	cmd := &cobra.Command{
		Use:   "rename VALUE NEW [PATH]",
		Short: "Rename a central value in the code: declaration, definitions and reads, annotations and pages",
		Long: `Rename gives a value another name in its group, everywhere: its declaration and definitions; its reads, direct, through aliases, inherit, with
and guards; ids in annotations; Markdown pages and the configuration file. It shows a diff, and writes with -w: all files or none.

It refuses, and names each place, where it cannot be certain: a registry, names that are computed, code that does not parse. Before
anything is shown the tree is analysed as it would be. Unless the value has its new name, and nothing else is different (each read, each way to
an option, each definition), it is not done. With --alias the old name goes on being read, by mkRenamedOptionModule beside the declaration.`,
		Example: `  nixsink rename my.ports.ssh my.ports.sshd
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
		name, err := newNameOf(v, args[1])
		if err != nil {
			return err
		}
		plan, err := rewrite.RenameValue(g, v, name, alias)
		if err != nil {
			return err
		}
		old := v.Segments[len(v.Segments)-1]
		renamed := strings.TrimSuffix(v.Path, old) + name
		// Ids that are called after it go along, and pages that name it.
		names := [][2]string{{v.Path, renamed}}
		for _, id := range v.IDs {
			if rest, ok := strings.CutSuffix(id.Name, "."+old); ok && id.Name != v.Path {
				names = append(names, [2]string{id.Name, rest + "." + name})
			}
		}
		others, _ := t.written(g)
		for _, n := range names {
			ids, err := rewrite.Rename(g, n[0], n[1], others...)
			if err != nil {
				return err
			}
			plan.With(ids)
		}
		then, err := a.asIf(cmd.Context(), t, g, plan.Texts())
		if err != nil {
			return err
		}
		if why := otherThanRenamed(g, then, v.Path, renamed, alias); why != "" {
			return fmt.Errorf("%s cannot be renamed with certainty: afterwards %s", v.Path, why)
		}
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

// newNameOf is the last name that a value gets: NEW is that, or a path in the same group.
func newNameOf(v *graph.Value, to string) (string, error) {
	segs := graph.SplitPath(strings.TrimPrefix(to, "config."))
	name := segs[len(segs)-1]
	group := v.Segments[:len(v.Segments)-1]
	if len(segs) > 1 && !slices.Equal(segs[:len(segs)-1], group) {
		return "", usagef("%s is in another group than %s: a value gets another name in its group only, so far", to, v.Path)
	}
	if name == v.Segments[len(v.Segments)-1] {
		return "", usagef("it is called that already")
	}
	return name, nil
}

// otherThanRenamed says what is different beside the name; "" if nothing is.
func otherThanRenamed(g, then *graph.Graph, from, to string, alias bool) string {
	c := change.Make(change.Side{Graph: g}, change.Side{Graph: then}, change.Files{Renamed: map[string]string{from: to}})
	found := false
	for _, v := range c.Values {
		switch {
		case v.How == change.Renamed && v.Was == from && v.Path == to && len(v.Facts) == 0:
			found = true
		case alias && (v.Path == from || v.Path == to):
			found = found || v.Path == to // the old path is there still
		default:
			return fmt.Sprintf("%s would be %s", v.Path, v.How)
		}
	}
	for _, p := range then.Problems {
		if p.Kind == "syntax" {
			return place(p.At) + p.Msg
		}
	}
	switch {
	case alias && !found:
		return to + " is not found"
	case alias:
		return ""
	case !found:
		return to + " is not found to be what " + from + " was"
	case len(c.Readers) > 0:
		return fmt.Sprintf("%s would be read otherwise (%s)", c.Readers[0].Value, strings.TrimSuffix(place(c.Readers[0].At), ": "))
	case len(c.Flows) > 0:
		return fmt.Sprintf("the flow %s → %s would be %s", c.Flows[0].From, c.Flows[0].To, c.Flows[0].How)
	case len(c.Definitions) > 0:
		return fmt.Sprintf("the definition of %s would be %s (%s)", c.Definitions[0].Option, c.Definitions[0].How, strings.TrimSuffix(place(c.Definitions[0].At), ": "))
	case len(c.Unresolved) > 0:
		return fmt.Sprintf("%s would be %s as unresolved", c.Unresolved[0].Path, c.Unresolved[0].How)
	case len(c.Hosts) > 0:
		return c.Hosts[0].Name + " would have other modules"
	}
	return ""
}
