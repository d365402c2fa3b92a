package eval

// systemsChapter are the functions that make configurations.
func systemsChapter() []row {
	return []row{
		{"nixosSystem", 1, makesSystem("nixosSystem")},
		{"darwinSystem", 1, makesSystem("darwinSystem")},
		{"homeManagerConfiguration", 1, makesSystem("homeManagerConfiguration")},
		{"evalModules", 1, makesSystem("evalModules")},
		{"eval-config", 1, makesSystem("eval-config")},
		{"nixpkgsImport", 1, libNixpkgsImport},
		{"extend", 1, libExtend},
		{"import-tree", 1, libImportTree},
		{"mkFlake", 2, libMkFlake},
	}
}

func libNixpkgsImport(ev *Evaluator, a []*thunk, at site) Val { return Val{shape: &libShape{"pkgs"}} }

func libExtend(ev *Evaluator, a []*thunk, at site) Val {
	var self *thunk
	self = lazily(func() Val {
		lib := Val{shape: &libShape{"lib"}}
		return ev.extensible(ev.update(lib, ev.call(ev.force(a[0]), at, self, ready(lib))))
	})
	return ev.force(self)
}

func libImportTree(ev *Evaluator, a []*thunk, at site) Val { return listFilesRecursive(ev, a, at) }

// libMkFlake is flake-parts' mkFlake { inherit inputs; } module. A function of that name that takes something else is another one.
func libMkFlake(ev *Evaluator, a []*thunk, at site) Val {
	given := ev.force(a[0])
	if s, ok := given.shape.(*setShape); ok {
		if _, has := s.get("inputs"); !has {
			return joinArgs(ev, a, at)
		}
	}
	c := ev.newConfiguration(FlakeParts, at)
	c.Name = "flake"
	c.sources = ev.want(ev.force(a[1]), at, nil, nil)
	if as := ev.sel(given, "specialArgs"); as.shape != nil && as.shape != missing {
		ev.passAll(c, as)
	}
	if ev.flake != nil && ev.flake.conf == nil {
		ev.flake.conf = c
	}
	return Val{shape: &flakeShape{c}}
}

// makesSystem is a function that evaluates modules. One that was taken from a lib of the repository's own passes that lib on.
func makesSystem(name string) func(ev *Evaluator, a []*thunk, at site) Val {
	return func(ev *Evaluator, a []*thunk, at site) Val {
		lib := ev.ownLib
		ev.ownLib = nil
		return ev.system(name, ev.force(a[0]), lib, at)
	}
}
