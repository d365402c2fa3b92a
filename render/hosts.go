package render

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"nixsink/graph"
)

// fewHosts is how many hosts are named behind a line, beyond which their number is enough.
const fewHosts = 4

// hostNote says in which hosts something holds: "[2 of 12 hosts: db, web]". It is "" where that is all of them, and in a tree that has
// one host or none, where there is nothing to tell apart.
func hostNote(g *graph.Graph, in *graph.ConfSet) string {
	all := len(g.Hosts())
	if all < 2 || g.Everywhere(in) {
		return ""
	}
	names := g.HostsOf(in)
	if len(names) == 0 {
		if names = g.Names(in); len(names) == 0 {
			return "[no host]"
		}
		return "[" + strings.Join(short(names), ", ") + "]"
	}
	if len(names) > fewHosts {
		return fmt.Sprintf("[%s of %s hosts]", count(len(names)), count(all))
	}
	return fmt.Sprintf("[%s of %s hosts: %s]", count(len(names)), count(all), strings.Join(short(names), ", "))
}

// hostWord is hostNote where there is little room: the hosts, or their number.
func hostWord(g *graph.Graph, in *graph.ConfSet) string {
	note := hostNote(g, in)
	if _, names, ok := strings.Cut(note, ": "); ok {
		return "[" + names
	}
	return note
}

// short drops what stands before the configurations' own names, as long as they still differ.
func short(names []string) []string {
	out := make([]string, len(names))
	seen := map[string]bool{}
	for i, n := range names {
		// That of a flake in a folder is folder#nixosConfigurations.name.
		flake, own, nested := strings.Cut(n, "#")
		if !nested {
			flake, own = "", n
		}
		segs := graph.SplitPath(own)
		out[i] = segs[len(segs)-1]
		if nested {
			out[i] = flake + "#" + out[i]
		}
		if strings.ContainsAny(n, "/ ") {
			out[i] = n
		}
		if seen[out[i]] {
			return names
		}
		seen[out[i]] = true
	}
	return out
}

// A setting is a definition of a central value that does not hold in all hosts.
type setting struct {
	path, text string
	at         graph.Place
}

// apart are the values that are set in a configuration and not in all hosts.
func apart(g *graph.Graph, c *graph.Configuration) []setting {
	values := map[string]bool{}
	for _, v := range g.Values {
		values[v.Path] = true
		for _, i := range v.Instances {
			values[i.Path] = true
		}
	}
	var out []setting
	for _, d := range g.Definitions {
		if values[d.Option] && c.Holds(d.In) && !g.Everywhere(d.In) {
			s := setting{d.Option, cut(definitionText(g, d.At), 60), d.At}
			if !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b setting) int { return cmp.Compare(a.path, b.path) })
	return out
}

// mostApart is how many values the list of hosts shows of each; JSON has them all.
const mostApart = 8

// HostsText lists the configurations for a terminal.
func HostsText(w io.Writer, g *graph.Graph, o Options) error {
	t := &terminal{bufio.NewWriter(w), o.Color, o.Width}
	hosts := g.Hosts()
	fmt.Fprint(t, plural(len(hosts), "host", "hosts"))
	if rest := len(g.Configurations) - len(hosts); rest > 0 {
		fmt.Fprintf(t, ", %s", plural(rest, "other configuration", "other configurations"))
	}
	fmt.Fprintln(t)
	alike := map[string][]string{} // names of the configurations of which the same is told
	told := map[*graph.Configuration][]setting{}
	keys := map[*graph.Configuration]string{}
	for i, c := range g.Configurations {
		// What no configuration takes is no host that something could set apart.
		if len(hosts) > 1 && !c.Open {
			told[c] = apart(g, c)
		}
		keys[c] = fmt.Sprint(c.Class, c.Build, c.Open, len(c.Modules), c.At.File, c.At.Line, told[c])
		if len(c.Kids) > 0 || c.Open {
			keys[c] = fmt.Sprint(i) // shown by itself
		}
		alike[keys[c]] = append(alike[keys[c]], c.Name)
	}
	for _, c := range g.Configurations {
		names := alike[keys[c]]
		if names == nil {
			continue
		}
		delete(alike, keys[c])
		folder := ""
		if unnamed(c) && len(names) == 1 {
			folder = ownFolder(c, hosts)
		}
		t.configuration(c, short(names), folder)
		t.within(c.Kids, "  ")
		var rows [][]string
		all := told[c]
		for _, s := range all[:min(len(all), mostApart)] {
			rows = append(rows, []string{s.path, s.text, where(s.at)})
		}
		t.fit(rows, false)
		if more := len(all) - len(rows); more > 0 {
			fmt.Fprintf(t, "  %s\n", t.style(dim, "… and "+plural(more, "more value", "more values")+" that set it apart"))
		}
	}
	return t.Flush()
}

