package graph

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"nixsink/graph/eval"
	"nixsink/parse"
)

// homeUsers is the option under which home-manager keeps a configuration of its own for every user.
var homeUsers = [2]string{"home-manager", "users"}

// realm is whose config a path belongs to: the system's, or a home's. Options of the same name in both are two options.
type realm uint8

const (
	system realm = iota
	home
	inner // of a configuration within: a container's
	argument
)

// node is a step in the tree of values.
type node struct {
	kids  map[string]*node
	names []string // of kids, in order of declaration
	order int      // among the kids of its parent
	wild  []string // those of names that are not wholly known
	val   *Value   // an option is declared here, or a member or field was found here
	decl  *eval.Declaration
	open  bool // members have structure of their own
	known bool // the members that definitions make are all known by name
	whole bool // a member that is no set: it has no fields
}

func (n *node) kid(name string) *node {
	if k := n.kids[name]; k != nil {
		return k
	}
	if n.kids == nil {
		n.kids = map[string]*node{}
	}
	k := &node{order: len(n.names)}
	n.kids[name] = k
	n.names = append(n.names, name)
	if hasHole(name) {
		n.wild = append(n.wild, name)
	}
	return k
}

// alike are the names of kids that can be the same as a name, in order of declaration. A registry may have hundreds of thousands:
// only those that are not wholly known are compared with it.
func (n *node) alike(name string) iter.Seq[string] {
	return func(yield func(string) bool) {
		exact := n.kids[name]
		names := n.wild
		if hasHole(name) {
			exact, names = nil, n.names
		}
		for _, s := range names {
			if exact != nil && exact.order < n.kids[s].order {
				exact = nil
				if !yield(name) {
					return
				}
			}
			if sameName(name, s) && !yield(s) {
				return
			}
		}
		if exact != nil {
			yield(name)
		}
	}
}

// values tells which central values an option path speaks of.
type values struct {
	roots   []Root
	split   [][]string // the roots' segments
	around  []string   // where the configuration is that the path of the inner realm belongs to which was placed last
	trees   map[realm]*node
	all     []*Value
	confs   *ConfSets
	setOf   func(eval.Set) *ConfSet
	namesOf func(*ConfSet) []string // the names of configurations
}

// place says what is below a root: the realm, and the path as values show it; false if p is under no root. It is asked for
// every option that anything comes from, most of which are under none: nothing is allocated for those.
func (vs *values) place(p *eval.Path) (realm, []string, bool) {
	var few [24]string
	segs := p.AppendSegments(few[:0])
	if p.Root.Arg != "" {
		return argument, append([]string{p.Root.Arg}, segs...), true
	}
	r := system
	if p.Root.Home {
		r = home
	}
	if p.Root.Files {
		return r, nil, false
	}
	if n := p.Within(); n > 0 && n < len(segs) && vs.under(withoutHome(segs[n:])) {
		r, vs.around, segs = inner, starred(segs[:n]), segs[n:]
	}
	if len(segs) > 3 && segs[0] == homeUsers[0] && segs[1] == homeUsers[1] && vs.under(segs[3:]) {
		return home, slices.Clone(segs[3:]), true
	}
	if vs.under(segs) {
		return r, slices.Clone(segs), true
	}
	return r, nil, false
}

// under says whether a path of config is under a root.
func (vs *values) under(segs []string) bool {
	for i, root := range vs.roots {
		if !root.Argument && hasPrefix(segs, vs.split[i]) {
			return true
		}
	}
	return false
}

func hasPrefix(segs, prefix []string) bool {
	if len(segs) < len(prefix) {
		return false
	}
	for i := range prefix {
		if segs[i] != prefix[i] {
			return false
		}
	}
	return true
}

