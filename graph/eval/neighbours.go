package eval

import (
	"path"

	"nixsink/parse"
)

// neighbourhood tells by folder whose modules are in it and below.
type neighbourhood map[string]*neighbour

type neighbour struct {
	class *Class
	mixed bool // they are not all of one kind
}

// neighbours looks at the modules that configurations took so far.
func (ev *Evaluator) neighbours() neighbourhood {
	all := neighbourhood{}
	for _, s := range ev.followed {
		if s.dead {
			continue
		}
		class := s.conf.Class
		if s.conf.Parent != nil && !class.Home {
			class = NixOS
		}
		for _, m := range s.modules {
			for dir := path.Dir(m.File.Name); dir != "."; dir = path.Dir(dir) {
				if old := all[dir]; old == nil {
					all[dir] = &neighbour{class, false}
				} else if old.class != class {
					old.mixed = true
				}
			}
		}
	}
	return all
}

// of guesses what a module that nothing imports belongs to: what those around it do, if they agree.
func (all neighbourhood) of(file string) *Class {
	for dir := path.Dir(file); dir != "."; dir = path.Dir(dir) {
		if n := all[dir]; n != nil {
			if n.mixed {
				return nil
			}
			return n.class
		}
	}
	return nil
}

// moduleNames are the arguments that the module system passes.
var moduleNames = map[string]bool{"config": true, "lib": true, "pkgs": true, "options": true, "modulesPath": true, "inputs": true, "self": true, "outputs": true,
	"osConfig": true, "nixosConfig": true, "utils": true, "specialArgs": true, "name": true, "vars": true, "globals": true}

// LooksLikeModule guesses whether a file that nothing imports is a module: it takes a module's arguments, config among
// them, or it defines options that NixOS is known to have.
func LooksLikeModule(f *parse.File) bool {
	e := f.Expr
	takesConfig, open := false, false
	for {
		switch n := e.(type) {
		case *parse.Paren:
			e = n.X
		case *parse.Let:
			e = n.Body
		case *parse.With:
			e = n.Body
		case *parse.Assert:
			e = n.Body
		case *parse.Lambda:
			if n.Formals == nil {
				return false
			}
			for i := range n.Formals.List {
				switch name := n.Formals.List[i].Name; {
				case name == "config" || name == "options" || name == "osConfig":
					takesConfig = true
				case !n.Formals.Ellipsis && !moduleNames[name]:
					return false // it wants to be called with something of its own
				}
			}
			open = n.Formals.Ellipsis
			e = n.Body
			if _, again := e.(*parse.Lambda); again {
				return false
			}
		case *parse.Set:
			// { ... }: { } is a module that says nothing yet.
			return !n.LegacyLet && (takesConfig || definesOptions(n) || open && len(n.Bindings) == 0)
		case *parse.Binary:
			return takesConfig && n.Op == parse.OpUpdate
		case *parse.Apply:
			return takesConfig
		default:
			return false
		}
	}
}

// definesOptions says whether a set has attributes that modules have.
func definesOptions(n *parse.Set) bool {
	for _, b := range n.Bindings {
		if a, ok := b.(*parse.Attr); ok && a.Path[0].Static() {
			switch a.Path[0].Name {
			case "options", "config", "imports", "services", "environment", "networking", "programs", "users", "systemd", "boot", "my", "home", "virtualisation", "security",
				"hardware", "nix", "nixpkgs", "fileSystems", "time", "i18n", "console", "fonts", "xdg", "home-manager", "zramSwap", "swapDevices", "sops", "age":
				return true
			}
		}
	}
	return false
}

func hasFormal(f *parse.File, name string) bool {
	if l, ok := f.Expr.(*parse.Lambda); ok && l.Formals != nil {
		for i := range l.Formals.List {
			if l.Formals.List[i].Name == name {
				return true
			}
		}
	}
	return false
}
