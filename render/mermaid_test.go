package render

import (
	"encoding/json"
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A drawn is what Mermaid made of a source: an error, or the text of the picture, its height in a column as wide as GitHub's, and the labels that
// lie on each other.
type drawn struct {
	Error, Text string
	High        float64
	Over        []string
}

// drawMermaid has the real Mermaid draw sources in a real browser, as strictly as GitHub does.
func drawMermaid(t *testing.T, sources map[string]string) map[string]drawn {
	t.Helper()
	chromium := needs(t, "chromium")
	lib, err := filepath.Abs("testdata/npm/node_modules/mermaid/dist/mermaid.min.js")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(lib); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("mermaid is missing: npm install --no-package-lock --prefix render/testdata/npm")
		}
		t.Skip("mermaid is missing: npm install --no-package-lock --prefix render/testdata/npm")
	}
	in, err := json.Marshal(sources)
	if err != nil {
		t.Fatal(err)
	}
	page := filepath.Join(t.TempDir(), "page.html")
	err = os.WriteFile(page, fmt.Appendf(nil, `<!doctype html><meta charset="utf-8"><script src="file://%s"></script><body style="margin:0"><div id="column" style="width:830px"></div><pre id="out"></pre><script type="module">
mermaid.initialize({ startOnLoad: false, securityLevel: "strict", suppressErrorRendering: true });
const out = {}; window.alert = () => { out.alert = { Error: "a script ran", Text: "" } };
let i = 0;
for (const [name, src] of Object.entries(%s)) {
  try {
    const { svg } = await mermaid.render("m" + i++, src);
    const box = document.createElement("div"); box.innerHTML = svg; document.getElementById("column").append(box);
    const labels = [...box.querySelectorAll("g.node, g.edgeLabel")].filter(n => n.textContent.trim()).map(n => [n.textContent.trim(), n.getBoundingClientRect()]);
    const over = [];
    labels.forEach(([a, p], i) => labels.slice(i + 1).forEach(([b, q]) => {
      if (p.left < q.right - 1 && q.left < p.right - 1 && p.top < q.bottom - 1 && q.top < p.bottom - 1) over.push(a + " / " + b);
    }));
    const high = box.querySelector("svg").getBoundingClientRect().height;
    box.querySelectorAll("style").forEach(s => s.remove());
    out[name] = { Error: "", Text: box.textContent, High: high, Over: over };
  } catch (e) { out[name] = { Error: String(e), Text: "" }; }
}
document.getElementById("out").textContent = JSON.stringify(out);
</script>`, lib, in), 0o644)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+t.TempDir(), "--virtual-time-budget=60000", "--timeout=60000", "--dump-dom", "file://"+page)
	dom, err := cmd.Output()
	if err != nil {
		t.Fatalf("chromium: %v", err)
	}
	m := regexp.MustCompile(`(?s)<pre id="out">(.*?)</pre>`).FindSubmatch(dom)
	if m == nil || len(m[1]) == 0 {
		t.Fatalf("the page did not finish:\n%.2000s", dom)
	}
	out := map[string]drawn{}
	if err := json.Unmarshal([]byte(html.UnescapeString(string(m[1]))), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestMermaidDraws(t *testing.T) {
	sources := map[string]string{}
	for _, view := range []string{"modules", "sinks", "values", "imports", "layers"} {
		o := Options{View: view, Link: "https://example.org/{file}#L{line}", Focus: nil}
		sources[view] = write(t, "mermaid", house(), o)
		sources["hostile "+view] = write(t, "mermaid", hostile(), hostileOptions(view))
	}
	for name, got := range drawMermaid(t, sources) {
		if got.Error != "" {
			t.Errorf("%s: %s\n%.600s", name, got.Error, sources[name])
		}
		if name == "modules" && !strings.Contains(got.Text, "CFG.identity.domain") {
			t.Errorf("%s does not show its values: %.300s", name, got.Text)
		}
		if name == "hostile modules" && (!strings.Contains(got.Text, `a"b'c`) || !strings.Contains(got.Text, "`code` **bold**")) {
			t.Errorf("%s does not show names as they are: %.600s", name, got.Text)
		}
	}
}

// TestMermaidFitsAPage: a picture of Mermaid is at most 1,200 pixels high in GitHub's column, and no label lies on another one.
func TestMermaidFitsAPage(t *testing.T) {
	graphs := treesToLookAt(t)
	graphs["house"] = house()
	graphs["hosts"], graphs["large"] = analysed(t, hostsTree), large()
	sources := map[string]string{}
	for name, g := range graphs {
		for _, v := range Views {
			if !slices.Contains(v.Layouts, "dot") {
				continue
			}
			sources[name+" "+v.Name] = write(t, "mermaid", g, Options{View: v.Name})
		}
	}
	for name, got := range drawMermaid(t, sources) {
		if got.Error != "" || got.High > 1200 || got.High == 0 || len(got.Over) > 0 {
			t.Errorf("%s: %.0f pixels high, labels on each other: %q; %s", name, got.High, got.Over, got.Error)
		}
	}
}

func TestMermaidKeepsToLimits(t *testing.T) {
	b := newBuilder()
	for i := range 900 {
		f := fmt.Sprintf("modules/g%d/some-rather-long-module-name-%d.nix", i%30, i)
		b.module(f, 10)
		v := b.value(fmt.Sprintf("my.group%d.some-rather-long-value-name-%d", i%40, i), f, i)
		b.read(f, v.Path, "x", fmt.Sprintf("services.some-rather-long-service-name-%d.port", i))
	}
	for i := range 900 {
		b.read(fmt.Sprintf("modules/g%d/some-rather-long-module-name-%d.nix", i%30, i), fmt.Sprintf("my.group%d.some-rather-long-value-name-%d", (i*7+1)%900%40, (i*7+1)%900), "x")
	}
	for _, view := range []string{"modules", "sinks", "values"} {
		got := write(t, "mermaid", b.done(), Options{View: view, MaxNodes: -1, Link: "https://example.org/{file}#L{line}"})
		if len(got) > mermaidText || strings.Count(got, " n") > 3*mermaidEdges {
			t.Errorf("%s: %d characters", view, len(got))
		}
	}
}
