package eval

import (
	"cmp"
	"maps"
	"slices"

	"nixsink/parse"
)

const (
	// maxRounds is how often a configuration is followed again because what a source asked was answered otherwise later on.
	maxRounds = 6
	// maxRevisions is how often one source is. What a source asks of its own options it is told the second time.
	maxRevisions = 3
	// maxSameSource is how many modules one function may make in one configuration.
	maxSameSource = 4000
)

// maxSameBuilt is how many configurations one call may make that no output of a flake names: a hundred tests of the same modules tell
// what the first ones told.
const (
	maxSameBuilt   = 3 // for packages and checks
	maxSameNodes   = 2 // nodes of tests: of further ones only the texts that no configuration has are followed
	maxSameUnnamed = 8
)

// drain follows the configurations that were made so far, and those that are made on the way.
func (ev *Evaluator) drain() {
	rounds := 0
	again := func() bool {
		rounds++
		return rounds <= maxRounds && ev.settleViews()
	}
	for len(ev.todo) > 0 || len(ev.scripts) > 0 || again() {
		if len(ev.todo) == 0 {
			if len(ev.scripts) == 0 {
				continue
			}
			read := ev.scripts[0]
			ev.scripts = ev.scripts[1:]
			ev.guard(nil, read)
			continue
		}
		c := ev.todo[0]
		ev.todo = ev.todo[1:]
		if c.maker != nil && c.maker.dead {
			c.Dead = true // what made it was followed again, and made it again
		}
		if ev.madeTwice(c) || ev.sameAgain(c) {
			c.Dead = true
		}
		if c.Dead {
			continue
		}
		c.Build = c.Build || c.variant && c.Name == "" // nothing of the flake's outputs, but made for something else
		if c.apart && c.Name == "" && ev.madeElsewhere(c) {
			c.Dead = true
			for _, w := range c.sources {
				ev.extendOnce(c, w)
			}
			continue
		}
		if c.Name == "" || c.Class == TestNode {
			at := site{c.File, c.Span}
			most := maxSameUnnamed
			switch {
			case c.Class == TestNode:
				most = maxSameNodes
			case c.Build:
				most = maxSameBuilt
			}
			if ev.built[at]++; ev.built[at] > most {
				ev.limit(c.File, c.Span, tooManyBuilt)
				c.Dead = true
				if c.Class == TestNode {
					for _, w := range c.sources {
						ev.extendOnce(c, w)
					}
				}
				continue
			}
		}
		if ev.Passes != nil && c.Class != FlakeParts {
			ev.Passes(ev.PassedSets())
			ev.Passes = nil
		}
		ev.building = c.Build
		ev.follow(c)
		ev.building = false
		if c.Class.Flake && c.flake != nil {
			ev.frameworks(c)
			ev.named(c.flake, Val{shape: &flakeShape{c}})
		}
	}
}

// madeTwice says that what a module of a flake makes was made before, and has its name: the flake's outputs were asked for while its modules
// were followed.
func (ev *Evaluator) madeTwice(c *Configuration) bool {
	if c.Name != "" || c.maker == nil || !c.maker.conf.Class.Flake {
		return false
	}
	return slices.ContainsFunc(ev.hosts, func(o *Configuration) bool {
		return o.Name != "" && o.Class == c.Class && o.File == c.File && o.Span == c.Span && len(o.sources) >= len(c.sources) && sameTexts(o.sources[:len(c.sources)], c.sources)
	})
}

// sameAgain says that an output was computed more than once on the way, and gave the same configuration again.
func (ev *Evaluator) sameAgain(c *Configuration) bool {
	if c.Name == "" || c.maker != nil {
		return false
	}
	return slices.ContainsFunc(ev.hosts, func(o *Configuration) bool {
		return o != c && o.started && !o.Dead && o.maker == nil && o.Name == c.Name && o.Class == c.Class && o.File == c.File && o.Span == c.Span &&
			slices.EqualFunc(o.sources, c.sources, func(a, b wanted) bool { return textOf(a.file, a.val) == textOf(b.file, b.val) }) &&
			maps.EqualFunc(o.args, c.args, func(a, b *thunk) bool { return a == b || ev.alike(a, b) })
	})
}

