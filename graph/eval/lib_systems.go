package eval

import "strings"

func libNixpkgsImport(ev *Evaluator, a []*thunk, at site) Val { return Val{shape: &libShape{"pkgs"}} }

// ofPlatform is what packages say of the platform that they are for: their stdenv, with what it is known by (nixpkgs, lib/systems/inspect.nix), or the
// name of it.
func ofPlatform(system, name string) Val {
	if name == "system" {
		return str(system)
	}
	cpu, os, _ := strings.Cut(system, "-")
	is := []attr{field("system", ready(str(system)))}
	for _, p := range []struct {
		name string
		is   bool
	}{{"isLinux", os == "linux"}, {"isDarwin", os == "darwin"}, {"isx86_64", cpu == "x86_64"}, {"isAarch64", cpu == "aarch64"}} {
		is = append(is, field(p.name, ready(boolean(p.is))))
	}
	platform := ready(Val{shape: &setShape{attrs: is, base: &Val{}}})
	return Val{shape: &setShape{attrs: append(is[:len(is):len(is)], field("hostPlatform", platform), field("buildPlatform", platform)), base: &Val{}}}
}

func libExtend(ev *Evaluator, a []*thunk, at site) Val {
	overlay := ev.force(a[0])
	return ev.extendedAlike(overlay, Val{shape: &libShape{"lib"}}, func() Val {
		var self *thunk
		self = lazily(func() Val {
			lib := Val{shape: &libShape{"lib"}}
			v := ev.update(lib, ev.call(overlay, at, self, ready(lib)))
			return ev.extensible(v, func(*thunk) Val { return v }) // an overlay of an overlay takes the functions of the first one as they are
		})
		return ev.force(self)
	})
}

// extendedAlike is what an overlay makes of something: one value for all who extend the same in the same way.
func (ev *Evaluator) extendedAlike(overlay, what Val, extend func() Val) Val {
	c, ok := overlay.shape.(*closure)
	if !ok || len(overlay.org) > 0 {
		return extend()
	}
	use := ev.closedUse(c.fn)
	key := closedKey{fn: c.fn}
	closed := !use.many
	var free []Val
	if closed {
		if free, key.free, closed = ev.freeValues(c, use.names); closed {
			free = append(free, what)
			if v, before := ev.closedBefore(key, free); before {
				return v
			}
		}
	}
	cuts := ev.cuts
	v := extend()
	if closed && ev.cuts == cuts {
		ev.keepClosed(key, free, v, 0)
	}
	return v
}

// makesSystem is a function that evaluates modules. One that was taken from a lib of the repository's own passes that lib on.
func makesSystem(name string) func(ev *Evaluator, a []*thunk, at site) Val {
	return func(ev *Evaluator, a []*thunk, at site) Val {
		lib := ev.ownLib
		ev.ownLib = nil
		return ev.system(name, ev.force(a[0]), lib, at)
	}
}
