package eval

func libNixpkgsImport(ev *Evaluator, a []*thunk, at site) Val { return Val{shape: &libShape{"pkgs"}} }

func libExtend(ev *Evaluator, a []*thunk, at site) Val {
	var self *thunk
	self = lazily(func() Val {
		lib := Val{shape: &libShape{"lib"}}
		return ev.extensible(ev.update(lib, ev.call(ev.force(a[0]), at, self, ready(lib))))
	})
	return ev.force(self)
}

// makesSystem is a function that evaluates modules. One that was taken from a lib of the repository's own passes that lib on.
func makesSystem(name string) func(ev *Evaluator, a []*thunk, at site) Val {
	return func(ev *Evaluator, a []*thunk, at site) Val {
		lib := ev.ownLib
		ev.ownLib = nil
		return ev.system(name, ev.force(a[0]), lib, at)
	}
}
