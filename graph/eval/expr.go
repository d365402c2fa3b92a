package eval

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"nixsink/parse"
)

// force computes a thunk. One that needs itself has no value: nothing is known of it, and nothing is lost, since
// whatever it needs besides itself is still joined.
func (ev *Evaluator) force(t *thunk) Val {
	switch t.state {
	case 2:
		return t.val
	case 1:
		ev.cuts++
		ev.halves++
		return Val{}
	}
	t.state = 1
	search := ev.search
	ev.search = nil // what is computed on the way is asked for as a whole
	var v Val
	switch {
	case t.fn != nil:
		v = t.fn()
	case t.of != nil:
		v = ev.given(t)
	default:
		ev.visit(t.env.file, t.expr.Range().Start, visitedThunk)
		v = ev.eval(t.expr, t.env)
	}
	if b := t.bind; b != nil && b.name != "" {
		v = ev.bound(v, b)
	}
	ev.search = search
	t.val, t.state = v, 2
	t.fn, t.of = nil, nil
	if t.env != nil {
		t.env = t.env.bare // its place is asked for later
	}
	return v
}

// bound notes that a value goes through a name (rule 2).
func (ev *Evaluator) bound(v Val, b *binding) Val {
	if r, ok := v.shape.(*refShape); ok {
		if r.read == nil {
			return v // config itself, under its own name or another
		}
		c := *r
		c.how = Alias
		if !b.arg {
			c.via = b
		}
		v.shape = &c
	}
	v.org = ev.through(v.org, b)
	return v
}

func (ev *Evaluator) delay(e parse.Expr, en *env) *thunk {
	switch n := e.(type) {
	case *parse.Int:
		if i, err := strconv.ParseInt(n.Text, 10, 64); err == nil {
			return ready(integer(i))
		}
	case *parse.String:
		if len(n.Parts) == 0 {
			return ready(str(""))
		}
		if len(n.Parts) == 1 && n.Parts[0].Expr == nil {
			return ready(str(n.Parts[0].Text))
		}
	}
	t := &thunk{expr: e, env: en}
	ev.toSweep(t, en.file, e.Range().Start)
	return t
}

// eval computes an expression. Every case cites the rule of the package comment that it follows.
func (ev *Evaluator) eval(e parse.Expr, en *env) Val {
	ev.steps++
	if ev.steps&0xfff == 0 && ev.ctx.Err() != nil {
		ev.fuel = 0 // whoever asked is gone
	}
	if ev.depth >= maxDepth || ev.steps > ev.fuel {
		ev.limit(en.file, e.Range(), ev.exhausted())
		return Val{}
	}
	ev.depth++
	defer func() { ev.depth-- }()
	switch n := e.(type) {
	case *parse.Paren:
		return ev.eval(n.X, en)
	case *parse.Ident:
		return ev.variable(n.Name, n.Span, en)
	case *parse.Int:
		if i, err := strconv.ParseInt(n.Text, 10, 64); err == nil {
			return integer(i)
		}
		return Val{}
	case *parse.Float:
		if f, err := strconv.ParseFloat(n.Text, 64); err == nil {
			return Val{shape: &floatShape{f}}
		}
		return Val{}
	case *parse.URI:
		return str(n.Text)
	case *parse.String:
		return ev.text(n.Parts, en)
	case *parse.Path:
		return ev.pathLiteral(n, en)
	case *parse.List:
		ts := make([]*thunk, len(n.Elems))
		for i, x := range n.Elems {
			ts[i] = ev.delay(x, en)
		}
		return list(ts, true)
	case *parse.Set:
		return ev.set(n, en)
	case *parse.Let:
		return ev.eval(n.Body, ev.scope(n.Bindings, en))
	case *parse.With:
		return ev.eval(n.Body, &env{up: en, file: en.file, with: ev.delay(n.Env, en), bare: en.bare, of: en.of})
	case *parse.Assert:
		c := ev.deep(ev.eval(n.Cond, en)).atMost(Control)
		return ev.eval(n.Body, en).with(c)
	case *parse.If:
		return ev.branch(n, en)
	case *parse.Lambda:
		c := &closure{fn: n, env: en}
		if v := ev.marks(en.file); v[n.Start]&(visitedBody|bodyWaitsForSweep) == 0 {
			v[n.Start] |= bodyWaitsForSweep
			ev.closures = append(ev.closures, c)
		}
		return Val{shape: c}
	case *parse.Apply:
		f := ev.eval(n.Fn, en)
		return ev.apply(f, ev.delay(n.Arg, en), site{en.file, n.Span})
	case *parse.Select:
		return ev.selection(n, en)
	case *parse.HasAttr:
		return ev.hasAttr(n, en)
	case *parse.Unary:
		x := ev.eval(n.X, en)
		if n.Op == parse.OpNot {
			return ev.inverted(x)
		}
		if i, ok := x.shape.(*intShape); ok && n.Op == parse.OpNeg {
			return integer(-i.n).with(x.org)
		}
		return unknown(ev.deep(x))
	case *parse.Binary:
		return ev.binary(n, en)
	}
	return Val{}
}

