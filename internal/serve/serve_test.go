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
	"testing"
	"time"
)

func start(t *testing.T, dir string, build func(context.Context, string) ([]byte, error)) (url string, stop func() error) {
	t.Helper()
	l, err := Listen(0)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	done := make(chan error, 1)
	s := New(build, t.Logf)
	go func() {
		done <- s.Run(ctx, l, dir, func(p string) bool { return strings.HasSuffix(p, ".nix") })
	}()
	return "http://" + l.Addr().String(), func() error { cancel(); return <-done }
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
