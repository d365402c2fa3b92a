package review

import (
	"slices"

	"nixsink/graph"
	"nixsink/internal/check"
	"nixsink/parse"
)

// Figures are what two repositories are compared by. A share with nothing to share is not known.
type Figures struct {
	Modules       int // files
	Lines         int // of Nix
	Longest       int // lines of the longest module
	Median        int // lines of the module in the middle
	Hosts         int
	Homes         int // standalone ones and those within hosts
	Inputs        int // of flake.nix; -1 where there is none
	Options       int // that the tree declares
	Values        int // central values
	Reads         int
	Documented    graph.Ratio // modules
	SourceID      graph.Ratio
	Annotations   int
	Hardening     graph.Ratio // hardening options of the tree's own services
	Secrets       int         // that tools bring
	Literals      int         // secrets in the text
	Openings      int         // ports and ranges that the firewall lets in
	Factories     int         // files that make modules, or help to
	Unreached     int         // modules that no entry point imports
	Errors, Warns int         // findings
}

// figures takes those of a tree that has been reviewed as far as that.
func figures(g *graph.Graph, r *Review, findings []check.Finding) Figures {
	f := Figures{Hosts: len(g.Hosts()), Options: len(g.Declared), Values: len(g.Values), Documented: g.Coverage.DocModules, SourceID: g.Coverage.SourceID,
		Annotations: len(g.Annotations), Lines: g.Source.Lines, Inputs: inputs(g), Hardening: r.Hardening,
		Secrets: r.Secrets.Managed(), Literals: len(r.Secrets.Literals)}
	seen := map[string]bool{}
	var lengths []int
	for _, m := range g.Modules {
		if seen[m.Path] {
			continue
		}
		seen[m.Path] = true
		lengths = append(lengths, m.Lines)
		switch {
		case m.Role == "factory" || m.Role == "helper":
			f.Factories++
		case !m.Reachable:
			f.Unreached++
		}
	}
	slices.Sort(lengths)
	f.Modules = len(lengths)
	if n := len(lengths); n > 0 {
		f.Longest, f.Median = lengths[n-1], lengths[n/2]
	}
	for _, r := range g.References {
		if r.Kind != graph.Guard {
			f.Reads++
		}
	}
	var homes func(cs []*graph.Configuration)
	homes = func(cs []*graph.Configuration) {
		for _, c := range cs {
			if c.Class == "homeManager" {
				f.Homes++
			}
			homes(c.Kids)
		}
	}
	homes(g.Configurations)
	for _, p := range r.Exposure.Ports {
		if len(p.Openings) > 0 {
			f.Openings++
		}
	}
	for _, x := range findings {
		switch x.Severity {
		case check.Error:
			f.Errors++
		case check.Warning:
			f.Warns++
		}
	}
	return f
}

// inputs counts the inputs of flake.nix, -1 if there is none.
func inputs(g *graph.Graph) int {
	f := g.Files["flake.nix"]
	if f == nil {
		return -1
	}
	top, _ := f.Expr.(*parse.Set)
	if top == nil {
		return 0
	}
	names := map[string]bool{}
	for _, b := range top.Bindings {
		a, ok := b.(*parse.Attr)
		if !ok || len(a.Path) == 0 || a.Path[0].Name != "inputs" {
			continue
		}
		if len(a.Path) > 1 {
			names[a.Path[1].Name] = true
			continue
		}
		if set, ok := a.Value.(*parse.Set); ok {
			for _, b := range set.Bindings {
				if a, ok := b.(*parse.Attr); ok && len(a.Path) > 0 {
					names[a.Path[0].Name] = true
				}
			}
		}
	}
	return len(names)
}
