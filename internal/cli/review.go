package cli

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"nixsink/graph"
	"nixsink/internal/check"
	"nixsink/internal/fault"
	"nixsink/internal/git"
	"nixsink/internal/history"
	"nixsink/internal/review"
	"nixsink/render"
)

// reviewFormats are the formats of a review.
var reviewFormats = []string{"text", "markdown", "json"}

func reviewGuess(ext string) string {
	return map[string]string{".txt": "text", ".md": "markdown", ".json": "json"}[ext]
}

// newReview is the command that looks at a repository as a reviewer would.
func newReview(a *app) *cobra.Command {
	var out outputFlags
	var opts render.Options
	var against []string
	var commits int
	var noCache bool
	cmd := &cobra.Command{
		Use:   "review [PATH]",
		Short: "Review a repository: quality, layers, ports, hardening, exposure, secrets, SSH, what to do first",
		Long: `Review tells what a person would who reviews a NixOS repository, of what its text says: what to do first, by priority and with places;
lines, modules, documentation and source-id coverage against their benchmarks; layers; the port registry; the modules with assertions,
and whether they are in force; how each service is hardened; which ports the firewall lets in and what is behind them; where secrets
come from, and how many seem to stand in the text (never which); who gets in by SSH; the five most read central values as trees; what
the last commits changed; and with --against a comparison with other repositories, measured the same way.

The score is the weighted mean of what could be measured; docs/review.md has the formulas. What no text tells is n/a.`,
		Example: `  nixsink review
  nixsink review --format markdown=REVIEW.md
  nixsink review --against ../theirs --against ../another`,
		Args: between(0, 1, "at most one PATH"),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		outs, err := outputs(out.asked(), out.file, reviewFormats, reviewGuess, "text")
		if err != nil {
			return err
		}
		if commits < 0 {
			return usagef("--commits takes a number from 0")
		}
		if err := opts.Check(); err != nil {
			return err
		}
		t, err := a.locate(cmd, first(args))
		if err != nil {
			return err
		}
		g, page, findings, err := a.review(cmd.Context(), t)
		if err != nil {
			return err
		}
		for i, path := range against {
			c, err := a.reviewOther(cmd, path)
			if err != nil {
				return err
			}
			c.Name = apart(c.Name, page.Name, page.Against, i)
			page.Against = append(page.Against, c)
		}
		if commits > 0 {
			cache := ""
			if !noCache {
				cache = history.CacheDir()
			}
			if err := a.lastCommits(cmd.Context(), t, page, commits, cache); err != nil {
				return err
			}
		}
		opts := t.options(opts)
		opts.Findings = findings
		return a.emit(outs, func(o outFile, w io.Writer) error {
			opts := opts
			if o.file == "" {
				opts.Color, opts.Width = a.wantsColor(), a.width()
			}
			switch o.format {
			case "json":
				return page.JSON(w, g, opts)
			case "markdown":
				return page.Markdown(w, g, opts)
			}
			return page.Text(w, g, opts)
		})
	}
	a.tree.add(cmd.Flags())
	a.tree.addHosts(cmd.Flags())
	out.add(cmd, reviewFormats, "write this format, as `NAME[=FILE]` (repeatable; default: text): text, markdown, json")
	lookFlags(cmd.Flags(), &opts)
	f := cmd.Flags()
	f.StringArrayVar(&against, "against", nil, "compare with the repository in this `folder` (repeatable)")
	f.IntVar(&commits, "commits", 10, "tell what the last `number` of commits changed; 0 for none")
	f.BoolVar(&noCache, "no-cache", false, "measure every commit anew, and keep nothing")
	must(cmd.MarkFlagDirname("against"))
	return cmd
}

