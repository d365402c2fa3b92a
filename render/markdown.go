package render

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"nixsink/graph"
	"nixsink/internal/escape"
)

// A page writes Markdown that GitHub, mdBook and MkDocs read alike: tables, lists, plain links.
type page struct {
	*bufio.Writer
	o Options
}

// treesPage is how many values have a section on the page unless the options ask for more.
const treesPage = 100

func writeMarkdown(_ context.Context, w io.Writer, g *graph.Graph, o Options) error {
	p := &page{bufio.NewWriter(w), o}
	title := o.Title
	if title == "" {
		title = "Central values"
	}
	fmt.Fprintf(p, "# %s\n\n", md(title))
	fmt.Fprintf(p, "%s, %s, %s, %s.", plural(moduleFiles(g), "module", "modules"), plural(g.Source.Lines, "line", "lines"),
		plural(len(g.Values), "central value", "central values"), plural(reads(g), "reference", "references"))
	for _, r := range g.Roots {
		fmt.Fprintf(p, " Tracked: %s (%s).", mdCode(rootName(r)), md(r.Why))
	}
	fmt.Fprintln(p)
	if g.Source.NARHash != "" {
		fmt.Fprintf(p, "Source: %s.\n", mdCode(g.Source.NARHash))
	}
	if why := g.Missing(); why != "" {
		fmt.Fprintf(p, "\n> **Incomplete:** %s; the figures leave that out.\n", md(why))
	}
	if g.Empty != "" {
		fmt.Fprintf(p, "\nNothing to show: %s\n", md(g.Empty))
	}
	p.metrics(g)
	p.facts(g, factPlaces, "  ")
	p.trees(g)
	p.coverage(g)
	p.findings()
	return p.Flush()
}

func (p *page) metrics(g *graph.Graph) {
	fmt.Fprint(p, "\n## Metrics\n\n")
	rows := [][]string{{"Metric", "Value", "Benchmark", "Verdict", "Note"}}
	for _, m := range Metrics(g, p.o.Benchmarks) {
		verdict := map[Verdict]string{Pass: "✅ ok", Fail: "❌ missed", NotApplicable: "n/a"}[m.Verdict]
		rows = append(rows, []string{md(m.Name), m.Value, md(m.Benchmark), verdict, md(m.Note)})
	}
	p.table(rows)
}

// facts lists the facts, each with at most so many of its places. indent is what stands before a place.
func (p *page) facts(g *graph.Graph, most int, indent string) {
	facts := Facts(g, p.o.Findings)
	if len(facts) == 0 {
		return
	}
	fmt.Fprint(p, "\n## Worth knowing\n\n")
	for _, f := range facts {
		text := md(f.Text)
		if f.Bad {
			text = "**" + text + "**"
		}
		fmt.Fprintf(p, "- %s\n", text)
		for _, pl := range f.Places[:min(len(f.Places), most)] {
			at := ""
			if pl.At.File != "" {
				at = p.link(pl.At) + " "
			}
			fmt.Fprintf(p, "%s- %s\n", indent, strings.TrimSpace(at+md(pl.Text)))
		}
		if more := len(f.Places) - most; more > 0 {
			fmt.Fprintf(p, "%s- and %s more\n", indent, count(more))
		}
	}
}

func (p *page) trees(g *graph.Graph) {
	vs, more := critical(g, p.o.Top, treesPage)
	if len(vs) == 0 {
		return
	}
	fmt.Fprint(p, "\n## Critical values\n")
	annotated := len(g.Annotations) > 0
	for _, t := range trees(g, vs) {
		fmt.Fprintf(p, "\n### %s\n\n", mdCode(t.name))
		p.value(g, t, annotated)
	}
	if more > 0 {
		fmt.Fprintf(p, "\nAnd %s.\n", plural(more, "more critical value", "more critical values"))
	}
}

// value writes what is below a value's heading: what it is, who reads it, where it ends up.
func (p *page) value(g *graph.Graph, t tree, annotated bool) {
	v := t.value
	fmt.Fprintf(p, "%s, %s", plural(v.FanOut.Reads, "reference", "references"), plural(v.FanOut.Modules, "module", "modules"))
	if v.FanOut.Sinks > 0 {
		fmt.Fprintf(p, ", %s", plural(v.FanOut.Sinks, "option", "options"))
	}
	if t.name != v.Path {
		fmt.Fprintf(p, ". Path %s", mdCode(written(g, v)))
	}
	switch {
	case t.held != "":
		fmt.Fprintf(p, ". A member of %s, declared in %s", mdCode(t.held), p.link(t.heldAt))
	case len(v.Declared) == 0:
		fmt.Fprint(p, ". **Declared nowhere**")
	default:
		var at []string
		for _, d := range v.Declared {
			at = append(at, p.link(d))
		}
		fmt.Fprintf(p, ". Declared in %s", strings.Join(at, ", "))
	}
	if v.Default != "" {
		fmt.Fprintf(p, ", by default %s", mdCode(cut(oneLine(v.Default), 80)))
	}
	fmt.Fprint(p, ".\n\n")
	if v.Description != "" {
		fmt.Fprintf(p, "%s\n\n", md(oneLine(v.Description)))
	}
	for _, r := range t.reads {
		line := "- " + p.link(r.At)
		if r.Name != "" {
			line += " " + mdCode(r.Name)
		}
		if annotated && !r.Covered {
			line += " (no source-id)"
		}
		fmt.Fprintln(p, line)
	}
	if len(t.landsIn) == 0 {
		return
	}
	if len(t.reads) > 0 {
		fmt.Fprintln(p)
	}
	rows := [][]string{{"Ends up in", "Options"}}
	for _, s := range t.landsIn {
		var items []string
		for _, l := range s.options {
			item := p.code(l.option, l.at)
			if l.option == "" {
				item = p.link(l.at)
			}
			if what := l.what(); what != "" {
				item += " (" + md(what) + ")"
			}
			items = append(items, item)
		}
		rows = append(rows, []string{mdCell(s.name), strings.Join(items, ", ")})
	}
	p.table(rows)
}

