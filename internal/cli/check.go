package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"nixsink/graph"
	"nixsink/internal/budget"
	"nixsink/internal/check"
	"nixsink/internal/check/output"
	"nixsink/internal/check/revision"
	"nixsink/internal/docs"
	"nixsink/internal/door"
)

// newCheck is the gate.
func newCheck(a *app) *cobra.Command {
	var out outputFlags
	var baseline, since, link, prefix, least string
	var ratchet, repair, write, all, fetch bool
	var formats strings.Builder
	for _, f := range output.Formats {
		fmt.Fprintf(&formats, "\n    %-10s  %s", f.Name, f.Summary)
	}
	cmd := &cobra.Command{
		Use:   "check [PATH]",
		Short: "Report findings, and fail if a gate fails",
		Long: `Check runs every check over the tree below PATH and holds the result against the gates of the configuration file: thresholds
for coverage and size, and the severity from which findings fail. It exits with 1 if a gate failed, and with 2 if no verdict is
possible because a file could not be read or parsed.

Findings that a baseline knows fail nothing: the file of --baseline, else ` + baselineName + ` in PATH, if there is one; with --ratchet, no coverage may fall below the one written there.
With --changed-since, only findings that the revision did not have fail.

Formats:
` + formats.String(),
		Example: `  nixsink check
  nixsink check --changed-since origin/main
  nixsink check --format sarif=nixsink.sarif --format text
  nixsink check --baseline .nixsink-baseline.toml --ratchet`,
		Args: between(0, 1, "at most one PATH"),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		outs, err := outputs(out.asked(), out.file, checkFormats(), checkGuess, "text")
		if err != nil {
			return err
		}
		// A variable that is empty in a workflow must not take the gate away that it was to bring.
		for _, name := range []string{"baseline", "changed-since"} {
			if f := cmd.Flags().Lookup(name); f.Changed && f.Value.String() == "" {
				return usagef("--%s is empty: leave it out if nothing is to be held against it", name)
			}
		}
		if write && !repair {
			return usagef("-w writes what --fix repairs: it goes with --fix only")
		}
		var show check.Severity
		if least != "" {
			if err := show.UnmarshalText([]byte(least)); err != nil || show == check.Off {
				return usagef("--min-severity %s: there are info, warning and error", least)
			}
		}
		t, err := a.locate(cmd, first(args))
		if err != nil {
			return err
		}
		// The one that 'nixsink baseline' wrote holds without a word; none says that it shall not.
		if here := filepath.Join(t.dir, baselineName); baseline == "" {
			if isRegular(here) {
				baseline = here
			}
		} else if baseline == "none" {
			baseline = ""
		}
		if ratchet && baseline == "" {
			return usagef("--ratchet needs a baseline, which is what coverage is held against: --baseline FILE, or %s where the tree lies", baselineName)
		}
		var gate check.GateOptions
		gate.Ratchet = ratchet
		if baseline != "" {
			text, err := a.readNear(baseline, door.MaxData)
			if err != nil {
				return fmt.Errorf("read baseline: %w; 'nixsink baseline -w' writes one", err)
			}
			b, err := check.ParseBaseline(text)
			if err != nil {
				return fmt.Errorf("read baseline %s: %w", baseline, err)
			}
			gate.Baseline = &b
		}
		t.cfg.Check.All = t.cfg.Check.All || all
		if repair && write {
			if err := a.finish(t); err != nil {
				return err
			}
		}
		g, report, err := a.check(cmd.Context(), t)
		if err != nil {
			return err
		}
		var then *before
		if since != "" {
			if then, err = a.since(cmd.Context(), t, since, fetch, g); err != nil {
				return err
			}
		}
		weigh := func() {
			gate.Delta = then.compare(g, report)
			if gate.Baseline != nil {
				gate.Baseline.Apply(&report)
			}
		}
		weigh()
		if repair {
			// A diff between findings that a program reads would be no part of its format.
			var show io.Writer = a.out
			if slices.ContainsFunc(outs, func(o outFile) bool { return o.file == "" && o.format != "text" }) {
				show = a.err
			}
			written, err := a.fix(cmd.Context(), t, g, report, gate.Delta, write, show)
			if err != nil {
				return err
			}
			if written {
				if g, report, err = a.check(cmd.Context(), t); err != nil {
					return err
				}
				weigh()
			}
		}
		verdict := check.Gate(g, report, t.cfg.Gate, gate)
		in := output.Input{Graph: g, Report: report, Gate: verdict, Delta: gate.Delta, Version: build().Version, Prefix: prefix, Link: link, Least: show}
		if in.Link == "" {
			in.Link = t.cfg.Link
		}
		if !cmd.Flags().Changed("prefix") {
			in.Prefix = repositoryPrefix(g.Dir)
		}
		err = a.emit(outs, func(o outFile, w io.Writer) error {
			in := in
			if in.Color = o.file == "" && a.wantsColor(); o.file == "" {
				in.Width = a.width()
			}
			f, _ := output.Lookup(o.format)
			return f.Write(w, in)
		})
		if err != nil {
			return err
		}
		// Whoever sends the findings to a file still wants to know why the run is red.
		if !slices.ContainsFunc(outs, func(o outFile) bool { return o.file == "" && (o.format == "text" || o.format == "markdown") }) {
			a.tellVerdict(verdict)
		}
		switch verdict.Status {
		case exitFailed:
			return errFailed
		case exitWrong:
			return errIncomplete
		}
		return nil
	}
	a.tree.add(cmd.Flags())
	a.tree.addHosts(cmd.Flags())
	out.add(cmd, checkFormats(), "write this format, as `NAME[=FILE]` (repeatable; default: text): "+strings.Join(checkFormats(), ", "))
	f := cmd.Flags()
	f.StringVar(&baseline, "baseline", "", "findings that this `file` knows fail nothing (default: "+baselineName+" in PATH, if there is one; none: no baseline)")
	f.BoolVar(&repair, "fix", false, "show as a diff how the annotations that are reported are repaired (not what is waived, known or older than the revision)")
	f.BoolVarP(&write, "write", "w", false, "with --fix: write the repairs, then report what is left")
	f.StringVar(&least, "min-severity", "", "list findings of this `severity` and above: info, warning (default; JSON: info) or error; what lies below is counted")
	f.BoolVar(&all, "all", false, "ask for annotations (missing-source-id, missing-sink) where the tree has none")
	f.BoolVar(&ratchet, "ratchet", false, "no coverage may be below the baseline's")
	f.StringVar(&since, "changed-since", "", "only what is new since this git `revision` fails")
	f.BoolVar(&fetch, "fetch", false, "in a partial clone, fetch what the revision of --changed-since lacks")
	f.StringVar(&link, "link", "", "link source lines to this `pattern`: https://…/blob/main/{file}#L{line}")
	f.StringVar(&prefix, "prefix", "", "put this `folder` before file names (default: where the tree lies in its git repository)")
	return cmd
}

