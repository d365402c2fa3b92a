package check

import (
	"slices"
	"strings"

	"nixsink/graph"
)

// state is whether a service runs, as far as the tree says.
type state uint8

// States of a service.
const (
	unsaid state = iota // nothing is said of it: it may well run
	off                 // it is switched off, or its switch is never turned on
	maybe               // a condition decides that is not known
	on                  // it is switched on, and nothing decides over it
)

// switched is a state, and the hosts that it speaks of; no host: all of them.
type switched struct {
	state state
	hosts []string
}

// serves tells whether a central value's service runs: by the switch beside it or above it (my.wiki.enable for my.wiki.port), and by the
// services.NAME.enable of the services that its number goes to.
func (p *Pass) serves(v *graph.Value) switched {
	for n := len(v.Segments) - 1; n > 0; n-- {
		for _, name := range []string{"enable", "enabled"} {
			if s := p.values[strings.Join(append(slices.Clone(v.Segments[:n]), name), ".")]; s != nil && s != v {
				return p.turned(s)
			}
		}
		if s := p.values[strings.Join(v.Segments[:n], ".")]; s != nil && s.Registry {
			break // the switch of a registry's owner says nothing of one member
		}
	}
	best := switched{}
	for _, f := range p.Graph.Flows.DirectOf(v) {
		if f.ToValue != nil || f.Kind != graph.Data {
			continue
		}
		segs := strings.Split(f.To, ".")
		if len(segs) > 2 && segs[0] == "services" {
			if s := p.service(segs[1]); s.state > best.state {
				best = s
			}
		}
	}
	return best
}

// servesAt tells whether a port's service runs where the value has that number: a default, say, on hosts that leave it at that.
func (p *Pass) servesAt(x port) switched {
	s := p.serves(x.value)
	if len(s.hosts) == 0 || x.literal.In == nil {
		return s
	}
	var hosts []string
	for _, c := range p.Graph.Configurations {
		if slices.Contains(s.hosts, c.Name) && c.Holds(x.literal.In) {
			hosts = append(hosts, c.Name)
		}
	}
	known := slices.ContainsFunc(p.Graph.Configurations, func(c *graph.Configuration) bool { return slices.Contains(s.hosts, c.Name) })
	if s.hosts = hosts; known && len(hosts) == 0 {
		s.state = off
	}
	return s
}

// turned is the state of a switch that is a central value: what it is set to, and where.
func (p *Pass) turned(v *graph.Value) switched {
	s := switched{state: off}
	for _, l := range v.Literals {
		if l.Text != "true" || p.dormant(l.At.File) {
			continue
		}
		if l.Default {
			return switched{state: on}
		}
		s.state = on
		hosts := p.hostsOf(l.In, l.At.File)
		if hosts == nil {
			return switched{state: on}
		}
		s.hosts = append(s.hosts, hosts...)
	}
	if s.state == off && p.Graph.Flows.Into(func(name string) bool { return name == v.Path }) != nil {
		s.state = maybe // another value decides
	}
	if s.state == off && p.setSomewhere(v.Path) {
		s.state = maybe // a definition of which the value is not known
	}
	return s
}

// setSomewhere reports whether a path is defined with something that is not known, or is not `false` alone.
func (p *Pass) setSomewhere(path string) bool {
	return slices.ContainsFunc(p.definitionsOf()[path], func(d *graph.Definition) bool { return d.Value != false && !p.dormant(d.At.File) })
}

// service is the state of services.NAME: by its enable option, or whether conditions decide over all that is said of it.
func (p *Pass) service(name string) switched {
	s, everywhere := switched{}, false
	for _, d := range p.definitionsOf()["services."+name+".enable"] {
		if p.dormant(d.At.File) {
			continue
		}
		now := maybe
		hosts := p.hostsOf(d.In, d.At.File)
		switch {
		case d.Value == false:
			now = off
		case d.Value == true && p.held(d) != nil:
			// A central value decides: it says what the service's switch says.
			by := p.held(d)
			now, hosts = by.state, onBoth(hosts, by.hosts)
		case d.Value == true && !d.Conditional:
			now = on
		}
		if now == on {
			if hosts != nil {
				s.hosts = append(s.hosts, hosts...)
			} else {
				everywhere = true
			}
		}
		s.state = max(s.state, now)
	}
	if everywhere {
		s.hosts = nil
	}
	return s
}

