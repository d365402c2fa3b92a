package eval

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"nixsink/parse"
)

// flake is one flake of the tree.
type flake struct {
	file   *parse.File
	dir    string // "" for the root
	self   Val
	inputs Val
	result *thunk
	conf   *Configuration // what flake-parts makes its outputs of, if it does
}

// flakeAt is the flake in a file: its `self` and inputs as values, nothing of them looked at yet.
func (ev *Evaluator) flakeAt(f *parse.File) *flake {
	dir := strings.TrimPrefix(path.Dir(f.Name), ".")
	if fl := ev.flakes[dir]; fl != nil {
		return fl
	}
	fl := &flake{file: f, dir: dir}
	ev.flakes[dir] = fl
	if ev.cur == nil {
		ev.refuel(fuelPerModule)
	}
	v := ev.fileValue(f)
	out := ev.sel(v, "outputs")
	self := &setShape{base: &Val{}}
	inputs := &setShape{base: &Val{}}
	selfVal := &thunk{}
	var make func() Val
	fl.result = lazily(func() Val {
		before := ev.flake
		ev.flake = fl
		defer func() { ev.flake = before }()
		v := ev.apply(out, ready(Val{shape: inputs}), site{f, f.Expr.Range()})
		if selfVal.state == 2 {
			*selfVal = thunk{fn: make} // it was asked for on the way, and made of what was there
		}
		return v
	})
	result := fl.result
	self.add(attr{name: "outPath", val: ready(str(SelfPrefix + "/" + dir))})
	make = func() Val {
		r := ev.force(result)
		if _, parts := r.shape.(*flakeShape); parts || fl.conf != nil {
			return Val{shape: &flakeShape{fl.conf}}
		}
		if s, ok := r.shape.(*setShape); ok {
			// self.outputs is what the outputs are by themselves (Nix manual, nix flake, "Flake format").
			c := &setShape{base: s.base, attrs: slices.Concat(self.attrs, s.attrs)}
			c.add(attr{name: "outputs", val: result})
			c.add(attr{name: "inputs", val: ready(fl.inputs)})
			return Val{shape: c}
		}
		return Val{shape: &setShape{base: &r, attrs: self.attrs}}
	}
	selfVal.fn = make
	if in := ev.sel(v, "inputs"); in.shape != nil && in.shape != missing {
		as, _, _ := ev.entries(in)
		for _, a := range as {
			if a.name != "self" {
				inputs.add(attr{name: a.name, val: ev.input(fl, a)})
			}
		}
	} else { // none are written down here: what everybody calls by that name
		for i := range knownInputs {
			for _, name := range knownInputs[i].names {
				inputs.add(attr{name: name, val: lazily(func() Val { return knownInputs[i].value(ev) })})
			}
		}
	}
	inputs.add(attr{name: "self", val: lazily(func() Val {
		// While the outputs are still being computed, self is at least its own path.
		if result.state == 1 {
			return Val{shape: &setShape{attrs: self.attrs, base: &Val{shape: &laterShape{selfVal}}}}
		}
		return ev.force(selfVal)
	})})
	s, _ := inputs.get("self")
	fl.self = Val{shape: &laterShape{s.val}}
	fl.inputs = Val{shape: inputs}
	return fl
}

// input is what a flake gets for one of its inputs: another flake of the tree (path:..), a loader that is known, or nothing.
func (ev *Evaluator) input(fl *flake, a attr) *thunk {
	return lazily(func() Val {
		url := ev.force(a.val)
		if s, ok := url.shape.(*setShape); ok {
			u := ev.sel(url, "url")
			if u.shape == missing {
				u = ev.sel(Val{shape: s}, "path")
			}
			url = u
		}
		text, ok := url.shape.(*strShape)
		if !ok {
			text = &strShape{}
		}
		for i := range knownInputs {
			if knownInputs[i].is(a.name, text.s) {
				v := knownInputs[i].value(ev)
				if s, ok := v.shape.(*setShape); ok { // handed on as it is, it is a folder
					v.shape = &setShape{attrs: append(slices.Clip(s.attrs), field("outPath", ready(Val{}))), base: s.base}
				}
				return v
			}
		}
		rel := strings.TrimPrefix(text.s, "path:")
		if rel == text.s && !strings.HasPrefix(rel, ".") || !known(rel) || strings.HasPrefix(rel, "/") {
			return Val{}
		}
		rel, _, _ = strings.Cut(rel, "?")
		if f := ev.host.File(path.Join(fl.dir, rel, "flake.nix")); f != nil && f != fl.file {
			return Val{shape: &laterShape{ready(ev.flakeAt(f).self)}}
		}
		return Val{}
	})
}

