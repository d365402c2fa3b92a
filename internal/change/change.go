// Package change tells what one state of a tree does that another one does not.
//
// In go two analysed graphs of one tree, their findings, which files were moved, and what changed beside the Nix code. Out comes a Change:
// values, readers, flows, definitions, imports, configurations, what is not resolved, inputs of the flake, findings, each new, gone or
// different; and which hosts may be built differently. Where files lie and how they are written makes no difference: moved files and other
// layout give an empty Change. Git, files and formats are not known here.
package change

import (
	"maps"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/internal/check"
	"nixsink/parse"
)

// A Side is one state of a tree.
type Side struct {
	Name   string // as people call it: "main", "the working tree"
	Graph  *graph.Graph
	Report check.Report
	Lock   []byte // what flake.lock holds; nil if there is none
}

// Files is what differs between the two sides as files.
type Files struct {
	Moved   map[string]string // old name → new name, of Nix files that git takes for renamed
	Renamed map[string]string // values that are known to be renamed, old path → new path; others are found
	Others  []string          // that are no Nix code and were added, removed or changed, sorted; moved ones have both names
}

// How something differs.
type How string

// Ways to differ.
const (
	Added   How = "added"
	Removed How = "removed"
	Renamed How = "renamed"
	Changed How = "changed"
)

// Change is what a tree became.
type Change struct {
	Then, Now   Side
	Files       []File
	Values      []Value      // sorted by path
	Readers     []Reader     // sorted by value and file
	Flows       []Flow       // sorted by value and option
	Definitions []Definition // of any option, sorted by option and place
	Code        []Code       // what else of the code, sorted by place
	Imports     []Import     // sorted by place
	Hosts       []Host       // configurations that nothing encloses, sorted by name
	Unresolved  []Unresolved // sorted by place
	Inputs      []Input      // sorted by name
	New, Fixed  []check.Finding
	Rebuild     []Rebuild           // every host there is now, sorted by name; nil before JudgeHosts
	Owners      map[string][]string // who → files that differ, or that define what does; nil where nobody is named, or nobody asked
	Cut         string              // why flows through other options are not compared; "" if they are
}

// Empty says whether nothing that the analysis knows of became different. Findings that are informations are no difference.
func (c *Change) Empty() bool {
	if slices.ContainsFunc(slices.Concat(c.New, c.Fixed), func(f check.Finding) bool { return f.Severity > check.Info }) {
		return false
	}
	return len(c.Values)+len(c.Readers)+len(c.Flows)+len(c.Definitions)+len(c.Code)+len(c.Imports)+len(c.Hosts)+len(c.Unresolved)+len(c.Inputs) == 0
}

