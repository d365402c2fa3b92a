package eval

import (
	"slices"
	"strings"
)

// load queues what an imports list holds as modules (rule 9).
func (ev *Evaluator) load(v Val, base *Path, home bool, from site, parent *Module) {
	reach, why := true, ""
	if parent != nil {
		reach, why = parent.Reachable, parent.File.Name
	}
	add := func(m *Module, key string) {
		m.Doubt = ev.importDoubt || parent != nil && parent.Doubt
		if old := ev.instances[key]; old != nil {
			old.Reachable = old.Reachable || m.Reachable
			old.Doubt = old.Doubt && m.Doubt
			return
		}
		ev.instances[key] = m
		ev.queue = append(ev.queue, m)
		ev.Modules = append(ev.Modules, m)
	}
	prefix := intText(int64(base.id)) + "\x00"
	if home {
		prefix += "h"
	}
	switch s := v.shape.(type) {
	case *altShape:
		defer func(was bool) { ev.importDoubt = was }(ev.importDoubt)
		ev.importDoubt = ev.importDoubt || s.prop != merged
		for _, t := range s.alts {
			ev.load(ev.force(ev.adding(t, v.org)), base, home, from, parent) // a condition is one over all that the module defines
		}
	case *listShape:
		for _, t := range s.elems {
			at := from
			if t.expr != nil && from.file != nil {
				at.span = t.expr.Range()
			}
			ev.load(ev.force(t), base, home, at, parent)
		}
	case *closure:
		label := ev.instanceLabel(s)
		file := s.env.file
		key := prefix + file.Name + "\x00" + label + "\x00" + intText(int64(s.fn.Start))
		inline := parent != nil && file == parent.File
		if label == "" && !inline && s.env.up != nil {
			key += "\x00" + intText(int64(from.span.Start)) + from.file.Name
		}
		add(&Module{File: file, Instance: label, Base: base, Home: home, Inline: inline, Reachable: reach, Why: why, val: ready(v)}, key)
	case *builtin:
		// A file that still waits for arguments is no module.
	case *changedShape:
		ev.load(s.module(ev, base), base, home, from, parent)
	case *aliasShape:
		ev.Aliases = append(ev.Aliases, Renaming{ev.at(base, s.from...), ev.at(base, s.to...)})
	case *setShape:
		if name, ok := ev.insidePath(v); ok {
			ev.loadFile(name, base, home, from, parent, add, prefix)
			return
		}
		file, span := from.file, from.span
		for _, a := range s.attrs {
			if a.site.file != nil {
				file, span = a.site.file, a.site.span
				break
			}
		}
		if file == nil {
			return
		}
		inline := parent != nil && file == parent.File
		key := prefix + file.Name + "\x00{}" + intText(int64(span.Start))
		if !inline {
			key += "\x00" + intText(int64(from.span.Start)) + from.file.Name
		}
		add(&Module{File: file, Base: base, Home: home, Inline: inline, Reachable: reach, Why: why, val: ready(v)}, key)
	case *pathShape, *strShape:
		if name, ok := ev.insidePath(v); ok {
			ev.loadFile(name, base, home, from, parent, add, prefix)
			return
		}
		if p, ok := s.(*pathShape); ok {
			ev.noteImport(&Import{Site: from, To: p.s, External: true})
		} else {
			ev.noteImport(&Import{Site: from, To: strings.ReplaceAll(ev.asText(v), hole, "*"), External: true})
		}
	case nil:
		ev.noteImport(&Import{Site: from, External: true, To: ev.sourceText(from)})
	}
}

func (ev *Evaluator) sourceText(s site) string {
	if s.file == nil || s.span.Len() > 120 {
		return ""
	}
	return strings.Join(strings.Fields(s.file.Text(s.span)), " ")
}

func (ev *Evaluator) loadFile(name string, base *Path, home bool, from site, parent *Module, add func(*Module, string), prefix string) {
	if !known(name) {
		names := ev.matching(name)
		for _, n := range names {
			ev.loadFile(n, base, home, from, parent, add, prefix)
		}
		if len(names) == 0 {
			ev.noteImport(&Import{Site: from, Unknown: "the path is computed and not known from the text"})
		}
		return
	}
	to := ev.resolveFile(name)
	f := ev.host.File(to)
	imp := &Import{Site: from, To: to}
	if f == nil {
		imp.Missing = !ev.exists(to)
		imp.External = strings.HasPrefix(to, "../")
	}
	ev.noteImport(imp)
	if f == nil {
		return
	}
	reach, why := true, ""
	if parent != nil {
		reach, why = parent.Reachable, parent.File.Name
	}
	add(&Module{File: f, Base: base, Home: home, Reachable: reach, Why: why}, prefix+to)
}

// instanceLabel is what tells one call of a module-making function apart: its known text arguments, `name` first.
func (ev *Evaluator) instanceLabel(c *closure) string {
	best := ""
	for en := c.env; en != nil && en.set != nil; en = en.up {
		for i := range en.set.attrs {
			a := &en.set.attrs[i]
			if a.val.bind == nil || !a.val.bind.arg {
				continue
			}
			v := ev.force(a.val)
			if s, ok := v.shape.(*strShape); ok && known(s.s) && len(s.s) < 64 {
				if l := a.name + ` = "` + s.s + `"`; a.name == "name" || best == "" {
					best = l
				}
			}
		}
	}
	return best
}

