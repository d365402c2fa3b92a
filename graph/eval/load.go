package eval

import (
	"slices"
	"strings"
)

// want turns what an imports list holds into the modules that it asks for (rule 9). by is the module that asks, nil for a call that
// makes a configuration; ctl is what decides over all that they define.
func (ev *Evaluator) want(v Val, from site, by *Module, ctl Origins) []wanted {
	switch s := v.shape.(type) {
	case *altShape:
		var out []wanted
		for _, t := range s.alts {
			out = append(out, ev.want(ev.force(ev.adding(t, v.org)), from, by, ctl)...) // a condition is one over all that the module defines
		}
		if s.prop != merged {
			for i := range out {
				out[i].doubt = true
			}
		}
		return out
	case *listShape:
		var out []wanted
		for _, t := range s.elems {
			out = append(out, ev.want(ev.force(t), elementAt(t, from), by, ctl)...)
		}
		return out
	case *closure:
		return []wanted{{source: source{s.env.file, v, ev.instanceLabel(s)}, from: from, by: by, ctl: ctl}}
	case *builtin:
		// A file that still waits for arguments is no module.
	case *changedShape:
		if by == nil {
			return nil
		}
		return ev.want(s.module(ev, by.Base), from, by, ctl)
	case *frameworkShape:
		if by != nil && by.conf.Class.Flake && !slices.Contains(by.conf.frameworks, s) {
			by.conf.frameworks = append(by.conf.frameworks, s)
			for _, name := range s.args {
				if by.conf.args[name] == nil {
					by.conf.args[name] = ready(Val{shape: &refShape{path: ev.child(by.conf.Base, name)}})
				}
			}
		}
		return nil
	case *laterShape:
		return ev.want(ev.force(s.t), from, by, ctl)
	case *aliasShape:
		return []wanted{{source: source{from.file, v, ""}, from: from, by: by, ctl: ctl}}
	case *setShape:
		if name, ok := ev.insidePath(v); ok {
			return ev.wantFile(name, from, by, ctl)
		}
		file := from.file
		for _, a := range s.attrs {
			if a.site.file != nil {
				file = a.site.file
				break
			}
		}
		if file == nil {
			return nil
		}
		return []wanted{{source: source{file, v, ""}, from: from, by: by, ctl: ctl, name: ev.moduleKey(s)}}
	case *refShape:
		return []wanted{{deferred: ready(v), source: source{file: from.file}, from: from, by: by, ctl: ctl}}
	case *pathShape, *strShape:
		if name, ok := ev.insidePath(v); ok {
			return ev.wantFile(name, from, by, ctl)
		}
		if p, ok := s.(*pathShape); ok {
			ev.noteImport(&Import{Site: from, To: p.s, External: true})
		} else {
			ev.noteImport(&Import{Site: from, To: strings.ReplaceAll(ev.asText(v), hole, "*"), External: true})
		}
	case nil:
		ev.noteImport(&Import{Site: from, External: true, To: ev.sourceText(from)})
	}
	return nil
}

// keyPrefix tells the keys that modules give themselves from the names of files.
const keyPrefix = "\x00key "

// moduleKey is the key that a module gives itself, "" if it has none (Nixpkgs lib/modules.nix, unifyModuleSyntax).
func (ev *Evaluator) moduleKey(s *setShape) string {
	k, ok := s.get("key")
	if !ok {
		return ""
	}
	v := ev.force(k.val)
	if name, ok := ev.insidePath(v); ok && known(name) {
		return keyPrefix + "/" + name
	}
	if t, ok := v.shape.(*strShape); ok && known(t.s) {
		return keyPrefix + t.s
	}
	return ""
}

// elementAt is the place of a list's element, where that is within the file of what holds the list.
func elementAt(t *thunk, from site) site {
	if t.expr != nil && t.env != nil && (from.file == nil || t.env.file == from.file) {
		return site{t.env.file, t.expr.Range()}
	}
	return from
}

// undefer finds the modules that an option holds and that another configuration imports, config.my.home.
func (ev *Evaluator) undefer(w wanted, c *Configuration) []wanted {
	if w.by != nil && w.by.Summary != nil {
		done := ev.into(w.by.Summary, w.by.conf)
		defer done()
	}
	v := ev.force(w.deferred)
	x, ok := ev.held(v)
	if !ok || isRef(x) {
		ev.noteImport(&Import{Site: w.from, Unknown: "imports depend on config"})
		return nil
	}
	return ev.want(x, w.from, w.by, union(w.ctl, x.org.atMost(Control)))
}

func (ev *Evaluator) sourceText(s site) string {
	if s.file == nil || s.span.Len() > 120 {
		return ""
	}
	return strings.Join(strings.Fields(s.file.Text(s.span)), " ")
}

