package eval

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// import-tree (github.com/vic/import-tree, README.md): a module of all Nix files of folders. What has /_ in its path is left out; further
// filters and a function for each file are given before the folder is.
func importTreeConvention() convention {
	tree := func(ev *Evaluator) Val { return ev.importTree(&importTree{}) }
	return convention{
		rows:     []row{{"import-tree", 1, libImportTree}},
		anywhere: []string{"import-tree"},
		inputs:   []input{{"vic/import-tree", []string{"import-tree"}, tree}, {"denful/import-tree", nil, tree}},
	}
}

func libImportTree(ev *Evaluator, a []*thunk, at site) Val { return (&importTree{}).load(ev, a[0], at) }

// importTree is what is to be loaded, and how.
type importTree struct {
	filters []treeFilter
	initial *thunk // in place of the rule for names, nil for that rule
	each    []*thunk
	paths   []*thunk
	pipe    *thunk // what is done with the list of files, nil for a module of them
}

// treeFilter is a predicate of a file's path.
type treeFilter struct {
	fn    *thunk
	regex string // in place of fn
	not   bool
}

// importTree is import-tree as a value: a function that has further ones as attributes.
func (ev *Evaluator) importTree(t *importTree) Val {
	out := &setShape{}
	method := func(name string, f func(of *importTree, arg *thunk) bool) {
		call := func(ev *Evaluator, a []*thunk, at site) Val {
			of := *t
			of.filters, of.each, of.paths = slices.Clone(t.filters), slices.Clone(t.each), slices.Clone(t.paths)
			if !f(&of, a[0]) {
				return joinArgs(ev, a, at)
			}
			return ev.importTree(&of)
		}
		out.add(field(name, ready(Val{shape: &builtin{spec: &spec{name: "import-tree", arity: 1, call: call}}})))
	}
	for _, not := range []bool{false, true} {
		name := map[bool]string{false: "", true: "Not"}[not]
		method("filter"+name, func(of *importTree, arg *thunk) bool {
			of.filters = append(of.filters, treeFilter{fn: arg, not: not})
			return true
		})
		method("match"+name, func(of *importTree, arg *thunk) bool {
			text, ok := ev.textOf(arg)
			of.filters = append(of.filters, treeFilter{regex: text, not: not})
			return ok
		})
	}
	method("map", func(of *importTree, arg *thunk) bool { of.each = append(of.each, arg); return true })
	method("addPath", func(of *importTree, arg *thunk) bool { of.paths = append(of.paths, arg); return true })
	method("withLib", func(*importTree, *thunk) bool { return true })
	method("initFilter", func(of *importTree, arg *thunk) bool { of.initial = arg; return true })
	method("pipeTo", func(of *importTree, arg *thunk) bool { of.pipe = arg; return true })
	load := func(pipe *thunk) func(ev *Evaluator, a []*thunk, at site) Val {
		return func(ev *Evaluator, a []*thunk, at site) Val {
			of := *t
			if pipe != nil {
				of.pipe = pipe
			}
			return of.load(ev, a[len(a)-1], at)
		}
	}
	identity := ready(Val{shape: &builtin{spec: &spec{name: "id", arity: 1, call: func(ev *Evaluator, a []*thunk, _ site) Val { return ev.force(a[0]) }}}})
	nothing := ready(emptyList())
	out.add(field("leafs", ready(Val{shape: &builtin{spec: &spec{name: "leafs", arity: 1, call: load(identity)}}})))
	out.add(field("result", lazily(func() Val { return load(nil)(ev, []*thunk{nothing}, site{}) })))
	out.add(field("files", lazily(func() Val { return load(identity)(ev, []*thunk{nothing}, site{}) })))
	out.add(field("new", lazily(func() Val { return ev.importTree(&importTree{}) })))
	out.add(field("__functor", ready(Val{shape: &builtin{spec: &spec{name: "import-tree", arity: 2, call: load(nil)}}})))
	return Val{shape: out}
}

// load is the module, or what pipeTo makes of the list.
func (t *importTree) load(ev *Evaluator, root *thunk, at site) Val {
	var files []*thunk
	add := func(v Val) bool {
		found, ok := t.files(ev, v, at)
		files = append(files, found...)
		return ok
	}
	given := ev.force(root)
	s, module := given.shape.(*setShape)
	module = module && s.base != nil // what the module system passes to a module
	if !module && !add(given) {
		return unknown(ev.deep(given))
	}
	for _, p := range t.paths {
		add(ev.force(p))
	}
	out := list(files, true)
	if t.pipe != nil {
		return ev.apply(ev.force(t.pipe), ready(out), at)
	}
	if module {
		return setOf(at, field("imports", ready(out)))
	}
	return out
}

// files are those below a path, or below several; anything that is no path stays as it is.
func (t *importTree) files(ev *Evaluator, v Val, at site) (out []*thunk, ok bool) {
	switch s := v.shape.(type) {
	case *listShape:
		for _, e := range s.elems {
			more, found := t.files(ev, ev.force(e), at)
			if !found {
				return nil, false
			}
			out = append(out, more...)
		}
		return out, true
	case *closure:
		return t.mapped(ev, []*thunk{ready(v)}, at), true
	}
	root, inside := ev.insidePath(v)
	if !inside || !known(root) {
		return nil, v.shape != nil
	}
	root = path.Clean(root)
	if ev.host.File(root) != nil {
		return t.mapped(ev, []*thunk{ready(pathOfTree(root))}, at), true
	}
	for _, name := range ev.filesBelow(root, at) {
		if t.takes(ev, "/"+strings.TrimPrefix(strings.TrimPrefix(name, root), "/"), at) {
			out = append(out, ready(pathOfTree(name)))
		}
	}
	return t.mapped(ev, out, at), true
}

func (t *importTree) mapped(ev *Evaluator, files []*thunk, at site) []*thunk {
	for _, f := range t.each {
		for i, file := range files {
			files[i] = lazily(func() Val { return ev.apply(ev.force(f), file, at) })
		}
	}
	return files
}

// takes says whether a file is loaded, as far as that is known. name is its path below the folder, with a slash in front.
func (t *importTree) takes(ev *Evaluator, name string, at site) bool {
	holds := func(f *thunk, not bool) bool {
		b, ok := ev.truth(ready(ev.apply(ev.force(f), ready(str(name)), at)))
		return !ok || b != not
	}
	if t.initial != nil {
		if !holds(t.initial, false) {
			return false
		}
	} else if strings.Contains(name, "/_") || !strings.HasSuffix(name, ".nix") {
		return false
	}
	for _, f := range t.filters {
		if f.fn == nil {
			if re, err := regexp.Compile("^(?:" + f.regex + ")$"); err == nil && re.MatchString(name) == f.not {
				return false
			}
		} else if !holds(f.fn, f.not) {
			return false
		}
	}
	return true
}
