package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"nixsink/internal/budget"
	"nixsink/internal/facts"
)

// factsTime is what one repository may take, unless somebody says so.
const factsTime = 2 * time.Minute

// jobFlag is the flag by which facts starts itself for one repository.
const jobFlag = "do-job"

// newFacts is the command that gathers facts about many repositories.
func newFacts(a *app) *cobra.Command {
	o := facts.Options{}
	var list, format string
	var do bool
	cmd := &cobra.Command{
		Use:   "facts PATH… -o DIR",
		Short: "Write what is known of many repositories as tables (Parquet, NDJSON)",
		Long: `Facts analyses repositories and writes what it finds out as tables, which DuckDB, ClickHouse, Spark and the like read: values, references, definitions, flows,
imports, findings, secrets' labels and more. docs/facts.md has their columns, docs/fleet.md questions and their SQL.

A PATH is a folder, a git directory (also a bare one) or a bundle. Of what git knows, the committed state is analysed, HEAD or the revision that the list
names; nothing is checked out, nothing of it runs. --timeout and --memory bound each repository; one that fails is a row that says why. What DIR has is not
analysed again, so that a run that was ended goes on where it was.`,
		Example: `  nixsink facts ~/src/* -o facts
  nixsink facts --repos list.txt -o facts --jobs 8 --timeout 1m
  duckdb -c "select repository, status, files from 'facts/snapshots/*/*.parquet'"`,
		Args: cobra.ArbitraryArgs,
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if do {
			return a.doJob(cmd.Context())
		}
		for _, path := range args {
			o.Sources = append(o.Sources, facts.Named(path))
		}
		if list != "" {
			more, err := a.readList(list)
			if err != nil {
				return err
			}
			o.Sources = append(o.Sources, more...)
		}
		switch {
		case len(o.Sources) == 0:
			return usagef("which repositories? Give PATHs, or a list with --repos")
		case o.Out == "":
			return usagef("where to? Give a folder with -o DIR")
		case format != string(facts.Parquet) && format != string(facts.NDJSON):
			return usagef("--format is parquet or ndjson, not %q", format)
		case o.Jobs < 1 || o.Buckets < 1 || o.Buckets > 100 || o.Job.Most < 0:
			return usagef("--jobs takes numbers from 1, --buckets from 1 to 100, --flows from 0")
		}
		return a.gatherFacts(cmd, o, format)
	}
	f := cmd.Flags()
	f.StringVarP(&o.Out, "output", "o", "", "write the tables below this `folder`")
	f.StringVar(&list, "repos", "", "analyse what this `file` lists, too: a path a line and, after tabs, a name and a revision; - is standard input")
	f.StringVar(&format, "format", string(facts.Parquet), "write this `format`: parquet or ndjson")
	f.IntVar(&o.Jobs, "jobs", runtime.GOMAXPROCS(0), "analyse this `number` of repositories at once")
	f.IntVar(&o.Buckets, "buckets", 8, "spread repositories over this `number` of partitions")
	f.IntVar(&o.Job.Most, "flows", 100_000, "of a repository with more than this `number` of flows write only the direct ones; 0 for no limit")
	f.BoolVar(&o.Retry, "retry", false, "analyse again what failed before")
	f.StringSliceVar(&o.Job.Roots, "root", nil, "track this option `namespace` (repeatable; default: my, or found by itself)")
	f.StringSliceVar(&o.Job.Args, "arg-root", nil, "track this module `argument`, such as vars (repeatable)")
	f.StringSliceVar(&o.Job.Exclude, "exclude", nil, "do not read what matches this `glob` (repeatable)")
	f.BoolVar(&do, jobFlag, false, "analyse the repository that standard input tells of")
	f.Lookup(jobFlag).Hidden = true
	must(cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(facts.Formats, cobra.ShellCompDirectiveNoFileComp)))
	return cmd
}

// readList reads a list of repositories, whose paths are relative to its own folder.
func (a *app) readList(name string) ([]facts.Source, error) {
	if name == "-" {
		return facts.ReadList(a.in, "standard input", "")
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read the list of repositories: %w", err)
	}
	defer f.Close()
	return facts.ReadList(f, name, filepath.Dir(name))
}

// doJob analyses one repository, in the process that was started for it.
func (a *app) doJob(ctx context.Context) error {
	var j facts.Job
	if err := json.NewDecoder(a.in).Decode(&j); err != nil {
		return fmt.Errorf("read the job: %w", err)
	}
	return j.Do(ctx)
}

// gatherFacts analyses all of them, and tells what became of it.
func (a *app) gatherFacts(cmd *cobra.Command, o facts.Options, format string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	o.Format, o.Job.Tool, o.Job.Key = facts.Format(format), build().String(), programKey()
	if o.Time = factsTime; cmd.Flags().Changed("timeout") {
		o.Time = a.limits.time
	}
	memory := a.limits.memory
	if !cmd.Flags().Changed("memory") {
		memory = budget.Size(int64(memory) / int64(o.Jobs))
	}
	o.Command = func(ctx context.Context) *exec.Cmd {
		return exec.CommandContext(ctx, self, "facts", "--"+jobFlag, "--timeout", o.Time.String(), "--memory", fmt.Sprint(int64(memory)))
	}
	o.Progress = func(s facts.Summary) { a.progress.show(fleetLine(s)) }
	sum, err := facts.Run(cmd.Context(), o)
	a.progress.clear()
	if err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	a.say("%s", fleetLine(sum))
	if err != nil {
		a.say("the run was ended: the same command goes on from here")
		return errIncomplete
	}
	if sum.Failed > 0 {
		a.say("why is in the table snapshots (status = 'failed'); --retry tries them again")
	}
	return nil
}

// fleetLine tells how far a run is.
func fleetLine(s facts.Summary) string {
	line := fmt.Sprintf("%d of %d repositories: %d whole, %d incomplete, %d empty, %d failed", s.Done(), s.All, s.Whole, s.Incomplete, s.Empty, s.Failed)
	if s.Known > 0 {
		line += fmt.Sprintf(", %d known before", s.Known)
	}
	made := s.Done() - s.Known
	if made == 0 || s.Since < time.Second {
		return line
	}
	rate := float64(made) / s.Since.Seconds()
	line += fmt.Sprintf("; %.1f a second", rate)
	if left := s.All - s.Done(); left > 0 {
		line += fmt.Sprintf(", %s left", (time.Duration(float64(left)/rate) * time.Second).Round(time.Second))
	}
	return line
}
