package cli

import (
	"github.com/spf13/cobra"

	"nixsink/graph"
	"nixsink/render"
)

// newSecrets is the command that lists secrets.
func newSecrets(a *app) *cobra.Command {
	return a.lists(&cobra.Command{
		Use:   "secrets [PATH]",
		Short: "List the secrets: who brings them, who reads them, and what goes around",
		Long: `Secrets lists what sops-nix, agenix, vaultix, clan, colmena and opnix bring onto the machines: from which file, for whom, on which hosts, and each option, unit
and user that it goes to, as far as the text tells. Ways by which contents come into the Nix store are told as such; 'nixsink check' explains them. Nothing is decrypted, and no
secret's text is shown.`,
		Example: `  nixsink secrets
  nixsink secrets --format markdown=secrets.md`,
	}, func(g *graph.Graph, t *tree) listing { return render.NewSecrets(g, t.cfg.Check) })
}