// branch follows both branches of an if, unless the condition is known; what is not taken is still searched for reads.
func (ev *Evaluator) branch(n *parse.If, en *env) Val {
	c := ev.eval(n.Cond, en)
	org := ev.deep(c).atMost(Control)
	if b, ok := c.shape.(*boolShape); ok {
		taken, other := n.Then, n.Else
		if !b.b {
			taken, other = other, taken
		}
		if ev.visit(en.file, other.Range().Start, visitedThunk) {
			ev.pending = append(ev.pending, &thunk{expr: other, env: en})
		}
		if len(org) == 0 {
			ev.leaveOut(other, en.file)
			return ev.eval(taken, en)
		}
	}
	return ev.choice(org, ev.eval(n.Then, en), ev.eval(n.Else, en))
}

// choice is one of several values, whichever org decides for: nothing is decided where all of them are the same constant.
func (ev *Evaluator) choice(org Origins, vs ...Val) Val {
	if len(vs) > 1 && ev.sameConstant(vs) {
		return vs[0]
	}
	return ev.join(vs...).with(org)
}

// sameConstant says that values are one and the same, wholly known from the text.
func (ev *Evaluator) sameConstant(vs []Val) bool {
	for _, v := range vs {
		if len(v.org) > 0 {
			return false
		}
		if _, ok := v.shape.(*setShape); ok {
			return false // one of the same shape is told attribute by attribute
		}
		if eq, ok := ev.equal(vs[0], v); !eq || !ok {
			return false
		}
	}
	return true
}

func (ev *Evaluator) text(parts []parse.Part, en *env) Val {
	s := ""
	var org Origins
	var made composed
	for i := range parts {
		p := &parts[i]
		if p.Expr == nil {
			s = joinText(s, p.Text)
			made.text(p.Text)
			continue
		}
		v := ev.eval(p.Expr, en)
		text := ev.inText(v)
		s = joinText(s, text)
		if !known(text) {
			made.value(ev.symbolOf(v))
		} else {
			made.text(text)
		}
		org = union(org, ev.deep(v))
	}
	if known(s) {
		return str(s).with(org)
	}
	return Val{shape: &strShape{s, made.symbol(ev)}, org: org}
}

// asText is what a value is in a string, as far as it is known.
func (ev *Evaluator) asText(v Val) string {
	switch s := v.shape.(type) {
	case *strShape:
		return s.s
	case *pathShape:
		if s.inside {
			return SelfPrefix + "/" + s.s
		}
		return s.s
	case *intShape:
		return strconv.FormatInt(s.n, 10)
	case *setShape:
		if a, ok := s.get("outPath"); ok {
			return ev.asText(ev.force(a.val))
		}
	case *laterShape, *flakeShape:
		return SelfPrefix + "/"
	case *refShape:
		// What an option of a flake's own configuration holds is known: config.hosts.root.
		if held, ok := ev.flakeValue(s.path); ok && !isRef(held) {
			return ev.asText(held)
		}
	}
	return hole
}

func (ev *Evaluator) pathLiteral(n *parse.Path, en *env) Val {
	if n.Search {
		name := ""
		if len(n.Parts) > 0 {
			name = n.Parts[0].Text
		}
		switch name {
		case "nixpkgs/lib":
			return Val{shape: &pathShape{s: "<nixpkgs/lib>"}}
		}
		return Val{shape: &pathShape{s: "<" + name + ">"}}
	}
	v := ev.text(n.Parts, en)
	s := v.shape.(*strShape).s
	if strings.HasPrefix(s, "/") || strings.HasPrefix(s, "~") {
		return Val{shape: &pathShape{s: s}, org: v.org}
	}
	return Val{shape: &pathShape{s: path.Join(path.Dir(en.file.Name), s), inside: true}, org: v.org}
}

