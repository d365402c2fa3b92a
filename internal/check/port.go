package check

import (
	"slices"
	"strconv"
	"strings"

	"nixsink/graph"
)

// port is a number that a central value of port type takes.
type port struct {
	value   *graph.Value
	number  int
	literal graph.Literal
}

// ports are the numbers of all port values: what they are set to, and where nothing sets them their default.
func (p *Pass) ports() []port {
	var out []port
	for _, v := range p.Graph.Values {
		if !isPort(v) || p.isInner(v) {
			continue
		}
		for _, l := range v.Literals {
			n, err := strconv.Atoi(l.Text)
			if l.Kind != "int" || err != nil || n <= 0 || n > 65535 {
				continue
			}
			if l.Default {
				if l.In = p.leftToDefault(v, l); l.In.Empty() {
					continue
				}
			}
			out = append(out, port{v, n, l})
		}
	}
	return out
}

// leftToDefault are the configurations in which a value has its default: those that have the declaration and do not set the value.
func (p *Pass) leftToDefault(v *graph.Value, dflt graph.Literal) *graph.ConfSet {
	in := dflt.In
	without := func(set *graph.ConfSet) {
		if !in.Empty() {
			in = p.Graph.Difference(in, set)
		}
	}
	for _, l := range v.Literals {
		if !l.Default {
			without(l.In)
		}
	}
	for _, d := range p.definitionsOf()[v.Path] {
		without(d.In)
	}
	return in
}

// isInner reports whether a value lies deep within a set of anything that a module fills: it is what that module hands to a program, and none of the
// options that somebody declared.
func (p *Pass) isInner(v *graph.Value) bool {
	if !v.Member {
		return false
	}
	for n := len(v.Segments) - 1; n > 0; n-- {
		if o := p.values[strings.Join(v.Segments[:n], ".")]; o != nil && len(o.Declared) > 0 && !o.Member {
			return n < len(v.Segments)-1 && !strings.Contains(o.Type, "submodule")
		}
	}
	return false
}

// isPort reports whether a value is a port: by its type, by the registry that it is a member of, by its name.
func isPort(v *graph.Value) bool {
	t := v.Type
	if strings.Contains(t, "port") && !strings.Contains(t, "attrsOf") && !strings.Contains(t, "listOf") {
		return true
	}
	if t != "" && !strings.Contains(t, "int") && !strings.Contains(t, "port") && !strings.Contains(t, "number") {
		return false // a type that holds no number: a string named "port" is compared nowhere
	}
	n := len(v.Segments)
	if n == 0 {
		return false
	}
	if namesPort(v.Segments[n-1]) {
		return true
	}
	return v.Member && n > 1 && namesPort(v.Segments[n-2])
}

// namesPort reports whether a name speaks of a port: port, ports, httpPort, LISTEN_PORT, allowedTCPPorts. Support and export do not.
func namesPort(name string) bool {
	return slices.ContainsFunc(tokens(name), func(t string) bool { return t == "port" || t == "ports" })
}

// tokens splits a name as people read it: allowedTCPPorts is allowed, tcp, ports; LISTEN_ADDR is listen, addr. Lower case.
func tokens(name string) []string {
	var out []string
	start := 0
	flush := func(end int) {
		if end > start {
			out = append(out, strings.ToLower(name[start:end]))
		}
		start = end
	}
	upper := func(i int) bool { return i < len(name) && name[i] >= 'A' && name[i] <= 'Z' }
	lower := func(i int) bool { return i < len(name) && name[i] >= 'a' && name[i] <= 'z' }
	digit := func(i int) bool { return i < len(name) && name[i] >= '0' && name[i] <= '9' }
	for i := 0; i < len(name); i++ {
		switch {
		case !upper(i) && !lower(i) && !digit(i):
			flush(i)
			start = i + 1
		case i > start && upper(i) && (lower(i-1) || digit(i-1)):
			flush(i)
		case i > start && upper(i) && upper(i-1) && lower(i+1) && !(i+2 == len(name) && name[i+1] == 's'):
			flush(i)
		}
	}
	flush(len(name))
	return out
}
