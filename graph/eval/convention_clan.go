package eval

import (
	"path"
	"slices"
)

// clan (clan.lol, docs.clan.lol "Reference"; clan-core modules/clan/module.nix, nixosModules/machineModules/forName.nix): lib.clan, formerly
// lib.buildClan, or the option clan of its module of flake-parts. Machines are the folders of machines/, and those that machines and
// inventory.machines name; each takes configuration.nix, hardware-configuration.nix and disko.nix of its folder. An instance of the
// inventory gives its machines the modules of the roles that they have in it.
func clanConvention() convention {
	value := func(ev *Evaluator) Val {
		module := ready(Val{shape: &frameworkShape{make: clanFlakeModule}})
		return Val{shape: &setShape{attrs: []attr{
			field("lib", ready(Val{shape: &setShape{attrs: []attr{field("clan", ready(ev.libFunction("clan"))), field("buildClan", ready(ev.libFunction("clan")))}, base: &Val{shape: &libShape{"lib"}}}})),
			field("flakeModules", ready(setOf(site{}, field("default", module)))), field("flakeModule", module),
		}, base: &Val{}}}
	}
	return convention{
		rows:   []row{{"clan", 1, libClan}},
		inputs: []input{{"clan/clan-core", []string{"clan-core"}, value}, {"clan-lol/clan-core", nil, value}},
	}
}

// clan is one call of it.
type clan struct {
	ev       *Evaluator
	at       site
	given    Val // all that its modules say
	dir      string
	machines []*clanMachine
	flake    *flake
}

// clanMachine is one machine of it.
type clanMachine struct {
	name, class string
	tags        []string
}

func libClan(ev *Evaluator, a []*thunk, at site) Val {
	outputs := newClan(ev, ev.force(a[0]), ev.flake, at).outputs()
	config := setOf(at, outputs...)
	s := config.shape.(*setShape)
	s.base = &Val{}
	return Val{shape: &setShape{attrs: append(outputs, field("config", ready(config))), base: &Val{}}}
}

// clanFlakeModule makes the outputs of a flake whose modules define clan, or flake.clan.
func clanFlakeModule(ev *Evaluator, c *Configuration, at site) {
	var parts []Val
	for _, p := range []*Path{ev.at(c.Base, "clan"), ev.at(c.Base, "flake", "clan")} {
		if v, ok := ev.flakeValue(p); ok {
			parts = append(parts, v)
		}
	}
	for _, output := range newClan(ev, allOf(parts), c.flake, at).outputs() {
		as, _, _ := ev.entries(ev.force(output.val))
		for _, a := range as {
			c.give(output.name, a)
		}
	}
}

func newClan(ev *Evaluator, given Val, fl *flake, at site) *clan {
	c := &clan{ev: ev, at: at, flake: fl}
	var parts []Val
	c.modules(given, &parts, 0)
	c.given = allOf(parts)
	if fl != nil {
		c.dir = fl.dir
	}
	c.dir = ev.folderAt(c.given, c.dir, "directory")
	names := map[string]bool{}
	for _, name := range ev.subfolders(path.Join(c.dir, "machines")) {
		names[name] = true
	}
	for _, set := range []Val{ev.sel(c.given, "machines"), c.inventory("machines")} {
		as, _, _ := ev.entries(set)
		for _, a := range as {
			if known(a.name) {
				names[a.name] = true
			}
		}
	}
	for _, name := range sortedNames(names) {
		m := &clanMachine{name: name, class: ev.textAt(c.inventory("machines"), "nixos", name, "machineClass")}
		m.tags = append(c.texts(ev.sel(ev.sel(c.inventory("machines"), name), "tags")), "all", m.class)
		c.machines = append(c.machines, m)
	}
	c.computeTags()
	return c
}

func (c *clan) inventory(name string) Val { return c.ev.sel(c.ev.sel(c.given, "inventory"), name) }

// modules goes over what a module of a clan says, and those that it imports.
func (c *clan) modules(v Val, parts *[]Val, depth int) {
	ev := c.ev
	if depth > maxDeep {
		return
	}
	v = c.called(v)
	if s, ok := v.shape.(*altShape); ok {
		for _, t := range s.alts {
			c.modules(ev.force(t), parts, depth+1)
		}
		return
	}
	*parts = append(*parts, v)
	if config, ok := ev.asked(v, "config"); ok {
		*parts = append(*parts, config)
	}
	ts, _, _ := ev.elems(ev.sel(v, "imports"))
	for _, t := range ts {
		c.modules(ev.force(t), parts, depth+1)
	}
	if ts, _, _ := ev.elems(ev.sel(ev.sel(v, "inventory"), "imports")); len(ts) > 0 {
		for _, t := range ts {
			*parts = append(*parts, setOf(c.at, field("inventory", lazily(func() Val { return c.called(ev.force(t)) }))))
		}
	}
}

// called is what a module says, which may be a file or a function.
func (c *clan) called(v Val) Val {
	if _, inside := c.ev.insidePath(v); inside {
		v = c.ev.importValue(v, c.at)
	}
	if isFunction(v) {
		args := []attr{field("lib", ready(Val{shape: &libShape{"lib"}}))}
		if c.flake != nil {
			args = append(args, field("self", ready(c.flake.self)), field("inputs", ready(c.flake.inputs)))
		}
		set := setOf(c.at, args...)
		set.shape.(*setShape).base = &Val{}
		v = c.ev.apply(v, ready(set), c.at)
	}
	return v
}

// texts are the texts of a list, as far as they are known.
func (c *clan) texts(v Val) []string {
	var out []string
	ts, _, _ := c.ev.elems(v)
	for _, t := range ts {
		if s, ok := c.ev.force(t).shape.(*strShape); ok && known(s.s) {
			out = append(out, s.s)
		}
	}
	return out
}

