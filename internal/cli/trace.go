package cli

import (
	"context"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"nixsink/graph"
	"nixsink/internal/escape"
	"nixsink/render"
)

// questionFormats are the formats of commands that answer a question rather than draw.
var questionFormats = []string{"text", "json"}

func questionGuess(ext string) string {
	return map[string]string{".txt": "text", ".json": "json"}[ext]
}

// newTrace is the command that follows one value.
func newTrace(a *app) *cobra.Command {
	var out outputFlags
	var why, to string
	cmd := &cobra.Command{
		Use:   "trace ID|VALUE|GLOB [PATH]",
		Short: "Follow one value: where it comes from, who reads it, where it ends up",
		Long: `Trace shows one value, named by its id (CFG.ports.ssh) or its path (my.ports.ssh): where it is declared and set, what its
default is made of, which modules read it, and as a tree which options it ends up in, each with the kind of flow:

    data      it is part of what is defined
    key       it is in the name of an attribute
    control   mkIf, if, optional or assert decide with it
    default   it gets there through another option's default

A glob (CFG.ports.*) or a namespace (CFG.ports) means all values in it: each has a line, and the options that they end up in are told together.

With --why the way to one option is told step by step; --to asks the reverse: which values decide this option?`,
		Example: `  nixsink trace CFG.ports.ssh
  nixsink trace CFG.ports.ssh --why services.openssh.ports
  nixsink trace 'CFG.ports.*'
  nixsink trace --to networking.firewall.allowedTCPPorts`,
		Args: func(cmd *cobra.Command, args []string) error {
			if to != "" {
				if len(args) > 1 {
					return &usageError{msg: "trace --to OPTION takes no ID: it asks for all values that decide the option", help: cmd.CommandPath()}
				}
				return nil
			}
			return between(1, 2, "an ID, VALUE or GLOB and at most one PATH")(cmd, args)
		},
		ValidArgsFunction: a.completeValue,
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if to != "" && why != "" {
			return usagef("--why and --to ask different things: give one of them")
		}
		outs, err := outputs(out.asked(), out.file, questionFormats, questionGuess, "text")
		if err != nil {
			return err
		}
		name, path := first(args), ""
		switch {
		case to != "":
			name, path = "", first(args)
		case len(args) == 2:
			path = args[1]
		}
		t, err := a.locate(cmd, path)
		if err != nil {
			return err
		}
		g, err := a.analyse(cmd.Context(), t)
		if err != nil {
			return err
		}
		if to != "" {
			return a.traceTo(outs, g, to)
		}
		values := findValues(g, name)
		if len(values) == 0 {
			// Not one value, but perhaps what several have in common.
			if values, err = render.Group(g, name); err != nil {
				return err
			}
		}
		switch {
		case len(values) == 0:
			return unknownValue(g, name)
		case len(values) > 1 && why != "":
			var paths []string
			for _, v := range values[:min(len(values), 8)] {
				paths = append(paths, v.Path)
			}
			return usagef("--why asks for the way of one value, and %q means %d: %s; name one by its path", name, len(values), strings.Join(paths, ", "))
		case len(values) > 1:
			group := render.NewGroupTrace(g, name, values)
			return a.emit(outs, func(o outFile, w io.Writer) error {
				if o.format == "json" {
					return group.JSON(w)
				}
				return group.Text(w, a.looks(o))
			})
		}
		if why != "" {
			return a.traceWhy(outs, g, values[0], why)
		}
		trace := render.NewTrace(g, values[0])
		return a.emit(outs, func(o outFile, w io.Writer) error {
			if o.format == "json" {
				return trace.JSON(w)
			}
			return trace.Text(w, a.looks(o))
		})
	}
	a.tree.add(cmd.Flags())
	a.tree.addHosts(cmd.Flags())
	out.add(cmd, questionFormats, "write this format, as `NAME[=FILE]` (repeatable): text, json")
	cmd.Flags().StringVar(&why, "why", "", "tell the way from the value to this `option` step by step")
	cmd.Flags().StringVar(&to, "to", "", "ask the reverse: which values decide this `option`?")
	return cmd
}

// looks are the render options of an output of a question.
func (a *app) looks(o outFile) render.Options {
	if o.file != "" {
		return render.Options{}
	}
	return render.Options{Color: a.wantsColor(), Width: a.width()}
}

func (a *app) traceWhy(outs []outFile, g *graph.Graph, v *graph.Value, option string) error {
	option = strings.TrimPrefix(option, "config.")
	if len(render.Ways(g, v, option)) == 0 && !knowsOption(g, option) {
		return unknownOption(g, option)
	}
	return a.emit(outs, func(o outFile, w io.Writer) error {
		if o.format == "json" {
			return render.WaysJSON(w, g, v, option)
		}
		return render.WhyText(w, g, v, option, a.looks(o))
	})
}

func (a *app) traceTo(outs []outFile, g *graph.Graph, option string) error {
	option = strings.TrimPrefix(option, "config.")
	// A central value may be asked for by its id here too: it can be decided by others.
	if vs := findValues(g, option); len(vs) == 1 {
		option = vs[0].Path
	}
	if len(render.Deciders(g, option)) == 0 && !knowsOption(g, option) {
		return unknownOption(g, option)
	}
	return a.emit(outs, func(o outFile, w io.Writer) error {
		if o.format == "json" {
			return render.WaysJSON(w, g, nil, option)
		}
		return render.ToText(w, g, option, a.looks(o))
	})
}

// knowsOption reports whether the tree defines an option, or one below it.
func knowsOption(g *graph.Graph, option string) bool {
	return len(findValues(g, option)) > 0 || slices.ContainsFunc(optionNames(g), func(o string) bool {
		return o == option || strings.HasPrefix(o, option+".")
	})
}

func unknownOption(g *graph.Graph, option string) error {
	return usagef("the tree defines no option %q%s", option, didYouMean(option, slices.Concat(optionNames(g), valueNames(g))))
}

// completeValue completes ids and paths of values. Analysing takes milliseconds; whatever goes wrong just completes nothing.
func (a *app) completeValue(cmd *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveFilterDirs
	}
	t, err := a.locate(cmd, "")
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ctx := cmd.Context()
	if ctx == nil {
		ctx = context.Background()
	}
	opts := t.opts
	opts.Names = true
	g, err := graph.Analyze(ctx, t.dir, opts)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var out []string
	for _, name := range valueNames(g) {
		// A name that a shell could take for more than a word is left for people to write.
		if strings.HasPrefix(strings.ToLower(name), strings.ToLower(prefix)) && escape.Terminal(name) == name && !strings.ContainsAny(name, "$`\\;&|<>()!") {
			out = append(out, name)
		}
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}
