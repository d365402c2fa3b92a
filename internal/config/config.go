// Package config reads .nixsink.toml, the file in which a repository says what nixsink shall track and demand.
//
// In goes the path of a folder; out comes a Config: every key of the file, decoded strictly (an unknown key is an error with its line
// and column). The package knows nothing of Nix and runs no analysis.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"nixsink/graph"
	"nixsink/internal/check"
	"nixsink/internal/door"
)

// Name is the name of the configuration file.
const Name = ".nixsink.toml"

// Config is the contents of a configuration file. The zero Config is what holds without one.
type Config struct {
	Roots         []string          `toml:"roots"`          // option namespaces to track
	ArgumentRoots []string          `toml:"argument-roots"` // module arguments to track
	Entries       []string          `toml:"entries"`        // entry points, relative to the file's folder
	Exclude       []string          `toml:"exclude"`        // globs of what is not read
	Critical      check.Count       `toml:"critical"`       // reads from which a value is critical; 0: the default
	Layers        []Layer           `toml:"layer"`          // lowest first
	Loaders       []Loader          `toml:"loader"`
	IDRules       []IDRule          `toml:"id-rule"`
	Aliases       map[string]string `toml:"aliases"` // id → value path
	Title         string            `toml:"title"`   // what reports and pictures are called
	Link          string            `toml:"link"`    // where a source line is found: https://…/{file}#L{line}
	Benchmarks    Benchmarks        `toml:"benchmarks"`
	Annotate      Annotate          `toml:"annotate"` // how `nixsink annotate` writes
	Check         check.Config      `toml:"check"`    // what the checks demand
	Gate          check.Thresholds  `toml:"gate"`     // what `nixsink check` fails on
	Rules         []check.Rule      `toml:"rule"`     // checks of the repository's own
	Taints        []check.Taint     `toml:"taint"`    // what must not become part of what

	Secrets check.SecretsConfig `toml:"secrets"` // what is secret beside what tools bring

	// Path is the file that was read, "" if there is none.
	Path string `toml:"-"`
}

// Layer is an ordered group of modules.
type Layer struct {
	Name  string   `toml:"name"`
	Globs []string `toml:"globs"`
}

// Loader describes what makes configurations in a way that the text does not tell.
type Loader struct {
	Function string   `toml:"function"` // what makes them where it is called
	Class    string   `toml:"class"`    // nixos, darwin, home
	Hosts    []string `toml:"hosts"`    // globs
	Modules  []string `toml:"modules"`  // globs, in which {host} is the host's name
	Homes    []string `toml:"homes"`    // the same
}

// IDRule tells how an id is rewritten to a value's path.
type IDRule struct {
	Prefix string   `toml:"prefix"`
	To     []string `toml:"to"`
}

// Benchmarks are what the metrics table of a report is measured against. Zero means the built-in benchmark.
type Benchmarks struct {
	Lines         check.Count `toml:"lines"`          // lines of code, fewer than
	Modules       check.Count `toml:"modules"`        // modules, fewer than
	LongestModule check.Count `toml:"longest-module"` // lines of the longest module, fewer than
	Documentation check.Share `toml:"documentation"`  // documentation coverage, more than
	SourceID      check.Share `toml:"source-id"`      // source-id coverage, more than
}

// Annotate says how annotations are written and repaired.
type Annotate struct {
	PrefixProse bool `toml:"prefix-prose"` // options are put in front of a sink's prose instead of leaving the line alone
}

// Dir is the folder that the configuration speaks of, "" if no file was read.
func (c *Config) Dir() string {
	if c.Path == "" {
		return ""
	}
	return filepath.Dir(c.Path)
}

// Find returns the configuration file that holds for dir: the one in dir or in the nearest folder above it, up to the root of the
// git work tree or of the file system. It returns "" if there is none.
func Find(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("look for %s: %w", Name, err)
	}
	for {
		path := filepath.Join(dir, Name)
		switch info, err := os.Stat(path); {
		case err == nil && !info.IsDir():
			return path, nil
		case err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission):
			return "", fmt.Errorf("look for %s: %w", Name, err)
		}
		// .git is a folder in a clone and a file in a work tree or submodule.
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return "", nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", nil
		}
		dir = up
	}
}

// Load reads the file at path, which a person named: it may lie anywhere.
func Load(path string) (*Config, error) {
	src, err := door.Read(path, door.MaxConfig)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	return loaded(path, src)
}

// LoadFound reads the file at path, which Find gave: no link leads from it out of the repository.
func LoadFound(path string) (*Config, error) {
	top, err := door.Top(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	src, err := door.ReadBelow(top, path, door.MaxConfig)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	return loaded(path, src)
}

func loaded(path string, src []byte) (*Config, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	c, err := Parse(path, src)
	if err != nil {
		return nil, err
	}
	c.Path = abs
	return c, nil
}

// Parse decodes src; name is what errors call the file.
func Parse(name string, src []byte) (*Config, error) {
	src = bytes.TrimPrefix(src, []byte("\ufeff")) // a byte order mark, as some editors write it
	var c Config
	dec := toml.NewDecoder(strings.NewReader(string(src)))
	dec.DisallowUnknownFields().EnableUnmarshalerInterface()
	if err := dec.Decode(&c); err != nil {
		return nil, explain(name, err)
	}
	if errs := c.validate(name); len(errs) > 0 {
		return nil, errs
	}
	// Findings about the configuration point at its lines, so the checks get the text as well.
	// A gate that wants annotations is told where they are missing.
	g := c.Gate
	c.Check.All = c.Check.All || g.SourceID != nil || g.Sink != nil || g.Declaration != nil || g.Patch != nil || len(g.Layers) > 0
	c.Check.Rules, c.Check.File, c.Check.Text = c.Rules, Name, string(src)
	c.Check.Secrets, c.Check.Taints = c.Secrets, c.Taints
	return &c, nil
}

// Options are the graph options that the configuration asks for when the tree at dir is analysed.
func (c *Config) Options(dir string) graph.Options {
	o := graph.Options{
		Roots:       c.Roots,
		ArgRoots:    c.ArgumentRoots,
		Entries:     c.rebasePaths(c.Entries, dir),
		Exclude:     c.rebaseGlobs(c.Exclude, dir),
		Aliases:     c.Aliases,
		CriticalMin: c.Critical.Int(),
		SecretFiles: c.rebaseGlobs(c.Secrets.Files, dir),
	}
	for _, l := range c.Layers {
		o.Layers = append(o.Layers, graph.Layer{Name: l.Name, Globs: c.rebaseGlobs(l.Globs, dir)})
	}
	for _, l := range c.Loaders {
		o.Loaders = append(o.Loaders, graph.Loader{Function: l.Function, Class: l.Class,
			Hosts: c.rebaseGlobs(l.Hosts, dir), Modules: c.rebaseGlobs(l.Modules, dir), Homes: c.rebaseGlobs(l.Homes, dir)})
	}
	for _, r := range c.IDRules {
		o.IDRules = append(o.IDRules, graph.IDRule{Prefix: r.Prefix, To: r.To})
	}
	return o
}
