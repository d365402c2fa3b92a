package check_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEditors holds the settings of docs/editors.md against what the program writes: Neovim jumps where findings are, and VS Code's pattern fits every line.
func TestEditors(t *testing.T) {
	bin := t.TempDir()
	program := filepath.Join(bin, "nixsink")
	if out, err := exec.Command("go", "build", "-o", program, "../..").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	dir := t.TempDir()
	tree := "{ lib, config, ... }:\n{\n  options.my.a = lib.mkOption { type = lib.types.port; default = 1001; };\n  config.services.a.port = config.my.b;\n}\n"
	if err := os.WriteFile(filepath.Join(dir, "configuration.nix"), []byte(tree), 0o644); err != nil {
		t.Fatal(err)
	}
	check := exec.Command(program, "check", "--format", "gnu")
	check.Dir = dir
	out, err := check.Output()
	if err == nil {
		t.Fatalf("there is nothing to find in\n%s", tree)
	}
	const page = "../../docs/editors.md"

	var tasks struct {
		Tasks []struct {
			Matcher struct{ Pattern struct{ Regexp string } } `json:"problemMatcher"`
		}
	}
	if err := json.Unmarshal([]byte(fences(t, page, "json")[0]), &tasks); err != nil {
		t.Fatal(err)
	}
	pattern := regexp.MustCompile(tasks.Tasks[0].Matcher.Pattern.Regexp)
	var lines []string
	for line := range strings.Lines(string(out)) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "nixsink: ") {
			continue // the verdict has no place
		}
		lines = append(lines, line)
		if m := pattern.FindStringSubmatch(line); m == nil || m[1] != "configuration.nix" {
			t.Errorf("the pattern does not fit %q", line)
		}
	}
	if len(lines) < 2 {
		t.Fatalf("two findings were meant:\n%s", out)
	}

	if _, err := exec.LookPath("nvim"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	settings := filepath.Join(bin, "settings.lua")
	if err := os.WriteFile(settings, []byte(fences(t, page, "lua")[0]), 0o644); err != nil {
		t.Fatal(err)
	}
	nvim := exec.Command("nvim", "--headless", "-u", "NONE", "-i", "NONE", "configuration.nix", "-c", "luafile "+settings, "-c", "silent! make!",
		"-c", `call writefile(map(getqflist(), {_, e -> bufname(e.bufnr) . ':' . e.lnum . ':' . e.col . ': ' . e.type . ' ' . e.text}), '`+filepath.Join(bin, "list")+`')`, "-c", "qa!")
	nvim.Dir = dir
	nvim.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "HOME="+bin)
	if out, err := nvim.CombinedOutput(); err != nil {
		t.Fatalf("nvim: %v\n%s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(bin, "list"))
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, line := range lines {
		m := pattern.FindStringSubmatch(line)
		want = append(want, m[1]+":"+m[2]+":"+m[3]+": "+m[4][:1]+" "+m[5]+" ["+m[6]+"]")
	}
	if got := strings.TrimSuffix(string(text), "\n"); got != strings.Join(want, "\n") {
		t.Errorf("Neovim's list is\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}
