package check_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// fences are the fenced blocks of a language in a page, in order.
func fences(t *testing.T, page, language string) []string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		out = append(out, m[1])
	}
	return out
}

// shell runs a script in a folder and gives its output and whether it succeeded.
func shell(t *testing.T, dir string, env []string, script string) (string, bool) {
	t.Helper()
	cmd := exec.Command("sh", "-c", script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), append([]string{"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.org",
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null"}, env...)...)
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

// The lines of docs/ci.md work: a repository with a baseline, a change for the worse, and what the hooks and the two services' scripts say of it.
func TestWalkThrough(t *testing.T) {
	for _, program := range []string{"git", "go", "sh"} {
		if _, err := exec.LookPath(program); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatal(err)
			}
			t.Skip(err)
		}
	}
	bin := t.TempDir()
	if out, err := exec.Command("go", "build", "-o", filepath.Join(bin, "nixsink"), "../..").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	path := "PATH=" + bin + string(os.PathListSeparator) + os.Getenv("PATH")
	dir := t.TempDir()
	ok := func(script string, env ...string) string {
		t.Helper()
		out, ok := shell(t, dir, append(env, path), script)
		if !ok {
			t.Fatalf("%s fails:\n%s", script, out)
		}
		return out
	}
	fails := func(script, want string, env ...string) {
		t.Helper()
		out, ok := shell(t, dir, append(env, path), script)
		if ok || !strings.Contains(out, want) {
			t.Errorf("%s: succeeds (%v), or does not say %q:\n%s", script, ok, want, out)
		}
	}
	write := func(name, text string, mode os.FileMode) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	const page = "../../docs/ci.md"
	tree := `{ lib, config, ... }:
{
  options.my.ports = lib.mkOption { type = lib.types.attrsOf lib.types.port; default = { }; };
  # source-ids: CFG.ports.a CFG.ports.b
  config.my.ports = {
    a = 1001;
    b = 1001;
    # more
  };
  # source-id: CFG.ports.a
  # sink: services.a.port
  config.services.a.port = config.my.ports.a;
  # source-id: CFG.ports.b
  # sink: services.b.port
  config.services.b.port = config.my.ports.b;
}
`
	ok("git init -q -b main . && git init -q --bare ../remote.git 2>/dev/null || git init -q --bare " + filepath.Join(bin, "remote.git"))
	write("configuration.nix", tree, 0o644)
	write(".nixsink.toml", fences(t, page, "toml")[0], 0o644)
	fails("nixsink check", "port-collision")
	ok("nixsink baseline -o .nixsink-baseline.toml")
	ok("nixsink check --baseline .nixsink-baseline.toml")
	ok("git add . && git commit -q -m one && git remote add origin " + filepath.Join(bin, "remote.git") + " && git init -q --bare " + filepath.Join(bin, "remote.git"))
	ok("git push -q origin main")
	base := strings.TrimSpace(ok("git rev-parse HEAD"))

	hooks := fences(t, page, "sh")
	if err := os.MkdirAll(filepath.Join(dir, ".git/hooks"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(".git/hooks/pre-push", hooks[0], 0o755)
	ok("git commit -q --allow-empty -m nothing && git push -q origin main")

	write("configuration.nix", strings.Replace(tree, "# more", "c = 1001;", 1), 0o644)
	ok("git commit -q -a -m worse")
	fails("git push -q origin main", "my.ports.c has port 1001")

	ok("git push -q origin main:refs/heads/other 2>/dev/null || true") // a new branch without origin/HEAD has nothing to be compared with
	ok("nixsink check --changed-since HEAD")

	github := regexp.MustCompile(`(?s)run: \|\n(.*?)\n        env:`).FindStringSubmatch(fences(t, page, "yaml")[0])[1]
	fails(github, "::error file=configuration.nix,line=8", "BASE="+base)
	for _, name := range []string{"nixsink.sarif", "nixsink.md"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Errorf("the failed run left no %s", name)
		}
	}
	gitlab := regexp.MustCompile(`(?s)script:\n    - (.*?)\n  artifacts:`).FindStringSubmatch(fences(t, page, "yaml")[1])[1]
	fails(strings.ReplaceAll(gitlab, "\n", " "), "1 error", "CI_MERGE_REQUEST_DIFF_BASE_SHA="+base)
	for _, name := range []string{"gl-code-quality.json", "nixsink.xml"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Errorf("the failed run left no %s", name)
		}
	}
	// A baseline entry that matches nothing any more fails until it is removed.
	write("configuration.nix", strings.Replace(tree, "b = 1001", "b = 1002", 1), 0o644)
	fails("nixsink check --baseline .nixsink-baseline.toml", "stale")
	ok("nixsink baseline -o .nixsink-baseline.toml && nixsink check --baseline .nixsink-baseline.toml --ratchet")
}
