package eval

// anyHome is the config of a home-manager user whose name is not known.
func (ev *Evaluator) anyHome() *Path { return ev.at(ev.Config, "home-manager", "users", hole) }

// modulePoint says whether the option at p holds a module of its own: a home-manager user, a container, a specialisation.
func (ev *Evaluator) modulePoint(p *Path, m *Module) (base *Path, home, ok bool) {
	a := p.Parent
	if a == nil {
		return nil, false, false
	}
	b := a.Parent
	if b == nil {
		return nil, false, false
	}
	switch {
	case a.Name == "users" && b.Name == "home-manager" && b.Parent == ev.Config:
		return p, true, true
	case p.Name == "sharedModules" && a.Name == "home-manager" && b == ev.Config:
		return ev.anyHome(), true, true
	case p.Name == "config" && b.Name == "containers" && b.Parent == ev.Config:
		return p, false, true
	case p.Name == "configuration" && b.Name == "specialisation" && b.Parent == ev.Config:
		return ev.Config, false, true
	}
	if f := ev.at(ev.Config, FlakeParts); m.Base == f {
		switch {
		case b.Name == "flake" && b.Parent == f && (a.Name == "nixosModules" || a.Name == "darwinModules"):
			return ev.Config, false, true
		case b.Name == "flake" && b.Parent == f && a.Name == "homeModules",
			b.Name == "modules" && b.Parent != nil && b.Parent.Name == "flake" && a.Name == "homeManager":
			return ev.anyHome(), true, true
		case b.Name == "modules" && b.Parent != nil && b.Parent.Name == "flake":
			return ev.Config, false, true
		}
	}
	return nil, false, false
}

// FlakeParts is the base of flake-parts modules, whose config is not the system's. No option has a name like that.
const FlakeParts = "\x02flake-parts"

// StandaloneHome is the base of a home that is a configuration of its own: its options have the names that they have
// within home-manager, but they are not the system's.
const StandaloneHome = "\x03home"
