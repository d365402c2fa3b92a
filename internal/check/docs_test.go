package check_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
	"golang.org/x/tools/txtar"

	"nixsink/graph"
	"nixsink/internal/check"
)

var update = flag.Bool("update", false, "rewrite golden files and docs/checks.md")

// marker stands behind the lines that an example's check reports.
var marker = regexp.MustCompile(`[ \t]*# <- here$`)

var block = regexp.MustCompile("(?s)```(nix|toml)\n(.*?)```")

// analyze writes a txtar of a project to a folder, markers taken out, and analyses it. marked are the places of markers.
func analyze(t *testing.T, text string) (g *graph.Graph, marked []string) {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(text)).Files {
		src, lines := unmark(f.Name, string(f.Data))
		marked = append(marked, lines...)
		name := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(src), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	g, err := graph.Analyze(context.Background(), dir, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return g, marked
}

func unmark(name, text string) (string, []string) {
	var marked []string
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if marker.MatchString(line) {
			lines[i] = marker.ReplaceAllString(line, "")
			marked = append(marked, fmt.Sprintf("%s:%d", name, i+1))
		}
	}
	return strings.Join(lines, "\n"), marked
}

// config reads the [check] table and the rules of a configuration as the command line does.
func config(t *testing.T, text string) (check.Config, []string) {
	t.Helper()
	text, marked := unmark(".nixsink.toml", text)
	var file struct {
		Check   check.Config        `toml:"check"`
		Rules   []check.Rule        `toml:"rule"`
		Taints  []check.Taint       `toml:"taint"`
		Secrets check.SecretsConfig `toml:"secrets"`
	}
	d := toml.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		t.Fatal(err)
	}
	file.Check.Secrets, file.Check.Taints = file.Secrets, file.Taints
	file.Check.Rules, file.Check.File, file.Check.Text = file.Rules, ".nixsink.toml", text
	return file.Check, marked
}

func run(t *testing.T, g *graph.Graph, cfg check.Config) check.Report {
	t.Helper()
	r, err := check.Run(t.Context(), g, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// where lists the places of a check's findings, without those that are waived.
func where(r check.Report, name string) []string {
	var out []string
	for _, f := range r.Findings {
		if f.Check == name && !f.Waived {
			out = append(out, fmt.Sprintf("%s:%d", f.At.File, f.At.Line))
		}
	}
	return out
}

// Every check's documentation has an example, and the check reports the marked lines of it and no others.
func TestExamples(t *testing.T) {
	for _, c := range check.All {
		t.Run(c.Name, func(t *testing.T) {
			project, cfg := "", check.Config{}
			var want []string
			for _, m := range block.FindAllStringSubmatch(c.Doc, -1) {
				if m[1] == "nix" {
					project = m[2]
				} else {
					var marked []string
					cfg, marked = config(t, m[2])
					want = append(want, marked...)
				}
			}
			if project == "" {
				t.Fatal("the documentation has no example")
			}
			g, marked := analyze(t, project)
			want = append(want, marked...)
			r := run(t, g, cfg)
			got := where(r, c.Name)
			slices.Sort(got)
			slices.Sort(want)
			if len(want) == 0 {
				t.Error("the example marks no line")
			}
			if !slices.Equal(got, want) {
				t.Errorf("reported %v, marked %v\n%s", got, want, listing(r))
			}
		})
	}
}

func listing(r check.Report) string {
	var b strings.Builder
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%s:%d:%d %s %s", f.At.File, f.At.Line, f.At.Column, f.Check, f.Message)
		if f.Waived {
			fmt.Fprintf(&b, " (waived: %s)", f.WaivedBecause)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// docs/checks.md is made of the checks' own words.
func TestDocs(t *testing.T) {
	golden(t, "../../docs/checks.md", check.Docs())
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is stale; `go test ./internal/check/... -update` rewrites it. Now:\n%s", name, got)
	}
}

func TestTable(t *testing.T) {
	if !slices.IsSortedFunc(check.All, func(a, b check.Check) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("the table is not sorted by name")
	}
	for _, c := range check.All {
		if c.Summary == "" || c.Default == check.Off {
			t.Errorf("%s has no summary or is off", c.Name)
		}
		if got, ok := check.Lookup(c.Name); !ok || got.Name != c.Name {
			t.Errorf("%s is not found by its name", c.Name)
		}
	}
}
