package review

import (
	"math"

	"nixsink/graph"
	"nixsink/internal/check"
)

// Limits are the benchmarks of the code category; docs/review.md names the defaults.
type Limits struct {
	Lines, Modules, LongestModule int
	Documentation, SourceID       float64
}

// A Score is the weighted mean of the categories that could be measured.
type Score struct {
	Categories []Category
	Points     float64 // from 0 to 10, rounded to a tenth
	Known      bool    // something could be measured
	Measured   int     // categories that could be
}

// A Category is one part of the score. Its share is what Of says.
type Category struct {
	Name   string
	Weight int
	Share  float64 // from 0 to 1
	Known  bool
	Of     string // the formula, in words
	Ratio  graph.Ratio
}

// score applies the formulas of docs/review.md. What there is nothing of is not known, and counts neither for nor against.
func score(g *graph.Graph, r *Review, findings []check.Finding, l Limits) Score {
	f := r.Figures
	ratio := func(name string, weight int, x graph.Ratio, of string) Category {
		c := Category{Name: name, Weight: weight, Of: of, Ratio: x}
		c.Share, c.Known = x.LowerBound()
		return c
	}
	code := graph.Ratio{}
	for _, ok := range []bool{f.Lines < l.Lines, f.Modules < l.Modules, f.Longest < l.LongestModule} {
		code.Total++
		if ok {
			code.Covered++
		}
	}
	if f.Modules == 0 {
		code = graph.Ratio{}
	}
	if share, ok := f.Documented.Value(); ok {
		code.Total++
		if share > l.Documentation {
			code.Covered++
		}
	}
	// An error in every tenth module leaves nothing; none leaves all.
	errors := Category{Name: "errors", Weight: 25, Of: "1 − 10 × errors / modules", Known: findings != nil && f.Modules > 0, Ratio: graph.Ratio{Covered: f.Errors, Total: f.Modules}}
	if errors.Known {
		errors.Share = max(0, 1-10*float64(f.Errors)/float64(f.Modules))
	}
	trace := f.SourceID
	if f.Annotations == 0 {
		trace = graph.Ratio{}
	}
	var access graph.Ratio
	for _, x := range r.Access {
		switch x.State {
		case Good:
			access.Covered++
			access.Total++
		case Bad:
			access.Total++
		}
	}
	firewall := graph.Ratio{}
	if hosts := len(g.Hosts()); hosts > 0 {
		firewall.Total, firewall.Covered = hosts, hosts
		off := map[string]bool{}
		for _, x := range r.Exposure.Off {
			for _, h := range g.HostsOf(x.In) {
				off[h] = true
			}
		}
		firewall.Covered -= len(off)
	}
	s := Score{Categories: []Category{
		ratio("code", 20, code, "benchmarks met / that apply"),
		errors,
		ratio("traceability", 15, trace, "reads with a source-id / reads"),
		ratio("hardening", 15, r.Hardening, "options set / asked for"),
		ratio("secrets", 10, r.Secrets.Share(), "secrets not in the text / all"),
		ratio("access", 10, access, "good facts / good and bad"),
		ratio("firewall", 5, firewall, "hosts that keep it on / hosts"),
		ratio("policy", 10, r.Policy.InForce, "assertion modules in force / all"),
	}}
	sum, weight := 0.0, 0
	for _, c := range s.Categories {
		if c.Known {
			s.Measured++
			sum += c.Share * float64(c.Weight)
			weight += c.Weight
		}
	}
	if weight > 0 {
		s.Known = true
		s.Points = math.Round(sum/float64(weight)*100) / 10
	}
	return s
}
