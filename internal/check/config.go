package check

import (
	"fmt"
	"strconv"
	"strings"
)

// Config is the part of the configuration file that findings depend on: its table [check], and its [[rule]] list. The zero Config is the default.
type Config struct {
	Severity   map[string]Severity  `toml:"severity"`         // by check or rule name; missing: the check's own default
	Ports      map[string]PortRange `toml:"port-ranges"`      // by layer: "10-infrastructure" = "10000-19999"
	Exceptions []LayerException     `toml:"layer-exceptions"` // reads and imports from a lower to a higher layer that are meant
	Ignore     []Ignore             `toml:"ignore"`           // waivers that stand in the configuration
	All        bool                 `toml:"all"`              // annotations are asked for in a tree without any, too
	MaxLines   Count                `toml:"max-lines"`        // of a module; 0: 300
	LowFanOut  *Count               `toml:"low-fan-out"`      // modules; a value read in at most that many is a finding; nil: 1
	Hardening  []string             `toml:"hardening"`        // serviceConfig options; nil: DefaultHardening
	MinHarden  *Count               `toml:"hardening-min"`    // how many of them a service must set; nil: all
	Rules      []Rule               `toml:"-"`                // the file's top-level [[rule]] list
	Taints     []Taint              `toml:"-"`                // the file's top-level [[taint]] list
	Secrets    SecretsConfig        `toml:"-"`                // the file's top-level [secrets] table

	// File and Text are the configuration file itself, so that a finding about it can point at its line. "" if there is none.
	File string `toml:"-"`
	Text string `toml:"-"`
}

// PortRange is a range of ports, both ends included. In the configuration: "10000-19999".
type PortRange struct{ From, To int }

// UnmarshalText reads "10000-19999".
func (r *PortRange) UnmarshalText(text []byte) error {
	from, to, ok := strings.Cut(string(text), "-")
	a, errA := strconv.Atoi(strings.TrimSpace(from))
	b, errB := strconv.Atoi(strings.TrimSpace(to))
	if !ok || errA != nil || errB != nil || a < 0 || b < a || b > 65535 {
		return fmt.Errorf("%q is no port range: write FROM-TO, such as 10000-19999", text)
	}
	r.From, r.To = a, b
	return nil
}

// MarshalText writes the range as the configuration spells it.
func (r PortRange) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

func (r PortRange) String() string { return fmt.Sprintf("%d-%d", r.From, r.To) }

// LayerException allows what layer-violation would report. From and To are globs over files; To may be a value's path too.
type LayerException struct {
	From   string `toml:"from"`
	To     string `toml:"to"`
	Reason string `toml:"reason"`
}

// Ignore waives findings. Empty fields match everything, but Check must be given. File is a glob.
type Ignore struct {
	Check  string `toml:"check"`
	File   string `toml:"file"`
	Value  string `toml:"value"`
	Reason string `toml:"reason"`
}

// Rule is a repository's own check over definitions, written in CEL (docs/checks.md, "Rules of your own").
type Rule struct {
	Name     string   `toml:"name"`
	Summary  string   `toml:"summary"`
	Over     string   `toml:"over"`     // what it looks at: definition (also ""), value, option, host, flow, finding
	When     string   `toml:"when"`     // CEL, bool: which of them the rule speaks of; "" : all
	Expr     string   `toml:"expr"`     // CEL, bool: what must hold for each of them
	Required bool     `toml:"required"` // something of the tree must match When
	Message  string   `toml:"message"`  // {option} and {value} are filled in
	Severity Severity `toml:"severity"` // Off (not given): Warning
}
