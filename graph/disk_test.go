package graph

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nixsink/internal/git"
	"nixsink/internal/git/gittest"
)

// TestRevisionAsCheckedOut: a revision is analysed from git's objects alone, and all that is said of it is what is said of its checkout: what
// links of every kind lead to, what is left out and why, secrets' files, texts that the code reads, the hash.
func TestRevisionAsCheckedOut(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "x.nix")
	must(t, os.WriteFile(outside, []byte("{ }"), 0o644))
	dir := gittest.Init(t, map[string]string{
		"configuration.nix": `{ config, lib, ... }: {
  imports = [ ./a ./linked.nix ./folder ./up.nix ./out.nix ./absolute.nix ./nowhere.nix ./loop.nix ./chain.nix ./plain ./gone.nix ./folder/gone.nix ./outside/x.nix ];
  options.my = { port = lib.mkOption { default = 1; }; names = lib.mkOption { default = builtins.fromJSON (builtins.readFile ./data.json); }; };
  config.services.a = { inherit (config.my) port; key = builtins.readFile ./secrets/a.txt; names = config.my.names; big = builtins.readFile ./folder/data.json; };
}`,
		"a/default.nix":          `{ config, ... }: { services.b.port = config.my.port; }`,
		"a/text":                 `{ config, ... }: { services.c.port = config.my.port; }`,
		"linked.nix":             "-> a/text",
		"folder":                 "-> deep/er",
		"deep/er/default.nix":    `{ config, ... }: { services.d.port = config.my.port; }`,
		"deep/er/data.json":      `"x"`,
		"deep/up.nix":            "-> ../a/../up.nix",
		"up.nix":                 `{ config, ... }: { services.e.port = config.my.port; }`,
		"out.nix":                "-> ../elsewhere.nix",
		"deep/out.nix":           "-> ../../elsewhere.nix",
		"absolute.nix":           "-> " + outside,
		"nowhere.nix":            "-> a/nothing.nix",
		"loop.nix":               "-> loop2.nix",
		"loop2.nix":              "-> loop.nix",
		"chain.nix":              "-> chain2",
		"chain2":                 "-> folder/default.nix",
		"plain":                  `{ config, ... }: { services.f.port = config.my.port; }`,
		"data.json":              `{ "web": 1, "mail": 2 }`,
		"secrets/a.txt":          "x",
		"secrets/.gitattributes": "*.txt filter=git-crypt diff=git-crypt\n",
		".gitignore":             "a/\n",
		"broken.nix":             "{ a = ; }",
		"large.nix":              "# " + strings.Repeat("x", 4096) + "\n{ }",
		"run.nix":                "#!/usr/bin/env nix-shell\n{ }",
		"utf.nix":                "\xff\xfe{ }",
	})
	must(t, os.WriteFile(filepath.Join(dir, "../elsewhere.nix"), []byte("{ }"), 0o644))
	must(t, os.Chmod(filepath.Join(dir, "run.nix"), 0o755))
	gittest.Commit(t, dir, "two", nil)
	ctx := context.Background()
	entries, files := headOf(t, dir)
	there, err := Analyze(ctx, dir, Options{})
	must(t, err)
	kept, err := Analyze(ctx, "", Options{Files: files})
	must(t, err)
	if want, got := told(there), told(kept); want != got {
		t.Errorf("of the checkout:\n%s\nof the revision:\n%s", want, got)
	}
	for _, i := range kept.Imports {
		if kept.Files[i.To] != nil && (i.Missing || i.LeftOut != "") {
			t.Errorf("%s was read, and its import is told as left out (%q)", i.To, i.LeftOut)
		}
	}
	for _, file := range []string{"linked.nix", "up.nix", "deep/er/default.nix", "broken.nix"} {
		if kept.Files[file] == nil {
			t.Errorf("%s was not read", file)
		}
	}
	// What a clone before held is not asked for again: git is out of reach here.
	t.Setenv("PATH", "")
	again, err := git.NewFiles(ctx, entries, files)
	must(t, err)
	defer again.Close()
	if text, _, err := again.Read("up.nix"); err != nil || text != there.Files["up.nix"].Src {
		t.Errorf("%q, %v", text, err)
	}
}