// madeElsewhere says that the function that made a configuration makes others, which have names.
func (ev *Evaluator) madeElsewhere(c *Configuration) bool {
	return slices.ContainsFunc(ev.hosts, func(o *Configuration) bool { return o.Name != "" && !o.Open && o.File == c.File && o.Span == c.Span })
}

// extendOnce follows a module of a configuration that is one too many, each text once: what it reads is told.
func (ev *Evaluator) extendOnce(c *Configuration, w wanted) {
	if w.deferred != nil {
		return
	}
	text := textOf(w.file, w.val)
	if ev.spare == nil {
		ev.spare = map[any]bool{}
	}
	if ev.spare[text] {
		return
	}
	ev.spare[text] = true
	if !slices.ContainsFunc(ev.followed, func(s *Summary) bool {
		return !s.dead && slices.ContainsFunc(s.modules, func(m *Module) bool { return textOf(m.source.file, m.source.val) == text })
	}) {
		ev.extend(ev.openConfiguration(c.Class, c.flake, false), w)
	}
}

// textOf is the text that a module stands in, whatever call it comes from.
func textOf(f *parse.File, v Val) any {
	switch s := v.shape.(type) {
	case *closure:
		return s.fn
	case *setShape:
		if len(s.attrs) > 0 && s.attrs[0].site.file != nil {
			return s.attrs[0].site
		}
		return s
	}
	return f
}

// follow finds out what a configuration declares, then what it defines, then the same of those within it, until no source would be
// answered otherwise than it was.
func (ev *Evaluator) follow(c *Configuration) {
	c.started = true
	for round := 0; ; round++ {
		ev.open(c)
		ev.reopen(c)
		ev.definitions(c)
		c.arrange(ev)
		for _, k := range c.kids {
			ev.follow(k)
		}
		if !ev.revise(c) {
			break
		}
		if round == maxRounds {
			ev.limit(c.File, c.Span, notSettled)
			break
		}
	}
	for _, s := range c.members {
		for _, in := range s.inner {
			ev.holdsIn(in, c)
		}
	}
}

// holdsIn lets a configuration that a module makes for itself hold wherever that module does.
func (ev *Evaluator) holdsIn(in, c *Configuration) {
	n := c.Number()
	for _, s := range in.members {
		if s.In.add(n) {
			for _, p := range s.here {
				ev.declareIn(p, n)
			}
		}
		for _, more := range s.inner {
			ev.holdsIn(more, c)
		}
	}
	for _, k := range in.kids {
		ev.holdsIn(k, c)
	}
}

// open enters the modules of a configuration: imports are taken up, options declared.
func (ev *Evaluator) open(c *Configuration) {
	for round := 0; ; round++ {
		for before := -1; before != len(c.disabled); {
			before = len(c.disabled)
			ev.collect(c)
		}
		ev.leave(c)
		if !ev.revise(c) || round == maxRounds {
			return
		}
	}
}

// leave takes back what was taken up for a configuration and turned out to be no part of it.
func (ev *Evaluator) leave(c *Configuration) {
	n := c.Number()
	gone := false
	for s := range c.joined {
		if c.byKey[s.key] == s {
			continue
		}
		delete(c.joined, s)
		gone = true
		s.In.remove(n)
		if s.dead = s.dead || s.In.Empty(); s.dead {
			s.letGo()
		}
		for _, p := range s.here {
			for q := p; q != nil && q.below.Has(n); q = q.Parent {
				q.below.remove(n)
			}
		}
	}
	if gone {
		around := c // whose options have the same root
		for around.Parent != nil && !(around.Base.Parent == nil && around.Base.inner()) {
			around = around.Parent
		}
		ev.redeclare(around, n)
	}
}

