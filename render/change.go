package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/internal/change"
)

// A changePart is a section of what changed.
type changePart struct {
	title string
	note  string
	items []changeItem
	fold  bool // details: a comment folds them
}

// A changeItem is one difference.
type changeItem struct {
	mark      string // +, -, ~ or >
	name      string // what differs: a path, a file, a host
	what      string // words about it, no code
	then, now string // code; "" where there is none
	at        graph.Place
	old       bool     // at is a place of the old side
	hosts     []string // that it holds in; nil for all
	below     []changeItem
	few       int            // how many of below are told at most; 0: as many as the format tells
	spread    *change.Spread // where that is all that differs
	standing  *[2]string     // where that is all that differs
}

// belowShown is how many items below one are told, of which a format tells so many.
func (i *changeItem) belowShown(most int) int {
	if i.few > 0 && i.few < most {
		most = i.few
	}
	return min(len(i.below), most)
}

// spreads has an item tell of the hosts that came and went.
func (i *changeItem) spreads(s *change.Spread) {
	i.spread = s
	if s == nil {
		return
	}
	var words []string
	if len(s.Gained) > 0 {
		words = append(words, "now on "+hostList(s.Gained))
	}
	if len(s.Lost) > 0 {
		words = append(words, "no longer on "+hostList(s.Lost))
	}
	if len(words) == 0 {
		words = []string{"in other homes than before"}
	}
	i.what = strings.TrimPrefix(i.what+", "+strings.Join(words, ", "), ", ")
	i.then, i.now, i.hosts = "", "", nil
}

// followers takes out of a list what comes and goes with its module, and counts it.
func followers(items []changeItem) (rest []changeItem, n int) {
	for _, i := range items {
		if i.spread != nil && i.spread.Follows {
			n++
			continue
		}
		rest = append(rest, i)
	}
	return rest, n
}

// reachShown is how many options are named that a value reaches.
const reachShown = 3

var changeMarks = map[change.How]string{change.Added: "+", change.Removed: "-", change.Changed: "~", change.Renamed: ">"}

// changeParts are the sections of what changed, the most important first. Empty ones are left out.
func changeParts(c *change.Change, most int) []changePart {
	flows, under := splitControl(c)
	options, withModules := followers(changedDefinitions(c, under))
	imports, _ := followers(changedImports(c))
	findings := changePart{title: "Findings"}
	findings.items, findings.note = worthTelling(changedFindings(c))
	values := changePart{title: "Central values"}
	told, following := changedValues(c, under)
	withModules += following
	values.items, values.note = withoutWording(told)
	hosts := changePart{title: "Hosts", items: changedHosts(c)}
	if withModules > 0 {
		hosts.note = "With these come and go " + plural(withModules, "definition", "definitions") + "."
	}
	all := []changePart{
		values,
		{title: "Where values end up", items: changedFlows(flows)},
		{title: "Who reads them", items: changedReaders(c)},
		hosts,
		{title: "Inputs", note: "All that depends on one of them may change, on every host.", items: changedInputs(c)},
		findings,
		{title: "Not followed", items: changedUnresolved(c)},
		{title: "Other options", items: options, fold: true},
		{title: "Other code", items: changedCodes(c), fold: true},
		{title: "Imports", items: imports, fold: true},
	}
	all = slices.DeleteFunc(all, func(p changePart) bool { return len(p.items) == 0 })
	for i := range all {
		all[i].items = grouped(all[i].items, most)
	}
	return all
}

// A definedOption is an option, homes aside, that a file defines newly or no more.
type definedOption struct {
	how          change.How
	option, file string
}

// splitControl takes out of the flows the values that decide on definitions which are new or gone themselves, and on which no other definition is left to
// decide: they are told with the definition, by its option.
func splitControl(c *change.Change) (flows []change.Flow, under map[definedOption][]string) {
	defined := map[definedOption]bool{}
	for _, d := range c.Definitions {
		defined[definedOption{d.How, graph.InHome(d.Option), d.At.File}] = true
	}
	for _, v := range c.Values {
		for _, f := range v.Facts {
			if f.What == "set" {
				defined[definedOption{setHow(f), v.Path, f.At.File}] = true
			}
		}
	}
	under = map[definedOption][]string{}
	for _, f := range c.Flows {
		is := f.Flow()
		k := definedOption{f.How, graph.InHome(f.To), is.At.File}
		if is.Kind != graph.Control || f.How == change.Changed || !defined[k] {
			flows = append(flows, f)
			continue
		}
		if len(is.Through) == 0 {
			under[k] = append(under[k], f.From)
		}
	}
	return flows, under
}