// variable finds a name: lexical scopes first, then Nix's own names, then every with from the inside out (rule 1).
func (ev *Evaluator) variable(name string, span parse.Span, en *env) Val {
	if len(ev.Loaders) > 0 {
		if l, ok := ev.described(name); ok {
			return l
		}
	}
	if t := en.lookup(name); t != nil {
		v := ev.force(t)
		if r, ok := v.shape.(*refShape); ok && r.read == nil && ev.plainRoot(r.path) {
			return ev.noteRead(v, en.file, span, Val{}, "")
		}
		return v
	}
	if v, ok := ev.global(name, en); ok {
		return v
	}
	return ev.throughWith(name, span, en)
}

func (ev *Evaluator) throughWith(name string, span parse.Span, en *env) Val {
	var perhaps []Val
	for s := en; s != nil; s = s.up {
		if s.set != nil || s.with == nil {
			continue
		}
		w := ev.force(s.with)
		switch ev.offers(w, name) {
		case yes:
			v := ev.sel(w, name)
			if r, ok := v.shape.(*refShape); ok {
				c := *r
				c.how = With
				v.shape = &c
				v = ev.noteRead(v, en.file, span, w, "")
			}
			if len(perhaps) > 0 {
				return ev.join(append(perhaps, v)...)
			}
			return v
		case maybe:
			if v := ev.sel(w, name); len(v.org) > 0 || v.shape != nil {
				perhaps = append(perhaps, v)
			}
		}
	}
	if len(perhaps) == 0 {
		// Nothing offers it for sure: where config is the innermost with, the read is under it.
		for s := en; s != nil; s = s.up {
			if s.set == nil && s.with != nil {
				if w := ev.force(s.with); isRef(w) {
					v := ev.sel(w, name)
					if r, ok := v.shape.(*refShape); ok {
						c := *r
						c.how = With
						v.shape = &c
						return ev.noteRead(v, en.file, span, w, "")
					}
				}
			}
		}
		return Val{}
	}
	return ev.join(perhaps...)
}

func isRef(v Val) bool {
	_, ok := v.shape.(*refShape)
	return ok
}

type tri uint8

const (
	no tri = iota
	maybe
	yes
)

// offers says whether a with over v binds name.
func (ev *Evaluator) offers(v Val, name string) tri {
	switch s := v.shape.(type) {
	case *setShape:
		if _, ok := s.get(name); ok {
			return yes
		}
		if s.base != nil {
			return ev.offers(*s.base, name)
		}
		if s.dyn {
			return maybe
		}
		return no
	case *libShape:
		if s.name == "pkgs" || strings.HasPrefix(s.name, "pkgs.") {
			if _, ok := libTable[name]; ok || libSpaces[name] {
				return maybe
			}
			return yes
		}
		if libOffers(s.name, name) {
			return yes
		}
		return no
	case *refShape:
		if ev.declares(s.path, name) {
			return yes
		}
		if _, ok := ev.flakeValue(ev.child(s.path, name)); ok {
			return yes
		}
		return no
	case *optionsShape:
		if ev.declares(s.path, name) {
			return yes
		}
		return maybe
	case *altShape:
		best := no
		for _, t := range s.alts {
			best = max(best, ev.offers(ev.force(t), name))
		}
		return best
	case nil:
		return maybe
	}
	return no
}

// attrName is a segment of an attribute path: its text as far as known and its origins.
func (ev *Evaluator) attrName(a *parse.AttrName, en *env) (string, Origins, symbol) {
	if a.Static() {
		return a.Name, nil, 0
	}
	v := ev.eval(a.Expr, en)
	name, org := ev.nameText(v)
	return name, org, ev.symbolOf(v)
}

// nameText is a value as the name of an attribute.
func (ev *Evaluator) nameText(v Val) (string, Origins) {
	if _, several := v.shape.(*altShape); several {
		return hole, ev.deep(v)
	}
	s := ev.asText(v)
	if s == "" {
		s = hole
	}
	return s, ev.deep(v)
}

