package eval

import (
	"path"
	"strings"
)

// filesChapter are the functions that read the tree (lib/filesystem.nix, lib/path).
func filesChapter() []row {
	return []row{
		{"readFile", 1, readFile},
		{"fileContents", 1, readFile},
		{"importJSON", 1, importJSON},
		{"fromJSON", 1, libFromJSON},
		{"readDir", 1, readDir},
		{"pathExists", 1, libPathExists},
		{"listFilesRecursive", 1, listFilesRecursive},
		{"append", 2, libAppend},
		{"path.removePrefix", 2, libPathRemovePrefix},
		{"path.hasPrefix", 2, libPathHasPrefix},
		{"cleanSource", 1, same(0)}, // what a filter leaves out is no module
		{"cleanSourceWith", 1, sourceIn("src")},
		{"toSource", 1, sourceIn("root")},
		{"gitTracked", 1, same(0)},
		{"filterSource", 2, same(1)},
		{"sourceByRegex", 2, same(0)},
		{"sourceFilesBySuffices", 2, same(0)},
	}
}

func libFromJSON(ev *Evaluator, a []*thunk, at site) Val {
	v := ev.force(a[0])
	if s, ok := v.shape.(*strShape); ok && known(s.s) {
		return fromJSON(s.s, v.org)
	}
	return unknown(ev.deep(v))
}

// sourceIn is a copy of the folder that an argument names in an attribute.
func sourceIn(name string) func(ev *Evaluator, a []*thunk, at site) Val {
	return func(ev *Evaluator, a []*thunk, at site) Val {
		v := ev.force(a[0])
		if src := ev.sel(v, name); src.shape != nil && src.shape != missing {
			return src.with(v.org)
		}
		return unknown(ev.deep(v))
	}
}

func libPathExists(ev *Evaluator, a []*thunk, at site) Val {
	v := ev.force(a[0])
	if name, inside := ev.insidePath(v); inside && known(name) {
		return boolean(ev.exists(name)).with(v.org) // of a string, too: "${toString ./.}/x.nix"
	}
	return unknown(ev.deep(v))
}

func libAppend(ev *Evaluator, a []*thunk, at site) Val {
	p, ok := ev.force(a[0]).shape.(*pathShape)
	if !ok {
		return unknown(ev.all(a...))
	}
	below, _ := ev.textOf(a[1])
	return Val{shape: &pathShape{path.Clean(joinText(p.s+"/", below)), p.inside}, org: ev.all(a...)}
}

// libPathRemovePrefix is lib.path.removePrefix (lib/path/default.nix): the path from one folder to what is below it, "./hosts/tower".
func libPathRemovePrefix(ev *Evaluator, a []*thunk, at site) Val {
	below, ok := ev.pathBelow(a[0], a[1])
	if !ok {
		return unknown(ev.all(a...))
	}
	return str("./" + below).with(ev.all(a...))
}

func libPathHasPrefix(ev *Evaluator, a []*thunk, at site) Val {
	folder, ok := ev.insidePath(ev.force(a[0]))
	name, inside := ev.insidePath(ev.force(a[1]))
	if !ok || !inside || !known(folder) || !known(name) {
		return unknown(ev.all(a...))
	}
	_, is := ev.pathBelow(a[0], a[1])
	return boolean(is).with(ev.all(a...))
}

// pathBelow is a path of the tree seen from a folder above it.
func (ev *Evaluator) pathBelow(folder, below *thunk) (string, bool) {
	from, ok := ev.insidePath(ev.force(folder))
	name, inside := ev.insidePath(ev.force(below))
	if !ok || !inside || !known(from) {
		return "", false
	}
	from, name = path.Clean(from), path.Clean(name)
	switch {
	case from == "." || from == "":
		return name, true
	case from == name:
		return ".", true
	}
	return strings.CutPrefix(name, from+"/")
}
