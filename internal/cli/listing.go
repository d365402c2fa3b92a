package cli

import (
	"io"

	"github.com/spf13/cobra"

	"nixsink/graph"
	"nixsink/render"
)

var listingFormats = []string{"text", "markdown", "json"}

// A listing answers one question about a tree, for a terminal, as a page, or for programs.
type listing interface {
	Text(w io.Writer, o render.Options) error
	Markdown(w io.Writer, o render.Options) error
	JSON(w io.Writer) error
}

// lists makes a command of what makes a listing.
func (a *app) lists(cmd *cobra.Command, list func(g *graph.Graph, t *tree) listing) *cobra.Command {
	var out outputFlags
	cmd.Args = between(0, 1, "at most one PATH")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		outs, err := outputs(out.asked(), out.file, listingFormats, func(ext string) string {
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
		all := list(g, t)
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
	out.add(cmd, listingFormats, "write this format, as `NAME[=FILE]` (repeatable): text, markdown, json")
	return cmd
}
