package rewrite

import (
	"slices"

	"nixsink/internal/check"
)

// repairs tells which kinds of change answer the findings of a check.
var repairs = map[string][]Kind{
	"missing-source-id":    {Missing, Wrong}, // the id may take the place of a wrong one
	"missing-sink":         {Missing},
	"mismatched-source-id": {Wrong, Stale},
	"ambiguous-source-id":  {Wrong, Stale},
	"orphaned-source-id":   {Wrong, Stale},
	"unwanted-source-id":   {Wrong, Stale},
	"malformed-annotation": {Wrong, Stale},
	"stale-sink":           {Wrong, Stale},
}

// Repairs says whether a change to an annotation may settle the findings of a check.
func Repairs(name string) bool { return repairs[name] != nil }

// Answers reports whether a change is there for what a finding speaks of.
func Answers(c Change, f check.Finding) bool {
	if !slices.Contains(repairs[f.Check], c.Kind) {
		return false
	}
	if slices.Contains(c.For, f.At) {
		return true
	}
	// The reads of a value in one binding are one finding.
	return f.Check == "missing-source-id" && slices.ContainsFunc(f.Related, func(r check.Related) bool { return slices.Contains(c.For, r.At) })
}
