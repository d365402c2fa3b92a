package eval

// Bearing is which questions about an option an origin of its definition decides, beside what it holds.
type Bearing struct {
	gate     uint16 // one more than the names of the path at which it decides over the definition; 0: it does not
	null     bool   // whether it is null
	size     bool   // how many elements or names there are
	anything bool   // whatever is asked
}

// Bearing is that of an origin of d.
func (ev *Evaluator) Bearing(d *Definition, o Origin) Bearing {
	if d.Apply {
		return Bearing{gate: 1, anything: true} // a function may make anything of it
	}
	b := Bearing{null: d.null.hasPath(o.raw), size: d.Names || d.size.hasPath(o.raw)}
	if depth, ok := d.gate(o.raw); ok {
		b.gate = uint16(depth) + 1
	}
	return b
}

// Decides says whether what was defined at a path with bearing b decides what is asked of another one, which is the same, above
// or below.
func (b Bearing) Decides(asks Aspect, at, asked *Path) bool {
	if b.anything {
		return true
	}
	switch asks {
	case Presence:
		return b.gate > 0 && int(b.gate)-1 <= asked.Len()
	case Defined:
		return b.gate > 0
	case Nullness:
		return b.gate > 0 && int(b.gate)-1 <= asked.Len() || at.Len() <= asked.Len() && b.null
	case Size:
		return b.gate > 0 && int(b.gate)-1 <= asked.Len()+1 || at.Len() <= asked.Len() && b.size
	}
	return true
}

// hasPath says whether some aspect of a path is an origin.
func (os Origins) hasPath(p *Path) bool {
	for _, o := range os {
		if o.rank>>aspectBits == p.id {
			return true
		}
	}
	return false
}
