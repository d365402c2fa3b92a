package eval

import (
	"cmp"
	"slices"
	"strings"

	"nixsink/parse"
)

// Summary is what one source declares, defines, reads and imports: it is followed once, and stands for every configuration in
// which what it asked on the way has the same answer. Modules that it writes inline belong to it.
type Summary struct {
	File *parse.File
	In   Set // the configurations that nothing encloses and that it holds in

	id        uint32 // from 1
	key       sourceKey
	conf      *Configuration // the one that it was followed for
	ctl       Origins
	modules   []*Module
	questions []question
	children  []wanted // more of the same configuration
	placed    []placed // of the configurations that its definitions are
	passes    []passed
	disables  []string // files
	here      []*Path  // where it declares something
	inner     []*Configuration
	reads     []*Read // that it makes
	around    *Path   // where the homes of others are, too; nil if there are none
	moved     bool    // it was followed for a configuration elsewhere
	fixed     bool    // it names other homes, or makes systems: it means something else elsewhere
	os        bool    // it asked for the configuration around
	across    bool    // it asked something of other configurations
	defined   bool
	dead      bool // another one took its place everywhere

	declarations []*Declaration
	definitions  []*Definition
	imports      []*Import
	handed       []*Import
	aliases      []Renaming
	keeps        []keep
	dropped      []*Dropped
	opaque       map[site][]opaqueCall // of functions that are not known, by place
}

// placed is a module of a configuration that is the value of an option.
type placed struct {
	wanted
	place place
	at    *Path
}

// passed is an argument that a module makes known to others.
type passed struct {
	name string
	val  *thunk
	home bool // to the homes
}

// declaredHere is what a summary declares at a path.
type declaredHere struct {
	by     *Summary
	decl   *Declaration // nil for a registry's members
	option bool
}

// question is something that a source had to know of its configuration, with the answer that it got. Two configurations that answer
// alike share what came of it (verifying traces: Mokhov, Mitchell, Peyton Jones, Build Systems à la Carte).
type question struct {
	kind   questionKind
	path   *Path
	name   string
	thunk  *thunk
	kept   []keep
	answer uint64
}

type questionKind uint8

const (
	whatIsDeclared questionKind = iota
	whichNames
	whichArgument
	whatIsKept
)

// ask notes a question, once.
func (ev *Evaluator) ask(q question) {
	s := ev.cur
	if s == nil || ev.checking {
		return
	}
	if q.path != nil {
		s.across = s.across || q.path.real != nil
		stamp := &q.path.asked[q.kind]
		if *stamp == s.id {
			return
		}
		*stamp = s.id
	} else if slices.ContainsFunc(s.questions, func(o question) bool { return o.kind == q.kind && o.name == q.name && o.path == nil }) {
		return
	}
	s.questions = append(s.questions, q)
}

// agrees says whether c answers all that a summary asked as the configuration did that it was followed for.
func (ev *Evaluator) agrees(s *Summary, c *Configuration) bool {
	within, checking := ev.within, ev.checking
	ev.within, ev.checking = c, true
	defer func() { ev.within, ev.checking = within, checking }()
	for i := range s.questions {
		if !ev.answersAlike(&s.questions[i], s, c) {
			return false
		}
	}
	return true
}

// answersAlike says whether c, the configuration at work, answers one question of s as it was answered.
func (ev *Evaluator) answersAlike(q *question, s *Summary, c *Configuration) bool {
	switch q.kind {
	case whatIsDeclared:
		return ev.declAnswer(ev.declarationOf(q.path)) == q.answer
	case whichNames:
		names, ok := ev.groupOf(q.path)
		return namesText(names, ok) == q.name
	case whichArgument:
		t := c.args[q.name]
		if c.Host().Build || q.name == "lib" && c.Host().Class == Plain {
			return true
		}
		return t == q.thunk || (c == s.conf || s.passing(t)) && ev.passedAlike(t, q.thunk) || ev.alike(t, q.thunk)
	case whatIsKept:
		return ev.sameKept(q.kept, ev.keptOf(q.path), s)
	}
	return true
}

