package check

import "nixsink/graph"

// Thresholds are what a repository promises: the table [gate] of the configuration file. A nil field asks for nothing.
type Thresholds struct {
	SourceID            *Share           `toml:"source-id-coverage"` // ratios, 0 to 1; on the lower bound
	Declaration         *Share           `toml:"declaration-coverage"`
	Sink                *Share           `toml:"sink-coverage"`
	Precision           *Share           `toml:"annotation-precision"`
	ModuleDocumentation *Share           `toml:"module-documentation"`
	OptionDocumentation *Share           `toml:"option-documentation"`
	Patch               *Share           `toml:"patch-coverage"` // with --changed-since only
	Layers              map[string]Share `toml:"layer-coverage"` // source-id coverage by layer
	MaxLines            *Count           `toml:"max-lines"`      // of all modules together
	MaxModules          *Count           `toml:"max-modules"`
	MaxModuleLines      *Count           `toml:"max-module-lines"` // of the longest module
	MaxFanOut           *Count           `toml:"max-fan-out"`      // modules that read one value
	MaxReach            *Count           `toml:"max-reach"`        // options that one value reaches
	FailOn              *Severity        `toml:"fail-on"`          // findings of this severity and above fail; nil: error; off: none do
}

// GateOptions steer a verdict.
type GateOptions struct {
	Baseline *Baseline // nil: none
	Ratchet  bool      // no coverage below the baseline's
	Delta    *Delta    // --changed-since: only new findings fail, and patch coverage is judged; nil: the whole tree
}

// GateResult is the verdict.
type GateResult struct {
	Gates      []Gated // every gate that was asked for, in a fixed order
	Incomplete string  // why no verdict is possible (a file does not parse, the tree is empty), "" if it is
	Status     int     // exit status: 0 clean, 1 a gate failed, 2 incomplete
}

// Gated is one gate with what it found.
type Gated struct {
	Name      string // "source-id-coverage", "findings", "baseline"
	Value     string // "61.2 %", "n/a", "3 findings"
	Threshold string // "≥ 70 %"
	Failed    bool
	How       string // the cheapest way to meet it, "" if it is met
}

// Failed lists the gates that failed.
func (r GateResult) Failed() []Gated {
	var out []Gated
	for _, g := range r.Gates {
		if g.Failed {
			out = append(out, g)
		}
	}
	return out
}

// Gate judges a report.
func Gate(g *graph.Graph, report Report, t Thresholds, opts GateOptions) GateResult {
	return gate(g, report, t, opts)
}