// Touched are the files of the present side that differ, that read a value otherwise, or that define what does.
func (c *Change) Touched() []string {
	var out []string
	for _, f := range c.Files {
		out = append(out, f.Name)
	}
	for _, r := range c.Readers {
		out = append(out, r.File)
	}
	for _, f := range c.Flows {
		if f.Now != nil {
			out = append(out, f.Now.At.File)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// File is a file that differs.
type File struct {
	Name   string // as it is called now, or was if it is no more
	Was    string // its old name, if it was moved
	How    How    // Renamed: nothing else
	Layout bool   // the same code, laid out or commented differently
	Code   bool   // it is Nix code
}

// comparison is a Change that is being found.
type comparison struct {
	*Change
	then, now        *graph.Graph
	moved            map[string]string         // files, old name → new name
	renamed          map[string]string         // values, old path → new path
	before           map[string]string         // the other way round
	lastNames        map[string]string         // last names of renamed values, old → new, where they differ
	common           map[string]bool           // names of configurations that both have
	thenNames        map[*graph.ConfSet]string // see hosts
	nowNames         map[*graph.ConfSet]string
	thenTexts        map[graph.Place]string
	nowTexts         map[graph.Place]string
	thenByPath       map[string]*graph.Value
	nowByPath        map[string]*graph.Value
	changed          []Definition            // of all options
	were             []graph.Place           // where those of changed stood that are another one now
	thenReads        map[string][]parse.Span // of renamed values, by file
	nowReads         map[string][]parse.Span
	valueDefinitions map[string]bool // options that are central values
}

// Make compares two states of a tree.
func Make(then, now Side, files Files) *Change {
	c := &comparison{Change: &Change{Then: then, Now: now}, then: then.Graph, now: now.Graph, moved: files.Moved, renamed: map[string]string{}, before: map[string]string{}, lastNames: map[string]string{}, common: map[string]bool{},
		thenNames: map[*graph.ConfSet]string{}, nowNames: map[*graph.ConfSet]string{}, thenTexts: map[graph.Place]string{}, nowTexts: map[graph.Place]string{}}
	c.thenByPath, c.nowByPath = byPath(c.then), byPath(c.now)
	names := map[string]bool{}
	for _, conf := range c.then.Configurations {
		names[stable(conf.Name)] = true
	}
	for _, conf := range c.now.Configurations {
		c.common[stable(conf.Name)] = names[stable(conf.Name)]
	}
	maps.Copy(c.renamed, files.Renamed)
	c.Inputs = inputs(then.Lock, now.Lock)
	c.files(files.Others)
	c.hosts()
	c.values()
	c.readers()
	c.flows()
	c.definitions()
	c.code()
	c.imports()
	c.unresolved()
	c.New, c.Fixed = check.Between(then.Report, now.Report, files.Moved)
	return c.Change
}

func byPath(g *graph.Graph) map[string]*graph.Value {
	out := make(map[string]*graph.Value, len(g.Values))
	for _, v := range g.Values {
		if out[v.Path] == nil {
			out[v.Path] = v
		}
	}
	return out
}

// file is what a file of then is called now.
func (c *comparison) file(name string) string {
	if to, ok := c.moved[name]; ok {
		return to
	}
	return name
}

// value is what a value of then, or an option, is called now.
func (c *comparison) value(path string) string {
	if to, ok := c.renamed[path]; ok {
		return to
	}
	return path
}

// in names the configurations of a set, so that two sides can be held against each other: those only that both have. It is "" where that
// is everywhere.
func (c *comparison) in(g *graph.Graph, set *graph.ConfSet) string {
	memo := c.nowNames
	if g == c.then {
		memo = c.thenNames
	}
	if text, ok := memo[set]; ok {
		return text
	}
	text := ""
	if !g.Everywhere(set) {
		names := g.Names(set)
		for i, n := range names {
			names[i] = stable(n)
		}
		names = slices.DeleteFunc(names, func(n string) bool { return !c.common[n] })
		if len(names) < c.everywhere(g) {
			text = strings.Join(names, "\n") + "\n"
		}
	}
	memo[set] = text
	return text
}

// everywhere is how many configurations both have of those that make up everywhere.
func (c *comparison) everywhere(g *graph.Graph) int {
	of := g.Hosts()
	if len(of) == 0 {
		of = g.Configurations
	}
	n := 0
	for _, conf := range of {
		if c.common[stable(conf.Name)] {
			n++
		}
	}
	return n
}

// hostNames are the hosts of a set, or its configurations if none is a host, without the lines that unnamed ones stand in; nil where that is all of
// them, or there are none. It is empty where only modules that nothing takes have it.
func hostNames(g *graph.Graph, set *graph.ConfSet) []string {
	if g.Everywhere(set) || !slices.ContainsFunc(g.Configurations, func(c *graph.Configuration) bool { return !c.Open }) {
		return nil
	}
	if names := g.HostsOf(set); len(names) > 0 {
		return names
	}
	out := []string{}
	for _, c := range g.Configurations {
		if c.Holds(set) && !c.Open {
			out = append(out, stable(c.Name))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// together is where one thing or the other holds.
func together(a, b []string) []string {
	if a == nil || b == nil {
		return nil
	}
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}

// pair is two lists of things as they were and are, without what both have: each stays as often as one side has it more often.
func pair[T any](then, now []T, thenKey, nowKey func(T) string) (gone, came []T) {
	left := map[string]int{}
	for _, t := range then {
		left[thenKey(t)]++
	}
	for _, n := range now {
		if k := nowKey(n); left[k] > 0 {
			left[k]--
		} else {
			came = append(came, n)
		}
	}
	for _, t := range slices.Backward(then) {
		if k := thenKey(t); left[k] > 0 {
			left[k]--
			gone = append(gone, t)
		}
	}
	slices.Reverse(gone)
	return gone, came
}
