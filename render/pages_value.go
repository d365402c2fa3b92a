package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"nixsink/graph"
)

const (
	pageReads    = 200 // rows of the readers of a value
	pageServices = 100 // rows of where it ends up
	pageOptions  = 30  // options in such a row
	pageSources  = 50  // values that flow into it
)

// evidence says in words what binds an id to a value.
var evidence = map[string]string{"declaration": "an annotation at its declaration", "alias": "an alias in the configuration file", "rule": "a rewrite rule", "reads": "what the annotated reads agree on"}

// value is a page about one value: what it is, its picture, who reads it, where it ends up, where it comes from.
func (s *site) value(i int) error {
	v := s.values[i]
	name := "values/" + s.valueSlugs[i]
	return s.page(name+".md", valueName(v), mdCell(valueName(v)), func(p *page) error {
		if v.Description != "" {
			fmt.Fprintf(p, "\n%s\n", md(oneLine(v.Description)))
		}
		fmt.Fprintln(p)
		s.profile(p, v)
		if v.FanOut.Reads == 0 {
			return nil
		}
		fmt.Fprint(p, "\n## Picture\n")
		o := p.o
		o.View, o.Focus, o.Down, o.Title = "sinks", []string{v.Path}, true, valueName(v)
		if err := s.picture(p, s.below(v), name+".svg", "Where "+valueName(v)+" ends up", o); err != nil {
			return err
		}
		s.readers(p, v)
		s.endsUp(p, v)
		s.comesFrom(p, v)
		return nil
	})
}

// below is what a picture of one value can show: its flows, and those of the values that it flows into.
func (s *site) below(v *graph.Value) *graph.Graph {
	g := *s.g
	g.References = nil
	seen := map[*graph.Value]bool{v: true}
	for _, w := range s.g.Flows.Ends(v) {
		if w != nil {
			seen[w] = true
		}
	}
	var flows []*graph.Flow
	for _, w := range s.g.Values { // in their order, as the flows are
		if seen[w] {
			flows = append(flows, s.g.Flows.DirectOf(w)...) // a picture draws no others
		}
	}
	g.Flows = graph.FlowsOf(flows...)
	for _, r := range s.g.References {
		if seen[r.Value] {
			g.References = append(g.References, r)
		}
	}
	return &g
}

// written is how a module writes a value: config.my.domain, or vars.domain where it is passed as an argument.
func written(g *graph.Graph, v *graph.Value) string {
	for _, r := range g.Roots {
		if r.Argument && (v.Path == r.Path || strings.HasPrefix(v.Path, r.Path+".")) {
			return v.Path
		}
	}
	return "config." + v.Path
}

// profile is what a value is, as a list.
func (s *site) profile(p *page, v *graph.Value) {
	say := func(what, text string) {
		if text != "" {
			fmt.Fprintf(p, "- %s: %s\n", what, text)
		}
	}
	if expr := written(s.g, v); expr == v.Path {
		say("Module argument", mdCell(expr))
	} else {
		say("Option", mdCell(expr))
	}
	var ids []string
	for _, id := range v.IDs {
		ids = append(ids, mdCell(id.Name)+" ("+md(evidence[id.Evidence])+")")
	}
	say("Known as", strings.Join(ids, ", "))
	say("Type", mdCell(cut(oneLine(v.Type), 120)))
	say("Default", mdCell(cut(oneLine(v.Default), 120)))
	var set []string
	for _, l := range v.Literals {
		if !l.Default && len(set) < 10 {
			set = append(set, mdCell(cut(oneLine(l.Text), 80))+" in "+p.link(l.At))
		}
	}
	say("Set to", strings.Join(set, ", "))
	var at []string
	for _, d := range v.Declared {
		at = append(at, p.link(d))
	}
	held, heldAt := s.decl.holder(v)
	switch {
	case len(at) > 0:
		say("Declared in", strings.Join(at, ", "))
	case s.decl.nowhere[v]:
		say("Declared in", "**nowhere**")
	case held != "":
		say("Declared in", p.link(heldAt)+", as a member of "+mdCell(held))
	default:
		say("Declared in", "not in this tree")
	}
	f := v.FanOut
	fan := plural(f.Reads, "read", "reads") + " in " + plural(f.Modules, "module", "modules") + "; ends up in " + plural(f.Sinks, "option", "options")
	if f.Reach > f.Sinks {
		fan += ", " + count(f.Reach) + " with those through other values"
	}
	say("Fan-out", fan)
}