// letGo forgets the values that a summary was made of: nobody asks for them any more, and they hold the scopes of thousands of calls.
func (s *Summary) letGo() {
	s.opaque = nil
	for _, m := range s.modules {
		m.config = nil
	}
}

// redeclare marks what the modules of a configuration, and of those within it, declare.
func (ev *Evaluator) redeclare(c *Configuration, n int) {
	for s := range c.joined {
		for _, p := range s.here {
			for q := p; q != nil; q = q.Parent {
				q.below.add(n)
			}
		}
	}
	for _, k := range c.kids {
		ev.redeclare(k, n)
	}
}

// collect goes from the sources that a configuration was given to all that they import.
func (ev *Evaluator) collect(c *Configuration) {
	c.members = c.members[:0]
	c.byKey = map[sourceKey]*Summary{}
	counts, keyed := map[any]int{}, map[string]bool{}
	queue := slices.Clone(c.sources)
	for i := 0; i < len(queue); i++ {
		w := queue[i]
		if w.deferred != nil {
			queue = append(queue, ev.undefer(w, c)...)
			continue
		}
		if by := c.disabled[w.file.Name]; by != "" && w.val.shape == nil {
			ev.off[w.file] = by
			continue
		}
		if w.name != "" {
			if c.disabled[w.name] != "" || keyed[w.name] {
				continue
			}
			keyed[w.name] = true
		}
		key := ev.keyOf(w, c)
		bare := key
		bare.ctl = ""
		if c.byKey[key] != nil || c.byKey[bare] != nil {
			continue // without a condition, it is there whatever other conditions say
		}
		if key.a != nil {
			counts[key.a]++
			if counts[key.a] > maxSameSource {
				ev.limit(w.from.file, w.from.span, tooManyModules)
				continue
			}
		}
		s := ev.summary(w, key, c)
		c.byKey[key] = s
		c.members = append(c.members, s)
		queue = append(queue, s.children...)
	}
	c.members = slices.DeleteFunc(c.members, func(s *Summary) bool {
		bare := s.key
		bare.ctl = ""
		if s.key.ctl == "" || c.byKey[bare] == nil {
			return false
		}
		delete(c.byKey, s.key)
		return true
	})
}

func (ev *Evaluator) keyOf(w wanted, c *Configuration) sourceKey {
	k := sourceKey{file: w.file, base: c.defineAt(), ctl: w.ctl.text()}
	switch s := w.val.shape.(type) {
	case *closure:
		k.a = s.fn
		switch s.env.of {
		case 0: // what a file says by itself is the same whenever it is asked
		case noSummary:
			k.b = ev.sameScope(s.fn, s.env)
		default:
			k.b = s.env
		}
	case *setShape:
		k.a = s
	}
	return k
}

// text tells sets of origins apart.
func (os Origins) text() string {
	b := make([]byte, 0, 5*len(os))
	for _, o := range os {
		b = append(b, byte(o.rank), byte(o.rank>>8), byte(o.rank>>16), byte(o.rank>>24), byte(o.kind))
	}
	return string(b)
}

// summary is what is known of a source in a configuration: one that was made before if it holds here too, or a new one.
func (ev *Evaluator) summary(w wanted, key sourceKey, c *Configuration) *Summary {
	known := ev.summaries[key]
	for _, s := range known {
		if !s.dead && s.In.Has(c.Number()) {
			s.doubted(w)
			ev.reached(s, w, c)
			return s
		}
	}
	if !ev.Unshared {
		// What is declared here is not known yet: the newest one is taken, and looked at again when it is (revise).
		for i := len(known) - 1; i >= 0; i-- {
			if s := known[i]; !s.dead && s.conf.Class == c.Class {
				ev.joins(s, c)
				s.doubted(w)
				ev.reached(s, w, c)
				return s
			}
		}
	}
	if s := ev.moved(w, key, c); s != nil {
		return s
	}
	return ev.newSummary(w, key, c)
}

