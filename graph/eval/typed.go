package eval

import "strings"

// typeSet are the kinds of values that something may be, as builtins.typeOf tells them apart; none: any of them.
type typeSet uint16

const (
	stringType typeSet = 1 << iota
	intType
	floatType
	boolType
	nullType
	listType
	setType
	lambdaType
	pathType
)

var typeNameOf = map[typeSet]string{stringType: "string", intType: "int", floatType: "float", boolType: "bool", nullType: "null", listType: "list",
	setType: "set", lambdaType: "lambda", pathType: "path"}

// typesOf are the kinds of the values of an option type without arguments that are told apart (Nixpkgs lib/types.nix). Types that hold any
// kind are not here.
var typesOf = map[string]typeSet{
	"str": stringType, "string": stringType, "nonEmptyStr": stringType, "singleLineStr": stringType, "lines": stringType, "commas": stringType,
	"envVar": stringType, "passwdEntry": stringType, "strMatching": stringType, "separatedString": stringType, "passwdEntryOf": stringType,
	"int": intType, "port": intType, "ints": intType,
	"bool": boolType, "boolByOr": boolType, "float": floatType, "number": intType | floatType, "numbers": intType | floatType,
	"listOf": listType, "nonEmptyListOf": listType, "attrs": setType, "submodule": setType, "submoduleWith": setType, "attrTag": setType,
	"attrsOf": setType, "lazyAttrsOf": setType, "loaOf": setType, "functionTo": lambdaType, "package": setType, "shellPackage": setType,
	"path": stringType | pathType | setType, "pathInStore": stringType | pathType | setType, "externalPath": stringType | pathType | setType,
	"deferredModule": setType, "deferredModuleWith": setType,
}

// or are the kinds of what is one or the other.
func (s typeSet) or(t typeSet) typeSet {
	if s == 0 || t == 0 {
		return 0
	}
	return s | t
}

// never says that something is surely of none of these kinds.
func (s typeSet) never(t typeSet) bool { return s != 0 && s&t == 0 }

// always says that something is surely of one of these kinds.
func (s typeSet) always(t typeSet) bool { return s != 0 && s&^t == 0 }

// name is what builtins.typeOf says, "" where that is not known.
func (s typeSet) name() string { return typeNameOf[s] }

// held are the kinds of the values of an option type.
func (ev *Evaluator) heldBy(t Val, depth int) typeSet {
	if depth > maxOptionDepth {
		return 0
	}
	switch s := t.shape.(type) {
	case *altShape:
		return ev.anyOf(s.alts, func(t Val) typeSet { return ev.heldBy(t, depth+1) })
	case *typeShape:
		switch s.name {
		case "nullOr":
			return ev.heldBy(ev.force(s.elem), depth+1).or(nullType)
		case "uniq", "coercedTo":
			return ev.heldBy(ev.force(s.elem), depth+1)
		case "either":
			return ev.anyOf(s.either, func(t Val) typeSet { return ev.heldBy(t, depth+1) })
		case "enum":
			if ts, exact, _ := ev.elems(ev.force(s.elem)); exact {
				return ev.anyOf(ts, ev.types)
			}
			return 0
		}
		space, _, _ := strings.Cut(s.name, ".")
		return typesOf[space]
	}
	return 0
}

func (ev *Evaluator) anyOf(ts []*thunk, of func(Val) typeSet) (all typeSet) {
	for i, t := range ts {
		if s := of(ev.force(t)); i == 0 {
			all = s
		} else {
			all = all.or(s)
		}
	}
	return all
}

// types are the kinds that a value may be of. A part of config holds what its type says.
func (ev *Evaluator) types(v Val) typeSet {
	switch s := v.shape.(type) {
	case *strShape:
		return stringType
	case *intShape:
		return intType
	case *floatShape:
		return floatType
	case *boolShape, *logicShape:
		return boolType
	case *nullShape:
		return nullType
	case *listShape:
		return listType
	case *setShape, *optionsShape:
		return setType
	case *closure, *builtin:
		return lambdaType
	case *altShape:
		if s.prop != several {
			return setType
		}
		return ev.anyOf(s.alts, ev.types)
	case *pathShape:
		if s.inside {
			return pathType
		}
	case *refShape:
		if _, ok := ev.group(s.path); ok {
			return setType
		}
		p := ev.declaration(s.path)
		if p == nil || p.Parent == nil {
			return 0
		}
		if d := ev.declAt(p); d != nil {
			return d.holds
		}
		if d := ev.declAt(p.Parent); d != nil && d.Registry && p.Name == hole {
			return d.membersHold
		}
	}
	return 0
}
