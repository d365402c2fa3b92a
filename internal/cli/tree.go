package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"nixsink/graph"
	"nixsink/internal/config"
	"nixsink/internal/rewrite"
	"nixsink/internal/suggest"
)

// treeFlags say which tree is analysed and how.
type treeFlags struct {
	dir, config                       string
	roots, argRoots, entries, exclude []string
	hosts                             []string
}

// addHosts adds the choice of configurations, for commands that can do with a part of the tree.
func (t *treeFlags) addHosts(f *pflag.FlagSet) {
	f.StringSliceVar(&t.hosts, "host", nil, "look at this `configuration` alone: a host, a home or any other that 'nixsink hosts' lists; a glob (repeatable)")
}

func (t *treeFlags) add(f *pflag.FlagSet) {
	f.StringVarP(&t.dir, "dir", "C", "", "analyse this `folder` instead of the current one")
	f.StringVar(&t.config, "config", "", "read this `file` instead of the nearest "+config.Name)
	f.StringSliceVar(&t.roots, "root", nil, "track this option `namespace` (repeatable; default: my, or found by itself)")
	f.StringSliceVar(&t.argRoots, "arg-root", nil, "track this module `argument`, such as vars (repeatable)")
	f.StringSliceVar(&t.entries, "entry", nil, "follow imports from this `file` (repeatable; default: found by itself)")
	f.StringSliceVar(&t.exclude, "exclude", nil, "do not read what matches this `glob` (repeatable)")
}

// tree is a repository that has been located: its folder and what its configuration says.
type tree struct {
	dir  string
	cfg  *config.Config
	opts graph.Options
}

// locate finds the tree that PATH (or -C, or the current folder) names, and its configuration.
func (a *app) locate(cmd *cobra.Command, path string) (*tree, error) {
	if path != "" && a.tree.dir != "" {
		return nil, usagef("the folder is given twice: %s and -C %s", path, a.tree.dir)
	}
	if path == "" {
		path = a.tree.dir
	}
	given := path != ""
	if !given {
		path = "."
	}
	if err := a.isFolder(cmd, path); err != nil {
		return nil, err
	}
	// Behind a link lies what the link leads to: its repository, its configuration, the ignore files above it.
	if real, err := realPath(path); err == nil {
		if abs, err := filepath.Abs(path); err == nil && real != abs {
			path = real
		}
	}
	file := a.tree.config
	if file == "" {
		var err error
		if file, err = config.Find(path); err != nil {
			return nil, err
		}
	}
	cfg := &config.Config{}
	if file != "" {
		var err error
		load := config.LoadFound
		if a.tree.config != "" {
			load = config.Load
		}
		if cfg, err = load(display(file)); err != nil {
			return nil, err
		}
	}
	// Without a PATH the whole repository is meant, wherever in it we were started.
	if !given && a.tree.config == "" && cfg.Dir() != "" {
		if here, err := filepath.Abs(path); err == nil && here != cfg.Dir() {
			path = cfg.Dir()
			a.say("analysing %s, where %s is", path, config.Name)
		}
	}
	t := &tree{dir: path, cfg: cfg, opts: cfg.Options(path)}
	if len(a.tree.roots) > 0 {
		t.opts.Roots = a.tree.roots
	}
	if len(a.tree.argRoots) > 0 {
		t.opts.ArgRoots = a.tree.argRoots
	}
	if len(a.tree.entries) > 0 {
		t.opts.Entries = a.tree.entries
	}
	t.opts.Exclude = slices.Concat(t.opts.Exclude, a.tree.exclude)
	t.opts.Hosts = a.tree.hosts
	if a.kept != nil {
		t.opts.Cache = a.kept.Cache()
	}
	return t, nil
}

// realPath is the absolute path without symbolic links.
func realPath(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(abs)
}

// isFolder says what is wrong with a PATH that is none.
func (a *app) isFolder(cmd *cobra.Command, path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		msg := fmt.Sprintf("%s: no such folder", path)
		// A mistyped command reads as a PATH.
		if !strings.ContainsAny(path, `/\.`) && cmd == cmd.Root() {
			msg = fmt.Sprintf("%s: no such command or folder", path)
			if near := suggest.Nearest(path, commandNames(cmd)); near != "" {
				msg += fmt.Sprintf("; did you mean the command %q?", near)
			}
		}
		return &usageError{msg: msg}
	case err != nil:
		return fmt.Errorf("look at %s: %w", path, errors.Unwrap(err))
	case !info.IsDir() && strings.HasSuffix(path, ".nix"):
		return usagef("%s is a file, and nixsink analyses a folder: give the repository's folder, or ask 'nixsink impact %s'", path, path)
	case !info.IsDir():
		return usagef("%s is a file, and nixsink analyses a folder", path)
	}
	return nil
}

func commandNames(root *cobra.Command) []string {
	var names []string
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() || c.Name() == "help" {
			names = append(names, c.Name())
		}
	}
	return names
}

