package flowtest

import (
	"fmt"
	"slices"
	"strings"
)

// rank orders the kinds that one edge may carry: data beats key beats control. Between values the kind is default.
var rank = map[string]int{"data": 4, "key": 3, "control": 2, "default": 1}

// merged keeps one flow per edge, that of the strongest kind, sorted. It holds wherever the edge holds.
func merged(flows []Flow) []Flow {
	best := map[[2]string]Flow{}
	for _, f := range flows {
		k := [2]string{join(split(f.From)), join(split(f.To))}
		old, ok := best[k]
		if !ok || rank[f.Kind] > rank[old.Kind] {
			best[k] = Flow{k[0], k[1], f.Kind, both(old.In, f.In)}
		} else {
			old.In = both(old.In, f.In)
			best[k] = old
		}
	}
	out := make([]Flow, 0, len(best))
	for _, f := range best {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b Flow) int { return strings.Compare(a.String(), b.String()) })
	return out
}

func both(a, b string) string { return In(append(strings.Fields(a), strings.Fields(b)...)) }

// holds is where the flows that are the same edge as f hold, all together.
func holds(f Flow, flows []Flow) string {
	var in string
	for _, g := range flows {
		if edge(f, g) {
			in = both(in, g.In)
		}
	}
	return in
}

func edge(a, b Flow) bool {
	return same(split(a.From), split(b.From)) && same(split(a.To), split(b.To))
}

// kindOf is the strongest kind among the flows that are the same edge as f.
func kindOf(f Flow, flows []Flow) (kind string, found bool) {
	for _, g := range flows {
		if edge(f, g) && rank[g.Kind] > rank[kind] {
			kind, found = g.Kind, true
		}
	}
	return kind, found
}

// Compare says in which ways an analysis's flows and findings differ from what the case wants; nil if in none.
// Findings of a check that the case does not name are not looked at.
func (c Case) Compare(got []Flow, findings []Finding) []string {
	var diffs []string
	got = merged(got)
	for _, w := range c.Flows {
		kind, ok := kindOf(w, got)
		switch {
		case !ok:
			diffs = append(diffs, "missing: "+w.String())
		// A * may stand for several edges of different kinds, so that any of them will do.
		case kind != w.Kind && !slices.ContainsFunc(got, func(g Flow) bool { return edge(g, w) && g.Kind == w.Kind }):
			diffs = append(diffs, fmt.Sprintf("kind: %s, got %s", w, kind))
		case w.In != "" && short(holds(w, got)) != w.In:
			diffs = append(diffs, fmt.Sprintf("hosts: %s, got [%s]", w, short(holds(w, got))))
		}
	}
	for _, g := range got {
		if !c.Names(g.From) {
			continue
		}
		kind, ok := kindOf(g, c.Flows)
		switch {
		case !ok:
			diffs = append(diffs, "extra: "+g.String())
		case kind != g.Kind && !slices.ContainsFunc(c.Flows, func(w Flow) bool { return edge(g, w) && g.Kind == w.Kind }):
			diffs = append(diffs, fmt.Sprintf("kind: got %s, want %s", g, kind))
		}
	}
	for _, w := range c.Findings {
		if !slices.Contains(findings, w) {
			diffs = append(diffs, "missing: "+w.String())
		}
	}
	for _, f := range findings {
		named := slices.ContainsFunc(c.Findings, func(w Finding) bool { return w.Check == f.Check })
		if named && !slices.Contains(c.Findings, f) {
			diffs = append(diffs, "extra: "+f.String())
		}
	}
	return diffs
}

// short drops what stands before a configuration's own name: nixosConfigurations.web is web.
func short(in string) string {
	names := strings.Fields(in)
	for i, n := range names {
		segs := split(n)
		names[i] = segs[len(segs)-1]
	}
	return In(names)
}

// Names tells whether the case speaks of a value, so that its want lines are complete for it.
func (c Case) Names(value string) bool {
	v := split(value)
	return slices.ContainsFunc(c.None, func(n string) bool { return same(split(n), v) }) ||
		slices.ContainsFunc(c.Flows, func(w Flow) bool { return same(split(w.From), v) })
}

// A Score counts for precision and recall.
type Score struct {
	Wanted, Found int // wanted edges, and those of them that were found with their kind
	Listed, True  int // edges listed for the values that the case names, and those of them that it wants
}

// Score counts how much of what is wanted was found, and how much of what was found is wanted.
func (c Case) Score(got []Flow) Score {
	var s Score
	got = merged(got)
	match := func(a Flow, in []Flow) bool {
		return slices.ContainsFunc(in, func(b Flow) bool { return edge(a, b) && a.Kind == b.Kind })
	}
	for _, w := range c.Flows {
		s.Wanted++
		if match(w, got) {
			s.Found++
		}
	}
	for _, g := range got {
		if c.Names(g.From) {
			s.Listed++
			if match(g, c.Flows) {
				s.True++
			}
		}
	}
	return s
}