// TestPicturesAreNotRead: a clone that lacks contents of pictures is analysed all the same, also where options name them, or their folder.
func TestPicturesAreNotRead(t *testing.T) {
	dir := gittest.Init(t, map[string]string{
		"configuration.nix": `{ environment.etc.assets.source = ./assets; services.screen.image = ./wall.png; }`,
		"assets/login.png":  "\x89PNG login",
		"assets/deep/a.ttf": "\x00font",
		"assets/run.sh":     "cat /run/agenix/token",
		"wall.png":          "\x89PNG wall",
	})
	entries, files := headOf(t, dir)
	for _, e := range entries {
		if bare(e.Name) {
			must(t, os.Remove(filepath.Join(dir, ".git/objects", e.Hash[:2], e.Hash[2:])))
		}
	}
	g, err := Analyze(context.Background(), "", Options{Files: files})
	must(t, err)
	must(t, files.Lacks())
	if !g.ReadAtRuntime("token") {
		t.Error("what a script beside them reads is not known")
	}
}

// headOf reads the tree of a repository's newest commit from git's objects.
func headOf(t *testing.T, dir string) ([]git.Entry, *git.Files) {
	t.Helper()
	ctx := context.Background()
	repo, err := git.Open(ctx, dir)
	must(t, err)
	commit, err := repo.Resolve(ctx, "HEAD")
	must(t, err)
	entries, _, err := repo.Tree(ctx, commit)
	must(t, err)
	files, err := git.NewFiles(ctx, entries, nil)
	must(t, err)
	t.Cleanup(files.Close)
	return entries, files
}

// told is what a graph says of a tree, as text.
func told(g *Graph) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%+v\n%q\n%v\n", g.Source, g.Folders, g.CheckoutCRLF)
	for _, name := range slices.Sorted(maps.Keys(g.Files)) {
		fmt.Fprintf(&b, "file %s %d\n", name, len(g.Files[name].Src))
	}
	for _, p := range g.Problems {
		fmt.Fprintf(&b, "problem %+v\n", p)
	}
	for _, i := range g.Imports {
		fmt.Fprintf(&b, "import %s %s missing %v left out %q\n", i.From, i.To, i.Missing, i.LeftOut)
	}
	for _, u := range g.Unresolved {
		fmt.Fprintf(&b, "unresolved %+v\n", *u)
	}
	for _, v := range g.Values {
		fmt.Fprintf(&b, "value %s %d reads\n", v.Path, v.FanOut.Reads)
	}
	for f := range g.Flows.All() {
		fmt.Fprintf(&b, "flow %s %s %v\n", f.From.Path, f.To, f.Kind)
	}
	for _, name := range []string{"secrets/a.txt", "data.json"} {
		fmt.Fprintf(&b, "secret %s %v\n", name, g.SecretFile(name))
	}
	return b.String()
}

// A tree that is given leads nowhere by its links, whatever they hold, and its names stay below its root.
func TestGivenLinks(t *testing.T) {
	dir := gittest.Init(t, map[string]string{
		"a/b/c.nix": "1", "a/in": "-> b/../b/./c.nix", "a/out": "-> ../../a/b/c.nix", "a/back": "-> ../a/b", "via": "-> a/back/c.nix", "root": "-> .", "deep": "-> root/root/a/in",
		"abs": "-> /etc/passwd", "self": "-> self", "file": "-> a/b/c.nix/d", "gone": "-> a/x/../b/c.nix", "bent": "-> a/back/../in", "up": "-> a/../../x",
	})
	_, files := headOf(t, dir)
	for _, name := range []string{"a/in", "a/out", "a/back", "via", "root", "deep", "abs", "self", "file", "gone", "bent", "up", "a/back/c.nix", "root/a/in", "nothing", ""} {
		want, werr := folder(dir).behind(name)
		got, gerr := given{files}.behind(name)
		if want != got || (werr == nil) != (gerr == nil) {
			t.Errorf("%q: %q, %v; of the checkout %q, %v", name, got, gerr, want, werr)
		}
	}
}
