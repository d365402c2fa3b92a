package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nixsink/internal/git/gittest"
)

// sentinel is in the text of every secret of secretTree.
const sentinel = "S3ntinel"

// secretTree is a repository with secrets in every place that something of it is shown.
func secretTree() map[string]string {
	return map[string]string{
		"PAGE.md":        small["PAGE.md"],
		".gitattributes": "crypted/** filter=git-crypt diff=git-crypt\n",
		"crypted/text":   sentinel + "-in-a-file",
		"crypted/in.nix": `{ password = "` + sentinel + `-9c2"; }`,
		"plain-token":    sentinel + "-token",
		"service.nix": `{ config, ... }:
{
  services.web.password = "` + sentinel + `-7b1f";
  services.web.token = config.my.apiToken;
  services.web.hashedPassword = "$6$` + sentinel + `$abcdefghijklmnop";
}
`,
		"default.nix": `{ lib, config, ... }:
let pass = "` + sentinel + `-in-a-let"; in
{
  imports = [ ./service.nix ];
  options.my.a = lib.mkOption { type = lib.types.port; default = 8080; };
  options.my.password = lib.mkOption { type = lib.types.str; default = "` + sentinel + `-default"; };
  options.my.apiToken = lib.mkOption { type = lib.types.str; };
  config.my.apiToken = "` + sentinel + `0e7b9d2a6c4f";
  # source-id: CFG.a
  config.services.a.b = config.my.a;
  config.services.a.password = config.my.password;
  config.services.a.clientSecret = lib.mkForce "` + sentinel + `f00ba4b4z";
  config.services.b.password = pass;
  config.services.b.fromFile = builtins.readFile ./crypted/text;
  config.services.${builtins.readFile ./crypted/text}.enable = true;
  config.services.b.imported = (import ./crypted/in.nix).password;
  config.services.b.tokenFile = ./plain-token;
  config.services.b.config = lib.generators.toINI { } { db.password = "` + sentinel + `-ini-1"; };
  config.services.b.list = [ { password = "` + sentinel + `-list-1"; } ];
  config.services.b.identity = ''
    AGE-SECRET-KEY-1` + strings.ToUpper(sentinel) + strings.Repeat("Q7", 20) + `
  '';
}
`,
	}
}

// patches are the commands that write a patch: what git apply reads has to be exact, what people read has not.
var patches = []string{"annotate", "rename", "rename-id"}

// TestNoCommandTellsASecret runs every command over a repository with secrets in its text: none of them is in what it prints or writes.
func TestNoCommandTellsASecret(t *testing.T) {
	gittest.Need(t)
	everyCommand(t, func(t *testing.T, args []string) {
		if slices.Contains(patches, args0(args)) || slices.Contains(args, "--fix") {
			args = append(slices.Clone(args), "--color=always") // people read it
		}
		tree := grown(t, secretTree())
		before := texts(t, tree)
		_, stdout, stderr := within(t, tree, args, "my.a")
		for name, text := range map[string]string{"standard output": stdout, "standard error": stderr} {
			tells(t, name, text)
		}
		for name, text := range texts(t, tree) {
			if before[name] != text && !strings.HasSuffix(name, ".nix") {
				tells(t, name, text)
			}
		}
	})
}

func tells(t *testing.T, name, text string) {
	t.Helper()
	if i := strings.Index(strings.ToLower(text), strings.ToLower(sentinel)); i >= 0 {
		t.Errorf("%s tells a secret: …%s…", name, text[max(0, i-120):min(len(text), i+60)])
	}
}

// texts are the files below a folder, without git's own.
func texts(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() && d.Name() == ".git" {
			return filepath.SkipDir
		}
		if d.Type().IsRegular() {
			src, _ := os.ReadFile(path)
			out[path] = string(src)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