func (ev *Evaluator) wantFile(name string, from site, by *Module, ctl Origins) []wanted {
	if !known(name) {
		var out []wanted
		names := ev.matching(name)
		for _, n := range names {
			out = append(out, ev.wantFile(n, from, by, ctl)...)
		}
		for i := range out {
			out[i].doubt = len(names) > 1 // it is one of them, and which is not known
		}
		if len(names) == 0 {
			ev.noteImport(&Import{Site: from, Unknown: "the path is computed and not known from the text"})
		}
		return out
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
		return nil
	}
	return []wanted{{source: source{file: f}, from: from, by: by, ctl: ctl}}
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

func (ev *Evaluator) compact() {
	// What was left before will hardly have been asked for since: only the newest part is looked at.
	fresh := slices.DeleteFunc(ev.pending[ev.settled:], func(t *thunk) bool {
		return t.state == 2 || t.expr != nil && t.env != nil && ev.marks(t.env.file)[t.expr.Range().Start]&visitedThunk != 0
	})
	ev.pending = ev.pending[:ev.settled+len(fresh)]
	ev.settled = len(ev.pending)
}

// openModules enters the modules of a summary: what they import is taken up, what they declare is declared, what they define is kept
// for when all is declared.
func (ev *Evaluator) openModules(s *Summary) {
	for i := 0; i < len(s.modules); i++ {
		if i > maxSameSource {
			ev.limit(s.File, s.File.Expr.Range(), tooManyModules)
			return
		}
		m := s.modules[i]
		ev.refuel(fuelPerModule)
		var v Val
		if m.source.val.shape != nil {
			v = m.source.val
		} else {
			v = ev.fileValue(m.File)
		}
		for range 3 {
			if s, later := v.shape.(*laterShape); later {
				v = ev.force(s.t)
			}
			if !isFunction(v) {
				break
			}
			v = ev.apply(v, ev.argsOf(m), site{m.File, m.File.Expr.Range()})
		}
		ev.parts(m, v, nil)
	}
}

// imports takes up what a module imports: what it writes inline is part of its own summary, anything else has one of its own.
func (ev *Evaluator) imports(m *Module, v Val, from site, certain bool) {
	s := ev.cur
	for _, w := range ev.want(v, from, m, m.ctl) {
		w.doubt = w.doubt || !certain || m.Doubt
		if a, ok := w.val.shape.(*aliasShape); ok {
			ev.Aliases = append(ev.Aliases, Renaming{From: ev.at(m.Base, a.from...), To: ev.at(m.Base, a.to...), module: m, at: w.from})
			continue
		}
		if w.deferred == nil && w.name == "" && ev.ownedBy(w.val, s) {
			key := ev.keyOf(w, m.conf)
			if !slices.ContainsFunc(s.modules, func(o *Module) bool { return o.key == key }) {
				ev.module(w, m.conf)
			}
			continue
		}
		s.children = append(s.children, w)
	}
}

// ownedBy says whether a function or set was made while a summary was followed, so that it may hold what is known there only.
func (ev *Evaluator) ownedBy(v Val, s *Summary) bool {
	switch x := v.shape.(type) {
	case *closure:
		return x.env.of == s.id
	case *setShape:
		return x.of == 0 || x.of == s.id
	}
	return false
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
		ev.imports(m, v, site{m.File, m.File.Expr.Range()}, true)
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
			if r, ok := is.shape.(*refShape); ok && !m.conf.Class.Home && m.conf.Parent == nil && r.path.Root == m.Base.Root {
				ev.noteImport(&Import{Site: at, Unknown: "imports depend on config"})
			} else if ok {
				ev.imports(m, is, at, true)
			} else {
				ts, exact, _ := ev.elems(is)
				for _, t := range ts {
					if exact && t.expr == nil {
						ev.pick(m, ev.force(t), at)
					}
					ev.imports(m, ev.force(t), elementAt(t, at), exact)
				}
			}
		}
		if off, ok := s.get("disabledModules"); ok {
			ts, _, _ := ev.elems(ev.force(off.val))
			for _, t := range ts {
				off := ev.force(t)
				if name, ok := ev.insidePath(off); ok {
					ev.cur.disables = append(ev.cur.disables, ev.resolveFile(name))
					continue
				}
				if s, ok := off.shape.(*setShape); ok {
					if name := ev.moduleKey(s); name != "" {
						ev.cur.disables = append(ev.cur.disables, name)
					}
				}
			}
		}
		if o, ok := s.get("options"); ok {
			ev.options(m, m.Base, ev.force(o.val), o.site, 0)
		}
		if hasConfig || hasOptions {
			if c, ok := s.get("config"); ok {
				cv := ev.handedOn(c.val, ev.force(c.val))
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
	ev.pass(s, "_module", "args", false)
	if !m.Home {
		ev.pass(s, "home-manager", "extraSpecialArgs", true)
	}
}

// pass takes the arguments that s.group.name holds.
func (ev *Evaluator) pass(s *setShape, group, name string, homes bool) {
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
			ev.passedAt[a.val] = a.site
			ev.cur.passes = append(ev.cur.passes, passed{a.name, a.val, homes})
		}
	}
}
