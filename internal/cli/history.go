package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"nixsink/internal/history"
)

// programKey names the program for the cache: its version, and the file itself where that is not built from a commit.
func programKey() string {
	b := build()
	key := []string{"3", b.String()}
	if b.Revision == "" || b.Modified {
		if file, err := os.Executable(); err == nil {
			if info, err := os.Stat(file); err == nil {
				key = append(key, fmt.Sprint(info.Size(), info.ModTime().UnixNano()))
			}
		}
	}
	return strings.Join(key, " ")
}

// newHistory is the command that looks back.
func newHistory(a *app) *cobra.Command {
	var out outputFlags
	var rev string
	var limit, top int
	var noCache, fetch bool
	cmd := &cobra.Command{
		Use:   "history [PATH]",
		Short: "Show coverage, fan-out and findings commit by commit",
		Long: `History analyses the commits of the git history that PATH lies in, by first parents, and shows for each its source-id coverage, the number
of findings, and how often the values that are read most today were read then. Results are kept in the user's cache by the
blobs that they were made from.`,
		Example: `  nixsink history
  nixsink history --limit 50 --format svg=history.svg
  nixsink history --format json`,
		Args: between(0, 1, "at most one PATH"),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		outs, err := outputs(out.asked(), out.file, history.Formats, func(ext string) string {
			return map[string]string{".txt": "table", ".json": "json", ".svg": "svg"}[ext]
		}, "table")
		if err != nil {
			return err
		}
		if limit < 0 || top < 0 {
			return usagef("--limit and --top take numbers from 0")
		}
		t, err := a.locate(cmd, first(args))
		if err != nil {
			return err
		}
		opts := history.Options{Revision: rev, Limit: limit, Fetch: fetch, Graph: t.opts, Check: t.cfg.Check, Key: programKey(), Progress: a.progress.update}
		if !noCache {
			opts.Cache = history.CacheDir()
		}
		points, err := history.Walk(cmd.Context(), t.dir, opts)
		a.progress.clear()
		if err != nil {
			return err
		}
		return a.emit(outs, func(o outFile, w io.Writer) error { return history.Write(w, o.format, points, top) })
	}
	a.tree.add(cmd.Flags())
	out.add(cmd, history.Formats, "write this format, as `NAME[=FILE]` (repeatable; default: table): table, json, svg")
	f := cmd.Flags()
	f.StringVar(&rev, "revision", "", "start at this git `revision` (default: HEAD)")
	f.IntVar(&limit, "limit", 200, "at most this `number` of commits; 0 for all")
	f.IntVar(&top, "top", 5, "follow this `number` of values")
	f.BoolVar(&fetch, "fetch", false, "in a partial clone, fetch the contents that are missing")
	f.BoolVar(&noCache, "no-cache", false, "analyse every commit anew, and keep nothing")
	return cmd
}
