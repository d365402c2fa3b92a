package render

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/internal/change"
)

// WhatIf is what would come of setting values to something else.
type WhatIf struct {
	Sets   []*change.WhatIf
	Change *change.Change      // the tree as it is against the tree with all of them set
	Owners map[string][]string // who → files that are changed or define what changes; nil where nobody is named
}

// rest is what differs beside what the values end up in: hosts, imports, options that come and go, what cannot be followed.
func (wi *WhatIf) rest() []changePart {
	told := map[string]bool{}
	for _, w := range wi.Sets {
		told[w.Value.Path] = true
		for _, e := range w.Effects {
			told[e.Flow.To] = true
		}
	}
	options := slices.DeleteFunc(changedDefinitions(wi.Change, nil), func(i changeItem) bool { return told[i.name] })
	all := []changePart{
		{title: "Flows that would come and go", items: changedFlows(wi.Change.Flows)},
		{title: "Options that would be set otherwise", items: options},
		{title: "Hosts", items: changedHosts(wi.Change)},
		{title: "Imports", items: changedImports(wi.Change)},
		{title: "Not followed", items: changedUnresolved(wi.Change)},
	}
	return slices.DeleteFunc(all, func(p changePart) bool { return len(p.items) == 0 })
}

// Text writes it for a terminal.
func (wi *WhatIf) Text(w io.Writer, o Options) error {
	t := &terminal{bufio.NewWriter(w), o.Color, o.Width}
	if t.width == 0 {
		t.width = 120
	}
	g := wi.Change.Then.Graph
	for n, s := range wi.Sets {
		if n > 0 {
			fmt.Fprintln(t)
		}
		then := s.Then
		if then == "" {
			then = fmt.Sprintf("what %s say", plural(len(s.At), "definition", "definitions"))
		}
		fmt.Fprintf(t, "%s  %s → %s\n", t.style(bold, plain(s.Value.Path)), plain(cut(then, 60)), plain(cut(s.Now, 60)))
		for _, at := range s.At {
			fmt.Fprintf(t, "  %s\n", t.style(dim, "set in "+plain(where(at))))
		}
		var text, data, control []changeItem
		for _, e := range s.Effects {
			i := changeItem{name: e.Flow.To, at: e.Flow.At, hosts: e.Hosts, then: e.Then, now: e.Now}
			if len(e.Flow.Through) > 0 {
				i.what = "through " + strings.Join(e.Flow.Through, " → ")
			}
			switch {
			case e.Then != "":
				text = append(text, i)
			case e.Flow.Kind == graph.Control:
				control = append(control, i)
			default:
				data = append(data, i)
			}
		}
		for _, p := range []struct {
			title string
			items []changeItem
		}{{"The text changes here", text}, {"It is part of these, too", data}, {"It decides on these", control}} {
			if len(p.items) == 0 {
				continue
			}
			t.section(p.title)
			for _, i := range p.items {
				t.changeItem(i, "  ", changePlacesText)
			}
		}
		if len(s.Effects) == 0 {
			fmt.Fprintln(t, "\nIt ends up in no option.")
		}
		if all := len(g.Hosts()); all > 1 && len(s.Effects) > 0 {
			names := "all"
			if s.Hosts != nil {
				names = strings.Join(short(s.Hosts), ", ")
			}
			t.section("Hosts")
			fmt.Fprintf(t, "  %s\n", plain(names))
		}
	}
	for _, p := range wi.rest() {
		t.section(p.title)
		for _, i := range p.items {
			t.changeItem(i, "  ", changePlacesText)
			for _, b := range i.below {
				t.changeItem(b, "      ", changePlacesText)
			}
		}
	}
	t.owners(wi.Owners)
	return t.Flush()
}

// owners writes who has to look; nothing where nobody is named.
func (t *terminal) owners(by map[string][]string) {
	if len(by) == 0 {
		return
	}
	t.section("Owners")
	for _, who := range slices.Sorted(maps.Keys(by)) {
		files := by[who]
		text := strings.Join(files[:min(len(files), 3)], ", ")
		if more := len(files) - 3; more > 0 {
			text += fmt.Sprintf(" and %s more", count(more))
		}
		fmt.Fprintf(t, "  %s  %s\n", plain(who), t.style(dim, plain(text)))
	}
}

// jsonOwners is who has to look, for programs.
func jsonOwners(by map[string][]string) []any {
	return list(slices.Sorted(maps.Keys(by)), func(who string) any {
		return object{"owner": who, "files": list(by[who], func(f string) any { return f })}
	})
}

// JSON writes it for programs.
func (wi *WhatIf) JSON(w io.Writer) error {
	str := func(s string) any { return s }
	hosts := func(o object, names []string) object {
		if names != nil {
			o["hosts"] = list(names, str)
		}
		return o
	}
	return encode(w, object{
		"schema": Schema,
		"set": list(wi.Sets, func(s *change.WhatIf) any {
			return hosts(object{
				"value": s.Value.Path, "then": s.Then, "now": s.Now, "at": list(s.At, place),
				"effects": list(s.Effects, func(e change.Effect) any {
					o := object{"option": e.Flow.To, "central": e.Flow.ToValue != nil, "kind": string(e.Flow.Kind), "through": list(e.Flow.Through, str), "at": place(e.Flow.At)}
					if e.Then != "" {
						o["then"], o["now"] = e.Then, e.Now
					}
					return hosts(o, e.Hosts)
				}),
			}, s.Hosts)
		}),
		"hosts":  list(wi.reached(), str),
		"owners": jsonOwners(wi.Owners),
	})
}

// reached are the hosts in which one of the values ends up in an option.
func (wi *WhatIf) reached() []string {
	g := wi.Change.Then.Graph
	var out []string
	for _, s := range wi.Sets {
		if s.Hosts == nil && len(s.Effects) > 0 {
			return g.HostsOf(nil)
		}
		out = append(out, s.Hosts...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Files are those that are changed, and those that define what changes.
func (wi *WhatIf) Files() []string {
	var out []string
	for _, s := range wi.Sets {
		for _, at := range s.At {
			out = append(out, at.File)
		}
		for _, e := range s.Effects {
			out = append(out, e.Flow.At.File)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