// evaluate looks at a flake's outputs; the systems that they build are found on the way.
func (ev *Evaluator) evaluate(fl *flake) {
	ev.refuel(fuelPerModule)
	before := ev.flake
	ev.flake = fl
	defer func() { ev.flake = before }()
	v := ev.force(fl.result)
	ev.named(fl, v)
	ev.outputs(v, site{fl.file, fl.file.Expr.Range()})
	ev.drain()
	ev.exported(fl)
}

// placeName names a configuration that no output holds by where it is made.
func (ev *Evaluator) placeName(c *Configuration) string {
	name := c.Class.Name
	if c.File != nil {
		line := 1 + strings.Count(c.File.Src[:c.Span.Start], "\n")
		name += " at " + c.File.Name + ":" + intText(int64(line))
	}
	return name
}

// namedOutputs are the outputs whose attributes are configurations (nix flake check; nix-darwin, home-manager, nix-on-droid, system-manager).
var namedOutputs = []string{"nixosConfigurations", "darwinConfigurations", "homeConfigurations", "nixOnDroidConfigurations", "systemConfigs"}

// classOfOutput is what an output's configurations are, whatever function makes them.
var classOfOutput = map[string]*Class{"nixosConfigurations": NixOS, "darwinConfigurations": Darwin, "homeConfigurations": HomeManager}

// named gives the configurations that a flake's outputs hold the names that they have there.
func (ev *Evaluator) named(fl *flake, v Val) {
	for _, output := range namedOutputs {
		set := ev.sel(v, output)
		if set.shape == nil || set.shape == missing {
			continue
		}
		as, _, _ := ev.entries(set)
		for _, a := range as {
			ev.refuel(fuelPerModule)
			ev.nameOf(ev.force(a.val), fl.prefix()+output+"."+segmentText(a.name), 3)
		}
	}
	ev.namedElsewhere(fl, v)
	for _, o := range knownOutputs {
		if set := ev.sel(v, o.name); set.shape != nil && set.shape != missing {
			ev.refuel(fuelPerModule)
			o.take(ev, fl, set, site{fl.file, fl.file.Expr.Range()})
		}
	}
}

// namedElsewhere names the configurations that outputs of other names hold, and those among the packages of platforms, where nixos-rebuild and
// its like find them too.
func (ev *Evaluator) namedElsewhere(fl *flake, v Val) {
	for _, o := range ev.outputsOf(v) {
		if !known(o.name) || slices.Contains(namedOutputs, o.name) || slices.ContainsFunc(knownOutputs, func(k output) bool { return k.name == o.name }) {
			continue
		}
		out := ev.force(o.val)
		set, ok := out.shape.(*setShape)
		if alt, several := out.shape.(*altShape); several && alt.prop == merged && strings.Contains(strings.ToLower(o.name), "configuration") {
			set = &setShape{}
			set.attrs, _, _ = ev.entries(out) // several modules of a flake give it
			ok = true
		}
		if !ok || len(set.attrs) == 0 {
			continue
		}
		packages := o.name == "packages" || o.name == "legacyPackages"
		switch {
		case packages && platform(set.attrs[0].name):
			t := set.attrs[0].val
			var of Val
			if t.of != nil && t.fn != nil {
				of = ev.apply(ev.force(t.of), ready(str(hole)), site{fl.file, fl.file.Expr.Range()})
			} else {
				of = ev.force(t)
			}
			for _, name := range namedOutputs {
				below := ev.sel(of, name)
				if below.shape == nil || below.shape == missing {
					continue
				}
				as, _, _ := ev.entries(below)
				for _, a := range as {
					ev.refuel(fuelPerModule)
					ev.nameOf(ev.force(a.val), fl.prefix()+name+"."+segmentText(a.name), 3)
				}
			}
		case strings.Contains(strings.ToLower(o.name), "configuration"):
			// The same hosts for another purpose, to be installed first, say, where there are hosts besides.
			others := slices.ContainsFunc(ev.hosts, func(c *Configuration) bool { return c.Name != "" && !c.Class.Flake && !c.Build && !c.Open })
			for _, a := range set.attrs {
				ev.refuel(fuelPerModule)
				v := ev.force(a.val)
				ev.eachConfiguration(v, 3, func(c *Configuration) { c.aside = c.aside || others && c.Name == "" })
				ev.nameOf(v, fl.prefix()+o.name+"."+segmentText(a.name), 3)
			}
		}
	}
}

