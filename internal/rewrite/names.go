package rewrite

import (
	"slices"
	"strings"

	"nixsink/graph"
)

// namer finds the id to write for a value: one that means it and nothing else.
type namer struct {
	g     *graph.Graph
	bound map[string][]*graph.Value // id → values
}

func newNamer(g *graph.Graph) *namer {
	n := &namer{g: g, bound: map[string][]*graph.Value{}}
	for _, v := range g.Values {
		for _, id := range v.IDs {
			n.bound[id.Name] = append(n.bound[id.Name], v)
		}
	}
	return n
}

// id is the best id that people gave the value, unless it means another one as well; else the one that the rules make of its path;
// else the path.
func (n *namer) id(v *graph.Value) string {
	for _, id := range v.IDs {
		if n.means(id.Name, v) {
			return id.Name
		}
	}
	bare := *v
	bare.IDs = nil
	if id := n.g.SuggestID(&bare); n.means(id, v) {
		return id
	}
	return v.Path
}

func (n *namer) means(id string, v *graph.Value) bool {
	return !slices.ContainsFunc(n.bound[id], func(o *graph.Value) bool { return o != v })
}

// name is an id that is to be written, with the values that it stands for.
type name struct {
	id     string
	values []*graph.Value
}

func appendName(names []name, n name) []name {
	for i := range names {
		if names[i].id == n.id {
			for _, v := range n.values {
				names[i].values = appendNew(names[i].values, v)
			}
			return names
		}
	}
	return append(names, n)
}

func without(names []name, others []name) []name {
	return slices.DeleteFunc(slices.Clone(names), func(n name) bool {
		return slices.ContainsFunc(others, func(o name) bool { return o.id == n.id })
	})
}

func idsOf(names []name) []string {
	var ids []string
	for _, n := range names {
		ids = append(ids, n.id)
	}
	return ids
}

// few is how many values one read must be of before they are told by a pattern.
const few = 3

// reads are the ids for what is read at one place. A value speaks of the members below it that no name in the text tells apart:
// attrValues config.my.ports is CFG.ports. Values that differ in one name only, of which the code reads now the one, now the other, have a
// * for it: CFG.media.*.stateDir.
func (n *namer) reads(s *slot) []name {
	var out []name
	var rest []*graph.Value
	for _, v := range s.reads {
		if !slices.Contains(s.dynamic, v) || !slices.ContainsFunc(s.reads, func(above *graph.Value) bool { return within(v, above) }) {
			rest = append(rest, v)
		}
	}
	for deepest := true; deepest; {
		deepest = false
		groups := map[string][]*graph.Value{}
		for _, v := range rest {
			segments := graph.SplitPath(n.id(v))
			for i := 1; i < len(segments); i++ {
				star := slices.Clone(segments)
				star[i] = "*"
				key := strings.Join(star, ".")
				groups[key] = append(groups[key], v)
			}
		}
		best := ""
		for key, group := range groups {
			if len(group) >= few && (best == "" || len(group) > len(groups[best]) || len(group) == len(groups[best]) && key < best) {
				matching := n.g.Matching(key)
				if !slices.ContainsFunc(group, func(v *graph.Value) bool { return !slices.Contains(matching, v) }) {
					best = key
				}
			}
		}
		if best != "" {
			out = append(out, name{best, groups[best]})
			rest = slices.DeleteFunc(rest, func(v *graph.Value) bool { return slices.Contains(groups[best], v) })
			deepest = true
		}
	}
	for _, v := range rest {
		out = append(out, name{n.id(v), []*graph.Value{v}})
	}
	return out
}

// braces writes ids, sorted; where three or more differ in one segment only they are written as one:
// CFG.ports.{http,https,ssh}, CFG.media.{radarr,sonarr}.{group,user}.
func braces(ids []string) []string {
	var plain []string
	var open []braced
	for _, id := range ids {
		if strings.ContainsAny(id, "\"${} ") {
			plain = append(plain, id)
			continue
		}
		b := braced{count: 1}
		for s := range strings.SplitSeq(id, ".") {
			b.segments = append(b.segments, []string{s})
		}
		open = append(open, b)
	}
	deepest := 0
	for _, b := range open {
		deepest = max(deepest, len(b.segments))
	}
	for at := deepest - 1; at > 0; at-- {
		open = merge(open, at)
	}
	for _, b := range open {
		plain = append(plain, b.String())
	}
	slices.Sort(plain)
	return slices.Compact(plain)
}

// braced is several ids written as one: each segment is one of some names.
type braced struct {
	segments [][]string
	count    int // of ids that it stands for
}

// maxBraced is how many ids one may stand for: a reader expands no more than 64.
const maxBraced = 48

func (b braced) String() string {
	var out []string
	for _, s := range b.segments {
		if len(s) == 1 {
			out = append(out, s[0])
		} else {
			out = append(out, "{"+strings.Join(s, ",")+"}")
		}
	}
	return strings.Join(out, ".")
}

// merge joins what differs in the segment at a position only, as far as a line holds it.
func merge(ids []braced, at int) []braced {
	groups := map[string][]braced{}
	var keys []string
	var out []braced
	for _, b := range ids {
		if at >= len(b.segments) || len(b.segments[at]) != 1 || b.segments[at][0] == "*" {
			out = append(out, b)
			continue
		}
		rest := braced{segments: slices.Clone(b.segments)}
		rest.segments[at] = []string{"?"}
		key := rest.String()
		if groups[key] == nil {
			keys = append(keys, key)
		}
		groups[key] = append(groups[key], b)
	}
	for _, key := range keys {
		group := groups[key]
		if len(group) < 3 && group[0].count == 1 {
			out = append(out, group...)
			continue
		}
		slices.SortFunc(group, func(a, b braced) int { return strings.Compare(a.segments[at][0], b.segments[at][0]) })
		var now braced
		for _, b := range group {
			if now.count > 0 && now.count+b.count <= maxBraced && len(now.String())+len(b.segments[at][0]) < widest-25 {
				if name := b.segments[at][0]; !slices.Contains(now.segments[at], name) {
					now.segments[at] = append(now.segments[at], name)
					now.count += b.count
				}
				continue
			}
			if now.count > 0 {
				out = append(out, now)
			}
			now = braced{segments: slices.Clone(b.segments), count: b.count}
			now.segments[at] = slices.Clone(b.segments[at])
		}
		out = append(out, now)
	}
	return out
}
