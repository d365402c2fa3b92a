package cli

import (
	"github.com/spf13/cobra"

	"nixsink/graph"
	"nixsink/render"
)

// newExposure is the command that tells what can be reached from where.
func newExposure(a *app) *cobra.Command {
	return a.lists(&cobra.Command{
		Use:   "exposure [PATH]",
		Short: "List what can be reached from where: ports, services, names, by host",
		Long: `Exposure lists for every NixOS machine which ports can be reached from anywhere, from one network interface, from a VPN or from the machine itself only, which
services answer there, and by which names proxies lead on, as far as the text tells. It counts what the firewall lets in, what services open themselves, also by default, what containers publish past
the firewall, and tunnels; a service that listens on 127.0.0.1 is reached by nobody else whatever is let in. What it cannot know is listed: rules written by hand, numbers that are
computed, conditions. Whether the world reaches a machine at all is for its router and its address to say.`,
		Example: `  nixsink exposure
  nixsink exposure --host tower --format markdown=exposure.md`,
	}, func(g *graph.Graph, t *tree) listing { return render.NewExposure(g, t.cfg.Check) })
}
