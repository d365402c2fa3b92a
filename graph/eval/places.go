package eval

import (
	"strconv"
	"strings"
)

// place says that the option at a path is a configuration of its own.
type place struct {
	within   func(*Class) bool // the classes of the configuration around
	names    []string          // the option's path; "" is any name
	class    *Class
	inherits bool     // it has all that the configuration around it has, and its `config` is that one's
	every    []string // it is a part of each configuration below this option: sharedModules
	exports  bool     // it is no part of the configuration around, but a module for others
}

func system(c *Class) bool {
	return c == NixOS || c == Darwin || c == TestNode || c == Container || c == Specialisation
}

// placeOf says whether the option at p holds a configuration of its own: a home-manager user, a container, a specialisation.
func (ev *Evaluator) placeOf(p *Path, m *Module) (place, bool) {
	c := m.conf
	if c.Defines != nil && m.Base == c.Defines {
		return place{}, false
	}
	below := p.Len() - m.Base.Len()
	if below < 1 || below > deepestPlace {
		return place{}, false
	}
	for i := range places {
		pl := &places[i]
		if len(pl.names) == below && pl.within(c.Class) && p.endsIn(pl.names) {
			return *pl, true
		}
	}
	return place{}, false
}

// endsIn says whether the last names of a path are these.
func (p *Path) endsIn(names []string) bool {
	for i := len(names) - 1; i >= 0; i-- {
		if names[i] != "" && names[i] != p.Name {
			return false
		}
		p = p.Parent
	}
	return true
}

// put notes that the option at p is a configuration, and v one of its modules.
func (ev *Evaluator) put(pl place, p *Path, v Val, ctl Origins, at site, m *Module) {
	ctl = union(ctl, v.org.atMost(Control))
	for _, w := range ev.want(v, at, m, ctl) {
		if pl.exports {
			ev.exports = append(ev.exports, export{pl.class, w, ev.within.flake})
			continue
		}
		ev.cur.placed = append(ev.cur.placed, placed{w, pl, p})
	}
}

// anyHome is the config of a home-manager user whose name is not known.
func (ev *Evaluator) anyHome() *Path { return ev.at(ev.Config, "home-manager", "users", hole) }

// pathText is a path as Nix writes it; "*" stands for a name that is not known.
func pathText(p *Path) string {
	segs := p.Segments()
	for i, s := range segs {
		segs[i] = segmentText(s)
	}
	return strings.Join(segs, ".")
}

// segmentText is a name as Nix writes it in a path.
func segmentText(s string) string {
	s = strings.ReplaceAll(s, hole, "*")
	plain := s != ""
	for i := 0; i < len(s); i++ {
		c := s[i]
		plain = plain && (c == '_' || c == '-' || c == '\'' || c == '*' || c >= '0' && c <= '9' && i > 0 || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z')
	}
	if plain {
		return s
	}
	return strconv.Quote(s)
}

// export is a module that a flake gives to others.
type export struct {
	class *Class
	wanted
	flake *flake
}
