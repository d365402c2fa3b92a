package eval

import (
	"maps"
	"path"
	"slices"
	"strings"

	"nixsink/parse"
)

// PassedSets are the module arguments that hold sets of plain values: what a flake passes as specialArgs in place of
// options. Flake inputs, packages and libraries are none.
func (ev *Evaluator) PassedSets() []string {
	var names []string
	for name, t := range ev.special {
		v := ev.force(t)
		s, ok := v.shape.(*setShape)
		if !ok || s.base != nil || len(s.attrs) == 0 || frameworkNames[name] && !hostNames[name] {
			continue
		}
		if x, _ := ev.literal(v, 0); plainData(x) && !ev.library(s) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Passed are the module arguments that hold plain values: PassedSets, and strings and numbers by themselves.
func (ev *Evaluator) Passed() []string {
	names := ev.PassedSets()
	for name, t := range ev.special {
		v := ev.force(t)
		if _, set := v.shape.(*setShape); set || frameworkNames[name] {
			continue
		}
		switch x, known := ev.literal(v, 0); x.(type) {
		case string, int64, bool, float64:
			if known {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// library says that most of what a set holds are functions.
func (ev *Evaluator) library(s *setShape) bool {
	functions := 0
	for i := range s.attrs {
		if v := ev.force(s.attrs[i].val); isFunction(v) {
			functions++
		} else if _, ok := v.shape.(*builtin); ok {
			functions++
		}
	}
	return 2*functions > len(s.attrs)
}

// plainData says that a literal holds at least one plain value.
func plainData(x any) bool {
	switch x := x.(type) {
	case string, int64, bool, float64:
		return true
	case map[string]any:
		for _, y := range x {
			if plainData(y) {
				return true
			}
		}
	}
	return false
}

// plainRoot says that a path is a module argument that is a value by itself: username, not a set of them.
func (ev *Evaluator) plainRoot(p *Path) bool {
	if p.Parent != nil || p.Root.Arg == "" {
		return false
	}
	t := ev.special[p.Root.Arg]
	if t == nil || t.state == 1 {
		return false
	}
	switch ev.force(t).shape.(type) {
	case *strShape, *intShape, *floatShape, *boolShape, *pathShape, *listShape:
		return true
	}
	return false
}

// Asked are the module arguments that modules take and of which nothing is known, with how many files take them: no entry supplies them, or
// what it supplies is not known from the text. What the module system and frameworks pass is none of them, nor are a flake's inputs.
func (ev *Evaluator) Asked() map[string]int {
	asked := map[string]int{}
	seen := map[*parse.File]bool{}
	for _, m := range ev.Modules {
		fn, ok := m.File.Expr.(*parse.Lambda)
		if !ok || fn.Formals == nil || !fn.Formals.Ellipsis || m.source.val.shape != nil || seen[m.File] {
			continue
		}
		seen[m.File] = true
		own := ev.inputNames(m.File)
		for i := range fn.Formals.List {
			fm := &fn.Formals.List[i]
			if fm.Default == nil && !own[fm.Name] && !frameworkNames[fm.Name] && !strings.Contains(strings.ToLower(fm.Name), "pkgs") {
				asked[fm.Name]++
			}
		}
	}
	maps.DeleteFunc(asked, func(name string, _ int) bool { return ev.supplied(name) })
	return asked
}

// inputNames are the inputs of the flake that a file is part of.
func (ev *Evaluator) inputNames(f *parse.File) map[string]bool {
	for dir := f.Name; dir != ""; {
		if dir = path.Dir(dir); dir == "." {
			dir = ""
		}
		fl := ev.flakes[dir]
		if fl == nil {
			continue
		}
		own := map[string]bool{}
		if in, ok := fl.inputs.shape.(*setShape); ok {
			for i := range in.attrs {
				own[in.attrs[i].name] = true
			}
		}
		return own
	}
	return nil
}

// frameworkNames are what the module system (Nixpkgs lib/modules.nix, nixos/lib/eval-config.nix, nixos/lib/testing), home-manager, flake-parts
// and other frameworks pass to modules, and what most flakes pass of themselves; none of it holds values.
var frameworkNames = setOfNames(
	"config", "lib", "pkgs", "options", "modulesPath", "specialArgs", "utils", "name", "baseModules", "extraModules", "extendModules", "moduleType", "noUserModules", "_class", "_prefix",
	"nodes", "hostPkgs", "containers", "osConfig", "nixosConfig", "darwinConfig", "osClass",
	"inputs", "self", "outputs", "system", "flake", "inputs'", "self'", "perSystem", "withSystem", "moduleWithSystem", "getSystem", "getSystemIgnoreWarning", "flake-parts-lib", "importApply", "final", "prev", "super",
	"host", "hostname", "hostName",
)

// hostNames say mostly which host it is: they differ by host, and are no central values unless they are sets of them.
var hostNames = setOfNames("host", "hostname", "hostName")

func setOfNames(names ...string) map[string]bool {
	out := map[string]bool{}
	for _, n := range names {
		out[n] = true
	}
	return out
}

// supplied says that something passes modules an argument of which something is known.
func (ev *Evaluator) supplied(name string) bool {
	is := func(t *thunk) bool {
		if t == nil || t.state == 1 {
			return false
		}
		v := ev.force(t)
		s, set := v.shape.(*setShape)
		return v.shape != nil && !(set && s.base != nil && s.base.shape == nil)
	}
	var by func(c *Configuration) bool
	by = func(c *Configuration) bool {
		return is(c.args[name]) || is(c.homeArgs[name]) || slices.ContainsFunc(c.kids, by)
	}
	return is(ev.special[name]) || slices.ContainsFunc(ev.hosts, by)
}
