package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"nixsink/internal/fault"
	"nixsink/internal/mcp"
	"nixsink/internal/resident"
	"nixsink/render"
)

// newMCP is the server for agents.
func newMCP(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "mcp [PATH]",
		Short: "Answer an agent: trace, impact, diff, findings, hosts (Model Context Protocol)",
		Long: `Mcp speaks the Model Context Protocol on standard input and output. Its tools are commands of nixsink that only read, over the tree at PATH: overview, trace,
impact, diff, findings, explain, hosts. Answers are text with places, and short. The tree stays in memory; what changed on disk counts with the next question.`,
		Example: `  nixsink mcp ~/nixos    # as the command of an MCP server`,
		Args:    between(0, 1, "at most one PATH"),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		t, err := a.locate(cmd, first(args))
		if err != nil {
			return err
		}
		dir := t.dir
		a.tree.dir = ""
		kept := a.model(cmd, dir)
		ctx, cancel := context.WithCancel(cmd.Context())
		defer cancel()
		var analyses sync.WaitGroup
		analyses.Go(func() {
			kept.Run(ctx, func(s *resident.State, err error) {
				if f := (*fault.Fault)(nil); errors.As(err, &f) {
					a.tellFault(f)
				} else if err == nil {
					a.tellFault(s.Graph.Faults...)
				}
			})
		})
		run := func(ctx context.Context, args []string) (string, string, error) {
			return a.answer(ctx, kept, dir, args)
		}
		pages := func(ctx context.Context) (map[string]string, error) { return a.pages(ctx, cmd, kept, dir) }
		err = mcp.Serve(ctx, mcp.Options{Version: build().Version, Run: run, Pages: pages}, a.in, nopCloser{a.out.w})
		cancel()
		analyses.Wait()
		if errors.Is(err, io.EOF) {
			return nil
		}
		return err
	}
	a.tree.add(cmd.Flags())
	return cmd
}

// pages are the pages of a tree that is kept, by name, without their pictures.
func (a *app) pages(ctx context.Context, cmd *cobra.Command, kept *resident.Model, dir string) (map[string]string, error) {
	t, err := a.locate(cmd, dir)
	if err != nil {
		return nil, err
	}
	var out, talk bytes.Buffer
	one := newApp(strings.NewReader(""), &out, &talk)
	one.kept = kept
	g, review, findings, err := one.review(ctx, t)
	if err != nil {
		return nil, err
	}
	opts := t.options(render.Options{})
	opts.Findings = findings
	files, err := render.Pages(ctx, g, render.PageOptions{Options: opts, Root: ".", Review: review})
	if err != nil {
		return nil, err
	}
	pages := map[string]string{}
	for _, f := range files {
		if strings.HasSuffix(f.Name, ".md") {
			pages[f.Name] = strings.ReplaceAll(string(f.Data), "<wbr>", "") // where a browser may break a line
		}
	}
	return pages, nil
}

// tellFault tells faults of our own when they happen, and keeps them for the end, each once.
func (a *app) tellFault(faults ...*fault.Fault) {
	for _, f := range faults {
		a.talking.Lock()
		again := slices.ContainsFunc(a.faults, func(o *fault.Fault) bool { return slices.Equal(o.Report(), f.Report()) })
		if !again {
			a.faults = append(a.faults, f)
		}
		a.talking.Unlock()
		if !again {
			a.say("%v", f)
		}
	}
}

// answer runs a command over a tree that is kept, and gives what it prints. A gate that fails is an answer, not an error.
func (a *app) answer(ctx context.Context, kept *resident.Model, dir string, args []string) (answer, said string, err error) {
	if args[0] != "explain" {
		args = slices.Insert(slices.Clone(args), 1, "-C", dir)
	}
	var out, talk bytes.Buffer
	one := newApp(strings.NewReader(""), &out, &talk)
	one.kept, one.noPager = kept, true
	status := one.run(ctx, args)
	a.tellFault(one.faults...)
	said = strings.ReplaceAll(talk.String(), "nixsink: ", "")
	if status == exitWrong && out.Len() == 0 {
		return "", "", errors.New(strings.TrimSpace(said))
	}
	return out.String(), said, nil
}
