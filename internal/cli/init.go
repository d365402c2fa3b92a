package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"nixsink/graph"
	"nixsink/internal/config"
	"nixsink/internal/docs"
)

// newInit is the command that writes a configuration file.
func newInit(a *app) *cobra.Command {
	var show, write, agents bool
	cmd := &cobra.Command{
		Use:   "init [PATH]",
		Short: "Make a " + config.Name + " that fits the repository",
		Long: `Init looks at the tree below PATH and makes a commented ` + config.Name + `: the namespaces, layers and entry points that were
found, and coverage gates that pass today. It shows the file as a diff, and writes it with -w. One that exists is never overwritten.

With --agents it makes a section of AGENTS.md instead, which tells agents when to ask nixsink what; the rest of that file is left alone.`,
		Example: "  nixsink init\n  nixsink init -w\n  nixsink init --print > " + config.Name + "\n  nixsink init --agents -w",
		Args:    between(0, 1, "at most one PATH"),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		dir := first(args)
		if dir == "" && a.tree.dir == "" {
			dir = "." // never a folder above: that one has its file already
		}
		t, err := a.locate(cmd, dir)
		if err != nil {
			return err
		}
		if agents {
			return a.initAgents(cmd.Context(), t, show, write)
		}
		file := filepath.Join(t.dir, config.Name)
		if _, err := os.Lstat(file); err == nil && !show {
			return usagef("%s exists already; --print shows what would be written", display(file))
		}
		// What is found must be what the tree says, not what a file above says of it.
		t.opts = (&config.Config{}).Options(t.dir)
		if len(a.tree.roots) > 0 {
			t.opts.Roots = a.tree.roots
		}
		t.opts.ArgRoots, t.opts.Entries, t.opts.Exclude = a.tree.argRoots, a.tree.entries, a.tree.exclude
		g, err := a.analyse(cmd.Context(), t)
		if err != nil {
			return err
		}
		text := initial(g, a.tree.exclude)
		switch {
		case show:
			_, _ = a.out.Write([]byte(text))
			return nil
		case !write:
			fmt.Fprint(a.out, a.coloured(docs.Diff(".", []docs.Change{{Name: display(file), New: []byte(text)}})))
			a.say("nothing is written yet: -w does it")
			return nil
		}
		if err := a.create(file, text); err != nil {
			return err
		}
		a.say("wrote %s", display(file))
		return nil
	}
	a.tree.add(cmd.Flags())
	cmd.Flags().BoolVarP(&write, "write", "w", false, "write the file")
	cmd.Flags().BoolVar(&agents, "agents", false, "tell agents in AGENTS.md when to ask nixsink what")
	cmd.Flags().BoolVar(&show, "print", false, "print the file as it would be, not as a diff")
	return cmd
}

// create writes a file that must not exist, whole or not at all: a link fails where a rename would overwrite.
func (a *app) create(file, text string) error {
	a.writing.Lock()
	defer a.writing.Unlock()
	tmp, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*")
	if err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.WriteString(text)
	if err = errors.Join(err, tmp.Chmod(0o644), tmp.Close()); err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	if err := os.Link(tmp.Name(), file); errors.Is(err, fs.ErrExist) {
		return usagef("%s exists already", display(file))
	} else if err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	return nil
}

