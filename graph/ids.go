package graph

import (
	"slices"
	"strings"

	"nixsink/parse"
)

// Evidence that binds an id to a value, best first.
const (
	byDeclaration = "declaration"
	byAlias       = "alias"
	byRule        = "rule"
	byReads       = "reads"
)

// binder finds out which values the ids that people wrote stand for.
type binder struct {
	g        *Graph
	rules    []IDRule
	byPath   map[string]*Value
	ids      map[string][]*Value // every id that is written anywhere
	patterns map[string]bool     // ids that are no value's name but stand for all that they fit
	spans    *spanIndex
}

// bindIDs fills Value.IDs and gives what each id is bound to. Each id is bound by the best evidence there is for it:
// an annotation on a declaration, an alias, a rule, and what the annotated reads agree on.
func bindIDs(g *Graph, spans *spanIndex, aliases map[string]string) map[string][]*Value {
	b := &binder{g: g, rules: g.IDRules, byPath: map[string]*Value{}, ids: map[string][]*Value{}, patterns: map[string]bool{}, spans: spans}
	for _, v := range g.Values {
		b.byPath[v.Path] = v
	}
	var open []string // ids that nothing has bound yet, in order of appearance
	for _, a := range g.Annotations {
		if a.Keyword == parse.Waiver {
			continue
		}
		for _, id := range a.IDs {
			if _, seen := b.ids[id.Text]; !seen {
				b.ids[id.Text] = nil
				open = append(open, id.Text)
			}
		}
	}
	open = slices.DeleteFunc(open, b.byPattern)
	for _, a := range g.Annotations {
		if a.Keyword == parse.SourceID {
			b.byDeclaration(a)
		}
	}
	open = slices.DeleteFunc(open, func(id string) bool { return len(b.ids[id]) > 0 })
	open = slices.DeleteFunc(open, func(id string) bool { return b.bind(id, b.byPath[plainPath(aliases[id])], byAlias) })
	open = slices.DeleteFunc(open, func(id string) bool { return b.bind(id, b.ruled(id), byRule) })
	for _, id := range open {
		b.byReads(id)
	}
	for _, v := range g.Values {
		slices.SortStableFunc(v.IDs, func(x, y ID) int {
			if c := slices.Index(evidenceOrder, x.Evidence) - slices.Index(evidenceOrder, y.Evidence); c != 0 {
				return c
			}
			return strings.Compare(x.Name, y.Name)
		})
	}
	return b.ids
}

var evidenceOrder = []string{byDeclaration, byAlias, byRule, byReads}

// bind notes that an id stands for v; nil binds nothing.
func (b *binder) bind(id string, v *Value, evidence string) bool {
	if v == nil {
		return false
	}
	if !slices.Contains(b.ids[id], v) {
		b.ids[id] = append(b.ids[id], v)
		v.IDs = append(v.IDs, ID{Name: id, Evidence: evidence})
	}
	return true
}

// byPattern finds what an id with a * for a name stands for. It is nobody's name.
func (b *binder) byPattern(id string) bool {
	if values := b.g.Matching(id); values != nil {
		b.ids[id], b.patterns[id] = values, true
		return true
	}
	return false
}

// Matching gives the values that an id with a * for a name fits: CFG.media.*.stateDir is what a function for many services
// reads. A * at the end is all that lies below: CFG.colors.*. nil if it fits none, or is the id of a value that has the * in its own path.
func (g *Graph) Matching(id string) []*Value {
	if !isPattern(id) {
		return nil
	}
	paths := append(rewritten(id, g.IDRules), plainPath(id))
	if slices.ContainsFunc(g.Values, func(v *Value) bool { return slices.Contains(paths, v.Path) }) {
		return nil
	}
	for _, path := range paths {
		segments := SplitPath(path)
		var values []*Value
		for _, v := range g.Values {
			n := len(v.Segments)
			if segments[len(segments)-1] == "*" {
				n = min(n, len(segments))
			}
			if samePath(v.Segments[:n], segments) {
				values = append(values, v)
			}
		}
		if values != nil {
			return values
		}
	}
	return nil
}

