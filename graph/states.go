package graph

import (
	"fmt"
	"slices"
	"strings"

	"nixsink/parse"
)

// judge holds every annotation against the code.
func judge(g *Graph, spans *spanIndex, ids map[string][]*Value) {
	j := &judgement{spans: spans, ids: ids, ends: map[*Value]*ends{}, g: g}
	for _, a := range g.Annotations {
		j.state(a)
	}
	for _, a := range g.Annotations {
		if check := stateChecks[a.State]; check != "" && waived(g.Annotations, a, check) {
			a.State = Waived
		}
	}
}

// stateChecks names the check that reports a state, as a waiver calls it.
var stateChecks = map[State]string{
	Mismatched: "mismatched-source-id", Unwanted: "unwanted-source-id", Orphaned: "orphaned-source-id",
	Ambiguous: "ambiguous-source-id", StaleSink: "stale-sink",
}

// waived reports whether a waiver for the check stands where a does, or around it.
func waived(annotations []*Annotation, a *Annotation, check string) bool {
	return slices.ContainsFunc(annotations, func(w *Annotation) bool {
		return w.Keyword == parse.Waiver && w.File == a.File && w.Check == check && w.Reason != "" && w.Malformed == "" &&
			w.Anchor.Span.Contains(a.Anchor.Span)
	})
}

// judgement is what annotations are judged by.
type judgement struct {
	g     *Graph
	spans *spanIndex
	ids   map[string][]*Value
	ends  map[*Value]*ends
}

// state fills in an annotation's State, Why, Values and Actual.
func (j *judgement) state(a *Annotation) {
	a.Actual = j.spans.usedIn(a)
	for _, id := range a.IDs {
		for _, v := range j.ids[id.Text] {
			if !slices.Contains(a.Values, v) {
				a.Values = append(a.Values, v)
			}
		}
	}
	set := func(s State, why string, args ...any) { a.State, a.Why = s, fmt.Sprintf(why, args...) }
	switch {
	case a.Malformed != "":
		set(Unverifiable, "not understood: %s", a.Malformed)
	case a.Keyword == parse.Waiver:
		set(OK, "a waiver")
	case a.None:
		j.none(a, set)
	case len(a.IDs) > 0:
		j.named(a, set)
		if a.State == OK && len(a.Paths) > 0 {
			j.sink(a, set)
		}
	case len(a.Paths) > 0 && a.Keyword == parse.Source:
		j.source(a, set)
	case len(a.Paths) > 0:
		j.sink(a, set)
	default:
		set(Unverifiable, "prose: kept, not checked")
	}
}

type setState func(s State, why string, args ...any)

// none judges `source-id: none`.
func (j *judgement) none(a *Annotation, set setState) {
	switch unresolved := j.spans.unresolvedIn(a.File, a.Anchor.Span); {
	case len(a.Actual) > 0:
		set(Mismatched, "the code reads %s here", pathList(a.Actual))
	case len(unresolved) > 0:
		set(Unverifiable, "%s is read here, which could not be resolved: %s", unresolved[0].Path, unresolved[0].Reason)
	default:
		set(OK, "no central value is read here")
	}
}

// named judges an annotation by the ids that it names.
func (j *judgement) named(a *Annotation, set setState) {
	for _, id := range a.IDs {
		switch bound := j.ids[id.Text]; {
		case len(bound) == 0:
			set(Orphaned, "%s is bound to no value%s", id.Text, j.actually(a))
			return
		case len(bound) > 1 && !isPattern(id.Text):
			set(Ambiguous, "%s is bound to %d values: %s", id.Text, len(bound), pathList(bound))
			return
		}
	}
	for _, id := range a.IDs {
		bound := j.ids[id.Text]
		if slices.ContainsFunc(bound, func(v *Value) bool { return j.isHere(v, a) }) {
			continue
		}
		for _, u := range j.spans.unresolvedIn(a.File, a.Anchor.Span) {
			if slices.ContainsFunc(bound, func(v *Value) bool { return onSamePath(u.Path, v.Path) }) {
				set(Unverifiable, "%s is read here, which could not be resolved: %s", u.Path, u.Reason)
				return
			}
		}
		if len(a.Actual) == 0 {
			set(Unwanted, "no central value is read here, so not %s (%s) either", id.Text, pathList(bound))
		} else {
			set(Mismatched, "%s is %s, which is not read here%s", id.Text, pathList(bound), j.actually(a))
		}
		return
	}
	set(OK, "%s", pathList(a.Values))
}

// isHere reports whether an annotation that names v is true: v is read, used, declared or set at its anchor.
func (j *judgement) isHere(v *Value, a *Annotation) bool {
	here := slices.Concat(j.spans.readIn(a), j.spans.declaredIn(a.File, a.Anchor.Span), j.spans.setIn(a.File, a.Anchor.Span))
	return slices.Contains(a.Actual, v) || slices.ContainsFunc(here, func(w *Value) bool { return speaksOf(v, w) })
}

// speaksOf reports whether an annotation with v's id is true where w is read: it is w, or one of them is a registry
// and the other a member of it.
func speaksOf(v, w *Value) bool {
	return v == w || samePath(v.Segments, w.Segments) || v.Registry && within(w, v) || w.Registry && within(v, w)
}

// within reports whether v lies below registry r.
func within(v, r *Value) bool {
	return len(v.Segments) > len(r.Segments) && samePath(v.Segments[:len(r.Segments)], r.Segments)
}

