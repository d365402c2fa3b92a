package graph

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"nixsink/graph/eval"
)

// Configuration is one call of evalModules (Nixpkgs manual, "Module System"), or the value of an option that is one: a host, a home, a
// container. Those that nothing encloses are what sets of configurations consist of; what is within one holds wherever that does.
type Configuration struct {
	Name    string // nixosConfigurations.tower, home-manager.users.alice; told apart by its place where two have one name
	Class   string // of the module system: nixos, darwin, homeManager, flake-parts, test node, container
	At      Place  // what makes it; the zero Place for one within another and for an open one
	Host    bool   // a machine that the tree builds: nixos or darwin, within no other, not Open and not Build
	Open    bool   // it stands for modules that no configuration takes: "exported modules", "modules that nothing imports"
	Offered bool   // it is open, and its modules are those that the tree's flake exports
	Build   bool   // made for a package or a check
	Modules []string
	Kids    []*Configuration // homes, containers, specialisations in it, sorted by name

	number int
	base   *eval.Path // where its definitions land, if it is within another one
}

// Holds says whether something that holds in a set of configurations does in c.
func (c *Configuration) Holds(in *ConfSet) bool { return in.Has(c.number) }

// takeConfigurations lists what is configured, without what is there twice or has no module.
func (g *Graph) takeConfigurations(ev *eval.Evaluator) {
	g.confs = NewConfSets(len(ev.Configurations()))
	for _, c := range ev.Configurations() {
		if c.Dead {
			continue
		}
		if out := configurationOf(c); len(out.Modules) > 0 || len(out.Kids) > 0 {
			out.Host = (c.Class == eval.NixOS || c.Class == eval.Darwin) && !c.Open && !c.Build
			g.Configurations = append(g.Configurations, out)
		}
	}
	g.takeTests()
	slices.SortStableFunc(g.Configurations, func(a, b *Configuration) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), ComparePlaces(a.At, b.At))
	})
	g.countEvery()
	g.tellApart()
}

// takeTests makes of a machine without a name what it is if a package or a check is made by the same call: a file with a test in it may be reached in another way too, and nobody
// installs what it makes.
func (g *Graph) takeTests() {
	builds := map[Place]bool{}
	for _, c := range g.Configurations {
		if c.Build {
			builds[c.At] = true
		}
	}
	for _, c := range g.Configurations {
		if c.Host && builds[c.At] && strings.HasPrefix(c.Name, c.Class+" at ") {
			c.Host, c.Build = false, true
		}
	}
}

// tellApart gives configurations of one name names of their own: by the places that make them, and by number where that does not tell.
func (g *Graph) tellApart() {
	byPlace := func(c *Configuration) string {
		place := fmt.Sprintf("%s:%d", c.At.File, c.At.Line)
		if c.At.File == "" || strings.HasSuffix(c.Name, " "+place) {
			return c.Name
		}
		return c.Name + " (" + place + ")"
	}
	for _, name := range []func(c *Configuration, n int) string{
		func(c *Configuration, _ int) string { return byPlace(c) },
		func(c *Configuration, n int) string {
			if n == 1 {
				return c.Name
			}
			return c.Name + " " + intText(int64(n))
		},
	} {
		named := map[string]int{}
		for _, c := range g.Configurations {
			named[c.Name]++
		}
		seen := map[string]int{}
		for _, c := range g.Configurations {
			if old := c.Name; named[old] > 1 && c.At.File != "" {
				seen[old]++
				c.Name = name(c, seen[old])
			}
		}
	}
}

// countEvery finds what counts as everywhere.
func (g *Graph) countEvery() {
	of := g.Hosts()
	if len(of) == 0 {
		of = g.Configurations
	}
	numbers := make([]int, len(of))
	for i, c := range of {
		numbers[i] = c.number
	}
	g.every = g.confs.Of(numbers...)
}

