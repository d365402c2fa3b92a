package parse

import "strconv"

// checker finds what Nix finds in a whole tree before it evaluates: attributes and arguments defined twice, dynamic attributes where none
// may be, variables that nothing binds. It is also what bounds the height of a tree for everybody after it.
//
// Bindings are one group if Nix makes one set of them. A group whose attributes are spelled with paths (a.b = 1; a.c = 2;) is checked in
// place; one that merges a written set into another definition (a.b = 1; a = { c = 2; };) is built as Nix builds it, see merge.go.
type checker struct {
	symbolTable
	file      *File
	errors    ErrorList
	undefined map[string]*Error // the first place that reads each undefined variable
	scope     []symbol          // what the scopes around bind, innermost last
	with      int               // how many with are around
	height    int
	tooHigh   bool
	groups    int32 // how many groups there are yet
	attrs     []definition
	nested    pathTable
}

// definition is what a group has under one name.
type definition struct {
	kind  definitionKind
	group int32 // of a path's prefix: its own group
	at    Span  // of the path or the inherited name
}

type definitionKind uint8

const (
	plainValue definitionKind = iota
	writtenSet                // { … }: other definitions merge into it
	pathPrefix                // a of a.b = …: a set that nobody wrote
)

func (p *parser) check(f *File) {
	c := &p.checker
	c.reset()
	c.file, c.errors, c.undefined = f, nil, nil
	c.scope, c.attrs = c.scope[:0], c.attrs[:0]
	c.with, c.height, c.tooHigh, c.groups = 0, 0, false, 0
	c.nested.reset()
	c.visit(f.Expr)
	if c.tooHigh {
		f.Expr = &Bad{Span{0, int32(len(f.Src))}}
		p.errors = append(p.errors, &Error{Msg: "expression is more than " + strconv.Itoa(MaxHeight) + " levels high"})
		return
	}
	if !p.errors.Syntax() { // what a gap would have defined is not known
		for _, e := range c.undefined {
			c.errors = append(c.errors, e)
		}
	}
	p.errors = append(p.errors, c.errors...)
	c.file, c.errors, c.undefined = nil, nil, nil
}

func (c *checker) report(at Span, msg string) {
	c.errors = append(c.errors, &Error{Span: at, Msg: msg, Static: true})
}

// visit checks e where everything in scope is bound.
func (c *checker) visit(e Expr) {
	if c.height++; c.height > MaxHeight {
		c.tooHigh = true
	}
	if c.tooHigh {
		c.height--
		return
	}
	switch x := e.(type) {
	case *Ident:
		c.variable(x.Name, x.Span)
	case *String:
		c.parts(x.Parts)
	case *Path:
		c.parts(x.Parts)
	case *List:
		for _, e := range x.Elems {
			c.visit(e)
		}
	case *Set:
		c.group(x.Bindings, x.Rec, nil)
	case *Let:
		c.noDynamic(x)
		c.group(x.Bindings, true, x.Body)
	case *With:
		c.visit(x.Env)
		c.with++
		c.visit(x.Body)
		c.with--
	case *Assert:
		c.visit(x.Cond)
		c.visit(x.Body)
	case *If:
		c.visit(x.Cond)
		c.visit(x.Then)
		c.visit(x.Else)
	case *Lambda:
		c.lambda(x)
	case *Apply:
		c.visit(x.Fn)
		c.visit(x.Arg)
	case *Select:
		c.visit(x.X)
		c.names(x.Path)
		if x.Default != nil {
			c.visit(x.Default)
		}
	case *HasAttr:
		c.visit(x.X)
		c.names(x.Path)
	case *Unary:
		c.visit(x.X)
	case *Binary:
		c.visit(x.X)
		c.visit(x.Y)
	case *Paren:
		c.visit(x.X)
	}
	c.height--
}

func (c *checker) parts(parts []Part) {
	for i := range parts {
		if e := parts[i].Expr; e != nil {
			c.visit(e)
		}
	}
}

func (c *checker) names(names []AttrName) {
	for i := range names {
		if e := names[i].Expr; e != nil {
			c.visit(e)
		}
	}
}

// variable checks that something binds name. Any with may.
func (c *checker) variable(name string, at Span) {
	if c.with > 0 || c.infos[c.intern(name)].bound > 0 || name == "__curPos" {
		return
	}
	if e := c.undefined[name]; e != nil {
		if at.Start < e.Span.Start {
			e.Span = at
		}
		return
	}
	if c.undefined == nil {
		c.undefined = make(map[string]*Error)
	}
	c.undefined[name] = &Error{Span: at, Msg: "undefined variable '" + name + "'", Static: true}
}

