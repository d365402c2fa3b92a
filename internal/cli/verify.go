package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"nixsink/graph"
	"nixsink/internal/check/output"
	"nixsink/internal/verify"
	"nixsink/parse"
)

var verifyFormats = []string{"text", "markdown", "json", "badge"}

// verifyFlags say what is evaluated, and how much of it.
type verifyFlags struct {
	host, file, attr string
	args, include    []string
	sample           int
	budget, call     time.Duration
	fresh            bool
}

// newVerify is the command that holds the text against evaluation. No other one has Nix evaluate the tree.
func newVerify(a *app) *cobra.Command {
	var out outputFlags
	var v verifyFlags
	cmd := &cobra.Command{
		Use:   "verify [PATH]",
		Short: "Prove what the text tells: have Nix evaluate one configuration, and compare",
		Long: `Verify has the nix of this machine evaluate one configuration and compares with what the text tells: which files are imported, what is declared, with types and
defaults, which file defines which option, what central values come to, and where they end up. For that it sets one value after the other to another one of its type
(extendModules) and looks at which definitions of the tree differ.

This is the only command that EXECUTES Nix code of the tree, and it does so only when you type it: use it on trees that you would evaluate anyway. Nothing is built,
import from derivation is off, nothing is fetched or substituted, evaluation may read the tree and the search path only (restrict-eval; a flake is evaluated purely),
and on Linux it has no network where the system allows that. A flake's inputs have to be there ('nix flake archive').

A flow is confirmed if the option changes with the value, perhaps with other values, which are named, being otherwise too; false if the option is there and stays as it
is; unseen if no state that was looked at can tell; missed if only evaluation shows it. What was tried is kept (in the user's cache folder), so that a run that was
ended goes on where it was.

Exit status: 0 nothing is false or missed; 1 something is; 2 the configuration cannot be evaluated.`,
		Example: `  nixsink verify --host tower
  nixsink verify --host tower --sample 20 --time 5m
  nixsink verify --file ./eval.nix --format markdown=verify.md
  nixsink verify --file ./default.nix --attr config.web -I nixpkgs=/path/to/nixpkgs`,
		Args: between(0, 1, "at most one PATH"),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		outs, err := outputs(out.asked(), out.file, verifyFormats, func(ext string) string {
			return map[string]string{".md": "markdown", ".svg": "badge", ".json": "json", ".txt": "text"}[ext]
		}, "text")
		if err != nil {
			return err
		}
		switch {
		case (v.host == "") == (v.file == ""):
			return &usageError{msg: "verify needs --host NAME (of a flake) or --file FILE (that makes a configuration)", help: cmd.CommandPath()}
		case v.file == "" && (v.attr != "" || len(v.args) > 0):
			return usagef("--attr and --argstr are for --file")
		case v.sample < 0:
			return usagef("--sample is a number of values, not %d", v.sample)
		}
		t, err := a.locate(cmd, first(args))
		if err != nil {
			return err
		}
		if v.host != "" {
			t.opts.Hosts = []string{v.host}
		}
		g, err := a.analyse(cmd.Context(), t)
		if err != nil {
			return err
		}
		source, opts, err := v.what(t, g)
		if err != nil {
			return err
		}
		a.say("evaluating %s with nix: this executes the Nix code of %s; nothing is built or fetched", opts.Configuration, t.dir)
		n, err := verify.Open(cmd.Context(), source, v.call)
		if err != nil {
			return err
		}
		a.child.Store(n)
		defer a.child.Store(nil)
		if !n.Isolated() {
			a.say("this system does not let evaluation run without a network: only nix's own settings keep it from fetching")
		}
		opts.Sample = v.sample
		if v.budget > 0 {
			opts.Until = time.Now().Add(v.budget)
		}
		opts.Progress = func(done, all int, _ string) { a.progress.tell(done, all, "values") }
		if opts.State, err = v.state(t.dir, opts.Configuration); err != nil {
			return err
		}
		r, err := verify.Verify(cmd.Context(), g, n, opts)
		a.progress.clear()
		if err != nil {
			return err
		}
		few := 12
		if a.verbose {
			few = 0
		}
		if err := a.emit(outs, func(o outFile, w io.Writer) error {
			switch o.format {
			case "json":
				return r.JSON(w)
			case "markdown":
				return r.Markdown(w)
			case "badge":
				text, share, decided := r.Badge()
				color := "lightgrey"
				if decided {
					color = output.BadgeColor(share)
				}
				return output.Badge(w, "verified by evaluation", text, color)
			}
			return r.Text(w, few)
		}); err != nil {
			return err
		}
		if r.Failed() {
			return errFailed
		}
		return nil
	}
	a.tree.add(cmd.Flags())
	f := cmd.Flags()
	f.StringVar(&v.host, "host", "", "evaluate this `configuration` of the flake: a host or a home that 'nixsink hosts' lists")
	f.StringVar(&v.file, "file", "", "evaluate what this `file` makes: the result of lib.evalModules or nixosSystem, or a set or function that has it")
	f.StringVar(&v.attr, "attr", "", "where in it the configuration is, as a `path` of names")
	f.StringArrayVar(&v.args, "argstr", nil, "call functions on the way with `NAME=TEXT` (repeatable)")
	f.StringArrayVarP(&v.include, "include", "I", nil, "evaluation of --file may read this `path` too, or NAME=PATH for <NAME> (repeatable; NIX_PATH counts as well)")
	f.IntVar(&v.sample, "sample", 0, "try `N` values, the same in every run (default: all)")
	f.DurationVar(&v.budget, "time", 0, "begin no value after this `time`, such as 5m; the next run goes on (default: no end)")
	f.DurationVar(&v.call, "call-time", 5*time.Minute, "how long one evaluation may take, as a `time`")
	f.BoolVar(&v.fresh, "fresh", false, "do not go on with what an earlier run found out")
	out.add(cmd, verifyFormats, "write this format, as `NAME[=FILE]` (repeatable): text, markdown, json, badge (SVG)")
	return cmd
}

