package eval

import (
	"cmp"
	"context"
	"path"
	"slices"
	"strings"

	"nixsink/parse"
)

// Module is one module of the configuration: a file, a set written inline, or one call of a function that makes modules.
type Module struct {
	File      *parse.File
	Instance  string // what tells this call of a factory apart, "" for the file itself
	Base      *Path  // what `config` is in it
	Home      bool   // a home-manager module
	Inline    bool   // written inside another module
	Reachable bool
	Why       string

	val    *thunk
	config []part
}

// part is a piece of a module's definitions with what decides over it.
type part struct {
	val Val
	ctl Origins
}

// Definition is one definition of an option: a leaf of a module's config, or the names of a set in it.
type Definition struct {
	Module      *Module
	Path        *Path
	File        *parse.File
	Span        parse.Span
	origins     Origins
	Names       bool // the origins are those of the attribute names below Path
	Conditional bool
	Default     bool  // an option's default
	Apply       bool  // an option's apply function
	Copies      *Path // the value is what an option holds, as it is: what is below that option lands below Path; nil if it is not
	Value       any   // what is known of its value: string, int64, float64, bool, nil, []any, map[string]any
	Known       bool  // Value is all of it, and comes from no option
}

// Derived says whether a definition comes from options at all.
func (d *Definition) Derived() bool { return len(d.origins) > 0 }

// Decided says whether a condition decides over the definition.
func (d *Definition) Decided() bool { return d.origins.has(Control) }

// Declaration is one option declaration.
type Declaration struct {
	Module      *Module
	Path        *Path
	File        *parse.File
	Span        parse.Span // the mkOption call
	Type        string
	Kind        string // innermost known type name: "port", "str", "submodule"
	Default     string
	DefaultSpan parse.Span
	Description string
	Registry    bool // attrsOf: members are values
	Open        bool // members have structure of their own (attrsOf anything, freeform)
	Nested      bool // a submodule: its fields are declared below

	nullable       bool // null is a value of the type
	memberNullable bool // null is a value of the type of a registry's members
}

// Renaming says that an option stands for another one: mkAliasOptionModule, mkRenamedOptionModule.
type Renaming struct{ From, To *Path }

type aliasShape struct{ from, to []string }

// resolveAliases lets every path speak of the option that it stands for.
func (ev *Evaluator) resolveAliases() {
	if len(ev.Aliases) == 0 {
		return
	}
	stands := map[*Path]*Path{}
	for _, a := range ev.Aliases {
		stands[a.From] = a.To
	}
	cache := map[*Path]*Path{}
	var resolve func(p *Path) *Path
	resolve = func(p *Path) *Path {
		if r := cache[p]; r != nil {
			return r
		}
		r := p
		if to := stands[p]; to != nil {
			r = to
		} else if p.Parent != nil {
			if up := resolve(p.Parent); up != p.Parent {
				r = ev.child(up, p.Name)
			}
		}
		cache[p] = r
		return r
	}
	for _, d := range ev.Definitions {
		d.Path = resolve(d.Path)
		for i, o := range d.origins {
			d.origins[i].rank = resolve(ev.pathOf[o.rank>>1]).id<<1 | o.rank&1
		}
	}
	for _, r := range ev.Reads {
		r.Path = resolve(r.Path)
	}
}

// moduleArgs answers for the arguments of a module that are not known when it is entered.
type moduleArgs struct{ m *Module }

func (ev *Evaluator) argument(m *Module, name string) Val {
	if r := ev.argRoots[name]; r != nil {
		return Val{shape: &refShape{path: r}}
	}
	special := ev.special
	if m.Home {
		special = ev.homeSpecial
		switch name {
		case "osConfig", "nixosConfig", "darwinConfig":
			return Val{shape: &refShape{path: ev.Config}}
		}
	}
	switch name {
	case "config":
		return Val{shape: &refShape{path: m.Base}}
	case "lib":
		if t := special["lib"]; t != nil {
			if v := ev.force(t); v.shape != nil && !isRef(v) {
				return v // what an option holds as lib is nixpkgs' lib, or one like it
			}
		}
		return Val{shape: &libShape{"lib"}}
	case "pkgs":
		return Val{shape: &libShape{"pkgs"}}
	}
	// A flake-parts module gets the flake itself, also where it passes it on to a system's modules under the same name.
	if t := special[name]; t != nil && !((name == "self" || name == "inputs") && m.Base == ev.at(ev.Config, FlakeParts)) {
		return ev.force(t)
	}
	switch name {
	case "self":
		return ev.flakeSelf
	case "inputs":
		return ev.flakeInputs
	}
	return Val{}
}