func (ev *Evaluator) selection(n *parse.Select, en *env) Val {
	base := ev.eval(n.X, en)
	v := base
	why := ""
	dynamic, same := false, false
	var names []chosenName
	for i := range n.Path {
		name, org, sym := ev.attrName(&n.Path[i], en)
		if !n.Path[i].Static() {
			dynamic = true
			if !known(name) && why == "" {
				why = fmt.Sprintf("the attribute name %s is computed and not known from the text", strings.TrimSpace(en.file.Text(n.Path[i].Span)))
			}
		}
		if v, same = ev.member(v, name, sym); same {
			org = nil
		} else if sym != 0 && isRef(v) {
			names, org = append(names, chosenName{i, sym, org}), nil
		}
		v = v.with(org)
		if len(ev.Loaders) > 0 && i == len(n.Path)-1 {
			if l, ok := ev.described(name); ok {
				return l
			}
		}
	}
	for _, c := range names {
		v = ev.chosen(v, len(n.Path)-1-c.at, c.sym, c.org)
	}
	if isRef(v) || isAlt(v) {
		v = ev.noteReads(v, en.file, n.Span, base, why, dynamic)
	}
	if n.Default != nil {
		d := ev.eval(n.Default, en)
		if v.shape == missing {
			return d.with(v.org)
		}
		if ev.certain(v) {
			return v
		}
		return ev.join(v, d)
	}
	if v.shape == missing {
		return unknown(v.org)
	}
	return v
}

func isAlt(v Val) bool {
	_, ok := v.shape.(*altShape)
	return ok
}

// certain says that a value is there whatever happens: nothing of it is in doubt, or it is an option that is declared.
func (ev *Evaluator) certain(v Val) bool {
	switch s := v.shape.(type) {
	case nil, *altShape:
		return false
	case *refShape:
		for p := s.path; p.Parent != nil; p = p.Parent {
			if !known(p.Name) {
				return false
			}
		}
		return ev.declaration(s.path) == s.path
	}
	return true
}

// missing is the shape of an attribute that a set surely does not have.
var missing shape = &missingShape{}

type missingShape struct{ _ byte }

func (ev *Evaluator) noteReads(v Val, f *parse.File, span parse.Span, base Val, why string, dynamic bool) Val {
	switch s := v.shape.(type) {
	case *refShape:
		if dynamic {
			c := *s
			c.how = Dynamic
			v.shape = &c
		}
		return ev.noteRead(v, f, span, base, why)
	case *altShape:
		out := make([]*thunk, len(s.alts))
		for i, t := range s.alts {
			out[i] = t
			if a := ev.force(t); isRef(a) {
				out[i] = ready(ev.noteReads(a, f, span, base, why, dynamic))
			}
		}
		v.shape = &altShape{alts: out}
	}
	return v
}

// noteRead records that the source at span reads a part of config.
func (ev *Evaluator) noteRead(v Val, f *parse.File, span parse.Span, base Val, why string) Val {
	r := v.shape.(*refShape)
	rd := Read{File: f, Span: span, How: r.how, Unknown: why}
	if r.via != nil {
		rd.Via, rd.ViaFile, rd.ViaSpan = r.via.name, r.via.site.file, r.via.site.span
	}
	c := *r
	c.read = ev.addRead(r.path, rd)
	c.via = nil // from here on it goes through names of its own, not through what it was read through
	v.shape = &c
	return v
}

// addRead lists a read of what is at a path, unless the same one is listed already, and gives the listed one.
func (ev *Evaluator) addRead(p *Path, rd Read) *Read {
	key := readKey{rd.File, rd.Span, p.Itself(), p.real != nil}
	r := ev.reads[key]
	if r == nil {
		c := rd
		r = &c
		r.Path, r.id = key.path, uint32(len(ev.readOf))
		ev.readOf = append(ev.readOf, r)
		ev.reads[key] = r
		ev.Reads = append(ev.Reads, r)
	}
	r.readBy(ev.cur)
	if p.real != nil && !slices.Contains(r.of, p.Root) {
		r.of = append(r.of, p.Root)
	}
	return r
}

type readKey struct {
	f      *parse.File
	span   parse.Span
	path   *Path
	across bool // of another configuration
}

