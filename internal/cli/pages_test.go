package cli

import (
	"bytes"
	"html"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// MkDocs itself makes a site of the pages and has nothing to complain of, and every link of the site leads somewhere, with hostile names too.
func TestPagesInMkDocs(t *testing.T) {
	mkdocs, err := exec.LookPath("mkdocs")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("mkdocs is missing")
		}
		t.Skip("mkdocs is missing")
	}
	for _, tree := range []string{"projects/homelab", "examples/hostile"} {
		t.Run(filepath.Base(tree), func(t *testing.T) {
			dir := t.TempDir()
			var stdout, stderr bytes.Buffer
			args := []string{"docs", filepath.Join("../../testdata", tree), "-o", filepath.Join(dir, "docs"), "--front-matter", "--link", "https://example.org/{file}#L{line}"}
			if status := Main(args, nil, &stdout, &stderr); status != exitClean {
				t.Fatalf("status %d: %s", status, stderr.String())
			}
			config := filepath.Join(dir, "mkdocs.yml")
			if err := os.WriteFile(config, []byte("site_name: pages\n"), 0o666); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command(mkdocs, "build", "--strict", "--quiet", "-f", config).CombinedOutput(); err != nil || len(out) > 0 {
				t.Fatalf("mkdocs: %v\n%s", err, out)
			}
			if n := siteLinks(t, filepath.Join(dir, "site")); n < 100 {
				t.Errorf("only %d links", n)
			}
		})
	}
}

var (
	siteHref = regexp.MustCompile(`(?:href|src)="([^"]*)"`)
	siteID   = regexp.MustCompile(`id="([^"]*)"`)
)

// siteLinks checks the relative links of a site with their anchors, and counts them.
func siteLinks(t *testing.T, site string) (n int) {
	t.Helper()
	pages := map[string]string{}
	err := filepath.WalkDir(site, func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".html") && d.Name() != "404.html" {
			text, rerr := os.ReadFile(path)
			pages[path], err = string(text), rerr
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range pages {
		for _, m := range siteHref.FindAllStringSubmatch(text, -1) {
			link, err := url.Parse(html.UnescapeString(m[1]))
			if err != nil {
				t.Errorf("%s: a link to %q: %v", path, m[1], err)
				continue
			}
			if link.Scheme == "javascript" {
				t.Errorf("%s: a link to %q", path, m[1])
			}
			if link.Scheme != "" || link.Host != "" || strings.HasPrefix(link.Path, "/") {
				continue
			}
			n++
			to := path
			if link.Path != "" {
				to = filepath.Join(filepath.Dir(path), filepath.FromSlash(link.Path))
			}
			info, err := os.Stat(to)
			if err != nil {
				t.Errorf("%s: %v", path, err)
				continue
			}
			if info.IsDir() {
				to = filepath.Join(to, "index.html")
			}
			if target, ok := pages[to]; ok && link.Fragment != "" {
				found := false
				for _, id := range siteID.FindAllStringSubmatch(target, -1) {
					found = found || html.UnescapeString(id[1]) == link.Fragment
				}
				if !found {
					t.Errorf("%s: %q leads to no heading", path, m[1])
				}
			}
		}
	}
	return n
}
