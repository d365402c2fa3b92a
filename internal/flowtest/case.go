// Package flowtest reads the cases of testdata/flow, says what real evaluation makes of them, and compares an
// analysis with what they want. It knows nothing of how flows are found: the tests of package graph hand it theirs.
package flowtest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"
)

// A Flow is value → option, or value → value, as a want line writes it.
type Flow struct {
	From, To string // my.ports.ssh, services.openssh.ports
	Kind     string // data, key, control, default
	In       string // the configurations that it holds in, sorted, a blank between; "" where nothing is said of them
}

func (f Flow) String() string {
	s := f.From + " -> " + f.To + " " + f.Kind
	if f.In != "" {
		s += " [" + f.In + "]"
	}
	return s
}

// In writes a list of configurations as a Flow has it.
func In(names []string) string {
	names = slices.Clone(names)
	slices.Sort(names)
	return strings.Join(slices.Compact(names), " ")
}

// A Finding is what a check reports: `undeclared-value my.net.vpn`.
type Finding struct{ Check, Subject string }

func (f Finding) String() string { return "finding " + f.Check + " " + f.Subject }

// A Case is a small set of modules and the flows that evaluation shows.
type Case struct {
	Name     string // the file's name without its extension; "" where only the text is known
	Title    string // the first line: what the case shows
	Files    []txtar.File
	Flows    []Flow
	None     []string // values that reach nothing
	Findings []Finding
}

// Parse reads a case.
func Parse(data []byte) (Case, error) {
	ar := txtar.Parse(data)
	title, _, _ := strings.Cut(string(ar.Comment), "\n")
	c := Case{Title: strings.TrimSpace(title)}
	wanted := false
	for _, f := range ar.Files {
		if f.Name != "want" {
			c.Files = append(c.Files, f)
			continue
		}
		wanted = true
		for line := range strings.Lines(string(f.Data)) {
			if line = strings.TrimSpace(line); line == "" {
				continue
			}
			if err := c.want(line); err != nil {
				return Case{}, err
			}
		}
	}
	if !wanted || len(c.Files) == 0 || !slices.Contains([]string{"main.nix", "flake.nix", "hive.nix", "default.nix"}, c.Files[0].Name) {
		return Case{}, fmt.Errorf("a case needs an entry point (main.nix, flake.nix) first and want")
	}
	return c, nil
}

func (c *Case) want(line string) error {
	if rest, ok := strings.CutPrefix(line, "finding "); ok {
		check, subject, _ := strings.Cut(rest, " ")
		c.Findings = append(c.Findings, Finding{check, subject})
		return nil
	}
	from, rest, ok := strings.Cut(line, " -> ")
	if rest == "none" {
		c.None = append(c.None, from)
		return nil
	}
	var in string
	if cut := strings.Index(rest, " ["); cut >= 0 && strings.HasSuffix(rest, "]") {
		in = In(strings.Fields(rest[cut+2 : len(rest)-1]))
		rest = rest[:cut]
	}
	at := strings.LastIndex(rest, " ")
	if !ok || at < 0 || !slices.Contains([]string{"data", "key", "control", "default"}, rest[at+1:]) {
		return fmt.Errorf("want line not understood: %s", line)
	}
	c.Flows = append(c.Flows, Flow{from, rest[:at], rest[at+1:], in})
	return nil
}

// Load reads all cases of a folder, sorted by name.
func Load(dir string) ([]Case, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("no flow cases in %s: %v", dir, err)
	}
	var cases []Case
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read flow case: %w", err)
		}
		c, err := Parse(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		c.Name = strings.TrimSuffix(filepath.Base(name), ".txtar")
		cases = append(cases, c)
	}
	return cases, nil
}

// LoadTodo reads the cases of a folder that are known to fail, and none if there is no such folder.
func LoadTodo(dir string) ([]Case, error) {
	if _, err := os.Stat(dir); os.IsNotExist(err) {
		return nil, nil
	}
	if names, err := filepath.Glob(filepath.Join(dir, "*.txtar")); err != nil || len(names) == 0 {
		return nil, err
	}
	return Load(dir)
}

// Write puts the case's files below dir.
func (c Case) Write(dir string) error {
	for _, f := range c.Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return fmt.Errorf("write flow case: %w", err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			return fmt.Errorf("write flow case: %w", err)
		}
	}
	return nil
}

// Modules lists the files that evaluation starts from: main.nix, and every other Nix file beside it that no file names.
func (c Case) Modules() []string {
	var names []string
	for i, f := range c.Files {
		named := strings.Contains(f.Name, "/") || f.Name == "specialArgs.nix" || !strings.HasSuffix(f.Name, ".nix")
		for _, g := range c.Files {
			named = named || g.Name != f.Name && strings.Contains(string(g.Data), "/"+f.Name)
		}
		if i == 0 || !named {
			names = append(names, f.Name)
		}
	}
	return names
}