// configuration writes the line of one: its name, what it is, and where, as far as there is room. Where the same is told of several, all are named. folder is the one that it has to
// itself, where its name is not known.
func (t *terminal) configuration(c *graph.Configuration, names []string, folder string) {
	if len(names) > 1 {
		what := plural(len(names), kindOfConfiguration(c)+" configuration", kindOfConfiguration(c)+" configurations") + " alike, " + plural(len(c.Modules), "module", "modules")
		if c.At.File != "" {
			what += "  " + where(c.At)
		}
		if unnamed(c) {
			// "nixos at lib.nix:3", "nixos at lib.nix:3 2": their number says as much.
			fmt.Fprintf(t, "\n%s\n", t.style(dim, cut(plain(strings.Replace(what, " alike,", " whose names are not known,", 1)), t.width)))
			return
		}
		fmt.Fprintf(t, "\n%s\n", t.style(dim, cut(plain(what), t.width)))
		for i, n := range names {
			names[i] = plain(n)
		}
		width := t.width - 2
		if t.width == 0 {
			width = 1 << 20
		}
		for _, l := range wrap(names, width) {
			fmt.Fprintln(t, "  "+t.style(bold, l))
		}
		return
	}
	name, what, at := plain(c.Name), "  "+plain(kindOfConfiguration(c))+", "+plural(len(c.Modules), "module", "modules"), ""
	if folder != "" {
		what += ", " + plain(folder)
	}
	if c.At.File != "" && !strings.Contains(name, where(c.At)) {
		at = "  " + plain(where(c.At))
	}
	if t.width > 0 {
		room := max(20, t.width-utf8.RuneCountInString(what))
		// A name that tells the place needs no other.
		if utf8.RuneCountInString(name+at) > room {
			at = ""
		}
		name = clip(name, room)
	}
	fmt.Fprintf(t, "\n%s%s\n", t.style(bold, name), t.style(dim, what+at))
}

func (t *terminal) within(kids []*graph.Configuration, indent string) {
	for i, k := range kids {
		fmt.Fprintf(t, "%s%s %s  %s\n", indent, turn(i, len(kids)), plain(k.Name), t.style(dim, plain(k.Class)+", "+plural(len(k.Modules), "module", "modules")))
		t.within(k.Kids, indent+"   ")
	}
}

func kindOfConfiguration(c *graph.Configuration) string {
	if c.Build {
		return c.Class + " for a package or check"
	}
	return c.Class
}

// HostsJSON lists the configurations for programs.
func HostsJSON(w io.Writer, g *graph.Graph) error {
	return encode(w, object{"schema": Schema, "configurations": list(g.Configurations, func(c *graph.Configuration) any {
		o := jsonConfiguration(c).(object)
		o["apart"] = list(apart(g, c), func(s setting) any { return located(s.at, object{"value": s.path, "text": s.text}) })
		return o
	})})
}

// perHost says what a value is set to in each host, where that differs: a line for each text, with the hosts that have it.
func (tr *Trace) perHost() [][]string {
	var rows [][]string
	for _, s := range perHost(tr.g, tr.Value, tr.Set) {
		rows = append(rows, []string{s.text, strings.Join(short(s.hosts), ", ")})
	}
	return rows
}

// A hostSetting is a text that a value is set to, with the hosts that have it.
type hostSetting struct {
	text  string
	hosts []string
	at    graph.Place // a definition that says so; the zero Place for a default
}

// perHost tells what a value is set to in which hosts, in the order of the hosts; nil where no definition of it speaks of some hosts only. set are its definitions.
func perHost(g *graph.Graph, v *graph.Value, set []*graph.Definition) (out []hostSetting) {
	hosts := g.Hosts()
	differs := slices.ContainsFunc(set, func(d *graph.Definition) bool { return !g.Everywhere(d.In) && len(g.HostsOf(d.In)) > 0 })
	if len(hosts) < 2 || !differs {
		return nil
	}
	for _, h := range hosts {
		var best *graph.Definition
		several := false
		for _, d := range set {
			switch {
			case !h.Holds(d.In):
			case best == nil || d.Priority < best.Priority:
				best, several = d, d.Conditional || d.Priority < 0
			case d.Priority == best.Priority:
				several = true
			}
		}
		s := hostSetting{text: "(not set)"}
		switch {
		case several:
			s = hostSetting{text: "(depends: see above)", at: best.At}
		case best != nil:
			s = hostSetting{text: cut(definitionText(g, best.At), 60), at: best.At}
		case v.Default != "":
			s.text = cut(oneLine(v.Default), 60) + " (default)"
		}
		i := slices.IndexFunc(out, func(o hostSetting) bool { return o.text == s.text })
		if i < 0 {
			i = len(out)
			out = append(out, s)
		}
		out[i].hosts = append(out[i].hosts, h.Name)
	}
	return out
}

