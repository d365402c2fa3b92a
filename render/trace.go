package render

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/parse"
)

// Trace is one value with everything that decides it and everything that it decides.
type Trace struct {
	Value    *graph.Value
	Set      []*graph.Definition // definitions of the value, in source order
	Comes    []Branch            // the values that it is made of, and theirs
	Reads    []*graph.Reference  // in source order, guards included
	Ends     []Branch            // where it flows to, and from there on
	Annotate bool                // the tree has annotations: say where one is missing
	g        *graph.Graph
}

// A Branch is one direct flow, and the flows that follow it.
type Branch struct {
	Flow *graph.Flow
	Next []Branch
	Seen bool // what follows has been shown above, or leads back
}

// NewTrace gathers what the graph knows about a value.
func NewTrace(g *graph.Graph, v *graph.Value) *Trace {
	t := &Trace{Value: v, Annotate: len(g.Annotations) > 0, g: g}
	for _, d := range g.Definitions {
		if d.Option == v.Path || slices.ContainsFunc(v.Instances, func(i graph.Instance) bool { return i.Path == d.Option }) {
			t.Set = append(t.Set, d)
		}
	}
	for _, r := range g.References {
		if r.Value == v {
			t.Reads = append(t.Reads, r)
		}
	}
	from, to := map[*graph.Value][]*graph.Flow{}, map[*graph.Value][]*graph.Flow{}
	for _, f := range g.Flows.Direct() {
		from[f.From] = append(from[f.From], f)
		if f.ToValue != nil {
			to[f.ToValue] = append(to[f.ToValue], f)
		}
	}
	t.Ends = branches(v, from, func(f *graph.Flow) *graph.Value { return f.ToValue }, map[*graph.Value]bool{v: true})
	t.Comes = branches(v, to, func(f *graph.Flow) *graph.Value { return f.From }, map[*graph.Value]bool{v: true})
	return t
}

// branches follows direct flows from one value to the next. Each value is unfolded once: values may lead back to where we came from, and
// a value that many roads lead to would make the tree grow without end.
func branches(v *graph.Value, flows map[*graph.Value][]*graph.Flow, next func(*graph.Flow) *graph.Value, seen map[*graph.Value]bool) []Branch {
	direct := slices.Clone(flows[v])
	slices.SortStableFunc(direct, func(a, b *graph.Flow) int {
		return cmp.Or(cmp.Compare(a.To, b.To), cmp.Compare(a.From.Path, b.From.Path), cmp.Compare(kindOrder(a.Kind), kindOrder(b.Kind)))
	})
	var out []Branch
	for _, f := range direct {
		b := Branch{Flow: f}
		if n := next(f); n != nil {
			if b.Seen = seen[n]; !b.Seen {
				seen[n] = true
				b.Next = branches(n, flows, next, seen)
			}
		}
		out = append(out, b)
	}
	return out
}

// Text writes the trace for a terminal.
func (tr *Trace) Text(w io.Writer, o Options) error {
	t := &terminal{bufio.NewWriter(w), o.Color, o.Width}
	v := tr.Value
	head := t.style(bold, plain(valueName(v)))
	for _, id := range v.IDs[min(1, len(v.IDs)):] {
		head += ", " + plain(id.Name)
	}
	if valueName(v) != v.Path {
		head += t.style(dim, "  "+plain(v.Path))
	}
	if v.Type != "" {
		head += t.style(dim, "  "+plain(oneLine(v.Type)))
	}
	fmt.Fprintln(t, head)
	if v.Description != "" {
		fmt.Fprintln(t, plain(oneLine(v.Description)))
	}

	t.section("Upstream")
	t.fit(tr.upstream(), false)
	if len(tr.Comes) > 0 {
		fmt.Fprintf(t, "  comes from\n")
		t.branches(tr.g, tr.Comes, func(f *graph.Flow) string { return valueName(f.From) })
	}

	if rows := tr.perHost(); len(rows) > 0 {
		t.section("Per host")
		t.fit(rows, false)
	}

	reads := slices.DeleteFunc(slices.Clone(tr.Reads), func(r *graph.Reference) bool { return r.Kind == graph.Guard })
	switch {
	case len(tr.Reads) == 0:
		t.section("Nobody reads it")
	default:
		t.section(fmt.Sprintf("Read by %s (%s)", plural(v.FanOut.Modules, "module", "modules"), plural(len(reads), "reference", "references")))
		t.reads(tr.g, tr.Reads, tr.Annotate)
	}

	switch {
	case len(tr.Ends) > 0:
		title := fmt.Sprintf("Ends up in %s", plural(v.FanOut.Sinks, "option", "options"))
		if v.FanOut.Reach > v.FanOut.Sinks {
			title += fmt.Sprintf(", %s with what it flows through", count(v.FanOut.Reach))
		}
		t.section(title)
		t.branches(tr.g, tr.Ends, func(f *graph.Flow) string {
			if f.ToValue != nil {
				return valueName(f.ToValue)
			}
			return f.To
		})
	case len(reads) > 0:
		t.section("Ends up in no option that could be followed")
	}
	return t.Flush()
}

