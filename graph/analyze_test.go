package graph

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// TestAnalyze holds what is read, declared, imported and left open against the lists in testdata/*.txtar. A list names
// what it is of: references, values, unresolved, imports, modules, roots. What a case does not list is not looked at.
func TestAnalyze(t *testing.T) {
	files, err := filepath.Glob("testdata/analyze/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			var opts Options
			wants := map[string]string{}
			for _, f := range ar.Files {
				if list, ok := strings.CutPrefix(f.Name, "want "); ok {
					wants[list] = string(f.Data)
					continue
				}
				if f.Name == "options" {
					for line := range strings.Lines(string(f.Data)) {
						key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
						switch key {
						case "root":
							opts.Roots = append(opts.Roots, value)
						case "arg-root":
							opts.ArgRoots = append(opts.ArgRoots, value)
						case "entry":
							opts.Entries = append(opts.Entries, value)
						case "loader": // function, class, hosts
							words := strings.Fields(value)
							opts.Loaders = append(opts.Loaders, Loader{Function: words[0], Class: words[1], Hosts: words[2:]})
						case "loader-modules":
							opts.Loaders[len(opts.Loaders)-1].Modules = strings.Fields(value)
						case "loader-homes":
							opts.Loaders[len(opts.Loaders)-1].Homes = strings.Fields(value)
						default:
							t.Fatalf("unknown option %q", key)
						}
					}
					continue
				}
				path := filepath.Join(dir, filepath.FromSlash(f.Name))
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, f.Data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			g, err := Analyze(context.Background(), dir, opts)
			if err != nil {
				t.Fatal(err)
			}
			got := listsOf(g)
			for list, want := range wants {
				lines, ok := got[list]
				if !ok {
					t.Fatalf("no list %q", list)
				}
				slices.Sort(lines)
				if have := strings.Join(lines, ""); have != want {
					t.Errorf("%s\n-- got %s --\n%s-- want --\n%s", ar.Comment, list, have, want)
				}
			}
		})
	}
}

// listsOf is a graph as short lists of text.
func listsOf(g *Graph) map[string][]string {
	out := map[string][]string{"references": nil, "values": nil, "unresolved": nil, "imports": nil, "modules": nil, "roots": nil, "flows": nil, "hidden": nil, "configurations": nil}
	add := func(list, format string, args ...any) {
		out[list] = append(out[list], strings.TrimRight(fmt.Sprintf(format, args...), " ")+"\n")
	}
	for _, r := range g.References {
		via := ""
		if r.Via != "" {
			via = "via " + r.Via
		}
		add("references", "%s:%d:%d %s %s %s", r.At.File, r.At.Line, r.At.Column, r.Value.Path, r.Kind, via)
	}
	for _, v := range g.Values {
		what := ""
		switch {
		case len(v.Declared) == 0:
			what = "undeclared"
		case v.Member:
			what = "member"
		case v.Registry:
			what = "registry"
		}
		add("values", "%s %s", v.Path, what)
	}
	for _, u := range g.Unresolved {
		add("unresolved", "%s:%d:%d %s", u.At.File, u.At.Line, u.At.Column, u.Path)
	}
	for _, h := range g.Hidden {
		add("hidden", "%s:%d %s by %s:%d, %s", h.At.File, h.At.Line, h.Option, h.By.File, h.By.Line, h.Why)
	}
	for _, i := range g.Imports {
		what := ""
		switch {
		case i.Disabled:
			what = "disabled"
		case i.Missing:
			what = "missing"
		case i.External:
			what = "external"
		}
		add("imports", "%s:%d %s %s", i.From, i.At.Line, i.To, what)
	}
	for _, m := range g.Modules {
		reach := "unreachable"
		if m.Reachable {
			reach = "reachable"
		}
		add("modules", "%s %s %s %s", m.Path, m.Role, reach, m.Instance)
	}
	for _, r := range g.Roots {
		add("roots", "%s argument=%v", r.Path, r.Argument)
	}
	for _, c := range g.Configurations {
		add("configurations", "%s %s %s", c.Name, c.Class, strings.Join(c.Modules, " "))
	}
	for f := range g.Flows.All() {
		add("flows", "%s -> %s %s", f.From.Path, f.To, f.Kind)
	}
	return out
}

// TestLongPath holds that a path of very many names is followed like any other.
func TestLongPath(t *testing.T) {
	dir := plant(t, map[string]string{"default.nix": "{ config, lib, ... }: { options.my.a = lib.mkOption { default = 1; }; config.x = config.my.a; config.y = config.my" +
		strings.Repeat(".a", 1<<16) + "; }"})
	g, err := Analyze(context.Background(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	to := map[string]bool{}
	for f := range g.Flows.All() {
		to[f.To] = true
	}
	if !to["x"] || !to["y"] {
		t.Errorf("my.a flows into %v, want x and y", to)
	}
}

// TestNamesOnly holds that what is asked for its names alone has the values and ids of a whole analysis.
func TestNamesOnly(t *testing.T) {
	dir := filepath.Join("..", "testdata", "projects", "homelab")
	names := func(opts Options) (out []string) {
		g, err := Analyze(context.Background(), dir, opts)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range g.Values {
			out = append(out, v.Path)
			for _, id := range v.IDs {
				out = append(out, id.Name)
			}
		}
		return out
	}
	if whole, only := names(Options{}), names(Options{Names: true}); len(only) == 0 || !slices.Equal(whole, only) {
		t.Errorf("the names alone are %d, of the whole analysis %d", len(only), len(whole))
	}
}