// isPattern reports whether an id has a * for a name.
func isPattern(id string) bool { return slices.Contains(SplitPath(id), "*") }

// byDeclaration binds the ids of an annotation that stands at a declaration. Where several values are declared below
// it (a registry and its members' fields) one id means the outermost; several ids are told apart by the rules.
func (b *binder) byDeclaration(a *Annotation) {
	if a.Annotation.Anchor.Kind != parse.AnchorBinding { // what stands above a whole let speaks of its reads
		return
	}
	declared := b.spans.declaredIn(a.File, a.Anchor.Span)
	if len(declared) == 0 {
		return
	}
	if len(a.IDs) == 1 {
		if b.patterns[a.IDs[0].Text] {
			return
		}
		switch v := b.ruled(a.IDs[0].Text); {
		case v == nil:
		case b.byPath[plainPath(a.IDs[0].Text)] != nil && !slices.Contains(declared, v): // a path is no name for another value
			return
		case slices.Contains(declared, v):
			b.bind(a.IDs[0].Text, v, byDeclaration)
			return
		case slices.Contains(b.spans.readIn(a), v): // a declaration may read another value, in its default say
			return
		}
		if v := outermost(declared, a.File); v != nil {
			b.bind(a.IDs[0].Text, v, byDeclaration)
			return
		}
	}
	for _, id := range a.IDs {
		if v := b.ruled(id.Text); v != nil && !b.patterns[id.Text] && slices.Contains(declared, v) {
			b.bind(id.Text, v, byDeclaration)
		}
	}
}

// outermost is the value whose declaration in file holds those of all the others; nil if there is none.
func outermost(values []*Value, file string) *Value {
	for _, v := range values {
		for _, p := range v.Declared {
			if p.File == file && !slices.ContainsFunc(values, func(o *Value) bool { return !declaredWithin(o, p) }) {
				return v
			}
		}
	}
	return nil
}

func declaredWithin(v *Value, p Place) bool {
	return slices.ContainsFunc(v.Declared, func(q Place) bool { return q.File == p.File && p.Span.Contains(q.Span) })
}

// ruled is the value that an id names by a rewrite rule, or by being its path.
func (b *binder) ruled(id string) *Value {
	for _, path := range rewritten(id, b.rules) {
		if v := b.named(path); v != nil {
			return v
		}
	}
	return b.named(plainPath(id))
}

// named is the value with this path, or the one whose pattern fits it: my.sites.blog.port is my.sites.*.port.
func (b *binder) named(path string) *Value {
	if v := b.byPath[path]; v != nil {
		return v
	}
	segments := SplitPath(path)
	for _, v := range b.g.Values {
		if len(v.Segments) == len(segments) && slices.Contains(v.Segments, "*") && samePath(v.Segments, segments) {
			return v
		}
	}
	return nil
}

// byReads binds an id to the one value that all reads annotated with it have in common. A value that has a better
// name already is out. An id that a rule should have known (CFG.…) needs two witnesses, or a value that is called the
// same at its end (CFG.secrets.env reads my.secrets.files.env): else it may as well be an old name or a slip of the pen.
func (b *binder) byReads(id string) {
	var common []*Value
	var singles []*Value // what annotations that read one value say
	witnesses := 0
	for _, a := range b.g.Annotations {
		if a.Keyword != parse.SourceID || !slices.ContainsFunc(a.IDs, func(w parse.Word) bool { return w.Text == id }) {
			continue
		}
		free := slices.DeleteFunc(b.spans.readIn(a), func(v *Value) bool {
			return slices.ContainsFunc(v.IDs, func(have ID) bool { return have.Evidence != byReads })
		})
		if len(free) == 0 {
			continue
		}
		if len(free) == 1 && !slices.Contains(singles, free[0]) {
			singles = append(singles, free[0])
		}
		if witnesses++; witnesses == 1 {
			common = free
		} else {
			common = slices.DeleteFunc(common, func(v *Value) bool { return !slices.Contains(free, v) })
		}
	}
	need := 1
	if len(rewritten(id, b.rules)) > 0 && !(len(common) == 1 && lastSegment(id) == lastSegment(common[0].Path)) {
		need = 2
	}
	switch {
	case witnesses < need:
	case len(common) == 1:
		b.bind(id, common[0], byReads)
	case len(common) == 0 && len(singles) > 1:
		for _, v := range singles { // they disagree: the id is ambiguous
			b.bind(id, v, byReads)
		}
	}
}

