package render

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"nixsink/graph"
)

// The first screen has so many lines, whatever the repository: what its owner does not know, the values that matter, what to type next.
const (
	screenLines = 40
	screenFacts = 18 // at most, of these
	factMost    = 3  // places of one fact
)

// summary writes the first screen of a report.
func (t *terminal) summary(g *graph.Graph, o Options) {
	left := screenLines - o.Above - t.head(g, o)
	next := nextCommands(g, o)
	left -= len(next) + 3              // with its heading
	if g.Empty != "" && o.Above == 0 { // else it stands above
		t.nothing(g)
	}
	news := News(g, o.Findings)
	vs, _ := critical(g, 1<<30, 0)
	if len(news) > 0 {
		room := max(left-4-min(len(vs), 8), 2*min(len(news), 6))
		if len(vs) > 0 {
			room = min(room, screenFacts)
		}
		left -= t.news(news, room) + 3
	}
	if len(vs) > 0 {
		t.topValues(g, o.Findings, vs, max(left-4, 3))
	}
	t.section("Next")
	t.commands(next)
}

// news writes facts, each with some of its places, in at most so many lines; it gives their number. Every fact has a line, and what room is
// left goes round among them, for a fact without a place is hard to act on.
func (t *terminal) news(facts []Fact, room int) int {
	if len(facts) > room/2 {
		facts = facts[:max(1, room/2)]
	}
	shown := make([]int, len(facts))
	lines := len(facts)
	for round := 1; round <= factMost; round++ {
		for i, f := range facts {
			if shown[i] < round && len(f.Places) >= round && lines < room {
				shown[i]++
				lines++
			}
		}
	}
	t.section("Worth knowing")
	for i, f := range facts {
		mark, code := "•", yellow
		if f.Bad {
			mark, code = "✗", red
		}
		text := f.Text
		if more := len(f.Places) - shown[i]; more > 0 && shown[i] > 0 {
			text += ", such as"
		}
		fmt.Fprintf(t, "  %s %s\n", t.style(code, mark), cut(plain(text), t.width-4))
		for _, p := range f.Places[:shown[i]] {
			t.newsPlace(p)
		}
	}
	return lines
}

// newsPlace writes a place and what is there, in one line: of a long path the end tells more, of a long text the beginning.
func (t *terminal) newsPlace(p FactPlace) {
	room := t.width - 6
	at, text := plain(where(p.At)), plain(oneLine(p.Text))
	if p.At.File == "" {
		fmt.Fprintf(t, "      %s\n", cut(text, room))
		return
	}
	// The text has what it needs, but at most half; the place has the rest.
	need := min(utf8.RuneCountInString(text), room/2)
	at = cutFront(at, room-need-2)
	fmt.Fprintf(t, "      %s  %s\n", at, t.style(dim, cut(text, room-utf8.RuneCountInString(at)-2)))
}

// cutFront shortens a text to n characters from its beginning.
func cutFront(s string, n int) string {
	r := []rune(s)
	if n < 8 || len(r) <= n {
		return s
	}
	return "…" + string(r[len(r)-n+1:])
}

