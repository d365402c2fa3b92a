package serve

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func start(t *testing.T, dir string, page func(context.Context, string) ([]byte, error)) (url string, stop func() error) {
	t.Helper()
	l, err := Listen(0)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	done := make(chan error, 1)
	s := New(func(ctx context.Context, live string) ([]byte, Sources, error) {
		b, err := page(ctx, live)
		return b, below(t, dir), err
	}, t.Logf)
	go func() {
		done <- s.Run(ctx, l, dir, func(p string) bool { return strings.HasSuffix(p, ".nix") })
	}()
	return "http://" + l.Addr().String(), func() error { cancel(); return <-done }
}

// below are all folders below a link's target.
func below(t *testing.T, dir string) (s Sources) {
	t.Helper()
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return Sources{} // it is gone just now
	}
	_ = filepath.WalkDir(real, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() != "unread" {
			s.Folders = append(s.Folders, path)
		}
		return nil
	})
	return s
}

func get(t *testing.T, url, host string) (int, string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = host
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

func TestServe(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("a.nix", "one")
	url, stop := start(t, dir, func(_ context.Context, live string) ([]byte, error) {
		b, err := os.ReadFile(filepath.Join(dir, "a.nix"))
		if string(b) == "broken" {
			return nil, errors.New("half done")
		}
		return fmt.Appendf(nil, "%s %s", live, b), err
	})
	if code, page := get(t, url+"/", "localhost:1"); code != 200 || page != "events?since=1 one" {
		t.Errorf("%d %q", code, page)
	}
	for host, want := range map[string]int{"evil.example": 403, "127.0.0.1.evil.example:80": 403, "[::1]:80": 200, "127.0.0.1": 200} {
		if code, _ := get(t, url+"/", host); code != want {
			t.Errorf("host %s: %d, want %d", host, code, want)
		}
	}
	if code, _ := get(t, url+"/../etc/passwd", ""); code != 404 {
		t.Errorf("another path: %d", code)
	}
	res, err := http.Get(url + "/events?since=1")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	next := func() string {
		for lines.Scan() {
			if d, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				return d
			}
		}
		return "end"
	}
	write("notes.txt", "nothing")
	write("a.nix", "broken")
	time.Sleep(3 * settle)
	write("a.nix", "two")
	if got := next(); got != "2" {
		t.Errorf("told of version %s, want 2", got)
	}
	if _, page := get(t, url+"/", ""); page != "events?since=2 two" {
		t.Errorf("after the change %q", page)
	}
	// A new folder is watched too, and a page that is old already hears at once.
	write("sub/b.nix", "x")
	if got := next(); got != "3" {
		t.Errorf("told of version %s, want 3", got)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestServeFirstPageFails(t *testing.T) {
	_, stop := start(t, t.TempDir(), func(context.Context, string) ([]byte, error) { return nil, errors.New("no such tree") })
	if err := stop(); err == nil || !strings.Contains(err.Error(), "no such tree") {
		t.Errorf("error %v", err)
	}
}

// soon waits for a page.
func soon(t *testing.T, url, want string) {
	t.Helper()
	page := ""
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if _, page = get(t, url+"/", ""); page == want {
			return
		}
	}
	t.Fatalf("the page is %q, want %q", page, want)
}

// TestServeReplaced: the folder that is shown may be exchanged for another, be gone for a while, and be a link that is turned.
func TestServeReplaced(t *testing.T) {
	top := t.TempDir()
	dir := filepath.Join(top, "r")
	write := func(name, text string) {
		t.Helper()
		if err := errors.Join(os.MkdirAll(filepath.Dir(filepath.Join(top, name)), 0o777), os.WriteFile(filepath.Join(top, name), []byte(text), 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	move := func(from, to string) {
		t.Helper()
		if err := os.Rename(filepath.Join(top, from), filepath.Join(top, to)); err != nil {
			t.Fatal(err)
		}
	}
	write("one/a.nix", "one")
	write("two/a.nix", "two")
	write("three/a.nix", "three")
	if err := os.Symlink("one", dir); err != nil {
		t.Fatal(err)
	}
	url, stop := start(t, dir, func(context.Context, string) ([]byte, error) { return os.ReadFile(filepath.Join(dir, "a.nix")) })
	soon(t, url, "one")
	if err := os.Symlink("two", dir+".new"); err != nil {
		t.Fatal(err)
	}
	move("r.new", "r")
	soon(t, url, "two")
	write("r/a.nix", "saved")
	soon(t, url, "saved")
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	move("three", "r")
	soon(t, url, "three")
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * glance)
	write("r/a.nix", "back")
	soon(t, url, "back")
	write("r/a.nix", "and heard")
	soon(t, url, "and heard")
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// TestPolling: without watches changes are seen all the same.
func TestPolling(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("a.nix", "one")
	var said string
	w, err := watch(dir, func(p string) bool { return strings.HasSuffix(p, ".nix") }, func(format string, args ...any) { said += fmt.Sprintf(format, args...) })
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	w.follow(Sources{Folders: []string{dir}})
	w.giveUp(syscall.ENOSPC)
	if !strings.Contains(said, "limit of watches is reached") || !strings.Contains(said, "every 2s instead") {
		t.Errorf("said %q", said)
	}
	write("notes.txt", "nothing")
	if got := func() string {
		ctx, cancel := context.WithTimeout(t.Context(), poll+2*glance)
		defer cancel()
		return w.next(ctx)
	}(); got != "" {
		t.Errorf("a file that does not matter is told as %s", got)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	defer cancel()
	write("a.nix", "longer")
	if got := w.next(ctx); got != dir {
		t.Errorf("told of %q, want %q", got, dir)
	}
}

// TestWatchesWhatIsRead: a folder that no page is made from is not watched.
func TestWatchesWhatIsRead(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"read", "unread"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	w, err := watch(dir, func(string) bool { return true }, t.Logf)
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	w.follow(below(t, dir))
	if got := w.fs.WatchList(); len(got) != 2 {
		t.Errorf("watched: %q", got)
	}
	w.follow(Sources{Folders: []string{dir}, Files: []string{filepath.Join(dir, "read/.nixsink.toml")}})
	if !w.concerns(filepath.Join(dir, "read/.nixsink.toml")) || w.concerns(filepath.Join(dir, "read/other.nix")) || w.fresh(filepath.Join(dir, "read/other.nix")) {
		t.Error("of a folder that is watched for one file, that file counts")
	}
}