// rulesFor are the rewrite rules in force: the given ones, else CFG. is configs. or else nothing, below each root.
func rulesFor(g *Graph, given []IDRule) []IDRule {
	if given != nil {
		return given
	}
	rule := IDRule{Prefix: "CFG."}
	for _, r := range g.Roots {
		rule.To = append(rule.To, r.Path+".configs.", r.Path+".")
	}
	return []IDRule{rule}
}

// rewritten is the value paths that the rules make of an id, in order. Case does not matter in a prefix.
func rewritten(id string, rules []IDRule) []string {
	var paths []string
	for _, r := range rules {
		if len(id) > len(r.Prefix) && strings.EqualFold(id[:len(r.Prefix)], r.Prefix) {
			for _, to := range r.To {
				paths = append(paths, to+id[len(r.Prefix):])
			}
		}
	}
	return paths
}

// SuggestID is the id to write for a value: the best one that people gave it, else the one that the rewrite rules
// make of its path, else the path itself, which for a root that is an option has config. before it.
func (g *Graph) SuggestID(v *Value) string {
	if len(v.IDs) > 0 {
		return v.IDs[0].Name
	}
	for _, r := range g.IDRules {
		for i, to := range r.To {
			rest, ok := strings.CutPrefix(v.Path, to)
			if !ok || rest == "" {
				continue
			}
			// An earlier prefix of the rule may lead to another value.
			taken := slices.ContainsFunc(r.To[:i], func(before string) bool {
				path := before + rest
				return slices.ContainsFunc(g.Values, func(o *Value) bool { return o.Path == path })
			})
			if !taken {
				return r.Prefix + rest
			}
		}
	}
	if len(v.Segments) == 1 {
		return "config." + v.Path // the root itself: a single word is prose and no id
	}
	return v.Path
}

// plainPath is a value's path without the config. that people may write before it.
func plainPath(path string) string { return strings.TrimPrefix(path, "config.") }

// SplitPath splits an option path at its dots, quoted segments kept whole: a."b.c".d.
func SplitPath(path string) []string {
	var segments []string
	start, quoted := 0, false
	for i := 0; i < len(path); i++ {
		switch c := path[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case c == '.' && !quoted:
			segments = append(segments, path[start:i])
			start = i + 1
		}
	}
	return append(segments, path[start:])
}

func lastSegment(path string) string {
	segments := SplitPath(path)
	return segments[len(segments)-1]
}

// sameSegment compares names; * is any name on either side, within a quoted name any part ("app.*"), and quotes do
// not matter.
func sameSegment(a, b string) bool {
	a, b = unquoted(a), unquoted(b)
	return a == b || a == "*" || b == "*" || wildcard(a, b) || wildcard(b, a)
}

func wildcard(pattern, name string) bool {
	before, after, ok := strings.Cut(pattern, "*")
	return ok && len(name) >= len(before)+len(after) && strings.HasPrefix(name, before) && strings.HasSuffix(name, after)
}

func unquoted(s string) string {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return s[1 : len(s)-1]
	}
	return s
}

// samePath compares paths of the same length.
func samePath(a, b []string) bool {
	return len(a) == len(b) && slices.EqualFunc(a, b, sameSegment)
}

// onSamePath reports whether one path is the other or leads to it.
func onSamePath(a, b string) bool {
	x, y := SplitPath(a), SplitPath(b)
	n := min(len(x), len(y))
	return samePath(x[:n], y[:n])
}
