package render

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"nixsink/graph"
)

// maxNodes is from where on a picture tells less than its folded self.
const maxNodes = 150

// A folder (of nodes) names what a node is folded into: "" leaves it alone.
type foldRule struct {
	name string // for people: "options by service"
	into func(n *node) string
}

func byFolder(n *node) string {
	if n.kind != moduleNode {
		return ""
	}
	return n.folder + "/"
}

func byLayer(n *node) string {
	if n.kind != moduleNode {
		return ""
	}
	if n.group == "" {
		return "(no layer)"
	}
	return n.group
}

func byService(n *node) string {
	if n.kind != optionNode {
		return ""
	}
	return n.group
}

func byNamespace(n *node) string {
	if n.kind != valueNode {
		return ""
	}
	return n.group + ".*"
}

func byTopNamespace(depth int) func(n *node) string {
	return func(n *node) string {
		if n.kind != valueNode && n.kind != optionNode {
			return ""
		}
		parts := splitPath(n.names[0])
		return strings.Join(parts[:min(len(parts), depth)], ".") + ".*"
	}
}

func byTopFolder(depth int) func(n *node) string {
	return func(n *node) string {
		if n.kind != moduleNode {
			return ""
		}
		parts := strings.Split(n.names[0], "/")
		return strings.Join(parts[:min(max(1, len(parts)-1), depth)], "/") + "/"
	}
}

// collapse folds what the options name, and then, if the picture is still too large, whatever makes it legible: the
// finest grain first. It notes what it did and how to undo it.
func (p *picture) collapse(o Options, unasked bool) error {
	for _, c := range o.Collapse {
		switch c {
		case "folder":
			p.fold(foldRule{"modules by folder", byFolder})
		case "layer":
			p.fold(foldRule{"modules by layer", byLayer})
		case "service":
			p.fold(foldRule{"options by service", byService})
		default:
			re, err := regexp.Compile(c)
			if err != nil {
				return usagef("--collapse: %v", err)
			}
			p.fold(foldRule{"what matches " + c, func(n *node) string {
				for _, name := range n.names {
					if m := re.FindStringSubmatch(name); m != nil {
						return m[min(1, len(m)-1)]
					}
				}
				return ""
			}})
		}
	}
	limit := o.MaxNodes
	if limit == 0 {
		limit = maxNodes
	}
	if limit < 0 || !unasked || len(p.nodes) <= limit {
		return nil
	}
	was := len(p.nodes)
	var did []string
	for _, r := range []foldRule{
		{"options by service", byService},
		{"modules by folder", byFolder},
		{"values by namespace", byNamespace},
		{"modules by layer", byLayer},
		{"modules by top folders", byTopFolder(2)},
		{"values and options by their first two names", byTopNamespace(2)},
		{"modules by top folder", byTopFolder(1)},
		{"values and options by their first name", byTopNamespace(1)},
	} {
		if len(p.nodes) <= limit {
			break
		}
		if r.name == "modules by layer" && len(p.layers) == 0 {
			continue
		}
		if p.fold(r) {
			did = append(did, r.name)
		}
	}
	if len(did) > 0 {
		p.notes = append(p.notes, fmt.Sprintf("Folded from %s to %s: %s. See all with --max-nodes -1, a part with --focus, --top or --include.",
			plural(was, "node", "nodes"), count(len(p.nodes)), strings.Join(did, ", ")))
	}
	return nil
}

// fold merges nodes of one kind and column that the rule gives one name. What was asked for by name stays itself, and so does what would be alone.
func (p *picture) fold(r foldRule) bool {
	type target struct {
		kind   kind
		column int
		name   string
	}
	groups := map[target][]*node{}
	for _, n := range p.nodes {
		if name := r.into(n); name != "" && !n.focus && !n.high {
			t := target{n.kind, n.column, name}
			groups[t] = append(groups[t], n)
		}
	}
	into := map[*node]*node{}
	for t, members := range groups {
		if len(members) < 2 {
			continue
		}
		f := &node{kind: t.kind, key: fmt.Sprintf("%s:%d:fold:%s", t.kind, t.column, t.name), label: t.name, names: []string{t.name},
			group: members[0].group, folder: members[0].folder, column: t.column, faint: true}
		for _, m := range members {
			into[m] = f
			f.holds += max(1, m.holds)
			f.reads += m.reads
			f.bad = f.bad || m.bad
			f.faint = f.faint && m.faint
			if m.group != f.group {
				f.group = ""
			}
		}
		if t.kind == optionNode || t.kind == valueNode {
			f.group = ""
		}
		f.tip = []string{t.name, fmt.Sprintf("%d %ss folded", f.holds, t.kind)}
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
			m = &edge{from: k.from, to: k.to, by: map[*graph.Value]amount{}, violation: k.violation, disabled: k.disabled, control: k.control}
			edges[k] = m
		}
		m.extra = m.extra.plus(e.extra)
		for v, a := range e.by {
			m.by[v] = m.by[v].plus(a)
		}
	}
	p.nodes = slices.SortedFunc(maps.Keys(nodes), func(a, b *node) int { return strings.Compare(a.key, b.key) })
	p.edges = slices.SortedFunc(maps.Values(edges), compareEdges)
}
