package render

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"nixsink/graph"
)

// maxNodes is from where on a picture tells less than its folded self.
const maxNodes = 150

// collapse folds what the options name, and then, if the picture is still too large, whatever makes it legible: the
// finest grain first. It notes what it did and how to undo it.
func (p *picture) collapse(o Options, unasked bool) error {
	for _, c := range o.Collapse {
		switch c {
		case "folder":
			p.fold(foldRule{"modules by folder", byFolder}, all)
		case "layer":
			p.fold(foldRule{"modules by layer", byLayer}, all)
		case "service":
			p.fold(foldRule{"options by service", byService}, all)
		default:
			re, err := regexp.Compile(c)
			if err != nil {
				return usagef("--collapse: %v", err)
			}
			did := p.fold(foldRule{"what matches " + c, func(n *node) string {
				for _, name := range n.names {
					if m := re.FindStringSubmatch(name); m != nil {
						return m[min(1, len(m)-1)]
					}
				}
				return ""
			}}, all)
			if !did {
				p.notes = append(p.notes, fmt.Sprintf("--collapse %s folds nothing: no two nodes match it with the same name. Put what they share into a group, as in (media/[a-z]+)arr.", c))
			}
		}
	}
	if p.view.Name == "values" && len(o.Collapse) > 0 {
		p.columns()
	}
	limit := o.MaxNodes
	if limit == 0 {
		limit = maxNodes
	}
	if limit > 0 && unasked && len(p.nodes) > limit {
		p.shrink(limit)
	}
	return nil
}

// shrink folds a picture down to so many nodes, and notes what it did.
func (p *picture) shrink(limit int) {
	was := len(p.nodes)
	var did []string
	fold := func(r foldRule, enough int) {
		if p.fold(r, enough) && !slices.Contains(did, r.name) {
			did = append(did, r.name)
		}
	}
	// Every option first, by one rule: a mixture would be hard to read. By its service; where that is the same for nearly all, by the names below.
	room := share(p.counts(), limit)
	first := ladders[optionNode][0]
	for _, depth := range []int{5, 4, 3} {
		if p.distinct(first.into) >= 8 {
			break
		}
		if finer := byNames(optionNode, depth); p.distinct(finer) <= room[optionNode] {
			first = foldRule{"options by their first names", finer}
			break
		}
	}
	fold(first, all)
	room = share(p.counts(), limit)
	p.weigh(room)
	for _, k := range []kind{optionNode, valueNode, moduleNode} {
		for _, r := range ladders[k] {
			if spare := p.counts()[k] - room[k]; spare > 0 {
				fold(r, spare)
			}
		}
	}
	if p.view.Name == "values" {
		p.columns()
	}
	if len(did) > 0 {
		p.was, p.rules = was, did
	}
}

// told are the notes, and before them what was folded for want of room: other rules may have folded further since.
func (p *picture) told() []string {
	if p.was == 0 {
		return p.notes
	}
	return append([]string{fmt.Sprintf("Folded from %s to %s: %s. See all with --max-nodes -1, a part with --focus, --top or --only.",
		plural(p.was, "node", "nodes"), count(len(p.nodes)), strings.Join(p.rules, ", "))}, p.notes...)
}

// weigh marks the values that make more of the picture each than a box does on the average: they are what it is about, and are not folded. No more than a
// third of the room is theirs.
func (p *picture) weigh(room map[kind]int) {
	weight := p.weights()
	var values []*node
	sum := 0
	for _, n := range p.nodes {
		if n.kind == valueNode && n.holds == 0 {
			values = append(values, n)
			sum += weight[n]
		}
	}
	if len(values) <= room[valueNode] {
		return
	}
	slices.SortStableFunc(values, func(a, b *node) int { return cmp.Or(cmp.Compare(weight[b], weight[a]), strings.Compare(a.key, b.key)) })
	for _, n := range values[:room[valueNode]/3] {
		n.heavy = weight[n]*room[valueNode] > sum
	}
}

// weights says how much each node takes and gives.
func (p *picture) weights() map[*node]int {
	weight := map[*node]int{}
	for _, e := range p.edges {
		n := e.amount().n
		weight[e.from] += n
		weight[e.to] += n
	}
	return weight
}

// distinct counts the names that a rule gives.
func (p *picture) distinct(into func(n *node) string) int {
	names := map[string]bool{}
	for _, n := range p.nodes {
		if name := into(n); name != "" {
			names[name] = true
		}
	}
	return len(names)
}

func (p *picture) counts() map[kind]int {
	counts := map[kind]int{}
	for _, n := range p.nodes {
		counts[n.kind]++
	}
	return counts
}

