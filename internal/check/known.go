package check

import (
	"maps"
	"slices"
)

// What a configuration may name, for those who help to write one.

// Names are the names of all checks, sorted.
func Names() []string {
	var out []string
	for _, c := range All {
		out = append(out, c.Name)
	}
	slices.Sort(out)
	return out
}

// SeverityNames are all severities, the least first.
func SeverityNames() []string { return slices.Clone(severityNames[:]) }

// RuleSubjects are what a rule may be over, sorted.
func RuleSubjects() []string { return slices.Sorted(maps.Keys(subjects)) }

// TaintParts are what of a source may count.
func TaintParts() []string { return slices.Clone(partNames[:]) }
