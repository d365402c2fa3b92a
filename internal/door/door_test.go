package door

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// house is a folder with a repository in it and somebody's key beside it.
func house(t *testing.T) (repo, key string) {
	t.Helper()
	top := t.TempDir()
	repo, key = filepath.Join(top, "repo"), filepath.Join(top, "key")
	for _, dir := range []string{repo, filepath.Join(repo, "sub"), filepath.Join(top, "home")} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{key: "precious", filepath.Join(repo, "a"): "text", filepath.Join(repo, "sub", "b"): "below", filepath.Join(top, "home", "c"): "home"} {
		if err := os.WriteFile(name, []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	for link, target := range map[string]string{"out": "../key", "absolute": key, "chain": "out", "within": "sub/b", "home": "../home", "folder": "sub", "loop": "loop",
		"new": "../made", "below": "sub/new"} {
		if err := os.Symlink(target, filepath.Join(repo, link)); err != nil {
			t.Skip(err)
		}
	}
	return repo, key
}

func TestTreeKeepsInside(t *testing.T) {
	repo, key := house(t)
	tree, err := Open(repo)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	for name, want := range map[string]string{"a": "text", "sub/b": "below", "within": "below", "folder/b": "below"} {
		if got, err := tree.Read(name, 100); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for _, name := range []string{"out", "absolute", "chain", "home/c", "../key", "new", "loop"} {
		if got, err := tree.Read(name, 100); err == nil {
			t.Errorf("read %s: %q", name, got)
		}
		if _, err := tree.Write(name, []byte("new")); err == nil {
			t.Errorf("wrote %s", name)
		} else if name != "loop" && name != "../key" && !errors.Is(err, ErrLeadsOut) {
			t.Errorf("%s: %v does not say that a link leads out", name, err)
		}
	}
	if got, _ := os.ReadFile(key); string(got) != "precious" {
		t.Errorf("the key is now %q", got)
	}
	if _, err := os.Lstat(filepath.Join(repo, "..", "made")); err == nil {
		t.Error("a file was made outside")
	}
	for _, name := range []string{"within", "below", "folder/d", "deep/er/e"} {
		if note, err := tree.Write(name, []byte("new")); err != nil || note != "" {
			t.Errorf("%s: %s, %v", name, note, err)
		}
		if got, err := tree.Read(name, 100); err != nil || string(got) != "new" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if info, err := os.Lstat(filepath.Join(repo, "within")); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Error("a link within the tree became a file")
	}
}

func TestOpenBelow(t *testing.T) {
	repo, _ := house(t)
	for _, name := range []string{"home", "home/pages", "absolute/pages"} {
		if tree, err := OpenBelow(repo, filepath.Join(repo, name), true); err == nil {
			tree.Close()
			t.Errorf("%s was opened", name)
		}
	}
	elsewhere := filepath.Join(t.TempDir(), "a", "b") // chosen by hand
	for _, name := range []string{filepath.Join(repo, "docs", "config"), filepath.Join(repo, "folder"), repo, elsewhere} {
		tree, err := OpenBelow(repo, name, true)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		tree.Close()
	}
	if entries, _ := os.ReadDir(filepath.Join(repo, "..", "home")); len(entries) != 1 {
		t.Errorf("there is more in the other folder: %v", entries)
	}
}

func TestReadRegularOnly(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, n int) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, make([]byte, n), 0o644); err != nil {
			t.Fatal(err)
		}
		return name
	}
	if b, err := Read(write("just", 100), 100); err != nil || len(b) != 100 {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	if _, err := Read(write("more", 101), 100); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
	if _, err := Read(dir, 100); err == nil || !strings.Contains(err.Error(), "folder") {
		t.Errorf("a folder: %v", err)
	}
	if runtime.GOOS == "linux" {
		if _, err := Read("/dev/zero", 100); !errors.Is(err, ErrNotRegular) {
			t.Errorf("a device: %v", err)
		}
		// Its size is said to be 0.
		if _, err := Read("/proc/self/smaps", 100); !errors.Is(err, ErrTooLarge) {
			t.Errorf("/proc: %v", err)
		}
	}
}

func TestReplace(t *testing.T) {
	repo, key := house(t)
	// By hand a link may lead anywhere.
	if note, err := Replace(filepath.Join(repo, "out"), []byte("new")); err != nil || note != "" {
		t.Fatal(note, err)
	}
	if got, _ := os.ReadFile(key); string(got) != "new" {
		t.Errorf("the key is %q", got)
	}
	if info, _ := os.Stat(key); info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v", info.Mode())
	}
	if _, err := Replace(repo, nil); err == nil {
		t.Error("a folder was written")
	}
	if _, err := Replace(filepath.Join(repo, "no", "such"), nil); err == nil {
		t.Error("a folder was made for a file that was named by hand")
	}
	if runtime.GOOS == "linux" {
		if _, err := Replace("/dev/null", []byte("x")); err != nil {
			t.Error(err)
		}
	}
	// Another name of the file keeps the old text, which is told.
	if err := os.Link(filepath.Join(repo, "a"), filepath.Join(repo, "a2")); err != nil {
		t.Skip(err)
	}
	note, err := Replace(filepath.Join(repo, "a"), []byte("new"))
	if err != nil || !strings.Contains(note, "hard link") {
		t.Errorf("note %q, %v", note, err)
	}
}

// What a run that is gone has left is swept; what one that still runs needs is not.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	gone, mine := ".nixsink-999999999-abc", ".nixsink-"+"1-abc" // init runs
	for _, name := range []string{gone, mine, ".nixsink-baseline.toml", ".nixsink-x-1"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Replace(filepath.Join(dir, "f"), nil); err != nil {
		t.Fatal(err)
	}
	entries, _ := os.ReadDir(dir)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	want := []string{mine, ".nixsink-baseline.toml", ".nixsink-x-1", "f"}
	if runtime.GOOS == "windows" {
		want = append(want, gone)
	}
	slices.Sort(want)
	if !slices.Equal(names, want) {
		t.Errorf("there are %q, want %q", names, want)
	}
}
