package check_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"nixsink/graph"
	"nixsink/internal/check"
	conf "nixsink/internal/config"
)

// sentinel is in the text of every secret of the cases.
const sentinel = "SENTINEL"

// A secretCase is one of testdata/secrets, as its README describes.
type secretCase struct {
	name            string
	dir, runtime    string   // the repository, and what lies on the machine
	leaks, findings []string // "services.app.password"; "secret-in-store services.app.password (info)"
}

// secretCases writes the cases to folders of their own.
func secretCases(t *testing.T) []secretCase {
	t.Helper()
	names, err := filepath.Glob("../../testdata/secrets/*.txtar")
	if err != nil || len(names) < 40 {
		t.Fatalf("%d cases: %v", len(names), err)
	}
	var out []secretCase
	for _, name := range names {
		ar, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		top := t.TempDir()
		c := secretCase{name: strings.TrimSuffix(filepath.Base(name), ".txtar"), dir: filepath.Join(top, "tree"), runtime: filepath.Join(top, "run")}
		for _, f := range ar.Files {
			if f.Name == "want" {
				for line := range strings.Lines(string(f.Data)) {
					kind, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
					switch kind {
					case "leak":
						c.leaks = append(c.leaks, rest)
					case "finding":
						c.findings = append(c.findings, rest)
					case "":
					default:
						t.Fatalf("%s: line not understood: %s", c.name, line)
					}
				}
				continue
			}
			file := filepath.Join(c.dir, filepath.FromSlash(f.Name))
			if below, ok := strings.CutPrefix(f.Name, "run/"); ok {
				file = filepath.Join(c.runtime, filepath.FromSlash(below))
			}
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, f.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		out = append(out, c)
	}
	return out
}

// analyseSecrets analyses the tree of a case with its configuration and runs the checks.
func (c secretCase) analyse(t *testing.T) (*graph.Graph, check.Report) {
	t.Helper()
	var cfg conf.Config
	if src, err := os.ReadFile(filepath.Join(c.dir, conf.Name)); err == nil {
		read, err := conf.Parse(conf.Name, src)
		if err != nil {
			t.Fatal(err)
		}
		cfg = *read
	}
	opts := cfg.Options("")
	opts.Entries = []string{"main.nix"}
	g, err := graph.Analyze(t.Context(), c.dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	return g, run(t, g, cfg.Check)
}

func TestSecretFindings(t *testing.T) {
	for _, c := range secretCases(t) {
		t.Run(c.name, func(t *testing.T) {
			_, report := c.analyse(t)
			var got []string
			covered := map[string]bool{}
			for _, f := range report.Findings {
				if strings.Contains(f.Message, sentinel) || strings.Contains(f.Value, sentinel) {
					t.Errorf("a secret is told: %s: %s", f.Value, f.Message)
				}
				if !strings.HasPrefix(f.Check, "secret-") && f.Check != "literal-secret" {
					continue
				}
				line := f.Check + " " + f.Value
				if d, _ := check.Lookup(f.Check); f.Severity != check.Error && (f.Severity != d.Default || d.Default == check.Warning) {
					line += " (" + f.Severity.String() + ")"
				} else if f.Severity == check.Info {
					line += " (info)"
				}
				got = append(got, line)
				covered[f.Value] = true
				for _, r := range f.Related {
					if to, ok := strings.CutPrefix(r.Message, "and so becomes part of "); ok {
						covered[to] = true
					}
				}
			}
			slices.Sort(got)
			want := slices.Sorted(slices.Values(c.findings))
			if !slices.Equal(got, want) {
				t.Errorf("findings:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			for _, l := range c.leaks {
				known := covered[l] || slices.ContainsFunc(c.findings, func(f string) bool { return strings.HasPrefix(f, "literal-secret") || strings.Contains(f, "my.") })
				if !known && !strings.HasPrefix(l, "my.private") {
					t.Errorf("no finding speaks of %s", l)
				}
			}
		})
	}
}

// TestSecretEvaluation holds the cases' leaks against real evaluation: where the secret's text is in the configuration, or in what it names of the store.
func TestSecretEvaluation(t *testing.T) {
	if _, err := exec.LookPath("nix-instantiate"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("nix-instantiate is missing, and CI demands it")
		}
		t.Skip("nix-instantiate is missing")
	}
	for _, file := range []string{"../evalmodules/lib.nix", "../evalmodules/modules.nix", "../evalmodules/pkgs.nix", "evaluate.nix", "tools.nix"} {
		if _, err := os.ReadFile(filepath.Join("../../testdata/secrets", file)); err != nil { // so that go test knows what its answer depends on
			t.Fatal(err)
		}
	}
	store := t.TempDir()
	t.Cleanup(func() {
		_ = filepath.WalkDir(store, func(path string, d os.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				return os.Chmod(path, 0o755) // Nix makes them read-only
			}
			return nil
		})
	})
	for _, c := range secretCases(t) {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, "nix-instantiate", "--eval", "--strict", "--json", "--read-write-mode", "--store", store, "../../testdata/secrets/evaluate.nix",
				"--argstr", "dir", c.dir, "--argstr", "runtime", c.runtime)
			var errs bytes.Buffer
			cmd.Stderr = &errs
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%v: %s", err, errs.String())
			}
			var all any
			if err := json.Unmarshal(out, &all); err != nil {
				t.Fatal(err)
			}
			got := shows(t, store, all, nil)
			slices.Sort(got)
			got = slices.Compact(got)
			if want := slices.Sorted(slices.Values(c.leaks)); !slices.Equal(got, want) {
				t.Errorf("evaluation shows it in %q, want %q", got, want)
			}
		})
	}
}

var storePath = regexp.MustCompile(`/nix/store/[a-z0-9]{32}-[A-Za-z0-9+._?=-]+`)

// shows are the options in which the secret's text is, or in a file of the store that they name.
func shows(t *testing.T, store string, v any, path []string) (out []string) {
	t.Helper()
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			out = append(out, shows(t, store, x, append(path[:len(path):len(path)], k))...)
		}
	case []any:
		for _, x := range v {
			out = append(out, shows(t, store, x, path)...)
		}
	case string:
		has := strings.Contains(v, sentinel)
		for _, p := range storePath.FindAllString(v, -1) {
			has = has || holdsSentinel(filepath.Join(store, p))
		}
		if has {
			for i, s := range path {
				if !regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_'-]*$`).MatchString(s) {
					path[i] = fmt.Sprintf("%q", s)
				}
			}
			out = append(out, strings.Join(path, "."))
		}
	}
	return out
}

// holdsSentinel says whether a file, or one in a folder, has the secret's text in it.
func holdsSentinel(name string) (has bool) {
	_ = filepath.WalkDir(name, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			src, _ := os.ReadFile(path)
			has = has || bytes.Contains(src, []byte(sentinel))
		}
		return nil
	})
	return has
}
