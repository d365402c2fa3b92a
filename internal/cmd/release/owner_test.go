package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestOwner holds every file that names where the repository lies against the one place that says whose it is.
func TestOwner(t *testing.T) {
	source := "../../.."
	list, err := exec.Command("git", "-C", source, "ls-files").Output()
	if err != nil {
		t.Skip("no git tree")
	}
	named := regexp.MustCompile(`(?:github\.com/|github:|uses: |--repo )([A-Za-z0-9-]+)/nixsink\b`)
	seen := map[string]bool{}
	copied := t.TempDir()
	for file := range strings.Lines(string(list)) {
		file = strings.TrimSpace(file)
		text, err := os.ReadFile(filepath.Join(source, file))
		if err != nil || strings.HasPrefix(file, "testdata/") || strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, m := range named.FindAllStringSubmatch(string(text), -1) {
			seen[file] = true
			if m[1] != owner {
				t.Errorf("%s names the owner %s, not %s", file, m[1], owner)
			}
		}
		if seen[file] && !slices.Contains(owned, file) {
			t.Errorf("%s names the owner: owner.go has to know it", file)
		}
		if !slices.Contains(owned, file) {
			if strings.Contains(string(text), owner+"/") {
				t.Errorf("%s has the placeholder %s", file, owner)
			}
			continue
		}
		to := filepath.Join(copied, filepath.FromSlash(file))
		if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := setOwner(copied, "somebody"); err != nil {
		t.Fatal(err)
	}
	for _, file := range owned {
		if file != "internal/cmd/release/owner.go" && !seen[file] {
			t.Errorf("%s names no owner any more", file)
		}
		text, err := os.ReadFile(filepath.Join(copied, file))
		if err != nil {
			t.Fatal(err)
		}
		if regexp.MustCompile(`\b` + owner + `\b`).Match(text) {
			t.Errorf("%s still says %s", file, owner)
		}
	}
	if setOwner(copied, "a b") == nil {
		t.Error("any name is taken")
	}
}
