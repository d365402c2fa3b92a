package render

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"nixsink/graph"
)

// A Port is one entry of the port registry: a number that a value gives out.
type Port struct {
	Number  int
	Value   *graph.Value
	Path    string      // the value's, or of a registry's field the member's: my.sites.photos.port
	At      graph.Place // the literal that sets it
	Readers []string    // modules that read it, sorted; the one that declares it only if there is no other
}

// A Collision is one port number that several values give out.
type Collision struct {
	Port   int
	Values []*graph.Value
}

// Ports lists the port registry by number. A value is a port if its type or its name says so and a literal in the
// range of ports sets it; what a definition sets counts before the option's default.
func Ports(g *graph.Graph) []Port {
	readers := map[*graph.Value][]string{}
	for _, r := range g.References {
		if r.Kind != graph.Guard {
			readers[r.Value] = append(readers[r.Value], r.At.File)
		}
	}
	var out []Port
	members := membersOf(g)
	for _, v := range g.Values {
		if !isPort(v) {
			continue
		}
		rs := readers[v]
		slices.Sort(rs)
		rs = slices.Compact(rs)
		// Where the registry itself reads a port (to check it, to list it) it is no owner, unless nobody else is.
		others := slices.DeleteFunc(slices.Clone(rs), func(f string) bool { return f == declaredAt(v).File })
		if len(others) > 0 {
			rs = others
		}
		seen := map[int]bool{}
		for _, defaults := range []bool{false, true} {
			for _, l := range v.Literals {
				n, err := strconv.Atoi(l.Text)
				if l.Default != defaults || l.Kind != "int" || err != nil || n < 1 || n > 65535 || seen[n] {
					continue
				}
				seen[n] = true
				out = append(out, Port{n, v, members.of(v, l)[0], l.At, rs})
			}
			if len(seen) > 0 {
				break
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Port) int {
		return cmp.Or(cmp.Compare(a.Number, b.Number), cmp.Compare(a.Path, b.Path))
	})
	return out
}

// name is what people call the value, or the member of a registry whose field it is.
func (p Port) name() string {
	if p.Path != p.Value.Path {
		return p.Path
	}
	return valueName(p.Value)
}

func isPort(v *graph.Value) bool {
	if strings.HasSuffix(v.Type, "types.port") || v.Type == "port" || strings.Contains(v.Type, "types.port)") {
		return true
	}
	parts := graph.SplitPath(v.Path)
	for i, s := range parts {
		s = strings.Trim(s, `"`)
		if i == len(parts)-1 && (s == "ports" || strings.HasSuffix(s, "Ports")) {
			continue // a list or a registry, not a port of its own
		}
		if s == "port" || s == "ports" || strings.HasSuffix(s, "Port") || strings.HasSuffix(s, "Ports") {
			return true
		}
	}
	return false
}

// Collisions lists the port numbers that more than one value gives out. Findings of the check for it, if any checks were made, decide
// which of those that have the same number get into each other's way: where somebody connects to is no port given out.
func Collisions(g *graph.Graph, findings []Finding) []Collision {
	var out []Collision
	ps := clashing(Ports(g), findings)
	for i := 0; i < len(ps); {
		j := i
		var vs []*graph.Value
		for ; j < len(ps) && ps[j].Number == ps[i].Number; j++ {
			vs = append(vs, ps[j].Value)
		}
		out = append(out, Collision{ps[i].Number, vs})
		i = j
	}
	return out
}

// clashing are those of the ports that are given out more than once.
func clashing(ports []Port, findings []Finding) []Port {
	taken := map[int]int{}
	for _, p := range ports {
		taken[p.Number]++
	}
	type place struct {
		file string
		line int
	}
	found := map[place]bool{} // where a clashing number is written
	for _, f := range findings {
		if f.Check == "port-collision" {
			found[place{f.File, f.Line}] = true
			for _, r := range f.Related {
				found[place{r.File, r.Line}] = true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(ports), func(p Port) bool {
		return taken[p.Number] < 2 || findings != nil && !found[place{p.At.File, p.At.Line}]
	})
}
