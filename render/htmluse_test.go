package render

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"nixsink/graph"
)

// Ports, coverage and unresolved reads have a view each, and it leads on.
func TestExplorerViews(t *testing.T) {
	b := house()
	at := b.References[0].At
	g := *b
	g.Unresolved = []*graph.Unresolved{{Path: "my.ports.*", At: at, Reason: "the name is computed"}}
	g.Annotations = []*graph.Annotation{{File: at.File, At: at, State: graph.OK}}
	e := openExplorer(t, &g, Options{})
	const main = `document.getElementById("main").innerText`
	tabs := `document.getElementById("tabs").innerText`
	e.want("a tab", tabs, "Not resolved1")
	if strings.Contains(eval[string](e, tabs), "Findings") {
		t.Error("an empty view has a tab")
	}
	e.at("#view=unresolved")
	e.want("unresolved", main, "the name is computed")
	e.at("#view=ports")
	for _, p := range Ports(&g) {
		e.want("port", main, fmt.Sprint(p.Number))
	}
	for _, c := range Collisions(&g, nil) {
		e.want("collision", main, valueName(c.Values[0]))
		e.want("collision", main, valueName(c.Values[1]))
	}
	e.at("#view=coverage")
	for file, r := range g.Coverage.ByModule {
		if r.Total > 0 {
			e.want("cell", `[...document.querySelectorAll("a.cell")].map(a => a.textContent).join("\n")`, fmt.Sprintf("%s %d/%d", file, r.Covered, r.Total))
		}
	}
	e.run(chromedp.Click(chromedp.CSS("a.cell")), chromedp.WaitVisible(chromedp.CSS("#focus")))
	e.want("a cell leads to its module", `location.hash`, "#module=")
	// On a small window the whole picture is in sight.
	e.run(chromedp.EmulateViewport(800, 800))
	e.at("#")
	if right := eval[float64](e, `document.querySelector("svg.flow").getBoundingClientRect().right`); right > 800 {
		t.Errorf("at 800 pixels the picture ends at %.0f", right)
	}
	// There and on a telephone, what is wide scrolls in its own place: the page does not move sideways.
	for _, width := range []int{800, 400} {
		e.run(chromedp.EmulateViewport(int64(width), 800))
		for _, hash := range append([]string{"#value=my.ports.ssh", "#module=" + at.File}, prefixed("#view=", views())...) {
			e.at(hash)
			if w := eval[int](e, `document.documentElement.scrollWidth`); w > width {
				t.Errorf("%s is %d wide, of %d", hash, w, width)
			}
		}
	}
}

// One host alone: what it does not have is gone, and the address says which it is.
func TestExplorerHost(t *testing.T) {
	e := openExplorer(t, analysed(t, hostsTree), Options{})
	const main = `document.getElementById("main").innerText`
	e.at("#view=references")
	e.want("all hosts", main, "db.nix")
	e.want("all hosts", main, "web.nix")
	eval[bool](e, `(s => { s.value = [...s.options].find(o => o.text === "db").value; s.dispatchEvent(new Event("change")); return true })(document.querySelector("#side select"))`)
	e.run(chromedp.Sleep(50 * time.Millisecond))
	e.want("the address", `location.hash`, "host=db")
	e.want("one host", main, "db.nix")
	if strings.Contains(eval[string](e, main), "web.nix") {
		t.Error("a read of another host is shown")
	}
	e.at("#view=modules&host=db")
	if strings.Contains(eval[string](e, main), "web.nix") {
		t.Error("a module of another host is shown")
	}
	if n := eval[int](openExplorer(t, house(), Options{}), `document.querySelectorAll("#side select").length`); n > 0 {
		t.Error("a tree without hosts has a choice of hosts")
	}
}

