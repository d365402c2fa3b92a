package check

import "nixsink/graph"

// Baseline is what was known on the day that somebody wrote it: findings that fail no gate, and coverages that must not fall.
type Baseline struct {
	Coverage map[string]Share // by gate name: source-id-coverage (lower bound), …; n/a is left out
	Known    []Known          // sorted
}

// Known is one known finding, or several alike. Lines are no part of it, so moved code stays known.
type Known struct {
	Check  string `toml:"check"`
	File   string `toml:"file"`
	Value  string `toml:"value,omitempty"`
	Anchor string `toml:"anchor,omitempty"`
	Count  int    `toml:"count,omitempty"` // 0 is 1
}

// NewBaseline gathers what a report found and what is covered. Waived findings are left out.
func NewBaseline(g *graph.Graph, r Report) Baseline { return newBaseline(g, r) }

// ParseBaseline reads a baseline file (TOML).
func ParseBaseline(text []byte) (Baseline, error) { return parseBaseline(text) }

// Bytes is the file: TOML, sorted, an entry a block, readable in a diff.
func (b Baseline) Bytes() []byte { return b.bytes() }

// Apply marks the findings that the baseline knows and gives the entries that match nothing any more. What was moved to another file is known
// by its check, value and binding, and told by MovedFrom.
func (b Baseline) Apply(r *Report) (stale []Known) { return b.apply(r) }
