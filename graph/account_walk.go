package graph

import (
	"slices"

	"nixsink/graph/eval"
	"nixsink/parse"
)

// textRead is a read as it stands in the text: of config, of the configuration of something else, or of a module's argument.
// It comes from the tree of one file alone, so that what the evaluation says can be held against it.
type textRead struct {
	file  *parse.File
	span  parse.Span // the selection, or the name that is inherited
	path  []string   // below config, or an argument and what is below it; a computed name is a hole
	outer []string   // what stands below another `config` within the path: config.nodes.a.config.my.x
	arg   bool
	kind  ReferenceKind
	let   []letSource // the bindings that it reads through, the nearest first
	bare  bool        // what let binds a name to, where nothing uses the name
	call  bool        // it is a function that is called
	alone bool        // an argument that a function takes by itself, vars: …, as no module does
	at    *surround
}

// letSource is a binding of let that names a part of config.
type letSource struct {
	name   string
	span   parse.Span // of the binding
	source parse.Span // of what it is bound to
}

// configNames are the names that the module system and home-manager give to a configuration.
var configNames = []string{"config", "osConfig", "nixosConfig", "darwinConfig"}

// textReads lists those of all files, in their order.
func (t *tree) textReads(args []string) []textRead {
	names := namesOf(args...)
	var out []textRead
	for _, f := range t.files {
		out = append(out, textReads(f, names)...)
	}
	return out
}

// textReads lists every read of any option in a file, in the order of the text, and those of the arguments that functions take by one of
// the given names.
func textReads(f *parse.File, args map[string]bool) []textRead {
	if f.Expr == nil {
		return nil
	}
	w := &readWalk{file: f, args: args}
	w.expr(f.Expr, nil, nil)
	for _, b := range w.bound {
		if m := w.meaningOf(b); m != nil && !b.used && len(m.path) > 0 {
			w.reads = append(w.reads, textRead{file: f, span: b.source, path: m.path, outer: m.outer, arg: m.arg, kind: Alias, bare: true, at: b.at})
		}
	}
	slices.SortStableFunc(w.reads, func(a, b textRead) int { return int(a.span.Start - b.span.Start) })
	return w.reads
}

type readWalk struct {
	file  *parse.File
	args  map[string]bool
	reads []textRead
	bound []*textBinding // those of let and rec, in the order of the text
}

// textScope is what binds names around an expression.
type textScope struct {
	up    *textScope
	names map[string]*textBinding
}

// textBinding is what a name is bound to. Nothing but what names a part of config is of interest.
type textBinding struct {
	name    string
	value   parse.Expr // nil: an argument
	inherit *parse.AttrName
	span    parse.Span
	source  parse.Span
	scope   *textScope
	at      *surround
	alone   bool // an argument that is all that its function takes
	used    bool
	asking  bool
	known   bool
	m       *meaning
}

// meaning is the part of config that an expression stands for.
type meaning struct {
	path, outer []string
	arg, alone  bool
	let         []letSource
}

func (s *textScope) find(name string) *textBinding {
	for ; s != nil; s = s.up {
		if b := s.names[name]; b != nil {
			return b
		}
	}
	return nil
}

// meaningOf is what a binding stands for, nil for all else and for one that is bound to itself.
func (w *readWalk) meaningOf(b *textBinding) *meaning {
	if b.known || b.asking || b.value == nil && b.inherit == nil {
		return b.m
	}
	b.asking = true
	var m *meaning
	if b.inherit == nil {
		m = w.meaning(b.value, b.scope, false)
	} else if b.value != nil {
		if m = w.meaning(b.value, b.scope, false); m != nil {
			m = m.below([]string{nameText(b.inherit)})
		}
	}
	b.asking, b.known = false, true
	if m != nil {
		c := *m
		c.let = append([]letSource{{b.name, b.span, b.source}}, m.let...)
		b.m = &c
	}
	return b.m
}

// below is what stands under a meaning by a path.
func (m *meaning) below(path []string) *meaning {
	out := &meaning{path: append(slices.Clone(m.path), path...), arg: m.arg, alone: m.alone, let: m.let}
	if m.outer != nil {
		out.outer = append(slices.Clone(m.outer), path...)
	} else if i := slices.Index(path, "config"); i >= 0 && !m.arg {
		out.outer = slices.Clone(path[i+1:])
	}
	return out
}

