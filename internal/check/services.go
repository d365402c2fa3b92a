package check

import (
	"slices"

	"nixsink/graph"
)

// A Service is a systemd service as the definitions of a tree put it together, for who tells of all of them.
type Service struct {
	Name    string      // backup, of systemd.services.backup
	At      graph.Place // what starts it; where it is first adjusted, if the tree does not start it
	Own     bool        // the tree gives it its command; the others are shipped by nixpkgs, or defined by options of their own, and adjusted here
	Oneshot bool        // it runs once and ends
	Opaque  bool        // its serviceConfig comes out of something that is not known
	Asked   int         // hardening options that the rule asks for
	Has     []string    // those of them that it sets, sorted
	Lacks   []string    // those that it does not, in the rule's order; nothing can be said of them if it is opaque
}

// Services lists the systemd services that the tree defines or adjusts, sorted by name, each held against the hardening options that
// unhardened-service asks for.
func Services(g *graph.Graph, cfg Config) []Service {
	want := cfg.Hardening
	if want == nil {
		want = DefaultHardening
	}
	p := &Pass{Graph: g, Config: cfg}
	served := p.servedNames()
	first := map[string]graph.Place{}
	for _, d := range g.Definitions {
		if s := d.Segments; len(s) > 2 && s[0] == "systemd" && s[1] == "services" {
			if at, ok := first[s[2]]; !ok || graph.ComparePlaces(d.At, at) < 0 {
				first[s[2]] = d.At
			}
		}
	}
	var out []Service
	for _, u := range p.units() {
		s := Service{Name: u.name, At: u.at, Own: u.starts && !served[u.name], Oneshot: u.oneshot, Opaque: u.opaque, Asked: len(want)}
		if !u.starts {
			s.At = first[u.name]
		}
		for _, o := range want {
			if u.set[o] {
				s.Has = append(s.Has, o)
			} else {
				s.Lacks = append(s.Lacks, o)
			}
		}
		slices.Sort(s.Has)
		out = append(out, s)
	}
	return out
}
