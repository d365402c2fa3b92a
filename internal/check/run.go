package check

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/internal/budget"
	"nixsink/internal/fault"
	"nixsink/parse"
)

// Report is what all checks found, in the order of files and offsets. Waived and baselined findings are in it.
type Report struct {
	Faults   []*fault.Fault // of nixsink itself: what these checks would have found is not among the findings
	Cut      string         // why checks were left out, and which: the run's time or memory was used up; "" if all were made
	Findings []Finding
	Checks   []Check // that ran, rules of the configuration included, sorted by name
	Silent   bool    // the tree has no annotations and nobody asked for any: nothing is said of them, nor of their coverage
}

// Count counts the findings of a severity that are neither waived nor baselined.
func (r Report) Count(s Severity) int {
	n := 0
	for _, f := range r.Findings {
		if f.Severity == s && !f.Waived && !f.Baselined {
			n++
		}
	}
	return n
}

// Run makes every check that is not off and waives what the tree or the configuration waives. The error speaks of the configuration:
// an unknown check's name, a rule that is not valid CEL; or of ctx.
//
// Where the budget of ctx is used up, the checks that are not done are left out and named in Cut.
func Run(ctx context.Context, g *graph.Graph, cfg Config) (Report, error) {
	checks, err := enabled(cfg)
	if err != nil {
		return Report{}, err
	}
	silent := !cfg.All && !annotates(g)
	if silent {
		checks = slices.DeleteFunc(checks, func(c Check) bool {
			_, named := cfg.Severity[c.Name]
			return c.Asked && !named
		})
	}
	p := &Pass{Graph: g, Config: cfg, budget: budget.From(ctx)}
	p.build()
	// Checks know nothing of each other and change nothing, so that they run side by side.
	p.found = p.runAll(ctx, checks, false)
	slices.SortStableFunc(p.found, compareFindings)
	found := p.waive(append(slices.Clip(p.found), p.runAll(ctx, checks, true)...), checks)
	slices.SortStableFunc(found, compareFindings)
	if err := ctx.Err(); err != nil {
		return Report{}, fmt.Errorf("the checks: %w", err)
	}
	return Report{Findings: found, Checks: checks, Faults: p.faults, Cut: p.cut(), Silent: silent}, nil
}

// cut says which checks the budget left no room for.
func (p *Pass) cut() string {
	var missing []string
	if len(p.leftOut) > 0 {
		slices.Sort(p.leftOut)
		missing = append(missing, "these were not made: "+strings.Join(p.leftOut, ", "))
	}
	if p.nearCut.Load() {
		missing = append(missing, "what misspelt names may mean was not looked for")
	}
	if len(missing) == 0 {
		return ""
	}
	c := budget.Cut{Stage: "the checks", Why: p.budget.Over(budget.Rest), Missing: strings.Join(missing, "; ")}
	p.budget.Cut(c)
	return c.String()
}

// runAll runs the checks that are late, or those that are not, and completes what they found. It waits for none of them any longer
// when the budget is used up: what a check that does not end would have found is missing.
func (p *Pass) runAll(ctx context.Context, checks []Check, late bool) []Finding {
	within, release := budget.Within(ctx, budget.Rest)
	defer release()
	type result struct {
		check    int
		findings []Finding
		fault    *fault.Fault
	}
	results := make(chan result, len(checks)) // nobody waits to be heard
	var open []int
	for i, c := range checks {
		if c.Run == nil || c.Late != late {
			continue
		}
		open = append(open, i)
		if within.Err() != nil {
			continue
		}
		go func() {
			r := result{check: i}
			r.fault = fault.Catch("check "+c.Name, "", func() {
				found := c.Run(p)
				for j := range found {
					f := &found[j]
					f.Check = c.Name
					if f.Severity == Off || f.Severity > c.Default {
						f.Severity = c.Default
					}
					if c.InForce {
						p.settle(f)
					}
					p.complete(f)
				}
				r.findings = found
			})
			results <- r
		}()
	}
	byCheck := make([][]Finding, len(checks))
	faults := make([]*fault.Fault, len(checks))
	for len(open) > 0 && within.Err() == nil {
		select {
		case r := <-results:
			byCheck[r.check], faults[r.check] = r.findings, r.fault
			open = slices.DeleteFunc(open, func(i int) bool { return i == r.check })
		case <-within.Done():
		}
	}
	for _, i := range open {
		p.leftOut = append(p.leftOut, checks[i].Name)
	}
	p.faults = append(p.faults, slices.DeleteFunc(faults, func(f *fault.Fault) bool { return f == nil })...)
	return slices.Concat(byCheck...)
}

// annotates reports whether a tree says with comments which values it reads, or where they end up.
func annotates(g *graph.Graph) bool {
	return slices.ContainsFunc(g.Annotations, func(a *graph.Annotation) bool { return a.Keyword != parse.Waiver })
}

// enabled gives the checks and rules that are not off, each with the severity it has here as Default.
func enabled(cfg Config) ([]Check, error) {
	all := slices.Clone(All)
	add := func(kind, name string, compile func() (Check, error)) error {
		c, err := compile()
		if err == nil && slices.ContainsFunc(all, func(o Check) bool { return o.Name == c.Name }) {
			err = errors.New("the name is taken")
		}
		if err != nil {
			return fmt.Errorf("%s %q: %w", kind, name, err)
		}
		all = append(all, c)
		return nil
	}
	for _, r := range cfg.Rules {
		if err := add("rule", r.Name, r.compile); err != nil {
			return nil, err
		}
	}
	for _, r := range cfg.Taints {
		if err := add("taint", r.Name, r.compile); err != nil {
			return nil, err
		}
	}
	for name := range cfg.Severity {
		if !slices.ContainsFunc(all, func(c Check) bool { return c.Name == name }) {
			return nil, fmt.Errorf("severity: no check is called %q%s", name, didYouMean(name, checkNames(all)))
		}
	}
	for _, ig := range cfg.Ignore {
		if !slices.ContainsFunc(all, func(c Check) bool { return c.Name == ig.Check }) {
			return nil, fmt.Errorf("ignore: no check is called %q%s", ig.Check, didYouMean(ig.Check, checkNames(all)))
		}
	}
	var out []Check
	for _, c := range all {
		if s, ok := cfg.Severity[c.Name]; ok {
			c.Default = s
		}
		if c.Default != Off {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b Check) int { return compareNames(a.Name, b.Name) })
	return out, nil
}
