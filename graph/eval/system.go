package eval

import (
	"slices"

	"nixsink/parse"
)

// maker is a function that makes a configuration of the modules that it is given.
type maker struct {
	class *Class
	args  []string // which of its arguments hold what modules get besides
}

// system is what a maker makes: what it is given are modules. lib is the one that it was
// taken from, if that is not nixpkgs' own.
func (ev *Evaluator) system(name string, v Val, lib *thunk, at site) Val {
	mk := makers[name]
	var c *Configuration
	if mk.class == Plain && ev.cur != nil {
		c = ev.innerConfiguration(mk.class, at)
	} else {
		c = ev.newConfiguration(mk.class, at)
		if ev.cur != nil {
			ev.cur.fixed = true
		}
	}
	if lib != nil {
		c.args["lib"] = lib
	}
	for _, arg := range append(mk.args[:len(mk.args):len(mk.args)], "lib") {
		as := ev.sel(v, arg)
		if as.shape == nil || as.shape == missing {
			continue
		}
		if arg == "lib" {
			if a, ok := as.shape.(*setShape); ok {
				c.args["lib"] = ready(Val{shape: a, org: as.org})
			}
			continue
		}
		ev.passAll(c, as)
	}
	if ms := ev.sel(v, "modules"); isRef(ms) {
		c.sources = append(c.sources, ev.want(ms, at, nil, nil)...)
	} else if ms.shape != nil && ms.shape != missing {
		ts, _, _ := ev.elems(ms)
		for _, t := range ts {
			c.sources = append(c.sources, ev.want(ev.force(t), elementAt(t, at), nil, nil)...)
		}
	}
	if own := ev.sel(v, "configuration"); mk.class.Home && own.shape != missing { // before home-manager 22.11
		c.sources = append(c.sources, ev.want(own, at, nil, nil)...)
	}
	if out, ok := ev.sel(v, "extraModules").shape.(*listShape); ok {
		for _, t := range out.elems {
			c.sources = append(c.sources, ev.want(ev.force(t), elementAt(t, at), nil, nil)...)
		}
	}
	return ev.evaluated(c)
}

// passAll gives a configuration's modules what a set of arguments holds.
func (ev *Evaluator) passAll(c *Configuration, as Val) {
	es, _, _ := ev.entries(as)
	for _, a := range es {
		if known(a.name) {
			c.args[a.name] = a.val
			ev.passed(a.name, a.val)
		}
	}
}

// passed notes what systems pass to their modules: a namespace of values, perhaps.
func (ev *Evaluator) passed(name string, t *thunk) {
	if ev.special[name] == nil {
		ev.special[name] = t
	}
}

// evaluated is what evalModules gives back.
func (ev *Evaluator) evaluated(c *Configuration) Val {
	out := &setShape{base: &Val{}, conf: c}
	out.add(attr{name: "config", val: ready(Val{shape: &refShape{path: ev.viewOf(c)}})})
	extend := &spec{name: "extendModules", arity: 1}
	extend.call = func(ev *Evaluator, a []*thunk, at site) Val { return ev.extended(c, ev.force(a[0]), at) }
	out.add(attr{name: extend.name, val: ready(Val{shape: &builtin{spec: extend}})})
	return Val{shape: out}
}

// more is what evalModules gives back besides; it is no part of what is looked at where nobody asks for it.
func (c *Configuration) more(ev *Evaluator, name string) (Val, bool) {
	switch name {
	case "_module":
		return c.internals(ev), true
	}
	return Val{}, false
}

// internals are what _module of an evaluated configuration tells: its modules, and what they get.
func (c *Configuration) internals(ev *Evaluator) Val {
	at := site{c.File, c.Span}
	for _, w := range c.sources[len(c.told):] {
		switch {
		case w.deferred != nil:
			c.told = append(c.told, w.deferred)
		case w.val.shape != nil:
			c.told = append(c.told, ready(w.val))
		default:
			c.told = append(c.told, ready(pathOfTree(w.file.Name)))
		}
	}
	modules := slices.Clip(c.told)
	var args []attr
	for _, name := range sortedNames(c.args) {
		args = append(args, field(name, c.args[name]))
	}
	special := ready(setOf(at, args...))
	return setOf(at, field("args", ready(setOf(at, append(args, field("modules", ready(list(modules, true))))...))), field("specialArgs", special))
}

