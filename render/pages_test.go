package render

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"nixsink/graph"
)

// Every relative link of every page leads to a file that is there: a page, a picture or a source of the tree.
func TestPagesLinksResolve(t *testing.T) {
	for _, name := range []string{"../testdata/projects/homelab", "../testdata/examples/hostile", "../testdata/examples/mkhost"} {
		t.Run(filepath.Base(name), func(t *testing.T) {
			tree := t.TempDir()
			if err := os.CopyFS(tree, os.DirFS(name)); err != nil {
				t.Fatal(err)
			}
			g, err := graph.Analyze(context.Background(), tree, graph.Options{})
			if err != nil {
				t.Fatal(err)
			}
			o := PageOptions{Root: "../..", FrontMatter: true, Options: Options{Title: "a [title](x) <b>", Findings: []Finding{{Check: "x", Severity: "info", File: g.Modules[0].Path, Line: 1, Message: "[a](b)"}}}}
			pages, err := Pages(context.Background(), g, o)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := Pages(context.Background(), g, o); err != nil || !reflect.DeepEqual(again, pages) {
				t.Errorf("two runs differ (%v)", err)
			}
			dir := filepath.Join(tree, "docs", "config")
			for _, p := range pages {
				file := filepath.Join(dir, filepath.FromSlash(p.Name))
				if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, p.Data, 0o666); err != nil {
					t.Fatal(err)
				}
			}
			links := 0
			for _, p := range pages {
				if !strings.HasSuffix(p.Name, ".md") {
					continue
				}
				if !strings.HasPrefix(string(p.Data), "---\ntitle: \"") {
					t.Errorf("%s has no front matter", p.Name)
				}
				_, text, _ := strings.Cut(strings.TrimPrefix(string(p.Data), "---"), "---\n")
				for _, m := range regexp.MustCompile(`[^\\]\]\(([^)\s]*)\)`).FindAllStringSubmatch(text, -1) {
					links++
					link, err := url.Parse(m[1])
					if err != nil || link.Scheme != "" || link.Host != "" {
						t.Errorf("%s: a link to %q (%v)", p.Name, m[1], err)
						continue
					}
					if _, err := os.Stat(filepath.Join(dir, filepath.Dir(filepath.FromSlash(p.Name)), filepath.FromSlash(link.Path))); err != nil {
						t.Errorf("%s: %v", p.Name, err)
					}
				}
			}
			if links < 10 {
				t.Errorf("only %d links", links)
			}
		})
	}
}

func TestPagesSlugs(t *testing.T) {
	taken := map[string]bool{"index": true}
	for _, tt := range [][2]string{{"CFG.ports.ssh", "cfg.ports.ssh"}, {"cfg.Ports.SSH", "cfg.ports.ssh-2"}, {"../../etc/passwd", "etc-passwd"}, {"index", "index-2"}, {"…", "value"}, {strings.Repeat("x", 300), strings.Repeat("x", 80)}} {
		if got := slug(tt[0], taken); got != tt[1] {
			t.Errorf("%q: %q, want %q", tt[0], got, tt[1])
		}
	}
}

func TestRegions(t *testing.T) {
	for _, kind := range Regions {
		b, err := Region(context.Background(), house(), kind, Options{View: "layers"})
		if err != nil || len(b) == 0 || b[0] == '\n' || strings.HasPrefix(string(b), "#") {
			t.Errorf("%s: %v\n%.200s", kind, err, b)
		}
		if _, err := Region(context.Background(), hostile(), kind, hostileOptions("modules")); err != nil {
			t.Errorf("hostile %s: %v", kind, err)
		}
	}
	if _, err := Region(context.Background(), house(), "graf", Options{}); err == nil {
		t.Error("an unknown region")
	}
}