// review analyses a tree and reviews it.
func (a *app) review(ctx context.Context, t *tree) (*graph.Graph, *render.ReviewPage, []render.Finding, error) {
	g, report, err := a.checked(ctx, t)
	if err != nil {
		return nil, nil, nil, err
	}
	page := &render.ReviewPage{Name: folderName(t.dir)}
	left := slices.DeleteFunc(slices.Clone(report.Findings), func(f check.Finding) bool { return f.Waived })
	if f := fault.Catch("write a review", "", func() { page.Review = review.Make(g, left, t.cfg.Check, t.limits()) }); f != nil {
		return nil, nil, nil, f
	}
	return g, page, shown(report), nil
}

// limits are the benchmarks that the configuration file sets, or those that hold without it.
func (t *tree) limits() review.Limits {
	b := t.options(render.Options{}).Benchmarks.WithDefaults()
	return review.Limits{Lines: b.Lines, Modules: b.Modules, LongestModule: b.LongestModule, Documentation: b.Documentation, SourceID: b.SourceID}
}

// reviewOther measures another repository as the first: with its own configuration, not with the flags that speak of this one's namespaces.
func (a *app) reviewOther(cmd *cobra.Command, path string) (review.Compared, error) {
	own := a.tree
	defer func() { a.tree = own }()
	a.tree = treeFlags{}
	t, err := a.locate(cmd, path)
	if err != nil {
		return review.Compared{}, fmt.Errorf("--against: %w", err)
	}
	_, page, _, err := a.review(cmd.Context(), t)
	if err != nil {
		return review.Compared{}, fmt.Errorf("--against %s: %w", path, err)
	}
	return review.Compared{Name: page.Name, Figures: page.Figures, Score: page.Score}, nil
}

// folderName is what a folder is called; the current one has a name, too.
func folderName(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	return filepath.Base(dir)
}

// apart tells repositories of one name apart by a number.
func apart(name, own string, others []review.Compared, i int) string {
	if name != own && !slices.ContainsFunc(others, func(c review.Compared) bool { return c.Name == name }) {
		return name
	}
	return fmt.Sprintf("%s (%d)", name, i+2)
}

// lastCommits measures the last commits of the history that the tree lies in. A tree without one has none to tell of.
func (a *app) lastCommits(ctx context.Context, t *tree, page *render.ReviewPage, n int, cache string) error {
	if !git.Inside(t.dir) {
		page.NoLog = "The tree is in no git repository, so it has no commits."
		return nil
	}
	points, err := history.Walk(ctx, t.dir, history.Options{Limit: n + 1, Graph: t.opts, Check: t.cfg.Check, Key: programKey(), Progress: a.progress.update, Cache: cache})
	a.progress.clear()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		// A clone that lacks contents, a repository without a commit: the rest of the review is none the worse.
		page.NoLog = "The last commits could not be measured: " + err.Error()
		return nil
	}
	for i := len(points) - 1; i >= 0 && len(page.Commits) < n; i-- {
		p := points[i]
		c := review.Commit{Hash: p.Commit, Date: p.Date, Subject: p.Subject, Files: p.Files, SourceID: p.Coverage, Errors: p.Findings.Error, Warnings: p.Findings.Warning,
			Infos: p.Findings.Info, First: i == 0, Incomplete: p.Incomplete}
		if i > 0 {
			c.More = p.Files - points[i-1].Files
			c.Values = moved(points[i-1].FanOut, p.FanOut)
		}
		page.Commits = append(page.Commits, c)
	}
	return nil
}

// moved are the values that are read more or less often than before, those that changed most first.
func moved(before, after map[string]int) []string {
	change := map[string]int{}
	for v, n := range after {
		change[v] = n - before[v]
	}
	for v, n := range before {
		change[v] = after[v] - n
	}
	var out []string
	for v, n := range change {
		if n != 0 {
			out = append(out, v)
		}
	}
	size := func(v string) int { return max(change[v], -change[v]) }
	slices.SortFunc(out, func(x, y string) int {
		if d := size(y) - size(x); d != 0 {
			return d
		}
		if x < y {
			return -1
		}
		return 1
	})
	for i, v := range out {
		out[i] = fmt.Sprintf("%s %+d", v, change[v])
	}
	return out
}
