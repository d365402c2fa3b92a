package cli

import (
	"io"

	"github.com/spf13/cobra"

	"nixsink/render"
)

var exposureFormats = []string{"text", "markdown", "json"}

// newExposure is the command that tells what can be reached from where.
func newExposure(a *app) *cobra.Command {
	var out outputFlags
	cmd := &cobra.Command{
		Use:   "exposure [PATH]",
		Short: "List what can be reached from where: ports, services, names, by host",
		Long: `Exposure lists for every NixOS machine which ports can be reached from anywhere, from one network interface, from a VPN or from the machine itself only, which
services answer there, and by which names proxies lead on, as far as the text tells. It counts what the firewall lets in, what services open themselves, also by default, what containers publish past
the firewall, and tunnels; a service that listens on 127.0.0.1 is reached by nobody else whatever is let in. What it cannot know is listed: rules written by hand, numbers that are
computed, conditions. Whether the world reaches a machine at all is for its router and its address to say.`,
		Example: `  nixsink exposure
  nixsink exposure --host tower --format markdown=exposure.md`,
		Args: between(0, 1, "at most one PATH"),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		outs, err := outputs(out.asked(), out.file, exposureFormats, func(ext string) string {
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
		all := render.NewExposure(g, t.cfg.Check)
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
	out.add(cmd, exposureFormats, "write this format, as `NAME[=FILE]` (repeatable): text, markdown, json")
	return cmd
}
