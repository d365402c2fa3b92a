package cli

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// A buffer that is written and read by two goroutines.
type talk struct {
	mu sync.Mutex
	bytes.Buffer
}

func (t *talk) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.Buffer.Write(p)
}

func (t *talk) find(re *regexp.Regexp) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return re.FindString(t.String())
}

// A real browser sees a value that is saved while it looks.
func TestServeReloads(t *testing.T) {
	if _, err := exec.LookPath("chromium"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("chromium is missing")
		}
		t.Skip("chromium is missing")
	}
	dir := t.TempDir()
	write := func(option string) {
		t.Helper()
		src := "{ lib, config, ... }: { options.my." + option + " = lib.mkOption { default = 1; }; config.networking.mtu = config.my." + option + "; }"
		if err := os.WriteFile(filepath.Join(dir, "configuration.nix"), []byte(src), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("before")
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	stderr := &talk{}
	done := make(chan int, 1)
	served, stop := context.WithCancel(ctx)
	go func() {
		done <- newApp(nil, &bytes.Buffer{}, stderr).run(served, []string{"serve", "--port", "0", dir})
	}()
	url := ""
	for url == "" && ctx.Err() == nil {
		time.Sleep(10 * time.Millisecond)
		url = stderr.find(regexp.MustCompile(`http://127\.0\.0\.1:\d+/`))
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	tab, closeAll := chromedp.NewExecAllocator(ctx, opts...)
	defer closeAll()
	tab, closeTab := chromedp.NewContext(tab)
	defer closeTab()
	sees := func(option string) chromedp.Action[bool] {
		return chromedp.Poll[bool](`document.documentElement.dataset.ready === "yes" && document.getElementById("main").innerText.includes("`+option+`")`, chromedp.WithPollingTimeout(20*time.Second))
	}
	if err := chromedp.Do(tab, chromedp.Navigate(url+"#value=my.before")); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Run(tab, sees("config.my.before")); err != nil {
		t.Fatal(err)
	}
	write("after")
	// The address stays, and says that its value is gone.
	for ctx.Err() == nil {
		if _, err := chromedp.Run(tab, sees("There is no value my.before here")); err == nil {
			break
		}
	}
	if text, err := chromedp.Run(tab, chromedp.Evaluate[string](`document.body.innerText`)); err != nil || !regexp.MustCompile(`my\.after`).MatchString(text) {
		t.Errorf("the page does not show the change: %v\n%s", err, text)
	}
	stop()
	if status := <-done; status != exitClean {
		t.Errorf("status %d: %s", status, stderr.String())
	}
}
