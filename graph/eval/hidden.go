package eval

import (
	"path"

	"nixsink/parse"
)

// Two readings: a definition stands in the text, and the system gets less. What another definition always outweighs, and a
// condition that decides nothing since the same constant is there anyway, is marked with what hides it (rule 16).

// hide marks the definitions that the system never gets, once all are known.
func (ev *Evaluator) hide() {
	at := map[*Path][]*Definition{}
	weakest := map[*Path]int{} // the highest number of a priority
	for _, d := range ev.Definitions {
		if !d.Names && !d.Apply {
			at[d.Path] = append(at[d.Path], d)
			weakest[d.Path] = max(weakest[d.Path], d.Priority)
		}
	}
	// Few definitions outweigh any: a hundred hosts that each set an option are not held against each other.
	strong := map[*Path][]*Definition{}
	for p, all := range at {
		for _, d := range all {
			if d.certain() && d.Priority < weakest[p] {
				strong[p] = append(strong[p], d)
			}
		}
	}
	open := ev.openPaths()
	for _, d := range ev.Definitions {
		if by, out := ev.leftOut(d); out && d.Derived() {
			d.Hidden, d.hiddenBy = "not imported", by
			continue
		}
		all := at[d.Path]
		if d.Names || d.Apply || len(all) < 2 || !d.Derived() || !d.Path.exact() {
			continue
		}
		for _, other := range strong[d.Path] {
			if d.Priority != unknownPriority && other.Priority < d.Priority && ev.alongside(d, other) {
				d.Hidden, d.OverriddenBy = "overridden", other
				break
			}
		}
		if d.Hidden == "" && !d.certain() && !open.above(d.Path) {
			if by := ev.sameAnyway(d, all); by != nil {
				d.Hidden, d.OverriddenBy = "the same constant", by
			}
		}
	}
}

// HiddenBy tells what hides a definition: the definition that outweighs it, or the import that leaves it out.
func (d *Definition) HiddenBy() (*parse.File, parse.Span) {
	if d.OverriddenBy != nil {
		return d.OverriddenBy.File, d.OverriddenBy.Span
	}
	return d.hiddenBy.file, d.hiddenBy.span
}

// pick notes that a module imports a file of a folder by a path that a function puts together, and that all which it imports in this way
// is known.
func (ev *Evaluator) pick(m *Module, v Val, at site) {
	name, ok := ev.insidePath(v)
	if !ok || !known(name) || !m.Reachable || m.Doubt || len(v.org) > 0 {
		return
	}
	folder := folderOf(ev.resolveFile(name))
	if _, known := ev.picked[folder]; !known {
		ev.picked[folder] = at
	}
}

// folderOf is the folder that a module is an entry of, whether it is a file or a folder with a default.nix.
func folderOf(name string) string {
	if path.Base(name) == "default.nix" {
		name = path.Dir(name)
	}
	return path.Dir(name)
}

// leftOut says that a definition stands in a file that nothing imports, beside files of which a module imports some by name: it is switched
// off there.
func (ev *Evaluator) leftOut(d *Definition) (by site, out bool) {
	if d.Module.Reachable || d.File == nil {
		return site{}, false
	}
	by, out = ev.picked[folderOf(d.File.Name)]
	return by, out && by.file != d.File
}

// certain says that a definition is there whatever happens, with a priority that is known.
func (d *Definition) certain() bool {
	return d.gates == nil && !d.Doubt && !d.Module.Doubt && d.Module.Reachable && d.Priority != unknownPriority
}

// alongside says whether other is there in every configuration that d is in.
func (ev *Evaluator) alongside(d, other *Definition) bool {
	return d.Module == other.Module || d.In.within(other.In)
}

// sameAnyway finds a definition that is always there and holds the same constant as d: then what decides over d decides nothing,
// unless another one could come in between.
func (ev *Evaluator) sameAnyway(d *Definition, all []*Definition) *Definition {
	if !d.constant() {
		return nil
	}
	var base *Definition
	for _, other := range all {
		if other != d && other.certain() && other.constant() && other.Value == d.Value && ev.alongside(d, other) && (base == nil || other.Priority < base.Priority) {
			base = other
		}
	}
	if base == nil {
		return nil
	}
	for _, other := range all {
		switch {
		case other == d || other == base:
		case other.constant() && other.Value == d.Value:
		case other.Priority == unknownPriority:
			return nil
		case other.Priority < d.Priority && other.Priority < base.Priority: // it decides alone where it is there
		case other.Priority > base.Priority: // it is never looked at
		default:
			return nil
		}
	}
	return base
}

// constant says that all of a definition is a plain value that is known, whatever decides over it.
func (d *Definition) constant() bool {
	if !d.Known || d.Priority == unknownPriority {
		return false
	}
	switch d.Value.(type) {
	case string, int64, bool, float64, nil:
		return true
	}
	return false
}

// openPaths are where something is defined that is not known name by name: what is below may be set by that, too.
type openPaths map[*Path]bool

func (ev *Evaluator) openPaths() openPaths {
	open := openPaths{}
	for _, d := range ev.Definitions {
		switch {
		case d.Names:
		case !d.Path.exact():
			p := d.Path
			for q := p; q.Parent != nil; q = q.Parent {
				if !known(q.Name) {
					p = q.Parent
				}
			}
			open[p] = true
		case !d.Known:
			open[d.Path] = true
		}
	}
	return open
}

// above says whether something above p is open.
func (open openPaths) above(p *Path) bool {
	for p = p.Parent; p != nil && p.Parent != nil; p = p.Parent {
		if open[p] {
			return true
		}
	}
	return false
}
