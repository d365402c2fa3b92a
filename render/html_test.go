package render

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	cdpnetwork "github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"nixsink/graph"
)

// A browser is a page in a real, headless Chromium that remembers every complaint and every request.
type browser struct {
	t    *testing.T
	ctx  context.Context
	base string
	mu   sync.Mutex
	said []string
}

// chromium starts the one browser that all tests have their tabs in; TestMain ends it.
var chromium = sync.OnceValue(func() context.Context {
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.WindowSize(1280, 900))
	ctx, end := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, _ = chromedp.NewContext(ctx)
	endChromium = func() {
		_ = chromedp.Cancel(ctx) // waits, and removes its folder
		end()
	}
	if err := chromedp.Do(ctx); err != nil {
		panic("Chromium does not start: " + err.Error())
	}
	return ctx
})

var endChromium = func() {}

func TestMain(m *testing.M) {
	status := m.Run()
	endChromium()
	os.Exit(status)
}

func openExplorer(t *testing.T, g *graph.Graph, o Options) *browser {
	t.Helper()
	needs(t, "chromium")
	file := filepath.Join(t.TempDir(), "explorer.html")
	if err := os.WriteFile(file, []byte(write(t, "html", g, o)), 0o644); err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t, base: "file://" + file}
	ctx, cancel := chromedp.NewContext(chromium(), chromedp.WithListener(func(ev any) { b.hear(ev) }))
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 90*time.Second)
	t.Cleanup(cancel)
	b.ctx = ctx
	b.run(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		if _, err := chromedp.Call(ctx, cdpnetwork.Enable, cdpnetwork.EnableParams{}); err != nil {
			return err
		}
		_, err := chromedp.Call(ctx, log.Enable, cdp.Empty{})
		return err
	}))
	b.run(chromedp.Navigate(b.base), chromedp.WaitVisible(chromedp.CSS("html[data-ready]")))
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if len(b.said) > 0 {
			t.Errorf("the page complains:\n%s", strings.Join(b.said, "\n"))
		}
	})
	return b
}

// hear notes what a page that does nothing wrong never does.
func (b *browser) hear(ev any) {
	said := ""
	switch ev := ev.(type) {
	case *runtime.EventExceptionThrown:
		said = "exception: " + ev.ExceptionDetails.Text
	case *runtime.EventConsoleAPICalled:
		said = "console." + string(ev.Type)
	case *log.EventEntryAdded:
		said = "log: " + ev.Entry.Text
	case *cdpnetwork.EventRequestWillBeSent:
		if u := ev.Request.URL; !strings.HasPrefix(u, b.base) && u != "about:blank" {
			said = "request: " + u
		}
	}
	if said != "" {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.said = append(b.said, said)
	}
}

