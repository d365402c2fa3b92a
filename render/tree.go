package render

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"nixsink/graph"
)

// A tree is one critical value with the places that read it and the options that it ends up in.
type tree struct {
	value   *graph.Value
	name    string // its id, or its path where nobody named it
	reads   []*graph.Reference
	landsIn []service
	g       *graph.Graph
	held    string // the option that it is a member of, where nothing declares it by its own name
	heldAt  graph.Place
}

// A service is a group of options: services.openssh, networking.firewall.
type service struct {
	name    string
	options []landing
}

// A landing is an option that a value flows into.
type landing struct {
	option string // without the service's name
	kind   graph.FlowKind
	via    []string // values between
	at     graph.Place
}

// valueName is how people call a value.
func valueName(v *graph.Value) string {
	if len(v.IDs) > 0 {
		return v.IDs[0].Name
	}
	return v.Path
}

// critical lists the values worth a tree: those marked critical, or else the ten most read; most reads first, at
// most so many. more counts those beyond.
func critical(g *graph.Graph, top, most int) (vs []*graph.Value, more int) {
	for _, v := range g.Values {
		if v.Critical {
			vs = append(vs, v)
		}
	}
	if len(vs) == 0 {
		for _, v := range g.Values {
			if v.FanOut.Reads > 0 {
				vs = append(vs, v)
			}
		}
		if top == 0 {
			top = 10
		}
	}
	slices.SortStableFunc(vs, byReads)
	if top == 0 {
		top = most
	}
	if len(vs) > top {
		vs, more = vs[:top], len(vs)-top
	}
	return vs, more
}

// byReads puts the most read value first.
func byReads(a, b *graph.Value) int {
	return cmp.Or(
		cmp.Compare(b.FanOut.Reads, a.FanOut.Reads),
		cmp.Compare(b.FanOut.Modules, a.FanOut.Modules),
		cmp.Compare(b.Rank, a.Rank),
		cmp.Compare(a.Path, b.Path),
	)
}

// trees builds the trees of the values in one pass over the graph.
func trees(g *graph.Graph, vs []*graph.Value) []tree {
	index := map[*graph.Value]int{}
	out := make([]tree, len(vs))
	decl := declarationsOf(g, []Finding{})
	for i, v := range vs {
		index[v] = i
		out[i] = tree{value: v, name: valueName(v), g: g}
		if len(v.Declared) == 0 {
			out[i].held, out[i].heldAt = decl.holder(v)
		}
	}
	for _, r := range g.References {
		// Guards only ask whether the value exists; fan-out does not count them, so neither do we.
		if i, ok := index[r.Value]; ok && r.Kind != graph.Guard {
			out[i].reads = append(out[i].reads, r)
		}
	}
	groups := make([]map[string]map[string]landing, len(vs))
	for i, v := range vs {
		for _, f := range g.Flows.Of(v) {
			if groups[i] == nil {
				groups[i] = map[string]map[string]landing{}
			}
			name, rest := serviceOf(f.To)
			if f.ToValue != nil {
				name, rest = f.ToValue.Path, ""
			}
			if groups[i][name] == nil {
				groups[i][name] = map[string]landing{}
			}
			// One option may be reached in several ways: the shortest and strongest is told.
			old, seen := groups[i][name][rest]
			if !seen || len(f.Through) < len(old.via) || len(f.Through) == len(old.via) && kindOrder(f.Kind) < kindOrder(old.kind) {
				groups[i][name][rest] = landing{rest, f.Kind, f.Through, f.At}
			}
		}
	}
	for i, byService := range groups {
		for _, name := range slices.Sorted(maps.Keys(byService)) {
			s := service{name: name}
			for _, o := range slices.Sorted(maps.Keys(byService[name])) {
				s.options = append(s.options, byService[name][o])
			}
			out[i].landsIn = append(out[i].landsIn, s)
		}
	}
	return out
}

func kindOrder(k graph.FlowKind) int {
	return slices.Index([]graph.FlowKind{graph.Data, graph.Key, graph.Default, graph.Control}, k)
}

// serviceOf splits an option path after what people see as one thing: services.openssh + settings.Port.
// Home-manager's programs.git and a user's home-manager.users.NAME.… follow the same rule one level down.
func serviceOf(option string) (name, rest string) {
	parts := graph.SplitPath(option)
	n := 2
	switch {
	case len(parts) > 4 && parts[0] == "home-manager" && parts[1] == "users":
		n = 5
	case len(parts) > 3 && parts[0] == "systemd" && (parts[1] == "services" || parts[1] == "timers" || parts[1] == "sockets"):
		n = 3
	case len(parts) > 3 && parts[0] == "virtualisation" && parts[1] == "oci-containers":
		n = 4
	}
	if len(parts) <= n {
		if len(parts) < 2 {
			return option, ""
		}
		n = len(parts) - 1
		if n < 1 {
			n = 1
		}
	}
	return strings.Join(parts[:n], "."), strings.Join(parts[n:], ".")
}

// what says what a landing's way was, for people: "" for plain data.
func (l landing) what() string {
	var s []string
	switch l.kind {
	case graph.Key:
		s = append(s, "in its name")
	case graph.Control:
		s = append(s, "decides")
	case graph.Default:
		s = append(s, "by default")
	}
	if len(l.via) > 0 {
		s = append(s, "through "+strings.Join(l.via, ", "))
	}
	return strings.Join(s, ", ")
}
