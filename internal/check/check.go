// Package check turns a graph into findings, and findings into a verdict.
//
// In: a finished graph.Graph and a Config. Out: a Report, and from it a GateResult, a Baseline or a Delta. It reads no files and
// starts no programs: what another revision looked like comes from package revision below it, bytes for people and machines are
// made by package output. Every check is one entry of All and one file of this folder; it knows nothing of the others.
package check

import (
	"cmp"
	"fmt"
	"slices"
	"sync/atomic"

	"nixsink/graph"
	"nixsink/internal/budget"
	"nixsink/internal/fault"
)

// Severity is how much a finding matters. Only Error fails a gate unless the configuration says otherwise.
type Severity uint8

// Severities, rising.
const (
	Off Severity = iota
	Info
	Warning
	Error
)

var severityNames = [...]string{"off", "info", "warning", "error"}

func (s Severity) String() string { return severityNames[s] }

// MarshalText writes a severity as the configuration spells it.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads "off", "info", "warning" or "error".
func (s *Severity) UnmarshalText(text []byte) error {
	i := slices.Index(severityNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("unknown severity %q: off, info, warning or error", text)
	}
	*s = Severity(i)
	return nil
}

// Related is a place that helps to understand a finding: the declaration, the other user of the port.
type Related struct {
	At      graph.Place
	Message string
}

// Fix is a change to the source that makes a finding go away. Only safe ones are given.
type Fix struct {
	Message string
	Edits   []Edit
}

// Edit replaces what stands at a place. An empty span inserts.
type Edit struct {
	At  graph.Place
	New string
}

// Finding is one fact about the tree that somebody should look at.
type Finding struct {
	Check         string
	Severity      Severity // a check may give less than its own: what it is not sure of is information
	At            graph.Place
	Message       string // names the value and says what to do
	Value         string // the central value, option, service or file that it speaks of, "" if none
	Depends       string // what unseen may be the reason that it was found, "" if nothing; Message says it, too
	Anchor        string // name of the binding that it stands in; with Check, file and Value its identity
	Related       []Related
	Way           int // how many of Related, the first, are a way that ends at At, step by step
	Fixes         []Fix
	Waived        bool
	WaivedBecause string
	WaivedOutside bool   // by the configuration, not by a comment
	Baselined     bool   // known from the baseline: shown, but fails no gate
	MovedFrom     string // the file under which the baseline knows it, where it has been moved; "" if it was not
}

// Check is one kind of finding, with its documentation.
type Check struct {
	Name    string
	Summary string // one line
	Doc     string // Markdown; its example is a test (docs_test.go)
	Default Severity
	InForce bool                  // it speaks of what a host gets: in a file that takes no part, its findings are information
	Late    bool                  // it looks at what the others found
	Asked   bool                  // it asks for annotations: it speaks where the tree has some, or where somebody asked (Config.All)
	Run     func(*Pass) []Finding // nil where Run of the package itself makes the findings (waivers)
}

// Pass is what a check gets to see.
type Pass struct {
	Graph  *graph.Graph
	Config Config
	found  []Finding // of the checks that are not late, before waivers
	index
	budget  *budget.Budget
	nearCut atomic.Bool    // nor to look for names that misspelt ones may mean
	leftOut []string       // the checks that the budget left no room for
	faults  []*fault.Fault // of checks that ran, in their order
}

// Lookup finds a check by name.
func Lookup(name string) (Check, bool) {
	i := slices.IndexFunc(All, func(c Check) bool { return c.Name == name })
	if i < 0 {
		return Check{}, false
	}
	return All[i], true
}

// compareFindings orders by file, offset, check, message.
func compareFindings(a, b Finding) int {
	return cmp.Or(
		cmp.Compare(a.At.File, b.At.File),
		cmp.Compare(a.At.Span.Start, b.At.Span.Start),
		cmp.Compare(a.At.Span.End, b.At.Span.End),
		cmp.Compare(a.Check, b.Check),
		cmp.Compare(a.Value, b.Value),
		cmp.Compare(a.Message, b.Message),
	)
}
