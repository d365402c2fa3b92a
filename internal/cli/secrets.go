package cli

import (
	"io"

	"github.com/spf13/cobra"

	"nixsink/render"
)

var secretsFormats = []string{"text", "markdown", "json"}

// newSecrets is the command that lists secrets.
func newSecrets(a *app) *cobra.Command {
	var out outputFlags
	cmd := &cobra.Command{
		Use:   "secrets [PATH]",
		Short: "List the secrets: who brings them, who reads them, and what goes around",
		Long: `Secrets lists what sops-nix, agenix, vaultix, clan, colmena and opnix bring onto the machines: from which file, for whom, on which hosts, and each option, unit
and user that it goes to, as far as the text tells. Ways by which contents come into the Nix store are told as such; 'nixsink check' explains them. Nothing is decrypted, and no
secret's text is shown.`,
		Example: `  nixsink secrets
  nixsink secrets --format markdown=secrets.md`,
		Args: between(0, 1, "at most one PATH"),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		outs, err := outputs(out.asked(), out.file, secretsFormats, func(ext string) string {
			if ext == ".md" {
				return "markdown"
			}
			return questionGuess(ext)
		}, "text")
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
		all := render.NewSecrets(g, t.cfg.Check)
		return a.emit(outs, func(o outFile, w io.Writer) error {
			switch o.format {
			case "json":
				return all.JSON(w)
			case "markdown":
				return all.Markdown(w, t.options(a.looks(o)))
			}
			return all.Text(w, a.looks(o))
		})
	}
	a.tree.add(cmd.Flags())
	a.tree.addHosts(cmd.Flags())
	out.add(cmd, secretsFormats, "write this format, as `NAME[=FILE]` (repeatable): text, markdown, json")
	return cmd
}