func (c *checker) bind(s symbol) {
	c.infos[s].bound++
	c.scope = append(c.scope, s)
}

// leave ends all scopes above mark.
func (c *checker) leave(mark int) {
	for _, s := range c.scope[mark:] {
		c.infos[s].bound--
	}
	c.scope = c.scope[:mark]
}

func (c *checker) lambda(x *Lambda) {
	mark := len(c.scope)
	if x.Formals != nil {
		c.groups++
		for i := range x.Formals.List {
			f := &x.Formals.List[i]
			s := c.intern(f.Name)
			if c.infos[s].group == c.groups {
				c.report(f.NameSpan, "duplicate formal function argument '"+f.Name+"'")
			}
			c.infos[s].group = c.groups
			c.bind(s)
		}
	}
	if x.Arg != nil {
		s := c.intern(x.Arg.Name)
		if x.Formals != nil && c.infos[s].group == c.groups {
			c.report(x.Arg.Span, "duplicate formal function argument '"+x.Arg.Name+"'")
		}
		c.bind(s)
	}
	if x.Formals != nil {
		for i := range x.Formals.List {
			if d := x.Formals.List[i].Default; d != nil {
				c.visit(d)
			}
		}
	}
	c.visit(x.Body)
	c.leave(mark)
}

// noDynamic checks that the let binds no names that only evaluation would know.
func (c *checker) noDynamic(x *Let) {
	for _, b := range x.Bindings {
		if a, ok := b.(*Attr); ok && !a.Path[0].Static() {
			c.report(a.Path[0].Span, "dynamic attributes not allowed in let")
		}
	}
}

// group checks bindings and, of a let, the body.
func (c *checker) group(bindings []Binding, rec bool, body Expr) {
	if rec {
		c.inherited(bindings) // before the names are bound: they come from outside
	}
	mark, errors, attrs := len(c.scope), len(c.errors), len(c.attrs)
	inPlace := c.define(bindings, rec)
	c.attrs = c.attrs[:attrs]
	if !inPlace {
		c.leave(mark)
		clear(c.errors[errors:])
		c.errors = c.errors[:errors]
		c.visitMerged(c.merged(bindings, rec), body)
		return
	}
	if !rec {
		c.inherited(bindings)
	}
	for _, b := range bindings {
		switch b := b.(type) {
		case *Attr:
			c.names(b.Path)
			c.visit(b.Value)
		case *Inherit:
			if b.From != nil {
				c.visit(b.From)
			}
		}
	}
	if body != nil {
		c.visit(body)
	}
	c.leave(mark)
}

// inherited looks up the names of each inherit without parentheses.
func (c *checker) inherited(bindings []Binding) {
	for _, b := range bindings {
		if in, ok := b.(*Inherit); ok && in.From == nil {
			for i := range in.Names {
				if n := &in.Names[i]; n.Static() {
					c.variable(n.Name, n.Span)
				}
			}
		}
	}
}

// define enters the names of a group and binds them if it is recursive. It gives false where a written set merges with another definition.
func (c *checker) define(bindings []Binding, rec bool) bool {
	if !rec && allDiffer(bindings) {
		return true
	}
	c.groups++
	group := c.groups
	for _, b := range bindings {
		switch b := b.(type) {
		case *Attr:
			if !c.defineAttr(b, group, rec) {
				return false
			}
		case *Inherit:
			for i := range b.Names {
				n := &b.Names[i]
				if !n.Static() {
					c.report(n.Span, "dynamic attributes not allowed in inherit")
					continue
				}
				s := c.intern(n.Name)
				if info := &c.infos[s]; info.group == group {
					c.duplicate(n.Name, n.Span, c.attrs[info.entry].at)
					continue
				}
				c.enter(s, group, definition{kind: plainValue, at: n.Span})
				if rec {
					c.bind(s)
				}
			}
		}
	}
	return true
}

// allDiffer tells most sets that people write: a few attributes whose names can be compared with each other sooner than be looked up. If no
// two are alike, nothing is defined twice, nothing merges, and nobody asks for the names of a set that is not recursive.
func allDiffer(bindings []Binding) bool {
	if len(bindings) > 8 {
		return false
	}
	for i, b := range bindings {
		a, ok := b.(*Attr)
		if !ok {
			return false
		}
		for _, before := range bindings[:i] {
			if before.(*Attr).Path[0].Name == a.Path[0].Name { // dynamic and missing names have none, and take the long way
				return false
			}
		}
	}
	return true
}

func (c *checker) enter(s symbol, group int32, d definition) {
	info := &c.infos[s]
	info.group, info.entry = group, int32(len(c.attrs))
	c.attrs = append(c.attrs, d)
}

