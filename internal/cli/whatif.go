package cli

import (
	"context"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"nixsink/graph"
	"nixsink/internal/change"
	"nixsink/internal/door"
	"nixsink/internal/owners"
	"nixsink/render"
)

// whatIf tells what would come of setting values. The tree is analysed once more with them set; no file is written.
func (a *app) whatIf(cmd *cobra.Command, outs []outFile, sets []string) error {
	t, err := a.locate(cmd, "")
	if err != nil {
		return err
	}
	g, err := a.analyse(cmd.Context(), t)
	if err != nil {
		return err
	}
	result := render.WhatIf{}
	texts := map[string]string{}
	for _, set := range sets {
		name, text, ok := strings.Cut(set, "=")
		if !ok {
			return usagef("--set takes VALUE=TEXT, not %q", set)
		}
		vs := findValues(g, name)
		switch len(vs) {
		case 0:
			return unknownValue(g, name)
		case 1:
		default:
			return usagef("--set %s: that names %d values (%s, …)", name, len(vs), vs[0].Path)
		}
		code := change.Setting(text)
		own, at, err := change.Set(g, vs[0], code)
		if err != nil {
			return usagef("--set %s: %v", name, err)
		}
		for file, text := range own {
			if _, twice := texts[file]; twice {
				return usagef("--set %s: %s is changed by another --set already; ask for one at a time", name, file)
			}
			texts[file] = text
		}
		result.Sets = append(result.Sets, change.If(g, vs[0], code, at))
	}
	then, err := a.asIf(cmd.Context(), t, g, texts)
	if err != nil {
		return err
	}
	result.Change = change.Make(change.Side{Name: "now", Graph: g}, change.Side{Name: "then", Graph: then}, change.Files{})
	if result.Owners, err = a.owners(t.dir, g, result.Files()); err != nil {
		return err
	}
	return a.emit(outs, func(o outFile, w io.Writer) error {
		if o.format == "json" {
			return result.JSON(w)
		}
		return result.Text(w, a.looks(o))
	})
}

// asIf analyses the tree of g as it would be if files held other texts, with the same namespaces.
func (a *app) asIf(ctx context.Context, t *tree, g *graph.Graph, texts map[string]string) (*graph.Graph, error) {
	same := *t
	same.opts.Roots, same.opts.ArgRoots = g.RootNames()
	then, err := a.again(ctx, &same)(texts)
	if err == nil {
		a.note(then.Faults...)
	}
	return then, err
}

// owners tells who files of the tree at dir belong to; nil where nobody is named.
func (a *app) owners(dir string, g *graph.Graph, files []string) (map[string][]string, error) {
	top, err := door.Top(dir)
	if err != nil {
		return nil, err
	}
	o, err := owners.Load(top, repositoryPrefix(dir), g)
	if err != nil {
		a.say("owners are left out: %v", err) // what was asked is known without them
		return nil, nil
	}
	slices.Sort(files)
	by := o.By(slices.Compact(files))
	if len(by) == 0 {
		return nil, nil
	}
	return by, nil
}
