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

func libMkFlake(ev *Evaluator, a []*thunk, at site) Val {
	root := &Module{File: at.file, Reachable: true}
	ev.flakePartsUsed = true
	ev.load(ev.force(a[1]), ev.at(ev.Config, FlakeParts), false, at, root)
	return unknown(nil)
}

// makesSystem is a function that evaluates modules.
func makesSystem(name string) func(ev *Evaluator, a []*thunk, at site) Val {
	return func(ev *Evaluator, a []*thunk, at site) Val { return ev.system(name, ev.force(a[0]), at) }
}
