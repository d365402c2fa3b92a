package render

import (
	"strings"
	"testing"
)

// TestGraphvizSVG draws with whatever Graphviz is here: package layout has the tests of the helper.
func TestGraphvizSVG(t *testing.T) {
	needs(t, "dot")
	for _, view := range []string{"modules", "sinks", "values", "imports", "layers"} {
		svg := write(t, "svg", house(), Options{View: view, Layout: "dot", Link: "https://example.org/{file}#L{line}"})
		checkSVG(t, svg)
		if strings.Contains(svg, "xlink") || strings.Contains(svg, "font-family=") {
			t.Errorf("%s: something of Graphviz's own is left", view)
		}
		if view == "modules" && strings.Count(svg, `class="box`) < 40 {
			t.Errorf("modules have lost their boxes: %d", strings.Count(svg, `class="box`))
		}
		checkSVG(t, write(t, "svg", hostile(), func() Options { o := hostileOptions(view); o.Layout = "dot"; return o }()))
	}
}

// TestCleanTakesNothingElse: what Graphviz never draws does not come through, whoever wrote the SVG.
func TestCleanTakesNothingElse(t *testing.T) {
	raw := `<svg viewBox="0 0 10 10" onload="x()" xmlns:xlink="http://www.w3.org/1999/xlink"><script>alert(1)</script>
<g class="graph" onclick="x()"><polygon points="0,0"/><g class="node box" id="n0"><a xlink:href="javascript:x"><title>&lt;b&gt;</title>
<text x="1" y="1" style="fill:url(javascript:x)">a &lt;script&gt; b</text></a></g><foreignObject><body/></foreignObject><image href="http://evil.example/x"/><use href="#x"/></g></svg>`
	p := &picture{nodes: []*node{{kind: moduleNode, label: "x", names: []string{"x"}}}}
	out, err := clean([]byte(raw), p, Options{})
	if err != nil {
		t.Fatal(err)
	}
	svg := string(out)
	checkSVG(t, svg)
	for _, bad := range []string{"script>", "onload", "onclick", "javascript", "evil", "foreignObject", "style=", "<use"} {
		if strings.Contains(strings.ReplaceAll(svg, "&lt;script&gt;", ""), bad) {
			t.Errorf("%s came through:\n%s", bad, svg)
		}
	}
	if _, err := clean([]byte("<svg><g>"), p, Options{}); err == nil {
		t.Error("half an SVG is no error")
	}
}
