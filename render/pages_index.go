package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"nixsink/graph"
)

const (
	indexValues = 25    // values in the overview's ranking
	allValues   = 1_000 // rows of the page of all values: hosts stop showing pages of a megabyte
	factMore    = 5     // places told of a fact
)

// index is the overview: what this is about, the architecture, the most read values, what stands out, and where the rest is.
func (s *site) index() error {
	g := s.g
	title := cmp.Or(s.o.Title, "Central values")
	return s.page("index.md", title, md(title), func(p *page) error {
		p.intro(g)
		if g.Empty != "" {
			fmt.Fprintf(p, "\n> Nothing to show: %s\n", md(g.Empty))
		}
		if len(s.reads) > 0 {
			fmt.Fprint(p, "\n## Architecture\n")
			o := p.o
			o.View = "overview"
			if err := s.picture(p, g, "architecture.svg", "Which part of the configuration reads the values of which", o); err != nil {
				return err
			}
		}
		if len(s.values) > 0 {
			fmt.Fprint(p, "\n## Most read\n\n")
			rows := [][]string{{"Value", "Reads", "Modules", "Options", "Reach"}}
			for i, v := range s.values[:min(len(s.values), indexValues)] {
				rows = append(rows, []string{"[" + mdCell(valueName(v)) + "](values/" + s.valueSlugs[i] + ".md)<br>" + s.declared(p, v), count(v.FanOut.Reads), count(v.FanOut.Modules), count(v.FanOut.Sinks), count(v.FanOut.Reach)})
			}
			p.table(rows)
			fmt.Fprintf(p, "\n[All %s](values/index.md)\n", plural(len(g.Values), "value", "values"))
		}
		p.facts(g, factMore, "    ") // four blanks: Python's Markdown takes no fewer
		fmt.Fprint(p, "\n## Layers\n\n")
		rows := [][]string{{"Layer", "Modules", "Lines", "Reads"}}
		if s.annotated {
			rows[0] = append(rows[0], "Source-id coverage")
		}
		for i, l := range s.layers {
			modules, lines := 0, 0
			for _, m := range s.modules(l) {
				modules++
				lines += m.Lines
			}
			r := g.Coverage.ByLayer[l]
			row := []string{"[" + md(cmp.Or(l, "no layer")) + "](layers/" + s.layerSlugs[i] + ".md)", count(modules), count(lines), count(r.Total)}
			if s.annotated {
				row = append(row, percent(r.Value()))
			}
			rows = append(rows, row)
		}
		p.table(rows)
		p.metrics(g)
		return nil
	})
}

// intro says in a few words what these pages speak of, for somebody who comes upon them.
func (p *page) intro(g *graph.Graph) {
	var roots []string
	for _, r := range g.Roots {
		if r.Argument {
			roots = append(roots, "what the module argument "+mdCode(r.Path)+" holds")
		} else {
			roots = append(roots, "the options below "+mdCode("config."+r.Path))
		}
	}
	fmt.Fprintf(p, "\nThe central values of this configuration are %s: modules read them instead of repeating what they hold. These pages\n"+
		"tell which modules read a value and which options it ends up in. *Options* counts those that it is part of, in the name of, or decides over;\n"+
		"*reach* counts also those that it gets to through other values.\n\n", strings.Join(roots, " and "))
	fmt.Fprintf(p, "%s, %s, %s, %s.", plural(g.Source.Files, "file", "files"), plural(g.Source.Lines, "line", "lines"),
		plural(len(g.Values), "central value", "central values"), plural(reads(g), "read", "reads"))
	if g.Source.NARHash != "" {
		fmt.Fprintf(p, " Source: %s.", mdCode(g.Source.NARHash))
	}
	fmt.Fprintln(p)
	if why := g.Missing(); why != "" {
		fmt.Fprintf(p, "\n> **Incomplete:** %s; the figures leave that out.\n", md(why))
	}
}

// declared links where a value is declared, by its own name or as a member.
func (s *site) declared(p *page, v *graph.Value) string {
	if at := s.decl.at(v); at.File != "" {
		return p.shortLink(at)
	}
	if s.decl.nowhere[v] {
		return "**nowhere**"
	}
	return "not in this tree"
}

// allValues is the page of every value, each with its place below its name: a column more would be wider than GitHub's page; most read first where they are too many for one, by path otherwise.
func (s *site) allValues() error {
	return s.page("values/index.md", "Values", "Values", func(p *page) error {
		vs := slices.Clone(s.g.Values)
		if len(vs) == 0 {
			fmt.Fprint(p, "\nThere are none.\n")
			return nil
		}
		left := len(vs) - allValues
		if left > 0 {
			slices.SortStableFunc(vs, byReads)
			vs = vs[:allValues]
			fmt.Fprintf(p, "\nThe %s most read of %s values. `nixsink graph --format json` lists them all.\n", count(allValues), count(len(s.g.Values)))
		} else {
			fmt.Fprint(p, "\nEvery central value, by its path. Those that are read most have a page of their own.\n")
		}
		fmt.Fprintln(p)
		rows := [][]string{{"Value", "Default", "Reads", "Options", "Reach"}}
		for _, v := range vs {
			rows = append(rows, []string{s.valueLink(v, "") + "<br>" + s.declared(p, v), mdCell(cut(oneLine(v.Default), 18)), count(v.FanOut.Reads), count(v.FanOut.Sinks), count(v.FanOut.Reach)})
		}
		p.table(rows)
		return nil
	})
}

// valueLink links a value's page; dir is the way to the folder of values.
func (s *site) valueLink(v *graph.Value, dir string) string {
	if i := slices.Index(s.values, v); i >= 0 {
		return "[" + mdCell(valueName(v)) + "](" + dir + s.valueSlugs[i] + ".md)"
	}
	return mdCell(valueName(v))
}

// summaryHead is how the table of contents begins.
const summaryHead = "# Summary\n\n- [Overview](index.md)\n"

// summary is the table of contents that mdBook goes by: a page that is not in it is not in the book.
func (s *site) summary() error {
	var b strings.Builder
	b.WriteString(summaryHead + "- [Values](values/index.md)\n")
	for i, v := range s.values {
		fmt.Fprintf(&b, "    - [%s](values/%s.md)\n", md(valueName(v)), s.valueSlugs[i])
	}
	b.WriteString("- [Layers]()\n") // a chapter without a page
	for i, l := range s.layers {
		fmt.Fprintf(&b, "    - [%s](layers/%s.md)\n", md(cmp.Or(l, "no layer")), s.layerSlugs[i])
	}
	b.WriteString("- [Ports](ports.md)\n- [Coverage](coverage.md)\n- [Findings](findings.md)\n")
	if s.o.Review != nil {
		b.WriteString("- [Review](review.md)\n")
	}
	s.files = append(s.files, PageFile{"SUMMARY.md", []byte(b.String())})
	return nil
}
