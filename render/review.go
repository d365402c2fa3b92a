package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/internal/check"
	"nixsink/internal/review"
)

// A ReviewPage is a review with what it is shown beside.
type ReviewPage struct {
	*review.Review
	Name    string            // of the repository, in comparisons
	Commits []review.Commit   // newest first; nil where none were looked at
	Against []review.Compared // other repositories
	NoLog   string            // why there are no commits; "" if nobody asked for any, or there are some
}

// reviewValues is how many central values a review draws as trees.
const reviewValues = 5

// A reviewPart is one section of a review: a table, or trees. All formats for people are made of these.
type reviewPart struct {
	title string
	note  []string // sentences below the title
	head  []string
	rows  [][]reviewCell
	trees bool // the central values, drawn as text
	items []reviewItem
}

// A reviewItem is one thing to do: a list of them reads better than a table.
type reviewItem struct {
	group, text, effort string
	places              []graph.Place // the first few
	more                int
}

// A reviewCell is a cell of a table; where it has a place, that is linked, and named if there is no text.
type reviewCell struct {
	text string
	at   graph.Place
	code bool // a name, not prose
}

func said1(format string, args ...any) reviewCell {
	return reviewCell{text: fmt.Sprintf(format, args...)}
}
func name1(s string) reviewCell    { return reviewCell{text: s, code: true} }
func at1(p graph.Place) reviewCell { return reviewCell{at: p} }

// parts makes the sections of a review, those with something in them.
func (p *ReviewPage) parts(g *graph.Graph, o Options) []reviewPart {
	all := []reviewPart{p.scored(), p.advised(), p.quality(g, o), p.layered(g), p.registry(g, o), p.policed(), p.hardened(), p.exposed(g), p.secret(g), p.accessed(g), p.kept(g),
		{title: "Central values that matter most", trees: true}, p.changed(), p.compared(), p.unknowable()}
	return slices.DeleteFunc(all, func(s reviewPart) bool { return len(s.rows)+len(s.note)+len(s.items) == 0 && !s.trees })
}

func points(share float64, known bool) string {
	if !known {
		return "n/a"
	}
	return fmt.Sprintf("%.1f", share*10)
}

func (p *ReviewPage) total() string {
	if !p.Score.Known {
		return "n/a: nothing could be measured"
	}
	return fmt.Sprintf("%.1f of 10, over %d of %d categories", p.Score.Points, p.Score.Measured, len(p.Score.Categories))
}

func (p *ReviewPage) scored() reviewPart {
	s := reviewPart{title: "Score", note: []string{p.total() + " that could be measured. Each is a share of what was counted, weighted."}, head: []string{"category", "points", "weight", "counted", "what"}}
	for _, c := range p.Score.Categories {
		counted := "nothing to count"
		if c.Known {
			counted = fmt.Sprintf("%s of %s", count(c.Ratio.Covered), count(c.Ratio.Total))
			if c.Name == "errors" {
				counted = fmt.Sprintf("%s in %s", plural(c.Ratio.Covered, "error", "errors"), plural(c.Ratio.Total, "module", "modules"))
			}
		}
		s.rows = append(s.rows, []reviewCell{said1("%s", c.Name), said1("%s", points(c.Share, c.Known)), said1("%d", c.Weight), said1("%s", counted), said1("%s", c.Of)})
	}
	return s
}

// advicePlaces is how many places of an advice are named.
const advicePlaces = 3

func (p *ReviewPage) advised() reviewPart {
	s := reviewPart{title: "What to do"}
	for _, a := range p.Advice {
		text := a.Text
		if a.Check != "" {
			text += " (" + a.Check + ")"
		}
		n := min(advicePlaces, len(a.Places))
		s.items = append(s.items, reviewItem{a.Priority.String(), text, a.Effort(), a.Places[:n], len(a.Places) - n})
	}
	if len(s.items) == 0 {
		s.note = []string{"Nothing that could be found."}
	}
	return s
}

func (p *ReviewPage) quality(g *graph.Graph, o Options) reviewPart {
	s := reviewPart{title: "Code quality", head: []string{"metric", "value", "benchmark", "status", "note"}}
	for _, m := range Metrics(g, o.Benchmarks) {
		note := said1("%s", m.Note)
		if m.Name == "longest module" && m.Note != "" {
			note = reviewCell{text: m.Note, at: graph.Place{File: m.Note, Line: 1}, code: true}
		}
		s.rows = append(s.rows, []reviewCell{said1("%s", m.Name), said1("%s", m.Value), said1("%s", m.Benchmark), said1("%s", m.Verdict), note})
	}
	return s
}