// analyse reads the tree. What keeps the graph from being whole is told on standard error.
func (a *app) analyse(ctx context.Context, t *tree) (*graph.Graph, error) {
	opts := t.opts
	if !a.quiet {
		opts.Progress = a.progress.update
	}
	g, err := a.graph(ctx, t.dir, opts)
	a.progress.clear()
	if unknown := (*graph.NoConfigurationError)(nil); errors.As(err, &unknown) {
		return nil, usagef("--host: %s%s", unknown.Error(), didYouMean(unknown.Name, hostNames(unknown.Known)))
	}
	if err != nil {
		return nil, err
	}
	a.note(g.Faults...)
	if len(g.Modules) == 0 && len(g.Faults) > 0 {
		return nil, g.Faults[0]
	}
	// An empty picture that looks like success helps nobody: a folder without Nix files is the wrong folder.
	if len(g.Modules) == 0 && g.Source.Files == 0 {
		why := g.Empty
		if why == "" {
			why = "there are no .nix files"
		}
		return nil, usagef("%s: %s", t.dir, why)
	}
	if g.Empty != "" {
		a.say("nothing to show: %s", g.Empty)
	}
	a.tellProblems(g)
	if rewrite.Unfinished(t.dir) {
		a.say("a run that writes files was killed in the middle: 'nixsink annotate -w' finishes it")
	}
	return g, nil
}

// graph is the graph of the tree: the one that is kept, if there is one and the whole of it is asked for.
func (a *app) graph(ctx context.Context, dir string, opts graph.Options) (*graph.Graph, error) {
	if a.kept == nil || len(opts.Hosts) > 0 {
		return graph.Analyze(ctx, dir, opts)
	}
	a.kept.Look()
	s, err := a.kept.Fresh(ctx)
	if err != nil {
		return nil, err
	}
	return s.Graph, nil
}

// tellProblems lists what could not be read or parsed: what happens at several places once, the first few, and how many more there are; or, verbosely, all of it.
func (a *app) tellProblems(g *graph.Graph) {
	few := 5
	if a.verbose {
		few = len(g.Problems) + len(g.Imports)
	}
	times := map[string]int{} // how often each is told
	key := func(p graph.Problem) string {
		if a.verbose || p.Kind == "io" || p.Kind == "syntax" {
			return place(p.At) + p.Msg // each of these has to be repaired
		}
		return p.Msg
	}
	var first []graph.Problem
	for _, p := range g.Problems {
		if p.Kind == "annotation" || p.Kind == "static" {
			continue // findings of their own: the file was read whole
		}
		if times[key(p)]++; times[key(p)] == 1 {
			first = append(first, p)
		}
	}
	for _, p := range first[:min(len(first), few)] {
		more := ""
		switch n := times[key(p)] - 1; n {
		case 0:
		case 1:
			more = " (and at one more place: -v)"
		default:
			more = fmt.Sprintf(" (and at %d more places: -v)", n)
		}
		a.say("%s%s%s", place(p.At), p.Msg, more)
	}
	if n := len(first) - few; n > 0 {
		a.say("and %d more problems (-v)", n)
	}
	broken := slices.ContainsFunc(g.Problems, func(p graph.Problem) bool { return p.Kind == "io" || p.Kind == "syntax" })
	if g.Source.Incomplete || broken {
		a.say("the run is incomplete: what these files read and define is not known (what shall be left out can be named with --exclude)")
	}
	a.tellLeftOut(g, few)
}

// tellLeftOut lists the files that are imported and were not read, those of one import together: at most so many lines.
func (a *app) tellLeftOut(g *graph.Graph, most int) {
	type from struct {
		at  graph.Place
		why string
	}
	told := map[string]bool{}
	files := map[from][]string{}
	var order []from
	for _, i := range g.Imports {
		// What was excluded was so on purpose, and what cannot be read was told above.
		if i.LeftOut == "" || i.Disabled || told[i.To] || i.LeftOut == graph.Excluded || slices.ContainsFunc(g.Problems, func(p graph.Problem) bool { return p.At.File == i.To }) {
			continue
		}
		told[i.To] = true
		k := from{i.At, i.LeftOut}
		if files[k] == nil {
			order = append(order, k)
		}
		files[k] = append(files[k], i.To)
	}
	for n, k := range order {
		if n == most {
			rest := 0
			for _, k := range order[n:] {
				rest += len(files[k])
			}
			a.say("and %d more files that are imported and left out", rest)
			break
		}
		if all := files[k]; len(all) > 1 && !a.verbose {
			a.say("%s%d files are imported and left out, such as %s: %s", place(k.at), len(all), all[0], k.why)
			continue
		}
		for _, file := range files[k] {
			a.say("%s%s is imported and left out: %s", place(k.at), file, k.why)
		}
	}
}

// place writes "file:line:column: ", as far as it is known.
func place(p graph.Place) string {
	switch {
	case p.File == "":
		return ""
	case p.Line == 0:
		return p.File + ": "
	}
	return fmt.Sprintf("%s:%d:%d: ", p.File, p.Line, p.Column)
}

// display shortens a path for people: relative to the current folder where that is not longer.
func display(path string) string {
	here, err := os.Getwd()
	if err != nil {
		return path
	}
	rel, err := filepath.Rel(here, path)
	if err != nil || len(rel) >= len(path) {
		return path
	}
	return rel
}

// first is args[0], or "" if there is none.
func first(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}
