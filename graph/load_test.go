package graph

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"nixsink/internal/git/gittest"
	"nixsink/parse"
)

// plant makes files below a new folder. A name with a slash at its end is a folder; a text of "-> x" makes a link.
func plant(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	plantIn(t, dir, files)
	return dir
}

func plantIn(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		switch target, link := strings.CutPrefix(text, "-> "); {
		case strings.HasSuffix(name, "/"):
			must(t, os.MkdirAll(path, 0o755))
		case link:
			must(t, os.Symlink(target, path))
		default:
			must(t, os.WriteFile(path, []byte(text), 0o644))
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func mustLoad(t testing.TB, dir string, opts Options) *tree {
	t.Helper()
	tr, err := load(context.Background(), dir, opts)
	must(t, err)
	return tr
}

func fileNames(tr *tree) []string {
	var names []string
	for _, f := range tr.files {
		names = append(names, f.Name)
	}
	return names
}

func problemList(tr *tree) []string {
	var list []string
	for _, p := range tr.problems {
		list = append(list, fmt.Sprintf("%s:%d %s %s", p.At.File, p.At.Line, p.Kind, p.Msg))
	}
	return list
}

func TestLoad(t *testing.T) {
	tests := []struct {
		name       string
		files      map[string]string
		opts       Options
		want       []string
		problems   []string // a part of each
		incomplete bool
	}{
		{"sorted, only .nix", map[string]string{"b.nix": "1", "a/x.nix": "1", "a.nix": "1", "a.txt": "", "nix": ""}, Options{}, []string{"a.nix", "a/x.nix", "b.nix"}, nil, false},
		{"version control", map[string]string{".git/x.nix": "1", "a/.jj/x.nix": "1", "a.nix": "1"}, Options{}, []string{"a.nix"}, nil, false},
		{"hidden folders take part", map[string]string{".config/x.nix": "1"}, Options{}, []string{".config/x.nix"}, nil, false},
		{"nested ignores", map[string]string{
			".gitignore": "*.gen.nix\n/top.nix\nout/\n", "a.gen.nix": "1", "top.nix": "1", "out/x.nix": "1",
			"sub/.gitignore": "!keep.gen.nix\n", "sub/keep.gen.nix": "1", "sub/b.gen.nix": "1", "sub/top.nix": "1",
		}, Options{}, []string{"sub/keep.gen.nix", "sub/top.nix"}, nil, false},
		{"excludes", map[string]string{"a.nix": "1", "vendor/x.nix": "1", "m/t/x.nix": "1", "m/x.nix": "1"}, Options{Exclude: []string{"vendor", "**/t/**"}}, []string{"a.nix", "m/x.nix"}, nil, false},
		{"links within count once", map[string]string{"a.nix": "1", "b.nix": "-> a.nix", "d/x.nix": "1", "e": "-> d"}, Options{}, []string{"a.nix", "d/x.nix"}, nil, false},
		{"a link to a file of another name", map[string]string{"a.txt": "1", "b.nix": "-> a.txt", "c.nix": "-> a.txt"}, Options{}, []string{"b.nix"}, nil, false},
		{"links out and nowhere", map[string]string{"a.nix": "-> /etc/passwd", "b.nix": "-> gone", "c.nix": "-> c.nix", ".#d.nix": "-> me@host:1", "e": "-> /usr", "r.nix": "-> ../..", "z.nix": "1"}, Options{}, []string{"z.nix"},
			[]string{"a.nix:0 io symbolic link not followed: it leads out", "b.nix:0 io symbolic link not followed: it leads nowhere", "c.nix:0 io", "r.nix:0 io"}, false},
		{"loops of links", map[string]string{"d/up": "-> ..", "d/self": "-> .", "d/x.nix": "1", "result": "-> d", "result-man": "-> d"}, Options{}, []string{"d/x.nix"}, nil, false},
		{"a folder named like a file", map[string]string{"x.nix/default.nix": "1"}, Options{}, []string{"x.nix/default.nix"}, nil, false},
		{"hostile names", map[string]string{"..a.nix": "1", "-rf.nix": "1", "new\nline.nix": "1", "\xff.nix": "1", "a\\b.nix": "1", ".nix": "1", "<script>.nix": "1"}, Options{},
			[]string{"-rf.nix", "..a.nix", ".nix", "<script>.nix", "a\\b.nix", "new\nline.nix", "\xff.nix"}, nil, false},
		{"syntax errors are data", map[string]string{"a.nix": "1", "b.nix": "{ a = ; }", "c.nix": "x\x00"}, Options{}, []string{"a.nix", "b.nix", "c.nix"},
			[]string{"b.nix:1 syntax", "c.nix:1 syntax"}, true},
		{"nothing", nil, Options{}, nil, nil, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			tr := mustLoad(t, plant(t, test.files), test.opts)
			if got := fileNames(tr); !slices.Equal(got, test.want) {
				t.Errorf("files %q, want %q", got, test.want)
			}
			got := problemList(tr)
			if len(got) != len(test.problems) || !slices.EqualFunc(got, test.problems, strings.Contains) {
				t.Errorf("problems %q, want %q", got, test.problems)
			}
			if tr.source.Incomplete != test.incomplete || tr.source.Files != len(test.want) {
				t.Errorf("source %+v", tr.source)
			}
		})
	}
}

func TestLoadListsFolders(t *testing.T) {
	tr := mustLoad(t, plant(t, map[string]string{
		"b.nix": "1", "a/": "", "l": "-> b.nix", "x.txt": "", ".git/": "", ".gitignore": "x.txt\n", "sub/one.nix": "1",
	}), Options{})
	want := map[string][]dirEntry{
		"":    {{".gitignore", "regular"}, {"a", "directory"}, {"b.nix", "regular"}, {"l", "symlink"}, {"sub", "directory"}},
		"a":   {},
		"sub": {{"one.nix", "regular"}},
	}
	if fmt.Sprint(tr.dirs) != fmt.Sprint(want) {
		t.Errorf("got %v\nwant %v", tr.dirs, want)
	}
}

func TestLoadResolvesLinks(t *testing.T) {
	tr := mustLoad(t, plant(t, map[string]string{
		"real/x.nix": "1", "dir": "-> real", "chain": "-> dir", "f.nix": "-> chain/x.nix", "self": "-> .",
	}), Options{})
	for path, want := range map[string]string{
		"real/x.nix": "real/x.nix", "dir/x.nix": "real/x.nix", "chain/x.nix": "real/x.nix", "f.nix": "real/x.nix",
		"self/self/dir/x.nix": "real/x.nix", "dir": "real", "no/such": "no/such", "self": "",
	} {
		if got := tr.resolve(path); got != want {
			t.Errorf("resolve(%q) = %q, want %q", path, got, want)
		}
	}
}

func TestLoadSpecialFiles(t *testing.T) {
	dir := plant(t, map[string]string{"a.nix": "1", "secret.nix": "1", "shut/x.nix": "1", "huge.nix": ""})
	mkfifo(t, filepath.Join(dir, "fifo.nix"))
	socket, err := net.Listen("unix", filepath.Join(dir, "sock.nix"))
	must(t, err)
	defer socket.Close()
	must(t, os.Chmod(filepath.Join(dir, "secret.nix"), 0))
	must(t, os.Chmod(filepath.Join(dir, "shut"), 0))
	defer os.Chmod(filepath.Join(dir, "shut"), 0o755)
	must(t, os.Truncate(filepath.Join(dir, "huge.nix"), parse.MaxFileSize+1))
	tr := mustLoad(t, dir, Options{})
	want := []string{"fifo.nix:0 io skipped: it is a FIFO", "huge.nix:0 limit cannot be read: too large", "sock.nix:0 io skipped: it is a socket"}
	if os.Getuid() != 0 { // root reads everything
		want = []string{want[0], want[1], "secret.nix:0 io cannot be read: permission denied", "shut:0 io cannot be read", want[2]}
	}
	if got := problemList(tr); !slices.EqualFunc(got, want, strings.Contains) {
		t.Errorf("problems %q, want %q", got, want)
	}
	if !tr.source.Incomplete {
		t.Error("a file that cannot be read leaves the run complete")
	}
}

func TestReadSource(t *testing.T) {
	dir := plant(t, map[string]string{"a": "text\n", "empty": "", "link": "-> a"})
	mkfifo(t, filepath.Join(dir, "fifo"))
	must(t, os.WriteFile(filepath.Join(dir, "x"), []byte("#!x"), 0o755))
	for _, test := range []struct {
		name, want string
		exec       bool
		err        error
	}{
		{"a", "text\n", false, nil}, {"empty", "", false, nil}, {"x", "#!x", true, nil},
		{"fifo", "", false, errNotRegular}, {".", "", false, errNotRegular}, {"gone", "", false, os.ErrNotExist}, {"link", "", false, syscall.ELOOP},
	} {
		src, exec, err := readSource(filepath.Join(dir, test.name), 100)
		if src != test.want || exec != test.exec || !errors.Is(err, test.err) {
			t.Errorf("%s: %q %v %v, want %q %v %v", test.name, src, exec, err, test.want, test.exec, test.err)
		}
	}
	if _, _, err := readSource(filepath.Join(dir, "a"), 4); !errors.Is(err, errTooLarge) {
		t.Errorf("limit: %v", err)
	}
}

func TestLoadErrors(t *testing.T) {
	dir := plant(t, map[string]string{"a.nix": "1"})
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	for _, test := range []struct {
		name string
		ctx  context.Context
		dir  string
		opts Options
		want string
	}{
		{"no folder", context.Background(), filepath.Join(dir, "gone"), Options{}, "no such file"},
		{"a file", context.Background(), filepath.Join(dir, "a.nix"), Options{}, "not a directory"},
		{"a bad glob", context.Background(), dir, Options{Exclude: []string{"[a"}}, `"[a" is not a valid glob`},
		{"canceled", canceled, dir, Options{}, "context canceled"},
	} {
		if tr, err := load(test.ctx, test.dir, test.opts); err == nil || !strings.Contains(err.Error(), test.want) || tr != nil {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

// TestLoadStops cancels in the middle of a run: nothing may hang, whoever waits for whom.
func TestLoadStops(t *testing.T) {
	files := map[string]string{}
	for i := range 2000 {
		files[fmt.Sprintf("d%d/f%d.nix", i%20, i)] = "{ a = 1; }"
	}
	dir := plant(t, files)
	ctx, cancel := context.WithCancel(context.Background())
	before := runtime.NumGoroutine()
	_, err := load(ctx, dir, Options{Progress: func(done, total int) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	// A goroutine that has told the WaitGroup that it is done still takes a moment to be gone.
	after := runtime.NumGoroutine()
	for deadline := time.Now().Add(10 * time.Second); after > before && time.Now().Before(deadline); after = runtime.NumGoroutine() {
		time.Sleep(time.Millisecond)
	}
	if after > before {
		t.Errorf("%d goroutines are left, %d before", after, before)
	}
}

// TestIgnore holds our reading of .gitignore against git's own.
func TestIgnore(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		needed(t, "git")
	}
	paths := []string{
		"a.nix", "b.nix", "a/bar.nix", "a/x/a/b.nix", "a/b.nix", "a/b/c.nix", "keep/k.nix", "keep/sub/s.nix", "w/a/bar.nix",
		"foo.nix", "sub/foo.nix", "sub/deep/foo.nix", "{x}.nix", "#x.nix", "!x.nix", "sp ace.nix", "trail .nix", "x/abc.nix",
		"out/y.nix", "sub/out/y.nix", ".hid.nix", "doc/frotz/z.nix", "a/doc/frotz/z.nix",
	}
	dir := plant(t, map[string]string{"sub/.gitignore": "!/deep/\nout/y.nix\n"})
	for _, p := range paths {
		plantIn(t, dir, map[string]string{p: "1"})
	}
	if out, err := exec.Command(git, "-C", dir, "init", "-q").CombinedOutput(); err != nil {
		t.Fatalf("git init: %v %s", err, out)
	}
	for _, patterns := range []string{
		"", "*.nix", "*\n!*/\n!foo.nix", "**/a/b.nix", "[!a].nix", "[^a].nix", "x/a**.nix", "a/**", "a/**/b.nix", "/foo.nix", "sub/foo.nix", "foo.nix",
		"out/", "out", "sub/out/", "{x}.nix", "\\{x}.nix", "\\#x.nix", "#x.nix", "\\!x.nix", "!x.nix\n", "sp ace.nix  ", "trail\\ .nix", "*\n!keep\n!keep/**",
		"/*\n!/keep", "keep/*\n!keep/sub", "keep\n!keep/sub/s.nix", "?.nix", "*.nix\r\n!a.nix\r\n", "/", "//", "!", "\\", "[", "[a", "a\\", "**", "**/", "/**", "doc/frotz", "doc/frotz/", "**/doc/frotz",
		"\ufefffoo.nix", "a/*/a", "a?x", ".*", "*.[mn]ix", "*.nix\n!*.nix", "**foo.nix", "sub/**foo.nix", "**/**/foo.nix", "foo.nix/", "/a//b.nix",
	} {
		must(t, os.WriteFile(filepath.Join(dir, ".gitignore"), []byte(patterns), 0o644))
		cmd := exec.Command(git, "-C", dir, "-c", "core.excludesFile=", "ls-files", "-z", "--others", "--exclude-per-directory=.gitignore", "--", "*.nix")
		out, err := cmd.Output()
		must(t, err)
		want := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
		if len(out) == 0 {
			want = nil
		}
		slices.Sort(want)
		if got := fileNames(mustLoad(t, dir, Options{})); !slices.Equal(got, want) {
			t.Errorf("%q:\ngot  %q\ngit  %q", patterns, got, want)
		}
	}
}

func TestIgnoreAboveRoot(t *testing.T) {
	dir := plant(t, map[string]string{
		".git/": "", ".gitignore": "*.gen.nix\n/all/nix/x.nix\n", "all/.gitignore": "nix/y.nix\n/nix/sub/\n",
		"all/nix/x.nix": "1", "all/nix/y.nix": "1", "all/nix/z.gen.nix": "1", "all/nix/sub/s.nix": "1", "all/nix/a.nix": "1",
	})
	if got := fileNames(mustLoad(t, filepath.Join(dir, "all/nix"), Options{})); !slices.Equal(got, []string{"a.nix"}) {
		t.Errorf("got %q", got)
	}
	// A folder that is asked for by name is read though the tree around it ignores everything.
	must(t, os.WriteFile(filepath.Join(dir, ".gitignore"), []byte("*\n"), 0o644))
	if got := fileNames(mustLoad(t, filepath.Join(dir, "all/nix"), Options{})); len(got) != 5 {
		t.Errorf("got %q", got)
	}
}

// TestTracked: what git tracks is read whatever ignore files say, in the root and in what lies in it; what it does not track is not.
func TestTracked(t *testing.T) {
	dir := gittest.Init(t, map[string]string{
		".gitignore": "out/\n*.gen.nix\n", "out/a.nix": "1", "b.gen.nix": "1", "sub/c.gen.nix": "1",
	})
	inner := gittest.Init(t, map[string]string{".gitignore": "private.nix\n", "i.gen.nix": "1", "out/o.nix": "1", "private.nix": "1"})
	gittest.Git(t, dir, "submodule", "--quiet", "add", inner, "mod")
	gittest.Write(t, dir, map[string]string{".git/info/exclude": "/scratch.nix\n", "scratch.nix": "1", "out/untracked.nix": "1", "sub/untracked.gen.nix": "1",
		"mod/untracked.gen.nix": "1", ".git/modules/mod/info/exclude": "mine.nix\n", "mod/mine.nix": "1", "plain.nix": "1"})
	want := []string{"b.gen.nix", "mod/i.gen.nix", "mod/out/o.nix", "mod/private.nix", "mod/untracked.gen.nix", "out/a.nix", "plain.nix", "sub/c.gen.nix"}
	if got := fileNames(mustLoad(t, dir, Options{})); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := fileNames(mustLoad(t, filepath.Join(dir, "sub"), Options{})); !slices.Equal(got, []string{"c.gen.nix"}) {
		t.Errorf("below sub: %q", got)
	}
	linked := filepath.Join(t.TempDir(), "linked")
	gittest.Git(t, dir, "worktree", "add", "-q", linked)
	gittest.Write(t, linked, map[string]string{"scratch.nix": "1", "out/untracked.nix": "1"})
	if got := fileNames(mustLoad(t, linked, Options{})); !slices.Equal(got, []string{"b.gen.nix", "out/a.nix", "sub/c.gen.nix"}) {
		t.Errorf("a linked working tree: %q", got)
	}
	t.Setenv("PATH", "")
	if got := fileNames(mustLoad(t, dir, Options{})); !slices.Equal(got, []string{"mod/i.gen.nix", "mod/out/o.nix", "mod/untracked.gen.nix", "plain.nix"}) {
		t.Errorf("without git: %q", got)
	}
}

// needed skips a test whose program is missing; where CI promises to have it, that is a failure.
func needed(t testing.TB, program string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is missing", program)
	}
	t.Skipf("%s is missing", program)
}

// BenchmarkLoad reads and parses 2,000 files; BenchmarkRead only finds and reads them.
func BenchmarkLoad(b *testing.B) {
	dir := corpus(b)
	for b.Loop() {
		mustLoad(b, dir, Options{})
	}
}

func BenchmarkRead(b *testing.B) {
	dir := corpus(b)
	for b.Loop() {
		err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && isNix(path) {
				_, _, err = readSource(path, parse.MaxFileSize)
			}
			return err
		})
		must(b, err)
	}
}

func BenchmarkNARHash(b *testing.B) {
	tr := mustLoad(b, corpus(b), Options{})
	b.SetBytes(int64(tr.source.Bytes))
	for b.Loop() {
		_, err := tr.narHash(nil)
		must(b, err)
	}
}

// corpus is $NIXSINK_BENCH, or 2,000 files of usual size.
func corpus(b *testing.B) string {
	if dir := os.Getenv("NIXSINK_BENCH"); dir != "" {
		return dir
	}
	var text strings.Builder
	text.WriteString("{ config, lib, ... }:\nlet cfg = config.my.services; in {\n")
	for i := range 40 {
		fmt.Fprintf(&text, "  # source-id: CFG.ports.p%d\n  services.s%d.port = cfg.ports.p%d + 1;\n", i, i, i)
	}
	text.WriteString("}\n")
	files := map[string]string{}
	for i := range 2000 {
		files[fmt.Sprintf("d%d/f%d.nix", i%50, i)] = text.String()
	}
	return plant(b, files)
}