func (p *ReviewPage) layered(g *graph.Graph) reviewPart {
	s := reviewPart{title: "Layers", head: []string{"layer", "modules", "lines", "values", "reads", "upward", "longest module"}}
	if !g.Ordered {
		s.note = []string{"The folders have no order, so no read goes against it; layers in the configuration file, or numbers in the names, give them one."}
	}
	for _, l := range p.Layers {
		longest := reviewCell{}
		if l.Longest != nil {
			longest = reviewCell{text: fmt.Sprintf("%s (%s)", l.Longest.Path, plural(l.Longest.Lines, "line", "lines")), at: graph.Place{File: l.Longest.Path, Line: 1}, code: true}
		}
		upward := count(l.Upward)
		if !g.Ordered {
			upward = "n/a"
		}
		s.rows = append(s.rows, []reviewCell{name1(cmp.Or(l.Name, "(no layer)")), said1("%s", count(l.Modules)), said1("%s", count(l.Lines)), said1("%s", count(l.Declares)), said1("%s", count(l.Reads)), said1("%s", upward), longest})
	}
	return s
}

func (p *ReviewPage) registry(g *graph.Graph, o Options) reviewPart {
	s := reviewPart{title: "Port registry", head: []string{"port", "value", "read by", "set in"}}
	ports := Ports(g)
	twice := map[*graph.Value]int{}
	for _, c := range Collisions(g, o.Findings) {
		for _, v := range c.Values {
			twice[v] = c.Port
		}
	}
	ranges := map[int]int{}
	for _, x := range ports {
		ranges[x.Number/1000]++
		by := "nobody"
		if n := len(x.Readers); n > 0 {
			by = x.Readers[0]
			if n > 1 {
				by += fmt.Sprintf(" +%d", n-1)
			}
		}
		number := fmt.Sprint(x.Number)
		if twice[x.Value] == x.Number {
			number += " (given out twice)"
		}
		s.rows = append(s.rows, []reviewCell{said1("%s", number), name1(valueName(x.Value)), name1(by), at1(x.At)})
	}
	if len(ports) == 0 {
		return reviewPart{}
	}
	s.note = []string{fmt.Sprintf("%s in %s of a thousand; %s given out more than once.", plural(len(ports), "port", "ports"), plural(len(ranges), "range", "ranges"), plural(len(Collisions(g, o.Findings)), "number is", "numbers are"))}
	return s
}

func (p *ReviewPage) policed() reviewPart {
	s := reviewPart{title: "Policy", head: []string{"module", "assertions", "in force", "why not"}}
	for _, m := range p.Policy.Modules {
		force := "yes"
		if !m.InForce {
			force = "no"
		}
		s.rows = append(s.rows, []reviewCell{{at: graph.Place{File: m.File, Line: m.Line}}, said1("%s", count(m.Assertions)), said1("%s", force), said1("%s", m.Why)})
	}
	if len(s.rows) == 0 {
		s.note = append(s.note, "No module asserts anything.")
	}
	if n := len(p.Policy.Disabled); n > 0 {
		text := plural(n, "import is", "imports are") + " commented out: "
		var files []string
		for _, im := range p.Policy.Disabled {
			if !slices.Contains(files, im.To) { // that several modules do without
				files = append(files, im.To)
			}
		}
		text += strings.Join(files[:min(len(files), 6)], ", ")
		if len(files) > 6 {
			text += fmt.Sprintf(", and %d more", len(files)-6)
		}
		s.note = append(s.note, text+".")
	}
	return s
}

// hardened is a table of the services that the tree starts, the barest first; then those that it adjusts.
func (p *ReviewPage) hardened() reviewPart {
	s := reviewPart{title: "Hardening of services", head: []string{"service", "set", "asked", "kind", "where"}}
	own, unknown := slices.Clone(p.Services), 0
	own = slices.DeleteFunc(own, func(x check.Service) bool {
		if x.Opaque && x.Own {
			unknown++
		}
		return x.Opaque || !x.Own && len(x.Has) == 0
	})
	slices.SortStableFunc(own, func(a, b check.Service) int {
		if a.Own != b.Own {
			return map[bool]int{true: -1, false: 1}[a.Own]
		}
		return cmp.Or(cmp.Compare(len(a.Has), len(b.Has)), strings.Compare(a.Name, b.Name))
	})
	for _, x := range own {
		kind := "adjusted here; nixpkgs may harden it more"
		switch {
		case x.Own && x.Oneshot:
			kind = "started here, runs once"
		case x.Own:
			kind = "started here"
		}
		s.rows = append(s.rows, []reviewCell{name1(x.Name), said1("%d", len(x.Has)), said1("%d", x.Asked), said1("%s", kind), at1(x.At)})
	}
	if len(s.rows) > 0 {
		s.note = []string{fmt.Sprintf("%s of the options asked for are set in the services that this tree starts itself (%s).", percent(p.Hardening.Value()), fraction(p.Hardening, "options"))}
	}
	if unknown > 0 {
		s.note = append(s.note, plural(unknown, "more service gets its configuration", "more services get their configuration")+" from what is not known.")
	}
	return s
}