func configurationOf(c *eval.Configuration) *Configuration {
	out := &Configuration{Name: c.Name, Class: c.Class.Name, Open: c.Host().Open, Offered: c.Host().Open && !c.Host().Unreached, Build: c.Host().Build, number: c.Number()}
	if c.File != nil {
		out.At = PlaceIn(c.File, c.Span)
	}
	if c.Parent != nil {
		out.base = c.Base
		if c.Defines != nil {
			out.base = c.Defines
		}
	}
	for _, s := range c.Members() {
		out.Modules = append(out.Modules, s.File.Name)
	}
	slices.Sort(out.Modules)
	out.Modules = slices.Compact(out.Modules)
	for _, k := range c.Kids() {
		if kid := configurationOf(k); len(kid.Modules) > 0 || len(kid.Kids) > 0 {
			out.Kids = append(out.Kids, kid)
		}
	}
	slices.SortStableFunc(out.Kids, func(a, b *Configuration) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// setOf is the set of configurations that the evaluation gives for something; none of them if nothing evaluates it.
func (g *Graph) setOf(in eval.Set) *ConfSet { return g.confs.intern(slices.Clone(in)) }

// Hosts are the configurations that the tree builds machines from.
func (g *Graph) Hosts() (out []*Configuration) {
	for _, c := range g.Configurations {
		if c.Host {
			out = append(out, c)
		}
	}
	return out
}

// Everywhere says whether something that holds in a set of configurations does in all hosts, or in all configurations of a tree that
// has none: then there is nothing to tell.
func (g *Graph) Everywhere(in *ConfSet) bool {
	return in == nil || g.confs == nil || g.confs.Intersection(g.every, in) == g.every
}

// Names are the names of the configurations in a set, sorted.
func (g *Graph) Names(in *ConfSet) []string {
	out := []string{}
	for _, c := range g.Configurations {
		if c.Holds(in) {
			out = append(out, c.Name)
		}
	}
	return out
}

// HostsOf are the names of the hosts in a set, sorted.
func (g *Graph) HostsOf(in *ConfSet) []string {
	out := []string{}
	for _, c := range g.Configurations {
		if c.Host && c.Holds(in) {
			out = append(out, c.Name)
		}
	}
	return out
}

// Union is the configurations in one set or the other.
func (g *Graph) Union(a, b *ConfSet) *ConfSet {
	if a == b || g.confs == nil {
		return a
	}
	return g.confs.Union(a, b)
}

// Intersection is the configurations in both sets.
func (g *Graph) Intersection(a, b *ConfSet) *ConfSet {
	if a == b || g.confs == nil {
		return a
	}
	return g.confs.Intersection(a, b)
}

// Difference is the configurations in one set and not in the other.
func (g *Graph) Difference(a, b *ConfSet) *ConfSet {
	if g.confs == nil {
		return NewConfSets(0).None() // of a graph that no analysis made
	}
	return g.confs.Difference(a, b)
}

// spread tells every file in which configurations it takes part: a module where it is one, any other file where what imports it is.
func (g *Graph) spread(ev *eval.Evaluator) {
	in := map[string]*ConfSet{}
	add := func(file string, s *ConfSet) bool {
		old, ok := in[file]
		if !ok {
			old = g.confs.None()
		}
		in[file] = g.confs.Union(old, s)
		return in[file] != old
	}
	for _, m := range ev.Modules {
		if m.Summary != nil {
			add(m.File.Name, g.setOf(m.Summary.In))
		}
	}
	for _, c := range g.Configurations {
		if c.At.File != "" {
			add(c.At.File, g.confs.Of(c.number))
		}
	}
	modules := map[string]bool{}
	for _, m := range g.Modules {
		modules[m.Path] = modules[m.Path] || m.Role == "module"
	}
	for changed := true; changed; {
		changed = false
		for _, i := range slices.Concat(ev.Imports, ev.Handed) {
			from, _, _ := i.At()
			if i.To == "" || modules[i.To] {
				continue
			}
			s := in[from]
			if len(i.In) > 0 && !i.In.Empty() {
				s = g.setOf(i.In)
			} else if _, ok := in[from]; !ok {
				continue
			}
			changed = add(i.To, s) || changed
		}
	}
	for _, m := range g.Modules {
		s, ok := in[m.Path]
		if !ok {
			s = g.confs.None()
		}
		m.In = s
	}
}
