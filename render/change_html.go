package render

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/internal/change"
)

// The page of a change has so many items of a section, and so many below one.
const (
	changeItemsHTML = 400
	changeBelowHTML = 60
)

// ChangeHTML writes what changed as a page with both states side by side: pictures, then each section as a table of before and after. It is one file that loads
// nothing and runs nothing: there is no script, and its policy allows its one style and the pictures within it.
func ChangeHTML(ctx context.Context, w io.Writer, c *change.Change, o Options) error {
	if err := o.Check(); err != nil {
		return err
	}
	p := &changePage{opts: o}
	title := o.Title
	if title == "" {
		title = "What changed"
	}
	style := changePageCSS()
	fmt.Fprintf(p, `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '%s'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="nixsink">
<title>%s</title>
<style>%s</style>
</head>
<body>
`, cspHash(style), esc(title), style)
	fmt.Fprintf(p, "<header><h1>%s</h1>\n<p><code>%s</code> → <code>%s</code>: %s</p>\n", esc(title), esc(c.Then.Name), esc(c.Now.Name), esc(changeHead(c)))
	p.hosts(c)
	p.WriteString("</header>\n<main>\n")
	parts := changeParts(c, math.MaxInt)
	if len(parts) == 0 {
		p.WriteString("<p>Nothing differs that is known of the two.</p>\n")
	}
	if err := p.difference(c); err != nil {
		return err
	}
	if len(parts) > 1 {
		p.WriteString("<nav><ul>\n")
		for i, part := range parts {
			fmt.Fprintf(p, `<li><a href="#part%d">%s</a> <small>%s</small></li>`+"\n", i, esc(part.title), count(len(part.items)))
		}
		p.WriteString("</ul></nav>\n")
	}
	for i, part := range parts {
		p.part(i, part, c)
	}
	if c.Cut != "" {
		fmt.Fprintf(p, "<p>%s</p>\n", esc(c.Cut))
	}
	if err := p.both(ctx, c); err != nil {
		return err
	}
	p.WriteString("</main>\n</body>\n</html>\n")
	if _, err := w.Write(p.Bytes()); err != nil {
		return fmt.Errorf("writing HTML: %w", err)
	}
	return nil
}

// A changePage collects the page of a change.
type changePage struct {
	bytes.Buffer
	opts Options
}

// hosts says which hosts may be built differently, and whose files the change touches.
func (p *changePage) hosts(c *change.Change) {
	differ, marked, same := rebuilt(c)
	names := func(all []string) string {
		var out []string
		for _, n := range short(all) {
			out = append(out, "<code>"+esc(n)+"</code>")
		}
		return strings.Join(out, ", ")
	}
	if n := len(c.Rebuild); n > 0 && len(c.Files) > 0 {
		var these []string
		for _, r := range differ {
			these = append(these, r.Host)
		}
		fmt.Fprintf(p, "<p><strong>%s of %s</strong> may be built differently", plural(len(differ)+len(marked), "host", "hosts"), count(n))
		if len(these) > 0 {
			fmt.Fprintf(p, ": %s", names(these))
		}
		if len(marked) > 0 {
			fmt.Fprintf(p, "; %s only for the revision that <code>%s</code> asks for", names(marked), esc(commitPlace(c)))
		}
		p.WriteString(".")
		if len(same) > 0 {
			fmt.Fprintf(p, " The same: %s.", names(same))
		}
		p.WriteString("</p>\n")
	}
	if len(c.Owners) > 0 {
		var names []string
		for _, who := range slices.Sorted(maps.Keys(c.Owners)) {
			names = append(names, "<code>"+esc(who)+"</code>")
		}
		fmt.Fprintf(p, "<p>Owners of what it touches: %s.</p>\n", strings.Join(names, ", "))
	}
}

// difference is the picture of what changed by itself.
func (p *changePage) difference(c *change.Change) error {
	if links, _ := changeLinks(c, 1); len(links) == 0 {
		return nil
	}
	var svg bytes.Buffer
	o := p.opts
	o.Link = "" // a picture within a page leads nowhere
	if err := ChangeSVG(&svg, c, o); err != nil {
		return err
	}
	p.picture("What differs", svg.Bytes())
	return nil
}

// both are the pictures of the architecture before and after, beside each other.
func (p *changePage) both(ctx context.Context, c *change.Change) error {
	var both [2][]byte
	for i, g := range []*graph.Graph{c.Then.Graph, c.Now.Graph} {
		o := Options{Title: []string{c.Then.Name, c.Now.Name}[i]}
		why, err := Nothing(g, o)
		if err != nil {
			return err
		}
		if why != "" {
			return nil
		}
		var svg bytes.Buffer
		if err := writeSVG(ctx, &svg, g, o); err != nil {
			return err
		}
		both[i] = svg.Bytes()
	}
	p.WriteString("<h2>The whole</h2>\n<div class=\"both\">\n")
	p.picture("Before", both[0])
	p.picture("After", both[1])
	p.WriteString("</div>\n")
	return nil
}

func (p *changePage) picture(caption string, svg []byte) {
	fmt.Fprintf(p, `<figure><figcaption>%s</figcaption><img alt="%[1]s" src="data:image/svg+xml;base64,%s"></figure>`+"\n", esc(caption), base64.StdEncoding.EncodeToString(svg))
}