// computeTags gives machines the tags that inventory.tags computes of the others.
func (c *clan) computeTags() {
	ev := c.ev
	tags := c.inventory("tags")
	if isFunction(tags) {
		byTag := map[string][]*thunk{}
		for _, m := range c.machines {
			for _, tag := range m.tags {
				byTag[tag] = append(byTag[tag], ready(str(m.name)))
			}
		}
		var as []attr
		for _, tag := range sortedNames(byTag) {
			as = append(as, field(tag, ready(list(byTag[tag], true))))
		}
		args := setOf(c.at, field("config", ready(setOf(c.at, as...))), field("lib", ready(Val{shape: &libShape{"lib"}})))
		tags = ev.apply(tags, ready(args), c.at)
	}
	as, _, _ := ev.entries(tags)
	for _, a := range as {
		for _, name := range c.texts(ev.force(a.val)) {
			for _, m := range c.machines {
				if m.name == name {
					m.tags = append(m.tags, a.name)
				}
			}
		}
	}
}

// outputs are those that a clan gives a flake.
func (c *clan) outputs() []attr {
	ev := c.ev
	hosts := map[string][]attr{}
	args := []attr{field("clan-core", ready(Val{}))}
	if c.flake != nil {
		args = append(args, field("self", ready(c.flake.self)))
	}
	for _, m := range c.machines {
		b := build{class: NixOS, args: args, argSets: []Val{ev.sel(c.given, "specialArgs")}}
		output := "nixosConfigurations"
		files := []string{"configuration.nix", "hardware-configuration.nix", "disko.nix"}
		if m.class == "darwin" {
			b.class, output, files = Darwin, "darwinConfigurations", files[:1]
		}
		for _, f := range files {
			if dir := path.Join(c.dir, "machines", m.name); ev.isFile(dir, f) {
				b.modules = append(b.modules, pathOfTree(path.Join(dir, f)))
			}
		}
		hosts[output] = append(hosts[output], field(m.name, lazily(func() Val {
			b := b
			if own := ev.sel(ev.sel(c.given, "machines"), m.name); own.shape != missing {
				b.modules = append(b.modules, own)
			}
			b.modules = append(b.modules, c.roles(m)...)
			return ev.construct(b, c.at)
		})))
	}
	var out []attr
	for _, name := range sortedNames(hosts) {
		out = append(out, field(name, ready(setOf(c.at, hosts[name]...))))
	}
	return append(out, field("inventory", ready(ev.sel(c.given, "inventory"))))
}

// roles are the modules that a machine has by its roles in the instances of the inventory.
func (c *clan) roles(m *clanMachine) []Val {
	ev := c.ev
	var out []Val
	instances, _, _ := ev.entries(c.inventory("instances"))
	for _, in := range instances {
		instance := ev.force(in.val)
		module := c.service(ev.textAt(instance, in.name, "module", "name"))
		roles, _, _ := ev.entries(ev.sel(instance, "roles"))
		for _, r := range roles {
			role := ev.force(r.val)
			own, named := ev.asked(role, "machines", m.name)
			if !named && !c.tagged(role, m) {
				continue
			}
			for _, more := range []Val{ev.sel(role, "extraModules"), ev.sel(own, "extraModules"), ev.sel(ev.sel(role, "settings"), "extraModules")} {
				if more.shape != missing && more.shape != nil {
					out = append(out, more)
				}
			}
			if module.shape == nil || module.shape == missing {
				continue
			}
			for _, per := range []Val{ev.sel(ev.sel(ev.sel(module, "roles"), r.name), "perInstance"), ev.sel(module, "perMachine")} {
				if v := c.perMachine(per, in.name, r.name, m, role, own); v.shape != nil && v.shape != missing {
					out = append(out, v)
				}
			}
		}
	}
	return out
}

// tagged says whether a role is that of machines with a tag of this one.
func (c *clan) tagged(role Val, m *clanMachine) bool {
	tags := c.ev.sel(role, "tags")
	names := c.texts(tags)
	if len(names) == 0 {
		as, _, _ := c.ev.entries(tags)
		for _, a := range as {
			names = append(names, a.name)
		}
	}
	return slices.ContainsFunc(names, func(tag string) bool { return slices.Contains(m.tags, tag) })
}

// service is a module of a clan's own, that instances have roles of.
func (c *clan) service(name string) Val {
	v, ok := c.ev.asked(c.given, "modules", name)
	if !ok {
		return Val{}
	}
	return c.called(v)
}

// perMachine is the module that a role of an instance gives a machine.
func (c *clan) perMachine(per Val, instance, role string, m *clanMachine, of, own Val) Val {
	ev := c.ev
	if isFunction(per) {
		settings := &setShape{base: &Val{}} // what is not set has a default that the role declares
		for _, v := range []Val{ev.sel(own, "settings"), ev.sel(of, "settings")} {
			as, _, _ := ev.entries(v)
			for _, a := range as {
				if _, has := settings.get(a.name); !has && known(a.name) {
					settings.add(a)
				}
			}
		}
		args := setOf(c.at, field("instanceName", ready(str(instance))), field("settings", ready(Val{shape: settings})), field("lib", ready(Val{shape: &libShape{"lib"}})),
			field("machine", ready(setOf(c.at, field("name", ready(str(m.name))), field("roles", ready(list([]*thunk{ready(str(role))}, false)))))))
		args.shape.(*setShape).base = &Val{}
		per = ev.apply(per, ready(args), c.at)
	}
	return ev.sel(per, m.class+"Module")
}