// initial is the text of a configuration file for a tree. Keys that say what nixsink finds by itself anyway stand there as comments.
func initial(g *graph.Graph, exclude []string) string {
	var b strings.Builder
	w := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	w("# What nixsink tracks and demands in this repository. Every key is described in nixsink's docs/configuration.md.")
	w("# A key behind a single # is the default, or an example.")
	w("")
	w("# Option namespaces that hold the central values.")
	var roots, args []string
	for _, r := range g.Roots {
		if r.Argument {
			args = append(args, r.Path)
			w("# The module argument %s: %s.", r.Path, oneLine(r.Why))
		} else {
			roots = append(roots, r.Path)
			w("# config.%s: %s.", r.Path, oneLine(r.Why))
		}
	}
	switch {
	case len(roots) > 0 && len(g.Values) > 0:
		w("roots = %s", list(roots))
	case len(roots) > 0:
		w("# No option is declared or read there: name the repository's own namespace.")
		w("#roots = %s", list(roots))
	default:
		w(`#roots = ["my"]`)
	}
	w("# Module arguments that hold central values, for repositories that pass them through specialArgs.")
	if len(args) > 0 {
		w("argument-roots = %s", list(args))
	} else {
		w(`#argument-roots = ["vars"]`)
	}
	w("")
	w("# Files from which imports are followed; found by itself.")
	var entries []string
	for _, m := range g.Modules {
		if m.Role == "entry" && !slices.Contains(entries, m.Path) {
			entries = append(entries, m.Path)
		}
	}
	if len(entries) == 0 {
		entries = []string{"configuration.nix"}
	}
	w("#entries = %s", list(entries))
	w("# What is not read, besides what .gitignore names.")
	if len(exclude) > 0 {
		w("exclude = %s", list(exclude))
	} else {
		w(`#exclude = ["archive/**"]`)
	}
	w("# Where a source line is found on the web: pictures and pages link there.")
	w(`#link = "https://example.org/owner/repository/blob/main/{file}#L{line}"`)
	w("")
	writeLayers(w, g)
	w("# An id such as CFG.ports.ssh stands for a value's path.")
	w("#[[id-rule]]")
	w(`#prefix = "CFG."`)
	root := "my"
	if len(roots) > 0 {
		root = roots[0]
	}
	w("#to = %s", list([]string{root + ".configs.", root + "."}))
	w("")
	w("# What the report's metrics are measured against.")
	w("#[benchmarks]")
	w("#lines = 5000")
	w("#modules = 100")
	w("#longest-module = 300")
	w("#documentation = 0.8")
	w("#source-id = 0.7")
	w("")
	w("# What 'nixsink check' fails on. The ratios are what the repository has today: raise them as it gets better.")
	w("[gate]")
	gate := func(key string, v float64, ok bool) {
		// Below a tenth, a gate that passes today demands nothing.
		if ok && v >= 0.1 {
			w("%s = %s", key, strconv.FormatFloat(float64(int(v*100))/100, 'f', 2, 64))
		} else {
			w("#%s = 0.70", key)
		}
	}
	v, ok := g.Coverage.SourceID.LowerBound()
	gate("source-id-coverage", v, ok)
	v, ok = g.Coverage.Precision.Value()
	gate("annotation-precision", v, ok)
	v, ok = g.Coverage.DocModules.Value()
	gate("module-documentation", v, ok)
	w("# Findings of this severity and above fail: error, warning, info or off. 'nixsink baseline' forgives today's.")
	w(`#fail-on = "error"`)
	w("")
	w("# How much each check matters; 'nixsink explain' lists them.")
	w("#[check.severity]")
	w(`#missing-sink = "off"`)
	var ranges []string
	for _, l := range g.Layers {
		// 10-infrastructure has the ports from 10000, if the repository wants it so.
		digits := l[:len(l)-len(strings.TrimLeft(l, "0123456789"))]
		if n, err := strconv.Atoi(digits); err == nil && g.Ordered && n > 0 && n*1000+9999 <= 65535 {
			ranges = append(ranges, fmt.Sprintf("#%s = \"%d-%d\"", quoteTOML(l), n*1000, n*1000+9999))
		}
	}
	if len(ranges) > 0 {
		w("")
		w("# The ports that belong to each layer.")
		w("#[check.port-ranges]")
		w("%s", strings.Join(ranges, "\n"))
	}
	return b.String()
}

// writeLayers shows the layers that were found.
func writeLayers(w func(string, ...any), g *graph.Graph) {
	switch {
	case len(g.Layers) == 0:
		w("# Layers, lowest first: what lies lower must not read what lies higher.")
		w("#[[layer]]")
		w(`#name = "core"`)
		w(`#globs = ["modules/core/**"]`)
		w("")
		return
	case g.Ordered:
		w("# Layers, lowest first, as the numbers in the folders' names say.")
	default:
		w("# Folders group modules but have no order. Put them in order, the lowest first, and they are layers:")
		w("# what lies lower must not read what lies higher.")
	}
	for _, l := range g.Layers {
		w("#[[layer]]")
		w("#name = %s", quoteTOML(l))
		w("#globs = %s", list(layerGlobs(g, l)))
	}
	w("")
}

// layerGlobs are the folders of a layer's modules: those that bear its name.
func layerGlobs(g *graph.Graph, layer string) []string {
	var globs []string
	for _, m := range g.Modules {
		if m.Layer != layer {
			continue
		}
		glob := path.Dir(m.Path) + "/**"
		for dir := path.Dir(m.Path); dir != "."; dir = path.Dir(dir) {
			if path.Base(dir) == layer {
				glob = dir + "/**"
			}
		}
		if path.Dir(m.Path) == "." {
			glob = m.Path
		}
		if !slices.Contains(globs, glob) {
			globs = append(globs, glob)
		}
	}
	slices.Sort(globs)
	return globs
}

// list writes a TOML list of strings.
func list(items []string) string {
	quoted := make([]string, len(items))
	for i, s := range items {
		quoted[i] = quoteTOML(s)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// quoteTOML writes a TOML basic string: Go's \x and \a escapes are not TOML's.
func quoteTOML(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func oneLine(s string) string { return strings.TrimRight(strings.Join(strings.Fields(s), " "), ".") }