// defineAttr enters one path, as ParserState::addAttr of Nix does.
func (c *checker) defineAttr(a *Attr, group int32, rec bool) bool {
	first := &a.Path[0]
	if !first.Static() || first.Len() == 0 { // dynamic names merge with nothing; an empty one is a syntax error
		return true
	}
	d := definition{kind: plainValue, at: a.pathSpan()}
	if writtenAsSet(a.Value) != nil {
		d.kind = writtenSet
	}
	last := len(a.Path) - 1
	s := c.intern(first.Name)
	prior := int32(-1)
	if info := &c.infos[s]; info.group == group {
		prior = info.entry
	} else {
		one := d
		if last > 0 {
			one = c.prefix(d.at)
		}
		prior = int32(len(c.attrs))
		c.enter(s, group, one)
		if rec {
			c.bind(s)
		}
		if last == 0 {
			return true
		}
	}
	for i := 0; ; i++ { // prior is what stands at Path[:i+1]
		if i == last {
			if d.kind == writtenSet && c.attrs[prior].kind != plainValue {
				return false
			}
			c.duplicate(pathName(a.Path[:i+1]), d.at, c.attrs[prior].at)
			return true
		}
		switch c.attrs[prior].kind {
		case writtenSet:
			return false
		case plainValue:
			c.duplicate(pathName(a.Path[:i+1]), d.at, c.attrs[prior].at)
			return true
		}
		next := &a.Path[i+1]
		if !next.Static() || next.Len() == 0 {
			return true // what is below a dynamic name is new
		}
		slot, found := c.nested.find(c.attrs[prior].group, c.intern(next.Name))
		if found {
			prior = *slot
			continue
		}
		prior = int32(len(c.attrs))
		*slot = prior
		if i+1 == last {
			c.attrs = append(c.attrs, d)
			return true
		}
		c.attrs = append(c.attrs, c.prefix(d.at))
	}
}

func (c *checker) prefix(at Span) definition {
	c.groups++
	return definition{kind: pathPrefix, group: c.groups, at: at}
}

func (c *checker) duplicate(name string, at, prior Span) {
	pos := c.file.Position(prior.Start)
	c.report(at, "attribute '"+name+"' already defined at line "+strconv.Itoa(pos.Line)+", column "+strconv.Itoa(pos.Column))
}

func (a *Attr) pathSpan() Span { return Span{a.Path[0].Start, a.Path[len(a.Path)-1].End} }

// pathName is a path of static and dynamic names as an error shows it.
func pathName(path []AttrName) string {
	var b []byte
	for i := range path {
		if i > 0 {
			b = append(b, '.')
		}
		if path[i].Static() {
			b = append(b, path[i].Name...)
		} else {
			b = append(b, "${…}"...)
		}
	}
	return string(b)
}

// writtenAsSet is the set literal that e is, parentheses aside; nil if it is none. let { … } is none: Nix reads (rec { … }).body.
func writtenAsSet(e Expr) *Set {
	for {
		switch x := e.(type) {
		case *Paren:
			e = x.X
			continue
		case *Set:
			if !x.LegacyLet {
				return x
			}
		}
		return nil
	}
}

// pathTable finds the definition of a name below a path's prefix. Groups have their numbers for a whole file, so it only grows.
type pathTable struct {
	slots []pathSlot
	used  int
	era   uint32
}

type pathSlot struct {
	key   uint64
	era   uint32
	value int32
}

func (t *pathTable) reset() {
	if t.slots == nil {
		t.slots = make([]pathSlot, 256)
	}
	t.used = 0
	if t.era++; t.era == 0 {
		clear(t.slots)
		t.era = 1
	}
}

// find gives the place of a name's value, and whether there was one before. The place is good until the next call.
func (t *pathTable) find(group int32, s symbol) (*int32, bool) {
	if 2*t.used >= len(t.slots) {
		old := t.slots
		t.slots = make([]pathSlot, 2*len(old))
		for i := range old {
			if old[i].era == t.era {
				*t.slot(old[i].key) = old[i]
			}
		}
	}
	key := uint64(group)<<32 | uint64(s)
	slot := t.slot(key)
	if slot.era == t.era {
		return &slot.value, true
	}
	t.used++
	*slot = pathSlot{key: key, era: t.era}
	return &slot.value, false
}

func (t *pathTable) slot(key uint64) *pathSlot {
	mask := uint64(len(t.slots) - 1)
	for i := (key * 0x9e3779b97f4a7c15) >> 32 & mask; ; i = (i + 1) & mask {
		if s := &t.slots[i]; s.era != t.era || s.key == key {
			return s
		}
	}
}
