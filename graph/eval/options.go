package eval

// optionsShape is the argument `options` of a module, or what is below it: the options that are declared, told apart from what
// they hold (Nixpkgs lib/modules.nix, evalModules' options).
type optionsShape struct{ path *Path }

func (*optionsShape) what() string { return "declared options" }

// optionAttrs are the attributes of an option after evaluation. Where nothing is declared below, an option is meant by them.
var optionAttrs = map[string]bool{
	"value": true, "default": true, "defaultText": true, "definitions": true, "definitionsWithLocations": true, "isDefined": true, "files": true, "type": true,
	"description": true, "example": true, "loc": true, "highestPrio": true, "options": true, "visible": true, "internal": true, "readOnly": true,
	"declarations": true, "declarationPositions": true, "_type": true,
}

// option is options.a.b.name.
func (ev *Evaluator) option(s *optionsShape, name string, org Origins) Val {
	if ev.declAt(s.path) == nil && (!optionAttrs[name] || s.path.Parent == nil || ev.declares(s.path, name)) || !known(name) {
		return Val{shape: &optionsShape{ev.child(s.path, name)}, org: org}
	}
	value := Val{shape: &refShape{path: s.path}, org: org}
	switch name {
	case "value":
		return value
	case "definitions":
		return list([]*thunk{ready(value)}, false).with(org)
	case "definitionsWithLocations":
		d := &setShape{base: &Val{}}
		d.add(attr{name: "value", val: ready(value)})
		return list([]*thunk{ready(Val{shape: d})}, false).with(org)
	case "default":
		if d := ev.declAt(s.path); d != nil && d.dflt != nil {
			return ev.force(d.dflt).with(org)
		}
	case "isDefined":
		g := from(s.path, Defined, nil)
		return Val{shape: &logicShape{}, org: union(org, Origins{g})}
	case "_type":
		return str("option").with(org)
	case "loc":
		var names []*thunk
		for _, n := range s.path.Segments() {
			names = append(names, ready(str(n)))
		}
		return list(names, true).with(org)
	}
	return unknown(org)
}

// valueOf is what the option that a value speaks of holds, read at a place.
func (ev *Evaluator) valueOf(v Val, at site) Val {
	s, ok := v.shape.(*optionsShape)
	if !ok {
		return unknown(ev.deep(v))
	}
	return ev.noteRead(Val{shape: &refShape{path: s.path}, org: v.org}, at.file, at.span, v, "")
}

// optionOrigins are those of declared options that go where they are not followed: what the option holds may be taken from it.
func (ev *Evaluator) optionOrigins(s *optionsShape, org Origins) Origins {
	if ev.declAt(s.path) == nil {
		return org
	}
	return union(org, Origins{from(s.path, Whole, nil)})
}