// isRoot says whether a path is a root itself.
func (vs *values) isRoot(r realm, segs []string) bool {
	if r == argument && len(segs) == 1 {
		// An argument may be a value by itself: username.
		if n := vs.trees[r].kids[segs[0]]; n != nil && n.val != nil && len(n.kids) == 0 {
			return false
		}
	}
	for i, root := range vs.roots {
		if root.Argument == (r == argument) && hasPrefix(segs, vs.split[i]) && allUnknown(segs[len(vs.split[i]):]) {
			return true
		}
	}
	return false
}

func (vs *values) add(r realm, n *node, segs []string) *Value {
	if n.val == nil {
		if n.val = vs.twin(r, segs); n.val != nil {
			return n.val
		}
		n.val = &Value{Path: pathText(segs), Segments: starred(segs)}
		// Where the system has an option of the same name, that of the homes is told by its full path.
		switch r {
		case home:
			if vs.valueAt(system, segs) != nil {
				inHomes(n.val)
			}
		case inner:
			if vs.valueAt(system, segs) != nil {
				n.val.Segments = append(slices.Clone(vs.around), n.val.Segments...)
				n.val.Path = pathText(n.val.Segments)
			}
		case system:
			if other := vs.valueAt(home, segs); other != nil {
				inHomes(other)
			}
		}
		vs.all = append(vs.all, n.val)
	}
	return n.val
}

// twin is the value of the other config that a path speaks of too, since one text declares the option, or the registry that it is a
// member of, for the system and for homes or containers; nil if there is none.
func (vs *values) twin(r realm, segs []string) *Value {
	other := home
	switch r {
	case home, inner:
		other = system
	case argument:
		return nil
	}
	v := vs.valueAt(other, segs)
	if v == nil {
		return nil
	}
	a, b := vs.trees[r], vs.trees[other]
	for _, s := range segs {
		if a.val != nil && a.val == b.val {
			return v
		}
		if a, b = a.kids[s], b.kids[s]; a == nil || b == nil {
			return nil
		}
	}
	return nil
}

func inHomes(v *Value) {
	v.Segments = append([]string{homeUsers[0], homeUsers[1], "*"}, v.Segments...)
	v.Path = strings.Join(homeUsers[:], ".") + ".*." + v.Path
}

// valueAt is the value at a path of the system's or the homes' config, nil if there is none.
func (vs *values) valueAt(r realm, segs []string) *Value {
	n := vs.trees[r]
	for _, s := range segs {
		if n = n.kids[s]; n == nil {
			return nil
		}
	}
	return n.val
}

func starred(segs []string) []string {
	out := slices.Clone(segs)
	for i, s := range out {
		out[i] = strings.ReplaceAll(s, eval.Hole, "*")
	}
	return out
}

// declare takes up the option declarations and the members that definitions give to registries.
func (vs *values) declare(ev *eval.Evaluator) {
	// The system's first, so that a home's option of the same name can be told from it; then what a home declares by the same text.
	inOrder := slices.Clone(ev.Declarations)
	type text struct {
		at   Place
		path string
	}
	ofSystem := map[text]bool{}
	for _, d := range ev.Declarations {
		if r, segs, ok := vs.place(d.Path); ok && r == system {
			ofSystem[text{PlaceIn(d.File, d.Span), pathText(segs)}] = true
		}
	}
	shared := func(r realm, segs []string, d *eval.Declaration) bool {
		return (r == home || r == inner) && ofSystem[text{PlaceIn(d.File, d.Span), pathText(segs)}]
	}
	rank := func(d *eval.Declaration) int {
		r, segs, _ := vs.place(d.Path)
		if shared(r, segs, d) {
			return int(system)*2 + 1
		}
		return int(r) * 2
	}
	slices.SortStableFunc(inOrder, func(a, b *eval.Declaration) int { return cmp.Compare(rank(a), rank(b)) })
	for _, d := range inOrder {
		r, segs, ok := vs.place(d.Path)
		if !ok {
			continue
		}
		n := vs.trees[r]
		for _, s := range segs {
			n = n.kid(s)
		}
		if n.val == nil && shared(r, segs, d) {
			n.val = vs.valueAt(system, segs)
		}
		v := vs.add(r, n, segs)
		vs.instance(v, d)
		at := PlaceIn(d.File, d.Span)
		if !slices.Contains(v.Declared, at) {
			v.Declared = append(v.Declared, at)
		}
		if n.decl == nil || n.decl.Type == "" {
			n.decl = d
		}
		n.open = n.open || d.Open
		n.known = true
		v.Registry = v.Registry || d.Registry
		v.Type = cmp.Or(v.Type, d.Type)
		v.Description = cmp.Or(v.Description, d.Description)
		if v.Default == "" && d.Default != "" {
			v.Default = d.Default
			if f, span := d.DefaultAt(); f != nil {
				v.DefaultAt = PlaceIn(f, span)
			}
		}
	}
	for _, d := range ev.Definitions {
		r, segs, ok := vs.place(d.Path)
		if !ok || d.Names {
			continue
		}
		if r == argument {
			n := vs.trees[r]
			for _, s := range segs {
				n = n.kid(s)
			}
			v := vs.add(r, n, segs)
			v.Declared = append(v.Declared, PlaceIn(d.File, d.Span))
			continue
		}
		vs.member(r, segs, d)
	}
}

