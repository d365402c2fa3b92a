package cli

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"nixsink/graph"
	"nixsink/internal/config"
	"nixsink/internal/fault"
	"nixsink/internal/serve"
	"nixsink/render"
)

// pageMaker makes the page of a tree, and says what it was made from.
type pageMaker func(ctx context.Context, live string) ([]byte, serve.Sources, error)

// caught turns a fault of our own in making a page into an error, so that the server goes on with the page that it has.
func (a *app) caught(stage string, make pageMaker) pageMaker {
	return func(ctx context.Context, live string) (page []byte, from serve.Sources, err error) {
		if f := fault.Catch(stage, "", func() { page, from, err = make(ctx, live) }); f != nil {
			a.note(f)
			return nil, serve.Sources{}, f
		}
		return page, from, err
	}
}

// newServe is the command that shows the explorer of a working tree.
func newServe(a *app) *cobra.Command {
	var port int
	var opts render.Options
	cmd := &cobra.Command{
		Use:   "serve [PATH]",
		Short: "Explore a working tree in a browser, with every change as it is saved",
		Long: `Serve shows the page that 'nixsink graph --format html' writes, and reloads it when a Nix file or the configuration file changes.
It listens on loopback only. Ctrl-C ends it.`,
		Example: `  nixsink serve
  nixsink serve --port 8090 ~/nixos`,
		Args: between(0, 1, "at most one PATH"),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := opts.Check(); err != nil {
			return err
		}
		if port < 0 || port > 65535 {
			return usagef("--port is between 0 and 65535, not %d", port)
		}
		path := first(args)
		t, err := a.locate(cmd, path)
		if err != nil {
			return err
		}
		l, err := serve.Listen(port)
		if err != nil {
			return fmt.Errorf("%w; --port 0 takes a port that is free", err)
		}
		// The folder is remembered by its name: what lies there may be exchanged, and a link be turned.
		root := path
		if root == "" {
			root = t.dir
			if a.tree.dir != "" {
				root = a.tree.dir
			}
		}
		if root, err = filepath.Abs(root); err != nil {
			return fmt.Errorf("find %s: %w", t.dir, err)
		}
		a.tree.dir = ""
		cache := graph.NewCache()
		server := serve.New(a.caught("make the page", func(ctx context.Context, live string) ([]byte, serve.Sources, error) {
			// The configuration file may have changed as well.
			t, err := a.locate(cmd, root)
			if err != nil {
				return nil, serve.Sources{}, err
			}
			t.opts.Cache = cache
			g, findings, err := a.findings(ctx, t)
			if err != nil {
				return nil, serve.Sources{}, err
			}
			opts := t.options(opts)
			opts.Findings = findings
			if opts.Title == "" {
				opts.Title = filepath.Base(g.Dir)
			}
			var b bytes.Buffer
			err = render.WriteExplorer(&b, g, opts, live)
			return b.Bytes(), sourcesOf(g, t), err
		}), a.say)
		a.say("http://%s/ shows %s; Ctrl-C ends it", l.Addr(), root)
		return server.Run(cmd.Context(), l, root, func(path string) bool {
			name := filepath.Base(path)
			return strings.HasSuffix(name, ".nix") || strings.HasSuffix(name, ".json") || name == config.Name || name == ".gitignore"
		})
	}
	a.tree.add(cmd.Flags())
	cmd.Flags().IntVar(&port, "port", 8080, "listen on this `port` of loopback (0: a free one)")
	lookFlags(cmd.Flags(), &opts)
	return cmd
}

// sourcesOf are the folders that were read, and the configuration file.
func sourcesOf(g *graph.Graph, t *tree) serve.Sources {
	var s serve.Sources
	for _, dir := range g.Folders {
		s.Folders = append(s.Folders, filepath.Join(g.Dir, filepath.FromSlash(dir)))
	}
	if t.cfg.Path != "" {
		s.Files = append(s.Files, t.cfg.Path)
	}
	return s
}
