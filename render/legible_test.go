package render

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"golang.org/x/tools/txtar"
)

// legibleJS looks at a picture as a browser draws it: every text lies within the picture, and within the box that is drawn for it, and stands out from what
// is drawn below it (WCAG 2.2, 1.4.3: 4.5 to 1). It gives what is wrong.
const legibleJS = `(svg => {
  const div = document.getElementById("picture");
  div.innerHTML = svg;
  const root = div.querySelector("svg"), page = root.getBoundingClientRect(), wrong = [];
  const parse = c => { const m = c.match(/[\d.]+/g).map(Number); return [m[0], m[1], m[2], m.length > 3 ? m[3] : 1]; };
  const over = (below, above, alpha) => below.map((v, i) => v + (above[i] - v) * alpha);
  const light = c => { const l = c.map(v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * l[0] + 0.7152 * l[1] + 0.0722 * l[2]; };
  const ratio = (a, b) => { const [x, y] = [light(a), light(b)]; return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05); };
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const below = (x, y) => {
    let c = dark ? [13, 17, 23] : [255, 255, 255];
    for (const e of document.elementsFromPoint(x, y).reverse()) {
      if (!root.contains(e) || e.tagName === "text" || e === root) continue;
      const s = getComputedStyle(e), whole = Number(s.opacity);
      if (s.fill !== "none") { const f = parse(s.fill); c = over(c, f.slice(0, 3), f[3] * Number(s.fillOpacity) * whole); }
      if (s.stroke !== "none" && e.isPointInStroke && e.tagName === "path") {
        const p = new DOMPoint(x, y).matrixTransform(e.getScreenCTM().inverse());
        if (e.isPointInStroke(p)) { const f = parse(s.stroke); c = over(c, f.slice(0, 3), f[3] * Number(s.strokeOpacity) * whole); }
      }
    }
    return c;
  };
  for (const t of root.querySelectorAll("text")) {
    const r = t.getBoundingClientRect(), slant = t.hasAttribute("transform");
    if (r.width === 0) continue;
    if (r.left < page.left - 0.5 || r.right > page.right + 0.5 || r.top < page.top - 0.5 || r.bottom > page.bottom + 0.5) wrong.push("leaves the picture: " + t.textContent);
    // A line of the hosts' table has marks, which are no boxes around its texts.
    const box = t.parentNode.matches("g[class]:not(.line)") && t.parentNode.querySelector(":scope > rect");
    if (box) {
      const b = box.getBoundingClientRect();
      if (r.left < b.left - 0.5 || r.right > b.right + 0.5) wrong.push("leaves its box: " + t.textContent);
      for (const o of t.parentNode.querySelectorAll(":scope > text")) {
        const q = o.getBoundingClientRect();
        if (o !== t && r.left < q.left && r.right > q.left + 0.5 && r.top < q.bottom - 4 && q.top < r.bottom - 4) wrong.push("runs into " + o.textContent + ": " + t.textContent);
      }
    }
    if (slant) continue;
    const s = getComputedStyle(t), f = parse(s.fill);
    for (const part of [0.05, 0.5, 0.95]) {
      const x = r.left + r.width * part, y = r.top + r.height / 2, ground = below(x, y);
      const c = ratio(over(ground, f.slice(0, 3), f[3] * Number(s.opacity)), ground);
      if (c < 4.5) { wrong.push("contrast " + c.toFixed(2) + ": " + t.textContent + " (" + t.getAttribute("class") + ")"); break; }
    }
  }
  return [...new Set(wrong)];
})`

// TestLegible looks at every view of every kind of tree in a browser, by day and by night.
func TestLegible(t *testing.T) {
	needs(t, "chromium")
	ctx, cancel := chromedp.NewContext(chromium())
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(cancel)
	b := &browser{t: t, ctx: ctx}
	b.run(chromedp.Navigate("data:text/html,<meta charset=utf-8><meta name=color-scheme content='light dark'><body style=margin:0><div id=picture></div>"), chromedp.EmulateViewport(1300, 1300))
	trees := treesToLookAt(t)
	trees["house"], trees["hostile"], trees["hosts"], trees["large"] = house(), hostile(), analysed(t, hostsTree), large()
	for name, g := range shapes() {
		trees[name] = g
	}
	pictures := map[string]string{}
	for name, g := range trees {
		for _, v := range Views {
			o := Options{View: v.Name, Findings: houseFindings}
			if why, err := Nothing(g, o); err != nil {
				t.Fatal(err)
			} else if why == "" {
				pictures[name+", "+v.Name] = write(t, "svg", g, o)
			}
		}
	}
	c := changeOf(t, txtar.Parse([]byte(changedTree)))
	for _, v := range Views {
		pictures["two states, "+v.Name] = write(t, "svg", c.Now.Graph, Options{View: v.Name, Base: c})
	}
	for _, scheme := range []string{"light", "dark"} {
		b.run(emulate(scheme))
		for name, svg := range pictures {
			for i, wrong := range eval[[]string](b, fmt.Sprintf("%s(%s)", legibleJS, quote(t, svg))) {
				if i < 5 {
					t.Errorf("%s, %s: %s", name, scheme, wrong)
				}
			}
		}
	}
	t.Logf("%d pictures", len(pictures))
}

// quote is a text as JavaScript writes it.
func quote(t *testing.T, s string) string {
	t.Helper()
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