// outputsOf are a flake's outputs by name, as far as they are known.
func (ev *Evaluator) outputsOf(v Val) []attr {
	switch s := v.shape.(type) {
	case *setShape:
		return s.attrs
	case *flakeShape:
		if s.conf == nil {
			return nil
		}
		names, _ := ev.flakeNames(ev.at(s.conf.Base, "flake"))
		out := make([]attr, len(names))
		for i, name := range names {
			out[i] = attr{name: name, val: lazily(func() Val { return ev.flakeOutput(s.conf, name) })}
		}
		return out
	}
	return nil
}

// hosted takes the configurations of a set that a framework deploys. One that has the name of a host that the flake builds anyway is that host, with
// what is added here; fl is nil outside of flakes.
func (ev *Evaluator) hosted(fl *flake, output string, set Val) {
	prefix := ""
	if fl != nil {
		prefix = fl.prefix()
	}
	as, _, _ := ev.entries(set)
	for _, a := range as {
		c := ev.configurationIn(ev.force(a.val), 3)
		if c == nil || c.Name != "" {
			continue
		}
		name := segmentText(a.name)
		c.Name = prefix + output + "." + name
		i := slices.IndexFunc(ev.hosts, func(o *Configuration) bool {
			return o != c && !o.started && !o.Dead && (o.Name == prefix+"nixosConfigurations."+name || o.Name == prefix+"darwinConfigurations."+name)
		})
		if i >= 0 {
			ev.hosts[i].takeOver(c)
		}
	}
}

// takeOver gives a configuration what another one has, which is no more.
func (c *Configuration) takeOver(o *Configuration) {
	o.Dead, o.became = true, c
	c.sources = append(c.sources, o.sources...)
	for name, t := range o.args {
		if c.args[name] == nil {
			c.args[name] = t
		}
	}
}

// prefix tells a flake within the tree from that of its root.
func (fl *flake) prefix() string {
	if fl.dir == "" {
		return ""
	}
	return fl.dir + "#"
}

// nameOf names the configurations that a value is what evalModules gave for.
func (ev *Evaluator) nameOf(v Val, name string, depth int) {
	ev.eachConfiguration(v, depth, func(c *Configuration) {
		if c.Name != "" {
			return
		}
		c.Name = name
		if output, _, _ := strings.Cut(name[strings.IndexByte(name, '#')+1:], "."); c.Class == Plain && !c.started && classOfOutput[output] != nil {
			// A host that is put together by hand, with the list of NixOS' own modules.
			c.Class = classOfOutput[output]
			c.Base = ev.Config
			if c.Class.Home {
				c.Base = ev.HomeConfig
			}
		}
	})
}

// configurationIn is the one that a value is what evalModules gave for, nil if there is none.
func (ev *Evaluator) configurationIn(v Val, depth int) (found *Configuration) {
	ev.eachConfiguration(v, depth, func(c *Configuration) {
		if found == nil {
			found = c
		}
	})
	return found
}

func (ev *Evaluator) eachConfiguration(v Val, depth int, f func(*Configuration)) {
	switch s := v.shape.(type) {
	case *setShape:
		if s.conf != nil {
			f(s.conf)
		} else if s.base != nil && depth > 0 {
			ev.eachConfiguration(*s.base, depth-1, f)
		}
	case *altShape:
		for _, t := range s.alts {
			if depth > 0 {
				ev.eachConfiguration(ev.force(t), depth-1, f)
			}
		}
	}
}

