package eval

import (
	"path"
	"slices"
	"strings"

	"nixsink/parse"
)

// flake evaluates a flake's outputs; the systems that they build are found on the way.
func (ev *Evaluator) flake(f *parse.File) {
	ev.refuel(fuelPerModule)
	v := ev.fileValue(f)
	out := ev.sel(v, "outputs")
	dir := path.Dir(f.Name)
	if dir == "." {
		dir = ""
	}
	var result *thunk
	self := &setShape{base: &Val{}}
	inputs := &setShape{base: &Val{}}
	result = lazily(func() Val {
		return ev.apply(out, ready(Val{shape: inputs}), site{f, f.Expr.Range()})
	})
	self.add(attr{name: "outPath", val: ready(str(SelfPrefix + "/" + dir))})
	selfVal := lazily(func() Val {
		r := ev.force(result)
		if len(ev.flakeModules) > 0 || ev.flakePartsUsed {
			return Val{shape: &flakeShape{}}
		}
		if s, ok := r.shape.(*setShape); ok {
			c := &setShape{base: s.base, attrs: slices.Concat(self.attrs, s.attrs)}
			return Val{shape: c}
		}
		return Val{shape: self}
	})
	if in := ev.sel(v, "inputs"); in.shape != nil && in.shape != missing {
		as, _, _ := ev.entries(in)
		for _, a := range as {
			if a.name == "self" {
				continue
			}
			in := Val{}
			if a.name == "import-tree" {
				in = ev.libFunction(a.name)
			}
			inputs.add(attr{name: a.name, val: ready(in)})
		}
	}
	inputs.add(attr{name: "self", val: lazily(func() Val {
		// While the outputs are still being computed, self is at least its own path.
		if result.state == 1 {
			return Val{shape: &setShape{attrs: self.attrs, base: &Val{shape: &laterShape{selfVal}}}}
		}
		return ev.force(selfVal)
	})})
	if s, ok := inputs.get("self"); ok {
		t := s.val
		ev.flakeSelf = Val{shape: &laterShape{t}}
	}
	ev.flakeInputs = Val{shape: inputs}
	ev.outputs(ev.force(result), site{f, f.Expr.Range()})
	ev.drain()
	ev.exported(ev.force(result), f)
	ev.drain()
}

// fuelForBuilds bounds the evaluation of all that a flake makes for every platform together: systems hide there as well, but mostly it
// only tests the modules over and over.
const fuelForBuilds = 100_000

// outputs goes through what a flake gives, for the systems that are built on the way: first what it gives once, then what it makes
// for every platform (packages, checks). What one function makes for all of them is gone through once, for a platform that is not known.
func (ev *Evaluator) outputs(v Val, at site) {
	s, ok := v.shape.(*setShape)
	if !ok {
		ev.deep(v)
		return
	}
	var builds []*setShape
	for i := range s.attrs {
		out := ev.force(s.attrs[i].val)
		if each, ok := out.shape.(*setShape); ok && len(each.attrs) > 0 && !slices.ContainsFunc(each.attrs, func(a attr) bool { return !platform(a.name) }) {
			builds = append(builds, each)
			continue
		}
		ev.deep(out)
	}
	if s.base != nil {
		ev.deep(*s.base)
	}
	ev.refuel(fuelForBuilds)
	for _, each := range builds {
		var over *thunk
		for _, a := range each.attrs {
			if t := a.val; t.state == 2 || t.fn == nil || t.of == nil {
				ev.deep(ev.force(t))
			} else if t.of != over {
				every := ev.apply(ev.force(t.of), ready(str(hole)), at)
				if _, more := every.shape.(*closure); more {
					ev.deep(ev.force(t)) // not a function of the platform alone
					continue
				}
				over = t.of
				ev.deep(every)
			}
		}
		if each.base != nil {
			ev.deep(*each.base)
		}
	}
}

// platform says whether a name is that of a system type, x86_64-linux (Nix manual, system).
func platform(name string) bool {
	cpu, os, ok := strings.Cut(name, "-")
	if !ok || os != "linux" && os != "darwin" && os != "freebsd" {
		return false
	}
	switch cpu {
	case "x86_64", "aarch64", "i686", "armv6l", "armv7l", "riscv64", "powerpc64", "powerpc64le":
		return true
	}
	return false
}

// exported loads the modules that a flake gives to others as functions, nixosModules.wiki = import ./wiki.nix, and that none of its own
// systems takes. Those that it gives as paths are files that nothing imports, and are looked at as such.
func (ev *Evaluator) exported(out Val, f *parse.File) {
	taken := map[*parse.File]bool{}
	for _, m := range ev.Modules {
		taken[m.File] = true
	}
	home := ev.anyHome()
	for _, o := range []struct {
		name string
		base *Path
	}{{"nixosModules", ev.Config}, {"darwinModules", ev.Config}, {"homeModules", home}, {"homeManagerModules", home}} {
		set := ev.sel(out, o.name)
		if set.shape == nil || set.shape == missing {
			continue
		}
		as, _, _ := ev.entries(set)
		for _, a := range as {
			v := ev.force(a.val)
			if c, ok := v.shape.(*closure); ok && c.env.file != f && !taken[c.env.file] {
				ev.load(v, o.base, o.base == home, site{f, f.Expr.Range()}, &Module{File: f, Reachable: true})
			}
		}
	}
}

// flakeShape is the flake itself where flake-parts makes its outputs: they are what its modules define under `flake`.
type flakeShape struct{ _ byte }

func (ev *Evaluator) flakeOutput(name string) Val {
	if name == "outPath" {
		return str(SelfPrefix + "/")
	}
	var some []Val
	for _, p := range ev.flakeModules {
		if v := ev.sel(ev.sel(p.val, "flake"), name); v.shape != missing && v.shape != nil {
			some = append(some, v)
		}
	}
	if len(some) == 0 {
		return Val{}
	}
	return ev.join(some...)
}

// laterShape is a value that is not there yet when it is first passed on, and is when it is asked.
type laterShape struct{ t *thunk }