// part writes a section: a row for each difference, what was at the left and what is at the right.
func (p *changePage) part(number int, part changePart, c *change.Change) {
	fmt.Fprintf(p, "<section id=\"part%d\">\n<h2>%s <small>%s</small></h2>\n", number, esc(part.title), count(len(part.items)))
	if part.fold {
		fmt.Fprintf(p, "<details><summary>%s</summary>\n", plural(len(part.items), "difference", "differences"))
	}
	fmt.Fprintf(p, "<table>\n<thead><tr><th></th><th>What</th><th>%s</th><th>%s</th></tr></thead>\n<tbody>\n", esc(c.Then.Name), esc(c.Now.Name))
	for _, i := range part.items[:min(len(part.items), changeItemsHTML)] {
		p.row(i, "")
		for _, b := range i.below[:min(len(i.below), changeBelowHTML)] {
			p.row(b, " below")
		}
		if more := len(i.below) - changeBelowHTML; more > 0 {
			fmt.Fprintf(p, `<tr class="below"><td></td><td colspan="3">… and %s more</td></tr>`+"\n", count(more))
		}
	}
	p.WriteString("</tbody>\n</table>\n")
	if more := len(part.items) - changeItemsHTML; more > 0 {
		fmt.Fprintf(p, "<p>… and %s more: <code>nixsink diff --long</code> lists them.</p>\n", count(more))
	}
	if part.fold {
		p.WriteString("</details>\n")
	}
	if part.note != "" {
		fmt.Fprintf(p, "<p>%s</p>\n", esc(part.note))
	}
	p.WriteString("</section>\n")
}

// longBesides is from how many bytes of two texts beside each other only the places in which they differ are shown, with so many characters of one.
const longBesides = 1000

// besides are two texts as they stand beside each other: of long ones, the places in which they differ.
func besides(then, now string) (string, string) {
	if then == "" || now == "" || len(then) <= longBesides && len(now) <= longBesides {
		return then, now
	}
	var a, b []string
	for _, p := range placesApart(then, now) {
		a, b = append(a, aroundPlace(then, p.then, longBesides)), append(b, aroundPlace(now, p.now, longBesides))
	}
	return strings.Join(a, "\n"), strings.Join(b, "\n")
}

// row writes a difference. What has no text of its own is there, or not: its name stands on the side that has it.
func (p *changePage) row(i changeItem, below string) {
	mark := i.mark
	sign := map[string]string{"+": "+", "-": "−", "~": "~", ">": "→"}[mark]
	word := map[string]string{"+": "new", "-": "gone", "~": "different", ">": "renamed"}[mark]
	class := map[string]string{"+": "new", "-": "gone", "~": "other", ">": "other"}[mark]
	fmt.Fprintf(p, `<tr class="%s%s"><td class="sign" title="%s">%s</td><td><code>%s</code>`, class, below, word, sign, esc(i.name))
	if i.what != "" {
		fmt.Fprintf(p, "<br><small>%s</small>", esc(oneLine(i.what)))
	}
	if i.hosts != nil {
		fmt.Fprintf(p, "<br><small>on %s</small>", esc(hostList(i.hosts)))
	}
	p.WriteString("</td>")
	side := func(text string, here bool) {
		switch {
		case text != "":
			fmt.Fprintf(p, "<td><code>%s</code>", esc(cut(text, 2000)))
		case here && i.then == "" && i.now == "" && mark != "~":
			p.WriteString("<td>there")
		default:
			p.WriteString("<td>")
		}
		if here && i.at.File != "" {
			href := ""
			if !i.old { // a link would lead to what is there now
				href = p.opts.href(i.at.File, i.at.Line)
			}
			at := esc(where(i.at))
			if href != "" {
				at = fmt.Sprintf(`<a href="%s">%s</a>`, esc(href), at)
			}
			fmt.Fprintf(p, "<br><small>%s</small>", at)
		}
		p.WriteString("</td>")
	}
	then, now := besides(i.then, i.now)
	side(then, mark == "-" || i.old)
	side(now, mark != "-" && !i.old)
	p.WriteString("</tr>\n")
}

// changePageCSS is the look of the page: what is new, gone and different has a colour, a sign and a bar of its own kind.
func changePageCSS() string {
	var b strings.Builder
	b.WriteString(`:root{color-scheme:light dark;--ink:#1f2328;--soft:#59636e;--line:#d1d9e0;--ground:#fff;--row:#f6f8fa;--link:#0969da}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9198a1;--line:#3d444d;--ground:#0d1117;--row:#151b23;--link:#4493f8}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:1400px;font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--ground)}
h1{font-size:1.5rem;margin:.2rem 0}h2{font-size:1.15rem;margin:1.6rem 0 .4rem}small{color:var(--soft);font-weight:normal}a{color:var(--link)}
code{font:13px/1.4 ui-monospace,monospace;overflow-wrap:anywhere;white-space:pre-wrap}
table{width:100%;border-collapse:collapse;table-layout:fixed}
th{text-align:left;color:var(--soft);font-weight:normal;overflow-wrap:anywhere}th:first-child{width:2rem}
th,td{padding:.3rem .5rem;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
tr.below td:nth-child(2){padding-left:1.6rem}
.sign{font-weight:bold;text-align:center}
figure{margin:1rem 0}figcaption{color:var(--soft)}img{max-width:100%;height:auto}
.both{display:grid;grid-template-columns:1fr 1fr;gap:1rem}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;padding:0;list-style:none}
summary{cursor:pointer;color:var(--soft)}
@media (max-width:900px){.both{grid-template-columns:1fr}}
`)
	for _, m := range []struct{ class, mark, border string }{{"new", "+", "solid"}, {"gone", "-", "dashed"}, {"other", "~", "dotted"}} {
		s := changeStyles[m.mark]
		fmt.Fprintf(&b, "tr.%s .sign{color:%s;border-left:4px %s %[2]s}\n", m.class, s.stroke, m.border)
		fmt.Fprintf(&b, "@media (prefers-color-scheme:dark){tr.%s .sign{color:%s;border-left-color:%[2]s}}\n", m.class, s.dark)
	}
	return b.String()
}
