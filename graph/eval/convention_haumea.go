package eval

import (
	"path"
	"strings"
)

// haumea (nix-community.github.io/haumea, "API Reference"): load makes a set of a folder, an attribute for each file and folder. Every file is
// called with inputs, and with self, super and root, which are the set as it is seen from there.
func haumeaConvention() convention {
	lib := func(ev *Evaluator) Val {
		loaders := setOf(site{}, field("default", ready(ev.libFunction("haumea.default"))), field("scoped", ready(ev.libFunction("haumea.default"))),
			field("verbatim", ready(ev.libFunction("haumea.verbatim"))), field("path", ready(ev.libFunction("haumea.path"))), field("callPackage", ready(ev.libFunction("haumea.default"))))
		transformers := setOf(site{}, field("liftDefault", ready(ev.libFunction("haumea.liftDefault"))))
		return setOf(site{}, field("load", ready(ev.libFunction("haumea.load"))), field("loaders", ready(loaders)), field("transformers", ready(transformers)),
			field("matchers", ready(Val{})))
	}
	return convention{
		rows: []row{
			{"haumea.load", 1, libHaumeaLoad}, {"haumea.default", 2, libHaumeaDefault}, {"haumea.liftDefault", 2, libHaumeaLiftDefault},
			{"haumea.verbatim", 2, func(ev *Evaluator, a []*thunk, at site) Val { return ev.importValue(ev.force(a[1]), at) }},
			{"haumea.path", 2, func(ev *Evaluator, a []*thunk, at site) Val { return ev.force(a[1]) }},
		},
		inputs: []input{{"nix-community/haumea", []string{"haumea"}, func(ev *Evaluator) Val {
			return Val{shape: &setShape{attrs: []attr{field("lib", lazily(func() Val { return lib(ev) }))}, base: &Val{}}}
		}}},
	}
}

// haumea is one call of load.
type haumea struct {
	ev           *Evaluator
	at           site
	loader       Val
	inputs       Val
	transformers []*thunk
}

// haumeaNode is a file or folder as an attribute.
type haumeaNode struct {
	name    string
	private int // 1: seen within the whole tree only; 2: within its folder only
	file    *thunk
	kids    []*haumeaNode // of a folder
}

func libHaumeaLoad(ev *Evaluator, a []*thunk, at site) Val {
	given := ev.force(a[0])
	src := ev.folderAt(given, "", "src")
	if src == "" {
		return joinArgs(ev, a, at)
	}
	h := &haumea{ev: ev, at: at, loader: ev.libFunction("haumea.default"), inputs: emptySet()}
	if v, ok := ev.asked(given, "loader"); ok {
		h.loader = v
	}
	if v, ok := ev.asked(given, "inputs"); ok {
		h.inputs = v
	}
	if v, ok := ev.asked(given, "transformer"); ok {
		if l, several := v.shape.(*listShape); several {
			h.transformers = l.elems
		} else {
			h.transformers = []*thunk{ready(v)}
		}
	}
	root := &haumeaNode{}
	root.kids = h.read(src, root, []*haumeaNode{root})
	return h.view(root, nil, nil)
}

// read makes the nodes of a folder; above are the folders that lead to it, it being the last.
func (h *haumea) read(dir string, root *haumeaNode, above []*haumeaNode) []*haumeaNode {
	es, _ := h.ev.host.Dir(dir)
	var out []*haumeaNode
	for _, e := range es {
		name, nix := strings.CutSuffix(e.Name, ".nix")
		n := &haumeaNode{name: strings.TrimLeft(name, "_")}
		n.private = min(2, len(name)-len(n.name))
		file := path.Join(dir, e.Name)
		switch {
		case n.name == "":
			continue
		case e.Kind == "directory":
			n.kids = h.read(file, root, append(above[:len(above):len(above)], n))
			if len(n.kids) == 0 {
				continue
			}
		case nix && h.ev.isFile(file):
			n.file = lazily(func() Val { return h.load(file, n, root, above) })
		default:
			continue
		}
		out = append(out, n)
	}
	return out
}

// load calls the loader for a file.
func (h *haumea) load(file string, n, root *haumeaNode, above []*haumeaNode) Val {
	given := h.ev.update(h.inputs, setOf(h.at, field("self", n.file), field("super", lazily(func() Val { return h.view(above[len(above)-1], above, nil) })),
		field("root", lazily(func() Val { return h.view(root, above, nil) }))))
	loader := h.loader
	if l, ok := loader.shape.(*listShape); ok { // matchers, { matches, loader }
		for _, t := range l.elems {
			if f, ok := h.ev.asked(h.ev.force(t), "loader"); ok {
				loader = f
				break
			}
		}
	}
	return h.ev.call(loader, h.at, ready(given), ready(pathOfTree(file)))
}

// view is a node as it is seen from a folder below its root; from is nil where it is seen from outside.
func (h *haumea) view(n *haumeaNode, from []*haumeaNode, cursor []*thunk) Val {
	if n.file != nil {
		return h.ev.force(n.file)
	}
	within := false
	for _, f := range from {
		within = within || f == n
	}
	var as []attr
	for _, k := range n.kids {
		if k.private == 1 && from == nil || k.private == 2 && !within {
			continue
		}
		as = append(as, field(k.name, lazily(func() Val { return h.view(k, from, append(cursor[:len(cursor):len(cursor)], ready(str(k.name)))) })))
	}
	out := setOf(h.at, as...)
	for _, t := range h.transformers {
		out = h.ev.call(h.ev.force(t), h.at, ready(list(cursor, true)), ready(out))
	}
	return out
}

// libHaumeaDefault imports a file and calls it with the inputs.
func libHaumeaDefault(ev *Evaluator, a []*thunk, at site) Val {
	v := ev.importValue(ev.force(a[1]), at)
	if isFunction(v) {
		return ev.apply(v, a[0], at)
	}
	return v
}

// libHaumeaLiftDefault puts what `default` holds in its place.
func libHaumeaLiftDefault(ev *Evaluator, a []*thunk, at site) Val {
	mod := ev.force(a[1])
	s, ok := mod.shape.(*setShape)
	if !ok {
		return mod
	}
	dflt, has := s.get("default")
	if !has {
		return mod
	}
	rest := *s
	rest.attrs, rest.index, rest.deep = nil, nil, nil
	for _, x := range s.attrs {
		if x.name != "default" {
			rest.attrs = append(rest.attrs, x)
		}
	}
	return ev.update(Val{shape: &rest, org: mod.org}, ev.force(dflt.val))
}