// instance notes the option that a declaration makes.
func (vs *values) instance(v *Value, d *eval.Declaration) {
	p, in := pathText(d.Path.Segments()), vs.setOf(d.In)
	for i := range v.Instances {
		if v.Instances[i].Path == p {
			v.Instances[i].In = vs.confs.Union(v.Instances[i].In, in)
			return
		}
	}
	v.Instances = append(v.Instances, Instance{p, in})
}

// member makes a value of the member of a registry, or of a freeform submodule, that a definition names.
func (vs *values) member(r realm, segs []string, d *eval.Definition) {
	n := vs.trees[r]
	for i, s := range segs {
		if n.decl != nil && (n.decl.Registry && (!n.decl.Nested || n.decl.Mixed && i == len(segs)-1) || vs.free(n, s) || loose(n) && !d.Default) {
			rest := segs[i:]
			if !n.open && !loose(n) {
				rest = rest[:1]
			}
			for _, x := range rest {
				if hasHole(x) {
					n.known = false
					return
				}
			}
			m := n
			for _, x := range rest {
				m = m.kid(x)
			}
			m.whole = n.decl.Nested
			v := vs.add(r, m, segs[:i+len(rest)])
			v.Member = true
			v.Type = cmp.Or(v.Type, memberType(n.decl.Type))
			if at := PlaceIn(d.File, d.Span); !slices.Contains(v.Declared, at) {
				v.Declared = append(v.Declared, at)
			}
			return
		}
		k := n.kids[s]
		if k == nil {
			k = n.kids[eval.Hole]
		}
		if k == nil {
			return
		}
		n = k
	}
	if n.decl != nil && n.decl.Registry && !n.decl.Nested {
		// The registry as a whole is set to something that is not a set of known names.
		n.known = n.known && d.Default
	}
}

// free says that a name below a submodule is not declared there, and allowed by its freeformType.
func (vs *values) free(n *node, name string) bool {
	if !n.decl.Nested || !n.decl.Open || n.decl.Registry {
		return false
	}
	k := n.kids[name]
	return k == nil || !vs.declaredBelow(k) && (k.val == nil || k.val.Member)
}

// memberType is the type of a registry's members: types.attrsOf types.port → types.port.
func memberType(t string) string {
	for _, maker := range []string{"lazyAttrsOf ", "attrsOf "} {
		if i := strings.Index(t, maker); i >= 0 {
			t = strings.TrimSpace(t[i+len(maker):])
			if strings.HasPrefix(t, "(") && strings.HasSuffix(t, ")") {
				t = strings.TrimSpace(t[1 : len(t)-1])
			}
			return t
		}
	}
	return ""
}

// found is what a path speaks of.
type found struct {
	vals  []*Value
	group bool // the path is above options, not at one
	wild  bool // a name that is not known stands where names are declared one by one
}