// bareSummary is one of which nothing is known yet.
func (ev *Evaluator) bareSummary(w wanted, key sourceKey, c *Configuration) *Summary {
	ev.made++
	s := &Summary{id: ev.made, File: w.file, key: key, conf: c, ctl: w.ctl}
	ev.summaries[key] = append(ev.summaries[key], s)
	ev.sources[key.elsewhere()] = append(ev.sources[key.elsewhere()], s)
	ev.followed = append(ev.followed, s)
	return s
}

func (ev *Evaluator) newSummary(w wanted, key sourceKey, c *Configuration) *Summary {
	s := ev.bareSummary(w, key, c)
	if c.Class.Home {
		s.around = c.Base.Parent
	}
	s.In.add(c.Number())
	done := ev.into(s, c)
	ev.module(w, c)
	ev.guard(s.File, func() { ev.openModules(s) })
	done()
	s.In.remove(c.Number())
	ev.joins(s, c)
	c.values = nil
	return s
}

// reached notes that a host takes a module, if none did before.
func (ev *Evaluator) reached(s *Summary, w wanted, c *Configuration) {
	if ev.counts(c) {
		for _, m := range s.modules {
			m.reach(w)
		}
	}
}

// doubted notes that it is not certain that a source takes part everywhere where it may.
func (s *Summary) doubted(w wanted) {
	if w.doubt {
		for _, m := range s.modules {
			m.Doubt = true
		}
	}
}

func (m *Module) reach(w wanted) {
	if !m.Reachable {
		m.Reachable = true
		if w.by != nil {
			m.Why = w.by.File.Name
		} else {
			m.Why = ""
		}
	}
}

// counts says whether what is in a configuration is reached from an entry point.
func (ev *Evaluator) counts(c *Configuration) bool { return !c.Host().Unreached }

// module makes the module of a source.
func (ev *Evaluator) module(w wanted, c *Configuration) *Module {
	m := &Module{File: w.file, Instance: w.label, Base: c.defineAt(), Home: c.home(), Summary: ev.cur, conf: c, ctl: w.ctl, Doubt: w.doubt || len(w.ctl) > 0, source: w.source, from: w.from, by: w.by, key: ev.keyOf(w, c)}
	if w.by != nil {
		m.Inline = w.by.File == w.file && w.val.shape != nil
		m.Why = w.by.File.Name
	}
	m.Reachable = ev.counts(c)
	if !m.Reachable {
		m.Why = "no entry point imports it"
	}
	ev.cur.modules = append(ev.cur.modules, m)
	return m
}

// home says whether a configuration is a home, or stands within one.
func (c *Configuration) home() bool {
	for ; c != nil; c = c.Parent {
		if c.Class.Home {
			return true
		}
	}
	return false
}

// definitions finds out what the members of a configuration define.
func (ev *Evaluator) definitions(c *Configuration) {
	replaced := false
	for i := 0; i < len(c.members); i++ {
		s := c.members[i]
		if s.defined && !ev.agrees(s, c) {
			// It was opened alike, but what it defines depends on more.
			s = ev.replace(s, c)
			c.members[i] = s
			replaced = true
		}
		if !s.defined {
			ev.defineAll(s, c)
		}
	}
	if replaced {
		ev.leave(c)
	}
}

// replace finds or makes another summary for a configuration that no longer agrees with the one it has. The old one is left only when
// the new one is there: what it declares is mostly what the new one asks for.
func (ev *Evaluator) replace(old *Summary, c *Configuration) *Summary {
	w := wanted{source: source{file: old.File}, ctl: old.ctl}
	if len(old.modules) > 0 {
		m := old.modules[0]
		w.source = m.source
		w.by = m.by
		w.from = m.from
	}
	for _, s := range ev.summaries[old.key] {
		if !s.dead && s != old && !ev.Unshared && s.conf.Class == c.Class && ev.agrees(s, c) {
			ev.joins(s, c)
			c.byKey[old.key] = s
			return s
		}
	}
	s := ev.newSummary(w, old.key, c)
	c.byKey[old.key] = s
	return s
}