// onBoth are the hosts of two lists, of which none are all hosts. Where no host is in both, the second one counts: that of the switch.
func onBoth(a, b []string) []string {
	if len(a) == 0 || len(b) == 0 {
		return append(slices.Clip(a), b...)
	}
	out := slices.DeleteFunc(slices.Clone(a), func(h string) bool { return !slices.Contains(b, h) })
	if len(out) == 0 {
		return b
	}
	return out
}

// held is what the central switches that decide over a definition come to: off if one of them is; nil if none decides.
func (p *Pass) held(d *graph.Definition) *switched {
	var out *switched
	for _, f := range p.deciding()[d.At] {
		if last := f.Segments[len(f.Segments)-1]; last != "enable" && last != "enabled" {
			continue
		}
		s := p.turned(f)
		if out == nil || s.state < out.state {
			out = &s
		}
	}
	return out
}

// makeDeciding are the values that decide whether a definition is made, by its place.
func (p *Pass) makeDeciding() map[graph.Place][]*graph.Value {
	out := map[graph.Place][]*graph.Value{}
	for _, f := range p.Graph.Flows.Direct() {
		if f.Kind == graph.Control && !slices.Contains(out[f.At], f.From) {
			out[f.At] = append(out[f.At], f.From)
		}
	}
	return out
}

// makeDefinitionsOf are the definitions by option.
func (p *Pass) makeDefinitionsOf() map[string][]*graph.Definition {
	out := map[string][]*graph.Definition{}
	for _, d := range p.Graph.Definitions {
		out[d.Option] = append(out[d.Option], d)
	}
	return out
}

// meet tells whether two services can run on one machine: never, only if somebody turns on what is off or may be off, or as it stands.
func (a switched) meet(b switched) meeting {
	if len(a.hosts) > 0 && len(b.hosts) > 0 && !slices.ContainsFunc(a.hosts, func(h string) bool { return slices.Contains(b.hosts, h) }) {
		return never
	}
	switch {
	case a.state == off && b.state == off:
		return ifTurnedOn // nobody uses either here; whoever takes both is told
	case a.state == off || b.state == off:
		return never
	case a.state == maybe || b.state == maybe:
		return ifTurnedOn
	}
	return asItStands
}

type meeting uint8

const (
	never meeting = iota
	ifTurnedOn
	ifTogether
	asItStands
)

// onlyWhen says what has to come first where two services do not collide as it stands.
var onlyWhen = map[meeting]string{ifTurnedOn: "once both are switched on", ifTogether: "if one machine has both"}

// A Hold says whether something that a definition says is so on a machine.
type Hold uint8

// Holds.
const (
	Holds   Hold = iota // nothing decides over it, or what decides is switched on
	Perhaps             // a condition decides that is not known
	Never               // what decides is switched off there
)

// Holding gives a function that tells of definitions whether they hold on a machine, by the central switches that decide over them; "" stands for
// any machine.
func Holding(g *graph.Graph, cfg Config) func(d *graph.Definition, host string) Hold {
	p := &Pass{Graph: g, Config: cfg}
	p.build()
	return func(d *graph.Definition, host string) Hold {
		s := p.held(d)
		switch {
		case s == nil && d.Conditional:
			return Perhaps
		case s == nil:
			return Holds
		case s.state == off || s.state == on && host != "" && len(s.hosts) > 0 && !slices.Contains(s.hosts, host):
			return Never
		case s.state == on:
			return Holds
		}
		return Perhaps
	}
}
