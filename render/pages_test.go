package render

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"nixsink/graph"
	"nixsink/internal/budget"
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

// A check that found more than anybody reads is told by file, and what is left out is counted.
func TestPagesFindings(t *testing.T) {
	o := Options{Link: "https://example.org/{file}#L{line}"}
	for i := range 300 {
		o.Findings = append(o.Findings, Finding{Check: "missing-sink", Severity: "info", File: fmt.Sprintf("m%d.nix", i%100), Line: i + 1, Message: "write `# sink: a|b` above it"})
	}
	o.Findings = append(o.Findings, Finding{Check: "port-collision", Severity: "error", File: "ports.nix", Line: 7, Message: "10080 is given out twice"})
	pages, err := Pages(context.Background(), house(), PageOptions{Options: o})
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, p := range pages {
		if p.Name == "findings.md" {
			text = string(p.Data)
		}
	}
	for _, want := range []string{"| error | [port-collision](#port-collision) | 1 |", "\n## missing-sink\n", "300 findings in 100 files, by file. The first: write <code>\\# sink: a&#124;b</code> above it\n",
		"| [`m0.nix`](https://example.org/m0.nix#L1) | 3 | [`1`](https://example.org/m0.nix#L1), [`101`]", "And 150 more in 50 more files: `nixsink check`."} {
		if !strings.Contains(text, want) {
			t.Errorf("findings.md does not hold %q", want)
		}
	}
	if strings.Index(text, "## port-collision") > strings.Index(text, "## missing-sink") {
		t.Error("the worst is not first")
	}
	region, err := Region(context.Background(), house(), "findings", o)
	if err != nil || !strings.Contains(string(region), "10080") || strings.Contains(string(region), "# sink") {
		t.Errorf("in somebody's own page, what is only information is counted and the rest told (%v):\n%s", err, region)
	}
}

// What is passed as a module argument is not below config.
func TestPagesArgument(t *testing.T) {
	g := house()
	g.Roots = []graph.Root{{Path: "my", Argument: true}, {Path: "other"}}
	pages, err := Pages(context.Background(), g, PageOptions{Options: Options{Top: 1}})
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, p := range pages {
		texts[p.Name] = string(p.Data)
	}
	for name, want := range map[string]string{"index.md": "are what the module argument `my` holds and the options below `config.other`:", "values/cfg.identity.domain.md": "- Module argument: `my.configs.identity.domain`\n"} {
		if !strings.Contains(texts[name], want) {
			t.Errorf("%s does not hold %q", name, want)
		}
	}
}

// A long list of modules is divided by folders, and every module stands in it once.
func TestPagesParts(t *testing.T) {
	var ms []*graph.Module
	add := func(folder string, n int) {
		for i := range n {
			ms = append(ms, &graph.Module{Path: fmt.Sprintf("%s/m%d.nix", folder, i)})
		}
	}
	add("modules", 2)
	add("modules/home", 3)
	add("modules/nixos/services", 45)
	add("modules/nixos/system", 6)
	add("modules/nixos/x/y", 2)
	got := ""
	for _, p := range byParts(ms, 0) {
		got += fmt.Sprintf("%s %d; ", p.folder, len(p.modules))
	}
	if want := "modules 5; modules/nixos 2; modules/nixos/services 45; modules/nixos/system 6; "; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if few := byParts(ms[:5], 0); len(few) != 1 || len(few[0].modules) != 5 {
		t.Errorf("a few: %v", few)
	}
}

// Whatever is in a set of pages is in mdBook's contents, once.
func TestPagesSummary(t *testing.T) {
	pages, err := Pages(context.Background(), house(), PageOptions{Summary: true})
	if err != nil {
		t.Fatal(err)
	}
	summary := ""
	for _, p := range pages {
		if p.Name == "SUMMARY.md" {
			summary = string(p.Data)
		}
	}
	for _, p := range pages {
		if !IsPage(p.Name, p.Data) {
			t.Errorf("%s does not look like a page of ours", p.Name)
		}
		if strings.HasSuffix(p.Name, ".md") && p.Name != "SUMMARY.md" && strings.Count(summary, "]("+p.Name+")") != 1 {
			t.Errorf("%s stands %d times in the contents", p.Name, strings.Count(summary, "]("+p.Name+")"))
		}
	}
}

// A large tree gives pages that a host of repositories still shows.
func TestPagesLarge(t *testing.T) {
	g := city()
	first := g.Values[0]
	flows := slices.Collect(g.Flows.All())
	for i := range 5000 {
		flows = append(flows, &graph.Flow{From: first, To: fmt.Sprintf("services.s%d.o%d", i%300, i), Kind: graph.Data, At: flows[0].At})
		g.References = append(g.References, &graph.Reference{Value: first, At: g.References[0].At, Kind: graph.Direct, Name: "x"})
		g.Unresolved = append(g.Unresolved, &graph.Unresolved{Path: "my.*", At: g.References[0].At, Reason: "computed"})
		g.Values = append(g.Values, &graph.Value{Path: fmt.Sprintf("my.more.value%d", i), Declared: first.Declared})
	}
	g.Flows = graph.FlowsOf(flows...)
	pages, err := Pages(context.Background(), g, PageOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pages {
		if len(p.Data) > 400_000 {
			t.Errorf("%s has %d bytes", p.Name, len(p.Data))
		}
	}
}

func TestPagesSlugs(t *testing.T) {
	taken := map[string]bool{"index": true}
	for _, tt := range [][2]string{{"CFG.ports.ssh", "cfg.ports.ssh"}, {"cfg.Ports.SSH", "cfg.ports.ssh-2"}, {"../../etc/passwd", "etc-passwd"}, {"index", "index-2"}, {"…", "value"}, {strings.Repeat("x", 300), strings.Repeat("x", 80)}, {"aux", "_aux"}, {"con.x", "_con.x"}, {"console", "console"}} {
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

// TestPagesBudget: where the run's budget is used up, no page is begun, and how many are missing is told.
func TestPagesBudget(t *testing.T) {
	ctx, b, stop := budget.Start(context.Background(), budget.Limits{Time: time.Nanosecond})
	defer stop()
	for b.Over(budget.Rest) == nil {
		time.Sleep(time.Millisecond)
	}
	files, err := Pages(ctx, house(), PageOptions{})
	var cut *budget.CutError
	if !errors.As(err, &cut) || !errors.Is(err, budget.ErrTime) || !strings.Contains(err.Error(), "pages are not written") {
		t.Errorf("%v", err)
	}
	if len(files) > 0 {
		t.Errorf("%d pages are written", len(files))
	}
	p, err := draw(house(), Options{View: "sinks", MaxNodes: -1}, true)
	if err != nil {
		t.Fatal(err)
	}
	for len(p.nodes) <= pageNodes["sinks"] {
		p.nodes = append(p.nodes, p.nodes[0])
	}
	if p, err = onePage(ctx, p, house(), Options{View: "sinks"}); err != nil || !strings.Contains(strings.Join(p.notes, " "), "folded no further") {
		t.Errorf("%v: %v", p.notes, err)
	}
}