// meaning says which part of config an expression of names stands for. With use, the bindings that it goes through count as used.
func (w *readWalk) meaning(e parse.Expr, sc *textScope, use bool) *meaning {
	switch e := e.(type) {
	case *parse.Paren:
		return w.meaning(e.X, sc, use)
	case *parse.Ident:
		b := sc.find(e.Name)
		if b != nil {
			if m := w.meaningOf(b); m != nil {
				b.used = b.used || use
				return m
			}
		}
		switch {
		case slices.Contains(configNames, e.Name):
			return &meaning{}
		case w.args[e.Name] && b != nil && b.value == nil && b.inherit == nil:
			return &meaning{path: []string{e.Name}, arg: true, alone: b.alone}
		}
	case *parse.Select:
		path := namesText(e.Path)
		if m := w.meaning(e.X, sc, use); m != nil {
			if i := slices.Index(path, "config"); m.arg && i > 1 && configurationSets[path[i-2]] {
				return &meaning{path: slices.Clone(path[i+1:]), let: m.let} // of a host of the flake that the argument is
			}
			return m.below(path)
		}
		for i, s := range path {
			if s != "config" {
				continue
			}
			if x, ok := e.X.(*parse.Ident); i == 0 && ok && x.Name == "lib" || i > 0 && path[i-1] == "lib" {
				continue
			}
			return &meaning{path: slices.Clone(path[i+1:])}
		}
	}
	return nil
}

// configurationSets are the attributes under which configurations stand by name.
var configurationSets = namesOf("nixosConfigurations", "darwinConfigurations", "homeConfigurations", "nodes")

func nameText(n *parse.AttrName) string {
	if n.Static() {
		return n.Name
	}
	return eval.Hole
}

func namesText(ns []parse.AttrName) []string {
	out := make([]string, len(ns))
	for i := range ns {
		out[i] = nameText(&ns[i])
	}
	return out
}

func (w *readWalk) add(m *meaning, span parse.Span, kind ReferenceKind, at *surround) {
	if len(m.path) == 0 {
		return
	}
	if kind == Direct && len(m.let) > 0 {
		kind = Alias
	}
	if kind != Guard && (slices.Contains(m.path, eval.Hole)) {
		kind = Dynamic
	}
	w.reads = append(w.reads, textRead{file: w.file, span: span, path: m.path, outer: m.outer, arg: m.arg, alone: m.alone, kind: kind, let: m.let, at: at})
}

// expr goes over an expression that stands somewhere.
func (w *readWalk) expr(e parse.Expr, sc *textScope, at *surround) {
	if e == nil {
		return
	}
	switch e := e.(type) {
	case *parse.Ident:
		if m := w.meaning(e, sc, true); m != nil {
			w.add(m, e.Span, Direct, at)
		}
	case *parse.Select:
		if m := w.meaning(e, sc, true); m != nil {
			w.add(m, e.Span, Direct, at)
			w.inside(e.X, sc, at)
		} else {
			w.expr(e.X, sc, at)
		}
		w.names(e.Path, sc, at)
		w.expr(e.Default, sc, at)
	case *parse.HasAttr:
		if m := w.meaning(e.X, sc, true); m != nil {
			w.add(m.below(namesText(e.Path)), e.Span, Guard, at)
			w.inside(e.X, sc, at)
		} else {
			w.expr(e.X, sc, at)
		}
		w.names(e.Path, sc, at)
	case *parse.With:
		if m := w.meaning(e.Env, sc, true); m != nil {
			w.add(m, e.Env.Range(), WithRead, at)
			w.inside(e.Env, sc, at)
		} else {
			w.expr(e.Env, sc, at)
		}
		w.expr(e.Body, sc, at)
	case *parse.Let:
		inner := w.bind(e.Bindings, sc, at)
		w.bindings(e.Bindings, inner, sc, true, at)
		w.expr(e.Body, inner, at)
	case *parse.Set:
		inner := sc
		if e.Rec || e.LegacyLet {
			inner = w.bind(e.Bindings, sc, at)
		}
		w.bindings(e.Bindings, inner, sc, false, at)
	case *parse.Lambda:
		inner := &textScope{up: sc, names: map[string]*textBinding{}}
		if e.Arg != nil {
			inner.names[e.Arg.Name] = &textBinding{name: e.Arg.Name, alone: true}
		}
		if e.Formals != nil {
			for i := range e.Formals.List {
				n := e.Formals.List[i].Name
				inner.names[n] = &textBinding{name: n}
			}
			for i := range e.Formals.List {
				w.expr(e.Formals.List[i].Default, inner, at)
			}
		}
		w.expr(e.Body, inner, &surround{up: at, lambda: e})
	case *parse.Apply:
		at := at
		if name := calleeName(e); name != "" {
			at = &surround{up: at, callee: name}
		}
		before := len(w.reads)
		w.expr(e.Fn, sc, at)
		for i := before; i < len(w.reads); i++ {
			w.reads[i].call = w.reads[i].call || w.reads[i].span == e.Fn.Range()
		}
		w.expr(e.Arg, sc, at)
	case *parse.String:
		w.parts(e.Parts, sc, at)
	case *parse.Path:
		w.parts(e.Parts, sc, at)
	case *parse.List:
		for _, x := range e.Elems {
			w.expr(x, sc, at)
		}
	case *parse.Assert:
		w.expr(e.Cond, sc, at)
		w.expr(e.Body, sc, at)
	case *parse.If:
		w.expr(e.Cond, sc, at)
		w.expr(e.Then, sc, at)
		w.expr(e.Else, sc, at)
	case *parse.Unary:
		w.expr(e.X, sc, at)
	case *parse.Binary:
		w.expr(e.X, sc, at)
		w.expr(e.Y, sc, at)
	case *parse.Paren:
		w.expr(e.X, sc, at)
	}
}