func (p *page) coverage(g *graph.Graph) {
	fmt.Fprint(p, "\n## Coverage\n\n")
	p.coverageTable(g)
	if len(g.Coverage.ByLayer) == 0 {
		return
	}
	fmt.Fprint(p, "\n### Source-id coverage by layer\n\n")
	rows := [][]string{{"Layer", "Share", "Covered"}}
	for _, name := range layerNames(g) {
		r := g.Coverage.ByLayer[name]
		label := mdCell(name)
		if name == "" {
			label = "(no layer)"
		}
		rows = append(rows, []string{label, percent(r.Value()), md(fraction(r, "references"))})
	}
	p.table(rows)
}

func (p *page) findings() {
	if len(p.o.Findings) == 0 {
		return
	}
	fmt.Fprint(p, "\n## Findings\n\n")
	p.findingSums()
	p.findingsByCheck("###")
}

func (p *page) table(rows [][]string) {
	for i, row := range rows {
		for k := range row {
			row[k] = breakable(row[k])
		}
		fmt.Fprintf(p, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			fmt.Fprintf(p, "|%s\n", strings.Repeat(" --- |", len(row)))
		}
	}
}

// link links a place: by the template if there is one, relative to the page otherwise.
func (p *page) link(at graph.Place) string {
	if at.File == "" {
		return "(nowhere)"
	}
	return p.code(fmt.Sprintf("%s:%d", at.File, at.Line), at)
}

// code writes a text as code that links to a place.
func (p *page) code(text string, at graph.Place) string {
	if at.File == "" {
		return mdCell(text)
	}
	href := p.o.href(at.File, at.Line)
	if p.o.Link == "" {
		href = fmt.Sprintf("%s#L%d", escapePath(at.File), at.Line)
	}
	if href == "" {
		return mdCell(text)
	}
	href = strings.NewReplacer("(", "%28", ")", "%29", "|", "%7C", "<", "%3C", ">", "%3E").Replace(href)
	return "[" + mdCell(text) + "](" + href + ")"
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// md is prose: it stays on its line and in its table cell.
func md(s string) string { return escape.Markdown(oneLine(s)) }

// mdCode writes a name as code. The fence is longer than any run of backticks within.
func mdCode(s string) string {
	s = plain(s)
	if s == "" {
		return ""
	}
	longest, run := 0, 0
	for _, r := range s {
		if r == '`' {
			run++
			longest = max(longest, run)
		} else {
			run = 0
		}
	}
	fence := strings.Repeat("`", longest+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return fence + s + fence
}

// mdCell writes a name as code inside a table or a link. A pipe ends a table cell even within code, and GitHub alone
// would honour a backslash there; names with pipes, brackets or backticks are therefore escaped text in <code>.
func mdCell(s string) string {
	if strings.ContainsAny(s, "|`[]<>\\") {
		return "<code>" + md(s) + "</code>"
	}
	return mdCode(s)
}

// cellWord is how many characters a word in a table has at most that may not break.
const cellWord = 28

// cellSpan finds what may be broken in a cell, and what may not be touched: code, where links lead to, tags, long words.
var cellSpan = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("`[^`]+`|<code>[^<]+</code>|\\]\\([^)]*\\)|<[^>]*>|[^\\s`<\\[\\]]{29,}")
})

// breakable lets the long names in a table's cell break between their parts: no table is then wider than a page for the sake of one of them.
func breakable(cell string) string {
	if len(cell) <= cellWord || strings.Contains(cell, "``") { // which a name with a backtick in it is fenced by
		return cell
	}
	return cellSpan().ReplaceAllStringFunc(cell, func(span string) string {
		text, escaped := strings.CutPrefix(span, "<code>")
		switch {
		case escaped || span[0] == '`':
		case span[0] == ']' || span[0] == '<':
			return span
		default:
			return strings.TrimSuffix(strings.ReplaceAll(span, ".", ".<wbr>"), "<wbr>")
		}
		if text = strings.TrimSuffix(strings.Trim(text, "`"), "</code>"); longestWord(text) <= cellWord {
			return span
		}
		var parts []string
		for from, i := 0, 0; i < len(text); i++ {
			if i == len(text)-1 || strings.IndexByte("./_-,:=;", text[i]) >= 0 {
				parts = append(parts, text[from:i+1])
				from = i + 1
			}
		}
		if !escaped {
			for i := range parts {
				parts[i] = md(parts[i])
			}
		}
		return "<code>" + strings.Join(parts, "<wbr>") + "</code>"
	})
}

func longestWord(s string) int {
	longest := 0
	for word := range strings.FieldsSeq(s) {
		longest = max(longest, utf8.RuneCountInString(word))
	}
	return longest
}