// find resolves a path. A path that nothing declares gives a value without a declaration, so that it can be shown.
func (vs *values) find(r realm, segs []string) found {
	out := vs.known(r, segs)
	if len(out.vals) == 0 && !out.group {
		for _, s := range segs {
			if hasHole(s) {
				out.wild = true
				return out
			}
		}
		n := vs.trees[r]
		for _, s := range segs {
			n = n.kid(s)
		}
		out.vals = []*Value{vs.add(r, n, segs)}
	}
	return out
}

// allUnknown says whether names below a root tell nothing: there are none, or several of which none is known, which may be any value of the namespace. (One
// alone is a member of a registry, mostly.)
func allUnknown(segs []string) bool {
	return len(segs) != 1 && !slices.ContainsFunc(segs, func(s string) bool { return s != eval.Hole })
}

// known resolves a path to what is declared, or was read, so far.
func (vs *values) known(r realm, segs []string) found {
	var out found
	vs.walk(r, vs.trees[r], segs, 0, &out)
	return out
}

func (vs *values) walk(r realm, n *node, segs []string, i int, out *found) {
	if n.val != nil && n.decl != nil {
		rest := segs[i:]
		switch {
		case len(rest) == 0:
			out.vals = append(out.vals, n.val)
			vs.below(n, out)
			return
		case n.decl.Nested:
			before := len(out.vals)
			vs.descend(r, n, segs, i, out)
			if len(out.vals) == before && (n.decl.Open || len(rest) == 1 && n.decl.Registry) {
				out.vals = append(out.vals, n.val)
				if len(rest) == 1 && n.decl.Registry {
					// The member as a whole: all its fields.
					if k := n.kids[eval.Hole]; k != nil {
						vs.below(k, out)
					}
				}
			}
			return
		case n.decl.Registry:
			vs.members(r, n, segs, i, out)
			return
		case loose(n) && vs.named(n, rest, out):
			return
		}
		out.vals = append(out.vals, n.val) // below an option there is only its value
		return
	}
	if i == len(segs) {
		if n.val != nil {
			out.vals = append(out.vals, n.val)
			return
		}
		if vs.declaredBelow(n) {
			out.group = true
			vs.below(n, out)
		}
		return
	}
	if n.whole && n.decl == nil {
		return
	}
	if n.val != nil && len(n.kids) == 0 {
		out.vals = append(out.vals, n.val)
		return
	}
	vs.descend(r, n, segs, i, out)
}

func (vs *values) descend(r realm, n *node, segs []string, i int, out *found) {
	s := segs[i]
	if !hasHole(s) {
		if k := n.kids[s]; k != nil && (vs.declaredBelow(k) || k.val != nil && len(k.val.Declared) > 0) {
			vs.walk(r, k, segs, i+1, out)
			return
		}
	}
	for name := range n.alike(s) {
		if name == s && !hasHole(s) {
			continue // see above
		}
		if !hasHole(name) {
			out.wild = true
		}
		sub := found{}
		vs.walk(r, n.kids[name], segs, i+1, &sub)
		for _, v := range sub.vals {
			if len(v.Declared) > 0 {
				out.vals = append(out.vals, v)
			}
		}
		out.wild = out.wild || sub.wild
		out.group = out.group || sub.group && len(sub.vals) == 0
	}
}

// members are those of a registry whose names match.
func (vs *values) members(r realm, n *node, segs []string, i int, out *found) {
	rest := segs[i:]
	if !n.open {
		rest = rest[:1]
	}
	before := len(out.vals)
	var match func(m *node, j int)
	match = func(m *node, j int) {
		if m.val != nil && len(m.val.Declared) > 0 {
			out.vals = append(out.vals, m.val)
			return
		}
		if j == len(rest) {
			for _, name := range m.names {
				match(m.kids[name], j)
			}
			return
		}
		for name := range m.alike(rest[j]) {
			match(m.kids[name], j+1)
		}
	}
	for name := range n.alike(rest[0]) {
		match(n.kids[name], 1)
	}
	if len(out.vals) > before {
		return
	}
	// No definition names the member: it stands for itself.
	m := n
	for _, s := range rest {
		m = m.kid(s)
	}
	v := vs.add(r, m, append(slices.Clone(segs[:i]), rest...))
	v.Member = true
	v.Type = cmp.Or(v.Type, memberType(n.decl.Type))
	if len(v.Declared) == 0 && (!n.known || len(n.names) <= 1 || hasHole(rest[0]) || !vs.anyMember(n)) {
		v.Declared = append(v.Declared, n.val.Declared...)
	}
	out.vals = append(out.vals, v)
}