// inside goes over what an expression of names holds besides: computed names, and what stands after `or`.
func (w *readWalk) inside(e parse.Expr, sc *textScope, at *surround) {
	switch e := e.(type) {
	case *parse.Paren:
		w.inside(e.X, sc, at)
	case *parse.Select:
		if w.meaning(e.X, sc, false) != nil {
			w.inside(e.X, sc, at)
		} else {
			w.expr(e.X, sc, at)
		}
		w.names(e.Path, sc, at)
		w.expr(e.Default, sc, at)
	}
}

func (w *readWalk) names(ns []parse.AttrName, sc *textScope, at *surround) {
	for i := range ns {
		w.expr(ns[i].Expr, sc, at)
	}
}

func (w *readWalk) parts(ps []parse.Part, sc *textScope, at *surround) {
	for i := range ps {
		w.expr(ps[i].Expr, sc, at)
	}
}

// bind makes the scope of bindings that see each other.
func (w *readWalk) bind(bs []parse.Binding, sc *textScope, at *surround) *textScope {
	inner := &textScope{up: sc, names: map[string]*textBinding{}}
	for _, b := range bs {
		switch b := b.(type) {
		case *parse.Attr:
			if !b.Path[0].Static() {
				continue
			}
			tb := &textBinding{name: b.Path[0].Name, span: b.Span, source: b.Value.Range(), scope: inner, at: at}
			if len(b.Path) == 1 {
				tb.value = b.Value
			} else {
				tb.value = &parse.Bad{Span: b.Span}
			}
			inner.names[tb.name] = tb
			w.bound = append(w.bound, tb)
		case *parse.Inherit:
			for i := range b.Names {
				n := &b.Names[i]
				if !n.Static() {
					continue
				}
				tb := &textBinding{name: n.Name, span: b.Span, source: n.Span, scope: sc, at: at}
				if b.From != nil {
					tb.value, tb.inherit, tb.scope = b.From, n, inner
				} else {
					tb.value = &parse.Ident{Span: n.Span, Name: n.Name}
				}
				inner.names[tb.name] = tb
				w.bound = append(w.bound, tb)
			}
		}
	}
	return inner
}

// bindings goes over bindings. What let names so is read where the name is used.
func (w *readWalk) bindings(bs []parse.Binding, inner, outer *textScope, let bool, at *surround) {
	for _, b := range bs {
		switch b := b.(type) {
		case *parse.Attr:
			w.names(b.Path, inner, at)
			if let && len(b.Path) == 1 && w.meaning(b.Value, inner, false) != nil {
				w.meaning(b.Value, inner, true)
				w.inside(b.Value, inner, at)
				continue
			}
			w.expr(b.Value, inner, &surround{up: at, path: b.Path, let: let})
		case *parse.Inherit:
			if b.From == nil {
				if !let {
					for i := range b.Names {
						n := &b.Names[i]
						if m := w.meaning(&parse.Ident{Span: n.Span, Name: n.Name}, outer, true); m != nil {
							w.add(m, n.Span, Direct, at)
						}
					}
				}
				continue
			}
			m := w.meaning(b.From, inner, true)
			if m == nil {
				w.expr(b.From, inner, at)
				continue
			}
			w.inside(b.From, inner, at)
			if let {
				continue
			}
			for i := range b.Names {
				w.add(m.below([]string{nameText(&b.Names[i])}), b.Names[i].Span, Alias, at)
			}
		}
	}
}
