package render

import (
	"fmt"
	"slices"
	"strings"

	"nixsink/graph"
)

// What an editor's window has room for.
const (
	hoverSets    = 6
	hoverOptions = 8
)

// Hovers tell of the values of one graph, for editors and code hosts.
type Hovers struct {
	g    *graph.Graph
	decl declarations
}

// NewHovers reads a graph once for all that is asked of it.
func NewHovers(g *graph.Graph) *Hovers { return &Hovers{g, declarationsOf(g, []Finding{})} }

// Value is what an editor shows of a value, as Markdown: what it is, what it is set to on which hosts, who reads it, what it reaches. reads and
// sets are its references and definitions.
func (h *Hovers) Value(v *graph.Value, reads []*graph.Reference, sets []*graph.Definition) string {
	g := h.g
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**", mdCode(v.Path))
	if v.Type != "" {
		b.WriteString(" · " + mdCode(cut(oneLine(v.Type), 80)))
	}
	for _, id := range v.IDs {
		if id.Name != v.Path {
			b.WriteString(" · " + mdCode(id.Name))
		}
	}
	if v.Critical {
		b.WriteString(" · critical")
	}
	b.WriteString("\n\n")
	if v.Description != "" {
		b.WriteString(md(cut(oneLine(v.Description), 300)) + "\n\n")
	}
	say := func(format string, args ...any) { fmt.Fprintf(&b, "- "+format+"\n", args...) }
	switch {
	case len(v.Declared) > 0:
		say("declared in %s", md(where(v.Declared[0])))
	default:
		if path, at := h.decl.holder(v); path != "" {
			say("a member of %s, declared in %s", mdCode(path), md(where(at)))
		} else {
			say("declared nowhere in this tree")
		}
	}
	if v.Default != "" {
		say("default %s", mdCode(cut(oneLine(v.Default), 80)))
	}
	for i, d := range sets {
		if i == hoverSets {
			say("and set at %s", plural(len(sets)-hoverSets, "more place", "more places"))
			break
		}
		what := "set to"
		if d.Conditional {
			what = "set, under a condition, to"
		}
		note := hostNote(g, d.In)
		if note != "" {
			note = " " + md(note)
		}
		say("%s %s in %s%s", what, mdCode(cut(definitionText(g, d.At), 80)), md(where(d.At)), note)
	}
	guards := 0
	for _, r := range reads {
		if r.Kind == graph.Guard {
			guards++
		}
	}
	if v.FanOut.Reads == 0 {
		say("nobody reads it")
	} else {
		say("read %s in %s", plural(v.FanOut.Reads, "time", "times"), plural(v.FanOut.Modules, "module", "modules"))
	}
	if guards > 0 {
		say("%s whether it is there", plural(guards, "place asks", "places ask"))
	}
	var ends []string
	direct := g.Flows.DirectOf(v)
	seen := map[string]bool{}
	for _, f := range direct {
		if seen[f.To] {
			continue
		}
		if seen[f.To] = true; len(seen) <= hoverOptions {
			ends = append(ends, mdCode(f.To)+" ("+string(f.Kind)+")")
		}
	}
	if n := len(seen) - hoverOptions; n > 0 {
		ends = append(ends, plural(n, "more", "more"))
	}
	if len(ends) > 0 {
		say("ends up in %s", strings.Join(ends, ", "))
	}
	if v.FanOut.Reach > v.FanOut.Sinks {
		say("and, through other values, in %s in all", plural(v.FanOut.Reach, "option", "options"))
	}
	return strings.TrimRight(b.String(), "\n")
}

// HoverOption is what an editor shows of an option that is no value: which values decide it, and where it is defined. It is "" where no value does.
func HoverOption(g *graph.Graph, option string, defs []*graph.Definition) string {
	type source struct {
		v    *graph.Value
		kind graph.FlowKind
		way  bool // through another value
	}
	var from []source
	for _, f := range g.Flows.Into(func(to string) bool { return to == option }) {
		i := slices.IndexFunc(from, func(s source) bool { return s.v == f.From })
		if i < 0 {
			from = append(from, source{f.From, f.Kind, len(f.Through) > 0})
		} else if len(f.Through) == 0 {
			from[i].way = false
		}
	}
	if len(from) == 0 {
		return ""
	}
	slices.SortStableFunc(from, func(a, b source) int {
		switch {
		case a.way != b.way && a.way:
			return 1
		case a.way != b.way:
			return -1
		}
		return strings.Compare(a.v.Path, b.v.Path)
	})
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**\n\n", mdCode(option))
	for i, s := range from {
		if i == hoverOptions {
			fmt.Fprintf(&b, "- and %s\n", plural(len(from)-i, "more value", "more values"))
			break
		}
		through := ""
		if s.way {
			through = ", through another value"
		}
		fmt.Fprintf(&b, "- %s (%s%s)\n", mdCode(s.v.Path), s.kind, through)
	}
	if len(defs) > 1 {
		fmt.Fprintf(&b, "\nIt is defined at %d places.\n", len(defs))
	}
	return strings.TrimRight(b.String(), "\n")
}

// HoverNote is what the code says of an annotation.
func HoverNote(a *graph.Annotation) string {
	if a.Why == "" {
		return string(a.State)
	}
	return string(a.State) + ": " + md(a.Why)
}

// HoverGroup is what an editor shows of values with a common beginning: each with its type and how often it is read.
func HoverGroup(path string, values []*graph.Value) string {
	const most = 20
	var b strings.Builder
	fmt.Fprintf(&b, "**%s** · %s\n\n", mdCode(path), plural(len(values), "value", "values"))
	for i, v := range values {
		if i == most {
			fmt.Fprintf(&b, "- and %s\n", plural(len(values)-most, "more", "more"))
			break
		}
		line := "- " + mdCode(strings.TrimPrefix(v.Path, path+"."))
		if v.Type != "" {
			line += " · " + mdCode(cut(oneLine(v.Type), 60))
		}
		fmt.Fprintf(&b, "%s · %s\n", line, plural(v.FanOut.Reads, "read", "reads"))
	}
	return strings.TrimRight(b.String(), "\n")
}