// loose says that an option is a set of anything, whose members are values where a module sets them one by one.
func loose(n *node) bool { return n.decl.Kind == "attrs" && !n.decl.Registry && !n.decl.Nested }

// named are the members that modules set at, above or below a path in a set of anything; false: there are none.
func (vs *values) named(n *node, rest []string, out *found) bool {
	before := len(out.vals)
	var match func(m *node, j int)
	match = func(m *node, j int) {
		switch {
		case m.val != nil && len(m.val.Declared) > 0:
			out.vals = append(out.vals, m.val)
		case j == len(rest):
			vs.below(m, out)
		default:
			for name := range m.alike(rest[j]) {
				match(m.kids[name], j+1)
			}
		}
	}
	for name := range n.alike(rest[0]) {
		match(n.kids[name], 1)
	}
	return len(out.vals) > before
}

// anyMember says whether some definition names a member of a registry.
func (vs *values) anyMember(n *node) bool {
	for _, name := range n.names {
		k := n.kids[name]
		if k.val != nil && len(k.val.Declared) > 0 && !hasHole(name) || k.val == nil && vs.anyMember(k) {
			return true
		}
	}
	return false
}

func (vs *values) declaredBelow(n *node) bool {
	if n.decl != nil {
		return true
	}
	for _, name := range n.names {
		k := n.kids[name]
		if k.val != nil && len(k.val.Declared) > 0 || vs.declaredBelow(k) {
			return true
		}
	}
	return false
}

// below collects the declared values under a node.
func (vs *values) below(n *node, out *found) {
	for _, name := range n.names {
		k := n.kids[name]
		if k.val != nil && len(k.val.Declared) > 0 {
			out.vals = append(out.vals, k.val)
		}
		vs.below(k, out)
	}
}

// registries are the options whose set of names a path speaks of: the names of a group cannot change. With guard the
// path is of an attribute that may or may not be there.
func (vs *values) registries(r realm, segs []string, guard bool) []*Value {
	n := vs.trees[r]
	var around *node
	for _, s := range segs {
		if n.decl != nil && !n.decl.Nested {
			return []*Value{n.val}
		}
		if n.decl != nil && (n.decl.Registry || n.decl.Open) {
			around = n
		}
		k := n.kids[s]
		if k == nil {
			k = n.kids[eval.Hole]
			if k != nil && n.decl != nil {
				n = k
				continue
			}
		}
		if k == nil {
			break
		}
		if n.decl == nil || !n.decl.Registry {
			around = nil // a field that is declared is always there
		}
		n = k
	}
	if !guard && n.decl != nil && (n.decl.Registry || !n.decl.Nested) {
		return []*Value{n.val}
	}
	if guard && around != nil {
		return []*Value{around.val}
	}
	return nil
}

