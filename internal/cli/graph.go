package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"nixsink/graph"
	"nixsink/render"
)

// newGraph is the command of pictures and of the graph's data.
func newGraph(a *app) *cobra.Command {
	var out outputFlags
	var opts render.Options
	var base string
	var formats strings.Builder
	for _, f := range render.Formats {
		fmt.Fprintf(&formats, "    %-10s %s\n", f.Name, f.Help)
	}
	var views strings.Builder
	for _, v := range render.Views {
		fmt.Fprintf(&views, "    %-10s %s\n", v.Name, v.Help)
	}
	cmd := &cobra.Command{
		Use:   "graph [PATH]",
		Short: "Draw the graph, or write its data",
		Long: "Graph writes the graph of values, modules and options as a picture or as data, in several formats at once if asked.\n\n" +
			"Formats:\n\n" + formats.String() + "\nViews:\n\n" + views.String() +
			"\nWith --diff the picture shows two states, the revision and the working tree: what is new is green and +, what is gone red, dashed and −, what is\n" +
			"different amber, dotted and ~. The overview and the layers are shown whole, of other views what differs and what it is joined to.\n" +
			"\nA picture with nothing in it is not written: the status is 2, and the message says why it is empty.",
		Example: `  nixsink graph -o values.svg                     a picture
  nixsink graph --format json=g.json --format svg=g.svg
  nixsink graph --view sinks --focus CFG.ports.ssh -o ssh.svg
  nixsink graph --view layers --format mermaid    for a README
  nixsink graph --diff main --view sinks -o change.svg  what differs from main`,
		Args: between(0, 1, "at most one PATH"),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if cmd.Flags().Changed("diff") {
			return a.drawDifference(cmd, first(args), base, out, opts)
		}
		return a.render(cmd, first(args), out, opts, "dot")
	}
	cmd.Flags().StringVar(&base, "diff", "", "draw how this git `revision` and the working tree differ")
	a.tree.add(cmd.Flags())
	a.tree.addHosts(cmd.Flags())
	out.add(cmd, renderFormats(), formatHelp("dot"))
	lookFlags(cmd.Flags(), &opts)
	cmd.Flags().BoolVar(&opts.AllFlows, "flows", false, "json: list every flow, however many (otherwise only up to 100,000)")
	viewFlags(cmd, &opts)
	return cmd
}

// drawDifference draws two states of the tree in one picture.
func (a *app) drawDifference(cmd *cobra.Command, path, base string, flags outputFlags, opts render.Options) error {
	if base == "" {
		return usagef("--diff is empty: name the revision to compare with, such as main")
	}
	outs, err := outputs(flags.asked(), flags.file, renderFormats(), renderGuess, "svg")
	if err != nil {
		return err
	}
	for _, o := range outs {
		if f, _ := render.Lookup(o.format); !f.Picture {
			return usagef("--diff draws pictures; 'nixsink diff %s --format %s' tells the difference as text", shellWord(base), o.format)
		}
	}
	if err := opts.Check(); err != nil {
		return err
	}
	t, err := a.locate(cmd, path)
	if err != nil {
		return err
	}
	if len(t.opts.Hosts) > 0 {
		return usagef("--diff compares all hosts: it does not go with --host")
	}
	c, err := a.diff(cmd.Context(), t, []string{base}, false)
	if err != nil {
		return err
	}
	opts = t.options(opts)
	opts.Base, opts.Findings = c, shown(c.Now.Report)
	for _, name := range slices.Concat(opts.Focus, opts.Highlight) {
		if !knows(c.Now.Graph, name) && !knows(c.Then.Graph, name) {
			return unknownName(c.Now.Graph, name)
		}
	}
	outs, empty, err := drawable(outs, c.Now.Graph, opts)
	if err != nil {
		return err
	}
	if err := a.emit(outs, func(o outFile, w io.Writer) error {
		f, _ := render.Lookup(o.format)
		return f.Write(cmd.Context(), w, c.Now.Graph, opts)
	}); err != nil {
		return err
	}
	if c.Then.Graph.Source.Incomplete || c.Now.Graph.Source.Incomplete {
		return errIncomplete
	}
	return empty
}

// drawable leaves out the pictures that would have nothing in them, and says so as an error: an empty picture that looks like success is
// committed, and nobody notices. What is not a picture is written all the same.
func drawable(outs []outFile, g *graph.Graph, opts render.Options) (left []outFile, empty, err error) {
	why := ""
	for _, o := range outs {
		f, _ := render.Lookup(o.format)
		if f.Picture && why == "" {
			if why, err = render.Nothing(g, opts); err != nil {
				return nil, nil, err
			}
		}
		if !f.Picture || why == "" {
			left = append(left, o)
			continue
		}
		what := "no picture is written"
		if o.file != "" {
			what = "no picture is written to " + display(o.file)
		}
		say := why
		if g.Empty != "" && strings.HasPrefix(why, g.Empty) {
			say = render.Hint(g) // what the whole graph lacks has been told
		}
		if say != "" {
			what += ": " + say
		}
		empty = errors.Join(empty, errors.New(what))
	}
	return left, empty, nil
}

// viewFlags choose what a picture shows.
func viewFlags(cmd *cobra.Command, o *render.Options) {
	f := cmd.Flags()
	f.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		if name == "include" {
			name = "only"
		}
		return pflag.NormalizedName(name)
	})
	var views []string
	for _, v := range render.Views {
		views = append(views, v.Name)
	}
	f.StringVar(&o.View, "view", "", "`view` to draw: "+strings.Join(views, ", "))
	f.StringVar(&o.Layout, "layout", "", "`layout` to draw it with: flow (our own, the default) or dot (Graphviz)")
	f.StringSliceVar(&o.Focus, "focus", nil, "show only what is linked to this `id`, value, module or option (repeatable)")
	f.IntVar(&o.Depth, "depth", 0, "at most so many steps from the focus (0: all)")
	f.BoolVar(&o.Up, "up", false, "from the focus, only towards where values come from")
	f.BoolVar(&o.Down, "down", false, "from the focus, only towards where values end up")
	f.StringSliceVar(&o.Reaches, "reaches", nil, "show only what flows into this `option` (repeatable)")
	f.IntVar(&o.MinReads, "min-reads", 0, "only values with at least so many reads")
	f.IntVar(&o.Top, "top", 0, "only so many values, most read first (0: all)")
	f.StringArrayVar(&o.Collapse, "collapse", nil, "fold nodes: `folder`, layer, service, or a regular expression (repeatable)")
	f.StringSliceVar(&o.Include, "only", nil, "show only values, modules and options that match this `glob` (repeatable)")
	f.StringSliceVar(&o.Exclude, "without", nil, "leave out values, modules and options that match this `glob` (repeatable)")
	f.StringSliceVar(&o.Highlight, "highlight", nil, "bring out this `id`, value, module or option (repeatable)")
	f.IntVar(&o.MaxNodes, "max-nodes", 0, "fold a picture with more nodes (0: what fits a page, in DOT 150; -1: never)")
	f.DurationVar(&o.LayoutTime, "layout-time", 0, "give Graphviz at most so `long` (0: 20s)")
	must(cmd.RegisterFlagCompletionFunc("view", cobra.FixedCompletions(views, cobra.ShellCompDirectiveNoFileComp)))
	must(cmd.RegisterFlagCompletionFunc("layout", cobra.FixedCompletions([]string{"flow", "dot"}, cobra.ShellCompDirectiveNoFileComp)))
}