// setHow is what became of a definition of a value.
func setHow(f change.Fact) change.How {
	switch {
	case f.Then == "":
		return change.Added
	case f.Now == "":
		return change.Removed
	}
	return change.Changed
}

// underWords names what decides on a definition.
func underWords(values []string) string {
	if len(values) == 0 {
		return ""
	}
	text := "under " + strings.Join(values[:min(len(values), 2)], ", ")
	if more := len(values) - 2; more > 0 {
		text += fmt.Sprintf(" and %s more", count(more))
	}
	return text
}

// A section with more items than a format shows tells of so many of a group's.
const (
	fewGrouped = 3 // at most, one by one
	leastGroup = 4 // of so many and more
)

// grouped puts what a file has below one prefix together, where there is more than a format shows: else what comes last in the alphabet is not seen.
func grouped(items []changeItem, most int) []changeItem {
	if len(items) <= most {
		return items
	}
	type group struct{ mark, file, head string }
	of := func(i changeItem) (group, bool) {
		return group{i.mark, i.at.File, optionHead(i.name)}, len(i.below) == 0
	}
	return together(items, leastGroup, of, func(all *changeItem) {
		name := commonPath(all.below) + " (" + count(len(all.below)) + ")"
		*all = changeItem{mark: all.mark, name: name, at: all.at, old: all.old, few: fewGrouped, below: all.below}
	})
}

// optionHead is the beginning of an option that belongs to one service or program: two names, or one within what holds everything.
func optionHead(option string) string {
	segs := graph.SplitPath(graph.InHome(option))
	n := 2
	if len(segs) > 0 && segs[0] == "systemd" {
		n = 3
	}
	return strings.Join(segs[:min(len(segs), n)], ".")
}

// withoutWording leaves out values of which nothing but the description differs, and counts them, unless there are no others.
func withoutWording(items []changeItem) (rest []changeItem, note string) {
	for _, i := range items {
		if i.mark != "~" || slices.ContainsFunc(i.below, func(b changeItem) bool { return b.name != "description" }) {
			rest = append(rest, i)
		}
	}
	n := len(items) - len(rest)
	switch {
	case n == 0 || len(rest) == 0:
		return items, ""
	case n == 1:
		return rest, "And the description of one more is reworded."
	}
	return rest, "And the descriptions of " + count(n) + " more are reworded."
}

// changedValues tells of values. What of them only comes or goes with hosts that do is counted.
func changedValues(c *change.Change, under map[definedOption][]string) (out []changeItem, following int) {
	for _, v := range c.Values {
		if v.How == change.Changed {
			n := len(v.Facts)
			v.Facts = slices.DeleteFunc(slices.Clone(v.Facts), change.Fact.WithHosts)
			following += n - len(v.Facts)
			if n > 0 && len(v.Facts) == 0 {
				continue
			}
		}
		i := changeItem{mark: changeMarks[v.How], name: v.Path}
		switch v.How {
		case change.Added, change.Removed:
			is := v.Now
			if is == nil {
				is, i.old = v.Then, true
			}
			i.at = declaredAt(is)
			var words []string
			if is.Type != "" {
				words = append(words, oneLine(is.Type))
			}
			if is.Default != "" {
				words = append(words, "default "+cut(oneLine(is.Default), 40))
			}
			if n := is.FanOut.Reads; n > 0 {
				words = append(words, plural(n, "read", "reads"))
			}
			i.what = strings.Join(words, ", ")
		case change.Renamed:
			i.what = "was " + v.Was
			i.at = declaredAt(v.Now)
		}
		if n := len(v.Reach); n > 0 {
			i.what = strings.TrimPrefix(i.what+", reaches "+plural(n, "option", "options"), ", ")
			if v.Hosts != nil {
				i.what += " on " + hostList(v.Hosts)
			}
			i.what += ": " + strings.Join(v.Reach[:min(n, reachShown)], ", ")
			if n > reachShown {
				i.what += ", …"
			}
		}
		for _, f := range v.Facts {
			below := changeItem{name: f.What, then: f.Then, now: f.Now, at: f.At, old: f.Old, hosts: f.Hosts}
			below.spreads(f.Spread)
			if f.What == "set" {
				below.what = strings.TrimPrefix(below.what+", "+underWords(under[definedOption{setHow(f), v.Path, f.At.File}]), ", ")
				below.what = strings.TrimSuffix(below.what, ", ")
			}
			if f.What == "declared" {
				below.name = "declared no more"
				if f.Then == "" {
					below.name = "declared now"
				}
			}
			if f.What == "description" {
				below.then, below.now, below.what = "", "", "reworded"
			}
			i.below = append(i.below, below)
		}
		// What a registry's member is set to stands where it is declared.
		if len(i.below) == 1 && i.below[0].at == i.at && i.below[0].name == "set" && v.How != change.Changed {
			set := i.below[0]
			i.then, i.now, i.hosts, i.below = set.then, set.now, set.hosts, nil
		}
		out = append(out, i)
	}
	return out, following
}

