package graph

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"nixsink/parse"
)

// TestNARHash compares with what `nix hash path` says of a folder with the same files and nothing else.
func TestNARHash(t *testing.T) {
	nix, err := exec.LookPath("nix")
	if err != nil {
		needed(t, "nix")
	}
	tests := []struct {
		name  string
		files map[string]string
		exec  string
	}{
		{"empty", nil, ""},
		{"one", map[string]string{"a.nix": "1"}, ""},
		{"folders sort as a whole", map[string]string{"a/b.nix": "1", "a.nix": "2", "a-b/c.nix": "3", "a/b/c.nix": "4", "a/b-c.nix": "5", "b.nix": ""}, ""},
		{"deep", map[string]string{"a/b/c/d/e.nix": "1", "a/b/x.nix": "2", "z/y.nix": "3"}, ""},
		{"executable", map[string]string{"run.nix": "1", "not.nix": "2"}, "run.nix"},
		{"hostile names", map[string]string{"..a.nix": "1", "\xff.nix": "2", "n\nl.nix": "3", "...b/..c.nix": "4"}, ""},
		{"broken files count", map[string]string{"a.nix": "{ a = ", "b.nix": "\x00BROKEN\x00"}, ""},
		{"padding", map[string]string{"a.nix": "1234567", "b.nix": "12345678", "c.nix": "123456789", "d.nix": strings.Repeat("x", 200_000)}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := plant(t, test.files)
			if test.exec != "" {
				must(t, os.Chmod(filepath.Join(dir, test.exec), 0o755))
			}
			// What is not analysed does not count.
			copied := plant(t, test.files)
			if test.exec != "" {
				must(t, os.Chmod(filepath.Join(copied, test.exec), 0o755))
			}
			plantIn(t, dir, map[string]string{"README.md": "x", ".git/config": "x", "empty/": "", "result": "-> /nix", "skip.nix": "1", ".gitignore": "skip.nix\n"})
			got, err := mustLoad(t, dir, Options{}).narHash(nil)
			must(t, err)
			cmd := exec.Command(nix, "--extra-experimental-features", "nix-command", "hash", "path", copied)
			cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("nix hash path: %v: %s", err, out)
			}
			if want := strings.TrimSpace(string(out)); got != want {
				t.Errorf("got %s, nix says %s", got, want)
			}
		})
	}
}

// TestNARHashFixed needs no Nix: the hash of one folder, as nix 2.8 printed it.
func TestNARHashFixed(t *testing.T) {
	tr := &tree{files: []*parse.File{{Name: "a.nix", Src: "1"}}}
	if got, _ := tr.narHash(nil); got != "sha256-2JTJIg3Wm7Sh52CnSHPJedl2ffxntpCaImMculeYZH8=" {
		t.Errorf("got %s", got)
	}
}
