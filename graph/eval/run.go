package eval

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"nixsink/parse"
)

// Run evaluates the tree: from the entries first, then what they do not reach, then whatever code nobody asked for,
// since a read counts wherever it stands.
func (ev *Evaluator) Run(ctx context.Context, entries []string, files []*parse.File) {
	ev.ctx = ctx
	var own []*flake
	for _, e := range entries {
		if f := ev.host.File(e); f != nil && path.Base(e) == "flake.nix" {
			own = append(own, ev.flakeAt(f))
		}
	}
	if len(own) > 0 {
		ev.flake = own[0]
	}
	for _, fl := range own {
		ev.guard(fl.file, func() { ev.evaluate(fl) })
	}
	for _, e := range entries {
		if f := ev.host.File(e); f != nil && path.Base(e) != "flake.nix" {
			ev.ways = append(ev.ways, f)
		}
	}
	for len(ev.ways) > 0 {
		f := ev.ways[0]
		ev.ways = ev.ways[1:]
		ev.entry(f)
	}
	for _, f := range files {
		if path.Base(f.Name) == "flake.nix" && ev.flakes[strings.TrimPrefix(path.Dir(f.Name), ".")] == nil {
			ev.guard(f, func() { ev.evaluate(ev.flakeAt(f)) })
		}
	}
	ev.loadRest()
	around := ev.neighbours()
	listLeftOut := ev.followLeftOut(files, around)
	for _, f := range files {
		if by := ev.off[f]; by != "" && !ev.taken(f) {
			ev.Modules = append(ev.Modules, &Module{File: f, Base: ev.Config, Why: by + " disables it"})
			continue
		}
		if ev.files[f] == nil && LooksLikeModule(f) && !buildExpression(f) && !ev.taken(f) {
			class := around.of(f.Name)
			switch {
			case hasFormal(f, "osConfig") || hasFormal(f, "nixosConfig"):
				class = HomeManager
			case class == nil || class == Plain || class.Flake && !hasFormal(f, "config"):
				class = NixOS
			}
			ev.extend(ev.openConfiguration(class, ev.flake, true), wanted{source: source{file: f}})
		}
	}
	ev.drain()
	ev.building = true
	for _, f := range files {
		if ev.files[f] == nil {
			ev.refuel(fuelPerModule)
			ev.guard(f, func() {
				v := ev.fileValue(f)
				if c, ok := v.shape.(*closure); ok && callable(c.fn) {
					ev.deep(ev.apply(v, ready(Val{shape: &setShape{base: &Val{}}}), site{f, f.Expr.Range()}))
				}
				ev.drain()
			})
		}
	}
	ev.building = false
	ev.passedValues(files)
	listLeftOut()
	ev.sweep()
	ev.finish()
}

// taken says whether some configuration takes a file as a module.
func (ev *Evaluator) taken(f *parse.File) bool {
	return slices.ContainsFunc(ev.followed, func(s *Summary) bool { return !s.dead && s.key.file == f && s.key.a == nil })
}

// callable says whether nix-build would call a function by itself: all that it takes has a default.
func callable(fn *parse.Lambda) bool {
	if fn.Formals == nil {
		return false
	}
	for i := range fn.Formals.List {
		if f := &fn.Formals.List[i]; f.Default == nil && f.Name != "pkgs" && f.Name != "lib" {
			return false
		}
	}
	return true
}

// passedValues makes definitions of the values that module arguments hold.
func (ev *Evaluator) passedValues(files []*parse.File) {
	if len(files) == 0 {
		return
	}
	for _, arg := range sortedNames(ev.argRoots) {
		first := ev.special[arg]
		if first == nil {
			continue
		}
		// Hosts that are passed the same share what comes of it; one that is passed none has homes that are, perhaps.
		var by []*thunk
		in := map[*thunk]*Set{}
		for n, c := range ev.hosts {
			if c.Dead {
				continue
			}
			t := cmp.Or(c.args[arg], first)
			if i := slices.IndexFunc(by, func(o *thunk) bool { return o == t || ev.alike(o, t) }); i >= 0 {
				t = by[i]
			} else {
				by = append(by, t)
				in[t] = &Set{}
			}
			in[t].add(n)
		}
		for _, t := range by {
			s := &Summary{File: files[0], In: *in[t], conf: &Configuration{Class: Plain, Base: ev.argRoots[arg]}}
			ev.made++
			s.id = ev.made
			ev.followed = append(ev.followed, s)
			done := ev.into(s, nil)
			ev.refuel(fuelPerModule)
			ev.define(&Module{File: files[0], Base: ev.argRoots[arg], Reachable: true, Summary: s, conf: s.conf}, ev.argRoots[arg], ev.force(t), nil, site{files[0], parse.Span{}}, false, 0)
			done()
		}
	}
}