func (s *site) readers(p *page, v *graph.Value) {
	reads := s.reads[v]
	fmt.Fprintf(p, "\n## Read by %s\n\n", plural(v.FanOut.Modules, "module", "modules"))
	rows := [][]string{{"Where", "In", "How"}}
	if s.annotated {
		rows[0] = append(rows[0], "Source-id")
	}
	for _, r := range reads[:min(len(reads), pageReads)] {
		how := string(r.Kind)
		if r.Via != "" {
			how += " through " + mdCell(r.Via)
		}
		row := []string{p.link(r.At), mdCell(cut(r.Name, 44)), how}
		if s.annotated {
			row = append(row, map[bool]string{true: "yes", false: "no"}[r.Covered])
		}
		rows = append(rows, row)
	}
	p.table(rows)
	p.leftOut(len(reads)-pageReads, "more read", "more reads", "nixsink trace ID")
}

func (s *site) endsUp(p *page, v *graph.Value) {
	g := *s.g
	g.References = nil
	services := trees(&g, []*graph.Value{v})[0].landsIn
	if len(services) == 0 {
		return
	}
	fmt.Fprint(p, "\n## Ends up in\n\n")
	rows := [][]string{{"What", "Options"}}
	for _, sv := range services[:min(len(services), pageServices)] {
		name := mdCell(sv.name)
		if j := slices.IndexFunc(s.values, func(w *graph.Value) bool { return w.Path == sv.name }); j >= 0 {
			name = s.valueLink(s.values[j], "")
		}
		rows = append(rows, []string{name, p.landings(sv.options)})
	}
	p.table(rows)
	p.leftOut(len(services)-pageServices, "more", "more", "nixsink trace ID")
}

// landings links options; what is to be said of several is said once, after them.
func (p *page) landings(options []landing) string {
	more := len(options) - pageOptions
	var whats []string
	items := map[string][]string{}
	for _, l := range options[:min(len(options), pageOptions)] {
		what := l.what()
		if items[what] == nil {
			whats = append(whats, what)
		}
		text := p.code(l.option, l.at)
		if l.option == "" {
			text = p.link(l.at)
		}
		items[what] = append(items[what], text)
	}
	slices.SortStableFunc(whats, func(a, b string) int { return cmp.Compare(len(a), len(b)) }) // plain data first
	var out []string
	for _, what := range whats {
		text := strings.Join(items[what], ", ")
		if what != "" {
			text += " (" + md(what) + ")"
		}
		out = append(out, text)
	}
	if more > 0 {
		out = append(out, "and "+count(more)+" more")
	}
	return strings.Join(out, "; ")
}

// comesFrom lists the values that a value is made of.
func (s *site) comesFrom(p *page, v *graph.Value) {
	if s.into == nil {
		s.into = map[*graph.Value][]*graph.Flow{}
		for _, f := range s.g.Flows.Direct() {
			if f.ToValue != nil {
				s.into[f.ToValue] = append(s.into[f.ToValue], f)
			}
		}
	}
	into := s.into[v]
	if len(into) == 0 {
		return
	}
	fmt.Fprint(p, "\n## Comes from\n\n")
	rows := [][]string{{"Value", "How", "Where"}}
	for _, f := range into[:min(len(into), pageSources)] {
		rows = append(rows, []string{s.valueLink(f.From, ""), string(f.Kind), p.link(f.At)})
	}
	p.table(rows)
	p.leftOut(len(into)-pageSources, "more value", "more values", "nixsink trace ID")
}

// leftOut says what a page leaves out, and which command has it.
func (p *page) leftOut(n int, one, many, command string) {
	if n > 0 {
		fmt.Fprintf(p, "\nAnd %s: `%s`.\n", plural(n, one, many), command)
	}
}
