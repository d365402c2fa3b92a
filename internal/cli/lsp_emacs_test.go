//go:build unix

package cli

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestEmacs drives the server with Emacs' own client, eglot.
func TestEmacs(t *testing.T) {
	needProgram(t, "emacs")
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	home, dir := t.TempDir(), t.TempDir()
	emacs := func(args ...string) (string, error) {
		cmd := exec.CommandContext(ctx, "emacs", append([]string{"--batch", "--no-init-file"}, args...)...)
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "HOME="+home, "SERVER="+self, stall+"=none")
		said, err := cmd.CombinedOutput()
		return string(said), err
	}
	if said, err := emacs("--eval", "(require 'eglot)"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("%v\n%s", err, said)
		}
		t.Skip("Emacs has no eglot")
	}
	if err := os.CopyFS(dir, os.DirFS("../../testdata/projects/homelab")); err != nil {
		t.Fatal(err)
	}
	script, err := filepath.Abs("testdata/lsp.el")
	if err != nil {
		t.Fatal(err)
	}
	said, err := emacs("-l", script)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	for _, want := range []string{
		"definition: ports.nix:18\n",
		"references: firewall.nix:14 firewall.nix:16 home.nix:24 home.nix:28 ports.nix:18 ports.nix:18 ssh.nix:12 ssh.nix:14\n",
		"hover: services.openssh.ports\n",
		"completion: ssh sso\n",
		"found: sssh\n",
		"saved: firewall.nix home.nix ports.nix ssh.nix\n",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("what is said lacks %q:\n%s", want, said)
		}
	}
}