// sel is v.name (rule 4). A set that surely has no such attribute gives missing.
func (ev *Evaluator) sel(v Val, name string) Val {
	switch s := v.shape.(type) {
	case nil:
		// Of a flake input nothing is known, but that its lib is nixpkgs' lib or one like it.
		switch {
		case name == "lib":
			return Val{shape: &libShape{"lib"}, org: v.org}
		case name == "legacyPackages":
			return Val{shape: &libShape{name}, org: v.org}
		case anywhere[name]:
			return ev.libFunction(name).with(v.org)
		}
		return unknown(v.org)
	case *setShape:
		if known(name) {
			if a, ok := s.get(name); ok {
				return ev.force(a.val).with(v.org)
			}
			if s.conf != nil {
				if m, ok := s.conf.more(ev, name); ok {
					return m.with(v.org)
				}
			}
			var some []Val
			if s.dyn {
				for i := range s.attrs {
					if a := &s.attrs[i]; !known(a.name) && matches(a.name, name) {
						some = append(some, ev.force(a.val).with(a.key.atMost(Control)))
					}
				}
			}
			if s.base != nil {
				b := ev.sel(*s.base, name)
				if f, ok := b.shape.(*builtin); ok && makers[f.spec.name].class != nil && isLib(*s.base) {
					b.shape = &builtin{spec: f.spec, args: f.args, lib: ready(v)}
				}
				if b.shape != missing {
					some = append(some, b)
				}
			}
			if len(some) == 0 {
				return Val{shape: missing, org: v.org}
			}
			return ev.join(some...).with(v.org)
		}
		var some []Val
		for i := range s.attrs {
			if matches(name, s.attrs[i].name) || !known(s.attrs[i].name) {
				some = append(some, ev.force(s.attrs[i].val))
			}
		}
		if s.base != nil {
			some = append(some, ev.sel(*s.base, name))
		}
		return ev.join(some...).with(v.org)
	case *refShape:
		if s.read != nil {
			s.read.Selected = true
		}
		if name == "_module" {
			return Val{}
		}
		if s.path.Parent != nil && s.path.Parent.Parent == nil && s.path.Name == "lib" && len(ev.keptAt(ev.child(s.path, name))) == 0 && !ev.keptBelow(ev.child(s.path, name)) {
			// home-manager's config.lib: functions that are not of this tree.
			if v := ev.libFunction(name); v.shape != nil {
				return v
			}
		}
		if name == hole && s.path.bottomless() {
			return unknown(ev.origins(v))
		}
		below := ev.child(s.path, name)
		if host, ok := ev.flakeHost(below); ok {
			return host.with(v.org)
		}
		return Val{shape: &refShape{path: below, how: s.how, via: s.via}, org: ev.chosenBelow(v.org, s.path, below)}
	case *libShape:
		return ev.libSelect(s, name, v.org)
	case *altShape:
		if name == "config" && len(s.alts) > 1 {
			if any, ok := ev.anyHost(s.alts); ok {
				return ev.sel(any, name).with(v.org)
			}
		}
		var some []Val
		for _, t := range s.alts {
			a := ev.sel(ev.force(t), name)
			if a.shape != missing {
				some = append(some, a)
			} else if len(a.org) > 0 {
				v.org = union(v.org, a.org)
			}
		}
		if len(some) == 0 {
			return Val{shape: missing, org: v.org}
		}
		if s.prop == merged && len(some) > 1 {
			return allOf(some).with(v.org)
		}
		if len(some) == len(s.alts) {
			return ev.choice(v.org, some...)
		}
		return ev.join(some...).with(v.org)
	case *moduleArgs:
		return ev.argument(s.m, name)
	case *flakeShape:
		return ev.flakeOutput(s.conf, name)
	case *laterShape:
		return ev.sel(ev.force(s.t), name)
	case *optShape:
		return unknown(v.org)
	case *optionsShape:
		return ev.option(s, name, v.org)
	case *missingShape:
		return Val{shape: missing, org: v.org}
	}
	return unknown(ev.origins(v))
}

// matches says whether two names, of which either may have holes, can be the same.
func matches(pattern, name string) bool {
	return pattern == name || !known(name) || Glob(pattern, name)
}

// Glob says whether a name can be what pattern stands for: pattern has holes, and each stands for any text.
func Glob(pattern, name string) bool {
	parts := strings.Split(pattern, hole)
	if len(parts) == 1 || !strings.HasPrefix(name, parts[0]) {
		return false
	}
	rest := name[len(parts[0]):]
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(rest, p)
		if i < 0 {
			return false
		}
		rest = rest[i+len(p):]
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}

// hasAttr is x ? a.b: a guard. It depends on names alone (rule 5).
func (ev *Evaluator) hasAttr(n *parse.HasAttr, en *env) Val {
	v := ev.eval(n.X, en)
	names := make([]string, len(n.Path))
	var org Origins
	for i := range n.Path {
		var o Origins
		names[i], o, _ = ev.attrName(&n.Path[i], en)
		org = union(org, o)
	}
	is := ev.has(v, names, site{en.file, n.Span}).with(org)
	is.org = ev.digested(is.org)
	return is
}