func sortedNames[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

// buildExpression says that a file is a function that takes no arguments but those that it names, and has a default for each: no module,
// since the module system passes more (Nixpkgs lib/modules.nix, applyModuleArgs), but an expression for nix-build.
func buildExpression(f *parse.File) bool {
	fn, ok := f.Expr.(*parse.Lambda)
	if !ok || fn.Formals == nil || fn.Formals.Ellipsis || len(fn.Formals.List) == 0 {
		return false
	}
	return !slices.ContainsFunc(fn.Formals.List, func(fm parse.Formal) bool { return fm.Default == nil })
}

// entry follows a configuration that starts from a file, unless another one holds it already.
func (ev *Evaluator) entry(f *parse.File) {
	if ev.taken(f) {
		return
	}
	if knownEntries[path.Base(f.Name)] != nil {
		// What deploys hosts that a file beside it makes is told of them, and adds to them.
		ev.ways = slices.DeleteFunc(ev.ways, func(o *parse.File) bool {
			return path.Dir(o.Name) == path.Dir(f.Name) && !buildExpression(o) && ev.setOfHosts(o)
		})
	}
	if ev.ofFramework(f) {
		ev.drain()
		return
	}
	if buildExpression(f) {
		return
	}
	if ev.setOfHosts(f) {
		ev.drain()
		return
	}
	c := ev.newConfiguration(NixOS, site{f, f.Expr.Range()})
	c.Name = f.Name
	c.sources = []wanted{{source: source{file: f}}}
	ev.drain()
	if ev.saysNothing(c) && slices.ContainsFunc(ev.hosts, func(o *Configuration) bool { return o != c && o.Name != "" && !o.Open && !o.Class.Flake && !o.Dead }) {
		c.Dead = true // a way in to the others, or a file that is kept apart from the tree
	}
}

// ofFramework takes a file that a framework starts from by its name, hive.nix.
func (ev *Evaluator) ofFramework(f *parse.File) bool {
	take := knownEntries[path.Base(f.Name)]
	if take == nil {
		return false
	}
	ev.refuel(fuelPerModule)
	return take(ev, ev.fileValue(f), site{f, f.Expr.Range()})
}

// saysNothing says that the modules of a configuration neither define nor declare anything.
func (ev *Evaluator) saysNothing(c *Configuration) bool {
	return len(c.kids) == 0 && !slices.ContainsFunc(c.members, func(s *Summary) bool { return len(s.definitions)+len(s.declarations) > 0 })
}

// setOfHosts takes a file that is no module but makes configurations, by itself or as attributes: hosts by name, to be built with nix-build -A.
func (ev *Evaluator) setOfHosts(f *parse.File) bool {
	if LooksLikeModule(f) {
		return false
	}
	ev.refuel(fuelPerModule)
	at := site{f, f.Expr.Range()}
	v := ev.fileValue(f)
	if isFunction(v) {
		v = ev.apply(v, ready(Val{shape: &setShape{base: &Val{}}}), at)
	}
	found := false
	var take func(v Val, name string, depth int)
	take = func(v Val, name string, depth int) {
		if c := ev.configurationIn(v, 1); c != nil {
			found = true
			ev.nameOf(v, cmp.Or(name, f.Name), 1)
			return
		}
		if s, ok := v.shape.(*setShape); ok && depth > 0 {
			for _, a := range s.attrs {
				below := segmentText(a.name)
				if name != "" {
					below = name + "." + below
				}
				take(ev.force(a.val), below, depth-1)
			}
		}
	}
	take(v, "", 2)
	if !found && v.shape != nil {
		return false
	}
	ev.deep(v)
	return true
}

// finish brings what the summaries found together.
func (ev *Evaluator) finish() {
	named, all := false, true // some configurations have names; all of those are known
	for _, c := range ev.hosts {
		if c.Name != "" && !c.Open && !c.Class.Flake && !c.Build && !c.Dead && c.Class != TestNode {
			named, all = true, all && !strings.Contains(c.Name, "*")
		}
	}
	for _, c := range ev.hosts {
		c.Build = c.Build || c.aside
		if c.Name == "" {
			// An installer, say, that a host builds; or one that is no output, since a filter left it out of what makes the others.
			// Nor is what no output holds, where outputs hold others and all their names are known.
			c.Build = c.Build || c.maker != nil && !c.maker.conf.Class.Flake || c.maker == nil && (ev.madeElsewhere(c) || named && all) || c.maker != nil && named && all && ev.madeElsewhere(c) || c.apart && named
			c.Name = ev.placeName(c)
		}
	}
	var open Set
	dead := Set{}
	for n, c := range ev.hosts {
		if c.Open {
			open.add(n)
		}
		if c.Dead {
			dead.add(n)
		}
	}
	imported := map[string]*Import{}
	outside := ev.Imports // of no module
	ev.Imports = nil
	type definitionKey struct {
		path     *Path
		file     *parse.File
		span     parse.Span
		names    bool
		dflt     bool
		apply    bool
		decided  bool
		origins  string
		literals string
	}
	defs := map[definitionKey]*Definition{}
	type declarationKey struct {
		path *Path
		file *parse.File
		span parse.Span
	}
	decls := map[declarationKey]*Declaration{}
	for _, s := range ev.followed {
		for n := range ev.hosts {
			if dead.Has(n) {
				s.In.remove(n)
			}
		}
		if s.In.Empty() {
			s.dead = true
		}
		if s.dead {
			continue
		}
		ev.Modules = append(ev.Modules, s.modules...)
		ev.Handed = append(ev.Handed, s.handed...)
		for _, a := range s.aliases {
			same := func(o Renaming) bool { return o.From == a.From && o.To == a.To && o.at == a.at }
			if i := slices.IndexFunc(ev.Aliases, same); i >= 0 {
				ev.Aliases[i].In = ev.Aliases[i].In.union(s.In)
				continue
			}
			a.In = s.In
			ev.Aliases = append(ev.Aliases, a)
		}
		ev.Dropped = append(ev.Dropped, s.dropped...)
		for _, i := range s.imports {
			key := i.Site.file.Name + "\x00" + i.To + "\x00" + intText(int64(i.Site.span.Start)) + i.Unknown
			if old := imported[key]; old != nil {
				old.In = old.In.union(s.In)
				continue
			}
			i.In = s.In
			imported[key] = i
			ev.Imports = append(ev.Imports, i)
		}
		for _, d := range s.declarations {
			k := declarationKey{d.Path, d.File, d.Span}
			if old := decls[k]; old != nil && old.Type == d.Type && old.Default == d.Default {
				old.In = old.In.union(s.In)
				continue
			}
			d.In = s.In
			decls[k] = d
			ev.Declarations = append(ev.Declarations, d)
		}
		for _, d := range s.definitions {
			k := definitionKey{d.Path, d.File, d.Span, d.Names, d.Default, d.Apply, d.Conditional, d.origins.text(), valueText(d.Value)}
			if old := defs[k]; old != nil && old.Module.Summary != s && old.Known == d.Known && old.Copies == d.Copies && old.names.equal(d.names) {
				old.In = old.In.union(s.In)
				continue
			}
			d.In = s.In
			defs[k] = d
			ev.Definitions = append(ev.Definitions, d)
		}
	}
	for _, i := range outside {
		key := i.Site.file.Name + "\x00" + i.To + "\x00" + intText(int64(i.Site.span.Start)) + i.Unknown
		if imported[key] == nil {
			imported[key] = i
			ev.Imports = append(ev.Imports, i)
		}
	}
	ev.Reads = slices.DeleteFunc(ev.Reads, func(r *Read) bool {
		live := len(r.by) == 0
		for _, s := range r.by {
			if s == nil {
				live = true
			} else if !s.dead {
				live = true
				r.In = r.In.union(s.In)
			}
		}
		for _, root := range r.of {
			r.Of = r.Of.union(root.ofView())
		}
		return !live
	})
	ev.opened(open)
	ev.choose()
	slices.SortStableFunc(ev.Reads, func(a, b *Read) int {
		return cmp.Or(cmp.Compare(a.File.Name, b.File.Name), cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Span.End, b.Span.End))
	})
}

