package verify

import (
	"fmt"
	"strings"
)

// Schema names the JSON's version.
const Schema = "nixsink-verify/1"

// A Result is what came of verifying one configuration. Lists are sorted.
type Result struct {
	Schema        string       `json:"schema"`
	Configuration string       `json:"configuration"` // nixosConfigurations.tower, or the file
	Source        string       `json:"source"`        // NAR hash of the files that the text was read from
	Nix           Evaluator    `json:"nix"`
	Complete      bool         `json:"complete"` // every value was tried
	Tried         int          `json:"tried"`    // values that were changed, or could not be
	Values        int          `json:"values"`   // of so many
	Counts        Counts       `json:"counts"`
	Flows         []Flow       `json:"flows"`
	Missed        []Missed     `json:"missed"`
	Unchangeable  []Reason     `json:"unchangeable"`
	Unobserved    []Reason     `json:"unobserved"` // options that do not evaluate, so that nothing is known of them
	Imports       Agreement    `json:"imports"`
	Declared      Agreement    `json:"declared"`
	Types         Agreement    `json:"types"`
	Defaults      Agreement    `json:"defaults"`
	Described     Agreement    `json:"descriptions"`
	Definitions   Agreement    `json:"definitions"` // which file defines which option
	Finals        []FinalValue `json:"finals"`
}

// An Evaluator is what evaluated, and under which restrictions.
type Evaluator struct {
	Version    string `json:"version"`
	Restricted string `json:"restricted"` // "paths" (restrict-eval), "pure"
	Network    bool   `json:"network"`    // false: it had none
	Graph      bool   `json:"graph"`      // the lib tells which file imports which
	Extends    bool   `json:"extends"`    // the lib can change a value (extendModules)
	Calls      int    `json:"-"`
}

// Counts are those of flows.
type Counts struct {
	Confirmed    int `json:"confirmed"`
	False        int `json:"false"`
	Unseen       int `json:"unseen"`
	Untried      int `json:"untried"`
	Missed       int `json:"missed"`
	Unchangeable int `json:"unchangeable"`
}

// Verdict is what evaluation says of a flow of the text.
type Verdict string

// Verdicts.
const (
	Confirmed Verdict = "confirmed" // the option changes with the value
	False     Verdict = "false"     // the option is there, and stays as it is whatever the value, in all states that were looked at
	Unseen    Verdict = "unseen"    // no state of the configuration that was looked at can tell: the option is not there, or it asks for one value of many
	Untried   Verdict = "untried"   // the value was not changed, or cannot be
)

// A Flow is one that the text tells.
type Flow struct {
	From    string  `json:"from"`
	To      string  `json:"to"`
	Kind    string  `json:"kind"`
	File    string  `json:"file"`
	Line    int     `json:"line"`
	Verdict Verdict `json:"verdict"`
	// When lists the values that have to be otherwise for it to show; empty where it shows as the configuration is written.
	When []string `json:"when,omitempty"`
}

// A Missed is a flow that evaluation shows and the text does not tell.
type Missed struct {
	From string   `json:"from"`
	To   string   `json:"to"`
	File string   `json:"file"` // of the definition; "" where that is not known
	When []string `json:"when,omitempty"`
}

// A Reason is why something could not be done.
type Reason struct {
	Name string `json:"name"`
	Why  string `json:"why"`
}

// An Agreement counts what the text and evaluation both say, and lists what only one of them does.
type Agreement struct {
	Known bool         `json:"known"` // evaluation tells it
	Same  int          `json:"same"`
	False []Difference `json:"false"`  // the text says it, evaluation says otherwise
	Miss  []Difference `json:"missed"` // evaluation says it, and the text does not
}

// A Difference is one thing on which text and evaluation differ.
type Difference struct {
	Name string `json:"name"`
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	Text string `json:"text,omitempty"` // what the text says
	Eval string `json:"eval,omitempty"` // what evaluation says
}

// A FinalValue is what a central value comes to.
type FinalValue struct {
	Path string `json:"path"`
	Kind string `json:"kind"`
	// Value is written as JSON where it is a number, a boolean, null, or a text that the tree sets it to; any other text may be a secret.
	Value string `json:"value,omitempty"`
	Text  string `json:"text"` // "same": one of the literals that the text knows; "other": none of them; "unknown": it knows none
}

// Failed tells whether something was shown to be false or missed.
func (r *Result) Failed() bool { return r.Counts.False+r.Counts.Missed > 0 || r.otherwise() > 0 }

func (r *Result) otherwise() (n int) {
	for _, a := range []Agreement{r.Imports, r.Declared, r.Types, r.Defaults, r.Definitions} {
		n += len(a.False) + len(a.Miss)
	}
	return n
}

// Badge is what a badge says of the flows, and the share of those that evaluation decided which are right, false if it decided none.
func (r *Result) Badge() (text string, share float64, decided bool) {
	all := r.Counts.Confirmed + r.Counts.False + r.Counts.Missed
	if all == 0 {
		return "n/a", 0, false
	}
	return fmt.Sprintf("%d of %d flows", r.Counts.Confirmed, all), float64(r.Counts.Confirmed) / float64(all), true
}

// Sentence is the result in a line.
func (r *Result) Sentence() string {
	c := r.Counts
	parts := []string{fmt.Sprintf("%d confirmed", c.Confirmed), fmt.Sprintf("%d false", c.False), fmt.Sprintf("%d missed", c.Missed)}
	if c.Unseen > 0 {
		parts = append(parts, fmt.Sprintf("%d unseen", c.Unseen))
	}
	if c.Untried > 0 {
		parts = append(parts, fmt.Sprintf("%d untried", c.Untried))
	}
	return strings.Join(parts, ", ")
}