func (p *ReviewPage) exposed(g *graph.Graph) reviewPart {
	x := p.Exposure
	s := reviewPart{title: "Exposure", head: []string{"port", "value", "let in", "service", "by name", "where"}}
	for _, port := range x.Ports {
		number := "?"
		if port.Number > 0 {
			number = fmt.Sprint(port.Number)
		}
		if port.To > 0 {
			number += fmt.Sprintf("–%d", port.To)
		}
		at := reviewCell{}
		switch {
		case len(port.Openings) > 0:
			at = at1(port.Openings[0].At)
		case len(port.Routes) > 0:
			at = at1(port.Routes[0].At)
		}
		s.rows = append(s.rows, []reviewCell{said1("%s", number), name1(few(valueNames(port.Values), 2)), said1("%s", few(openingWords(g, port), 3)), name1(few(listenerNames(port), 3)), name1(few(routeNames(port), 3)), at})
	}
	var notes []string
	for _, f := range x.Off {
		notes = append(notes, fmt.Sprintf("The firewall is off: %s%s.", where(f.At), spaced(reviewHosts(g, f.In))))
	}
	for _, f := range x.Trusted {
		notes = append(notes, fmt.Sprintf("Everything is let in from %s: %s%s.", f.Text, where(f.At), spaced(reviewHosts(g, f.In))))
	}
	if n := len(x.Rules); n > 0 {
		var at []string
		for _, f := range x.Rules {
			at = append(at, where(f.At))
		}
		notes = append(notes, fmt.Sprintf("Rules written by hand may let in more: %s.", few(at, 4)))
	}
	if x.Inner > 0 {
		notes = append(notes, plural(x.Inner, "port of a service is", "ports of services are")+" neither let in nor led to by a proxy, as far as is known.")
	}
	s.note = notes
	if len(s.rows) == 0 && !p.Unhosted {
		s.note = append([]string{"No port is let in that could be found."}, notes...)
	}
	return s
}

// reviewHosts is hostNote, short: where no host has something, who else has it does not matter here.
func reviewHosts(g *graph.Graph, in *graph.ConfSet) string {
	if len(g.Hosts()) > 1 && len(g.HostsOf(in)) == 0 {
		return "[no host]"
	}
	return hostNote(g, in)
}

func spaced(s string) string {
	if s == "" {
		return ""
	}
	return " " + s
}

// few joins the first of some words, and says how many more there are.
func few(words []string, most int) string {
	if len(words) > most {
		return strings.Join(words[:most], ", ") + fmt.Sprintf(" +%d", len(words)-most)
	}
	return strings.Join(words, ", ")
}

func (p *ReviewPage) secret(g *graph.Graph) reviewPart {
	s := reviewPart{title: "Secrets", head: []string{"what", "how many", "option", "where"}}
	for _, t := range p.Secrets.Tools {
		s.rows = append(s.rows, []reviewCell{said1("from %s", t.Name), said1("%s", count(t.Secrets)), {}, at1(t.First)})
	}
	if p.Secrets.Files > 0 {
		s.rows = append(s.rows, []reviewCell{said1("options that name a secret's file"), said1("%s", count(p.Secrets.Files)), {}, {}})
	}
	if n := len(p.Secrets.Literals); n > 0 {
		s.note = []string{plural(n, "secret seems", "secrets seem") + " to stand in the text. Whoever can read the repository or the Nix store can read what stands there; it is not repeated here."}
		for _, l := range p.Secrets.Literals {
			s.rows = append(s.rows, []reviewCell{said1("in the text: %s", l.Kind), said1("1"), name1(l.Option), at1(l.At)})
		}
	} else if len(s.rows) > 0 {
		s.note = []string{"No secret seems to stand in the text."}
	}
	if len(s.rows) == 0 {
		s.note = []string{"No secret could be found, neither from a tool nor in the text."}
	}
	return s
}

func (p *ReviewPage) accessed(g *graph.Graph) reviewPart {
	s := factsPart(g, "Access", p.Access)
	if len(s.rows) == 0 && !p.Unhosted {
		s.note = []string{"The text switches no SSH server on."}
	}
	return s
}

func (p *ReviewPage) kept(g *graph.Graph) reviewPart { return factsPart(g, "Upkeep", p.Upkeep) }