// argsOf is the argument set that the module system passes to m.
func (ev *Evaluator) argsOf(m *Module) *thunk {
	return ready(Val{shape: &setShape{base: &Val{shape: &moduleArgs{m}}}})
}

// load queues what an imports list holds as modules (rule 9).
func (ev *Evaluator) load(v Val, base *Path, home bool, from site, parent *Module) {
	reach, why := true, ""
	if parent != nil {
		reach, why = parent.Reachable, parent.File.Name
	}
	add := func(m *Module, key string) {
		if old := ev.instances[key]; old != nil {
			old.Reachable = old.Reachable || m.Reachable
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
		for _, t := range s.alts {
			ev.load(ev.force(t), base, home, from, parent)
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
			ev.open(m)
			batch = append(batch, m)
		}
		for _, m := range batch {
			if by := ev.disabled[m.File.Name]; by != "" && !m.Inline {
				m.config, m.Reachable, m.Why = nil, false, by+" disables it"
			}
			ev.refuel(fuelPerModule)
			for _, p := range m.config {
				ev.define(m, m.Base, p.val, p.ctl, site{m.File, m.File.Expr.Range()}, false, 0)
			}
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
		if _, ok := v.shape.(*closure); !ok {
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
				ts, _, _ := ev.elems(is)
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

const maxOptionDepth = 40

// options declares what a set of options holds (rule 10).
func (ev *Evaluator) options(m *Module, p *Path, v Val, at site, depth int) {
	if depth > maxOptionDepth || ev.spent(at) {
		return
	}
	switch s := v.shape.(type) {
	case *altShape:
		for _, t := range s.alts {
			ev.options(m, p, ev.force(t), at, depth+1)
		}
	case *optShape:
		ev.declare(m, p, s, at, depth)
	case nil:
		// What a function that is not known makes under a namespace is an option of which nothing more is known.
		if p.Len() >= m.Base.Len()+2 && at.file != nil {
			ev.declare(m, p, &optShape{args: ready(v), at: at}, at, depth)
		}
	case *setShape:
		if s.base != nil && s.base.shape == nil && describesOption(s) && at.file != nil {
			// What a function that is not known made of an option, with some of it replaced.
			ev.declare(m, p, &optShape{args: ready(v), at: at}, at, depth)
			return
		}
		for i := range s.attrs {
			a := &s.attrs[i]
			ev.options(m, ev.child(p, a.name), ev.force(a.val), cmp.Or(a.site, at), depth+1)
		}
		if s.base != nil {
			ev.options(m, p, *s.base, at, depth+1)
		}
	}
}

// describesOption says whether a set has the attributes of mkOption's argument rather than options of those names.
func describesOption(s *setShape) bool {
	for _, name := range []string{"default", "type", "description"} {
		if a, ok := s.get(name); ok {
			if _, option := a.val.val.shape.(*optShape); !option {
				return true
			}
		}
	}
	return false
}

func exprText(a *attr) (string, parse.Span) {
	if a.val.expr != nil && a.site.file != nil {
		sp := a.val.expr.Range()
		return a.site.file.Text(sp), sp
	}
	if a.site.file != nil {
		for _, sep := range []string{"="} {
			t := a.site.file.Text(a.site.span)
			if i := strings.Index(t, sep); i >= 0 && strings.HasSuffix(t, ";") {
				raw := t[i+1 : len(t)-1]
				lead := len(raw) - len(strings.TrimLeft(raw, " \t\r\n"))
				text := strings.TrimSpace(raw)
				start := a.site.span.Start + int32(i+1+lead)
				return text, parse.Span{Start: start, End: start + int32(len(text))}
			}
		}
	}
	return "", parse.Span{}
}

// declare takes up an option. One that a helper makes (port = mkPort 22) is declared where it is bound: the helper's mkOption is many's.
func (ev *Evaluator) declare(m *Module, p *Path, o *optShape, at site, depth int) {
	d := &Declaration{Module: m, Path: p, File: m.File}
	args := ev.force(o.args)
	set, _ := args.shape.(*setShape)
	if o.over != nil {
		over := ev.force(o.over)
		if set != nil {
			over = ev.update(args, over)
		}
		set, _ = over.shape.(*setShape)
	}
	d.File, d.Span = o.site().file, o.site().span
	if at.file != nil && !(at.file == d.File && at.span.Contains(d.Span)) {
		d.File, d.Span = at.file, at.span
	}
	if d.File == nil {
		d.File = m.File
	}
	ev.Declarations = append(ev.Declarations, d)
	p.isOption = true
	p.decl = d
	for q := p; q != nil && !q.declared; q = q.Parent {
		q.declared = true
	}
	switch o.kind {
	case "mkEnableOption":
		d.Type, d.Kind, d.Default = "bool", "bool", "false"
		d.Description = ev.asText(args)
	case "mkPackageOption":
		d.Type, d.Kind = "package", "package"
	}
	if set == nil {
		return
	}
	if t, ok := set.get("type"); ok {
		d.Type, _ = exprText(t)
		ev.typed(m, p, d, ev.force(t.val), depth)
	}
	if t, ok := set.get("description"); ok {
		v := ev.force(t.val)
		d.Description = strings.TrimSpace(strings.ReplaceAll(ev.asText(v), hole, "…"))
		if d.Description == "…" {
			d.Description = ""
		}
	}
	if t, ok := set.get("default"); ok {
		d.Default, d.DefaultSpan = exprText(t)
		at := t.site
		if at.file == nil {
			at = o.site()
		}
		ev.define(m, p, ev.force(t.val), args.org, at, true, 0)
	}
	if t, ok := set.get("apply"); ok {
		at := t.site
		if at.file == nil {
			at = o.site()
		}
		if org := ev.deep(ev.apply(ev.force(t.val), ready(Val{}), at)); len(org) > 0 {
			ev.Definitions = append(ev.Definitions, &Definition{Module: m, Path: p, File: at.file, Span: at.span, origins: org, Default: true, Apply: true})
		}
	}
}

// typed follows an option's type to registries and submodules (rule 11).
func (ev *Evaluator) typed(m *Module, p *Path, d *Declaration, t Val, depth int) {
	for range 8 {
		s, ok := t.shape.(*typeShape)
		if !ok {
			if a, ok := t.shape.(*altShape); ok && len(a.alts) > 0 {
				t = ev.force(a.alts[0])
				continue
			}
			return
		}
		switch s.name {
		case "nullOr", "uniq":
			d.nullable = d.nullable || s.name == "nullOr" && !d.Registry
			d.memberNullable = d.memberNullable || s.name == "nullOr" && d.Registry
			t = ev.force(s.elem)
			continue
		case "attrsOf", "lazyAttrsOf", "loaOf", "dagOf":
			d.Registry = true
			p = ev.child(p, hole)
			t = ev.force(s.elem)
			if e, ok := t.shape.(*typeShape); ok {
				switch e.name {
				case "anything", "attrs", "unspecified", "raw", "attrsOf", "lazyAttrsOf":
					d.Open = true
				}
			} else {
				d.Open = true
			}
			p.declared = true
			if e, ok := t.shape.(*typeShape); !ok || e.name != "submodule" && e.name != "submoduleWith" {
				p.isOption = true
			}
			continue
		case "submodule", "submoduleWith", "attrTag":
			d.Kind = "submodule"
			d.Nested = true
			mod := ev.force(s.elem)
			if s.name == "submoduleWith" {
				mod = ev.orUnknown(ev.sel(mod, "modules"))
			}
			if s.name == "attrTag" {
				ev.options(m, p, mod, site{d.File, d.Span}, depth+1)
				return
			}
			ev.submodule(m, p, d, mod, depth+1)
			return
		case "listOf", "nonEmptyListOf", "functionTo":
			d.Kind = s.name
			ev.unlisted(m, s.elem, depth)
			return
		default:
			d.Kind = s.name
			return
		}
	}
}

// unlisted enters the submodules below a listOf, where a path stops: their own config is not the system's.
func (ev *Evaluator) unlisted(m *Module, elem *thunk, depth int) {
	if elem == nil || depth > maxOptionDepth {
		return
	}
	t, ok := ev.force(elem).shape.(*typeShape)
	if !ok || t.elem == nil {
		return
	}
	if t.name != "submodule" {
		ev.unlisted(m, t.elem, depth+1)
		return
	}
	if mod := ev.force(t.elem); mod.shape != nil {
		if _, ok := mod.shape.(*closure); ok {
			args := &setShape{base: &Val{shape: &moduleArgs{m}}}
			args.add(attr{name: "config", val: ready(Val{})})
			args.add(attr{name: "name", val: ready(Val{})})
			mod = ev.apply(mod, ready(Val{shape: args}), site{m.File, m.File.Expr.Range()})
		}
	}
}

// instanceArgs are the arguments of a submodule's function: config is the instance (rule 11).
func (ev *Evaluator) instanceArgs(m *Module, p *Path, name Val) *thunk {
	args := &setShape{base: &Val{shape: &moduleArgs{m}}}
	args.add(attr{name: "config", val: ready(Val{shape: &refShape{path: p}})})
	args.add(attr{name: "name", val: ready(name)})
	args.add(attr{name: "options", val: ready(Val{})})
	return ready(Val{shape: args})
}

func (ev *Evaluator) submodule(m *Module, p *Path, d *Declaration, v Val, depth int) {
	if depth > maxOptionDepth {
		return
	}
	at := site{d.File, d.Span}
	switch s := v.shape.(type) {
	case *altShape:
		for _, t := range s.alts {
			ev.submodule(m, p, d, ev.force(t), depth+1)
		}
		return
	case *listShape:
		for _, t := range s.elems {
			ev.submodule(m, p, d, ev.force(t), depth+1)
		}
		return
	case *pathShape:
		if f := ev.host.File(ev.resolveFile(s.s)); s.inside && known(s.s) && f != nil {
			ev.noteImport(&Import{Site: at, To: f.Name})
			ev.submodule(m, p, d, ev.fileValue(f), depth+1)
		}
		return
	case *closure:
		name := Val{}
		if p.Name == hole {
			name = str(hole).with(Origins{from(p.Parent, true, nil)})
		} else {
			name = str(p.Name)
		}
		v = ev.apply(v, ev.instanceArgs(m, p, name), at)
	}
	s, ok := v.shape.(*setShape)
	if !ok {
		return
	}
	if o, ok := s.get("options"); ok {
		ev.options(m, p, ev.force(o.val), o.site, depth+1)
	}
	if _, ok := s.get("freeformType"); ok {
		d.Open = true
	}
	if im, ok := s.get("imports"); ok {
		ev.submodule(m, p, d, ev.force(im.val), depth+1)
	}
	if c, ok := s.get("config"); ok {
		ev.define(m, p, ev.force(c.val), v.org, c.site, false, 0)
	} else if _, ok := s.get("options"); !ok {
		ev.define(m, p, v, nil, at, false, 0)
	}
}

func (o *optShape) site() site { return o.at }

const maxDefinitionDepth = 60

// define records what a value defines at p and below (rule 12). ctl is what decides over it.
func (ev *Evaluator) define(m *Module, p *Path, v Val, ctl Origins, at site, dflt bool, depth int) {
	if at.file == nil {
		at = site{m.File, m.File.Expr.Range()}
	}
	if v.shape == missing {
		return
	}
	if base, home, ok := ev.modulePoint(p, m); ok && !dflt && p != m.Base {
		switch v.shape.(type) {
		case *altShape:
		default:
			ev.load(v, base, home, at, m)
			return
		}
	}
	if depth < maxDefinitionDepth && !ev.spent(at) {
		switch s := v.shape.(type) {
		case *altShape:
			acc := union(ctl, v.org)
			for _, t := range s.alts {
				ev.define(m, p, ev.force(t), acc, at, dflt, depth+1)
			}
			return
		case *setShape:
			if _, ok := s.get("outPath"); ok {
				break
			}
			if p.Parent != nil && p.Parent.Parent == nil && p.Name == "_module" {
				return
			}
			acc := union(ctl, v.org)
			var keys Origins
			for i := range s.attrs {
				keys = union(keys, s.attrs[i].key)
			}
			if len(keys) > 0 {
				keys = keys.atMost(Key)
				ev.Definitions = append(ev.Definitions, &Definition{Module: m, Path: p, File: at.file, Span: at.span, origins: union(keys, acc.only(Control)), Names: true, Default: dflt, Conditional: len(acc) > 0})
			}
			for i := range s.attrs {
				a := s.attrs[i]
				where := a.site
				if where.file == nil {
					where = at
				}
				c := acc.withoutNames(a.key)
				if ks := a.key.only(Control); len(ks) > 0 {
					c = union(c, ks)
				}
				ev.define(m, ev.child(p, a.name), ev.force(a.val), c, where, dflt, depth+1)
			}
			if s.base != nil && (s.base.shape != nil || len(s.base.org) > 0) {
				ev.define(m, p, *s.base, acc, at, dflt, depth+1)
			}
			if len(s.attrs) > 0 || s.base != nil {
				return
			}
		case *closure:
			if submoduleFunction(s.fn) && p != m.Base {
				ev.define(m, p, ev.apply(v, ev.instanceArgs(m, p, str(p.Name)), at), ctl, at, dflt, depth+1)
				return
			}
		case *refShape:
			if s.path == p {
				return // inherit (config) x at its own place
			}
			if _, ok := ev.group(s.path); ok {
				as, _, _ := ev.entries(v)
				for _, a := range as {
					ev.define(m, ev.child(p, a.name), ev.force(a.val), union(ctl, v.org), at, dflt, depth+1)
				}
				return
			}
		}
	}
	if ev.isWholeConfig(v) {
		if m.Base != ev.at(ev.Config, FlakeParts) {
			ev.escape(at)
		}
		return
	}
	if p == m.Base {
		return // a module that is not understood as a set: nothing is known to be defined
	}
	d := &Definition{Module: m, Path: p, File: at.file, Span: at.span, origins: union(ctl, ev.deep(v)), Default: dflt, Conditional: len(ctl) > 0}
	if r, ok := v.shape.(*refShape); ok {
		d.Copies = r.path
	}
	ev.handsOver(v, at)
	d.Value, d.Known = ev.literal(v, 0)
	d.Known = d.Known && !d.origins.has(Data)
	if !d.Known {
		// What recursion over something unknown defines again and again is one definition.
		key := definedKey{p, at.file, at.span, d.Conditional, dflt}
		if old := ev.defined[key]; old != nil && old.Module == m && slices.Equal(old.origins, d.origins) && old.Copies == d.Copies {
			return
		}
		ev.defined[key] = d
	}
	ev.Definitions = append(ev.Definitions, d)
}

type definedKey struct {
	path              *Path
	file              *parse.File
	span              parse.Span
	conditional, dflt bool
}

// handsOver notes the Nix files whose paths a definition holds: whoever reads the option may import them.
func (ev *Evaluator) handsOver(v Val, at site) {
	switch s := v.shape.(type) {
	case *listShape:
		for _, t := range s.elems {
			x := ev.force(t)
			if _, path := x.shape.(*pathShape); path {
				ev.handsOver(x, at)
			}
		}
	case *pathShape:
		if s.inside && known(s.s) {
			if to := ev.resolveFile(s.s); ev.host.File(to) != nil {
				ev.Handed = append(ev.Handed, &Import{Site: at, To: to})
			}
		}
	}
}

// submoduleFunction says that a function takes a module's arguments.
func submoduleFunction(f *parse.Lambda) bool {
	if f.Formals == nil {
		return false
	}
	for i := range f.Formals.List {
		switch f.Formals.List[i].Name {
		case "config", "name", "options", "lib", "pkgs":
			return f.Formals.Ellipsis
		}
	}
	return f.Formals.Ellipsis && len(f.Formals.List) == 0
}

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

// system is nixosSystem, darwinSystem, homeManagerConfiguration or evalModules: what it is given are modules.
func (ev *Evaluator) system(name string, v Val, at site) Val {
	for _, arg := range []string{"specialArgs", "extraSpecialArgs"} {
		as := ev.sel(v, arg)
		if as.shape == nil || as.shape == missing {
			continue
		}
		es, _, _ := ev.entries(as)
		for _, a := range es {
			if known(a.name) {
				ev.special[a.name] = ev.oneOf(ev.special[a.name], a.val)
			}
		}
	}
	base := ev.Config
	if name == "homeManagerConfiguration" {
		base = ev.at(ev.Config, StandaloneHome)
	}
	root := &Module{File: at.file, Reachable: true}
	if ms := ev.sel(v, "modules"); ms.shape != nil && ms.shape != missing {
		ts, _, _ := ev.elems(ms)
		for _, t := range ts {
			e := at
			if t.expr != nil && (t.env == nil || t.env.file == at.file) {
				e.span = t.expr.Range()
			}
			ev.load(ev.force(t), base, false, e, root)
		}
	}
	out := &setShape{base: &Val{}}
	out.add(attr{name: "config", val: ready(Val{shape: &refShape{path: base}})})
	return Val{shape: out}
}

// oneOf is what two systems pass under the same name: their modules are followed once, for both. Of sets and functions the first
// one stands for all, since systems mostly build the same ones anew.
func (ev *Evaluator) oneOf(a, b *thunk) *thunk {
	if a == nil || a == b {
		return b
	}
	return lazily(func() Val {
		x := ev.force(a)
		if !plain(x) {
			return x
		}
		y := ev.force(b)
		same := func(t *thunk) bool { eq, ok := ev.equal(ev.force(t), y); return eq && ok }
		if alts, ok := x.shape.(*altShape); !plain(y) || same(a) || ok && slices.ContainsFunc(alts.alts, same) {
			return x
		}
		return ev.join(x, y)
	})
}

// plain says that a value is a scalar, or one of several.
func plain(v Val) bool {
	switch s := v.shape.(type) {
	case *strShape, *intShape, *floatShape, *boolShape, *nullShape, *pathShape:
		return true
	case *altShape:
		return len(s.alts) > 0 && s.alts[0].state == 2 && plain(s.alts[0].val)
	}
	return false
}

// Run evaluates the tree: from the entries first, then what they do not reach, then whatever code nobody asked for,
// since a read counts wherever it stands.
func (ev *Evaluator) Run(ctx context.Context, entries []string, files []*parse.File) {
	ev.ctx = ctx
	for _, e := range entries {
		f := ev.host.File(e)
		if f == nil {
			continue
		}
		if path.Base(e) == "flake.nix" {
			ev.flake(f)
		} else {
			ev.loadEntry(f)
		}
		ev.drain()
	}
	around := ev.neighbours()
	for _, f := range files {
		if ev.files[f] == nil && looksLikeModule(f) {
			base, home := around.of(f.Name)
			switch {
			case home || hasFormal(f, "osConfig") || hasFormal(f, "nixosConfig"):
				base, home = ev.anyHome(), true
			case base == nil:
				base = ev.Config
			}
			m := &Module{File: f, Base: base, Home: home, Why: "no entry point imports it"}
			ev.instances[intText(int64(base.id))+"\x00"+f.Name] = m
			ev.queue = append(ev.queue, m)
			ev.Modules = append(ev.Modules, m)
			ev.drain()
		}
	}
	for _, f := range files {
		if ev.files[f] == nil {
			ev.refuel(fuelPerModule)
			ev.fileValue(f)
		}
	}
	for arg, p := range ev.argRoots {
		if t := ev.special[arg]; t != nil {
			ev.refuel(fuelPerModule)
			ev.define(&Module{File: files[0], Base: nil, Reachable: true}, p, ev.force(t), nil, site{files[0], parse.Span{}}, false, 0)
		}
	}
	ev.sweep()
	ev.resolveAliases()
	slices.SortStableFunc(ev.Reads, func(a, b *Read) int {
		return cmp.Or(cmp.Compare(a.File.Name, b.File.Name), cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Span.End, b.Span.End))
	})
}

// neighbourhood tells by folder whose modules are in it and below.
type neighbourhood map[string]*neighbour

type neighbour struct {
	base  *Path
	home  bool
	mixed bool // they are not all of one kind
}

// neighbours looks at the modules that were loaded so far.
func (ev *Evaluator) neighbours() neighbourhood {
	all := neighbourhood{}
	standalone := ev.at(ev.Config, StandaloneHome)
	for _, m := range ev.Modules {
		n := neighbour{base: ev.Config, home: m.Home}
		if m.Base == standalone {
			n.base = standalone
		}
		for dir := path.Dir(m.File.Name); dir != "."; dir = path.Dir(dir) {
			if old := all[dir]; old == nil {
				all[dir] = &neighbour{n.base, n.home, false}
			} else if old.base != n.base || old.home != n.home {
				old.mixed = true
			}
		}
	}
	return all
}

// of guesses what a module that nothing imports belongs to: what those around it do, if they agree.
func (all neighbourhood) of(file string) (base *Path, home bool) {
	for dir := path.Dir(file); dir != "."; dir = path.Dir(dir) {
		if n := all[dir]; n != nil {
			if n.mixed {
				return nil, false
			}
			return n.base, n.home
		}
	}
	return nil, false
}

// PassedSets are the module arguments that hold sets of plain values: what a flake passes as specialArgs in place of
// options. Flake inputs, packages and libraries are none.
func (ev *Evaluator) PassedSets() []string {
	var names []string
	for name, t := range ev.special {
		v := ev.force(t)
		s, ok := v.shape.(*setShape)
		if !ok || s.base != nil || len(s.attrs) == 0 || name == "inputs" || name == "self" || name == "lib" || name == "outputs" {
			continue
		}
		if x, _ := ev.literal(v, 0); plainData(x) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
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

func (ev *Evaluator) loadEntry(f *parse.File) {
	key := intText(int64(ev.Config.id)) + "\x00" + f.Name
	if ev.instances[key] != nil {
		return
	}
	m := &Module{File: f, Base: ev.Config, Reachable: true, Why: "entry point"}
	ev.instances[key] = m
	ev.queue = append(ev.queue, m)
	ev.Modules = append(ev.Modules, m)
}

// flake evaluates a flake's outputs; the systems that they build are found on the way.
func (ev *Evaluator) flake(f *parse.File) {
	ev.refuel(fuelPerModule)
	v := ev.fileValue(f)
	out := ev.sel(v, "outputs")
	dir := path.Dir(f.Name)
	if dir == "." {
		dir = ""
	}
	var result *thunk
	self := &setShape{base: &Val{}}
	inputs := &setShape{base: &Val{}}
	result = lazily(func() Val {
		return ev.apply(out, ready(Val{shape: inputs}), site{f, f.Expr.Range()})
	})
	self.add(attr{name: "outPath", val: ready(str(SelfPrefix + "/" + dir))})
	selfVal := lazily(func() Val {
		r := ev.force(result)
		if len(ev.flakeModules) > 0 || ev.flakePartsUsed {
			return Val{shape: &flakeShape{}}
		}
		if s, ok := r.shape.(*setShape); ok {
			c := &setShape{base: s.base, attrs: slices.Concat(self.attrs, s.attrs)}
			return Val{shape: c}
		}
		return Val{shape: self}
	})
	if in := ev.sel(v, "inputs"); in.shape != nil && in.shape != missing {
		as, _, _ := ev.entries(in)
		for _, a := range as {
			if a.name == "self" {
				continue
			}
			in := Val{}
			if a.name == "import-tree" {
				in = ev.libFunction(a.name)
			}
			inputs.add(attr{name: a.name, val: ready(in)})
		}
	}
	inputs.add(attr{name: "self", val: lazily(func() Val {
		// While the outputs are still being computed, self is at least its own path.
		if result.state == 1 {
			return Val{shape: &setShape{attrs: self.attrs, base: &Val{shape: &laterShape{selfVal}}}}
		}
		return ev.force(selfVal)
	})})
	if s, ok := inputs.get("self"); ok {
		t := s.val
		ev.flakeSelf = Val{shape: &laterShape{t}}
	}
	ev.flakeInputs = Val{shape: inputs}
	ev.outputs(ev.force(result), site{f, f.Expr.Range()})
	ev.drain()
	ev.exported(ev.force(result), f)
	ev.drain()
}

// fuelForBuilds bounds the evaluation of all that a flake makes for every platform together: systems hide there as well, but mostly it
// only tests the modules over and over.
const fuelForBuilds = 100_000

// outputs goes through what a flake gives, for the systems that are built on the way: first what it gives once, then what it makes
// for every platform (packages, checks). What one function makes for all of them is gone through once, for a platform that is not known.
func (ev *Evaluator) outputs(v Val, at site) {
	s, ok := v.shape.(*setShape)
	if !ok {
		ev.deep(v)
		return
	}
	var builds []*setShape
	for i := range s.attrs {
		out := ev.force(s.attrs[i].val)
		if each, ok := out.shape.(*setShape); ok && len(each.attrs) > 0 && !slices.ContainsFunc(each.attrs, func(a attr) bool { return !platform(a.name) }) {
			builds = append(builds, each)
			continue
		}
		ev.deep(out)
	}
	if s.base != nil {
		ev.deep(*s.base)
	}
	ev.refuel(fuelForBuilds)
	for _, each := range builds {
		var over *thunk
		for _, a := range each.attrs {
			if t := a.val; t.state == 2 || t.fn == nil || t.of == nil {
				ev.deep(ev.force(t))
			} else if t.of != over {
				every := ev.apply(ev.force(t.of), ready(str(hole)), at)
				if _, more := every.shape.(*closure); more {
					ev.deep(ev.force(t)) // not a function of the platform alone
					continue
				}
				over = t.of
				ev.deep(every)
			}
		}
		if each.base != nil {
			ev.deep(*each.base)
		}
	}
}

// platform says whether a name is that of a system type, x86_64-linux (Nix manual, system).
func platform(name string) bool {
	cpu, os, ok := strings.Cut(name, "-")
	if !ok || os != "linux" && os != "darwin" && os != "freebsd" {
		return false
	}
	switch cpu {
	case "x86_64", "aarch64", "i686", "armv6l", "armv7l", "riscv64", "powerpc64", "powerpc64le":
		return true
	}
	return false
}

// exported loads the modules that a flake gives to others as functions, nixosModules.wiki = import ./wiki.nix, and that none of its own
// systems takes. Those that it gives as paths are files that nothing imports, and are looked at as such.
func (ev *Evaluator) exported(out Val, f *parse.File) {
	taken := map[*parse.File]bool{}
	for _, m := range ev.Modules {
		taken[m.File] = true
	}
	home := ev.anyHome()
	for _, o := range []struct {
		name string
		base *Path
	}{{"nixosModules", ev.Config}, {"darwinModules", ev.Config}, {"homeModules", home}, {"homeManagerModules", home}} {
		set := ev.sel(out, o.name)
		if set.shape == nil || set.shape == missing {
			continue
		}
		as, _, _ := ev.entries(set)
		for _, a := range as {
			v := ev.force(a.val)
			if c, ok := v.shape.(*closure); ok && c.env.file != f && !taken[c.env.file] {
				ev.load(v, o.base, o.base == home, site{f, f.Expr.Range()}, &Module{File: f, Reachable: true})
			}
		}
	}
}

// flakeShape is the flake itself where flake-parts makes its outputs: they are what its modules define under `flake`.
type flakeShape struct{ _ byte }

func (ev *Evaluator) flakeOutput(name string) Val {
	if name == "outPath" {
		return str(SelfPrefix + "/")
	}
	var some []Val
	for _, p := range ev.flakeModules {
		if v := ev.sel(ev.sel(p.val, "flake"), name); v.shape != missing && v.shape != nil {
			some = append(some, v)
		}
	}
	if len(some) == 0 {
		return Val{}
	}
	return ev.join(some...)
}

// laterShape is a value that is not there yet when it is first passed on, and is when it is asked.
type laterShape struct{ t *thunk }

// moduleNames are the arguments that the module system passes.
var moduleNames = map[string]bool{"config": true, "lib": true, "pkgs": true, "options": true, "modulesPath": true, "inputs": true, "self": true, "outputs": true,
	"osConfig": true, "nixosConfig": true, "utils": true, "specialArgs": true, "name": true, "vars": true, "globals": true}

// looksLikeModule guesses whether a file that nothing imports is a module: it takes a module's arguments, config among
// them, or it defines options that NixOS is known to have.
func looksLikeModule(f *parse.File) bool {
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

// sweep evaluates what nothing asked for: bindings nobody uses, functions nobody calls. Only reads come of it.
func (ev *Evaluator) sweep() {
	const fuelPerThunk = 20_000
	none := &Module{Base: ev.Config}
	for len(ev.pending) > 0 || len(ev.closures) > 0 {
		for len(ev.pending) > 0 {
			t := ev.pending[len(ev.pending)-1]
			ev.pending = ev.pending[:len(ev.pending)-1]
			if t.state != 0 {
				continue
			}
			if t.expr != nil && t.env != nil && ev.marks(t.env.file)[t.expr.Range().Start]&visitedThunk != 0 {
				continue
			}
			if t.fn != nil && t.of != nil {
				if c, ok := ev.force(t.of).shape.(*closure); !ok || ev.marks(c.env.file)[c.fn.Start]&visitedBody != 0 {
					continue
				}
			}
			ev.refuel(fuelPerThunk)
			ev.force(t)
		}
		cs := ev.closures
		ev.closures = nil
		for _, c := range cs {
			f := c.env.file
			if ev.marks(f)[c.fn.Start]&visitedBody != 0 {
				continue
			}
			none.File = f
			ev.refuel(fuelPerThunk)
			arg := ready(Val{})
			if c.fn.Formals != nil {
				arg = ev.argsOf(&Module{File: f, Base: ev.Config})
			}
			ev.enter(c, arg)
		}
	}
	ev.queue = nil
}
