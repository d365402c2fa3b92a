package change

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"nixsink/graph"
)

// Import is an import that one side has.
type Import struct {
	How      How // Added or Removed
	From, To string
	Disabled bool // it is, or was, commented out
	Missing  bool // there is, or was, no such file
	At       graph.Place
	Old      bool // At is a place of the old side
	Hosts    []string
	Spread   *Spread
}

// imports compares what files import.
func (c *comparison) imports() {
	key := func(g *graph.Graph) func(*graph.Import) string {
		return func(i *graph.Import) string {
			from, to := i.From, i.To
			if g == c.then {
				from, to = c.file(from), c.file(to)
			}
			return fmt.Sprint(from, "\x00", to, "\x00", i.Disabled, i.Missing, i.External)
		}
	}
	// A file that a module imports in two hosts' readings is imported once.
	once := func(g *graph.Graph) []*graph.Import {
		seen := map[string]bool{}
		return slices.DeleteFunc(slices.Clone(g.Imports), func(i *graph.Import) bool {
			k := key(g)(i)
			was := seen[k]
			seen[k] = true
			return was || i.External && i.To == ""
		})
	}
	gone, came := pair(once(c.then), once(c.now), key(c.then), key(c.now))
	for _, i := range gone {
		c.Imports = append(c.Imports, Import{Removed, i.From, i.To, i.Disabled, i.Missing, i.At, true, hostNames(c.then, i.In), c.ofHosts(nil, Removed, hostNames(c.then, i.In))})
	}
	for _, i := range came {
		c.Imports = append(c.Imports, Import{Added, i.From, i.To, i.Disabled, i.Missing, i.At, false, hostNames(c.now, i.In), c.ofHosts(nil, Added, hostNames(c.now, i.In))})
	}
	slices.SortStableFunc(c.Imports, func(a, b Import) int {
		return cmp.Or(strings.Compare(a.At.File, b.At.File), cmp.Compare(a.At.Span.Start, b.At.Span.Start), strings.Compare(a.To, b.To))
	})
}

// Host is a configuration that nothing encloses, and that differs in the modules it is made of.
type Host struct {
	How          How
	Name, Class  string
	Gained, Lost []string // modules, what is within it included; all of them for one that is new or gone
}

// A Spread is how the hosts of something differ that is otherwise as it was.
type Spread struct {
	Gained, Lost []string // hosts, sorted
	// Follows says that these are the hosts which came to its module, or left it, or are new or gone themselves: then that is all there is to tell.
	Follows bool
	// WithHosts says that all of these hosts are new or gone themselves.
	WithHosts bool
}

// spread compares where something holds that a file defines, and held.
func (c *comparison) spread(then, now *graph.ConfSet, was, file string) *Spread {
	names := func(g *graph.Graph, set *graph.ConfSet) map[string]bool {
		out := map[string]bool{}
		for _, h := range g.HostsOf(set) {
			out[stable(h)] = true
		}
		return out
	}
	before, after := names(c.then, then), names(c.now, now)
	s := &Spread{Gained: onlyIn(after, before), Lost: onlyIn(before, after)}
	by := map[string]*Host{}
	for i := range c.Hosts {
		by[stable(c.Hosts[i].Name)] = &c.Hosts[i]
	}
	s.Follows, s.WithHosts = true, len(s.Gained)+len(s.Lost) > 0
	for _, h := range s.Gained {
		s.Follows = s.Follows && by[h] != nil && slices.Contains(by[h].Gained, file)
		s.WithHosts = s.WithHosts && by[h] != nil && by[h].How == Added
	}
	for _, h := range s.Lost {
		s.Follows = s.Follows && by[h] != nil && slices.Contains(by[h].Lost, c.file(was))
		s.WithHosts = s.WithHosts && by[h] != nil && by[h].How == Removed
	}
	return s
}

