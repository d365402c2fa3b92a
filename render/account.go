package render

import (
	"fmt"

	"nixsink/graph"
)

// jsonAccount is what the analysis saw and did not see.
func jsonAccount(a graph.Account) any {
	return object{
		"reads":       a.Reads,
		"references":  a.References,
		"guards":      a.Guards,
		"unevaluated": a.Unevaluated,
		"unresolved":  list(a.Unresolved, func(r graph.Reason) any { return object{"reason": r.Why, "count": r.Count} }),
		"handed": list(a.Handed, func(h *graph.Handed) any {
			return located(h.At, object{"path": h.Path, "why": h.Why})
		}),
		"untracked": list(a.Untracked, func(u graph.Untracked) any {
			return object{"path": u.Path, "argument": u.Argument, "reads": u.Reads, "flag": u.Flag()}
		}),
		"modules":            object{"followed": a.ModulesFollowed, "notFollowed": a.ModulesNotFollowed},
		"importsNotFollowed": a.ImportsNotFollowed,
		"definitionsDropped": a.DefinitionsDropped,
		"cuts":               a.Cuts,
	}
}

// accountText tells in one line what became of the reads in the text, "" where there are none.
func accountText(a graph.Account) string {
	if a.Reads == 0 {
		return ""
	}
	s := fmt.Sprintf("%s in the text: %s", plural(a.Reads, "read", "reads"), plural(a.References, "reference", "references"))
	if a.Guards > 0 {
		s += ", " + plural(a.Guards, "guard", "guards")
	}
	open := 0
	for _, r := range a.Unresolved {
		open += r.Count
	}
	if open > 0 {
		s += ", " + count(open) + " unresolved"
	}
	if n := len(a.Handed); n > 0 {
		s += ", " + count(n) + " handed on"
	}
	if a.Unevaluated > 0 {
		s += "; no configuration evaluates " + count(a.Unevaluated) + " of them"
	}
	for _, part := range []struct {
		n    int
		text string
	}{
		{a.ModulesNotFollowed, plural(a.ModulesNotFollowed, "module", "modules") + " not reached"},
		{a.ImportsNotFollowed, plural(a.ImportsNotFollowed, "import", "imports") + " not followed"},
		{a.DefinitionsDropped, plural(a.DefinitionsDropped, "definition", "definitions") + " dropped"},
		{a.Cuts, plural(a.Cuts, "place", "places") + " cut short"},
	} {
		if part.n > 0 {
			s += "; " + part.text
		}
	}
	return s
}

// untrackedShown is how many namespaces that are not tracked the report names; JSON has them all.
const untrackedShown = 4

// untrackedText names a namespace that is read and not tracked, with the flag that tracks it.
func untrackedText(u graph.Untracked) string {
	name := rootName(graph.Root{Path: u.Path, Argument: u.Argument})
	return fmt.Sprintf("%s: %s, not tracked (%s)", name, plural(u.Reads, "read", "reads"), u.Flag())
}