// valueText tells what is known of values apart, and is the same for those that are.
func valueText(v any) string {
	switch v := v.(type) {
	case nil:
		return "\x00" // no string has it
	case string:
		return v
	case bool:
		if v {
			return "true"
		}
		return "false"
	}
	return fmt.Sprint(v)
}

// opened lets what is known of configurations hold where modules stand that none takes, too: they are followed as if one did.
func (ev *Evaluator) opened(open Set) {
	if open.Empty() {
		return
	}
	wider := map[*uint64]Set{}
	widen := func(in *Set) {
		if len(*in) == 0 {
			return
		}
		first := &(*in)[0]
		w, ok := wider[first]
		if !ok {
			w = in.union(open)
			wider[first] = w
		}
		*in = w
	}
	for _, d := range ev.Definitions {
		if d.Path.Root.Conf == nil || !d.Path.Root.Conf.Class.Flake {
			widen(&d.In)
		}
	}
	for _, d := range ev.Declarations {
		widen(&d.In)
	}
}

// readBy notes who reads.
func (r *Read) readBy(s *Summary) {
	if n := len(r.by); n == 0 || r.by[n-1] != s && !slices.Contains(r.by, s) {
		r.by = append(r.by, s)
		if s != nil {
			s.reads = append(s.reads, r)
		}
	}
}

// sweep evaluates what nothing asked for: bindings nobody uses, functions nobody calls. Only reads come of it.
func (ev *Evaluator) sweep() {
	for len(ev.pending) > 0 || len(ev.closures) > 0 {
		ev.guard(nil, ev.sweepSome)
	}
}

func (ev *Evaluator) sweepSome() {
	const fuelPerThunk = 20_000
	rest := &Configuration{Class: NixOS, Base: ev.Config, Open: true}
	none := &Module{Base: ev.Config, conf: rest}
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
				arg = ev.argsOf(&Module{File: f, Base: ev.Config, conf: rest})
			}
			ev.enter(c, arg)
		}
	}
}