// agreesAcross says whether other configurations still answer what a summary asked of them.
func (ev *Evaluator) agreesAcross(s *Summary, c *Configuration) bool {
	within, checking := ev.within, ev.checking
	ev.within, ev.checking = c, true
	defer func() { ev.within, ev.checking = within, checking }()
	for i := range s.questions {
		if q := &s.questions[i]; q.path != nil && q.path.real != nil && !ev.answersAlike(q, s, c) {
			return false
		}
	}
	return true
}

func namesText(names []string, ok bool) string {
	if !ok {
		return "\x00"
	}
	return strings.Join(names, "\x00\x00")
}

// passing says that a module passes an argument itself: that is the same whenever it is followed with the same answers otherwise.
func (s *Summary) passing(t *thunk) bool {
	return slices.ContainsFunc(s.passes, func(p passed) bool { return p.val == t })
}

// passedAlike says that one module passes both at one place: where it was followed again, the value is made anew.
func (ev *Evaluator) passedAlike(a, b *thunk) bool {
	x, ok := ev.passedAt[a]
	return ok && x == ev.passedAt[b]
}

// into lets what is found out from here on belong to a summary, until the function that it returns is called.
func (ev *Evaluator) into(s *Summary, c *Configuration) (done func()) {
	cur, within := ev.cur, ev.within
	defs, decls, imps, handed, als, drops := ev.Definitions, ev.Declarations, ev.Imports, ev.Handed, ev.Aliases, ev.Dropped
	ev.cur, ev.within = s, c
	ev.Definitions, ev.Declarations, ev.Imports, ev.Handed, ev.Aliases, ev.Dropped = s.definitions, s.declarations, s.imports, s.handed, s.aliases, s.dropped
	return func() {
		s.definitions, s.declarations, s.imports, s.handed, s.aliases, s.dropped = ev.Definitions, ev.Declarations, ev.Imports, ev.Handed, ev.Aliases, ev.Dropped
		ev.cur, ev.within = cur, within
		ev.Definitions, ev.Declarations, ev.Imports, ev.Handed, ev.Aliases, ev.Dropped = defs, decls, imps, handed, als, drops
	}
}

// joins lets a summary hold in one more configuration.
func (ev *Evaluator) joins(s *Summary, c *Configuration) {
	n := c.Number()
	if c.joined == nil {
		c.joined = map[*Summary]bool{}
	}
	c.joined[s] = true
	if s.In.add(n) {
		for _, p := range s.here {
			ev.declareIn(p, n)
		}
	}
	for _, a := range s.passes {
		ev.passed(a.name, a.val)
		if a.home {
			c.homeArgs[a.name] = a.val
		} else {
			c.args[a.name] = a.val
		}
	}
	for _, f := range s.disables {
		if c.disabled == nil {
			c.disabled = map[string]string{}
		}
		c.disabled[f] = s.File.Name
	}
}

// declareIn marks a path and all above it as declared in a configuration.
func (ev *Evaluator) declareIn(p *Path, n int) {
	for q := p; q != nil && q.below.add(n); q = q.Parent {
	}
}

// take notes that the summary at work declares something at p.
func (ev *Evaluator) take(p *Path, d *Declaration, option bool) {
	s := ev.cur
	p.here = append(p.here, declaredHere{s, d, option})
	s.here = append(s.here, p)
	ev.declareIn(p, ev.within.Number())
}

// declaredAt says whether something is declared at p or below it in the configuration at work.
func (ev *Evaluator) declaredAt(p *Path) bool {
	if p.real != nil {
		defer ev.answering(p)()
		return ev.declaredAt(p.real)
	}
	if ev.seesAll() {
		return len(p.below) > 0
	}
	return p.below.Has(ev.within.Number())
}

func (ev *Evaluator) seesAll() bool { return ev.within == nil || ev.within.Host().Open }

