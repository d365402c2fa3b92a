package render

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"nixsink/graph"
	"nixsink/internal/escape"
)

// A terminal writes lines for a person's terminal. Every name passes through plain, so that no file name can move the cursor.
type terminal struct {
	*bufio.Writer
	color bool
	width int
}

const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
	blue   = "34"
)

func (t *terminal) style(code, s string) string {
	if !t.color || s == "" || code == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// plain makes a name safe and visible: control characters and marks that turn the writing direction are spelled out.
func plain(s string) string { return escape.Terminal(s) }

func writeText(_ context.Context, w io.Writer, g *graph.Graph, o Options) error {
	t := &terminal{bufio.NewWriter(w), o.Color, o.Width}
	if t.width == 0 {
		t.width = 100
	}
	if !o.Long && len(o.Sections) == 0 {
		t.summary(g, o)
		return t.Flush()
	}
	t.head(g, o)
	if g.Empty != "" {
		t.nothing(g)
	}
	wants := func(name string) bool { return len(o.Sections) == 0 || slices.Contains(o.Sections, name) }
	if wants("facts") {
		t.facts(g, o.Findings)
	}
	if wants("values") {
		t.trees(g, o)
	}
	if wants("coverage") {
		t.coverage(g)
	}
	if wants("metrics") {
		t.metrics(g, o)
	}
	if wants("findings") {
		t.findings(o)
	}
	return t.Flush()
}

// nothing says why there is nothing to show.
func (t *terminal) nothing(g *graph.Graph) {
	fmt.Fprintln(t)
	for _, l := range wrapWords("Nothing to show: "+plain(oneLine(g.Empty)), t.width) {
		fmt.Fprintln(t, l)
	}
}

// Sections are the parts of the long report, in their order.
var Sections = []string{"facts", "values", "coverage", "metrics", "findings"}

// moduleFiles counts the files that take part; one that is called to make several modules is one.
func moduleFiles(g *graph.Graph) int {
	seen := map[string]bool{}
	for _, m := range g.Modules {
		seen[m.Path] = true
	}
	return len(seen)
}

// head writes what was read, in lines of the terminal's width, and gives their number.
func (t *terminal) head(g *graph.Graph, o Options) (lines int) {
	title := "nixsink"
	if o.Title != "" {
		title = cut(plain(oneLine(o.Title)), max(8, t.width/2))
	}
	counts := fmt.Sprintf("%s, %s, %s, %s", plural(moduleFiles(g), "module", "modules"), plural(g.Source.Lines, "line", "lines"),
		plural(len(g.Values), "central value", "central values"), plural(reads(g), "reference", "references"))
	// Of a file, which has no width, a line is as long as what it says.
	width := t.width
	if width == 0 {
		width = 1 << 20
	}
	for i, l := range wrapWords(counts, width-utf8.RuneCountInString(title)-2) {
		if i == 0 {
			fmt.Fprintf(t, "%s  %s\n", t.style(bold, title), l)
		} else {
			fmt.Fprintf(t, "%s%s\n", pad("", utf8.RuneCountInString(title)+2), l)
		}
		lines++
	}
	say := func(code, s string) {
		for i, l := range wrapWords(plain(oneLine(s)), width-2) {
			if i > 0 {
				l = "  " + l
			}
			fmt.Fprintf(t, "%s\n", t.style(code, l))
			lines++
		}
	}
	if hosts := len(g.Hosts()); hosts > 1 {
		say(dim, count(hosts)+" hosts (nixsink hosts lists them)")
	}
	if o.Long || len(g.Roots) < 2 {
		for _, r := range g.Roots {
			say(dim, "tracked: "+rootName(r)+" ("+r.Why+")")
		}
	} else {
		var names []string
		for _, r := range g.Roots {
			names = append(names, rootName(r))
		}
		say(dim, "tracked: "+strings.Join(names, ", ")+" (--long says why)")
	}
	var others []string
	for _, u := range g.Account.Untracked[:min(len(g.Account.Untracked), untrackedShown)] {
		if o.Long || len(g.Account.Untracked) == 1 {
			say(dim, untrackedText(u))
			continue
		}
		others = append(others, fmt.Sprintf("%s (%s)", rootName(graph.Root{Path: u.Path, Argument: u.Argument}), plural(u.Reads, "read", "reads")))
	}
	if len(others) > 0 {
		say(dim, "not tracked: "+strings.Join(others, ", ")+"; "+g.Account.Untracked[0].Flag()+" and so on")
	}
	if s := accountText(g.Account); s != "" {
		say(dim, s)
	}
	if why := g.Missing(); why != "" {
		say(red, "INCOMPLETE: "+why+"; the figures below leave that out.")
	}
	return lines
}

func rootName(r graph.Root) string {
	if r.Argument {
		return "the module argument " + r.Path
	}
	return "config." + r.Path
}

// reads counts the references, guards aside.
func reads(g *graph.Graph) int {
	n := 0
	for _, r := range g.References {
		if r.Kind != graph.Guard {
			n++
		}
	}
	return n
}

// factPlaces is how many places the report shows of a fact; JSON and the findings have them all.
const factPlaces = 4

func (t *terminal) facts(g *graph.Graph, findings []Finding) {
	facts := Facts(g, findings)
	if len(facts) == 0 {
		return
	}
	t.section("Worth knowing")
	for _, f := range facts {
		mark, code := "•", yellow
		if f.Bad {
			mark, code = "✗", red
		}
		fmt.Fprintf(t, "  %s %s\n", t.style(code, mark), cut(plain(f.Text), t.width-4))
		shown := f.Places[:min(len(f.Places), factPlaces)]
		wide := 0
		for _, p := range shown {
			wide = max(wide, min(utf8.RuneCountInString(plain(where(p.At))), t.width*3/5))
		}
		for _, p := range shown {
			at := cutFront(plain(where(p.At)), wide)
			fmt.Fprintf(t, "      %s%s\n", at+pad(at, wide), t.style(dim, "   "+cut(plain(p.Text), t.width-wide-9)))
		}
		if more := len(f.Places) - len(shown); more > 0 {
			fmt.Fprintf(t, "      %s\n", t.style(dim, "… and "+count(more)+" more"))
		}
	}
}

func (t *terminal) trees(g *graph.Graph, o Options) {
	vs, more := critical(g, o.Top, treesText)
	if len(vs) == 0 {
		return
	}
	t.section("Critical values")
	annotated := len(g.Annotations) > 0
	for i, tr := range trees(g, vs) {
		if i > 0 {
			fmt.Fprintln(t)
		}
		t.tree(tr, annotated, treeReads, treeServices)
	}
	if more > 0 {
		fmt.Fprintf(t, "\n%s\n", t.style(dim, fmt.Sprintf("… and %s (--top %d shows them)", plural(more, "more critical value", "more critical values"), len(vs)+more)))
	}
}

// A report shows so many values, and so many readers and services of a value; `nixsink trace` shows all.
const (
	treesText    = 20
	treeReads    = 12
	treeServices = 12
	treeLines    = 2 // of options a service
)

// tree writes one value as reviews show it: its readers, then the options that it ends up in. Where nobody
// annotates, saying so at every line would only be noise.
func (t *terminal) tree(tr tree, annotated bool, maxReads, maxServices int) {
	counts := fmt.Sprintf(" (%s, %s)", plural(tr.value.FanOut.Reads, "reference", "references"), plural(tr.value.FanOut.Modules, "module", "modules"))
	nowhere := ""
	if len(tr.value.Declared) == 0 && tr.held == "" {
		nowhere = "  declared nowhere"
	}
	room := t.width - utf8.RuneCountInString(counts+nowhere)
	name := clip(plain(tr.name), room)
	head := t.style(bold, name) + counts
	if room -= utf8.RuneCountInString(name) + 2; tr.name != tr.value.Path && room > 8 {
		head += t.style(dim, "  "+clip(plain(tr.value.Path), room))
	}
	fmt.Fprintln(t, head+t.style(red, nowhere))
	shown := tr.reads[:min(len(tr.reads), maxReads)]
	more := len(tr.reads) - len(shown)
	wide := 0
	for _, r := range shown {
		wide = max(wide, min(utf8.RuneCountInString(plain(where(r.At))), t.width/2))
	}
	for i, r := range shown {
		branch := "├─"
		if i == len(shown)-1 && more == 0 && len(tr.landsIn) == 0 {
			branch = "└─"
		}
		at := cutFront(plain(where(r.At)), wide)
		missing, note := "", hostNote(tr.g, r.In)
		if annotated && !r.Covered {
			missing = "  (no source-id)"
		}
		if note != "" {
			note = "  " + plain(note)
		}
		// The name gives way to what is said of it, which is short.
		room := t.width - 8 - wide - utf8.RuneCountInString(missing)
		note = clip(note, max(0, room-8))
		name := clip(plain(r.Name), max(1, room-utf8.RuneCountInString(note)))
		line := "  " + branch + " " + at + pad(at, wide) + "   " + name + t.style(yellow, missing) + t.style(dim, note)
		fmt.Fprintln(t, strings.TrimRight(line, " "))
	}
	if more > 0 {
		branch := "├─"
		if len(tr.landsIn) == 0 {
			branch = "└─"
		}
		fmt.Fprintf(t, "  %s %s\n", branch, t.style(dim, fmt.Sprintf("… and %d more (nixsink trace %s)", more, plain(tr.name))))
	}
	if len(tr.landsIn) > 0 {
		fmt.Fprintf(t, "  └─ %s\n", t.style(dim, "ends up in"))
		t.landings(tr.landsIn, maxServices)
	}
}

// landings writes the options by service.
func (t *terminal) landings(all []service, most int) {
	shown := all[:min(len(all), most)]
	wide := 0
	for _, s := range shown {
		wide = max(wide, min(utf8.RuneCountInString(plain(s.name)), t.width*2/5))
	}
	for _, s := range shown {
		name := cutFront(plain(s.name), wide)
		prefix := "     " + t.style(blue, name) + pad(name, wide) + "  "
		var items []string
		for _, l := range s.options {
			item := plain(l.option)
			if what := l.what(); what != "" {
				item = strings.TrimSpace(item + " (" + plain(what) + ")")
			}
			items = append(items, item)
		}
		lines := wrap(items, max(30, t.width-wide-7))
		if len(lines) > treeLines {
			lines = append(lines[:treeLines-1], fmt.Sprintf("… %d in all", len(items)))
		}
		for i, line := range lines {
			if i > 0 {
				prefix = strings.Repeat(" ", wide+7)
			}
			fmt.Fprintln(t, strings.TrimRight(prefix+clip(line, t.width-wide-7), " "))
		}
	}
	if more := len(all) - len(shown); more > 0 {
		fmt.Fprintf(t, "     %s\n", t.style(dim, "… and "+plural(more, "more group", "more groups")+" of options"))
	}
}

func (t *terminal) coverage(g *graph.Graph) {
	t.section("Coverage")
	rows := [][]string{}
	annotated := len(g.Annotations) > 0
	for _, c := range coverageRows(g) {
		if c.ratio.Total == 0 || c.annotations && !annotated {
			continue // a row of zeros tells nothing
		}
		rows = append(rows, []string{c.name, bar(c.ratio), percent(c.ratio.Value()), fraction(c.ratio, c.of), c.note})
	}
	t.fit(rows, false)
	if len(g.Coverage.ByLayer) == 0 || !annotated {
		return
	}
	fmt.Fprintf(t, "\n  %s\n", t.style(dim, "source-id coverage by layer"))
	rows = nil
	for _, name := range layerNames(g) {
		r := g.Coverage.ByLayer[name]
		label := name
		if name == "" {
			label = "(no layer)"
		}
		rows = append(rows, []string{label, bar(r), percent(r.Value()), fraction(r, "references"), ""})
	}
	t.fit(rows, false)
}

// coverageRow is one line of the coverage table.
type coverageRow struct {
	name  string
	ratio graph.Ratio
	of    string
	note  string

	annotations bool // it is of what annotations say
}

func coverageRows(g *graph.Graph) []coverageRow {
	c := g.Coverage
	note := ""
	if c.SourceID.Unresolved > 0 {
		note = fmt.Sprintf("at least %s with %s unresolved", percent(c.SourceID.LowerBound()), count(c.SourceID.Unresolved))
	}
	return []coverageRow{
		{"source-id", c.SourceID, "references", note, true},
		{"declaration", c.Declaration, "values", "", true},
		{"sink", c.Sink, "value–option pairs", "", true},
		{"precision", c.Precision, "annotations", "", true},
		{"documented modules", c.DocModules, "modules", "", false},
		{"documented options", c.DocOptions, "options", "", false},
	}
}

// layerNames lists the layers that coverage knows: in their order, what has none last.
func layerNames(g *graph.Graph) []string {
	var out []string
	for _, l := range g.Layers {
		if _, ok := g.Coverage.ByLayer[l]; ok {
			out = append(out, l)
		}
	}
	var rest []string
	for l := range g.Coverage.ByLayer {
		if !slices.Contains(out, l) {
			rest = append(rest, l)
		}
	}
	slices.SortFunc(rest, func(a, b string) int {
		if (a == "") != (b == "") {
			return map[bool]int{true: 1, false: -1}[a == ""]
		}
		return strings.Compare(a, b)
	})
	return append(out, rest...)
}

// bar draws a share in ten cells. What is not all is never drawn as full, what is something never as empty.
func bar(r graph.Ratio) string {
	v, ok := r.Value()
	if !ok {
		return "··········"
	}
	n := int(v*10 + 0.5)
	if v < 1 {
		n = min(n, 9)
	}
	if v > 0 {
		n = max(n, 1)
	}
	return strings.Repeat("█", n) + strings.Repeat("░", 10-n)
}

func (t *terminal) metrics(g *graph.Graph, o Options) {
	t.section("Metrics")
	rows := [][]string{{"metric", "value", "benchmark", "verdict", ""}}
	for _, m := range Metrics(g, o.Benchmarks) {
		if len(g.Annotations) == 0 && m.Name == sourceIDMetric {
			continue // where nobody annotates, nothing is missing
		}
		rows = append(rows, []string{m.Name, m.Value, m.Benchmark, string(m.Verdict), m.Note})
	}
	t.fit(rows, true)
}

// findings sums the findings up: a line a check with its first place; `nixsink check` prints them all.
func (t *terminal) findings(o Options) {
	if len(o.Findings) == 0 {
		return
	}
	t.section("Findings")
	var rows [][]string
	for _, s := range sumUp(o.Findings) {
		rows = append(rows, []string{s.severity, s.check, count(s.n), s.first})
	}
	t.fit(rows, false)
}

// A checkSum is what one check found, counted.
type checkSum struct {
	check, severity, first string
	n                      int
}

func sumUp(fs []Finding) []checkSum {
	index := map[string]int{}
	var out []checkSum
	for _, f := range fs {
		i, ok := index[f.Check]
		if !ok {
			i = len(out)
			index[f.Check] = i
			out = append(out, checkSum{check: f.Check, severity: f.Severity, first: fmt.Sprintf("%s:%d", f.File, f.Line)})
		}
		out[i].n++
		if severityOrder(f.Severity) < severityOrder(out[i].severity) {
			out[i].severity = f.Severity
		}
	}
	slices.SortStableFunc(out, func(a, b checkSum) int {
		if d := severityOrder(a.severity) - severityOrder(b.severity); d != 0 {
			return d
		}
		return strings.Compare(a.check, b.check)
	})
	return out
}

func severityOrder(s string) int {
	if i := slices.Index([]string{"error", "warning", "info"}, s); i >= 0 {
		return i
	}
	return 3
}

func (t *terminal) section(title string) {
	fmt.Fprintf(t, "\n%s\n\n", t.style(bold, title))
}

// table writes rows with aligned columns. Numbers are not aligned to the right: the columns are read line by line.
func (t *terminal) table(rows [][]string) {
	var wide []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(wide) {
				wide = append(wide, 0)
			}
			wide[i] = max(wide[i], utf8.RuneCountInString(plain(cell)))
		}
	}
	for _, row := range rows {
		line := " "
		for i, cell := range row {
			cell = plain(cell)
			line += " " + t.style(cellColor(cell), cell) + pad(cell, wide[i]) + " "
		}
		fmt.Fprintln(t, strings.TrimRight(line, " "))
	}
}

func cellColor(cell string) string {
	switch {
	case cell == string(Pass):
		return green
	case cell == string(Fail), cell == "error":
		return red
	case cell == "warning":
		return yellow
	case cell == string(NotApplicable), cell == "··········", cell == "info":
		return dim
	}
	return ""
}

func where(p graph.Place) string {
	if p.File == "" {
		return "(nowhere)"
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

func pad(s string, to int) string {
	return strings.Repeat(" ", max(0, to-utf8.RuneCountInString(s)))
}

// cut shortens a text to n characters.
func cut(s string, n int) string {
	if n < 8 || utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

// wrap joins items with commas into lines of at most width characters; an item is never broken.
func wrap(items []string, width int) []string {
	var lines []string
	line := ""
	for i, item := range items {
		if i < len(items)-1 {
			item += ","
		}
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(item) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += item
	}
	return append(lines, line)
}
