package eval

// adios-flake (github.com/Mic92/adios-flake, README.md): mkFlake of one set. Its attribute flake are outputs as they stand, its modules make
// others for each platform.
func adiosFlakeConvention() convention {
	value := func(ev *Evaluator) Val {
		return Val{shape: &setShape{attrs: []attr{field("lib", ready(setOf(site{}, field("mkFlake", ready(ev.libFunction("adios.mkFlake"))))))}, base: &Val{}}}
	}
	return convention{
		rows:   []row{{"adios.mkFlake", 1, libAdiosFlake}},
		inputs: []input{{"mic92/adios-flake", []string{"adios-flake"}, value}},
	}
}

func libAdiosFlake(ev *Evaluator, a []*thunk, at site) Val {
	given := ev.force(a[0])
	var made []Val
	ts, _, _ := ev.elems(ev.sel(given, "modules"))
	for _, t := range ts {
		v := ev.force(t)
		if _, inside := ev.insidePath(v); inside {
			v = ev.importValue(v, at)
		}
		if isFunction(v) {
			v = ev.apply(v, ready(Val{shape: &setShape{base: &Val{}}}), at)
		}
		made = append(made, v)
	}
	base := ev.join(append(made, Val{})...)
	if s, ok := ev.sel(given, "flake").shape.(*setShape); ok {
		return Val{shape: &setShape{attrs: s.attrs, base: &base}}
	}
	return base
}
