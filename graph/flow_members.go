package graph

import "nixsink/graph/eval"

// member is one name in a registry.
type member struct {
	registry *Value
	name     string
}

// findFixed notes the members of registries that some definition makes without a condition.
func (fl *flows) findFixed(defs []*eval.Definition) {
	for _, d := range defs {
		if m, ok := fl.memberOf(d); ok && !d.Default && !d.Decided() {
			fl.fixed[m] = true
		}
	}
}

// membership makes the edge of a condition to a registry: what decides over a definition of a member decides whether
// the member is there, and so over everything that is made for each member, unless the member is there anyway.
func (fl *flows) membership(d *eval.Definition, o eval.Origin, from vertex) {
	m, ok := fl.memberOf(d)
	if ok && !d.Default && !fl.fixed[m] && from.val != m.registry {
		fl.join(&edge{from: from, to: vertex{val: m.registry}, kind: Control, def: d, origin: o, in: fl.inOf(d)})
	}
}

// memberOf is the member of a registry that a definition makes, or stands in.
func (fl *flows) memberOf(d *eval.Definition) (member, bool) {
	if d.Names {
		return member{}, false
	}
	for p := d.Path; p.Parent != nil; p = p.Parent {
		r, segs, central := fl.vs.place(p.Parent)
		if !central {
			break
		}
		if reg := fl.vs.registries(r, segs, false); len(reg) > 0 && reg[0].Registry {
			return member{reg[0], p.Name}, true
		}
	}
	return member{}, false
}
