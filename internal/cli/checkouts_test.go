//go:build unix

package cli

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"nixsink/internal/git/gittest"
)

// checkouts are the ways in which a repository comes to a machine. Each makes one of the repository at origin and gives the folder to analyse.
var checkouts = []struct {
	name string
	make func(t *testing.T, origin, dir string) string
}{
	{"plain", func(t *testing.T, origin, dir string) string {
		gittest.Git(t, origin, "clone", "-q", origin, dir)
		return dir
	}},
	{"linked working tree", func(t *testing.T, origin, dir string) string {
		gittest.Git(t, origin, "worktree", "add", "-q", "--detach", dir)
		return dir
	}},
	{"shallow", func(t *testing.T, origin, dir string) string {
		gittest.Git(t, origin, "clone", "-q", "--depth", "2", "file://"+origin, dir)
		return dir
	}},
	{"partial", func(t *testing.T, origin, dir string) string {
		gittest.Git(t, origin, "clone", "-q", "--filter=blob:none", "file://"+origin, dir)
		return dir
	}},
	{"shared objects", func(t *testing.T, origin, dir string) string {
		gittest.Git(t, origin, "clone", "-q", "--shared", origin, dir)
		return dir
	}},
	{"SHA-256", func(t *testing.T, origin, dir string) string {
		gittest.Git(t, origin, "init", "-q", "--object-format=sha256", dir)
		for _, rev := range []string{"HEAD~1", "HEAD"} {
			gittest.Git(t, dir, "rm", "-q", "-r", "--ignore-unmatch", ".")
			archive(t, origin, rev, dir)
			gittest.Commit(t, dir, rev, nil)
		}
		return dir
	}},
	{"sparse", func(t *testing.T, origin, dir string) string {
		gittest.Git(t, origin, "clone", "-q", "--sparse", origin, dir)
		gittest.Git(t, dir, "sparse-checkout", "set", "services", "wrong")
		return dir
	}},
	{"sparse no more", func(t *testing.T, origin, dir string) string {
		gittest.Git(t, origin, "clone", "-q", origin, dir)
		gittest.Git(t, dir, "sparse-checkout", "set", "--cone", "services")
		gittest.Git(t, dir, "sparse-checkout", "disable")
		return dir
	}},
	{"submodule", func(t *testing.T, origin, dir string) string {
		top := gittest.Init(t, map[string]string{"README.md": "x\n"})
		gittest.Git(t, top, "submodule", "--quiet", "add", origin, "sub")
		gittest.Git(t, filepath.Join(top, "sub"), "checkout", "-q", "HEAD~1")
		gittest.Commit(t, top, "before", nil)
		gittest.Git(t, filepath.Join(top, "sub"), "checkout", "-q", "main")
		gittest.Commit(t, top, "after", nil)
		gittest.Git(t, top, "clone", "-q", "--recurse-submodules", top, dir)
		return dir
	}},
	{"within a submodule", func(t *testing.T, origin, dir string) string {
		top := gittest.Init(t, map[string]string{"README.md": "x\n"})
		gittest.Git(t, top, "submodule", "--quiet", "add", origin, "sub")
		return filepath.Join(top, "sub")
	}},
	{"autocrlf", func(t *testing.T, origin, dir string) string {
		gittest.Git(t, origin, "-c", "core.autocrlf=true", "clone", "-q", origin, dir)
		gittest.Git(t, dir, "config", "core.autocrlf", "true")
		if text, err := os.ReadFile(filepath.Join(dir, "values.nix")); err != nil || !bytes.Contains(text, []byte("\r\n")) {
			t.Fatalf("the checkout has no CR LF: %v", err)
		}
		return dir
	}},
	{"behind a link", func(t *testing.T, origin, dir string) string {
		gittest.Git(t, origin, "clone", "-q", origin, dir)
		link := filepath.Join(t.TempDir(), "nixos")
		if err := os.Symlink(dir, link); err != nil {
			t.Fatal(err)
		}
		return link
	}},
	{"read-only", func(t *testing.T, origin, dir string) string {
		gittest.Git(t, origin, "clone", "-q", origin, dir)
		writable(t, dir, false)
		t.Cleanup(func() { writable(t, dir, true) })
		return dir
	}},
	{"another user's", func(t *testing.T, origin, dir string) string {
		if os.Getuid() != 0 {
			t.Skip("only root can give a folder away")
		}
		gittest.Git(t, origin, "clone", "-q", origin, dir)
		err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
			if err == nil {
				err = os.Lchown(path, 12345, 12345)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if said, err := gittest.Try(dir, "status"); err == nil {
			t.Fatalf("git itself reads it: %s", said)
		}
		return dir
	}},
	{"a hook's variables", func(t *testing.T, origin, dir string) string {
		gittest.Git(t, origin, "clone", "-q", origin, dir)
		t.Setenv("GIT_DIR", filepath.Join(origin, ".git"))
		t.Setenv("GIT_INDEX_FILE", filepath.Join(origin, ".git/none"))
		t.Setenv("GIT_PREFIX", "sub/")
		return dir
	}},
}

// archive lays a revision out.
func archive(t *testing.T, origin, rev, dir string) {
	t.Helper()
	cmd := exec.Command("sh", "-c", `git -C "$1" archive "$2" | tar -x -C "$3"`, "sh", origin, rev, dir)
	cmd.Env = gittest.Environ()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("archive: %v\n%s", err, out)
	}
}