// changedFlows groups flows by value.
func changedFlows(flows []change.Flow) (out []changeItem) {
	for _, f := range flows {
		if len(out) == 0 || out[len(out)-1].name != f.From {
			out = append(out, changeItem{name: f.From})
		}
		is := f.Flow()
		i := changeItem{mark: changeMarks[f.How], name: f.To, at: is.At, old: f.Now == nil, hosts: f.Hosts}
		i.what = kindWords(is.Kind)
		if f.How == change.Changed && f.Then.Kind != f.Now.Kind {
			i.what = kindWords(f.Then.Kind) + " before, now " + kindWords(f.Now.Kind)
		}
		if len(is.Through) > 0 {
			i.what += ", through " + strings.Join(is.Through[:min(len(is.Through), 3)], " → ")
			if more := len(is.Through) - 3; more > 0 {
				i.what += fmt.Sprintf(" → … (%d more)", more)
			}
		}
		i.spreads(f.Spread)
		last := &out[len(out)-1]
		last.below = append(last.below, i)
	}
	for i := range out {
		out[i].below, _ = followers(out[i].below)
	}
	out = slices.DeleteFunc(out, func(i changeItem) bool { return len(i.below) == 0 })
	for i := range out {
		out[i].mark = "~"
		var n [3]int
		for _, b := range out[i].below {
			n[strings.Index("+-~", b.mark)]++
		}
		var words []string
		for k, word := range []string{"new", "gone", "different"} {
			if n[k] > 0 {
				words = append(words, fmt.Sprintf("%s %s", count(n[k]), word))
			}
		}
		out[i].what = strings.Join(words, ", ")
		out[i].below = switched(out[i].below)
		slices.SortStableFunc(out[i].below, func(a, b changeItem) int {
			return cmp.Compare(strings.Index("+-~", a.mark), strings.Index("+-~", b.mark))
		})
	}
	return out
}

// fewSwitched is how many options that a value decides on are told one by one.
const fewSwitched = 2

// switched tells in one line of options that a switch decides on in one file, where they are many: what is written below mkIf is under it.
func switched(items []changeItem) []changeItem {
	type group struct{ mark, what, file string }
	of := func(i changeItem) (group, bool) {
		return group{i.mark, i.what, i.at.File}, strings.HasPrefix(i.what, kindWords(graph.Control))
	}
	return together(items, fewSwitched+1, of, func(all *changeItem) {
		all.name = commonPath(all.below) + " (" + plural(len(all.below), "option", "options") + ")"
		all.what = strings.Replace(all.what, "decides on it", "decides on them", 1)
	})
}

// together puts the items of a group below one, where there are at least so many of them: the first of them, of which tell says what it is called. of gives
// an item's group, and false where it has none.
func together[G comparable](items []changeItem, least int, of func(i changeItem) (G, bool), tell func(all *changeItem)) []changeItem {
	n := map[G]int{}
	for _, i := range items {
		if g, ok := of(i); ok {
			n[g]++
		}
	}
	var out []changeItem
	at := map[G]int{}
	for _, i := range items {
		g, ok := of(i)
		if !ok || n[g] < least {
			out = append(out, i)
			continue
		}
		k, again := at[g]
		if !again {
			k = len(out)
			at[g] = k
			out = append(out, i)
		}
		out[k].below = append(out[k].below, i)
	}
	for _, k := range at {
		tell(&out[k])
	}
	return out
}

// commonPath is what the names of several options begin with, and a star; where they have nothing in common, what the first few begin with.
func commonPath(items []changeItem) string {
	segs := graph.SplitPath(items[0].name)
	for _, i := range items[1:] {
		other := graph.SplitPath(i.name)
		k := 0
		for k < len(segs) && k < len(other) && segs[k] == other[k] {
			k++
		}
		segs = segs[:k]
	}
	if len(segs) > 0 {
		return strings.Join(append(slices.Clone(segs), "*"), ".")
	}
	var heads []string
	for _, i := range items {
		if h := optionHead(i.name) + ".*"; !slices.Contains(heads, h) {
			heads = append(heads, h)
		}
	}
	text := strings.Join(heads[:min(len(heads), 2)], ", ")
	if len(heads) > 2 {
		text += ", …"
	}
	return text
}

