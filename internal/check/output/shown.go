package output

import (
	"cmp"
	"fmt"
	"slices"

	"nixsink/internal/check"
)

// shown are the findings that a reader should see: with --changed-since only the new ones, and none below what was asked for.
func (in Input) shown() []check.Finding { return in.severe(in.considered()) }

// considered are the findings that the run is about, whatever they matter.
func (in Input) considered() []check.Finding {
	if in.Delta != nil {
		return in.Delta.New
	}
	return in.Report.Findings
}

// severe leaves out what matters less than what was asked for.
func (in Input) severe(fs []check.Finding) []check.Finding {
	if in.Least <= check.Info {
		return fs
	}
	out := make([]check.Finding, 0, len(fs))
	for _, f := range fs {
		if f.Severity >= in.Least {
			out = append(out, f)
		}
	}
	return out
}

// worst sorts findings by what they matter: errors before warnings, what is open before what is waived or known; else as they stand in the tree.
func worst(fs []check.Finding) []check.Finding {
	out := slices.Clone(fs)
	aside := func(f check.Finding) int {
		if f.Waived || f.Baselined {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(out, func(a, b check.Finding) int {
		return cmp.Or(cmp.Compare(aside(a), aside(b)), cmp.Compare(b.Severity, a.Severity))
	})
	return out
}

// below says how many open findings matter less than what is shown, and how to see them; "" if there are none.
func (in Input) below() string {
	n := map[check.Severity]int{}
	for _, f := range in.considered() {
		if f.Severity < in.Least && !f.Waived && !f.Baselined {
			n[f.Severity]++
		}
	}
	switch {
	case n[check.Warning] > 0 && n[check.Info] > 0:
		return fmt.Sprintf("%s and %s: --min-severity info lists them", counted(n[check.Warning], "warning"), counted(n[check.Info], "information"))
	case n[check.Warning] > 0:
		return fmt.Sprintf("%s: --min-severity warning lists %s", counted(n[check.Warning], "warning"), them(n[check.Warning]))
	case n[check.Info] > 0:
		return fmt.Sprintf("%s: --min-severity info lists %s", counted(n[check.Info], "information"), them(n[check.Info]))
	}
	return ""
}

func them(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}