// ofHosts says of what is new or gone whether it is because all its hosts are.
func (c *comparison) ofHosts(s *Spread, how How, hosts []string) *Spread {
	if s != nil || how == Changed || len(hosts) == 0 {
		return s
	}
	for _, name := range hosts {
		i := slices.IndexFunc(c.Hosts, func(h Host) bool { return stable(h.Name) == stable(name) })
		if i < 0 || c.Hosts[i].How != how {
			return nil
		}
	}
	if how == Added {
		return &Spread{Gained: hosts, Follows: true, WithHosts: true}
	}
	return &Spread{Lost: hosts, Follows: true, WithHosts: true}
}

// unnamed is the place behind the name of a configuration that has none of its own, with its number where the place makes several.
var unnamed = regexp.MustCompile(`^(.*) \(([^()]*):\d+\)( \d+)?$`)

// stable is a configuration's name without the line that it stands in.
func stable(name string) string {
	if m := unnamed.FindStringSubmatch(name); m != nil {
		return m[1] + " (" + m[2] + ")" + m[3]
	}
	return name
}

// hosts compares the configurations.
func (c *comparison) hosts() {
	collect := func(g *graph.Graph, file func(string) string) (map[string]*graph.Configuration, map[string]map[string]bool) {
		confs, modules := map[string]*graph.Configuration{}, map[string]map[string]bool{}
		for _, conf := range g.Configurations {
			name := stable(conf.Name)
			if modules[name] == nil {
				confs[name], modules[name] = conf, map[string]bool{}
			}
			for _, m := range allModules(conf) {
				modules[name][file(m)] = true
			}
		}
		return confs, modules
	}
	thenConfs, thenModules := collect(c.then, c.file)
	nowConfs, nowModules := collect(c.now, func(n string) string { return n })
	for name, conf := range nowConfs {
		h := Host{How: Changed, Name: conf.Name, Class: conf.Class}
		if thenConfs[name] == nil {
			h.How = Added
		}
		h.Gained, h.Lost = onlyIn(nowModules[name], thenModules[name]), onlyIn(thenModules[name], nowModules[name])
		if h.How == Added || len(h.Gained)+len(h.Lost) > 0 {
			c.Hosts = append(c.Hosts, h)
		}
	}
	for name, conf := range thenConfs {
		if nowConfs[name] == nil {
			c.Hosts = append(c.Hosts, Host{How: Removed, Name: conf.Name, Class: conf.Class, Lost: onlyIn(thenModules[name], nil)})
		}
	}
	slices.SortFunc(c.Hosts, func(a, b Host) int { return strings.Compare(a.Name, b.Name) })
}

// allModules are the modules of a configuration and of those within it.
func allModules(conf *graph.Configuration) []string {
	out := slices.Clone(conf.Modules)
	for _, k := range conf.Kids {
		out = append(out, allModules(k)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func onlyIn(a, b map[string]bool) []string {
	var out []string
	for _, n := range slices.Sorted(maps.Keys(a)) {
		if !b[n] {
			out = append(out, n)
		}
	}
	return out
}

// Unresolved is a reference that cannot be resolved, on one side only.
type Unresolved struct {
	How    How // Added or Removed
	Path   string
	Reason string
	At     graph.Place
	Old    bool
}

// unresolved compares what could not be followed.
func (c *comparison) unresolved() {
	key := func(g *graph.Graph) func(*graph.Unresolved) string {
		return func(u *graph.Unresolved) string {
			file := u.At.File
			if g == c.then {
				file = c.file(file)
			}
			return u.Path + "\x00" + file + "\x00" + u.Reason
		}
	}
	gone, came := pair(c.then.Unresolved, c.now.Unresolved, key(c.then), key(c.now))
	for _, u := range gone {
		c.Unresolved = append(c.Unresolved, Unresolved{Removed, u.Path, u.Reason, u.At, true})
	}
	for _, u := range came {
		c.Unresolved = append(c.Unresolved, Unresolved{Added, u.Path, u.Reason, u.At, false})
	}
	slices.SortStableFunc(c.Unresolved, func(a, b Unresolved) int { return graph.ComparePlaces(a.At, b.At) })
}