func (ev *Evaluator) binary(n *parse.Binary, en *env) Val {
	switch n.Op {
	case parse.OpUpdate:
		return ev.update(ev.eval(n.X, en), ev.eval(n.Y, en))
	case parse.OpConcat:
		return ev.concat(ev.eval(n.X, en), ev.eval(n.Y, en))
	case parse.OpPipeTo:
		x := ev.delay(n.X, en)
		return ev.apply(ev.eval(n.Y, en), x, site{en.file, n.Span})
	case parse.OpPipeFrom:
		f := ev.eval(n.X, en)
		return ev.apply(f, ev.delay(n.Y, en), site{en.file, n.Span})
	}
	x, y := ev.eval(n.X, en), ev.eval(n.Y, en)
	if n.Op == parse.OpEq || n.Op == parse.OpNotEq {
		return ev.equality(x, y, n.Op == parse.OpEq)
	}
	org := union(ev.deep(x), ev.deep(y))
	switch n.Op {
	case parse.OpAnd, parse.OpOr, parse.OpImpl:
		// A side that is known to decide leaves the other one out.
		if b, ok := x.shape.(*boolShape); ok && len(x.org) == 0 {
			switch {
			case n.Op == parse.OpAnd && !b.b:
				return boolean(false)
			case n.Op == parse.OpOr && b.b, n.Op == parse.OpImpl && !b.b:
				return boolean(true)
			}
			return y
		}
		if b, ok := y.shape.(*boolShape); ok && len(y.org) == 0 {
			if n.Op == parse.OpAnd && !b.b || n.Op == parse.OpOr && b.b {
				return boolean(b.b)
			}
			if n.Op == parse.OpAnd || n.Op == parse.OpOr {
				return x
			}
		}
		return ev.logic(n.Op, x, y, org)
	case parse.OpAdd:
		return ev.add(x, y, org)
	case parse.OpSub, parse.OpMul, parse.OpDiv, parse.OpLess, parse.OpLessEq, parse.OpGreater, parse.OpGreaterEq:
		if a, ok := x.shape.(*intShape); ok {
			if b, ok := y.shape.(*intShape); ok {
				switch n.Op {
				case parse.OpSub:
					return integer(a.n - b.n).with(org)
				case parse.OpMul:
					return integer(a.n * b.n).with(org)
				case parse.OpDiv:
					if b.n != 0 {
						return integer(a.n / b.n).with(org)
					}
				case parse.OpLess:
					return boolean(a.n < b.n).with(org)
				case parse.OpLessEq:
					return boolean(a.n <= b.n).with(org)
				case parse.OpGreater:
					return boolean(a.n > b.n).with(org)
				case parse.OpGreaterEq:
					return boolean(a.n >= b.n).with(org)
				}
			}
		}
	}
	return unknown(org)
}

// equality is x == y or x != y.
func (ev *Evaluator) equality(x, y Val, equal bool) Val {
	is := func(v Val) Val {
		if equal {
			return v
		}
		return ev.negated(v)
	}
	if _, null := y.shape.(*nullShape); null && len(y.org) == 0 {
		return is(ev.isNull(x))
	}
	if _, null := x.shape.(*nullShape); null && len(x.org) == 0 {
		return is(ev.isNull(y))
	}
	if a, b := ev.types(x), ev.types(y); a.never(b.comparable()) && b != 0 {
		return boolean(!equal) // whatever they hold
	}
	if v, ok := ev.isEmpty(x, y); ok {
		return is(v)
	}
	if v, ok := ev.isEmpty(y, x); ok {
		return is(v)
	}
	org := ev.digested(union(ev.deep(x), ev.deep(y)))
	if eq, ok := ev.equal(x, y); ok {
		return boolean(eq == equal).with(org)
	}
	return ev.comparison(x, y, equal, org)
}