// share divides the room for nodes among the kinds: equally, and what one does not need goes to the others; but no kind gets much more
// than half, for a column of a hundred beside one of ten makes a picture that nobody can see at once.
func share(counts map[kind]int, limit int) map[kind]int {
	kinds := slices.SortedFunc(maps.Keys(counts), func(a, b kind) int { return cmp.Or(cmp.Compare(counts[a], counts[b]), cmp.Compare(a, b)) })
	room := map[kind]int{}
	most := limit
	if len(kinds) > 1 {
		most = limit * 11 / 20
	}
	for i, k := range kinds {
		room[k] = min(counts[k], most, limit/(len(kinds)-i))
		limit -= room[k]
	}
	return room
}

// all folds without a limit.
const all = 1 << 30

// fold merges nodes of one kind and column that the rule gives one name, until it has saved enough nodes. What was
// asked for by name stays itself, and so does what would be alone; and so do the few that are broken, for they are what
// a reader looks for.
func (p *picture) fold(r foldRule, enough int) bool {
	type target struct {
		kind   kind
		column int
		name   string
	}
	weight, broken := p.weights(), 0
	for _, n := range p.nodes {
		if n.bad {
			broken++
		}
	}
	groups := map[target][]*node{}
	heaviest := map[target]int{}
	apart := map[target]bool{} // some of the group stay themselves
	for _, n := range p.nodes {
		if name := r.into(n); name != "" && !n.focus && !n.high && !n.kept && (!n.bad || broken > 12) {
			t := target{n.kind, n.column, name}
			if p.view.Name == "values" {
				// Where values stand follows from what they flow into: a namespace is one node, and finds its column afterwards.
				t.column = 0
			}
			if n.heavy {
				apart[t] = true
				continue
			}
			groups[t] = append(groups[t], n)
			heaviest[t] = max(heaviest[t], weight[n])
		}
	}
	order := slices.SortedFunc(maps.Keys(groups), func(a, b target) int {
		return cmp.Or(cmp.Compare(heaviest[a], heaviest[b]), strings.Compare(a.name, b.name), cmp.Compare(a.column, b.column))
	})
	into := map[*node]*node{}
	for _, t := range order {
		members := groups[t]
		if len(members) < 2 || enough <= 0 {
			continue
		}
		label := t.name
		if len(members) > enough+1 {
			// Not all of the group need go: the heaviest stay themselves.
			slices.SortStableFunc(members, func(a, b *node) int { return cmp.Compare(weight[a], weight[b]) })
			// But where few of them stay, those that are like the ones that go are no better than these.
			sum := 0
			for _, n := range members {
				sum += weight[n]
			}
			most := enough + 1
			for 3*most > 2*len(members) && most < len(members) && 2*weight[members[most]]*len(members) <= 3*sum {
				most++
			}
			apart[t] = apart[t] || most < len(members)
			members = members[:most]
		}
		if apart[t] {
			label += " others"
		}
		enough -= len(members) - 1
		f := &node{kind: t.kind, key: fmt.Sprintf("%s:%d:fold:%s", t.kind, t.column, t.name), label: label, names: []string{t.name},
			group: members[0].group, folder: members[0].folder, column: t.column, faint: true, bad: true}
		f.mark = members[0].mark
		for _, m := range members {
			into[m] = f
			f.mark = f.mark.with(m.mark)
			f.holds += max(1, m.holds)
			f.reads += m.reads
			f.bad = f.bad && m.bad
			f.faint = f.faint && m.faint
			if m.group != f.group {
				f.group = ""
			}
		}
		if t.kind == optionNode {
			f.group = ""
		}
		f.tip = []string{label, fmt.Sprintf("%d %ss folded", f.holds, t.kind)}
		for _, m := range members[:min(len(members), 12)] {
			f.tip = append(f.tip, "· "+m.full())
		}
		if len(members) > 12 {
			f.tip = append(f.tip, "…")
		}
	}
	if len(into) == 0 {
		return false
	}
	p.replace(into)
	return true
}

// replace puts nodes in the place of others and merges their edges; an edge within a node vanishes.
func (p *picture) replace(into map[*node]*node) {
	nodes := map[*node]bool{}
	for _, n := range p.nodes {
		if f := into[n]; f != nil {
			n = f
		}
		nodes[n] = true
	}
	edges := map[edgeKey]*edge{}
	for _, e := range p.edges {
		k := edgeKey{e.from, e.to, e.violation, e.disabled, e.control}
		if f := into[k.from]; f != nil {
			k.from = f
		}
		if f := into[k.to]; f != nil {
			k.to = f
		}
		if k.from == k.to && e.from != e.to {
			continue
		}
		m := edges[k]
		if m == nil {
			m = &edge{from: k.from, to: k.to, by: map[*graph.Value]amount{}, violation: k.violation, disabled: k.disabled, control: k.control, mark: e.mark}
			edges[k] = m
		}
		m.mark = m.mark.with(e.mark)
		m.extra = m.extra.plus(e.extra)
		for v, a := range e.by {
			m.by[v] = m.by[v].plus(a)
		}
	}
	p.nodes = slices.SortedFunc(maps.Keys(nodes), func(a, b *node) int { return strings.Compare(a.key, b.key) })
	p.edges = slices.SortedFunc(maps.Values(edges), compareEdges)
}