// A difference is a value that hosts set differently.
type difference struct {
	value *graph.Value
	told  []hostSetting
}

// depends says whether some host's setting is not settled by what is known.
func (d difference) depends() bool {
	return slices.ContainsFunc(d.told, func(s hostSetting) bool { return strings.HasPrefix(s.text, "(depends") })
}

// differing are the values that are set to different things in different hosts: those first whose settings are all known, then those that are read most.
func differing(g *graph.Graph) (out []difference) {
	if len(g.Hosts()) < 2 {
		return nil
	}
	byPath := map[string]*graph.Value{}
	for _, v := range g.Values {
		byPath[v.Path] = v
		for _, i := range v.Instances {
			byPath[i.Path] = v
		}
	}
	set := map[*graph.Value][]*graph.Definition{}
	for _, d := range g.Definitions {
		if v := byPath[d.Option]; v != nil {
			set[v] = append(set[v], d)
		}
	}
	vs := slices.Clone(g.Values)
	slices.SortStableFunc(vs, byReads)
	var open []difference
	for _, v := range vs {
		d := difference{v, perHost(g, v, set[v])}
		switch {
		case len(d.told) < 2:
		case d.depends():
			open = append(open, d)
		default:
			out = append(out, d)
		}
	}
	return append(out, open...)
}

// hostsDiffer tells of the values that are set to different things in different hosts.
func hostsDiffer(g *graph.Graph) (Fact, bool) {
	var ps []FactPlace
	for _, d := range differing(g) {
		// The rarest settings tell most.
		told := slices.Clone(d.told)
		slices.SortStableFunc(told, func(a, b hostSetting) int { return cmp.Compare(len(a.hosts), len(b.hosts)) })
		var texts []string
		at := graph.Place{}
		for _, s := range told {
			who := fmt.Sprintf("%d hosts", len(s.hosts))
			if len(s.hosts) <= 2 {
				who = strings.Join(short(s.hosts), ", ")
			}
			texts = append(texts, who+": "+strings.Replace(s.text, "(depends: see above)", "it depends", 1))
			if at.File == "" {
				at = s.at
			}
		}
		ps = append(ps, FactPlace{valueName(d.value) + ": " + strings.Join(texts, "; "), at})
	}
	if len(ps) == 0 {
		return Fact{}, false
	}
	text := "1 value is set differently per host"
	if len(ps) > 1 {
		text = count(len(ps)) + " values are set differently per host"
	}
	return Fact{Text: text, Places: ps}, true
}

// ownFolder is the folder that a configuration has to itself, or shares with the fewest of the others: hosts/kroma/ of one whose modules are all of hosts/kroma. It
// helps to tell those apart whose names are not known. "" if there is none.
func ownFolder(c *graph.Configuration, all []*graph.Configuration) string {
	shared := map[string]int{} // folder → configurations that have modules there
	for _, other := range all {
		seen := map[string]bool{}
		for _, m := range other.Modules {
			for dir := path.Dir(m); dir != "." && !seen[dir]; dir = path.Dir(dir) {
				seen[dir] = true
				shared[dir]++
			}
		}
	}
	within := map[string]int{}
	for _, m := range c.Modules {
		for dir := path.Dir(m); dir != "."; dir = path.Dir(dir) {
			within[dir]++
		}
	}
	best := ""
	for _, dir := range slices.Sorted(maps.Keys(within)) {
		if 2*shared[dir] > len(all) {
			continue
		}
		if best == "" || cmp.Or(cmp.Compare(shared[dir], shared[best]), cmp.Compare(within[best], within[dir])) < 0 {
			best = dir
		}
	}
	if best == "" {
		return ""
	}
	return best + "/"
}

// unnamed reports whether a configuration is called by the place that makes it, for want of a name.
func unnamed(c *graph.Configuration) bool {
	return strings.HasPrefix(c.Name, c.Class+" at ") || strings.HasPrefix(c.Name, "evalModules at ")
}
