package eval

// typesChapter is what tells types of values apart, turns them into data formats, and calculates.
func typesChapter() []row {
	return []row{
		{"toJSON", 1, joinArgs},
		{"toXML", 1, joinArgs},
		{"fromTOML", 1, joinArgs},
		{"toYAML", 1, joinArgs},
		{"toINI", 1, joinArgs},
		{"importTOML", 1, libImportTOML},
		{"hashString", 2, libHash},
		{"functionArgs", 1, libFunctionArgs},
		{"toUpperFirst", 1, joinArgs},
		{"toInt", 1, joinArgs},
		{"boolToString", 1, joinArgs},
		{"stringToCharacters", 1, joinArgs},
		{"ceil", 1, joinArgs},
		{"floor", 1, joinArgs},
		{"not", 1, joinArgs},
		{"isStorePath", 1, joinArgs},
		{"getEnv", 1, joinArgs},
		{"getName", 1, joinArgs},
		{"getVersion", 1, joinArgs},
		{"splitVersion", 1, joinArgs},
		{"hashFile", 2, libHashFile},
		{"toHashFormat", 2, joinArgs},
		{"add", 2, joinArgs},
		{"sub", 2, joinArgs},
		{"mul", 2, joinArgs},
		{"div", 2, joinArgs},
		{"bitAnd", 2, joinArgs},
		{"min", 2, joinArgs},
		{"max", 2, joinArgs},
		{"and", 2, joinArgs},
		{"or", 2, joinArgs},
		{"mod", 2, joinArgs},
		{"toGitINI", 2, joinArgs},
		{"toKeyValue", 2, joinArgs},
		{"escape", 2, joinArgs},
		{"intersectLists", 2, joinArgs},
		{"subtractLists", 2, joinArgs},
		{"crossLists", 2, joinArgs},
		{"replicate", 2, joinArgs},
		{"isNull", 1, libIsNull},
		{"typeOf", 1, libTypeOf},
		{"isString", 1, isOfType(stringType)},
		{"isInt", 1, isOfType(intType)},
		{"isList", 1, isOfType(listType)},
		{"isAttrs", 1, isOfType(setType)},
		{"isFunction", 1, isOfType(lambdaType)},
		{"isPath", 1, isOfType(pathType)},
		{"isBool", 1, isOfType(boolType)},
		{"isDerivation", 1, libIsDerivation},
		{"isFloat", 1, isOfType(floatType)},
		{"generate", 2, libGenerate},
		{"toINIWithGlobalSection", 2, libGenerate},
		{"replaceVars", 2, libGenerate},
	}
}

func libIsNull(ev *Evaluator, a []*thunk, at site) Val { return ev.isNull(ev.force(a[0])) }

func libTypeOf(ev *Evaluator, a []*thunk, at site) Val {
	v := ev.force(a[0])
	if name := ev.types(v).name(); name != "" {
		return str(name) // whatever it holds
	}
	return unknown(ev.origins(v))
}

// libIsDerivation asks whether a value is a set whose type is "derivation" (Nixpkgs lib/attrsets.nix).
func libIsDerivation(ev *Evaluator, a []*thunk, at site) Val {
	v := ev.force(a[0])
	if ev.types(v).never(setType) {
		return boolean(false) // whatever it holds
	}
	if _, set := v.shape.(*setShape); set {
		if there, why := ev.presence(v, "type"); there == no {
			return boolean(false).with(why)
		} else if there == yes {
			return ev.equality(ev.sel(v, "type"), str("derivation"), true)
		}
	}
	return unknown(ev.all(a[0]))
}

// libFunctionArgs is lib.functionArgs: the names that a function takes from a set, and whether each has a default (Nixpkgs
// lib/trivial.nix).
func libFunctionArgs(ev *Evaluator, a []*thunk, at site) Val {
	f := ev.force(a[0])
	switch s := f.shape.(type) {
	case *closure:
		names := &setShape{}
		if s.fn.Formals != nil {
			for i := range s.fn.Formals.List {
				fm := &s.fn.Formals.List[i]
				names.add(attribute(fm.Name, nil, ready(boolean(fm.Default != nil)), site{s.env.file, fm.NameSpan}))
			}
		}
		return Val{shape: names, org: f.org}
	case *setShape:
		if said, ok := s.get("__functionArgs"); ok {
			return ev.force(said.val).with(f.org)
		}
		if fun, ok := s.get("__functor"); ok {
			return libFunctionArgs(ev, []*thunk{lazily(func() Val { return ev.apply(ev.force(fun.val), ready(f), at) })}, at).with(f.org)
		}
	case *altShape:
		if s.prop == several && len(s.alts) > 0 {
			each := make([]Val, len(s.alts))
			for i, t := range s.alts {
				each[i] = libFunctionArgs(ev, []*thunk{t}, at)
			}
			return ev.choice(f.org, each...)
		}
	}
	return unknown(ev.all(a[0]))
}

func libGenerate(ev *Evaluator, a []*thunk, at site) Val {
	v := ev.force(a[1])
	return unknown(union(ev.deep(v), ev.all(a[0])))
}

// isOfType asks whether builtins.typeOf says kind. What is always of one kind tells nothing of the value by that: what is left out then is never taken.
func isOfType(kind typeSet) func(ev *Evaluator, a []*thunk, at site) Val {
	return func(ev *Evaluator, a []*thunk, at site) Val {
		v := ev.force(a[0])
		switch of := ev.types(v); {
		case of.always(kind):
			return boolean(true)
		case of.never(kind):
			return boolean(false)
		}
		return unknown(ev.origins(v))
	}
}