// defineAll follows the definitions of one summary.
func (ev *Evaluator) defineAll(s *Summary, c *Configuration) {
	s.defined = true
	done := ev.into(s, c)
	defer done()
	ev.refuel(fuelFor(s.File))
	for i := 0; i < len(s.modules); i++ {
		m := s.modules[i]
		ev.guard(m.File, func() {
			for _, p := range m.config {
				ev.define(m, m.Base, p.val, union(m.ctl, p.ctl), site{m.File, m.File.Expr.Range()}, false, 0)
			}
		})
		if t := ev.files[m.File]; t != nil && t.state == 2 {
			ev.files[m.File] = ev.fileThunk(m.File) // should it be asked for again, it is evaluated again
		}
	}
	if !c.Class.Flake { // a flake's outputs are asked for later
		s.letGo()
	}
	ev.compact()
}

// revise makes those members of c anew that would be answered otherwise by now, and says whether there were any.
func (ev *Evaluator) revise(c *Configuration) bool {
	again := false
	for i, s := range c.members {
		if c.revised[s.key] < maxRevisions && !ev.agrees(s, c) {
			if c.revised == nil {
				c.revised = map[sourceKey]int{}
			}
			if !s.moved {
				c.revised[s.key]++
			}
			if c.revised[s.key] == maxRevisions {
				ev.limit(s.File, s.File.Expr.Range(), notSettled)
			}
			c.members[i] = ev.replace(s, c)
			again = true
		}
	}
	if again {
		ev.leave(c)
	}
	return again
}

// withoutEnd says that what is placed within c is a configuration that one around c has, too: a container that imports what makes the
// containers has them all within itself, and those have them again.
func (ev *Evaluator) withoutEnd(c *Configuration, p placed) bool {
	if !p.place.class.Sub {
		return false
	}
	text := textOf(p.file, p.val)
	for a := c.Parent; a != nil; a = a.Parent {
		for _, s := range a.members {
			if slices.ContainsFunc(s.placed, func(o placed) bool { return o.place.class == p.place.class && textOf(o.file, o.val) == text }) {
				ev.limit(p.from.file, p.from.span, tooManyBuilt)
				return true
			}
		}
	}
	return false
}

// arrange gives the configurations within c the modules that its members define for them.
func (c *Configuration) arrange(ev *Evaluator) {
	old := c.kids
	c.kids = nil
	var all []placed
	for _, s := range c.members {
		for _, p := range s.placed {
			if !ev.withoutEnd(c, p) {
				all = append(all, p)
			}
		}
	}
	// A user whose name is not known may be any of those who are.
	merged := map[*Path]*Path{}
	for _, p := range all {
		if p.place.every == nil && p.at.Name == hole {
			merged[p.at.Parent] = p.at
		}
	}
	kidAt := func(p placed) *Configuration {
		at := p.at
		if p.place.class.Home {
			if m := merged[at.Parent]; m != nil {
				at = m
			}
		}
		for _, k := range old {
			if k.defineAt() == at && !slices.Contains(c.kids, k) {
				k.sources, k.told = nil, nil
				c.kids = append(c.kids, k)
			}
		}
		return ev.kid(c, p.place, at)
	}
	for _, p := range all {
		if p.place.every == nil {
			k := kidAt(p)
			k.sources = append(k.sources, p.wanted)
		}
	}
	for _, p := range all {
		if p.place.every == nil {
			continue
		}
		among := ev.at(c.Base, p.place.every...)
		found := false
		for _, k := range c.kids {
			if k.defineAt().Parent == among && k.Class == p.place.class {
				k.sources = append(k.sources, p.wanted)
				found = true
			}
		}
		if !found {
			k := ev.kid(c, p.place, ev.child(among, hole))
			k.sources = append(k.sources, p.wanted)
		}
	}
	slices.SortStableFunc(c.kids, func(a, b *Configuration) int { return cmp.Compare(a.Name, b.Name) })
}
