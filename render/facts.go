package render

import (
	"fmt"
	"slices"
	"strings"

	"nixsink/graph"
)

// A Fact is something that the reader of a report most likely did not know, with the places that show it.
type Fact struct {
	Text   string // "3 values are read but declared nowhere"
	Places []FactPlace
	Bad    bool // something is broken, not just unusual
}

// FactPlace is one place that shows a fact.
type FactPlace struct {
	Text string // "my.ports.ghost"
	At   graph.Place
}

// Facts lists what stands out in the graph, worst first. Where a check looks for the same thing, the report says what the check
// found, so that both agree and what is waived is not brought up again; findings is nil where no checks were made.
func Facts(g *graph.Graph, findings []Finding) []Fact {
	var out []Fact
	add := func(bad bool, places []FactPlace, one, many string) {
		if n := len(places); n > 0 {
			text := one
			if n != 1 {
				text = fmt.Sprintf(many, count(n))
			}
			out = append(out, Fact{text, places, bad})
		}
	}
	values := map[string]*graph.Value{}
	for _, v := range g.Values {
		values[v.Path] = v
	}
	// of is what a check found, or else what the graph shows. What a check tells as information may well be as it should: only what is read
	// and perhaps declared nowhere is told apart.
	of := func(check string, bare func(*graph.Graph) []FactPlace) []FactPlace {
		if findings == nil {
			return bare(g)
		}
		var ps []FactPlace
		for _, f := range findings {
			if f.Check != check || f.Severity == "info" && check != "undeclared-value" {
				continue
			}
			text := f.Value
			if v := values[f.Value]; v != nil && len(v.Declared) > 0 {
				text = valueName(v)
			}
			ps = append(ps, FactPlace{text, graph.Place{File: f.File, Line: f.Line, Column: f.Column, EndLine: f.EndLine, EndColumn: f.EndColumn}})
		}
		return ps
	}
	// kept are those of the places that a check speaks of too.
	type line struct {
		check, file string
		line        int
	}
	found := map[line]bool{}
	for _, f := range findings {
		found[line{f.Check, f.File, f.Line}] = true
	}
	kept := func(check string, ps []FactPlace) []FactPlace {
		return slices.DeleteFunc(ps, func(p FactPlace) bool {
			return findings != nil && !found[line{check, p.At.File, p.At.Line}]
		})
	}
	add(true, unread(g), "1 file could not be read or parsed", "%s times a file could not be read or parsed")
	nowhere, perhaps := undeclaredFacts(g, findings, of)
	add(true, nowhere, "1 value is read but declared nowhere", "%s values are read but declared nowhere")
	add(true, of("missing-import", missing), "1 import names a file that does not exist", "%s imports name files that do not exist")
	add(true, sharedPorts(g, severe(findings)), "1 port is given out more than once", "%s ports are given out more than once")
	add(true, kept("layer-violation", upwardPlaces(g)), "1 read goes up to a higher layer", "%s reads go up to a higher layer")
	add(false, perhaps, "1 value is read and declared nowhere, as far as can be seen", "%s values are read and declared nowhere, as far as can be seen")
	apart := kept("unreachable-module", unreached(g))
	add(false, apart, "1 module is not imported from any entry point", "%s modules are not imported from any entry point")
	if len(apart) == 0 {
		add(false, said(findings, "unreachable-module"), "most modules are reached by no import that could be followed", "")
	}
	add(false, kept("disabled-import", disabled(g)), "1 import is commented out", "%s imports are commented out")
	add(false, of("unused-value", unused), "1 value is declared but read by nobody", "%s values are declared but read by nobody")
	add(false, hubs(g), "1 option is a hub: what flows into it goes on to a large part of all options", "%s options are hubs: what flows into them goes on to a large part of all options")
	add(false, unresolved(g), "1 read could not be resolved", "%s reads could not be resolved")
	return out
}

// severe are the findings but for information; nil where no checks were made.
func severe(findings []Finding) []Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f Finding) bool { return f.Severity == "info" })
}

// hubs are the options that make flows many.
func hubs(g *graph.Graph) (ps []FactPlace) {
	for _, h := range g.Flows.Hubs() {
		ps = append(ps, FactPlace{fmt.Sprintf("%s (from %s to %s)", h.Option, plural(h.In, "value", "values"), plural(h.Out, "option", "options")), h.At})
	}
	return ps
}

// said are the findings of a check, in its own words.
func said(findings []Finding, check string) (ps []FactPlace) {
	for _, f := range findings {
		if f.Check == check {
			ps = append(ps, FactPlace{f.Message, graph.Place{File: f.File, Line: f.Line}})
		}
	}
	return ps
}

func unread(g *graph.Graph) (ps []FactPlace) {
	for _, p := range g.Problems {
		if p.Kind == "syntax" || p.Kind == "io" {
			ps = append(ps, FactPlace{p.Msg, p.At})
		}
	}
	return ps
}

