package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"nixsink/internal/check"
)

// newExplain is the command that says what a check is about.
func newExplain(a *app) *cobra.Command {
	var names []string
	for _, c := range check.All {
		names = append(names, c.Name)
	}
	var asJSON bool
	cmd := &cobra.Command{
		Use:               "explain [CHECK]",
		Short:             "Say what a check looks for, why, and how to settle it",
		Long:              "Explain prints the documentation of a check, the same as in docs/checks.md. Without a name it lists all checks.",
		Example:           "  nixsink explain\n  nixsink explain hard-coded-copy",
		Args:              between(0, 1, "at most one CHECK"),
		ValidArgsFunction: cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp),
	}
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		type explained struct {
			Check    string         `json:"check"`
			Severity check.Severity `json:"severity"`
			Summary  string         `json:"summary"`
			Doc      string         `json:"doc"`
		}
		if len(args) == 0 && asJSON {
			var all []explained
			for _, c := range check.All {
				all = append(all, explained{c.Name, c.Default, c.Summary, strings.TrimSpace(c.Doc)})
			}
			return a.writeJSON(all)
		}
		if len(args) == 0 {
			wide := 0
			for _, n := range names {
				wide = max(wide, len(n))
			}
			for _, c := range check.All {
				fmt.Fprintf(a.out, "%-*s  %-7s  %s\n", wide, c.Name, c.Default, c.Summary)
			}
			return nil
		}
		c, ok := check.Lookup(args[0])
		if !ok {
			return usagef("no check is called %q%s", args[0], didYouMean(args[0], names))
		}
		if asJSON {
			return a.writeJSON(explained{c.Name, c.Default, c.Summary, strings.TrimSpace(c.Doc)})
		}
		fmt.Fprintf(a.out, "%s (%s): %s\n\n%s\n", c.Name, c.Default, c.Summary, strings.TrimSpace(c.Doc))
		return nil
	}
	jsonFlag(cmd, &asJSON, "write JSON: each check with its severity, summary and documentation")
	return cmd
}
