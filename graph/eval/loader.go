package eval

import (
	"slices"
)

// Loader is what makes a repository's configurations in a way that its text does not tell, as the repository's configuration file describes it.
type Loader struct {
	Function string // what makes them where it is called, by its name, whatever it says; "": they are there anyway
	Class    *Class
	Hosts    []LoadedHost
}

// LoadedHost is one configuration of a loader's.
type LoadedHost struct {
	Name    string
	Modules []string // files, relative to the root
	Homes   []LoadedHome
}

// LoadedHome is a module of a user's home within it.
type LoadedHome struct{ User, File string }

// output is where a flake has configurations of a class.
func (c *Class) output() string {
	switch c {
	case Darwin:
		return "darwinConfigurations"
	case HomeManager:
		return "homeConfigurations"
	}
	return "nixosConfigurations"
}

// described is what a name stands for that the configuration file says is a loader.
func (ev *Evaluator) described(name string) (Val, bool) {
	for i := range ev.Loaders {
		if l := &ev.Loaders[i]; l.Function == name {
			return l.value(ev), true
		}
	}
	return Val{}, false
}

func (l *Loader) value(ev *Evaluator) Val {
	s := &spec{name: l.Function, arity: 1}
	s.call = func(ev *Evaluator, a []*thunk, at site) Val { return ev.load(l, ev.force(a[0]), at) }
	return Val{shape: &builtin{spec: s}}
}

// hostArguments are what functions call the name of the host that they make.
var hostArguments = []string{"name", "hostName", "hostname", "host"}

// load is a call of a loader: of one host where it names one, of all else. What further arguments pass is added.
func (ev *Evaluator) load(l *Loader, arg Val, at site) Val {
	name := ""
	switch s := arg.shape.(type) {
	case *strShape:
		name = s.s
	case *setShape:
		for _, n := range hostArguments {
			if name == "" {
				name = ev.textAt(arg, "", n)
			}
		}
	}
	if name != "" && known(name) {
		h := LoadedHost{Name: name}
		if i := slices.IndexFunc(l.Hosts, func(h LoadedHost) bool { return h.Name == name }); i >= 0 {
			h = l.Hosts[i]
		}
		made := ev.loadHost(l, h, at)
		ev.loaded[l] = append(ev.loaded[l], name)
		ev.passTo(made, arg)
		return ev.further(made, made)
	}
	var hosts []attr
	var all []Val
	for _, h := range l.Hosts {
		v := ev.loadHost(l, h, at)
		ev.loaded[l] = append(ev.loaded[l], h.Name)
		ev.passTo(v, arg)
		all = append(all, v)
		hosts = append(hosts, field(h.Name, ready(v)))
	}
	output := field(l.Class.output(), ready(setOf(at, hosts...)))
	out := setOf(at, append(hosts, output)...)
	out.shape.(*setShape).base = &Val{}
	return ev.further(out, all...)
}

// further lets a call of a loader take more arguments.
func (ev *Evaluator) further(v Val, made ...Val) Val {
	s := *v.shape.(*setShape)
	more := &spec{name: "__functor", arity: 2}
	more.call = func(ev *Evaluator, a []*thunk, at site) Val {
		for _, c := range made {
			ev.passTo(c, ev.force(a[1]))
		}
		return ev.further(v, made...)
	}
	s.attrs = append(slices.Clone(s.attrs), field("__functor", ready(Val{shape: &builtin{spec: more}})))
	s.index = nil
	return Val{shape: &s}
}

// loadHost makes one host.
func (ev *Evaluator) loadHost(l *Loader, h LoadedHost, at site) Val {
	b := build{class: l.Class, name: l.Class.output() + "." + segmentText(h.Name)}
	for _, f := range h.Modules {
		b.modules = append(b.modules, pathOfTree(f))
	}
	homes := map[string][]Val{}
	for _, home := range h.Homes {
		homes[home.User] = append(homes[home.User], pathOfTree(home.File))
	}
	var users []user
	for _, name := range sortedNames(homes) {
		users = append(users, user{name, listOf(homes[name])})
	}
	if len(users) > 0 {
		b.modules = append(b.modules, homesModule(at, users))
	}
	return ev.construct(b, at)
}

// passTo adds what a call passes to a host: its modules, and arguments for modules.
func (ev *Evaluator) passTo(made, arg Val) {
	c := ev.configurationIn(made, 1)
	if _, set := arg.shape.(*setShape); !set || c == nil || c.started {
		return
	}
	at := site{c.File, c.Span}
	for _, name := range []string{"modules", "extraModules"} {
		if ms, ok := ev.asked(arg, name); ok {
			c.sources = append(c.sources, ev.want(ms, at, nil, nil)...)
		}
	}
	for _, name := range []string{"specialArgs", "extraSpecialArgs", "extraArgs"} {
		if as, ok := ev.asked(arg, name); ok {
			ev.passAll(c, as)
		}
	}
}

// loadRest makes the hosts of loaders that no call made: those without a function, and those whose calls are not in the text.
func (ev *Evaluator) loadRest() {
	for i := range ev.Loaders {
		l := &ev.Loaders[i]
		for _, h := range l.Hosts {
			if !slices.Contains(ev.loaded[l], h.Name) {
				ev.refuel(fuelPerModule)
				at := site{}
				if f := ev.host.File(h.Modules[0]); f != nil {
					at = site{f, f.Expr.Range()}
				}
				ev.loadHost(l, h, at)
			}
		}
	}
	ev.drain()
}
