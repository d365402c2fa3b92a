package rewrite

import (
	"maps"
	"slices"
	"strings"

	"nixsink/graph"
)

// namer finds the id to write for a value: one that means it and nothing else.
type namer struct {
	g     *graph.Graph
	bound map[string][]*graph.Value // id → values
	paths map[string]*graph.Value
	fits  map[string][]*graph.Value // what patterns fit, as they are asked for
}

func newNamer(g *graph.Graph) *namer {
	n := &namer{g: g, bound: map[string][]*graph.Value{}, paths: map[string]*graph.Value{}, fits: map[string][]*graph.Value{}}
	for _, v := range g.Values {
		n.paths[v.Path] = v
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

// matching is the values that an id with a * fits.
func (n *namer) matching(id string) []*graph.Value {
	values, ok := n.fits[id]
	if !ok {
		values = n.g.Matching(id)
		n.fits[id] = values
	}
	return values
}

// ruled reports whether an id is the value's by the rules or by being its path, not because people said so.
func (n *namer) ruled(id string, v *graph.Value) bool {
	bare := *v
	bare.IDs = nil
	return id == v.Path || id == n.g.SuggestID(&bare) || slices.Contains(n.matching(id), v)
}

func (n *namer) means(id string, v *graph.Value) bool {
	return !slices.ContainsFunc(n.bound[id], func(o *graph.Value) bool { return o != v }) && (n.paths[id] == nil || n.paths[id] == v)
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

// reads are the ids for what is read at one place. Values that differ in one name only, of which the code reads now the one, now the
// other, have a * for it: CFG.media.*.stateDir.
func (n *namer) reads(s *slot) []name {
	var out []name
	rest := s.reads
	for {
		best, group := n.pattern(rest)
		if best == "" {
			break
		}
		out = append(out, name{best, group})
		rest = slices.DeleteFunc(slices.Clone(rest), func(v *graph.Value) bool { return slices.Contains(group, v) })
	}
	for _, v := range rest {
		out = append(out, name{n.id(v), []*graph.Value{v}})
	}
	return out
}

// pattern is the id with one * that most of the values fit, "" if none is any good. Most of those that it fits must be read, else it says
// too much; but a registry's members are anybody's, and what one text declares for many is as good as one.
func (n *namer) pattern(values []*graph.Value) (best string, group []*graph.Value) {
	if len(values) < few {
		return "", nil
	}
	groups := map[string][]*graph.Value{}
	for _, v := range values {
		segments := graph.SplitPath(n.id(v))
		for i := 1; i < len(segments); i++ {
			star := slices.Clone(segments)
			star[i] = "*"
			key := strings.Join(star, ".")
			groups[key] = append(groups[key], v)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		if len(groups[key]) < few || len(groups[key]) <= len(group) {
			continue
		}
		fits := n.matching(key)
		open := slices.ContainsFunc(groups[key], func(v *graph.Value) bool { return v.Member }) || together(groups[key])
		if !slices.ContainsFunc(groups[key], func(v *graph.Value) bool { return !slices.Contains(fits, v) }) && (open || 3*len(groups[key]) > 2*len(fits)) {
			best, group = key, groups[key]
		}
	}
	return best, group
}

// together reports whether values are declared at one place: by a function for many.
func together(values []*graph.Value) bool {
	return !slices.ContainsFunc(values, func(v *graph.Value) bool { return len(v.Declared) == 0 || v.Declared[0] != values[0].Declared[0] })
}

// absorbed leaves out the names that another one speaks for: a pattern for what it fits, and a value for members below it that no name
// in the text tells apart. attrValues config.my.ports reads CFG.ports. A module of the system and of homes reads one option in both.
func (n *namer) absorbed(names []name, dynamic func(*graph.Value) bool) []name {
	speaks := func(by name, v *graph.Value) bool {
		return slices.Contains(n.matching(by.id), v) ||
			slices.ContainsFunc(by.values, func(o *graph.Value) bool {
				return dynamic(v) && within(v, o) || v.Path == o.Path+".*" || graph.InHome(v.Path) == o.Path && v != o
			})
	}
	var out []name
	for i, m := range names {
		by := slices.IndexFunc(names, func(o name) bool {
			return o.id != m.id && !slices.ContainsFunc(m.values, func(v *graph.Value) bool { return !speaks(o, v) })
		})
		if by >= 0 && !(by > i && n.matching(m.id) != nil && n.matching(names[by].id) != nil) {
			continue
		}
		out = append(out, m)
	}
	return out
}

// namespaced tells most of many names by the namespace that they are of, where most of what is in it is read: CFG.colors.*.
func (n *namer) namespaced(names []name) []name {
	best, most := "", few-1
	below := func(id, space string) bool { return strings.HasPrefix(id, space) && id != space+"*" }
	for _, m := range names {
		segments := graph.SplitPath(m.id)
		for i := 2; i < len(segments); i++ {
			space := strings.Join(segments[:i], ".") + "."
			var values []*graph.Value
			count := 0
			for _, o := range names {
				if below(o.id, space) {
					count++
					for _, v := range o.values {
						values = appendNew(values, v)
					}
				}
			}
			fits := n.matching(space + "*")
			if (count > most || count == most && len(space) > len(best) && best != "") && 3*len(values) > 2*len(fits) && !slices.ContainsFunc(values, func(v *graph.Value) bool { return !slices.Contains(fits, v) }) {
				best, most = space, count
			}
		}
	}
	if best == "" {
		return names
	}
	var out []name
	for _, m := range names {
		if below(m.id, best) {
			out = appendName(out, name{best + "*", m.values})
		} else {
			out = appendName(out, m)
		}
	}
	return out
}

// manyLines is from how many lines of ids on a text is no place for them all: a helper that half of the tree calls.
const manyLines = 5

// widened tells names by the namespaces that they are of, CFG.arr.*, however much else is in these.
func (n *namer) widened(names []name) []name {
	var out []name
	for _, m := range names {
		segments := graph.SplitPath(m.id)
		if len(segments) > 2 && segments[1] != "*" {
			if id := segments[0] + "." + segments[1] + ".*"; !slices.ContainsFunc(m.values, func(v *graph.Value) bool { return !slices.Contains(n.matching(id), v) }) {
				m.id = id
			}
		}
		out = appendName(out, m)
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
		if b.count < few {
			plain = append(plain, b.each()...)
			continue
		}
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

// each is the ids one by one.
func (b braced) each() []string {
	ids := []string{""}
	for i, s := range b.segments {
		var next []string
		for _, id := range ids {
			for _, x := range s {
				if i > 0 {
					x = id + "." + x
				}
				next = append(next, x)
			}
		}
		ids = next
	}
	return ids
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