func sharedPorts(g *graph.Graph, findings []Finding) (ps []FactPlace) {
	for _, c := range Collisions(g, findings) {
		var names []string
		for _, v := range c.Values {
			names = append(names, valueName(v))
		}
		ps = append(ps, FactPlace{fmt.Sprintf("%d: %s", c.Port, strings.Join(names, ", ")), declaredAt(c.Values[0])})
	}
	return ps
}

func upwardPlaces(g *graph.Graph) (ps []FactPlace) {
	for _, r := range upwardReads(g) {
		ps = append(ps, FactPlace{valueName(r.Value), r.At})
	}
	return ps
}

func unreached(g *graph.Graph) (ps []FactPlace) {
	for _, m := range g.Modules {
		if !m.Reachable && m.Instance == "" && m.Role != "unparsed" && m.Role != "helper" {
			ps = append(ps, FactPlace{plural(m.Lines, "line", "lines"), graph.Place{File: m.Path, Line: 1}})
		}
	}
	return ps
}

func disabled(g *graph.Graph) (ps []FactPlace) {
	for _, i := range g.Imports {
		if i.Disabled {
			ps = append(ps, FactPlace{strings.TrimSpace(i.To + " " + i.Reason), i.At})
		}
	}
	return ps
}

func unused(g *graph.Graph) (ps []FactPlace) {
	for _, v := range g.Values {
		if v.FanOut.Reads == 0 && len(v.Declared) > 0 && !v.Registry {
			ps = append(ps, FactPlace{valueName(v), v.Declared[0]})
		}
	}
	return ps
}

func unresolved(g *graph.Graph) (ps []FactPlace) {
	for _, u := range g.Unresolved {
		ps = append(ps, FactPlace{u.Path + ": " + u.Reason, u.At})
	}
	return ps
}

// undeclaredFacts are the values that are read and that nothing declares, each at its first read: first those of which a check is sure,
// then those that something which was not followed may declare, a module of a flake's input say.
func undeclaredFacts(g *graph.Graph, findings []Finding, of func(string, func(*graph.Graph) []FactPlace) []FactPlace) (sure, perhaps []FactPlace) {
	doubt := map[graph.Place]bool{}
	for _, f := range findings {
		if f.Check == "undeclared-value" && f.Severity == "info" {
			doubt[graph.Place{File: f.File, Line: f.Line, Column: f.Column, EndLine: f.EndLine, EndColumn: f.EndColumn}] = true
		}
	}
	told := map[string]bool{}
	for _, p := range of("undeclared-value", undeclared) {
		switch {
		case told[p.Text]:
		case doubt[p.At]:
			perhaps = append(perhaps, p)
		default:
			sure = append(sure, p)
		}
		told[p.Text] = true
	}
	return sure, perhaps
}

func undeclared(g *graph.Graph) (ps []FactPlace) {
	first := map[*graph.Value]bool{}
	for _, r := range g.References {
		if len(r.Value.Declared) == 0 && r.Kind != graph.Guard && !first[r.Value] {
			first[r.Value] = true
			ps = append(ps, FactPlace{r.Value.Path, r.At})
		}
	}
	return ps
}

func missing(g *graph.Graph) (ps []FactPlace) {
	for _, i := range g.Imports {
		if i.Missing && !i.Disabled {
			ps = append(ps, FactPlace{i.To, i.At})
		}
	}
	return ps
}

// layers tells the layer of every file and how high each layer is.
type layers struct {
	of     map[string]string
	height map[string]int
	order  bool
}

func layersOf(g *graph.Graph) layers {
	l := layers{map[string]string{}, map[string]int{}, g.Ordered}
	for _, m := range g.Modules {
		if l.of[m.Path] == "" {
			l.of[m.Path] = m.Layer
		}
	}
	for i, name := range g.Layers {
		l.height[name] = i
	}
	return l
}

// above reports whether file b lies in a higher layer than file a. Files without a layer stand aside.
func (l layers) above(b, a string) bool {
	lb, la := l.of[b], l.of[a]
	hb, okb := l.height[lb]
	ha, oka := l.height[la]
	return l.order && okb && oka && hb > ha
}

// upwardReads lists the reads by a lower layer of a value that only higher layers declare.
func upwardReads(g *graph.Graph) (out []*graph.Reference) {
	l := layersOf(g)
	for _, r := range g.References {
		if r.Kind != graph.Guard && l.violates(r) {
			out = append(out, r)
		}
	}
	return out
}

func (l layers) violates(r *graph.Reference) bool {
	return len(r.Value.Declared) > 0 && !slices.ContainsFunc(r.Value.Declared, func(p graph.Place) bool {
		return !l.above(p.File, r.At.File)
	})
}

// declaredAt is where a value is declared, or the zero Place.
func declaredAt(v *graph.Value) graph.Place {
	if len(v.Declared) == 0 {
		return graph.Place{}
	}
	return v.Declared[0]
}
