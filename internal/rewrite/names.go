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

// ids are the ids of several values, sorted; where more than two differ in their last segment only they are written as one:
// CFG.ports.{http,https,ssh}.
func (n *namer) ids(values []*graph.Value) []string {
	groups := map[string][]string{} // all but the last segment → last segments
	var out []string
	for _, v := range values {
		id := n.id(v)
		dot := strings.LastIndexByte(id, '.')
		if dot < 0 || strings.ContainsAny(id, "\"*${}") {
			out = append(out, id)
			continue
		}
		groups[id[:dot]] = append(groups[id[:dot]], id[dot+1:])
	}
	for prefix, lasts := range groups {
		slices.Sort(lasts)
		lasts = slices.Compact(lasts)
		if len(lasts) < 3 {
			for _, l := range lasts {
				out = append(out, prefix+"."+l)
			}
			continue
		}
		// A line that goes off the page is not read, and what it expands to is bounded.
		for len(lasts) > 0 {
			take, width := 0, len(prefix)
			for take < len(lasts) && (take == 0 || width+len(lasts[take]) < widest-20) {
				width += len(lasts[take]) + 1
				take++
			}
			if take == 1 {
				out = append(out, prefix+"."+lasts[0])
			} else {
				out = append(out, prefix+".{"+strings.Join(lasts[:take], ",")+"}")
			}
			lasts = lasts[take:]
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