func (ev *Evaluator) add(x, y Val, org Origins) Val {
	switch a := x.shape.(type) {
	case *intShape:
		if b, ok := y.shape.(*intShape); ok {
			return integer(a.n + b.n).with(org)
		}
	case *strShape:
		return str(joinText(a.s, ev.inText(y))).with(org)
	case *pathShape:
		s := joinText(a.s, ev.asText(y))
		if a.inside {
			s = path.Clean(s)
		}
		return Val{shape: &pathShape{s, a.inside}, org: org}
	case *setShape:
		if p, ok := a.get("outPath"); ok {
			return ev.add(ev.force(p.val), y, org)
		}
	case *laterShape, *flakeShape:
		return str(joinText(SelfPrefix+"/", ev.asText(y))).with(org)
	case *refShape:
		if held, ok := ev.flakeValue(a.path); ok && !isRef(held) && held.shape != nil {
			return ev.add(held, y, org)
		}
	}
	if s, ok := y.shape.(*strShape); ok {
		return str(joinText(hole, s.s)).with(org)
	}
	return unknown(org)
}

// equal compares what is wholly known.
func (ev *Evaluator) equal(x, y Val) (eq, ok bool) {
	switch a := x.shape.(type) {
	case *strShape:
		if b, is := y.shape.(*strShape); is {
			if known(a.s) && known(b.s) {
				return a.s == b.s, true
			}
			return false, false
		}
	case *intShape:
		if b, is := y.shape.(*intShape); is {
			return a.n == b.n, true
		}
	case *boolShape:
		if b, is := y.shape.(*boolShape); is {
			return a.b == b.b, true
		}
	case *nullShape:
		if _, is := y.shape.(*nullShape); is {
			return true, true
		}
	case *pathShape:
		if b, is := y.shape.(*pathShape); is && a.inside && b.inside && known(a.s) && known(b.s) {
			return path.Clean(a.s) == path.Clean(b.s), true
		}
	case *listShape:
		if b, is := y.shape.(*listShape); is && a.exact && b.exact && (len(a.elems) == 0 || len(b.elems) == 0) {
			return len(a.elems) == len(b.elems), true
		}
		if _, is := y.shape.(*listShape); is {
			return false, false
		}
	case *setShape:
		if b, is := y.shape.(*setShape); is {
			if a.base == nil && b.base == nil && !a.dyn && !b.dyn && (len(a.attrs) == 0 || len(b.attrs) == 0) {
				return len(a.attrs) == len(b.attrs), true
			}
			return false, false
		}
	}
	return false, false
}

// comparable are the kinds that something of these kinds may be equal to: 1 == 1.0.
func (s typeSet) comparable() typeSet {
	if s&(intType|floatType) != 0 {
		s |= intType | floatType
	}
	return s
}

// negated is !v of booleans that are known.
func (ev *Evaluator) negated(v Val) Val {
	switch s := v.shape.(type) {
	case *boolShape:
		return boolean(!s.b).with(v.org)
	case *altShape:
		each := make([]Val, len(s.alts))
		for i, t := range s.alts {
			each[i] = ev.negated(ev.force(t))
		}
		return ev.join(each...).with(v.org)
	}
	return ev.inverted(v)
}

func (ev *Evaluator) concat(x, y Val) Val {
	a, ea, oa := ev.elems(x)
	b, eb, ob := ev.elems(y)
	if len(a)+len(b) > maxList {
		return list([]*thunk{ready(unknown(union(ev.deep(x), ev.deep(y))))}, false).with(union(oa, ob))
	}
	ev.steps += (len(a) + len(b)) / 16 // copying is work too
	ts := make([]*thunk, 0, len(a)+len(b))
	// A condition over one operand is a condition over its elements; the list's length depends on it as well.
	for _, t := range a {
		ts = append(ts, ev.adding(t, oa))
	}
	for _, t := range b {
		ts = append(ts, ev.adding(t, ob))
	}
	return list(ts, ea && eb).with(union(oa, ob)).sized(sizeOfLists(x, y))
}

