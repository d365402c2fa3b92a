package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

// arrow says which packages of this module each stage may import. Text → tree → flow → graph → findings → bytes: nobody imports what
// comes after. A pattern covers the packages below it; a stage may always import its own.
var arrow = []struct {
	stage string
	may   []string
}{
	{"parse", nil},
	{"graph", []string{"internal/budget", "internal/door", "internal/fault", "parse", "internal/git", "internal/secrets"}},
	{"render", []string{"internal/budget", "internal/escape", "internal/suggest", "parse", "graph", "internal/fault", "internal/layout", "internal/check", "internal/review", "internal/change"}},
	{"internal/review", []string{"parse", "graph", "internal/check", "internal/secrets"}},
	{"internal/change", []string{"parse", "graph", "internal/check"}},
	{"internal/owners", []string{"graph", "internal/door"}},
	{"internal/layout", []string{"internal/budget"}},
	{"internal/cmd/nixsink-layout", nil},
	{"internal/cmd/release", []string{"internal/cli"}},
	{"internal/git", nil},
	{"internal/suggest", nil},
	{"internal/collector", nil},
	{"internal/budget", nil},
	{"internal/door", nil},
	{"internal/escape", nil},
	{"internal/fault", nil},
	{"internal/check", []string{"internal/budget", "internal/escape", "parse", "graph", "internal/fault", "internal/git", "internal/suggest", "internal/secrets"}},
	{"internal/docs", []string{"internal/door", "internal/git"}},
	{"internal/serve", nil},
	{"internal/rewrite", []string{"parse", "graph", "internal/check", "internal/git", "internal/suggest", "internal/door"}},
	{"internal/verify", []string{"parse", "graph", "internal/door", "internal/escape"}},
	{"internal/rename", []string{"graph", "internal/change", "internal/rewrite"}},
	{"internal/resident", []string{"graph", "internal/budget", "internal/check", "internal/fault"}},
	{"internal/lsp", []string{"parse", "graph", "render", "internal/check", "internal/config", "internal/fault", "internal/rename", "internal/resident", "internal/rewrite", "internal/suggest"}},
	{"internal/mcp", nil},
	{"internal/history", []string{"internal/escape", "graph", "internal/check", "internal/door", "internal/fault", "internal/git"}},
	{"internal/facts", []string{"internal/budget", "graph", "internal/change", "internal/check", "internal/config", "internal/door", "internal/git", "internal/secrets"}},
	{"internal/config", []string{"graph", "internal/check", "internal/suggest", "internal/door"}},
	{"internal/account", nil}, // not even parse: what it counts must not depend on what is checked
	{"internal/flowtest", []string{"parse", "graph"}},
	{"internal/cli", []string{"parse", "graph", "render", "internal"}},
	{"internal/bench", []string{"parse", "graph", "render", "internal"}},
	{"internal/secrets", nil},
	{"", []string{"internal/cli"}}, // main.go
}

// only says which packages may use a library directly.
var only = []struct {
	library string
	users   []string
	why     string
}{
	{"github.com/goccy/go-graphviz", []string{"internal/cmd/nixsink-layout"}, "it compiles WebAssembly before main runs"},
	{"github.com/tetratelabs/wazero", []string{"internal/cmd/nixsink-layout"}, "it belongs to go-graphviz"},
	{"github.com/hmarr/codeowners", []string{"internal/owners"}, "who owns a file is asked there"},
	{"gonum.org/v1/gonum", []string{"graph"}, "queries are asked of the graph, nowhere else"},
	{"github.com/creachadair/jrpc2", []string{"internal/lsp"}, "one package speaks to editors"},
	{"github.com/modelcontextprotocol/go-sdk", []string{"internal/mcp"}, "one package speaks to agents"},
	{"github.com/google/rpmpack", []string{"internal/cmd/release"}, "it writes packages, which nixsink does not"},
	{"github.com/scip-code/scip", []string{"render"}, "it is one of the formats"},
	{"github.com/parquet-go/parquet-go", []string{"internal/facts"}, "it is one of the formats"},
	{"github.com/spf13", []string{"internal/cli"}, "the command line is one package"},
}

func TestImportsFollowTheArrow(t *testing.T) {
	for _, p := range list(t, "./...") {
		stage := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, "nixsink"), "/")
		i := slices.IndexFunc(arrow, func(a struct {
			stage string
			may   []string
		}) bool {
			return stage == a.stage || a.stage != "" && within(stage, a.stage)
		})
		if i < 0 {
			t.Errorf("%s has no place in the arrow: add it to imports_test.go", p.ImportPath)
			continue
		}
		for _, dep := range p.Imports {
			if rest, ours := strings.CutPrefix(dep, "nixsink/"); ours {
				if !within(rest, arrow[i].stage) && !slices.ContainsFunc(arrow[i].may, func(m string) bool { return within(rest, m) }) {
					t.Errorf("%s imports %s, against the arrow", p.ImportPath, dep)
				}
				continue
			}
			best := -1 // the longest rule that fits
			for j, o := range only {
				if within(dep, o.library) && (best < 0 || len(o.library) > len(only[best].library)) {
					best = j
				}
			}
			if best >= 0 && !slices.ContainsFunc(only[best].users, func(u string) bool { return within(stage, u) }) {
				t.Errorf("%s imports %s: %s", p.ImportPath, dep, only[best].why)
			}
		}
	}
}

// What the main program links, it pays for at every start.
func TestMainLinksNoGraphviz(t *testing.T) {
	for _, p := range list(t, "-deps", ".") {
		if strings.HasPrefix(p.ImportPath, "github.com/goccy/go-graphviz") || strings.HasPrefix(p.ImportPath, "github.com/tetratelabs/wazero") {
			t.Errorf("nixsink links %s", p.ImportPath)
		}
	}
}

type goPackage struct {
	ImportPath string
	Imports    []string
}

func list(t *testing.T, args ...string) []goPackage {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Imports"}, args...)...)
	cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %v\n%s", err, exit.Stderr)
		}
		t.Fatal(err)
	}
	var packages []goPackage
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
	return packages
}

// within reports whether a package is root or lies below it.
func within(pkg, root string) bool {
	return pkg == root || strings.HasPrefix(pkg, path.Clean(root)+"/")
}
