package render

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"nixsink/graph"
)

// The explorer is one page: its script is the files below in this order, inside one function, so that they share names and nothing else.
//
//go:embed html
var htmlFiles embed.FS

var htmlScripts = []string{"model.js", "dom.js", "state.js", "picture.js", "draw.js", "source.js", "detail.js", "tables.js", "coverage.js", "search.js", "main.js"}

func writeHTML(_ context.Context, w io.Writer, g *graph.Graph, o Options) error {
	return WriteExplorer(w, g, o, "")
}

// WriteExplorer writes the explorer: one HTML file that needs no network. With live, the page listens there for events and reloads
// at each; without, it may not connect to anything.
//
// Nothing of the graph is ever markup: it travels as JSON in a data block, and the script writes it as text. The page's policy
// allows its one script and its one style by their hashes, so that even what slipped through could not run.
func WriteExplorer(w io.Writer, g *graph.Graph, o Options, live string) error {
	if err := o.Check(); err != nil {
		return err
	}
	var doc *htmlDoc
	var data []byte
	// A page of more than five megabytes is slow to open: what there is most of gives way.
	for flows, findings := mostFlows, mostFindings; ; flows, findings = flows/2, findings/2 {
		doc = newHTMLDocOf(g, o, flows, findings)
		doc.Live = live
		var err error
		// The encoder's HTML escapes stay on: <, > and & (and U+2028) are \u003c and the like, so no </script> can end the block.
		if data, err = json.Marshal(doc); err != nil {
			return fmt.Errorf("writing the explorer: %w", err)
		}
		if len(data) <= mostBytes || flows < 1000 {
			break
		}
	}
	script, style := htmlScript(), htmlStyle()
	connect := "'none'"
	if live != "" {
		connect = "'self'"
	}
	policy := fmt.Sprintf("default-src 'none'; script-src '%s'; style-src '%s'; connect-src %s; base-uri 'none'; form-action 'none'",
		cspHash(script), cspHash(style), connect)
	page := htmlFile("page.html")
	var b bytes.Buffer
	// In one pass: what is put in is not looked at again.
	_, err := strings.NewReplacer("{{policy}}", policy, "{{title}}", esc(doc.Title), "{{style}}", style, "{{data}}", string(data), "{{script}}", script).WriteString(&b, page)
	if err == nil {
		_, err = w.Write(b.Bytes())
	}
	if err != nil {
		return fmt.Errorf("writing the explorer: %w", err)
	}
	return nil
}

func htmlFile(name string) string {
	b, err := htmlFiles.ReadFile("html/" + name)
	if err != nil {
		panic(err) // it was built in
	}
	return string(b)
}

func htmlScript() string {
	var b strings.Builder
	b.WriteString("(() => {\n\"use strict\";\n")
	for _, name := range htmlScripts {
		b.WriteString(htmlFile(name))
	}
	b.WriteString("})();\n")
	return b.String()
}

// htmlStyle is the style sheet with the colours of layers and of coverage, which the pictures have too.
func htmlStyle() string {
	var b strings.Builder
	b.WriteString(htmlFile("style.css"))
	heat := func(dark bool) {
		for i, s := range heatSteps {
			ground, ink := s.light, s.ink
			if dark {
				ground, ink = s.dark, s.inkD
			}
			fmt.Fprintf(&b, ".t%d{background:%s;color:%s}\n", i, ground, ink)
		}
	}
	tones := func(dark bool) {
		for i, t := range append(layerTones[:len(layerTones):len(layerTones)], noTone) {
			name, color := fmt.Sprintf("l%d", i), t.light
			if i == len(layerTones) {
				name = "ln"
			}
			if dark {
				color = t.dark
			}
			fmt.Fprintf(&b, ".%s{--tone:%s}\n", name, color)
		}
		heat(dark)
	}
	tones(false)
	b.WriteString("@media (prefers-color-scheme:dark){\n")
	tones(true)
	b.WriteString("}\n")
	return b.String()
}

func cspHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