// fuelForBuilds bounds the evaluation of all that a flake makes for every platform together: systems hide there as well, but mostly it
// only tests the modules over and over.
const fuelForBuilds = 100_000

// outputs goes through what a flake gives, for the systems that are built on the way: first what it gives once, then what it makes
// for every platform (packages, checks). What one function makes for all of them is gone through once, for a platform that is not known.
func (ev *Evaluator) outputs(v Val, at site) {
	s, ok := v.shape.(*setShape)
	if !ok {
		ev.deep(v)
		return
	}
	var builds []*setShape
	for i := range s.attrs {
		out := ev.force(s.attrs[i].val)
		if each, ok := out.shape.(*setShape); ok && len(each.attrs) > 0 && !slices.ContainsFunc(each.attrs, func(a attr) bool { return !platform(a.name) }) {
			builds = append(builds, each)
			continue
		}
		ev.deep(out)
	}
	if s.base != nil {
		ev.deep(*s.base)
	}
	ev.refuel(fuelForBuilds)
	ev.building = true
	defer func() { ev.building = false }()
	for _, each := range builds {
		var over *thunk
		for _, a := range each.attrs {
			if t := a.val; t.state == 2 || t.fn == nil || t.of == nil {
				ev.deep(ev.force(t))
			} else if t.of != over {
				every := ev.apply(ev.force(t.of), ready(str(hole)), at)
				if _, more := every.shape.(*closure); more {
					ev.deep(ev.force(t)) // not a function of the platform alone
					continue
				}
				over = t.of
				ev.deep(every)
			}
		}
		if each.base != nil {
			ev.deep(*each.base)
		}
	}
}

// platform says whether a name is that of a system type, x86_64-linux (Nix manual, system).
func platform(name string) bool {
	cpu, os, ok := strings.Cut(name, "-")
	if !ok || os != "linux" && os != "darwin" && os != "freebsd" {
		return false
	}
	switch cpu {
	case "x86_64", "aarch64", "i686", "armv6l", "armv7l", "riscv64", "powerpc64", "powerpc64le":
		return true
	}
	return false
}

// exported follows the modules that a flake gives to others and that none of its own configurations takes.
func (ev *Evaluator) exported(fl *flake) {
	out := ev.force(fl.result)
	at := site{fl.file, fl.file.Expr.Range()}
	all := ev.exports
	ev.exports = nil
	for _, o := range []struct {
		name  string
		class *Class
	}{{"nixosModules", NixOS}, {"darwinModules", Darwin}, {"homeModules", HomeManager}, {"homeManagerModules", HomeManager}, {"nixosModule", NixOS}, {"homeManagerModule", HomeManager}} {
		set := ev.sel(out, o.name)
		if set.shape == nil || set.shape == missing {
			continue
		}
		if strings.HasSuffix(o.name, "Module") {
			for _, w := range ev.want(set, at, nil, nil) {
				all = append(all, export{o.class, w, fl})
			}
			continue
		}
		as, _, _ := ev.entries(set)
		for _, a := range as {
			for _, w := range ev.want(ev.force(a.val), cmp.Or(a.site, at), nil, nil) {
				all = append(all, export{o.class, w, fl})
			}
		}
	}
	taken := map[sourceKey]bool{}
	files := map[*parse.File]bool{}
	for _, s := range ev.followed {
		if !s.dead {
			taken[s.key.anywhere()] = true
			if s.key.a == nil {
				files[s.File] = true
			}
		}
	}
	for _, x := range all {
		if x.deferred != nil {
			continue
		}
		key := ev.keyOf(x.wanted, &Configuration{}).anywhere()
		if taken[key] || key.a == nil && files[x.file] {
			continue
		}
		taken[key] = true
		ev.extend(ev.openConfiguration(x.class, fl, false), x.wanted)
	}
}