// Somebody without a mouse gets everywhere: search, tabs, filters, nodes of the picture, rows of a table.
func TestExplorerKeyboard(t *testing.T) {
	b := openExplorer(t, house(), Options{Findings: []Finding{{Check: "b-check", Severity: "info", File: "00-core/configs.nix", Line: 1, Message: "later"}, {Check: "a-check", Severity: "error", File: "00-core/configs.nix", Line: 3, Message: "first"}}})
	active := `(e => (e.id || e.getAttribute("aria-label") || e.textContent).trim())(document.activeElement)`
	// tab walks until what has the focus is called so.
	tab := func(name string) {
		t.Helper()
		for range 200 {
			b.run(chromedp.KeyEvent(kb.Tab))
			if strings.Contains(eval[string](b, active), name) {
				return
			}
		}
		t.Fatalf("Tab never comes to %q", name)
	}
	enter := func() { t.Helper(); b.run(chromedp.KeyEvent(kb.Enter), chromedp.Sleep(50*time.Millisecond)) }
	b.run(chromedp.KeyEvent(kb.Tab))
	b.want("first of all", active, "Skip to the contents")
	enter()
	b.want("skipped", active, "main")
	b.run(chromedp.KeyEvent("/"))
	b.want("slash", active, "search")
	b.run(chromedp.KeyEvent(kb.Backspace)) // a real keyboard types no slash then, this one does
	for _, r := range "ports.ssh" {
		b.run(chromedp.KeyEvent(string(r)))
	}
	b.run(chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowUp))
	b.want("the list tells which", `document.getElementById(document.activeElement.getAttribute("aria-activedescendant")).getAttribute("aria-selected")`, "true")
	enter()
	b.want("search", `location.hash`, "ports.ssh")
	b.want("the contents have the focus", active, "main")
	tab("Picture of the ways")
	tab("module")
	if eval[int](b, `document.querySelectorAll(".ribbon.lit").length`) == 0 {
		t.Error("a node that has the focus does not bring out its ways")
	}
	enter()
	b.want("a node of the picture", `location.hash`, "#module=")
	b.run(chromedp.KeyEvent("/"))
	tab("Findings")
	enter()
	b.want("a tab", `location.hash`, "#view=findings")
	b.want("the worst first", `document.querySelector("tbody tr").innerText`, "first")
	tab("b-check")
	b.run(chromedp.KeyEvent(" "), chromedp.Sleep(50*time.Millisecond))
	b.want("a chip", `document.querySelector("tbody").innerText`, "later")
	b.want("a chip", `document.activeElement.getAttribute("aria-pressed")`, "true")
	tab("Check")
	enter()
	b.want("sorted", `document.activeElement.closest("th").getAttribute("aria-sort")`, "ascending")
	b.run(chromedp.KeyEvent("/"))
	b.run(chromedp.Focus(chromedp.CSS("#side input")), chromedp.KeyEvent(" "), chromedp.Sleep(50*time.Millisecond))
	b.want("a filter", `location.hash`, "layer=")
	b.want("the filter keeps the focus", `document.activeElement.type + document.activeElement.checked`, "checkboxtrue")
}

// With a mouse the picture is dragged and zoomed; a drag that begins on a node follows no link, a node under the pointer brings out its ways.
func TestExplorerMouse(t *testing.T) {
	b := openExplorer(t, house(), Options{})
	const viewBox = `document.querySelector("svg.flow").getAttribute("viewBox")`
	at := eval[[]float64](b, `(r => [r.x + r.width / 2, r.y + r.height / 2])(document.querySelector("svg a.node").getBoundingClientRect())`)
	mouse := func(p input.DispatchMouseEventParams) {
		t.Helper()
		b.run(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			_, err := chromedp.Call(ctx, input.DispatchMouseEvent, p)
			return err
		}))
	}
	mouse(input.DispatchMouseEventParams{Type: "mouseMoved", X: at[0], Y: at[1]})
	if eval[int](b, `document.querySelectorAll(".ribbon.lit").length`) == 0 {
		t.Error("a node under the pointer does not bring out its ways")
	}
	before := eval[string](b, viewBox)
	mouse(input.DispatchMouseEventParams{Type: "mousePressed", X: at[0], Y: at[1], Button: "left", Buttons: 1, ClickCount: 1})
	for i := range 4 {
		mouse(input.DispatchMouseEventParams{Type: "mouseMoved", X: at[0] + float64(15*i), Y: at[1] + float64(10*i), Button: "left", Buttons: 1})
	}
	mouse(input.DispatchMouseEventParams{Type: "mouseReleased", X: at[0] + 45, Y: at[1] + 30, Button: "left", ClickCount: 1})
	dragged := eval[string](b, viewBox)
	if dragged == before {
		t.Error("the picture cannot be dragged")
	}
	if hash := eval[string](b, `location.hash`); hash != "" {
		t.Errorf("a drag leads to %s", hash)
	}
	wheel := input.DispatchMouseEventParams{Type: "mouseWheel", X: at[0], Y: at[1], DeltaX: 0.01, DeltaY: -100}
	mouse(wheel)
	if eval[string](b, viewBox) != dragged {
		t.Error("the wheel alone zooms: then nobody can scroll past the picture")
	}
	wheel.Modifiers = 2 // Ctrl
	mouse(wheel)
	if eval[string](b, viewBox) == dragged {
		t.Error("Ctrl and the wheel do not zoom")
	}
	b.run(chromedp.Click(`//button[.="Fit"]`))
	b.want("fit", viewBox, strings.Fields(before)[3])
	b.run(chromedp.Click(chromedp.CSS("svg a.node")), chromedp.Sleep(50*time.Millisecond))
	b.want("a click follows the link", `location.hash`, "#value=")
}

// However long names are, at 800 pixels no table has columns that one has to scroll for.
func TestExplorerTablesAt800(t *testing.T) {
	long := newBuilder("modules")
	file := "modules/" + strings.Repeat("aFileWithALongName", 2) + ".nix"
	long.module(file, 10)
	v := long.value("my."+strings.Repeat("aValueWithALongName", 2), file, "x")
	v.Default = strings.Repeat("aDefaultWithALongName", 2)
	long.read(file, v.Path, "x", "services.a.b")
	b := openExplorer(t, long.done(), Options{Findings: houseFindings})
	b.run(chromedp.EmulateViewport(800, 900))
	for _, view := range []string{"values", "modules", "findings", "coverage"} {
		b.at("#view=" + view)
		if over := eval[float64](b, `Math.max(0, ...[...document.querySelectorAll(".scroll")].map(e => e.scrollWidth - e.clientWidth))`); over > 0 {
			t.Errorf("the table of %s is %.0f pixels too wide", view, over)
		}
	}
}
