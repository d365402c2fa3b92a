package eval

import (
	"slices"

	"nixsink/parse"
)

// Class is a kind of configuration (Nixpkgs manual, "Module System", class).
type Class struct {
	Name  string
	Home  bool     // a home-manager configuration
	Sub   bool     // always the value of another configuration's option
	Flake bool     // what it defines are a flake's outputs, and known as it stands
	OS    []string // arguments by which a module reads the configuration around it
}

// The classes that conventions speak of.
var (
	NixOS          = &Class{Name: "nixos"}
	Darwin         = &Class{Name: "darwin"}
	HomeManager    = &Class{Name: "homeManager", Home: true, OS: []string{"osConfig", "nixosConfig", "darwinConfig"}}
	FlakeParts     = &Class{Name: "flake-parts", Flake: true}
	TestNode       = &Class{Name: "test node"}
	Container      = &Class{Name: "container", Sub: true}
	Specialisation = &Class{Name: "specialisation", Sub: true}
	Plain          = &Class{Name: "evalModules"}
)

// Configuration is one call of evalModules, or the value of an option that is one: a host, a home, a container.
type Configuration struct {
	Class     *Class
	Name      string         // nixosConfigurations.tower, home-manager.users.alice
	Parent    *Configuration // the one whose option it is the value of, nil for one that nothing encloses
	Base      *Path          // where its options are: `config` in its modules
	Defines   *Path          // where its definitions land, if that is not Base: a specialisation's own ones
	File      *parse.File    // where it is made
	Span      parse.Span
	Open      bool // it stands for modules that no configuration takes, and sees all options that any declares
	Build     bool // a flake builds it for a package or check: what it passes to modules that others take too is not looked at
	Unreached bool // no entry point leads to it
	Dead      bool // made twice, or by nothing that counts

	number     int // of those that nothing encloses: its bit in sets of them
	sources    []wanted
	told       []*thunk          // the first of sources, as values: what _module.args.modules tells
	args       map[string]*thunk // what its modules get besides config, lib, pkgs
	homeArgs   map[string]*thunk // what its homes' modules get
	flake      *flake            // whose `self` and `inputs` its modules get
	kids       []*Configuration
	members    []*Summary
	byKey      map[sourceKey]*Summary
	revised    map[sourceKey]int // how often it was followed again
	joined     map[*Summary]bool // what was taken up for it
	values     map[*Path]*thunk  // what options hold, of a flake's own configuration
	instances  map[*Path]*flakeMember
	called     map[*closure]*thunk // what functions that define such options give
	opened     bool                // all its modules are there
	frameworks []*frameworkShape   // whose modules it imports, of a flake
	given      map[string][]attr   // outputs that frameworks make, of a flake
	early      bool                // some were asked for before all modules were there
	whole      []Val               // what its modules defined when all were there for the first time
	maker      *Summary            // what made it, nil if no module did
	became     *Configuration      // which one it is in truth, nil if none
	aside      bool                // an output besides those of hosts holds it
	apart      bool                // a function made it that was called with something unknown
	variant    bool                // extendModules made it of another one
	started    bool                // it is being followed, or was
	disabled   map[string]string   // files of modules that take no part, and which file says so
}

// Host is the configuration that encloses c, or c itself.
func (c *Configuration) Host() *Configuration {
	for c.Parent != nil {
		c = c.Parent
	}
	return c
}

// Number is that of a configuration that nothing encloses, among all of those; it is its bit in a Set.
func (c *Configuration) Number() int { return c.Host().number }

// Members are the modules that take part, each file once.
func (c *Configuration) Members() []*Summary { return c.members }

// lands is where what a module defines as p is defined.
func (c *Configuration) defineAt() *Path {
	if c.Defines != nil {
		return c.Defines
	}
	return c.Base
}

// wanted is a module that something wants to have in a configuration.
type wanted struct {
	source
	from     site    // what asks for it
	by       *Module // nil: the call that makes the configuration
	ctl      Origins // what decides over all that it defines
	doubt    bool    // it is not certain that it takes part
	name     string  // its key, where it gives itself one: of those with the same key, the first counts
	deferred *thunk  // in place of source: what is known only once the configuration around is
}

// source is a module as somebody wrote it: a file, a function, a set.
type source struct {
	file  *parse.File
	val   Val // a function or set; nothing: the file
	label string
}

// sourceKey tells sources apart within one place.
type sourceKey struct {
	file *parse.File
	a, b any // function and scope, or set
	base *Path
	ctl  string
}

// Set is a set of configurations that nothing encloses, by Number.
type Set []uint64

// Has says whether n is in the set.
func (b Set) Has(n int) bool { return n>>6 < len(b) && b[n>>6]&(1<<(n&63)) != 0 }

// add adds n, and says whether it was not there.
func (b *Set) add(n int) bool {
	for n>>6 >= len(*b) {
		*b = append(*b, 0)
	}
	old := (*b)[n>>6]
	(*b)[n>>6] = old | 1<<(n&63)
	return old&(1<<(n&63)) == 0
}

func (b Set) remove(n int) {
	if n>>6 < len(b) {
		b[n>>6] &^= 1 << (n & 63)
	}
}

// Empty says that nothing is in the set.
func (b Set) Empty() bool { return !slices.ContainsFunc(b, func(w uint64) bool { return w != 0 }) }

// within says whether all of b is in c.
func (b Set) within(c Set) bool {
	for i, w := range b {
		if w != 0 && (i >= len(c) || w&^c[i] != 0) {
			return false
		}
	}
	return true
}

func (b Set) union(c Set) Set {
	if len(c) > len(b) {
		b, c = c, b
	}
	out := slices.Clone(b)
	for i, w := range c {
		out[i] |= w
	}
	return out
}

// newConfiguration makes one that nothing encloses.
func (ev *Evaluator) newConfiguration(class *Class, at site) *Configuration {
	c := &Configuration{Class: class, number: len(ev.hosts), File: at.file, Span: at.span, args: map[string]*thunk{}, homeArgs: map[string]*thunk{}, flake: ev.flake, Build: ev.building, maker: ev.cur, apart: ev.apart > 0}
	switch {
	case class.Flake:
		c.Base = ev.newPath(nil, "", &Root{Conf: c})
	case class.Home:
		c.Base = ev.HomeConfig
	case class == Plain:
		c.Base = ev.PlainConfig
	default:
		c.Base = ev.Config
	}
	ev.hosts = append(ev.hosts, c)
	ev.todo = append(ev.todo, c)
	return c
}

// within is the configuration at a place of c, made when it is first asked for.
func (ev *Evaluator) kid(c *Configuration, pl place, at *Path) *Configuration {
	for _, k := range c.kids {
		if k.defineAt() == at {
			return k
		}
	}
	k := &Configuration{Class: pl.class, Parent: c, Base: at, Name: pathText(at), args: map[string]*thunk{}, homeArgs: map[string]*thunk{}, flake: c.flake}
	if pl.inherits {
		k.Base, k.Defines, k.args = c.Base, at, c.args
	}
	at.own = !pl.inherits && !pl.class.Home
	if pl.class.Home {
		for name, t := range c.homeArgs {
			k.args[name] = t
		}
	}
	c.kids = append(c.kids, k)
	return k
}

// Configurations are those that nothing encloses, by Number.
func (ev *Evaluator) Configurations() []*Configuration { return ev.hosts }

// Kids are the configurations within c.
func (c *Configuration) Kids() []*Configuration { return c.kids }
