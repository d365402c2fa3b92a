package eval

import (
	"nixsink/parse"
)

// item is one binding of a set, with the part of its path that is still to be built.
type item struct {
	path  []parse.AttrName
	value parse.Expr
	env   *env
	span  parse.Span
}

// scope opens the scope of let bindings.
func (ev *Evaluator) scope(bs []parse.Binding, up *env) *env {
	en := &env{up: up, file: up.file, bare: up.bare, of: up.of}
	en.set = ev.build(bs, en, up, true)
	return en
}

// set builds the value of { … } and rec { … }.
func (ev *Evaluator) set(n *parse.Set, en *env) Val {
	if n.LegacyLet {
		s := ev.scope(n.Bindings, en)
		if a, ok := s.set.get("body"); ok {
			return ev.force(a.val)
		}
		return Val{}
	}
	if n.Rec {
		s := ev.scope(n.Bindings, en)
		return Val{shape: s.set}
	}
	return Val{shape: ev.build(n.Bindings, en, en, false)}
}

// build makes the attributes of a list of bindings. in is the scope of their values, up the scope of a bare inherit;
// named says that the bindings are names that code reads through (let, rec).
func (ev *Evaluator) build(bs []parse.Binding, in, up *env, named bool) *setShape {
	out := &setShape{attrs: make([]attr, 0, len(bs)), of: in.of}
	if in.set == nil && in != up {
		in.set = out // so that an eager name can already see the scope
	}
	var nested map[string][]item
	var order []string
	for _, b := range bs {
		switch b := b.(type) {
		case *parse.Inherit:
			ev.inherit(b, out, in, up, named)
		case *parse.Attr:
			first := &b.Path[0]
			if first.Static() {
				_, set := b.Value.(*parse.Set)
				if set && nested[first.Name] == nil {
					_, set = out.get(first.Name) // a = { … }; a = { … }; is one set (Nix manual, Attribute set)
				}
				if len(b.Path) > 1 || set {
					if nested == nil {
						nested = map[string][]item{}
					}
					if nested[first.Name] == nil {
						order = append(order, first.Name)
						// a = { … }; a.b = …; the set came first: it is one of the pieces.
						if a, ok := out.get(first.Name); ok && a.val.expr != nil {
							nested[first.Name] = append(nested[first.Name], item{nil, a.val.expr, in, a.site.span})
							out.remove(first.Name)
						}
					}
					nested[first.Name] = append(nested[first.Name], item{b.Path[1:], b.Value, in, b.Span})
					continue
				}
				t := ev.delay(b.Value, in)
				if named {
					if t.state == 2 {
						t = ready(ev.bound(t.val, &binding{name: first.Name, site: site{in.file, b.Span}}))
					} else {
						t.bind = &binding{name: first.Name, site: site{in.file, b.Span}}
					}
				}
				out.add(attribute(first.Name, nil, t, site{in.file, b.Span}))
				continue
			}
			var t *thunk
			if len(b.Path) > 1 {
				t = ev.nest([]item{{b.Path[1:], b.Value, in, b.Span}}, in)
			} else {
				t = ev.delay(b.Value, in)
			}
			ev.addNamed(out, first, in, t, site{in.file, b.Span})
		}
	}
	for _, name := range order {
		items := nested[name]
		out.add(attribute(name, nil, ev.nest(items, in), site{in.file, items[0].span}))
	}
	return out
}

// addNamed adds an attribute whose name is computed. A name that is null makes none (Nix manual, Attribute set); where a
// condition chooses between known names, each is one, under that condition.
func (ev *Evaluator) addNamed(out *setShape, a *parse.AttrName, en *env, t *thunk, at site) {
	v := ev.eval(a.Expr, en)
	type choice struct {
		name string
		org  Origins
	}
	var choices []choice
	var collect func(v Val, org Origins) bool
	collect = func(v Val, org Origins) bool {
		org = union(org, v.org)
		switch s := v.shape.(type) {
		case *nullShape:
			return true
		case *strShape:
			choices = append(choices, choice{s.s, org})
			return known(s.s)
		case *altShape:
			for _, t := range s.alts {
				if !collect(ev.force(t), org) {
					return false
				}
			}
			return len(s.alts) > 0
		}
		return false
	}
	if _, plain := v.shape.(*strShape); plain || !collect(v, nil) {
		name, org := ev.nameText(v)
		named := attribute(name, org.atMost(Key), t, at)
		named.sym = ev.symbolOf(v)
		out.add(named)
		return
	}
	for _, c := range choices {
		out.add(attribute(c.name, nil, ev.adding(t, c.org.atMost(Control)), at))
	}
}

