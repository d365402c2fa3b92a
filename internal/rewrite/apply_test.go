package rewrite

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestApply holds the promises about files: all or none, nothing out of the tree, mode kept, either old or new.
func TestApply(t *testing.T) {
	plan := func(dir string) *Plan {
		return &Plan{Dir: dir, Files: []*File{
			{Name: "a.nix", Old: "1\n", New: "# a\n1\n"},
			{Name: "b.nix", Old: "2\n", New: "# b\n2\n"},
		}}
	}
	const outside = "3\n"
	for _, c := range []struct {
		name    string
		prepare func(dir, away string) error
		change  func(*Plan)
		err     string // "" if it is to be written
		a, b    string // what the files hold afterwards
	}{
		{name: "written", a: "# a\n1\n", b: "# b\n2\n"},
		{
			name:    "changed since it was read",
			prepare: func(dir, _ string) error { return os.WriteFile(filepath.Join(dir, "b.nix"), []byte("4\n"), 0o644) },
			err:     "changed since it was read", a: "1\n", b: "4\n",
		},
		{
			name:    "gone since it was read",
			prepare: func(dir, _ string) error { return os.Rename(filepath.Join(dir, "b.nix"), filepath.Join(dir, "c.nix")) },
			err:     "b.nix", a: "1\n",
		},
		{
			name: "link out of the tree",
			prepare: func(dir, away string) error {
				_ = os.Remove(filepath.Join(dir, "b.nix"))
				return os.Symlink(filepath.Join(away, "b.nix"), filepath.Join(dir, "b.nix"))
			},
			err: "a link leads out of the tree", a: "1\n", b: "2\n",
		},
		{
			name: "folder that is a link out of the tree",
			prepare: func(dir, away string) error {
				return os.Symlink(away, filepath.Join(dir, "sub"))
			},
			change: func(p *Plan) { p.Files[1].Name = "sub/b.nix" },
			err:    "a link leads out of the tree", a: "1\n", b: "2\n",
		},
		{
			name: "link within the tree",
			prepare: func(dir, _ string) error {
				_ = os.Rename(filepath.Join(dir, "b.nix"), filepath.Join(dir, "real.nix"))
				return os.Symlink("real.nix", filepath.Join(dir, "b.nix"))
			},
			a: "# a\n1\n", b: "# b\n2\n",
		},
		{
			name:   "name out of the tree",
			change: func(p *Plan) { p.Files[1].Name = "../b.nix" },
			err:    "not in the tree", a: "1\n", b: "2\n",
		},
		{
			name:    "read-only",
			prepare: func(dir, _ string) error { return os.Chmod(filepath.Join(dir, "b.nix"), 0o444) },
			err:     "read-only", a: "1\n", b: "2\n",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := tree(t, map[string]string{"a.nix": "1\n", "b.nix": "2\n"})
			away := tree(t, map[string]string{"b.nix": "2\n", "c.nix": outside})
			if c.prepare != nil {
				if err := c.prepare(dir, away); err != nil {
					t.Skip(err) // no links here
				}
			}
			p := plan(dir)
			if c.change != nil {
				c.change(p)
			}
			_, err := p.Apply()
			if c.err == "" && err != nil || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
				t.Errorf("got error %v, want %q", err, c.err)
			}
			if got := read(t, dir, "a.nix"); got != c.a {
				t.Errorf("a.nix is %q, want %q", got, c.a)
			}
			if c.b != "" {
				if got := read(t, dir, "b.nix"); got != c.b {
					t.Errorf("b.nix is %q, want %q", got, c.b)
				}
			}
			if got := read(t, away, "b.nix"); got != "2\n" {
				t.Errorf("a file out of the tree was written: %q", got)
			}
			noTemporary(t, dir)
			noTemporary(t, away)
		})
	}
}

// TestApplyKeepsLinkAndMode: a link within the tree stays one, and a file keeps its mode.
func TestApplyKeepsLinkAndMode(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no such modes or links")
	}
	dir := tree(t, map[string]string{"real.nix": "1\n"})
	path := filepath.Join(dir, "real.nix")
	if err := os.Symlink("real.nix", filepath.Join(dir, "link.nix")); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []os.FileMode{0o600, 0o644, 0o755, 0o640} {
		if err := os.WriteFile(path, []byte("1\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		p := &Plan{Dir: dir, Files: []*File{{Name: "link.nix", Old: "1\n", New: "# a\n1\n"}}}
		if _, err := p.Apply(); err != nil {
			t.Fatal(err)
		}
		info, err := os.Lstat(path)
		if err != nil || info.Mode() != mode {
			t.Errorf("mode is %v, want %v (%v)", info.Mode(), mode, err)
		}
		link, err := os.Readlink(filepath.Join(dir, "link.nix"))
		if err != nil || link != "real.nix" {
			t.Errorf("the link is %q, %v", link, err)
		}
	}
}
