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
	p.fold(foldRule{"options by service", p.byServiceOfAnyone()}, all)
	// Modules by the finest folders that have room, and what is largest among them in parts; by their layers where there are too many folders.
	rule := foldRule{"modules by layer", byLayer}
	for _, r := range ladders[moduleNode] {
		if p.distinct(r.into) <= room[moduleNode] {
			rule = p.part(r, room[moduleNode])
			break
		}
	}
	p.fold(rule, all)
	p.nameBands()
	weight := p.weights()
	for _, k := range []kind{valueNode, moduleNode, optionNode} {
		p.foldRest(k, room[k], map[kind]string{valueNode: "other values", moduleNode: "other modules", optionNode: "other services"}[k], weight)
	}
	if len(p.nodes) < was {
		p.notes = append(p.notes, "The most read values, the parts of the configuration, the services reached most; the rest is folded. All of it: --view sinks --max-nodes -1.")
	}
}

// byServiceOfAnyone folds options by service, those of one service in several users' homes together.
func (p *picture) byServiceOfAnyone() func(*node) string {
	home := func(service string) (rest string, ok bool) {
		parts := graph.SplitPath(service)
		if len(parts) < 4 || parts[0] != "home-manager" || parts[1] != "users" {
			return "", false
		}
		return strings.Join(parts[3:], "."), true
	}
	first := map[string]string{}
	several := map[string]bool{}
	for _, n := range p.nodes {
		if rest, ok := home(n.group); ok && n.kind == optionNode {
			if first[rest] == "" {
				first[rest] = n.group
			}
			several[rest] = several[rest] || first[rest] != n.group
		}
	}
	return func(n *node) string {
		service := byService(n)
		if rest, ok := home(service); ok && several[rest] {
			return "home-manager.users.*." + rest
		}
		return service
	}
}

// part makes a rule that folds modules by folders into one with as many folders as there is room for: from the heaviest one its heaviest part is taken out, again
// and again, as long as it is more than a box is on the average. Parts are not parted again, but for those that leave nearly nothing behind.
func (p *picture) part(r foldRule, room int) foldRule {
	weight := p.weights()
	into, sum := map[*node]string{}, 0
	folders := map[string][]*node{}
	for _, n := range p.nodes {
		if name := r.into(n); name != "" {
			into[n] = name
			folders[name] = append(folders[name], n)
			sum += weight[n]
		}
	}
	weigh := func(nodes []*node) (w int) {
		for _, n := range nodes {
			w += weight[n]
		}
		return w
	}
	whole := map[string]bool{"./": true} // that have no parts worth a box
	parted := map[string]bool{}
	for len(folders) < room {
		heaviest, most := "", sum/room
		for _, name := range slices.Sorted(maps.Keys(folders)) {
			if w := weigh(folders[name]); !whole[name] && w > most {
				heaviest, most = name, w
			}
		}
		if heaviest == "" {
			break
		}
		parts := map[string][]*node{}
		for _, n := range folders[heaviest] {
			file := strings.TrimSuffix(n.names[0], "/default.nix")
			if rest, ok := strings.CutPrefix(file, heaviest); ok {
				if top, _, deeper := strings.Cut(rest, "/"); deeper {
					parts[heaviest+top+"/"] = append(parts[heaviest+top+"/"], n)
				}
			}
		}
		best, most := "", 0
		for _, name := range slices.Sorted(maps.Keys(parts)) {
			if w := weigh(parts[name]); len(parts[name]) > 2 && w > most && 2*w*room > sum {
				best, most = name, w
			}
		}
		if best == "" {
			whole[heaviest] = true
			continue
		}
		var rest []*node
		for _, n := range folders[heaviest] {
			if !slices.Contains(parts[best], n) {
				rest = append(rest, n)
			}
		}
		folders[best] = parts[best]
		if folders[heaviest] = rest; len(rest) == 0 {
			delete(folders, heaviest)
		}
		whole[best] = len(rest) > 2
		for _, n := range parts[best] {
			into[n] = best
		}
		parted[heaviest] = true
	}
	return foldRule{r.name, func(n *node) string {
		if parted[into[n]] {
			return into[n] + " others"
		}
		return into[n]
	}}
}

// nameBands gives a box that parts of several bands are folded into a band of its own: the folder that they all lie in, with the colour of the first.
func (p *picture) nameBands() {
	for _, n := range p.nodes {
		folder, ok := strings.CutSuffix(strings.TrimSuffix(n.label, " others"), "/")
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