func (b *browser) run(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// eval runs JavaScript, and is its value.
func eval[T any](b *browser, js string) T {
	b.t.Helper()
	out, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

// at goes to an address within the page, as a link does.
func (b *browser) at(hash string) {
	b.t.Helper()
	// The page's own listener comes first, and it draws before it returns.
	eval[bool](b, fmt.Sprintf(`new Promise(done => {
		const before = location.hash;
		addEventListener("hashchange", () => done(true), { once: true });
		location.hash = %q;
		if (location.hash === before) done(false);
	})`, hash))
}

// until waits until something is the case in the page: for ten seconds, since a machine may be busy.
func (b *browser) until(js string) {
	b.t.Helper()
	if !eval[bool](b, fmt.Sprintf(`new Promise(done => {
		const end = Date.now() + 10000;
		const look = () => (%s) ? done(true) : Date.now() > end ? done(false) : setTimeout(look, 20);
		look();
	})`, js)) {
		b.t.Fatalf("this does not come true: %s", js)
	}
}

func (b *browser) want(what, js, want string) {
	b.t.Helper()
	// What follows from a click or a key takes as long as it takes.
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		got := eval[string](b, js)
		if strings.Contains(got, want) {
			return
		}
		if time.Now().After(end) {
			b.t.Errorf("%s: %q does not hold %q", what, got, want)
			return
		}
	}
}

func TestExplorer(t *testing.T) {
	b := openExplorer(t, house(), Options{Title: "house", Findings: []Finding{{Check: "unused-value", Severity: "warning", File: "00-core/configs.nix", Line: 3, Message: "nobody reads it"}}})
	const main = `document.getElementById("main").innerText`
	b.want("overview", main, "Where central values end up")

	// Search: completion, keys, Enter.
	b.run(chromedp.SendKeys(chromedp.CSS("#search"), "domain"), chromedp.WaitVisible(chromedp.CSS("#found li")))
	b.want("completion", `document.getElementById("found").innerText`, "CFG.identity.domain")
	b.run(chromedp.SendKeys(chromedp.CSS("#search"), kb.Enter), chromedp.WaitVisible(chromedp.CSS("#focus")))
	b.want("focus", `document.getElementById("focus").innerText`, "CFG.identity.domain")
	b.want("address", `location.hash`, "#value=my.configs.identity.domain")
	b.want("title", `document.title`, "CFG.identity.domain")

	// From the value by a click on a module in the picture, and to an option.
	b.run(chromedp.Click(chromedp.CSS("svg a.node.module")), chromedp.Sleep(50*time.Millisecond))
	b.want("module", `location.hash`, "#module=")
	b.want("module", main, "Reads (")
	b.run(chromedp.Click(chromedp.CSS("svg a.node.option")), chromedp.Sleep(50*time.Millisecond))
	b.want("option", `location.hash`, "#option=")
	b.want("option", main, "Values in it")
	b.run(chromedp.NavigateBack(), chromedp.Sleep(50*time.Millisecond))
	b.want("back", `location.hash`, "#module=")

	// Deep links, also by id, with filters, and to what is not there.
	b.run(chromedp.Navigate("about:blank"), chromedp.Navigate(b.base+"#value="+url.QueryEscape("CFG.identity.domain")+"&coverage=uncovered"), chromedp.WaitVisible(chromedp.CSS("html[data-ready]")))
	b.want("deep link", `document.getElementById("focus").innerText`, "CFG.identity.domain")
	if n := eval[int](b, `document.querySelectorAll("article.read .tag.good").length`); n != 0 {
		t.Errorf("%d covered reads though only uncovered ones are asked for", n)
	}
	b.at("#value=no.such")
	b.want("missing", main, "There is no value no.such here")

	// Tables: sorted, filtered by text and by layer.
	b.at("#view=references")
	rows := `[...document.querySelectorAll("tbody tr")].length`
	all := eval[int](b, rows)
	b.run(chromedp.Click(`//thead//button[.="Value"]`))
	b.want("sort", `document.querySelector("thead th").getAttribute("aria-sort")`, "ascending")
	first := eval[string](b, `document.querySelector("tbody tr").innerText`)
	b.run(chromedp.Click(`//thead//button[.="Value"]`))
	if last := eval[string](b, `document.querySelector("tbody tr").innerText`); last == first {
		t.Errorf("sorted the other way the first row is still %q", last)
	}
	b.run(chromedp.SendKeys(chromedp.CSS("main input[type=search]"), "domain"))
	b.until(`location.hash.includes("find=domain")`) // it waits until nothing is typed any more
	if n := eval[int](b, rows); n == 0 || n >= all {
		t.Errorf("%d of %d rows hold domain", n, all)
	}
	b.want("address", `location.hash`, "find=domain")
	b.at("#view=references&layer=00-core")
	if n := eval[int](b, rows); n >= all {
		t.Errorf("%d of %d rows are in one layer", n, all)
	}
	b.at("#view=findings")
	b.want("findings", main, "nobody reads it")

	// The keyboard alone: / goes to the search, the picture zooms.
	b.at("#value=my.configs.identity.domain")
	b.run(chromedp.KeyEvent("/"))
	b.want("slash", `document.activeElement.id`, "search")
	before := eval[string](b, `document.querySelector("svg.flow").getAttribute("viewBox")`)
	b.run(chromedp.Focus(chromedp.CSS("svg.flow")), chromedp.KeyEvent("+"))
	if eval[string](b, `document.querySelector("svg.flow").getAttribute("viewBox")`) == before {
		t.Error("+ does not zoom")
	}
	b.run(chromedp.KeyEvent("0"))
	b.want("0 shows all", `document.querySelector("svg.flow").getAttribute("viewBox")`, strings.Fields(before)[3])
}

// A tree with more flows than a page can hold loses those with long ways, and the page says so.
func TestExplorerLeavesOut(t *testing.T) {
	g := *city()
	flows := slices.Collect(g.Flows.All())
	direct := len(flows)
	f := flows[0]
	for range mostFlows {
		flows = append(flows, &graph.Flow{From: f.From, To: f.To, Kind: graph.Data, At: f.At, Through: []string{"my.group1.value1", "my.group2.value2"}})
	}
	g.Flows = graph.FlowsOf(flows...)
	d := newHTMLDoc(&g, Options{})
	if len(d.Flows) != direct || d.AllFlows != len(flows) {
		t.Errorf("%d of %d flows, want the %d direct ones", len(d.Flows), d.AllFlows, direct)
	}
	var fs []Finding
	for range mostFindings + 5 {
		fs = append(fs, Finding{Check: "x", Severity: "info", Message: "m"})
	}
	fs = append(fs, Finding{Check: "y", Severity: "error", Message: "worst"})
	d = newHTMLDoc(&g, Options{Findings: fs})
	if len(d.Findings) != mostFindings || d.Findings[0][4] != "worst" {
		t.Errorf("%d findings, first %v", len(d.Findings), d.Findings[0])
	}
	b := openExplorer(t, &g, Options{Findings: fs})
	b.at("#view=flows")
	b.want("flows", `document.getElementById("main").innerText`, fmt.Sprintf("Of %s flows", count(g.Flows.Len())))
	b.at("#view=findings")
	b.want("findings", `document.getElementById("main").innerText`, fmt.Sprintf("Of %s findings", count(len(fs))))
}

// What the engine finds in a hostile tree, with names of our own on top, is shown as text and does nothing.
func TestExplorerHostile(t *testing.T) {
	tree, err := graph.Analyze(context.Background(), "../testdata/examples/hostile", graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, g := range map[string]*graph.Graph{"tree": tree, "names": hostile()} {
		t.Run(name, func(t *testing.T) {
			const title = `</title><script>document.documentElement.dataset.ran="1"</script>`
			b := openExplorer(t, g, Options{Title: title, Link: "https://example.org/{file}#L{line}"})
			b.want("title", `document.getElementById("title").textContent`, title)
			for _, v := range views() {
				b.at("#view=" + v)
			}
			for _, i := range []int{0, 1, 2} {
				for _, kind := range []string{"values", "files", "options"} {
					js := `(() => { const d = JSON.parse(document.getElementById("data").textContent).` + kind + `; const x = d.length ? d[` + string(rune('0'+i)) + ` % d.length] : ""; return x.path ?? x[0] ?? "" })()`
					if path := eval[string](b, js); path != "" {
						word := map[string]string{"values": "value", "files": "module", "options": "option"}[kind]
						b.at("#" + word + "=" + strings.ReplaceAll(url.QueryEscape(path), "+", "%20"))
						if eval[string](b, `document.getElementById("focus")?.textContent ?? ""`) == "" {
							t.Errorf("%s %q cannot be looked at", word, path)
						}
					}
				}
			}
			if eval[bool](b, `"ran" in document.documentElement.dataset`) {
				t.Error("a name ran as a script")
			}
			if n := eval[int](b, `document.scripts.length + document.querySelectorAll("img, iframe, b, object, [onclick], [onerror]").length`); n != 2 {
				t.Errorf("%d scripts and strange elements, want just the data and ours", n)
			}
			for _, href := range eval[[]string](b, `[...document.querySelectorAll("a[href]")].map(a => a.getAttribute("href"))`) {
				if !strings.HasPrefix(href, "#") && !strings.HasPrefix(href, "https://example.org/") {
					t.Errorf("a link to %q", href)
				}
			}
		})
	}
}

// Should markup slip through after all, the policy keeps it from running or telling anybody.
func TestExplorerPolicy(t *testing.T) {
	b := openExplorer(t, house(), Options{})
	got := eval[string](b, `(async () => {
		window.ran = [];
		const s = document.createElement("script"); s.textContent = "ran.push('script')"; document.body.append(s);
		const d = document.createElement("div"); d.innerHTML = "<img src=x onerror='ran.push(1)'><b onclick='ran.push(2)'></b>"; document.body.append(d);
		d.querySelector("b").click();
		try { await fetch("https://example.org/"); ran.push("fetch"); } catch {}
		const f = document.createElement("iframe"); f.src = "data:text/html,<script>parent.ran.push('frame')</script>"; document.body.append(f);
		await new Promise(r => setTimeout(r, 200));
		return ran.join();
	})()`)
	if got != "" {
		t.Errorf("what ran: %s", got)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	blocked := 0
	for _, s := range b.said {
		if strings.HasPrefix(s, "request: http") {
			t.Error(s)
		}
		if strings.Contains(s, "Content Security Policy") {
			blocked++
		}
	}
	if blocked < 3 {
		t.Errorf("the browser tells of %d things that it blocked: %q", blocked, b.said)
	}
	b.said = nil // that was the point
}

func TestExplorerPage(t *testing.T) {
	page := write(t, "html", hostile(), Options{Title: "</script>"})
	if again := write(t, "html", hostile(), Options{Title: "</script>"}); again != page {
		t.Error("two runs differ")
	}
	if n := strings.Count(page, "</script>"); n != 2 {
		t.Errorf("</script> stands %d times in the page", n)
	}
	// The policy names just what is there.
	for _, m := range regexp.MustCompile(`(?s)<script>(.*?)</script>|<style>(.*?)</style>`).FindAllStringSubmatch(page, -1) {
		if !strings.Contains(page, "'"+cspHash(m[1]+m[2])+"'") {
			t.Error("the policy does not allow the page's own script or style")
		}
	}
	m := regexp.MustCompile(`(?s)id="data">(.*?)</script>`).FindStringSubmatch(page)
	if !json.Valid([]byte(m[1])) || strings.ContainsAny(m[1], "<>&\u2028\u2029\u202e") {
		t.Error("the data is not JSON that any page may hold")
	}
	if strings.Contains(page, "connect-src 'self'") {
		t.Error("a file may connect")
	}
	var live bytes.Buffer
	if err := WriteExplorer(&live, house(), Options{}, "events"); err != nil || !strings.Contains(live.String(), "connect-src 'self'") {
		t.Errorf("the page that is served cannot listen (%v)", err)
	}
}

// 300 modules and 3,000 flows are a large repository: every view is there, and no table builds all its rows at once.
func TestExplorerLarge(t *testing.T) {
	g := city()
	b := openExplorer(t, g, Options{Title: "large"})
	if n := g.Flows.Len(); n < 3000 || len(g.Modules) < 300 {
		t.Fatalf("%d flows, %d modules", n, len(g.Modules))
	}
	for _, v := range views() {
		b.at("#view=" + v)
	}
	if n := eval[int](b, `document.querySelectorAll("*").length`); n > 9000 {
		t.Errorf("%d elements", n)
	}
}

// TestExplorerSize: a page stays below five megabytes, however much there is: flows and findings give way.
func TestExplorerSize(t *testing.T) {
	b := newBuilder("modules")
	b.module("modules/values.nix", 200)
	for i := range 2000 {
		b.value(fmt.Sprintf("my.group%d.value%d", i%10, i), "modules/values.nix", i+1000)
	}
	var fs []Finding
	for i := range 5000 {
		f := fmt.Sprintf("modules/a-folder-with-a-name/module%d.nix", i)
		b.module(f, 40)
		for k := range 6 {
			b.read(f, fmt.Sprintf("my.group%d.value%d", (i+k)%2000%10, (i+k)%2000), "name", fmt.Sprintf("services.service%d.option%d", i, k), fmt.Sprintf("services.service%d.another%d", i, k))
		}
		fs = append(fs, Finding{Check: "a-check", Severity: "info", File: f, Line: 3, Message: "something that takes a sentence or two to tell, with the name of a value in it"})
		fs = append(fs, fs[len(fs)-1])
	}
	got := write(t, "html", b.done(), Options{Findings: fs})
	if len(got) > 5_000_000 {
		t.Errorf("%d bytes", len(got))
	}
}

// city is a graph of 300 modules and 3,000 flows.
func city() *graph.Graph {
	b := newBuilder("00-core", "10-base", "20-apps")
	b.module("00-core/values.nix", 200)
	for i := range 100 {
		b.value(fmt.Sprintf("my.group%d.value%d", i%10, i), "00-core/values.nix", i+1000)
	}
	for i := range 300 {
		f := fmt.Sprintf("%s/module%d.nix", b.Layers[i%3], i)
		b.module(f, 40)
		for j := range 10 {
			k := (i*7 + j*j) % 100
			b.read(f, fmt.Sprintf("my.group%d.value%d", k%10, k), "x", fmt.Sprintf("services.app%d.setting%d", i, j))
		}
	}
	return b.done()
}

func prefixed(prefix string, list []string) (out []string) {
	for _, s := range list {
		out = append(out, prefix+s)
	}
	return out
}

func views() []string {
	return []string{"explore", "values", "modules", "references", "flows", "ports", "coverage", "unresolved", "findings"}
}

func TestExplorerAccessible(t *testing.T) {
	axe, err := os.ReadFile("testdata/npm/node_modules/axe-core/axe.min.js")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("axe-core is missing: npm install --no-package-lock --prefix render/testdata/npm")
		}
		t.Skip("axe-core is missing: npm install --no-package-lock --prefix render/testdata/npm")
	}
	b := openExplorer(t, house(), Options{Title: "house", Findings: []Finding{{Check: "unused-value", Severity: "error", File: "00-core/configs.nix", Line: 3, Message: "nobody reads it"}}})
	for _, scheme := range []string{"light", "dark"} {
		b.run(emulate(scheme))
		pages := []string{"#value=my.configs.identity.domain", "#view=findings", "#view=coverage", "#", "#module=00-core/configs.nix", "#view=values", "#view=ports"}
		if scheme == "dark" {
			pages = pages[:3] // only colours differ, and these have them all
		}
		for _, hash := range pages {
			b.at(hash)
			eval[int](b, string(axe)+"; 0")
			type violation struct {
				ID    string `json:"id"`
				Help  string `json:"help"`
				Nodes []struct {
					HTML string `json:"html"`
				} `json:"nodes"`
			}
			found := eval[[]violation](b, `axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.map(v => ({id: v.id, help: v.help, nodes: v.nodes.map(n => ({html: n.html}))})))`)
			for _, v := range found {
				t.Errorf("%s %s: %s: %s (%d times: %.200s)", scheme, hash, v.ID, v.Help, len(v.Nodes), v.Nodes[0].HTML)
			}
		}
	}
}

// What is written on a cell of the heat map can be read: 4.5 to 1, as WCAG asks of small text.
func TestHeatContrast(t *testing.T) {
	light := func(hex string) float64 {
		var rgb [3]int
		if _, err := fmt.Sscanf(hex, "#%02x%02x%02x", &rgb[0], &rgb[1], &rgb[2]); err != nil {
			t.Fatal(hex, err)
		}
		sum := 0.0
		for i, weight := range [3]float64{0.2126, 0.7152, 0.0722} {
			c := float64(rgb[i]) / 255
			if c <= 0.04045 {
				c /= 12.92
			} else {
				c = math.Pow((c+0.055)/1.055, 2.4)
			}
			sum += weight * c
		}
		return sum
	}
	for _, s := range heatSteps {
		for _, pair := range [][2]string{{s.light, s.ink}, {s.dark, s.inkD}} {
			a, b := light(pair[0]), light(pair[1])
			if c := (max(a, b) + 0.05) / (min(a, b) + 0.05); c < 4.5 {
				t.Errorf("%s on %s is %.2f to 1", pair[1], pair[0], c)
			}
		}
	}
}
