package render

import (
	"fmt"
	"slices"
	"strings"

	"nixsink/graph"
)

// News is what the first screen tells: the facts, with what is no mistake but what an owner most likely does not know, worst first.
func News(g *graph.Graph, findings []Finding) []Fact {
	facts := Facts(g, findings)
	first := len(facts)
	for i, f := range facts {
		if !f.Bad {
			first = i
			break
		}
	}
	var more []Fact
	if f, ok := hostsDiffer(g); ok {
		more = append(more, f)
	}
	if f, ok := widest(g); ok {
		more = append(more, f)
	}
	if f, ok := copies(g, findings); ok {
		more = append(more, f)
	}
	return slices.Insert(facts, first, more...)
}

// widest tells of the value that reaches the most options, and which services these belong to. What reaches a few only is no news, and
// neither is a switch: it decides all that its module sets.
func widest(g *graph.Graph) (Fact, bool) {
	var top *graph.Value
	for _, v := range g.Values {
		if v.Segments[len(v.Segments)-1] == "enable" || strings.HasSuffix(v.Type, "bool") || v.Default == "true" || v.Default == "false" {
			continue
		}
		if top == nil || v.FanOut.Reach > top.FanOut.Reach || v.FanOut.Reach == top.FanOut.Reach && byReads(v, top) < 0 {
			top = v
		}
	}
	if top == nil || top.FanOut.Reach < 5 {
		return Fact{}, false
	}
	reached := map[string]int{}
	for _, f := range g.Flows.Of(top) {
		if f.ToValue == nil {
			name, _ := serviceOf(f.To)
			reached[name]++
		}
	}
	names := make([]string, 0, len(reached))
	for name := range reached {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if reached[a] != reached[b] {
			return reached[b] - reached[a]
		}
		return strings.Compare(a, b)
	})
	text := fmt.Sprintf("%s reaches most, switches aside: %s, read in %s", valueName(top), plural(top.FanOut.Reach, "option", "options"), plural(top.FanOut.Modules, "module", "modules"))
	return Fact{Text: text, Places: []FactPlace{{strings.Join(names, ", "), declaredAt(top)}}}, true
}

// copies are the literals that repeat a central value by hand.
func copies(g *graph.Graph, findings []Finding) (Fact, bool) {
	names := map[string]string{}
	for _, v := range g.Values {
		names[v.Path] = valueName(v)
	}
	var ps []FactPlace
	for _, f := range findings {
		if f.Check != "hard-coded-copy" || f.Severity == "info" {
			continue
		}
		name := names[f.Value]
		if name == "" {
			name = f.Value
		}
		ps = append(ps, FactPlace{name, graph.Place{File: f.File, Line: f.Line, Column: f.Column}})
	}
	if len(ps) == 0 {
		return Fact{}, false
	}
	text := "1 place repeats a central value by hand"
	if len(ps) > 1 {
		text = count(len(ps)) + " places repeat a central value by hand"
	}
	return Fact{Text: text, Places: ps}, true
}