// check analyses a tree and runs the checks over it.
func (a *app) check(ctx context.Context, t *tree) (*graph.Graph, check.Report, error) {
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

// before is another revision of the tree, analysed with the same configuration.
type before struct {
	rev   string
	graph *graph.Graph
	was   check.Report
	moved map[string]string // files, old name → new name
}

// compare holds a tree against the revision; nil if there is none.
func (b *before) compare(now *graph.Graph, is check.Report) *check.Delta {
	if b == nil {
		return nil
	}
	delta := check.Compare(b.rev, b.graph, b.was, now, is, b.moved)
	return &delta
}

// since analyses another revision of the tree, and finds out what was moved since.
func (a *app) since(ctx context.Context, t *tree, rev string, fetch bool, now *graph.Graph) (*before, error) {
	then, err := revision.Open(ctx, t.dir, rev, fetch)
	if err != nil {
		return nil, fmt.Errorf("--changed-since %s: %w", rev, err)
	}
	defer then.Close()
	g, err := t.analyseRevision(ctx, then)
	if err != nil {
		return nil, fmt.Errorf("--changed-since %s: %w", rev, err)
	}
	was, err := a.runChecks(ctx, g, t)
	if err != nil {
		return nil, t.configError(err)
	}
	// What was not found there because the budget was used up would count as new here.
	if why := budget.From(ctx).Ended(); why != nil {
		return nil, fmt.Errorf("--changed-since %s: %w before the other revision was analysed", rev, why)
	}
	moved, err := revision.Moved(ctx, g, now)
	if err != nil {
		return nil, fmt.Errorf("--changed-since %s: %w", rev, err)
	}
	return &before{rev, g, was, moved}, nil
}

// tellVerdict says on standard error which gates failed.
func (a *app) tellVerdict(v check.GateResult) {
	if v.Incomplete != "" {
		a.say("no verdict: %s", v.Incomplete)
	}
	for _, g := range v.Failed() {
		line := fmt.Sprintf("%s failed: %s", g.Name, g.Value)
		if g.Threshold != "" {
			line += " (wanted " + g.Threshold + ")"
		}
		if g.How != "" {
			line += "; " + g.How
		}
		a.say("%s", line)
	}
}

// repositoryPrefix is where a folder lies in its git work tree, with a slash at the end; "" at its root or outside one. Services that
// show findings beside code know files by their path in the repository.
func repositoryPrefix(dir string) string {
	for top := dir; ; top = filepath.Dir(top) {
		if _, err := os.Lstat(filepath.Join(top, ".git")); err == nil {
			rel, err := filepath.Rel(top, dir)
			if err != nil || rel == "." {
				return ""
			}
			return filepath.ToSlash(rel) + "/"
		}
		if top == filepath.Dir(top) {
			return ""
		}
	}
}

func checkFormats() []string {
	var names []string
	for _, f := range output.Formats {
		names = append(names, f.Name)
	}
	return names
}

func checkGuess(ext string) string {
	return map[string]string{".sarif": "sarif", ".json": "json", ".xml": "junit", ".md": "markdown", ".svg": "badge", ".txt": "text"}[ext]
}

// baselineName is where a baseline is written unless another file is named.
const baselineName = ".nixsink-baseline.toml"

// newBaseline is the command that writes down what is known today.
func newBaseline(a *app) *cobra.Command {
	var file string
	var write bool
	cmd := &cobra.Command{
		Use:   "baseline [PATH]",
		Short: "Write down today's findings and coverage, so that only what gets worse fails",
		Long: `Baseline keeps the findings and coverages of the tree below PATH in ` + baselineName + ` there, sorted and readable in a diff: it shows
what would change in that file, and with -w writes it. What -o names is written as it is. 'nixsink check' fails nothing that the file knows; entries that
match nothing any more fail until they are removed.`,
		Example: `  nixsink baseline                                what would change
  nixsink baseline -w                             write it
  nixsink check --baseline .nixsink-baseline.toml --ratchet`,
		Args: between(0, 1, "at most one PATH"),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		t, err := a.locate(cmd, first(args))
		if err != nil {
			return err
		}
		g, report, err := a.check(cmd.Context(), t)
		if err != nil {
			return err
		}
		// What an unreadable file would have shown must not be forgiven by accident, nor its coverage be set in stone.
		if g.Source.Incomplete || report.Cut != "" {
			a.say("no baseline is written from an incomplete run")
			return errIncomplete
		}
		b := check.NewBaseline(g, report)
		if file == "-" {
			_, _ = a.out.Write(b.Bytes())
			return nil
		}
		path, put := file, a.writeFile
		if path == "" {
			path, put = filepath.Join(t.dir, baselineName), a.writeNear(t)
		}
		if file == "" && !write {
			old, err := a.readNear(path, door.MaxData)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("read baseline: %w", err)
			}
			if err == nil && bytes.Equal(old, b.Bytes()) {
				a.say("%s: nothing to change (%d known findings)", display(path), len(b.Known))
				return nil
			}
			fmt.Fprint(a.out, a.coloured(docs.Diff(".", []docs.Change{{Name: display(path), Old: old, New: b.Bytes()}})))
			a.say("%d known findings; nothing is written yet: -w does it", len(b.Known))
			return nil
		}
		if err := put(path, b.Bytes()); err != nil {
			return err
		}
		a.say("wrote %s (%d known findings)", path, len(b.Known))
		return nil
	}
	a.tree.add(cmd.Flags())
	cmd.Flags().BoolVarP(&write, "write", "w", false, "write the file (implied by -o)")
	cmd.Flags().StringVarP(&file, "output", "o", "", "write to this `file`, - for standard output (default: "+baselineName+" in PATH)")
	return cmd
}
