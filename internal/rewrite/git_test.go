package rewrite

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestGitApply: what is shown is a patch for git, forwards and backwards, whatever line ends a file has.
func TestGitApply(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	for i, a := range cases(t) {
		if i%4 != 0 {
			continue
		}
		dir := tree(t, mutated(a, uint64(i), 14))
		p := annotate(t, dir, analyse(t, dir))
		if p.Empty() {
			continue
		}
		patch := filepath.Join(t.TempDir(), "patch")
		if err := os.WriteFile(patch, []byte(p.Diff()), 0o644); err != nil {
			t.Fatal(err)
		}
		apply := func(want func(*File) string, args ...string) {
			t.Helper()
			cmd := exec.Command(git, append([]string{"apply", "--whitespace=nowarn"}, append(args, patch)...)...)
			cmd.Dir = dir
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("git apply %v: %v\n%s\n%s", args, err, out, p.Diff())
			}
			for _, f := range p.Files {
				if got := read(t, dir, f.Name); got != want(f) {
					t.Errorf("git apply %v: %s is\n%q\nwant\n%q", args, f.Name, got, want(f))
				}
			}
		}
		apply(func(f *File) string { return f.New })
		apply(func(f *File) string { return f.Old }, "-R")
	}
}