// literals notes the literals that values are set to. What is set and neither declared nor read is no value: it is what another module's option, or
// nobody, makes of it.
func (vs *values) literals(ev *eval.Evaluator) {
	for _, d := range ev.Definitions {
		if d.Names || d.Apply || !d.Known {
			continue
		}
		r, segs, ok := vs.place(d.Path)
		if !ok {
			continue
		}
		l := Literal{At: PlaceIn(d.File, d.Span), Default: d.Default}
		switch x := d.Value.(type) {
		case string:
			l.Text, l.Kind = x, "string"
		case int64:
			l.Text, l.Kind = intText(x), "int"
		case bool:
			l.Text, l.Kind = "false", "bool"
			if x {
				l.Text = "true"
			}
		default:
			continue
		}
		l.In = vs.setOf(d.In)
		for _, v := range vs.known(r, segs).vals {
			l.Below = len(segs) > len(v.Segments)
			same := func(o Literal) bool { o.In = l.In; return o == l }
			if i := slices.IndexFunc(v.Literals, same); i < 0 {
				v.Literals = append(v.Literals, l)
			} else {
				v.Literals[i].In = vs.confs.Union(v.Literals[i].In, l.In)
			}
		}
	}
}

// referencesOf turns the reads into references, and into what could not be resolved.
func (vs *values) referencesOf(ev *eval.Evaluator) (refs []*Reference, open []*Unresolved) {
	defaults := map[*parse.File][]parse.Span{}
	for _, d := range ev.Declarations {
		if f, span := d.DefaultAt(); f != nil {
			defaults[f] = append(defaults[f], span)
		}
	}
	type key struct {
		v  *Value
		at Place
	}
	seen := map[key]*Reference{}
	unresolved := map[Unresolved]bool{}
	miss := func(u Unresolved) {
		if !unresolved[u] {
			unresolved[u] = true
			open = append(open, &u)
		}
	}
	for _, rd := range ev.Reads {
		r, segs, ok := vs.place(rd.Path)
		if !ok {
			continue
		}
		at, in := PlaceIn(rd.File, rd.Span), vs.setOf(rd.In)
		across := !rd.Of.Empty()
		var of *ConfSet
		if across {
			of = vs.setOf(rd.Of)
		}
		used := rd.Consumed || rd.Names || !rd.Selected && !rd.Members
		if !used {
			continue
		}
		if vs.isRoot(r, segs) {
			if rd.Consumed && rd.How != eval.Guard {
				miss(Unresolved{pathText(segs), at, "the whole namespace is used at once; which of its values matter here is not known"})
			}
			continue
		}
		f := vs.find(r, segs)
		if rd.Unknown != "" && (f.wild || len(f.vals) == 0) {
			miss(Unresolved{pathText(segs), at, rd.Unknown})
			continue
		}
		if len(f.vals) == 0 {
			if f.wild {
				miss(Unresolved{pathText(segs), at, "a name in the path is computed, and no declared option matches"})
			}
			continue
		}
		if f.group && !rd.Consumed && !rd.Members {
			continue // an alias of a group that is only looked into
		}
		if f.group && rd.How == eval.Guard {
			continue
		}
		for i, v := range f.vals {
			if !f.group && !f.wild && i > 0 && !rd.Members {
				break // the option itself; its members and fields are not named here
			}
			kind := referenceKind(rd.How)
			if f.group || f.wild && rd.How != eval.Guard {
				kind = Dynamic
			}
			if kind != Guard {
				for _, s := range defaults[rd.File] {
					if s.Contains(rd.Span) {
						kind = DefaultRead
					}
				}
			}
			k := key{v, at}
			if old := seen[k]; old != nil {
				if old.Kind == Guard && kind != Guard {
					old.Kind = kind
				}
				old.In = vs.confs.Union(old.In, in)
				if across && old.Across {
					of = vs.confs.Union(old.Of, of)
				}
				if across {
					old.Across, old.Of = true, of
				}
				continue
			}
			ref := &Reference{Value: v, At: at, Kind: kind, Via: rd.Via, In: in, Across: across, Of: of}
			if rd.Via != "" {
				ref.ViaAt = PlaceIn(rd.ViaFile, rd.ViaSpan)
			}
			seen[k] = ref
			refs = append(refs, ref)
		}
	}
	return refs, open
}

func referenceKind(h eval.How) ReferenceKind {
	switch h {
	case eval.Alias:
		return Alias
	case eval.With:
		return WithRead
	case eval.Dynamic:
		return Dynamic
	case eval.Guard:
		return Guard
	}
	return Direct
}
