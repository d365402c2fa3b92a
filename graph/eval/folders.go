package eval

import (
	"path"
	"slices"
	"strings"
)

// What frameworks do that make configurations of folders: which files there are, modules of them, systems of modules.

// subfolders are the names of the folders in a folder.
func (ev *Evaluator) subfolders(dir string) []string {
	es, _ := ev.host.Dir(path.Clean(dir))
	var out []string
	for _, e := range es {
		if e.Kind == "directory" {
			out = append(out, e.Name)
		}
	}
	slices.Sort(out)
	return out
}

// isFile says whether there is a Nix file of this name.
func (ev *Evaluator) isFile(name ...string) bool { return ev.host.File(path.Join(name...)) != nil }

// named is something that a folder holds under a name.
type named struct{ name, path string }

// modulesIn are the modules in a folder, NAME.nix and NAME/default.nix, without a default.nix of its own.
func (ev *Evaluator) modulesIn(dir string) []named {
	es, _ := ev.host.Dir(path.Clean(dir))
	var out []named
	for _, e := range es {
		p := path.Join(dir, e.Name)
		name, nix := strings.CutSuffix(e.Name, ".nix")
		switch {
		case e.Kind == "directory" && ev.isFile(p, "default.nix"):
			out = append(out, named{e.Name, p})
		case e.Kind != "directory" && nix && name != "default" && ev.isFile(p):
			out = append(out, named{name, p})
		}
	}
	slices.SortFunc(out, func(a, b named) int { return strings.Compare(a.name, b.name) })
	return out
}

// defaultsBelow are the folders with a default.nix, the folder itself among them, by their path within it.
func (ev *Evaluator) defaultsBelow(dir string) []named {
	var out []named
	var walk func(rel string, depth int)
	walk = func(rel string, depth int) {
		at := path.Join(dir, rel)
		if ev.isFile(at, "default.nix") {
			out = append(out, named{rel, path.Join(at, "default.nix")})
		}
		for _, name := range ev.subfolders(at) {
			if depth < maxDeep {
				walk(path.Join(rel, name), depth+1)
			}
		}
	}
	walk("", 0)
	return out
}

// pathOfTree is a path of the tree as a value.
func pathOfTree(name string) Val { return Val{shape: &pathShape{path.Clean(name), true}} }

// setOf is an attribute set that a framework makes: it has its place where the framework is called.
func setOf(at site, as ...attr) Val {
	s := &setShape{}
	for _, a := range as {
		a.site = at
		s.add(a)
	}
	return Val{shape: s}
}

// field is an attribute of setOf.
func field(name string, t *thunk) attr { return attr{name: name, val: t} }

// pathsByName are modules by their name, as an output of a flake has them.
func pathsByName(at site, ms []named) Val {
	var as []attr
	for _, m := range ms {
		as = append(as, field(m.name, ready(pathOfTree(m.path))))
	}
	return setOf(at, as...)
}

// pathsOf are modules as a list.
func pathsOf(ms []named) Val {
	ts := make([]*thunk, len(ms))
	for i, m := range ms {
		ts[i] = ready(pathOfTree(m.path))
	}
	return list(ts, true)
}

// homesModule is a module of a system that gives its users homes: home-manager.users.NAME.imports = [ … ].
func homesModule(at site, users []user) Val {
	var as []attr
	for _, u := range users {
		as = append(as, field(u.name, ready(setOf(at, field("imports", ready(u.modules))))))
	}
	return setOf(at, field("home-manager", ready(setOf(at, field("users", ready(setOf(at, as...)))))))
}

// user is a home within a system.
type user struct {
	name    string
	modules Val
}

// build is what a framework makes a configuration of.
type build struct {
	class    *Class
	name     string // where no output of the flake names it
	modules  []Val  // modules, and lists of them
	args     []attr // what modules get
	argSets  []Val  // the same, as a value
	homeArgs []attr // what the modules of its homes get
}

// construct gives the configuration that a framework makes, as evalModules gives it back.
func (ev *Evaluator) construct(b build, at site) Val {
	c := ev.newConfiguration(b.class, at)
	c.Name = b.name
	for _, v := range b.modules {
		c.sources = append(c.sources, ev.want(v, at, nil, nil)...)
	}
	for _, a := range b.args {
		c.args[a.name] = a.val
	}
	for _, v := range b.argSets {
		ev.passAll(c, v)
	}
	for _, a := range b.homeArgs {
		c.homeArgs[a.name] = a.val
	}
	return ev.evaluated(c)
}

// asked is an attribute of what a framework is called with, deep down; ok is false where there is none that is known.
func (ev *Evaluator) asked(v Val, names ...string) (Val, bool) {
	for _, name := range names {
		if v = ev.sel(v, name); v.shape == nil || v.shape == missing {
			return Val{}, false
		}
	}
	return v, true
}

// textAt is a text that a framework is called with.
func (ev *Evaluator) textAt(v Val, fallback string, names ...string) string {
	if v, ok := ev.asked(v, names...); ok {
		if s, is := v.shape.(*strShape); is && known(s.s) {
			return s.s
		}
	}
	return fallback
}

// folderAt is a folder that a framework is called with.
func (ev *Evaluator) folderAt(v Val, fallback string, names ...string) string {
	if v, ok := ev.asked(v, names...); ok {
		if name, inside := ev.insidePath(v); inside && known(name) {
			return path.Clean(name)
		}
	}
	return fallback
}