// declHere is what is declared at this very path in the configuration at work.
func (ev *Evaluator) declHere(p *Path) (decl *Declaration, option bool) {
	if p.real != nil {
		defer ev.answering(p)()
		return ev.declHere(p.real)
	}
	all := ev.seesAll()
	n := 0
	if !all {
		n = ev.within.Number()
	}
	for i := range p.here {
		h := &p.here[i]
		if h.by.dead || !all && !h.by.In.Has(n) {
			continue
		}
		if decl == nil || h.decl != nil && h.decl.before(decl) {
			decl = h.decl
		}
		option = option || h.option
	}
	return decl, option
}

// before says which of two declarations of one option is told: one with a type, then the first in the tree, so that it is the same
// one in whatever order they were found.
func (d *Declaration) before(o *Declaration) bool {
	if (d.Type == "") != (o.Type == "") {
		return o.Type == ""
	}
	return cmp.Or(cmp.Compare(d.File.Name, o.File.Name), cmp.Compare(d.Span.Start, o.Span.Start)) < 0
}

// kindOf is what code can tell of the values of an option.
type kindOf struct {
	kind           string
	holds, members typeSet
}

// declAnswer is what code can tell of what declarationOf found, as a number.
func (ev *Evaluator) declAnswer(q *Path) uint64 {
	if q == nil {
		return 0
	}
	d, option := ev.declHere(q)
	flags := uint64(1)
	for i, set := range []bool{option, d != nil && d.Registry, d != nil && d.Open, d != nil && d.Nested} {
		if set {
			flags |= 2 << i
		}
	}
	kind := uint64(0)
	if d != nil {
		k := kindOf{d.Kind, d.holds, d.membersHold}
		n, ok := ev.kinds[k]
		if !ok {
			n = uint64(len(ev.kinds) + 1)
			ev.kinds[k] = n
		}
		kind = n
	}
	return uint64(q.id)<<32 | kind<<8 | flags
}

// declaration finds where the option that p speaks of is declared: its own path, or the one with unknown names for
// a registry's members. nil: nothing is declared at p or below it.
func (ev *Evaluator) declaration(p *Path) *Path {
	ev.settle(p)
	q := ev.declarationOf(p)
	ev.ask(question{kind: whatIsDeclared, path: p, answer: ev.declAnswer(q)})
	return q
}

func (ev *Evaluator) declarationOf(p *Path) *Path {
	if p.real != nil {
		defer ev.answering(p)()
		return ev.inView(p, ev.declarationOf(p.real))
	}
	if ev.declaredAt(p) {
		return p
	}
	if p.Parent == nil {
		return nil
	}
	up := ev.declarationOf(p.Parent)
	if up == nil {
		return nil
	}
	if k := up.kids[p.Name]; k != nil && ev.declaredAt(k) {
		return k
	}
	if k := up.kids[hole]; k != nil && ev.declaredAt(k) {
		return k
	}
	return nil
}

// declAt is the declaration at p itself, nil if there is none.
func (ev *Evaluator) declAt(p *Path) *Declaration {
	ev.settle(p)
	d, _ := ev.declHere(p)
	ev.ask(question{kind: whatIsDeclared, path: p, answer: ev.declAnswer(ev.declarationOf(p))})
	return d
}

// group lists the names below p if p is a group of options whose names are all known, and no option itself.
func (ev *Evaluator) group(p *Path) ([]string, bool) {
	ev.settle(p)
	names, ok := ev.groupOf(p)
	ev.ask(question{kind: whichNames, path: p, name: namesText(names, ok)})
	return names, ok
}

func (ev *Evaluator) groupOf(p *Path) ([]string, bool) {
	if p.real != nil {
		defer ev.answering(p)()
		return ev.groupOf(p.real)
	}
	d := ev.declarationOf(p)
	if d == nil || d.Parent == nil && !d.inner() {
		return nil, false
	}
	if _, option := ev.declHere(d); option {
		return nil, false
	}
	var names []string
	for name, k := range d.kids {
		if ev.declaredAt(k) {
			if !known(name) {
				return nil, false
			}
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, len(names) > 0
}

// declares says whether some option is declared at p.name or below it.
func (ev *Evaluator) declares(p *Path, name string) bool {
	return ev.declaration(ev.child(p, name)) != nil
}