// extended is a configuration with further modules and arguments: extendModules.
func (ev *Evaluator) extended(c *Configuration, v Val, at site) Val {
	if _, ok := v.shape.(*setShape); !ok || ev.apart > 0 {
		return ev.evaluated(c) // nobody is known to ask for another one
	}
	var x *Configuration
	if c.Parent != nil && ev.cur != nil {
		x = ev.innerConfiguration(c.Class, at)
	} else {
		x = ev.newConfiguration(c.Class, at)
	}
	for name, t := range c.args {
		x.args[name] = t
	}
	x.sources, x.variant = slices.Clone(c.sources), true
	if as := ev.sel(v, "specialArgs"); as.shape != nil && as.shape != missing {
		ev.passAll(x, as)
	}
	if ms := ev.sel(v, "modules"); ms.shape != nil && ms.shape != missing {
		ts, _, _ := ev.elems(ms)
		for _, t := range ts {
			x.sources = append(x.sources, ev.want(ev.force(t), elementAt(t, at), nil, nil)...)
		}
	}
	return ev.evaluated(x)
}

// innerConfiguration is one that a module makes for itself: it holds where that module does.
func (ev *Evaluator) innerConfiguration(class *Class, at site) *Configuration {
	c := &Configuration{Class: class, Parent: ev.within, File: at.file, Span: at.span, args: map[string]*thunk{}, homeArgs: map[string]*thunk{}, flake: ev.within.flake}
	c.Base = ev.newPath(nil, "", &Root{Conf: c})
	ev.cur.inner = append(ev.cur.inner, c)
	return c
}

// inner says that a path is of a configuration that a module made for itself.
func (p *Path) inner() bool { return p.Root.Conf != nil && p.Root.Conf.Parent != nil }

// maxInner is how many configurations that modules make for themselves may be entered from within each other.
const maxInner = 6

// maxSameInner is how many of them one call is followed for.
const maxSameInner = 64

// fuelForPlatforms bounds the evaluation of all configurations of the same texts that a flake's own modules make: they make them for every
// platform and for tests, of all that the flake has.
const fuelForPlatforms = 500_000

// ofFlake is a configuration that a module of a flake made, and how many steps it took to follow it.
type ofFlake struct {
	made  *Configuration
	steps int
}

// onceMore says that a flake's own modules made configurations of the same texts before, and that it took long to follow those.
func (ev *Evaluator) onceMore(c *Configuration) bool {
	steps := 0
	for _, o := range ev.ofFlakes {
		if o.made.Parent == c.Parent && o.made.File == c.File && o.made.Span == c.Span && sameTexts(o.made.sources, c.sources) {
			steps += o.steps
		}
	}
	return steps > fuelForPlatforms
}

// sameTexts says that modules stand in the same texts, whatever calls they come from.
func sameTexts(a, b []wanted) bool {
	return slices.EqualFunc(a, b, func(x, y wanted) bool {
		return x.deferred == nil && y.deferred == nil && textOf(x.file, x.val) == textOf(y.file, y.val)
	})
}

// settle follows the configuration that a path belongs to, if that is one that a module made for itself and nobody asked for before.
func (ev *Evaluator) settle(p *Path) {
	c := p.Root.Conf
	if c == nil || c.Parent == nil || c.started || ev.innermost >= maxInner {
		return
	}
	at := site{c.File, c.Span}
	for a := c.Parent; a != nil; a = a.Parent {
		if a.File == c.File && a.Span == c.Span {
			return // it makes itself
		}
	}
	if ev.innerAt[at] < 0 || ev.innerAt[at] >= maxSameInner {
		return // it makes itself, or many alike
	}
	if c.Parent.Class.Flake && ev.onceMore(c) {
		ev.limit(c.File, c.Span, tooManyBuilt)
		return
	}
	made := ev.innerAt[at]
	ev.innerAt[at] = -1
	defer func() { ev.innerAt[at] = made + 1 }()
	steps, fuel, depth, blind, defined := ev.steps, ev.fuel, ev.depth, ev.blind, ev.defined
	ev.blind, ev.defined = map[*parse.Lambda]int{}, map[definedKey]*Definition{}
	ev.innermost++
	before := ev.work + ev.steps
	ev.follow(c)
	ev.innermost--
	if c.Parent.Class.Flake {
		ev.ofFlakes = append(ev.ofFlakes, ofFlake{c, ev.work + ev.steps - before})
	}
	ev.steps, ev.fuel, ev.depth, ev.blind, ev.defined = steps, fuel, depth, blind, defined
}