// factsPart is a table of facts; one that many hosts say alike is one row.
func factsPart(g *graph.Graph, title string, facts []review.Fact) reviewPart {
	s := reviewPart{title: title, head: []string{"what", "how", "worth", "where"}}
	type same struct{ name, text string }
	at := map[same]int{}
	more := map[int]int{}
	for _, f := range facts {
		k := same{f.Name, f.Text}
		if i, seen := at[k]; seen {
			more[i]++
			continue
		}
		at[k] = len(s.rows)
		text := f.Text
		if f.At.File != "" {
			text += spaced(reviewHosts(g, f.In))
		}
		s.rows = append(s.rows, []reviewCell{said1("%s", f.Name), said1("%s", text), said1("%s", f.State), at1(f.At)})
	}
	for i, n := range more {
		s.rows[i][1] = said1("%s, and in %s more", strings.Split(s.rows[i][1].text, " [")[0], plural(n, "place", "places"))
	}
	return s
}

func (p *ReviewPage) changed() reviewPart {
	s := reviewPart{title: "Last commits", head: []string{"commit", "date", "subject", "files", "errors", "warnings", "source-id", "values read more or less"}}
	if p.NoLog != "" {
		s.note = []string{p.NoLog}
	}
	for _, c := range p.Commits {
		files := count(c.Files)
		if !c.First && c.More != 0 {
			files += fmt.Sprintf(" (%+d)", c.More)
		}
		if c.Incomplete {
			files += ", incomplete"
		}
		values := few(c.Values, 3)
		if c.First {
			values = "n/a"
		}
		s.rows = append(s.rows, []reviewCell{name1(c.Hash[:min(len(c.Hash), 9)]), said1("%s", c.Date), said1("%s", c.Subject), said1("%s", files), said1("%s", count(c.Errors)), said1("%s", count(c.Warnings)), said1("%s", percent(c.SourceID.Value())), name1(values)})
	}
	return s
}

func (p *ReviewPage) compared() reviewPart {
	if len(p.Against) == 0 {
		return reviewPart{}
	}
	s := reviewPart{title: "Compared", note: []string{"All measured the same way. Larger is not better: the figures tell what kind of repository each is."}, head: []string{"figure"}}
	all := append([]review.Compared{{Name: cmp.Or(p.Name, "this one"), Figures: p.Figures, Score: p.Score}}, p.Against...)
	for _, c := range all {
		s.head = append(s.head, c.Name)
	}
	row := func(name string, f func(c review.Compared) string) {
		r := []reviewCell{said1("%s", name)}
		for _, c := range all {
			r = append(r, said1("%s", f(c)))
		}
		s.rows = append(s.rows, r)
	}
	number := func(name string, f func(c review.Compared) int) {
		row(name, func(c review.Compared) string {
			if n := f(c); n >= 0 {
				return count(n)
			}
			return "n/a"
		})
	}
	number("modules", func(c review.Compared) int { return c.Modules })
	number("lines", func(c review.Compared) int { return c.Lines })
	number("lines of the longest module", func(c review.Compared) int { return c.Longest })
	number("lines of the module in the middle", func(c review.Compared) int { return c.Median })
	number("factories and helpers", func(c review.Compared) int { return c.Factories })
	number("modules that nothing imports", func(c review.Compared) int { return c.Unreached })
	number("flake inputs", func(c review.Compared) int { return c.Inputs })
	number("hosts", func(c review.Compared) int { return c.Hosts })
	number("homes", func(c review.Compared) int { return c.Homes })
	number("options declared", func(c review.Compared) int { return c.Options })
	number("central values", func(c review.Compared) int { return c.Values })
	number("reads of them", func(c review.Compared) int { return c.Reads })
	row("documented modules", func(c review.Compared) string { return percent(c.Documented.Value()) })
	row("source-id coverage", func(c review.Compared) string {
		if c.Annotations == 0 {
			return "n/a"
		}
		return percent(c.SourceID.Value())
	})
	row("hardening options of own services", func(c review.Compared) string { return percent(c.Hardening.Value()) })
	number("secrets from tools", func(c review.Compared) int { return c.Secrets })
	number("secrets in the text", func(c review.Compared) int { return c.Literals })
	number("ports let in", func(c review.Compared) int { return c.Openings })
	number("errors", func(c review.Compared) int { return c.Errors })
	number("warnings", func(c review.Compared) int { return c.Warns })
	row("score", func(c review.Compared) string {
		if !c.Score.Known {
			return "n/a"
		}
		return fmt.Sprintf("%.1f (%d of %d)", c.Score.Points, c.Score.Measured, len(c.Score.Categories))
	})
	return s
}

func (p *ReviewPage) unknowable() reviewPart {
	s := reviewPart{title: "What the text does not tell", head: []string{"metric", "value"}}
	for _, m := range []string{"memory", "boot time", "disk"} {
		s.rows = append(s.rows, []reviewCell{said1("%s", m), said1("n/a")})
	}
	return s
}
