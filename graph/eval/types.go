package eval

// typeNames are the option types without arguments (NixOS manual, "Options Types").
var typeNames = map[string]bool{
	"str": true, "string": true, "int": true, "bool": true, "path": true, "port": true, "float": true, "number": true, "package": true, "shellPackage": true,
	"attrs": true, "anything": true, "unspecified": true, "raw": true, "lines": true, "commas": true, "envVar": true, "singleLineStr": true, "nonEmptyStr": true,
	"optionType": true, "deferredModule": true, "pathInStore": true, "pkgs": true, "passwdEntry": true, "boolByOr": true, "externalPath": true,
	"ints": true, "numbers": true,
}

// typeMakers are those that take arguments, with how many.
var typeMakers = map[string]int{
	"attrsOf": 1, "lazyAttrsOf": 1, "listOf": 1, "nonEmptyListOf": 1, "nullOr": 1, "uniq": 1, "unique": 2, "functionTo": 1, "submodule": 1, "submoduleWith": 1,
	"enum": 1, "either": 2, "oneOf": 1, "coercedTo": 3, "strMatching": 1, "separatedString": 1, "addCheck": 2, "deferredModuleWith": 1, "attrsWith": 1, "attrTag": 1,
	"loaOf": 1, "passwdEntryOf": 1, "luaInline": 1, "dagOf": 1, "attrListOf": 1,
}

// mainType is the one of several types whose values have most structure: either str (submodule …).
func (ev *Evaluator) mainType(t Val) Val {
	s, ok := t.shape.(*typeShape)
	if !ok || len(s.either) == 0 {
		return t
	}
	best := ev.mainType(ev.force(s.either[0]))
	for _, o := range s.either[1:] {
		if x := ev.mainType(ev.force(o)); ev.structure(x, 0) > ev.structure(best, 0) {
			best = x
		}
	}
	return best
}

// structure says how much is told apart below the values of a type: members or fields, anything, nothing.
func (ev *Evaluator) structure(t Val, depth int) int {
	s, ok := ev.mainType(t).shape.(*typeShape)
	if !ok || depth > maxOptionDepth {
		return 0
	}
	switch s.name {
	case "nullOr", "uniq", "coercedTo":
		return ev.structure(ev.force(s.elem), depth+1)
	case "attrsOf", "lazyAttrsOf", "loaOf", "dagOf", "submodule", "submoduleWith", "attrTag":
		return 4
	case "listOf", "nonEmptyListOf", "functionTo":
		return 3
	case "deferredModule", "deferredModuleWith":
		return 2
	case "attrs", "anything", "unspecified", "raw":
		return 1
	}
	return 0
}

// typeMaker is a type that waits for its arguments.
func (ev *Evaluator) typeMaker(name string, arity int) Val {
	return Val{shape: &builtin{spec: &spec{name: name, arity: arity, call: func(ev *Evaluator, a []*thunk, at site) Val {
		switch name {
		case "attrsOf", "lazyAttrsOf", "listOf", "nonEmptyListOf", "nullOr", "uniq", "functionTo", "submodule", "submoduleWith", "loaOf", "dagOf", "attrTag", "enum":
			return Val{shape: &typeShape{name: name, elem: a[0]}}
		case "attrsWith":
			return Val{shape: &typeShape{name: "attrsOf", elem: lazily(func() Val { return ev.orUnknown(ev.sel(ev.force(a[0]), "elemType")) })}}
		case "unique":
			return ev.force(a[1])
		case "addCheck":
			return ev.force(a[0])
		case "coercedTo":
			return Val{shape: &typeShape{name: name, elem: a[2], from: a[0], with: a[1]}}
		case "either":
			return Val{shape: &typeShape{name: name, either: a[:2:2]}}
		case "oneOf":
			if ts, exact, _ := ev.elems(ev.force(a[0])); exact {
				return Val{shape: &typeShape{name: "either", either: ts}}
			}
		}
		return Val{shape: &typeShape{name: name}}
	}}}}
}
