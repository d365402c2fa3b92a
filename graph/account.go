package graph

import (
	"cmp"
	"maps"
	"slices"

	"nixsink/graph/eval"
	"nixsink/parse"
)

// Account is what an analysis saw and did not see. It counts the reads in the text from the trees alone, apart from the evaluation, and
// Reads is the sum of References, Guards, Unresolved and Handed.
type Account struct {
	Reads       int // of tracked namespaces, that stand in the text
	References  int // of these, told as references
	Guards      int
	Unresolved  []Reason  // of these, told as unresolved
	Handed      []*Handed // of these, told where they are used
	Unevaluated int       // of the references and guards, those that no configuration evaluates
	Untracked   []Untracked

	ModulesFollowed, ModulesNotFollowed int // files and instances that take part; those that no entry point leads to
	ImportsNotFollowed                  int // what they name is not known from the text, was left out, or is not there
	DefinitionsDropped                  int // of options, made by something that is not known
	Cuts                                int // places where a bound ended the analysis early
}

// Reason is a reason and how often it holds.
type Reason struct {
	Why   string
	Count int
}

// Handed is a read of something that is told elsewhere: a group of values whose members are read where it is handed to, an old name.
type Handed struct {
	Path string
	At   Place
	Why  string
}

// Untracked is a namespace that is read and not tracked.
type Untracked struct {
	Path     string
	Argument bool // a module argument
	Reads    int
}

// Flag is what tracks it.
func (u Untracked) Flag() string {
	if u.Argument {
		return "--arg-root " + u.Path
	}
	return "--root " + u.Path
}

// withoutHome is what a path is within a home.
func withoutHome(segs []string) []string {
	if len(segs) > 3 && segs[0] == homeUsers[0] && segs[1] == homeUsers[1] {
		return segs[3:]
	}
	return segs
}

// rooted is what of a read lies under a tracked root: the path as values show it.
func (vs *values) rooted(r *textRead) ([]string, bool) {
	if r.arg {
		return r.path, slices.ContainsFunc(vs.roots, func(root Root) bool { return root.Argument && root.Path == r.path[0] })
	}
	for _, p := range [][]string{withoutHome(r.path), r.path, r.outer} {
		if vs.under(p) {
			return p, true
		}
	}
	return nil, false
}

// toldRead is something that the analysis tells of a place.
type toldRead struct {
	span   parse.Span
	segs   []string
	kind   ReferenceKind // "" if it is no reference
	reason string        // of what is unresolved
}

// accounting holds the reads of the text against what the evaluation tells.
type accounting struct {
	g       *Graph
	t       *tree
	vs      *values
	told    map[string][]toldRead // by file, in the order of the text
	seen    map[string][]toldRead // what the evaluation read, told or not
	entries []string
	homes   map[string]bool
}

// takeAccount tells every read of the text that nothing tells yet, and counts all of them.
func takeAccount(g *Graph, t *tree, vs *values, ev *eval.Evaluator, reads []textRead, entries []string) {
	a := &accounting{g: g, t: t, vs: vs, told: map[string][]toldRead{}, seen: map[string][]toldRead{}, entries: entries, homes: map[string]bool{}}
	for _, m := range g.Modules {
		a.homes[m.Path] = a.homes[m.Path] || m.Home
	}
	for _, r := range g.References {
		a.told[r.At.File] = append(a.told[r.At.File], toldRead{r.At.Span, withoutHome(r.Value.Segments), r.Kind, ""})
	}
	for _, u := range g.Unresolved {
		a.told[u.At.File] = append(a.told[u.At.File], toldRead{u.At.Span, withoutHome(parse.PathNames(u.Path)), "", u.Reason})
	}
	for _, r := range ev.Reads {
		segs := r.Path.Segments()
		if r.Path.Root.Arg != "" {
			segs = append([]string{r.Path.Root.Arg}, segs...)
		}
		a.seen[r.File.Name] = append(a.seen[r.File.Name], toldRead{r.Span, withoutHome(segs), "", ""})
	}
	for _, by := range []map[string][]toldRead{a.told, a.seen} {
		for _, ts := range by {
			slices.SortStableFunc(ts, func(x, y toldRead) int { return cmp.Compare(x.span.Start, y.span.Start) })
		}
	}
	reasons := map[string]int{}
	for i := range reads {
		r := &reads[i]
		segs, ok := vs.rooted(r)
		if !ok {
			continue
		}
		g.Account.Reads++
		kind, reason, known := a.find(r, segs)
		if !known {
			kind, reason = a.settle(r, segs)
		}
		switch {
		case kind == Guard:
			g.Account.Guards++
		case kind != "":
			g.Account.References++
		case reason != "":
			reasons[reason]++
		}
	}
	for _, why := range slices.Sorted(maps.Keys(reasons)) {
		g.Account.Unresolved = append(g.Account.Unresolved, Reason{why, reasons[why]})
	}
}