func (s *setShape) remove(name string) {
	for i := range s.attrs {
		if s.attrs[i].name == name {
			s.attrs = append(s.attrs[:i:i], s.attrs[i+1:]...)
			s.index = nil
			return
		}
	}
}

// nest builds a set from paths that share their beginning: a.b = 1; a.c = 2; a = { d = 3; };
func (ev *Evaluator) nest(items []item, in *env) *thunk {
	return lazily(func() Val {
		out := &setShape{}
		var nested map[string][]item
		var order []string
		var others []Val
		put := func(name string, it item) {
			if nested == nil {
				nested = map[string][]item{}
			}
			if nested[name] == nil {
				order = append(order, name)
			}
			nested[name] = append(nested[name], it)
		}
		for _, it := range items {
			if len(it.path) == 0 {
				s, ok := it.value.(*parse.Set)
				if !ok || s.LegacyLet {
					others = append(others, ev.eval(it.value, it.env))
					continue
				}
				if s.Rec {
					others = append(others, ev.set(s, it.env))
					continue
				}
				ev.visit(it.env.file, s.Start, visitedThunk)
				for _, b := range s.Bindings {
					switch b := b.(type) {
					case *parse.Inherit:
						ev.inherit(b, out, it.env, it.env, false)
					case *parse.Attr:
						if first := &b.Path[0]; first.Static() {
							put(first.Name, item{b.Path[1:], b.Value, it.env, b.Span})
						} else {
							t := ev.nest([]item{{b.Path[1:], b.Value, it.env, b.Span}}, it.env)
							ev.addNamed(out, first, it.env, t, site{in.file, b.Span})
						}
					}
				}
				continue
			}
			if first := &it.path[0]; first.Static() {
				put(first.Name, item{it.path[1:], it.value, it.env, it.span})
			} else {
				ev.addNamed(out, first, it.env, ev.nest([]item{{it.path[1:], it.value, it.env, it.span}}, in), site{in.file, it.span})
			}
		}
		for _, name := range order {
			its := nested[name]
			var t *thunk
			if len(its) == 1 && len(its[0].path) == 0 {
				t = ev.delay(its[0].value, its[0].env)
			} else {
				t = ev.nest(its, in)
			}
			out.add(attribute(name, nil, t, site{in.file, its[0].span}))
		}
		v := Val{shape: out}
		if len(others) > 0 {
			if len(out.attrs) > 0 {
				others = append(others, v)
			}
			return ev.join(others...)
		}
		return v
	})
}

func (ev *Evaluator) inherit(b *parse.Inherit, out *setShape, in, up *env, named bool) {
	var from *thunk
	if b.From != nil {
		from = ev.delay(b.From, in)
	}
	for i := range b.Names {
		a := &b.Names[i]
		name := a.Name
		if !a.Static() {
			continue
		}
		s := site{in.file, a.Span}
		var t *thunk
		if from == nil {
			if t = up.lookup(name); t == nil {
				span := a.Span
				t = lazily(func() Val { return ev.variable(name, span, up) })
			}
		} else {
			t = lazily(func() Val {
				ev.visit(s.file, s.span.Start, visitedThunk)
				base := ev.force(from)
				v := ev.sel(base, name)
				if v.shape == missing {
					return unknown(v.org)
				}
				if isRef(v) || isAlt(v) {
					v = ev.noteReads(v, s.file, s.span, base, "", false)
				}
				return v
			})
			if named {
				t.bind = &binding{name: name, site: s}
			}
			ev.toSweep(t, s.file, s.span.Start)
		}
		out.add(attribute(name, nil, t, s))
	}
}
