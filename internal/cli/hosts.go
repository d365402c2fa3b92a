package cli

import (
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"nixsink/render"
)

// newHosts is the command that lists the configurations.
func newHosts(a *app) *cobra.Command {
	var out outputFlags
	cmd := &cobra.Command{
		Use:   "hosts [PATH]",
		Short: "List hosts, homes and other configurations, and what sets each apart",
		Long: `Hosts lists the configurations that the tree makes: hosts, homes by themselves, nodes of tests, what is within each, and what stands for
modules that no configuration takes. Each is told with its class, the number of its modules, and the central values that are set in it and not in all hosts.

Their names, or the last parts of them, are what --host takes.`,
		Example: `  nixsink hosts
  nixsink hosts --format json
  nixsink report --host web`,
		Args: between(0, 1, "at most one PATH"),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		outs, err := outputs(out.asked(), out.file, questionFormats, questionGuess, "text")
		if err != nil {
			return err
		}
		t, err := a.locate(cmd, first(args))
		if err != nil {
			return err
		}
		g, err := a.analyse(cmd.Context(), t)
		if err != nil {
			return err
		}
		return a.emit(outs, func(o outFile, w io.Writer) error {
			if o.format == "json" {
				return render.HostsJSON(w, g)
			}
			return render.HostsText(w, g, a.looks(o))
		})
	}
	a.tree.add(cmd.Flags())
	out.add(cmd, questionFormats, "write this format, as `NAME[=FILE]` (repeatable): text, json")
	return cmd
}

// hostNames are the names of configurations, and the last parts of them, for suggestions.
func hostNames(names []string) []string {
	out := slices.Clone(names)
	for _, n := range names {
		if i := strings.LastIndexByte(n, '.'); i >= 0 && !strings.ContainsAny(n, "/ ") {
			out = append(out, n[i+1:])
		}
	}
	return out
}