// what finds the configuration that is meant, for Nix and in the graph.
func (v *verifyFlags) what(t *tree, g *graph.Graph) (verify.Source, verify.Options, error) {
	dir, err := realPath(t.dir)
	if err != nil {
		return verify.Source{}, verify.Options{}, fmt.Errorf("look at %s: %w", t.dir, err)
	}
	s := verify.Source{Dir: dir, Args: map[string]string{}, Include: slices.Clone(v.include)}
	if v.host != "" {
		var found []*graph.Configuration
		for _, c := range g.Configurations {
			if path := parse.PathNames(c.Name); len(path) > 1 && !strings.ContainsAny(path[0], " /:") {
				found = append(found, c)
			}
		}
		if len(found) != 1 {
			return s, verify.Options{}, usagef("--host %s: it is one configuration that is evaluated, and %d outputs of the flake are called so; 'nixsink hosts' lists them", v.host, len(found))
		}
		s.Attr = parse.PathNames(found[0].Name)
		return s, verify.Options{Configuration: found[0].Name, In: found}, nil
	}
	if s.File, err = realPath(v.file); err != nil {
		return s, verify.Options{}, usagef("--file: %v", err)
	}
	if v.attr != "" {
		s.Attr = parse.PathNames(v.attr)
	}
	for _, arg := range v.args {
		name, text, ok := strings.Cut(arg, "=")
		if !ok || name == "" {
			return s, verify.Options{}, usagef("--argstr %s: it is NAME=TEXT", arg)
		}
		s.Args[name] = text
	}
	for i, path := range s.Include {
		// Relative to here, not to where nix is started.
		name, file, named := strings.Cut(path, "=")
		if !named {
			name, file = "", path
		}
		if !filepath.IsAbs(file) {
			if file, err = filepath.Abs(file); err != nil {
				return s, verify.Options{}, fmt.Errorf("-I %s: %w", path, err)
			}
		}
		if s.Include[i] = file; named {
			s.Include[i] = name + "=" + file
		}
	}
	opts := verify.Options{Configuration: v.file}
	rel, err := filepath.Rel(dir, s.File)
	if err != nil || strings.HasPrefix(rel, "..") {
		s.Include = append(s.Include, "nixsink-file="+s.File)
		return s, opts, nil
	}
	for _, c := range g.Configurations {
		if c.At.File == filepath.ToSlash(rel) {
			opts.In = append(opts.In, c)
		}
	}
	return s, opts, nil
}

// state is the file that keeps what was tried of a configuration; "" where there is no folder for it.
func (v *verifyFlags) state(dir, configuration string) (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		return "", nil
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("name the state of %s: %w", dir, err)
	}
	sum := sha256.Sum256([]byte(abs + "\x00" + configuration + "\x00" + v.attr))
	file := filepath.Join(base, "nixsink", "verify", hex.EncodeToString(sum[:12])+".json")
	if v.fresh {
		if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", fmt.Errorf("begin anew: %w", err)
		}
	}
	return file, nil
}