// anywhere is a source's key without the place.
func (k sourceKey) anywhere() sourceKey { return sourceKey{file: k.file, a: k.a, b: k.b} }

// openConfiguration stands for modules that no configuration takes: those that a flake exports, and those that nothing imports.
func (ev *Evaluator) openConfiguration(class *Class, fl *flake, unreached bool) *Configuration {
	standalone := class.Home && ev.standaloneHomes()
	for _, c := range ev.hosts {
		if c.Open && !c.Dead && c.Unreached == unreached && c.flake == fl {
			if c.Class == class && (!class.Home || standalone) {
				return c
			}
			for _, k := range c.kids {
				if k.Class == class && !standalone {
					return k
				}
			}
		}
	}
	if class.Home && !standalone {
		c := ev.openConfiguration(NixOS, fl, unreached)
		k := &Configuration{Class: class, Parent: c, Base: ev.anyHome(), Name: c.Name, args: c.homeArgs, homeArgs: map[string]*thunk{}, flake: fl, byKey: map[sourceKey]*Summary{}}
		c.kids = append(c.kids, k)
		return k
	}
	before := ev.flake
	ev.flake = fl
	c := ev.newConfiguration(class, site{})
	ev.flake = before
	ev.todo = ev.todo[:len(ev.todo)-1]
	c.Open, c.Unreached, c.byKey = true, unreached, map[sourceKey]*Summary{}
	c.Name = "exported modules"
	if unreached {
		c.Name = "modules that nothing imports"
	}
	return c
}

// standaloneHomes says that homes are configurations of their own here, and none is part of a system.
func (ev *Evaluator) standaloneHomes() bool {
	own := false
	for _, c := range ev.hosts {
		own = own || c.Class.Home && !c.Open
		for _, k := range c.kids {
			if k.Class.Home && !c.Open {
				return false
			}
		}
	}
	return own
}

// extend follows one more module in a configuration that stands for modules that nothing takes.
func (ev *Evaluator) extend(c *Configuration, w wanted) {
	queue := []wanted{w}
	first := len(c.members)
	for i := 0; i < len(queue); i++ {
		w := queue[i]
		if w.deferred != nil {
			queue = append(queue, ev.undefer(w, c)...)
			continue
		}
		key := ev.keyOf(w, c)
		if c.byKey[key] != nil {
			continue
		}
		s := ev.summary(w, key, c)
		c.byKey[key] = s
		c.members = append(c.members, s)
		queue = append(queue, s.children...)
	}
	for _, s := range c.members[first:] {
		if !s.defined {
			ev.defineAll(s, c)
		}
		for _, p := range s.placed {
			if ev.withoutEnd(c, p) {
				continue
			}
			if p.place.every != nil {
				p.at = ev.child(ev.at(c.Base, p.place.every...), hole)
			}
			var kid *Configuration
			for _, k := range c.kids {
				if k.defineAt() == p.at {
					kid = k
				}
			}
			if kid == nil {
				kid = ev.kid(c, p.place, p.at)
				kid.byKey = map[sourceKey]*Summary{}
			}
			ev.extend(kid, p.wanted)
		}
		for _, in := range s.inner {
			ev.holdsIn(in, c)
		}
	}
}

// flakeShape is the flake itself where flake-parts makes its outputs: they are what its modules define under `flake`.
type flakeShape struct{ conf *Configuration }

func (ev *Evaluator) flakeOutput(c *Configuration, name string) Val {
	if name == "outPath" {
		return str(SelfPrefix + "/")
	}
	if c == nil {
		return Val{}
	}
	switch name {
	case "inputs":
		if c.flake != nil {
			return c.flake.inputs
		}
	case "outputs":
		return Val{shape: &flakeShape{c}}
	}
	v, _ := ev.flakeValue(ev.at(c.Base, "flake", name))
	if made := c.given[name]; len(made) > 0 {
		more := setOf(site{c.File, c.Span}, made...)
		if v.shape == nil || v.shape == missing {
			return more
		}
		return allOf([]Val{more, v})
	}
	return v
}

// laterShape is a value that is not there yet when it is first passed on, and is when it is asked.
type laterShape struct{ t *thunk }
