package render

import (
	"fmt"
	"strings"

	"nixsink/graph"
)

// Benchmarks are the limits of the metrics table. A zero field has its default.
type Benchmarks struct {
	Lines         int     // lines of code stay below; default 5000
	Modules       int     // modules stay below; default 100
	LongestModule int     // lines of the longest module stay below; default 300
	Documentation float64 // share of documented modules is above; default 0.80
	SourceID      float64 // source-id coverage is above; default 0.70
}

// WithDefaults fills in the benchmarks that are not set.
func (b Benchmarks) WithDefaults() Benchmarks {
	if b.Lines == 0 {
		b.Lines = 5000
	}
	if b.Modules == 0 {
		b.Modules = 100
	}
	if b.LongestModule == 0 {
		b.LongestModule = 300
	}
	if b.Documentation == 0 {
		b.Documentation = 0.80
	}
	if b.SourceID == 0 {
		b.SourceID = 0.70
	}
	return b
}

// Verdict is how a metric stands against its benchmark.
type Verdict string

// Verdicts.
const (
	Pass          Verdict = "ok"
	Fail          Verdict = "missed"
	NotApplicable Verdict = "n/a" // nothing to measure: neither good nor bad
)

// Metric is one row of the metrics table, in words.
type Metric struct {
	Name      string
	Value     string // "4,128", "71.9 %", "n/a"
	Benchmark string // "< 5,000", "> 80 %"
	Verdict   Verdict
	Note      string // "00-core/configs.nix", "23 of 32 modules"
}

// sourceIDMetric is the metric of what annotations cover.
const sourceIDMetric = "source-id coverage"

// Metrics measures the graph against the benchmarks. The same file counts once, however many instances of it there are.
func Metrics(g *graph.Graph, b Benchmarks) []Metric {
	b = b.WithDefaults()
	files := map[string]bool{}
	longest := &graph.Module{}
	for _, m := range g.Modules {
		if files[m.Path] {
			continue
		}
		files[m.Path] = true
		if m.Lines > longest.Lines {
			longest = m
		}
	}
	id := g.Coverage.SourceID
	note := fraction(id, "references")
	if id.Unresolved > 0 {
		// The gate counts what could not be resolved as uncovered, so the verdict must too.
		note += fmt.Sprintf(", %s unresolved: ≥ %s", count(id.Unresolved), percent(id.LowerBound()))
	}
	return []Metric{
		below("lines of code", g.Source.Lines, b.Lines, len(files), ""),
		below("modules", len(files), b.Modules, len(files), ""),
		below("longest module", longest.Lines, b.LongestModule, len(files), longest.Path),
		above("documentation coverage", g.Coverage.DocModules, b.Documentation, fraction(g.Coverage.DocModules, "modules")),
		above(sourceIDMetric, id, b.SourceID, note),
	}
}

// below is a metric that must stay under its limit; of says whether there was anything to count.
func below(name string, n, limit, of int, note string) Metric {
	m := Metric{Name: name, Value: count(n), Benchmark: "< " + count(limit), Note: note, Verdict: Pass}
	switch {
	case of == 0:
		m.Value, m.Verdict = "n/a", NotApplicable
	case n >= limit:
		m.Verdict = Fail
	}
	return m
}

// above is a share that must be over its limit.
func above(name string, r graph.Ratio, limit float64, note string) Metric {
	m := Metric{Name: name, Value: percent(r.Value()), Benchmark: "> " + percent(limit, true), Note: note, Verdict: NotApplicable}
	if v, ok := r.LowerBound(); ok {
		m.Verdict = Fail
		if v > limit {
			m.Verdict = Pass
		}
	}
	return m
}

// percent writes a share: "71.9 %", "80 %", "n/a". What is not all is never rounded up to 100 %, nor what is something down to 0 %.
func percent(v float64, ok bool) string {
	if !ok {
		return "n/a"
	}
	s := fmt.Sprintf("%.1f", v*100)
	switch {
	case v < 1 && s == "100.0":
		s = "99.9"
	case v > 0 && s == "0.0":
		s = "0.1"
	}
	return strings.TrimSuffix(s, ".0") + " %"
}

func fraction(r graph.Ratio, of string) string {
	if r.Total == 0 {
		return "no " + of
	}
	return fmt.Sprintf("%s of %s %s", count(r.Covered), count(r.Total), of)
}

// count writes a number with commas between its thousands.
func count(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// plural writes "1 reference", "8 references".
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return count(n) + " " + many
}
