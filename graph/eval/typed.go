package eval

// typeNames are what builtins.typeOf says of the values of an option type (Nixpkgs lib/types.nix). Types that hold several
// kinds of values are not here.
var typeNamesOf = map[string]string{
	"str": "string", "nonEmptyStr": "string", "singleLineStr": "string", "lines": "string", "commas": "string", "envVar": "string", "passwdEntry": "string",
	"int": "int", "port": "int", "positive": "int", "unsigned": "int", "u8": "int", "u16": "int", "u32": "int", "s8": "int", "s16": "int", "s32": "int",
	"bool": "bool", "boolByOr": "bool", "float": "float",
	"listOf": "list", "nonEmptyListOf": "list", "attrs": "set", "submodule": "set",
}

// typeName is what builtins.typeOf says of a value, "" if that is not known. A part of config has the type that it is declared with.
func (ev *Evaluator) typeName(v Val) string {
	switch s := v.shape.(type) {
	case *strShape:
		return "string"
	case *intShape:
		return "int"
	case *floatShape:
		return "float"
	case *boolShape, *logicShape:
		return "bool"
	case *nullShape:
		return "null"
	case *listShape:
		return "list"
	case *setShape, *optionsShape:
		return "set"
	case *closure, *builtin:
		return "lambda"
	case *altShape:
		if s.prop != several {
			return "set"
		}
	case *pathShape:
		if s.inside {
			return "path"
		}
	case *refShape:
		if _, ok := ev.group(s.path); ok {
			return "set"
		}
		p := ev.declaration(s.path)
		if p == nil || p.Parent == nil {
			return ""
		}
		d := ev.declAt(p)
		if d == nil {
			if d = ev.declAt(p.Parent); d == nil || !d.Registry || p.Name != hole {
				return ""
			}
			if d.Nested {
				return "set"
			}
			if d.nullable || d.memberNullable {
				return ""
			}
			return typeNamesOf[d.Kind]
		}
		switch {
		case d.nullable:
			return ""
		case d.Registry, d.Nested:
			return "set"
		}
		return typeNamesOf[d.Kind]
	}
	return ""
}