// writable gives the right to write to a folder and all in it, or takes it.
func writable(t *testing.T, dir string, on bool) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.Type()&os.ModeSymlink != 0 {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		mode := info.Mode().Perm() &^ 0o222
		if on {
			mode |= 0o200
		}
		return os.Chmod(path, mode)
	})
	if err != nil {
		t.Error(err)
	}
}

// TestCheckouts: the same commands give the same verdict in every checkout of a repository.
func TestCheckouts(t *testing.T) {
	gittest.Need(t)
	// A tree with what goes wrong easily: a file that is tracked and ignored, a wrong annotation that is known, a folder that is
	// renamed, names that git quotes.
	files := map[string]string{
		".nixsink.toml":     "[gate]\npatch-coverage = 0.9\n",
		".gitignore":        "ignored.nix\n",
		"default.nix":       "# top\n{ imports = [ ./values.nix ./svc/ssh.nix ./svc/ignored.nix ./wrong/default.nix (./. + \"/küche und bad.nix\") ]; }\n",
		"values.nix":        "# values\n{ lib, ... }:\n{\n  options.my.ports.ssh = lib.mkOption { type = lib.types.port; default = 22222; description = \"p\"; };\n  options.my.domain = lib.mkOption { type = lib.types.str; default = \"home.example\"; description = \"d\"; };\n}\n",
		"svc/ssh.nix":       "# ssh\n{ config, ... }:\n{\n  services.openssh.ports = [ config.my.ports.ssh ];\n  services.openssh.domain = config.my.domain;\n}\n",
		"svc/ignored.nix":   "# tracked all the same\n{ config, ... }:\n{\n  services.ignored.domain = config.my.domain;\n}\n",
		"wrong/default.nix": "# wrong, and known\n{ config, ... }:\n{\n  # source-id: CFG.domain\n  services.foo.port = config.my.ports.ssh;\n}\n",
		"küche und bad.nix": "# kitchen\n{ config, ... }:\n{\n  services.kitchen.domain = config.my.domain;\n}\n",
		"README.md":         "x\n",
	}
	origin := gittest.Init(t, files)
	gittest.Git(t, origin, "config", "uploadpack.allowFilter", "true")
	gittest.Git(t, origin, "mv", "svc", "services")
	gittest.Commit(t, origin, "two", map[string]string{
		"default.nix":       strings.ReplaceAll(files["default.nix"], "./svc/", "./services/"),
		"küche und bad.nix": files["küche und bad.nix"] + "# changed\n",
		"README.md":         "y\n",
	})
	below := "" // where the tree lies in its repository
	run := func(dir string, args ...string) (status int, out, said string) {
		t.Helper()
		var stdout, stderr bytes.Buffer
		status = newApp(strings.NewReader(`"`+below+`k\303\274che und bad.nix"`+"\n"+below+"README.md\n"), &stdout, &stderr).run(t.Context(), append(args, "-C", dir))
		return status, stdout.String(), stderr.String()
	}
	// The verdict, and the figures that it stands on.
	const (
		check = "0 errors, 0 warnings new since HEAD~1, 0 gone; 2 files moved; no read of a central value changed"
		clean = "0 errors, 0 warnings new since HEAD, 0 gone; no read of a central value changed"
	)
	commands := []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{"check", "--changed-since", "HEAD"}, 0, clean},
		{[]string{"check", "--changed-since", "HEAD~1"}, 0, check},
		{[]string{"check"}, 1, "1 error"},
		{[]string{"history", "--no-cache", "--limit", "2"}, 0, "0.0 %"},
		{[]string{"impact", "-"}, 0, "küche und bad.nix: "},
		{[]string{"report"}, 0, ""},
		{[]string{"check", "--format", "json"}, 1, "narHash"},
		{[]string{"annotate"}, 0, "--- "},
	}
	plain := make([]string, len(commands)) // what the first checkout gives
	for _, c := range checkouts {
		t.Run(c.name, func(t *testing.T) {
			old := syscall.Umask(0o022)
			defer syscall.Umask(old)
			top, err := filepath.EvalSymlinks(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			dir := c.make(t, origin, filepath.Join(top, "checkout"))
			if below = ""; c.name == "submodule" {
				below = "sub/"
			}
			for i, cmd := range commands {
				status, out, said := run(dir, cmd.args...)
				if c.name == "partial" && strings.Contains(said, "partial one") {
					// What the message says is done, once.
					if status != 2 || !strings.Contains(said, "`git -C "+dir+" fetch --refetch --no-filter`") {
						t.Errorf("%v: status %d, %s", cmd.args, status, said)
					}
					gittest.Git(t, dir, "fetch", "-q", "--refetch", "--no-filter")
					status, out, said = run(dir, cmd.args...)
				}
				if status != cmd.status || !strings.Contains(out, cmd.want) {
					t.Errorf("%s: status %d, want %d with %q\n%s%s", strings.Join(cmd.args, " "), status, cmd.status, cmd.want, out, said)
				}
				if cmd.want == "narHash" { // edits count bytes, of which a checkout with CR LF has more
					_, out, _ = strings.Cut(out, cmd.want)
				}
				// Not only the verdict: every word, but for what names commits and folders.
				switch {
				case cmd.args[0] == "history" || c.name == "submodule", cmd.args[0] == "annotate" && c.name == "autocrlf":
				case plain[i] == "":
					plain[i] = out
				case out != plain[i]:
					t.Errorf("%s:\n%s\nplain:\n%s", strings.Join(cmd.args, " "), out, plain[i])
				}
			}
		})
	}
}