// kindWords tells what part a value has in a definition.
func kindWords(k graph.FlowKind) string {
	switch k {
	case graph.Data:
		return "its data"
	case graph.Key:
		return "names it"
	case graph.Control:
		return "decides on it"
	}
	return "its default"
}

func changedReaders(c *change.Change) (out []changeItem) {
	for _, r := range c.Readers {
		i := changeItem{mark: changeMarks[r.How()], name: r.Value, at: r.At, old: r.Old, hosts: r.Hosts}
		switch {
		case r.Then == 0 && r.Now > 1:
			i.what = plural(r.Now, "read", "reads")
		case r.Now == 0 && r.Then > 1:
			i.what = plural(r.Then, "read", "reads")
		case r.Then > 0 && r.Now > 0:
			i.what = fmt.Sprintf("%s → %s", count(r.Then), plural(r.Now, "read", "reads"))
		}
		out = append(out, i)
	}
	return out
}

// changedHosts tells of hosts that come to the same modules, or leave the same ones, together.
func changedHosts(c *change.Change) (out []changeItem) {
	at := map[string]int{}
	var names [][]string
	for _, h := range c.Hosts {
		if h.How != change.Changed {
			n := len(h.Gained)
			if h.How == change.Removed {
				n = len(h.Lost)
			}
			names = append(names, []string{h.Name})
			out = append(out, changeItem{mark: changeMarks[h.How], name: h.Name, what: h.Class + ", " + plural(n, "module", "modules")})
			continue
		}
		k := strings.Join(h.Gained, "\n") + "\n\n" + strings.Join(h.Lost, "\n")
		if i, ok := at[k]; ok {
			names[i] = append(names[i], h.Name)
			continue
		}
		at[k] = len(out)
		names = append(names, []string{h.Name})
		i := changeItem{mark: "~", what: h.Class}
		for _, m := range h.Gained {
			i.below = append(i.below, changeItem{mark: "+", name: m})
		}
		for _, m := range h.Lost {
			i.below = append(i.below, changeItem{mark: "-", name: m})
		}
		out = append(out, i)
	}
	for i := range out {
		if out[i].name = names[i][0]; len(names[i]) > 1 {
			out[i].name, out[i].what = hostList(names[i]), ""
		}
	}
	return out
}

func changedInputs(c *change.Change) (out []changeItem) {
	for _, in := range c.Inputs {
		i := changeItem{mark: changeMarks[in.How], name: in.Name, then: in.Then, now: in.Now}
		// Mostly it is another revision of the same.
		if ref, rev, ok := strings.Cut(in.Now, " "); ok && in.How == change.Changed && strings.HasPrefix(in.Then, ref+" ") {
			i.now = rev
		}
		out = append(out, i)
	}
	return out
}

func changedFindings(c *change.Change) (out []changeItem) {
	for _, f := range c.New {
		out = append(out, changeItem{mark: "+", name: f.Severity.String() + " " + f.Check, what: f.Message, at: f.At})
	}
	for _, f := range c.Fixed {
		out = append(out, changeItem{mark: "-", name: f.Severity.String() + " " + f.Check, what: f.Message, at: f.At, old: true})
	}
	return out
}

// worthTelling leaves informations out and counts them.
func worthTelling(findings []changeItem) (rest []changeItem, note string) {
	var came, gone int
	for _, f := range findings {
		switch {
		case !strings.HasPrefix(f.name, "info "):
			rest = append(rest, f)
		case f.mark == "+":
			came++
		default:
			gone++
		}
	}
	if came+gone > 0 {
		note = fmt.Sprintf("And informations: %s new, %s gone.", count(came), count(gone))
	}
	// Errors come first, and what is new before what is gone.
	slices.SortStableFunc(rest, func(a, b changeItem) int {
		severity := func(i changeItem) int { s, _, _ := strings.Cut(i.name, " "); return severityOrder(s) }
		return cmp.Or(strings.Index("+-", a.mark)-strings.Index("+-", b.mark), severity(a)-severity(b))
	})
	return rest, note
}

func changedUnresolved(c *change.Change) (out []changeItem) {
	for _, u := range c.Unresolved {
		out = append(out, changeItem{mark: changeMarks[u.How], name: u.Path, what: u.Reason, at: u.At, old: u.Old})
	}
	return out
}

