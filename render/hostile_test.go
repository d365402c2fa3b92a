package render

import (
	"bytes"
	"context"
	"encoding/xml"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	unsafe "github.com/yuin/goldmark/renderer/html"

	"nixsink/graph"
)

// hostileNames are what a repository could call things to make a picture or a page do something.
var hostileNames = []string{
	`a"b'c`, `</script><script>alert(1)</script>`, "line\nbreak", "\u202egnp.exe", "a|b|c", "<img src=x onerror=alert(1)>",
	"`code` **bold** [x](javascript:alert(1))", `back\slash\N\l"`, "&lt;&amp;#quot;", "]]>--></style>", "end", "subgraph x", "click n0 callback", "a;b{c}(d)[e]",
	"fa:fa-car #35;", "%%{init: {}}%%", "\x1b[31mred\x07", "日本語", "${x}", "a\x00b", "@everyone", "\ufeffbom",
}

func hostile() *graph.Graph {
	b := newBuilder(hostileNames[1], hostileNames[0])
	for _, name := range hostileNames {
		file := strings.ReplaceAll(name, "/", "∕") + ".nix"
		m := b.module(file, 10)
		m.Layer = hostileNames[1]
		v := b.value("my."+name, file, name)
		v.IDs = []graph.ID{{Name: name}}
		v.Description = name
		b.read(file, v.Path, name, "services."+name+".x", "if "+name)
		b.imports(hostileNames[0]+".nix", file)
		b.Problems = append(b.Problems, graph.Problem{Msg: name, Kind: "syntax", At: graph.Place{File: file, Line: 1}})
	}
	b.Empty = ""
	return b.done()
}

func hostileOptions(view string) Options {
	o := Options{Title: hostileNames[1], View: view, Link: "https://example.org/{file}#L{line}"}
	for _, name := range hostileNames {
		o.Findings = append(o.Findings, Finding{Check: name, Severity: "error", File: name, Line: 1, Message: name})
	}
	return o
}

// needs skips a test whose program is missing, and fails it where CI promises the program.
func needs(t *testing.T, program string) string {
	t.Helper()
	p, err := exec.LookPath(program)
	if err == nil {
		return p
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is missing", program)
	}
	t.Skipf("%s is missing", program)
	return ""
}

// checkSVG reads a picture as XML: nothing in it runs, and every link is one that we made.
func checkSVG(t *testing.T, svg string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		e, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		switch e.Name.Local {
		case "svg", "g", "a", "title", "desc", "style", "rect", "path", "text", "polygon", "polyline", "ellipse":
		default:
			t.Errorf("element %s", e.Name.Local)
		}
		for _, a := range e.Attr {
			if strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "href" && !strings.HasPrefix(a.Value, "https://example.org/") {
				t.Errorf("%s=%q", a.Name.Local, a.Value)
			}
		}
	}
}

func TestHostileSVG(t *testing.T) {
	for _, v := range Views {
		if v.Layouts[0] == "flow" {
			svg := write(t, "svg", hostile(), hostileOptions(v.Name))
			checkSVG(t, svg)
			if strings.Contains(svg, "<script") || strings.ContainsRune(svg, '\u202e') || strings.ContainsRune(svg, '\x1b') {
				t.Errorf("%s: a hostile name got through", v.Name)
			}
		}
	}
}

func TestHostileDOT(t *testing.T) {
	dot := needs(t, "dot")
	for _, view := range []string{"modules", "sinks", "values", "imports", "layers"} {
		src := write(t, "dot", hostile(), hostileOptions(view))
		cmd := exec.Command(dot, "-Tsvg")
		cmd.Stdin = strings.NewReader(src)
		var complaints strings.Builder
		cmd.Stderr = &complaints
		out, err := cmd.Output()
		if err != nil || complaints.Len() > 0 {
			t.Errorf("%s: %v %s", view, err, complaints.String())
		}
		if strings.Contains(string(out), "<script") {
			t.Errorf("%s: a script in Graphviz's SVG", view)
		}
		// What Graphviz makes of the labels is what we wrote: the backslashes are not escapes to it.
		if view == "modules" && !strings.Contains(string(out), `back\slash\N\l`) {
			t.Errorf("the label with backslashes changed")
		}
	}
}

func TestHostileText(t *testing.T) {
	for _, color := range []bool{false, true} {
		o := hostileOptions("")
		o.Color = color
		got := write(t, "text", hostile(), o)
		if strings.Contains(got, "\x1b[31mred") || strings.ContainsAny(got, "\x07\x00\u202e\ufeff") {
			t.Error("a name can steer the terminal")
		}
		if !color && strings.ContainsRune(got, '\x1b') {
			t.Error("colours without being asked")
		}
	}
}

func TestHostileMarkdown(t *testing.T) {
	var html bytes.Buffer
	m := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(unsafe.WithUnsafe()))
	if err := m.Convert([]byte(write(t, "markdown", hostile(), hostileOptions(""))), &html); err != nil {
		t.Fatal(err)
	}
	page := html.String()
	for _, bad := range []string{"<script", "<img", "<strong>bold", `href="javascript`, " @everyone<"} {
		if strings.Contains(page, bad) {
			t.Errorf("%q got through", bad)
		}
	}
	for _, m := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if !strings.HasPrefix(m[1], "https://example.org/") && m[1] != "#end" { // that is the heading of the check of this name
			t.Errorf("a link to %q", m[1])
		}
	}
	// No pipe in a name makes a cell: a row with more cells than its head would lose the last.
	if got, want := strings.Count(page, "a|b|c"), strings.Count(page, ">a|b|c")+strings.Count(page, "a|b|c.nix"); want == 0 || got == 0 {
		t.Error("the name with pipes is gone")
	}
	for _, row := range regexp.MustCompile(`(?s)<tr>.*?</tr>`).FindAllString(page, -1) {
		if strings.Contains(row, "<td></td>\n<td></td>\n</tr>") {
			t.Errorf("a row broke apart: %s", row)
		}
	}
}

func TestLinks(t *testing.T) {
	for link, ok := range map[string]bool{
		"https://example.org/{file}#L{line}": true, "HTTP://example.org/{file}": true, "../{file}#L{line}": true, "{file}": true, "src/{file}?x=a:b": true,
		"javascript:alert({line})": false, "JavaScript:alert(1)": false, " javascript:x": false, "java\tscript:x": false, "data:text/html,{file}": false,
		"file:///etc/passwd": false, "//evil.example/{file}": false, `\\evil\{file}`: false, "vbscript:x": false,
	} {
		err := Options{Link: link}.Check()
		if (err == nil) != ok {
			t.Errorf("%q: %v", link, err)
		}
	}
	// The template is harmless, the file's name makes it something else.
	for _, file := range []string{"javascript:alert(1)", "a b#c?d.nix"} {
		href := Options{Link: "{file}"}.href(file, 3)
		if strings.HasPrefix(href, "javascript:") || strings.ContainsAny(href, " #?") {
			t.Errorf("%q", href)
		}
	}
	f, _ := Lookup("svg")
	if err := f.Write(context.Background(), io.Discard, house(), Options{Link: "javascript:x"}); err == nil {
		t.Error("a picture with a script for a link")
	}
}