// source judges prose with paths in it: paths of central values are held against the reads.
func (j *judgement) source(a *Annotation, set setState) {
	var named []*Value
	for _, p := range a.Paths {
		if v := j.spans.values[plainPath(p.Text)]; v != nil {
			named = append(named, v)
		}
	}
	missing := slices.DeleteFunc(slices.Clone(named), func(v *Value) bool { return j.isHere(v, a) })
	switch {
	case len(named) == 0:
		set(Unverifiable, "no central value is named by its path: kept, not checked")
	case len(missing) == 0:
		set(OK, "%s", pathList(named))
	case hasProse(a):
		set(Unverifiable, "prose: kept, not checked")
	case len(j.spans.unresolvedIn(a.File, a.Anchor.Span)) > 0:
		set(Unverifiable, "not everything that is read here could be resolved")
	case len(a.Actual) == 0:
		set(Unwanted, "no central value is read here, so not %s either", pathList(missing))
	default:
		set(Mismatched, "%s is not read here%s", pathList(missing), j.actually(a))
	}
}

// sink judges the option paths that an annotation names: each must be reached by a flow of a value at the anchor.
func (j *judgement) sink(a *Annotation, set setState) {
	values := slices.Concat(a.Actual, a.Values, j.spans.declaredIn(a.File, a.Anchor.Span))
	var reached, stale []string
	for _, p := range a.Paths {
		if j.reached(plainPath(p.Text), values) {
			reached = append(reached, p.Text)
		} else {
			stale = append(stale, p.Text)
		}
	}
	switch why := j.unknown(a, values); {
	case len(stale) == 0:
		set(OK, "reaches %s", strings.Join(reached, ", "))
	case hasProse(a):
		set(Unverifiable, "prose: kept, not checked")
	case why != "":
		set(Unverifiable, "no flow into %s was found, but %s", strings.Join(stale, ", "), why)
	case len(values) == 0:
		set(StaleSink, "no central value is read here, so none flows into %s", strings.Join(stale, ", "))
	default:
		set(StaleSink, "%s %s not flow into %s%s", pathList(uniqueValues(values)), doNot(values), strings.Join(stale, ", "), j.instead(values))
	}
}

// reached reports whether a flow of one of the values leads to an option, into it or above it. A path that names one
// of the values itself is reached, too.
func (j *judgement) reached(path string, values []*Value) bool {
	for _, v := range values {
		if onSamePath(path, v.Path) {
			return true
		}
		if j.endsOf(v).onPath(path) {
			return true
		}
	}
	return false
}

// InHome is an option path as a home-manager module writes it: without home-manager.users.NAME.
func InHome(option string) string {
	if rest, ok := strings.CutPrefix(option, "home-manager.users."); ok {
		if s := SplitPath(rest); len(s) > 1 {
			return strings.Join(s[1:], ".")
		}
	}
	return option
}

// unknown says why more may flow from an anchor than was found, "" if nothing speaks for it.
func (j *judgement) unknown(a *Annotation, values []*Value) string {
	if in := j.spans.unresolvedIn(a.File, a.Anchor.Span); len(in) > 0 {
		return fmt.Sprintf("%s could not be resolved: %s", in[0].Path, in[0].Reason)
	}
	for _, u := range j.g.Unresolved {
		for _, v := range values {
			if onSamePath(u.Path, v.Path) {
				return fmt.Sprintf("a read of %s in %s:%d could not be resolved: %s", u.Path, u.At.File, u.At.Line, u.Reason)
			}
		}
	}
	return ""
}

// hasProse reports whether the text of an annotation has words beside the ids and paths that it names.
func hasProse(a *Annotation) bool {
	rest := a.Text
	for _, w := range slices.Concat(a.IDs, a.Paths) {
		rest = strings.Replace(rest, w.Text, " ", 1)
	}
	return a.Prose || strings.Trim(rest, " \t,/;&+.") != ""
}

// actually tells what the code reads at an annotation's anchor.
func (j *judgement) actually(a *Annotation) string {
	if len(a.Actual) == 0 {
		return ""
	}
	return "; the code reads " + pathList(a.Actual)
}

// instead tells where values flow.
func (j *judgement) instead(values []*Value) string {
	var to []string
	for _, v := range values {
		for _, option := range j.endsOf(v).options {
			if !slices.Contains(to, option) {
				to = append(to, option)
			}
		}
	}
	if len(to) == 0 {
		return ""
	}
	return "; it reaches " + shortList(to)
}

func doNot(values []*Value) string {
	if len(uniqueValues(values)) == 1 {
		return "does"
	}
	return "do"
}

func uniqueValues(values []*Value) []*Value {
	var unique []*Value
	for _, v := range values {
		if !slices.Contains(unique, v) {
			unique = append(unique, v)
		}
	}
	return unique
}

// pathList names values for people.
func pathList(values []*Value) string {
	var paths []string
	for _, v := range values {
		paths = append(paths, v.Path)
	}
	return shortList(paths)
}

// maxListed bounds a list in a sentence.
const maxListed = 5

func shortList(items []string) string {
	if len(items) > maxListed {
		return fmt.Sprintf("%s and %d more", strings.Join(items[:maxListed], ", "), len(items)-maxListed)
	}
	return strings.Join(items, ", ")
}
