package render

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"nixsink/graph"
)

// The overview is one page whatever the repository: so many boxes, shared out among the values, the modules and the services. What has no
// room is folded into one box of its column, with its count.
const overviewNodes = 30

// overviewShare is how the room is shared out: the services tell most, the parts of the configuration between are few.
var overviewShare = map[kind]int{valueNode: 10, moduleNode: 8, optionNode: 12}

// through adds the flows of some values that go through other values: to the file and the option that they reach in the end. What is
// drawn of such a value is then what trace tells of it.
func (s *sketch) through(vs []*graph.Value) {
	for _, v := range vs {
		for _, f := range s.g.Flows.Of(v) {
			if f.ToValue != nil || len(f.Through) == 0 {
				continue
			}
			m, o := s.module(f.At.File), s.option(f.To, f.At)
			m.column, o.column = 1, 2
			k := edgeKey{from: m, to: o, control: f.Kind == graph.Control}
			if e := s.edges[k]; e == nil || e.by[v].n == 0 {
				s.carry(k, v, amount{n: 1})
			}
			from := s.value(v)
			if s.edges[edgeKey{from: from, to: m}] == nil && s.edges[edgeKey{from: from, to: m, violation: true}] == nil {
				s.carry(edgeKey{from: from, to: m}, v, amount{n: 1})
			}
		}
	}
}

// focused are the values that the options focus on.
func (s *sketch) focused(o Options) (vs []*graph.Value) {
	for _, v := range s.g.Values {
		n := &node{label: valueName(v), names: []string{v.Path}}
		for _, id := range v.IDs {
			n.names = append(n.names, id.Name)
		}
		if slices.ContainsFunc(o.Focus, n.called) {
			vs = append(vs, v)
		}
	}
	return vs
}

// overview folds a picture to one page: the most read values, modules by part of the configuration, options by service.
func (p *picture) overview(ordered bool, limit int) {
	if limit <= 0 {
		limit = overviewNodes
	}
	was := len(p.nodes)
	room := map[kind]int{}
	for k, n := range overviewShare {
		room[k] = max(2, n*limit/overviewNodes)
	}
	if !ordered {
		p.regroup()
	}
	if was <= limit {
		return
	}
	p.fold(foldRule{"options by service", byService}, all)
	// Modules by the finest folders that have room; by their layers where there are too many, or just one.
	rule := foldRule{"modules by layer", byLayer}
	for i, r := range ladders[moduleNode] {
		if n := p.distinct(r.into); n <= room[moduleNode] {
			if 2*n < room[moduleNode] && i > 0 {
				r = ladders[moduleNode][i-1] // too coarse: the largest of the finer ones, and the rest
			}
			rule = r
			break
		}
	}
	p.fold(rule, all)
	p.nameBands()
	weight := map[*node]int{}
	for _, e := range p.edges {
		weight[e.from] += e.amount().n
		weight[e.to] += e.amount().n
	}
	for _, k := range []kind{valueNode, moduleNode, optionNode} {
		p.foldRest(k, room[k], map[kind]string{valueNode: "other values", moduleNode: "other modules", optionNode: "other services"}[k], weight)
	}
	if len(p.nodes) < was {
		p.notes = append(p.notes, "The most read values, the parts of the configuration, the services reached most; the rest is folded. All of it: --view sinks --max-nodes -1.")
	}
}

// nameBands gives a box that parts of several bands are folded into a band of its own: the folder that they all lie in, with the colour of the first.
func (p *picture) nameBands() {
	for _, n := range p.nodes {
		folder, ok := strings.CutSuffix(n.label, "/")
		if n.kind != moduleNode || n.group != "" || n.holds == 0 || !ok || folder == "." {
			continue
		}
		if _, taken := p.tones[folder]; !taken {
			tone := -1
			for _, name := range slices.Sorted(maps.Keys(p.tones)) {
				if t := p.tones[name]; strings.HasPrefix(name, folder+"/") && (tone < 0 || t < tone) {
					tone = t
				}
			}
			if tone < 0 {
				continue
			}
			p.tones[folder] = tone
		}
		n.group = folder
	}
}

// foldRest keeps so many nodes of a kind, the heaviest, and folds the others into one, which counts as one of them.
func (p *picture) foldRest(k kind, room int, label string, weight map[*node]int) {
	var of []*node
	for _, n := range p.nodes {
		if n.kind == k && !n.high && !n.focus && !n.kept {
			of = append(of, n)
		}
	}
	if len(of) <= room {
		return
	}
	slices.SortStableFunc(of, func(a, b *node) int {
		if a.value != nil && b.value != nil {
			return byReads(a.value, b.value)
		}
		return cmp.Or(cmp.Compare(weight[b], weight[a]), cmp.Compare(a.key, b.key))
	})
	rest := of[room-1:]
	f := &node{kind: k, key: fmt.Sprintf("%s:~rest", k), label: label, names: []string{label}, column: rest[0].column}
	into := map[*node]*node{}
	f.mark = rest[0].mark
	for _, n := range rest {
		into[n] = f
		f.mark = f.mark.with(n.mark)
		f.holds += max(1, n.holds)
		f.reads += n.reads
	}
	f.tip = []string{label, fmt.Sprintf("%d folded", f.holds)}
	for _, n := range rest[:min(len(rest), 12)] {
		f.tip = append(f.tip, "· "+n.full())
	}
	if len(rest) > 12 {
		f.tip = append(f.tip, "…")
	}
	p.replace(into)
}