// near goes over what is told within a span, or of what is around it.
func near(ts []toldRead, s parse.Span, yield func(toldRead) bool) bool {
	// A selection holds others only in computed names, so what is around begins shortly before.
	from, _ := slices.BinarySearchFunc(ts, s.Start, func(t toldRead, at int32) int { return cmp.Compare(t.span.Start, at) })
	for i := from; i < len(ts) && ts[i].span.Start < s.End; i++ {
		if yield(ts[i]) {
			return true
		}
	}
	for i, left := from-1, 8; i >= 0 && left > 0; i, left = i-1, left-1 {
		if ts[i].span.Contains(s) && yield(ts[i]) {
			return true
		}
	}
	return false
}

// find says how a read is told already.
func (a *accounting) find(r *textRead, segs []string) (kind ReferenceKind, reason string, ok bool) {
	take := func(t toldRead) bool {
		if !alikePaths(t.segs, segs) {
			return false
		}
		switch {
		case t.kind == "":
			if kind == "" {
				reason = t.reason
			}
		case kind == "" || kind == Guard:
			kind, reason = t.kind, ""
		}
		ok = true
		return kind != "" && kind != Guard
	}
	if near(a.told[r.file.Name], r.span, take); ok {
		return
	}
	for _, l := range r.let {
		whole := func(t toldRead) bool { return len(t.segs) <= len(segs) && take(t) }
		if near(a.told[r.file.Name], l.source, whole); ok {
			return
		}
	}
	if r.kind == WithRead {
		for _, t := range a.told[r.file.Name] {
			if t.kind == WithRead && t.span.Start > r.span.End && len(t.segs) > len(segs) && take(t) {
				return
			}
		}
	}
	return
}

// alikePaths says whether one path is the other, or stands above it.
func alikePaths(a, b []string) bool {
	for i := range min(len(a), len(b)) {
		if !sameName(a[i], b[i]) && a[i] != "*" && b[i] != "*" {
			return false
		}
	}
	return true
}

// settle tells a read that nothing tells yet, and says how.
func (a *accounting) settle(r *textRead, segs []string) (ReferenceKind, string) {
	at := PlaceIn(r.file, r.span)
	hand := func(why string) (ReferenceKind, string) {
		a.g.Account.Handed = append(a.g.Account.Handed, &Handed{pathText(segs), at, why})
		return "", ""
	}
	var other []string
	if near(a.seen[r.file.Name], r.span, func(t toldRead) bool { other = t.segs; return true }) {
		if !alikePaths(other, segs) {
			return hand("another name of " + pathText(other))
		}
		return hand("a group of values, told where its members are read")
	}
	val, group := a.known(r, segs)
	if group && len(r.let) > 0 && near(a.seen[r.file.Name], r.let[0].source, func(t toldRead) bool { return len(t.segs) == len(segs) && alikePaths(t.segs, segs) }) {
		return hand("a group of values, told where its members are read")
	}
	if r.bare {
		return hand("nothing uses the name that it is bound to")
	}
	if r.alone && len(segs) == 1 {
		return hand("an argument of that name, of a function that is no module")
	}
	reason := a.t.placeReason(r, a.entries)
	if r.arg && len(segs) == 1 {
		reason = "the whole argument is used at once; which of its values matter here is not known"
	}
	switch {
	case group && r.kind == Guard:
		return hand("whether a group of values is there")
	case val == nil:
		a.g.Unresolved = append(a.g.Unresolved, &Unresolved{pathText(segs), at, reason})
		return "", reason
	}
	ref := &Reference{Value: val, At: at, Kind: r.kind, In: a.g.confs.None(), Unevaluated: reason}
	if len(r.let) > 0 {
		ref.Via, ref.ViaAt = r.let[0].name, PlaceIn(r.file, r.let[0].span)
	}
	a.g.References = append(a.g.References, ref)
	a.g.Account.Unevaluated++
	return r.kind, ""
}

// known is the value that a path speaks of, if it is declared and one; or whether it is that of a group.
func (a *accounting) known(r *textRead, segs []string) (*Value, bool) {
	realms := []realm{system, home, inner}
	switch {
	case r.arg:
		realms = []realm{argument}
	case a.homes[r.file.Name]:
		realms = []realm{home, system, inner}
	}
	for _, in := range realms {
		if a.vs.isRoot(in, segs) {
			return nil, true
		}
		var f found
		a.vs.walk(in, a.vs.trees[in], segs, 0, &f)
		if f.group {
			return nil, true
		}
		if len(f.vals) > 0 && !f.wild && len(f.vals[0].Declared) > 0 {
			return f.vals[0], false
		}
	}
	return nil, false
}

// countAccount counts what else the analysis did not see.
func countAccount(g *Graph, ev *eval.Evaluator) {
	for _, m := range g.Modules {
		switch {
		case m.Role != "module" && m.Role != "entry" && m.Role != "factory":
		case m.Reachable:
			g.Account.ModulesFollowed++
		default:
			g.Account.ModulesNotFollowed++
		}
	}
	for _, i := range ev.Imports {
		if i.Unknown != "" {
			g.Account.ImportsNotFollowed++
		}
	}
	for _, i := range g.Imports {
		if !i.Disabled && (i.Missing || i.LeftOut != "") {
			g.Account.ImportsNotFollowed++
		}
	}
	g.Account.DefinitionsDropped = len(ev.Dropped)
	for _, p := range g.Problems {
		if p.Kind == "limit" {
			g.Account.Cuts++
		}
	}
}