func changedDefinitions(c *change.Change, under map[definedOption][]string) (out []changeItem) {
	for _, d := range c.Definitions {
		i := changeItem{mark: changeMarks[d.How], name: d.Option, then: d.Then, now: d.Now, at: d.At, old: d.Old, hosts: d.Hosts, standing: d.Standing}
		i.what = underWords(under[definedOption{d.How, graph.InHome(d.Option), d.At.File}])
		i.spreads(d.Spread)
		out = append(out, i)
	}
	return restood(out)
}

// fewRestood is how many definitions that only weigh otherwise, or have come under a condition, are told one by one.
const fewRestood = 2

// restood tells in one line of the definitions of a file that only weigh otherwise than they did, or have come under a condition, where they are many.
func restood(items []changeItem) []changeItem {
	type group struct {
		file     string
		standing [2]string
	}
	of := func(i changeItem) (g group, ok bool) {
		if i.standing != nil {
			g, ok = group{i.at.File, *i.standing}, true
		}
		return g, ok
	}
	return together(items, fewRestood+1, of, func(all *changeItem) {
		name, what := commonPath(all.below)+" ("+plural(len(all.below), "option", "options")+")", "as before, now "+strings.Trim(all.standing[1], "()")
		if all.standing[1] == "" {
			what = "as before, no longer " + strings.Trim(all.standing[0], "()")
		}
		*all = changeItem{mark: all.mark, name: name, what: what, at: all.at, few: fewGrouped, below: all.below}
	})
}

func changedCodes(c *change.Change) (out []changeItem) {
	for _, k := range c.Code {
		i := changeItem{mark: changeMarks[k.How], name: k.Name, at: k.At, old: k.Old, then: k.Then, now: k.Now}
		if n := len(k.Options); n > 0 {
			i.what = "used by " + strings.Join(k.Options[:min(n, 3)], ", ")
			if n > 3 {
				i.what += fmt.Sprintf(" and %s more", count(n-3))
			}
		}
		out = append(out, i)
	}
	return out
}

func changedImports(c *change.Change) (out []changeItem) {
	for _, m := range c.Imports {
		i := changeItem{mark: changeMarks[m.How], name: m.To, at: m.At, old: m.Old, hosts: m.Hosts}
		if m.Disabled {
			i.what = "commented out"
		}
		if m.Missing {
			i.what = "which is not there"
		}
		i.spread = m.Spread
		out = append(out, i)
	}
	return out
}

// changeHead says in a line what is compared: "main → the working tree: 3 files, 2 of them moved".
func changeHead(c *change.Change) string {
	n := map[string]int{}
	for _, f := range c.Files {
		switch {
		case f.How == change.Renamed:
			n["moved"]++
		case f.Layout:
			n["layout"]++
		case !f.Code:
			n["other"]++
		}
	}
	var words []string
	for _, w := range []struct{ key, words string }{{"moved", "moved"}, {"layout", "comments and layout only"}, {"other", "no Nix code"}} {
		if n[w.key] > 0 {
			words = append(words, fmt.Sprintf("%s %s", count(n[w.key]), w.words))
		}
	}
	text := plural(len(c.Files), "file", "files")
	if len(words) > 0 {
		text += " (" + strings.Join(words, ", ") + ")"
	}
	return text
}

// rebuilt parts the hosts into those that may be built differently, those of which nothing changed but the revision that they ask for, and
// those that are the same.
func rebuilt(c *change.Change) (differ []change.Rebuild, marked, same []string) {
	for _, r := range c.Rebuild {
		switch {
		case len(r.Why) > 0:
			differ = append(differ, r)
		case r.Commit != "":
			marked = append(marked, r.Host)
		default:
			same = append(same, r.Host)
		}
	}
	return differ, marked, same
}

// commitPlace is where the first host that does asks for the revision.
func commitPlace(c *change.Change) string {
	for _, r := range c.Rebuild {
		if r.Commit != "" {
			return r.Commit
		}
	}
	return ""
}

// Rebuilt hosts with the same reasons are told together.
type rebuiltHosts struct {
	hosts, why []string
}

// alikeRebuilt puts hosts with the same reasons together, in the order of their first.
func alikeRebuilt(all []change.Rebuild) (out []rebuiltHosts) {
	at := map[string]int{}
	for _, r := range all {
		k := strings.Join(r.Why, "\n")
		i, ok := at[k]
		if !ok {
			i = len(out)
			at[k] = i
			out = append(out, rebuiltHosts{why: r.Why})
		}
		out[i].hosts = append(out[i].hosts, r.Host)
	}
	return out
}