// update is x // y: y's attributes win, unless it is in doubt that y has them (rule 6).
func (ev *Evaluator) update(x, y Val) Val {
	if isProperty(y) {
		return y // what is beside its _type is dropped
	}
	if isProperty(x) {
		return x.with(y.org)
	}
	if a, ok := y.shape.(*altShape); ok {
		var out []Val
		for _, t := range a.alts {
			out = append(out, ev.update(x, ev.force(t).with(y.org)))
		}
		return ev.join(out...)
	}
	if a, ok := x.shape.(*altShape); ok {
		var out []Val
		for _, t := range a.alts {
			out = append(out, ev.update(ev.force(t).with(x.org), y))
		}
		return ev.join(out...)
	}
	if o, ok := x.shape.(*optShape); ok {
		// mkEnableOption "x" // { default = …; }: the option with that changed.
		c := *o
		over := y
		if c.over != nil {
			over = ev.update(ev.force(c.over), y)
		}
		c.over = ready(over)
		return Val{shape: &c, org: x.org}
	}
	x, y = ev.expand(x), ev.expand(y)
	b, okB := y.shape.(*setShape)
	if !okB {
		if y.shape == nil && len(y.org) == 0 {
			if a, ok := x.shape.(*setShape); ok && a.base == nil {
				c := *a
				c.base = &Val{}
				c.deep = nil
				return Val{shape: &c, org: x.org}
			}
			return x
		}
		if l, ok := y.shape.(*libShape); ok {
			return ev.updateByLib(x, y, l)
		}
		return ev.join(x, y)
	}
	if x.shape == nil || isRef(x) || isLib(x) {
		c := *b
		c.attrs = ev.conditional(b.attrs, y.org)
		c.index, c.deep = nil, nil
		base := x
		if b.base != nil {
			base = ev.join(x, *b.base)
		}
		c.base = &base
		return Val{shape: &c, org: nil}
	}
	a, okA := x.shape.(*setShape)
	if !okA {
		return ev.join(x, y)
	}
	out := &setShape{base: a.base, dyn: a.dyn || b.dyn}
	if b.base != nil {
		base := *b.base
		if a.base != nil {
			base = ev.join(*a.base, base)
		}
		out.base = &base
	}
	inDoubt := len(y.org) > 0
	if len(a.attrs) > leastIndexed && len(x.org) == 0 && !inDoubt && b.base == nil && !slices.ContainsFunc(b.attrs, func(at attr) bool {
		_, replaced := a.get(at.name)
		return replaced && known(at.name)
	}) {
		out.attrs, out.index = a.grow(b.attrs)
		return Val{shape: out}
	}
	out.attrs = make([]attr, 0, len(a.attrs)+len(b.attrs))
	for _, at := range ev.conditional(a.attrs, x.org) {
		if o, ok := b.get(at.name); ok && known(at.name) {
			if inDoubt {
				l, r, yo := at.val, o.val, y.org
				out.attrs = append(out.attrs, attribute(at.name, union(at.key, o.key), lazily(func() Val {
					return ev.join(ev.force(l), ev.force(r).with(yo)).with(yo.atMost(Control))
				}), o.site))
			}
			continue
		}
		if b.base != nil && known(at.name) {
			l, base, name := at.val, *b.base, at.name
			at.val = lazily(func() Val {
				r := ev.sel(base, name)
				if r.shape == missing {
					return ev.force(l)
				}
				return ev.join(ev.force(l), r)
			})
		}
		out.attrs = append(out.attrs, at)
	}
	for _, at := range ev.conditional(b.attrs, y.org) {
		if _, ok := a.get(at.name); ok && known(at.name) && inDoubt {
			continue
		}
		out.attrs = append(out.attrs, at)
	}
	var rest Origins
	if a.base != nil {
		rest = x.org
	}
	if b.base != nil {
		rest = union(rest, y.org)
	}
	return Val{shape: out, org: rest}
}

// updateByLib is x // lib: what lib offers is lib's.
func (ev *Evaluator) updateByLib(x, y Val, l *libShape) Val {
	switch a := x.shape.(type) {
	case *libShape:
		if a.name == l.name {
			return y.with(x.org)
		}
	case *setShape:
		c := &setShape{base: &y}
		for _, at := range ev.conditional(a.attrs, x.org) {
			if !known(at.name) || !libOffers(l.name, at.name) {
				c.add(at)
			}
		}
		if a.base != nil && !isLib(*a.base) {
			base := ev.join(*a.base, y)
			c.base = &base
		}
		return Val{shape: c}
	}
	return ev.join(x, y)
}

// isProperty says that a value is mkIf, mkMerge or mkOverride of another one.
func isProperty(v Val) bool {
	a, ok := v.shape.(*altShape)
	return ok && a.prop != several
}

func isLib(v Val) bool {
	_, ok := v.shape.(*libShape)
	return ok
}

// conditional pushes what a set as a whole depends on into its attributes.
func (ev *Evaluator) conditional(as []attr, org Origins) []attr {
	if len(org) == 0 {
		return as
	}
	out := make([]attr, len(as))
	for i, a := range as {
		a.val = ev.adding(a.val, org)
		a.maybe = true
		out[i] = a
	}
	return out
}
