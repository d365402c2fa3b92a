package review

import (
	"maps"
	"slices"

	"nixsink/graph"
)

// A Layer is one layer in figures.
type Layer struct {
	Name     string // "" for the modules without one
	Modules  int
	Lines    int
	Longest  *graph.Module
	Declares int // central values
	Reads    int // references, guards aside
	Upward   int // of these, values that only higher layers declare; 0 where layers have no order
}

// layers measures every layer, lowest first, what has none last. A file counts once, however many instances of it there are.
func layers(g *graph.Graph) []Layer {
	names := slices.Clone(g.Layers)
	at := map[string]int{}
	for i, n := range names {
		at[n] = i
	}
	of := map[string]string{}
	out := make([]Layer, len(names)+1)
	for i, n := range names {
		out[i].Name = n
	}
	find := func(file string) *Layer {
		if i, ok := at[of[file]]; ok && of[file] != "" {
			return &out[i]
		}
		return &out[len(names)]
	}
	for _, m := range g.Modules {
		if _, seen := of[m.Path]; seen {
			continue
		}
		of[m.Path] = m.Layer
		l := find(m.Path)
		l.Modules++
		l.Lines += m.Lines
		if l.Longest == nil || m.Lines > l.Longest.Lines {
			l.Longest = m
		}
	}
	for _, v := range g.Values {
		if len(v.Declared) > 0 {
			find(v.Declared[0].File).Declares++
		}
	}
	for _, r := range g.References {
		if r.Kind == graph.Guard {
			continue
		}
		l := find(r.At.File)
		l.Reads++
		reader, ok := at[of[r.At.File]]
		if !g.Ordered || !ok || len(r.Value.Declared) == 0 {
			continue
		}
		if !slices.ContainsFunc(r.Value.Declared, func(p graph.Place) bool {
			home, ok := at[of[p.File]]
			return !ok || of[p.File] == "" || home <= reader
		}) {
			l.Upward++
		}
	}
	return slices.DeleteFunc(out, func(l Layer) bool { return l.Modules == 0 })
}

// Policy is what asserts that the rest is right, and whether it is in force.
type Policy struct {
	Modules  []PolicyModule  // those with assertions or warnings, by file
	Disabled []*graph.Import // imports that are commented out, of modules with assertions or of any other file
	InForce  graph.Ratio     // modules with assertions that take part, of all
	asserts  map[string]int  // assertions by file
}

// A PolicyModule is a file that asserts something.
type PolicyModule struct {
	File       string
	Line       int // of the first
	Assertions int // that can be told apart; more if a function makes them
	InForce    bool
	Why        string // "its import is commented out in configuration.nix:12"; "" if it is in force
}

// policy finds the modules with assertions, and the imports that somebody switched off.
func policy(g *graph.Graph) Policy {
	p := Policy{asserts: map[string]int{}}
	reach := map[string]bool{}
	for _, m := range g.Modules {
		reach[m.Path] = reach[m.Path] || m.Reachable
	}
	first := map[string]int{}
	seen := map[graph.Place]bool{}
	for _, d := range g.Definitions {
		if d.Segments[len(d.Segments)-1] != "assertions" || seen[d.At] {
			continue
		}
		if len(d.Segments) > 1 && d.Segments[0] != "home-manager" {
			continue
		}
		seen[d.At] = true
		n := 1
		if all, ok := d.Value.([]any); ok && len(all) > 0 {
			n = len(all)
		}
		p.asserts[d.At.File] += n
		if first[d.At.File] == 0 || d.At.Line < first[d.At.File] {
			first[d.At.File] = d.At.Line
		}
	}
	off := map[string]*graph.Import{}
	for _, i := range g.Imports {
		if i.Disabled {
			p.Disabled = append(p.Disabled, i)
			off[i.To] = i
		}
	}
	for _, file := range slices.Sorted(maps.Keys(p.asserts)) {
		m := PolicyModule{File: file, Line: first[file], Assertions: p.asserts[file], InForce: reach[file]}
		p.InForce.Total++
		if m.InForce {
			p.InForce.Covered++
		} else if i := off[file]; i != nil {
			m.Why = "its import is commented out in " + i.At.File
		} else {
			m.Why = "no entry point imports it"
		}
		p.Modules = append(p.Modules, m)
	}
	return p
}
