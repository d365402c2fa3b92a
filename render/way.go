package render

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"nixsink/graph"
)

// A Way is how a value gets to an option: one flow, and its steps in order.
type Way struct {
	Flow  *graph.Flow
	Steps []graph.Step
}

// Ways are the ways from a value to the options that match, the shortest first.
func Ways(g *graph.Graph, v *graph.Value, option string) []Way {
	var out []Way
	for _, f := range g.Flows.Of(v) {
		if optionMatches(option, f.To) {
			out = append(out, Way{f, stepsOf(g, f)})
		}
	}
	sortWays(out)
	return out
}

// Deciders are the flows that decide the options that match, whatever value they come from; direct ones first.
func Deciders(g *graph.Graph, option string) []Way {
	var out []Way
	for _, f := range g.Flows.Into(func(to string) bool { return optionMatches(option, to) }) {
		out = append(out, Way{f, stepsOf(g, f)})
	}
	sortWays(out)
	return out
}

func sortWays(ways []Way) {
	slices.SortStableFunc(ways, func(a, b Way) int {
		return cmp.Or(
			cmp.Compare(a.Flow.To, b.Flow.To),
			cmp.Compare(len(a.Flow.Through), len(b.Flow.Through)),
			cmp.Compare(kindOrder(a.Flow.Kind), kindOrder(b.Flow.Kind)),
			cmp.Compare(a.Flow.From.Path, b.Flow.From.Path),
			cmp.Compare(a.Flow.At.File, b.Flow.At.File),
			cmp.Compare(a.Flow.At.Span.Start, b.Flow.At.Span.Start),
		)
	})
}

// stepsOf gives a flow's steps. Where a flow through other values brings none of its own, those of its legs are strung together.
func stepsOf(g *graph.Graph, f *graph.Flow) []graph.Step {
	if way := f.Way(); len(way) > 0 || len(f.Through) == 0 {
		return way
	}
	var out []graph.Step
	from, direct := f.From.Path, g.Flows.Direct()
	for _, to := range append(slices.Clone(f.Through), f.To) {
		i := slices.IndexFunc(direct, func(l *graph.Flow) bool { return l.From.Path == from && l.To == to })
		if i < 0 {
			return out
		}
		out = append(out, direct[i].Way()...)
		from = to
	}
	return out
}

// optionMatches reports whether an option that a user names is, or lies above, an option of the graph. A name that the analysis could not
// know is * there, and may be the name the user has in mind; * in what the user names stands for any name.
func optionMatches(asked, option string) bool {
	a, o := graph.SplitPath(asked), graph.SplitPath(option)
	if len(a) > len(o) {
		return false
	}
	for i := range a {
		if a[i] != o[i] && a[i] != "*" && o[i] != "*" {
			return false
		}
	}
	return true
}

// WhyText writes the ways from a value to an option step by step.
func WhyText(w io.Writer, g *graph.Graph, v *graph.Value, option string, o Options) error {
	t := &terminal{bufio.NewWriter(w), o.Color, o.Width}
	ways := Ways(g, v, option)
	if len(ways) == 0 {
		fmt.Fprintf(t, "%s does not flow into %s, as far as the code can be followed.\n", plain(valueName(v)), plain(option))
	}
	for i, way := range ways {
		if i > 0 {
			fmt.Fprintln(t)
		}
		what := string(way.Flow.Kind)
		if len(way.Flow.Through) > 0 {
			what += ", through " + strings.Join(way.Flow.Through, ", ")
		}
		fmt.Fprintf(t, "%s → %s  %s\n", t.style(bold, plain(valueName(v))), t.style(blue, plain(way.Flow.To)), t.style(dim, plain(what)))
		t.steps(g, way)
	}
	return t.Flush()
}

// steps writes each step with the line of source that it happens on.
func (t *terminal) steps(g *graph.Graph, way Way) {
	steps := way.Steps
	if len(steps) == 0 {
		steps = []graph.Step{{What: "defines " + way.Flow.To, At: way.Flow.At}}
	}
	places, whats := 0, 0
	for _, s := range steps {
		places = max(places, utf8.RuneCountInString(plain(where(s.At))))
		whats = max(whats, utf8.RuneCountInString(plain(s.What)))
	}
	for i, s := range steps {
		at, what := plain(where(s.At)), plain(s.What)
		line := fmt.Sprintf("  %2d  %s  %s", i+1, at+pad(at, places), what)
		if text := sourceLine(g, s.At); text != "" {
			line += pad(what, whats) + t.style(dim, "  │ "+cut(plain(text), 80))
		}
		fmt.Fprintln(t, line)
	}
}

// ToText writes which values decide an option, by the options that match.
func ToText(w io.Writer, g *graph.Graph, option string, o Options) error {
	t := &terminal{bufio.NewWriter(w), o.Color, o.Width}
	ways := Deciders(g, option)
	if len(ways) == 0 {
		fmt.Fprintf(t, "No central value decides %s, as far as the code can be followed.\n", plain(option))
	}
	for len(ways) > 0 {
		to := ways[0].Flow.To
		n := slices.IndexFunc(ways, func(w Way) bool { return w.Flow.To != to })
		if n < 0 {
			n = len(ways)
		}
		t.deciders(to, ways[:n])
		if ways = ways[n:]; len(ways) > 0 {
			fmt.Fprintln(t)
		}
	}
	return t.Flush()
}

func (t *terminal) deciders(to string, ways []Way) {
	fmt.Fprintln(t, t.style(bold, plain(to)))
	wide := 0
	for _, w := range ways {
		wide = max(wide, utf8.RuneCountInString(plain(valueName(w.Flow.From))))
	}
	for i, w := range ways {
		name, kind := plain(valueName(w.Flow.From)), string(w.Flow.Kind)
		line := "  " + turn(i, len(ways)) + " " + t.style(blue, name) + pad(name, wide) + "  " + t.style(dim, kind+pad(kind, len("default"))) + "  " + plain(where(w.Flow.At))
		if len(w.Flow.Through) > 0 {
			line += t.style(dim, "  through "+plain(strings.Join(w.Flow.Through, ", ")))
		}
		fmt.Fprintln(t, line)
	}
}

// WaysJSON writes the ways to an option for programs: from one value, or from all of them if v is nil.
func WaysJSON(w io.Writer, g *graph.Graph, v *graph.Value, option string) error {
	ways := Deciders(g, option)
	doc := object{"schema": Schema, "option": option}
	if v != nil {
		ways = Ways(g, v, option)
		doc["value"] = v.Path
	}
	doc["ways"] = list(ways, func(w Way) any {
		flow := jsonFlow(g, w.Flow).(object)
		flow["steps"] = list(w.Steps, func(s graph.Step) any { return located(s.At, object{"what": s.What}) })
		return flow
	})
	return encode(w, doc)
}