// upstream is the table of where the value is declared, what it defaults to and where it is set.
func (tr *Trace) upstream() [][]string {
	v := tr.Value
	var rows [][]string
	for _, p := range v.Declared {
		text := ""
		if v.Member { // a registry's member is declared by being defined
			text = cut(definitionText(tr.g, p), 60)
		}
		rows = append(rows, []string{"declared", text, where(p)})
	}
	if len(v.Declared) == 0 {
		row := []string{"declared", "nowhere in this tree", ""}
		if path, at := declarationsOf(tr.g, nil).holder(v); path != "" {
			row = []string{"declared", "as a member of " + path, where(at)}
		}
		rows = append(rows, row)
	}
	if v.Default != "" {
		at := v.DefaultAt
		if at.File == "" && len(v.Declared) > 0 {
			at = v.Declared[0]
		}
		rows = append(rows, []string{"default", cut(oneLine(v.Default), 60), where(at)})
	}
	for _, d := range tr.Set {
		if slices.ContainsFunc(v.Declared, func(p graph.Place) bool { return v.Member && p.File == d.At.File && p.Line == d.At.Line }) {
			continue // it is above already
		}
		what := "set to"
		if d.Conditional {
			what = "set, if"
		}
		row := []string{what, cut(definitionText(tr.g, d.At), 60), where(d.At)}
		if note := hostNote(tr.g, d.In); note != "" {
			row = append(row, note)
		}
		rows = append(rows, row)
	}
	return rows
}

// reads lists references as the report's tree does; those that look alike in one line are told once.
func (t *terminal) reads(g *graph.Graph, refs []*graph.Reference, annotated bool) {
	var rows []traceRow
	for _, r := range refs {
		row := traceRow{name: plain(r.Name), at: plain(where(r.At)), in: r.In}
		if r.Kind != graph.Direct {
			row.notes = append(row.notes, string(r.Kind))
		}
		if annotated && !r.Covered && r.Kind != graph.Guard {
			row.notes = append(row.notes, "no source-id")
		}
		if n := len(rows) - 1; n >= 0 && rows[n].at == row.at && rows[n].name == row.name && slices.Equal(rows[n].notes, row.notes) && hostNote(g, rows[n].in) == hostNote(g, row.in) {
			rows[n].times = max(rows[n].times, 1) + 1
			continue
		}
		rows = append(rows, row)
	}
	for i := range rows {
		rows[i].stem = "  " + turn(i, len(rows)) + " "
	}
	t.traceRows(g, rows, true)
}

// branches writes a tree of flows with the kinds and places in columns.
func (t *terminal) branches(g *graph.Graph, bs []Branch, name func(*graph.Flow) string) {
	var rows []traceRow
	var walk func(bs []Branch, indent string)
	walk = func(bs []Branch, indent string) {
		for i, b := range bs {
			r := traceRow{stem: indent + turn(i, len(bs)) + " ", name: plain(name(b.Flow)), kind: string(b.Flow.Kind), at: plain(where(b.Flow.At)), in: b.Flow.In}
			if b.Seen {
				r.notes = []string{"(see above)"}
			}
			rows = append(rows, r)
			below := indent + "│  "
			if i == len(bs)-1 {
				below = indent + "   "
			}
			walk(b.Next, below)
		}
	}
	walk(bs, "  ")
	t.traceRows(g, rows, false)
}

// turn is the corner of a tree's line.
func turn(i, of int) string {
	if i == of-1 {
		return "└─"
	}
	return "├─"
}

// definitionText is what a binding defines, on one line: 22 of ssh = 22. It is "" if the file is not at hand.
func definitionText(g *graph.Graph, p graph.Place) string {
	return oneLine(g.Conceal(p.File, g.Text(g.RightSide(p))))
}

// sourceLine is the whole line that a place begins on, without its indentation.
func sourceLine(g *graph.Graph, p graph.Place) string {
	f := g.Files[p.File]
	if f == nil || int(p.Span.Start) > len(f.Src) || p.Span == (parse.Span{}) {
		return ""
	}
	start := strings.LastIndexByte(f.Src[:p.Span.Start], '\n') + 1
	line, _, _ := strings.Cut(f.Src[start:], "\n")
	return g.Conceal(p.File, strings.TrimSpace(line))
}

// JSON writes the trace for programs.
func (tr *Trace) JSON(w io.Writer) error { return encode(w, tr.object()) }

func (tr *Trace) object() object {
	branch := func(b Branch) any { return jsonBranch(tr.g, b) }
	return object{
		"schema": Schema,
		"value":  jsonValue(tr.g, tr.Value),
		"set": list(tr.Set, func(d *graph.Definition) any {
			return inside(tr.g, d.In, located(d.At, object{"text": definitionText(tr.g, d.At), "conditional": d.Conditional}))
		}),
		"references": list(tr.Reads, func(r *graph.Reference) any { return jsonReference(tr.g, r) }),
		"upstream":   list(tr.Comes, branch),
		"downstream": list(tr.Ends, branch),
	}
}

func jsonBranch(g *graph.Graph, b Branch) any {
	f := b.Flow
	return inside(g, f.In, located(f.At, object{"from": f.From.Path, "to": f.To, "value": f.ToValue != nil, "kind": f.Kind, "seen": b.Seen,
		"next": list(b.Next, func(b Branch) any { return jsonBranch(g, b) })}))
}

func encode(w io.Writer, doc any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	return nil
}