// topValues writes the most read values, one line each, in at most so many lines.
func (t *terminal) topValues(g *graph.Graph, findings []Finding, vs []*graph.Value, room int) {
	shown := vs
	if len(shown) > room {
		shown = shown[:max(room-1, 1)]
	}
	t.section("Central values, most read first")
	rows := [][]string{{"", "reads", "modules", "options", ""}}
	decl := declarationsOf(g, findings)
	for _, v := range shown {
		at := "not declared in this tree"
		if p := decl.at(v); p.File != "" {
			at = where(p)
		}
		rows = append(rows, []string{valueName(v), count(v.FanOut.Reads), count(v.FanOut.Modules), count(v.FanOut.Reach), at})
	}
	// The numbers take what they need; the name and the place share what is left.
	wide := make([]int, 5)
	for _, row := range rows {
		for i, cell := range row {
			wide[i] = max(wide[i], utf8.RuneCountInString(plain(cell)))
		}
	}
	room = t.width - 2 - 8 - wide[1] - wide[2] - wide[3]
	if wide[0]+wide[4] > room {
		wide[0] = max(min(wide[0], room-min(wide[4], room*2/5)), 8)
		wide[4] = max(room-wide[0], 8)
	}
	for i, row := range rows {
		line := "  "
		name := cutFront(plain(row[0]), wide[0])
		line += t.style(bold, name) + pad(name, wide[0])
		for c := 1; c <= 3; c++ {
			line += "  " + pad(row[c], wide[c]) + row[c]
		}
		at := cutFront(plain(row[4]), wide[4])
		if i == 0 {
			line = t.style(dim, line)
		}
		fmt.Fprintln(t, strings.TrimRight(line+"  "+t.style(dim, at), " "))
	}
	rest := 0
	for _, v := range g.Values {
		if v.FanOut.Reads > 0 && !slices.Contains(shown, v) {
			rest++
		}
	}
	if rest > 0 {
		fmt.Fprintf(t, "  %s\n", t.style(dim, "… and "+plural(rest, "more that is read", "more that are read")))
	}
}

// A command is a line to type, with what it shows.
type command struct{ line, what string }

// nextCommands are what a reader of the first screen may want next, with names from this repository.
func nextCommands(g *graph.Graph, o Options) []command {
	here := ""
	if o.Path != "" {
		here = " " + o.Path
	}
	var out []command
	if name := mostDeclared(g); g.Empty != "" && name != "" {
		out = append(out, command{"nixsink --root " + name + here, "the namespace that most options are declared under"})
	}
	if vs, _ := critical(g, 1, 1); len(vs) > 0 {
		out = append(out, command{"nixsink trace " + valueName(vs[0]) + here, "where it comes from and ends up"})
		out = append(out, command{"nixsink graph" + here + " -o values.svg", "the picture"})
	}
	if n := len(o.Findings); n > 0 {
		out = append(out, command{"nixsink check" + here, findingCounts(o.Findings)})
	}
	return append(out, command{"nixsink report" + here + " --long", "everything"})
}

// findingCounts is "2 errors, 12 warnings, 40 informations", what there is of them.
func findingCounts(findings []Finding) string {
	var words []string
	for _, s := range []string{"error", "warning", "info"} {
		n := 0
		for _, f := range findings {
			if f.Severity == s {
				n++
			}
		}
		one := strings.Replace(s, "info", "information", 1)
		if n > 0 {
			words = append(words, plural(n, one, one+"s"))
		}
	}
	return strings.Join(words, ", ")
}

// Hint says which namespace a tree may mean where nothing is declared or read under the one that is tracked: "" if there is no other.
func Hint(g *graph.Graph) string {
	name := mostDeclared(g)
	if g.Empty == "" || name == "" {
		return ""
	}
	return "most options here are declared under " + name + ": --root " + name
}

// mostDeclared is the first name that most options of the tree are declared under, as a shell takes it; "" if there is none.
func mostDeclared(g *graph.Graph) string {
	counts := map[string]int{}
	for _, o := range g.Declared {
		if first := graph.SplitPath(graph.InHome(o.Path))[0]; !strings.ContainsAny(first, "*\"$ ") {
			counts[first]++
		}
	}
	best := ""
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		if counts[name] > counts[best] {
			best = name
		}
	}
	return best
}

func (t *terminal) commands(cs []command) {
	wide := 0
	for _, c := range cs {
		wide = max(wide, utf8.RuneCountInString(plain(c.line)))
	}
	for _, c := range cs {
		line := plain(c.line)
		fmt.Fprintln(t, strings.TrimRight("  "+t.style(bold, line)+pad(line, wide)+"  "+t.style(dim, cut(c.what, max(t.width-wide-4, 8))), " "))
	}
}
