package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"nixsink/graph"
	"nixsink/internal/check"
	"nixsink/render"
)

// outputFlags say which formats are written, and where.
type outputFlags struct {
	formats []string
	file    string
	json    bool // --format json in short
}

// asked are the formats that were asked for.
func (o *outputFlags) asked() []string {
	if o.json {
		return append(o.formats, "json")
	}
	return o.formats
}

func (o *outputFlags) add(cmd *cobra.Command, names []string, help string) {
	cmd.Flags().StringArrayVarP(&o.formats, "format", "f", nil, help)
	cmd.Flags().StringVarP(&o.file, "output", "o", "", "write to this `file`, whose name tells the format if --format does not")
	if slices.Contains(names, "json") {
		cmd.Flags().BoolVar(&o.json, "json", false, "the same as --format json")
	}
	must(cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp)))
}

// newReport is the command of the critical values, the coverage table and the numbers.
func newReport(a *app, use string) *cobra.Command {
	var out outputFlags
	var opts render.Options
	cmd := &cobra.Command{
		Use:   use,
		Short: "Report the critical values, the coverage and the numbers",
		Long: `Report reads the Nix files below PATH and shows, on one screen, what its owner most likely does not know, the central
values, and what to type next. --long shows all of it: the critical values with everything that reads them, how well the comments
cover those reads, and the metrics against their benchmarks; --section shows a part of that.`,
		Example: `  nixsink report                                  one screen
  nixsink report --long                           all of it
  nixsink report --format markdown=docs/report.md as a page
  nixsink report hosts --root site                another tree, another namespace`,
		Args: between(0, 1, "at most one PATH"),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return a.render(cmd, first(args), out, opts, "text")
	}
	a.tree.add(cmd.Flags())
	a.tree.addHosts(cmd.Flags())
	out.add(cmd, renderFormats(), formatHelp("text"))
	lookFlags(cmd.Flags(), &opts)
	cmd.Flags().BoolVar(&opts.AllFlows, "flows", false, "json: list every flow, however many (otherwise only up to 100,000)")
	cmd.Flags().BoolVarP(&opts.Long, "long", "l", false, "text: every section, not only the first screen")
	cmd.Flags().StringSliceVar(&opts.Sections, "section", nil, "text: this `section` of the long report (repeatable): "+strings.Join(render.Sections, ", "))
	must(cmd.RegisterFlagCompletionFunc("section", cobra.FixedCompletions(render.Sections, cobra.ShellCompDirectiveNoFileComp)))
	return cmd
}

func formatHelp(fallback string) string {
	return "write this format, as `NAME[=FILE]` (repeatable; default: " + fallback + "): " + strings.Join(renderFormats(), ", ")
}

// lookFlags are what every format of package render understands.
func lookFlags(f *pflag.FlagSet, o *render.Options) {
	f.StringVar(&o.Title, "title", "", "call the report or picture `name`")
	f.StringVar(&o.Link, "link", "", "link source lines to this `pattern`: https://…/blob/main/{file}#L{line}")
}

// render analyses a tree and writes it in the formats of package render.
func (a *app) render(cmd *cobra.Command, path string, flags outputFlags, opts render.Options, fallback string) error {
	outs, err := outputs(flags.asked(), flags.file, renderFormats(), renderGuess, fallback)
	if err != nil {
		return err
	}
	// A mistake in the flags should not cost an analysis.
	if err := opts.Check(); err != nil {
		return err
	}
	t, err := a.locate(cmd, path)
	if err != nil {
		return err
	}
	g, findings, err := a.findings(cmd.Context(), t)
	if err != nil {
		return err
	}
	opts = t.options(opts)
	opts.Findings = findings
	opts.Path = shellWord(path)
	for _, name := range slices.Concat(opts.Focus, opts.Highlight) {
		if !knows(g, name) {
			return unknownName(g, name)
		}
	}
	outs, empty, err := drawable(outs, g, opts)
	if err != nil {
		return err
	}
	err = a.emit(outs, func(o outFile, w io.Writer) error {
		opts := opts
		if o.file == "" {
			opts.Color, opts.Width, opts.Above = a.wantsColor(), a.width(), a.told
		}
		f, _ := render.Lookup(o.format)
		return f.Write(cmd.Context(), w, g, opts)
	})
	if err != nil {
		return err
	}
	return empty
}

// options fills in what the configuration file says of looks.
func (t *tree) options(o render.Options) render.Options {
	if o.Link == "" {
		o.Link = t.cfg.Link
	}
	if o.Title == "" {
		o.Title = t.cfg.Title
	}
	o.Checks = t.cfg.Check
	b := t.cfg.Benchmarks
	o.Benchmarks = render.Benchmarks{
		Lines: b.Lines.Int(), Modules: b.Modules.Int(), LongestModule: b.LongestModule.Int(),
		Documentation: b.Documentation.Float(), SourceID: b.SourceID.Float(),
	}
	return o
}

// findings analyses a tree and runs the checks over it, in the shape that package render shows.
func (a *app) findings(ctx context.Context, t *tree) (*graph.Graph, []render.Finding, error) {
	g, report, err := a.checked(ctx, t)
	if err != nil {
		return nil, nil, err
	}
	return g, shown(report), nil
}

// checked analyses a tree and runs the checks over it.
func (a *app) checked(ctx context.Context, t *tree) (*graph.Graph, check.Report, error) {
	g, err := a.analyse(ctx, t)
	if err != nil {
		return nil, check.Report{}, err
	}
	report, err := a.runChecks(ctx, g, t)
	if err != nil {
		return nil, check.Report{}, t.configError(err)
	}
	return g, report, nil
}

// shown are the findings that are not waived, in the shape that package render shows.
func shown(report check.Report) []render.Finding {
	out := []render.Finding{} // not nil: the checks were made
	for _, f := range report.Findings {
		if f.Waived {
			continue
		}
		r := render.Finding{
			Check: f.Check, Severity: f.Severity.String(), Message: f.Message, Value: f.Value, Depends: f.Depends,
			File: f.At.File, Line: f.At.Line, Column: f.At.Column, EndLine: f.At.EndLine, EndColumn: f.At.EndColumn,
		}
		for _, rel := range f.Related {
			r.Related = append(r.Related, render.Related{File: rel.At.File, Line: rel.At.Line, Column: rel.At.Column, Message: rel.Message})
		}
		for _, fix := range f.Fixes {
			rf := render.Fix{Message: fix.Message}
			for _, e := range fix.Edits {
				rf.Edits = append(rf.Edits, render.Edit{File: e.At.File, Start: int(e.At.Span.Start), End: int(e.At.Span.End), Text: e.New})
			}
			r.Fixes = append(r.Fixes, rf)
		}
		out = append(out, r)
	}
	return out
}

// configError names the file that a fault of the checks' configuration stands in.
func (t *tree) configError(err error) error {
	if t.cfg.Path == "" {
		return err
	}
	return fmt.Errorf("%s: %w", display(t.cfg.Path), err)
}

func renderFormats() []string {
	var names []string
	for _, f := range render.Formats {
		names = append(names, f.Name)
	}
	return names
}

// renderGuess is the format of a file name's extension, "" if there is none.
func renderGuess(ext string) string {
	if ext == "" {
		return ""
	}
	if f, ok := render.Lookup(ext); ok {
		return f.Name
	}
	return ""
}

// shellWord is a word as a shell takes it; "" stays nothing.
func shellWord(s string) string {
	if s == "" || !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+:@%", r))
	}) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
