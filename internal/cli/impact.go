package cli

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"nixsink/graph"
	"nixsink/render"
)

// newImpact is the command that tells what a change affects.
func newImpact(a *app) *cobra.Command {
	var out outputFlags
	cmd := &cobra.Command{
		Use:   "impact FILE|ID...",
		Short: "Tell what is affected when files or values change",
		Long: `Impact lists the values that files declare or set, the modules that read them, and the options that may change in
consequence. Values can be named as well, by id or path. With - the names are read from standard input, one a line.
Files that nixsink does not analyse are passed over with a word on standard error.`,
		Example: `  nixsink impact 00-core/ports.nix
  nixsink impact CFG.ports.ssh CFG.identity.domain
  git diff --name-only main | nixsink impact -`,
		Args:              between(1, -1, "a FILE or ID"),
		ValidArgsFunction: a.completeValue,
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		outs, err := outputs(out.formats, out.file, questionFormats, questionGuess, "text")
		if err != nil {
			return err
		}
		if slices.Equal(args, []string{"-"}) {
			if args, err = readNames(cmd); err != nil {
				return err
			}
		}
		t, err := a.locate(cmd, "")
		if err != nil {
			return err
		}
		g, err := a.analyse(cmd.Context(), t)
		if err != nil {
			return err
		}
		files, values, err := a.sort(g, args)
		if err != nil {
			return err
		}
		impact := render.NewImpact(g, files, values)
		return a.emit(outs, func(o outFile, w *bytes.Buffer) error {
			if o.format == "json" {
				return impact.JSON(w)
			}
			if len(impact.Asked) == 0 {
				fmt.Fprintln(w, "Nothing is affected: none of the files is part of the analysed tree.")
				return nil
			}
			return impact.Text(w, a.looks(o))
		})
	}
	a.tree.add(cmd.Flags())
	out.add(cmd, questionFormats, "write this format, as `NAME[=FILE]` (repeatable): text, json")
	return cmd
}

func readNames(cmd *cobra.Command) ([]string, error) {
	var names []string
	sc := bufio.NewScanner(cmd.InOrStdin())
	for sc.Scan() {
		if name := strings.TrimSpace(sc.Text()); name != "" {
			names = append(names, name)
		}
	}
	if err := sc.Err(); err != nil {
		return nil, fmt.Errorf("read names from standard input: %w", err)
	}
	return names, nil
}

// sort tells files from values. What exists on disk, or looks like a path, is a file.
func (a *app) sort(g *graph.Graph, names []string) (files []string, values []*graph.Value, err error) {
	for _, name := range names {
		if vs := findValues(g, name); len(vs) > 0 {
			values = append(values, vs...)
			continue
		}
		if file, ok := inTree(g, name); ok && slices.ContainsFunc(g.Modules, func(m *graph.Module) bool { return m.Path == file }) {
			files = append(files, file)
			continue
		}
		_, statErr := os.Lstat(name)
		if statErr != nil && !strings.ContainsAny(name, `/\`) && !strings.HasSuffix(name, ".nix") {
			return nil, nil, unknownValue(g, name)
		}
		a.say("%s is not part of the analysed tree", name)
	}
	slices.Sort(files)
	return slices.Compact(files), values, nil
}
