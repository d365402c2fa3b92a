//go:build unix

package cli

import (
	"archive/zip"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// TestVSCode builds the extension, lets its own tests drive the server through VS Code's language client (with a stand-in for VS Code itself, which needs
// a screen), and packs it.
func TestVSCode(t *testing.T) {
	needProgram(t, "node")
	needProgram(t, "npm")
	here, err := filepath.Abs("../../editors/vscode")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(here, "node_modules/vscode-languageclient")); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("npm ci --prefix editors/vscode")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	tree, out := t.TempDir(), t.TempDir()
	if err := os.CopyFS(tree, os.DirFS("../../testdata/projects/homelab")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	npm := func(args ...string) {
		t.Helper()
		cmd := exec.CommandContext(ctx, "npm", append([]string{"run", "--silent"}, args...)...)
		cmd.Dir = here
		cmd.Env = append(os.Environ(), "NIXSINK="+self, "NIXSINK_TREE="+tree, stall+"=none")
		if said, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("npm run %q: %v\n%s", args, err, said)
		}
	}
	npm("test")
	vsix := filepath.Join(out, "nixsink.vsix")
	npm("package", "--", "-o", vsix)
	z, err := zip.OpenReader(vsix)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	want := []string{"[Content_Types].xml", "extension.vsixmanifest", "extension/LICENSE.txt", "extension/dist/NOTICES.txt", "extension/dist/extension.js", "extension/icon.png", "extension/package.json", "extension/readme.md"}
	if !slices.Equal(names, want) {
		t.Errorf("the package has\n%q, want\n%q", names, want)
	}
}