// drain runs the queued modules: first imports and options of all, so that what is declared is known, then the definitions.
func (ev *Evaluator) drain() {
	for len(ev.queue) > 0 {
		var batch []*Module
		for len(ev.queue) > 0 {
			m := ev.queue[0]
			ev.queue = ev.queue[1:]
			ev.guard(m.File, func() { ev.open(m) })
			batch = append(batch, m)
		}
		for _, m := range batch {
			if by := ev.disabled[m.File.Name]; by != "" && !m.Inline {
				m.config, m.Reachable, m.Why = nil, false, by+" disables it"
			}
			ev.refuel(fuelPerModule)
			ev.guard(m.File, func() {
				for _, p := range m.config {
					ev.define(m, m.Base, p.val, p.ctl, site{m.File, m.File.Expr.Range()}, false, 0)
				}
			})
			m.config = nil
			if t := ev.files[m.File]; t != nil && t.state == 2 {
				ev.files[m.File] = ev.fileThunk(m.File) // should it be asked for again, it is evaluated again
			}
			ev.compact()
		}
	}
}

func (ev *Evaluator) compact() {
	// What was left before will hardly have been asked for since: only the newest part is looked at.
	fresh := slices.DeleteFunc(ev.pending[ev.settled:], func(t *thunk) bool {
		return t.state == 2 || t.expr != nil && t.env != nil && ev.marks(t.env.file)[t.expr.Range().Start]&visitedThunk != 0
	})
	ev.pending = ev.pending[:ev.settled+len(fresh)]
	ev.settled = len(ev.pending)
}

// open enters a module: its imports are queued, its options declared, its definitions kept for later.
func (ev *Evaluator) open(m *Module) {
	ev.refuel(fuelPerModule)
	var v Val
	if m.val != nil {
		v = ev.force(m.val)
	} else {
		v = ev.fileValue(m.File)
	}
	for range 3 {
		if !isFunction(v) {
			break
		}
		v = ev.apply(v, ev.argsOf(m), site{m.File, m.File.Expr.Range()})
	}
	m.val = nil
	ev.parts(m, v, nil)
	if m.Base == ev.at(ev.Config, FlakeParts) {
		ev.flakeModules = append(ev.flakeModules, m.config...)
	}
}

// notDefinitions are the attributes of a module that are no option definitions (Nixpkgs lib/modules.nix, unifyModuleSyntax).
var notDefinitions = []string{"imports", "options", "config", "_file", "key", "disabledModules", "_class", "freeformType", "meta"}

func (ev *Evaluator) parts(m *Module, v Val, ctl Origins) {
	switch s := v.shape.(type) {
	case *altShape:
		for _, t := range s.alts {
			ev.parts(m, ev.force(t), union(ctl, v.org))
		}
	case *pathShape:
		ev.load(v, m.Base, m.Home, site{m.File, m.File.Expr.Range()}, m)
	case *setShape:
		ctl = union(ctl, v.org)
		_, hasConfig := s.get("config")
		_, hasOptions := s.get("options")
		if im, ok := s.get("imports"); ok {
			at := im.site
			if at.file == nil {
				at.file = m.File
			}
			is := ev.force(im.val)
			if isRef(is) {
				ev.noteImport(&Import{Site: at, Unknown: "imports depend on config"})
			} else {
				ts, exact, _ := ev.elems(is)
				was := ev.importDoubt
				ev.importDoubt = !exact
				defer func() { ev.importDoubt = was }()
				for _, t := range ts {
					e := at
					if t.expr != nil && t.expr.Range().Start >= 0 {
						if t.env == nil || t.env.file == at.file {
							e.span = t.expr.Range()
						}
					}
					ev.load(ev.force(t), m.Base, m.Home, e, m)
				}
			}
		}
		if off, ok := s.get("disabledModules"); ok {
			ts, _, _ := ev.elems(ev.force(off.val))
			for _, t := range ts {
				if name, ok := ev.insidePath(ev.force(t)); ok && m.Reachable {
					ev.disabled[ev.resolveFile(name)] = m.File.Name
				}
			}
		}
		if o, ok := s.get("options"); ok {
			ev.options(m, m.Base, ev.force(o.val), o.site, 0)
		}
		if hasConfig || hasOptions {
			if c, ok := s.get("config"); ok {
				cv := ev.force(c.val)
				m.config = append(m.config, part{cv, ctl})
				ev.moduleArguments(m, cv)
			}
			return
		}
		bare := &setShape{base: s.base}
		for _, a := range s.attrs {
			if !slices.Contains(notDefinitions, a.name) {
				bare.add(a)
			}
		}
		bv := Val{shape: bare}
		m.config = append(m.config, part{bv, ctl})
		ev.moduleArguments(m, bv)
	}
}

// moduleArguments makes what `_module.args` defines known to every module, and what home-manager.extraSpecialArgs
// does to every home.
func (ev *Evaluator) moduleArguments(m *Module, v Val) {
	if alts, ok := v.shape.(*altShape); ok {
		for _, t := range alts.alts {
			ev.moduleArguments(m, ev.force(t))
		}
		return
	}
	s, ok := v.shape.(*setShape)
	if !ok {
		return
	}
	own := ev.special
	if m.Home {
		own = ev.homeSpecial
	}
	ev.pass(s, "_module", "args", own)
	if !m.Home {
		ev.pass(s, "home-manager", "extraSpecialArgs", ev.homeSpecial)
	}
}

// pass takes the arguments that s.group.name holds.
func (ev *Evaluator) pass(s *setShape, group, name string, to map[string]*thunk) {
	g, ok := s.get(group)
	if !ok {
		return
	}
	args := ev.sel(ev.force(g.val), name)
	if args.shape == nil || args.shape == missing {
		return
	}
	as, _, _ := ev.entries(args)
	for _, a := range as {
		if known(a.name) {
			to[a.name] = a.val
		}
	}
}
