package eval

import "strings"

// den (github.com/vic/den, nix/lib/types.nix, modules/context): a module of flake-parts. Hosts are den.hosts.PLATFORM.NAME, homes
// den.homes.PLATFORM.NAME; each is made of the aspect of its name, a host of those of its users, too, and all of den.default. What an aspect has
// under a class (nixos, darwin, homeManager) is a module of that class, and it includes other aspects, or functions of the host and the user that
// give one. A namespace is a further set of aspects, passed to modules by its name.
func denConvention() convention {
	value := func(ev *Evaluator) Val {
		module := ready(Val{shape: &frameworkShape{make: denOutputs, args: []string{"den"}}})
		return Val{shape: &setShape{attrs: []attr{
			field("flakeModule", module), field("flakeModules", ready(setOf(site{}, field("default", module), field("dendritic", module)))),
			field("namespace", ready(ev.libFunction("den.namespace"))),
		}, base: &Val{}}}
	}
	return convention{
		rows:   []row{{"den.namespace", 2, libDenNamespace}},
		inputs: []input{{"vic/den", []string{"den"}, value}},
	}
}

// libDenNamespace is a module that lets an option be a set of aspects.
func libDenNamespace(ev *Evaluator, a []*thunk, at site) Val {
	s, ok := ev.force(a[0]).shape.(*strShape)
	if !ok || !known(s.s) {
		return emptySet()
	}
	return Val{shape: &frameworkShape{make: func(*Evaluator, *Configuration, site) {}, args: []string{s.s}}}
}

// den makes the configurations of one flake.
type den struct {
	ev   *Evaluator
	at   site
	all  Val
	conf *Configuration
}

func denOutputs(ev *Evaluator, c *Configuration, at site) {
	all, ok := ev.flakeValue(ev.at(c.Base, "den"))
	if !ok {
		return
	}
	d := &den{ev, at, all, c}
	d.each("hosts", func(system, name string, v Val) {
		class, output := ev.textAt(v, "nixos", "class"), "nixosConfigurations"
		if strings.HasSuffix(system, "darwin") || class == "darwin" {
			class, output = "darwin", "darwinConfigurations"
		}
		c.give(output, field(name, lazily(func() Val { return d.host(v, name, class) })))
	})
	d.each("homes", func(_, name string, v Val) {
		c.give("homeConfigurations", field(name, lazily(func() Val {
			user, host, _ := strings.Cut(name, "@")
			home := d.entity(v, user, field("hostName", ready(str(host))))
			ctx := []attr{field("home", ready(home)), field("user", ready(home))}
			ms := append(d.modules(d.aspect(v, name), "homeManager", ctx, 0), d.modules(d.aspect(v, user), "homeManager", ctx, 0)...)
			return d.instantiate(v, HomeManager, append(ms, d.modules(ev.sel(d.all, "default"), "homeManager", ctx, 0)...))
		})))
	})
}

// each goes over hosts or homes of all platforms.
func (d *den) each(kind string, f func(system, name string, v Val)) {
	systems, _, _ := d.ev.entries(d.ev.sel(d.all, kind))
	for _, s := range systems {
		of, _, _ := d.ev.entries(d.ev.force(s.val))
		for _, a := range of {
			if known(a.name) {
				f(s.name, a.name, d.ev.force(a.val))
			}
		}
	}
}

// entity is a host, a user or a home as functions get it: what it is set to, and its names.
func (d *den) entity(v Val, name string, more ...attr) Val {
	s := &setShape{base: &Val{}}
	as, _, _ := d.ev.entries(v)
	for _, a := range as {
		s.add(a)
	}
	for _, a := range append(more, field("name", ready(str(name))), field("hostName", ready(str(name))), field("userName", ready(str(name)))) {
		if _, has := s.get(a.name); !has {
			s.add(a)
		}
	}
	return Val{shape: s}
}

// aspect is the one of a host, a user or a home: that of its name, or the one that it is told.
func (d *den) aspect(v Val, name string) Val {
	if own, ok := d.ev.asked(v, "aspect"); ok {
		return own
	}
	return d.ev.sel(d.ev.sel(d.all, "aspects"), name)
}

// host is a host with its users.
func (d *den) host(v Val, name, class string) Val {
	ev := d.ev
	of := NixOS
	if class == "darwin" {
		of = Darwin
	}
	host := field("host", ready(d.entity(v, name)))
	ctx := []attr{host}
	ms := append(d.modules(d.aspect(v, name), class, ctx, 0), d.modules(ev.sel(d.all, "default"), class, ctx, 0)...)
	ms = append(ms, d.modules(ev.sel(ev.sel(d.all, "schema"), "host"), class, ctx, 0)...)
	users, _, _ := ev.entries(ev.sel(v, "users"))
	var homes []user
	for _, u := range users {
		uv := ev.force(u.val)
		ctx := []attr{host, field("user", ready(d.entity(uv, u.name)))}
		var home []Val
		for _, a := range []Val{d.aspect(uv, u.name), ev.sel(ev.sel(d.all, "schema"), "user"), ev.sel(d.all, "default")} {
			ms = append(ms, d.modules(a, class, ctx, 0)...)
			home = append(home, d.modules(a, "homeManager", ctx, 0)...)
		}
		home = append(home, d.modules(d.aspect(v, name), "homeManager", ctx, 0)...)
		if len(home) > 0 {
			homes = append(homes, user{ev.textAt(uv, u.name, "userName"), listOf(home)})
		}
	}
	if len(homes) > 0 {
		ms = append(ms, homesModule(d.at, homes))
	}
	return d.instantiate(v, of, ms)
}

// instantiate makes a configuration of modules, by the function that a host or home names or as that function would.
func (d *den) instantiate(v Val, class *Class, ms []Val) Val {
	if f, ok := d.ev.asked(v, "instantiate"); ok {
		if made := d.ev.apply(f, ready(setOf(d.at, field("modules", ready(listOf(ms))), field("pkgs", ready(Val{shape: &libShape{"pkgs"}})))), d.at); d.ev.configurationIn(made, 3) != nil {
			return made
		}
	}
	return d.ev.construct(build{class: class, modules: ms}, d.at)
}

// deepestAspect bounds how deeply aspects include each other.
const deepestAspect = 12

// modules are those of a class in an aspect and in what it includes.
func (d *den) modules(aspect Val, class string, ctx []attr, depth int) []Val {
	ev := d.ev
	if r, ok := aspect.shape.(*refShape); ok {
		aspect, _ = ev.flakeValue(r.path)
	}
	if depth > deepestAspect {
		return nil
	}
	if isFunction(aspect) {
		args := setOf(d.at, append(ctx[:len(ctx):len(ctx)], field("class", ready(str(class))), field("lib", ready(Val{shape: &libShape{"lib"}})))...)
		args.shape.(*setShape).base = &Val{}
		return d.modules(ev.apply(aspect, ready(args), d.at), class, ctx, depth+1)
	}
	if aspect.shape == nil || aspect.shape == missing {
		return nil
	}
	var out []Val
	if own := ev.sel(aspect, class); own.shape != nil && own.shape != missing {
		out = append(out, own)
	}
	ts, _, _ := ev.elems(ev.sel(aspect, "includes"))
	for _, t := range ts {
		out = append(out, d.modules(ev.force(t), class, ctx, depth+1)...)
	}
	return out
}
