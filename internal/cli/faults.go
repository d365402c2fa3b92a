package cli

import (
	"context"
	"errors"

	"nixsink/graph"
	"nixsink/internal/check"
	"nixsink/internal/fault"
)

// note keeps faults of our own for the end of the run.
func (a *app) note(faults ...*fault.Fault) {
	a.talking.Lock()
	defer a.talking.Unlock()
	a.faults = append(a.faults, faults...)
}

// runChecks runs the checks over a graph, and tells which of them are missing.
func (a *app) runChecks(ctx context.Context, g *graph.Graph, t *tree) (check.Report, error) {
	report, err := check.Run(ctx, g, t.cfg.Check)
	if report.Cut != "" {
		a.say("%s", report.Cut)
	}
	for _, f := range report.Faults {
		a.say("%v", f)
	}
	a.note(report.Faults...)
	return report, err
}

// faultsOf are the faults that an error consists of; nil if it is something else.
func faultsOf(err error) []*fault.Fault {
	var one *fault.Fault
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var out []*fault.Fault
		for _, e := range many.Unwrap() {
			if !errors.As(e, &one) {
				return nil
			}
			out = append(out, one)
		}
		return out
	}
	if errors.As(err, &one) {
		return []*fault.Fault{one}
	}
	return nil
}

// tellFaults offers a bug report of a few lines, none of which holds anything of the tree that was analysed.
func (a *app) tellFaults() {
	const few = 3
	if len(a.faults) == 0 {
		return
	}
	a.say("this is a bug of nixsink. These lines hold nothing of your files; please report them:")
	a.say("    %s", build())
	told := map[string]bool{}
	for _, f := range a.faults {
		lines := f.Report()
		if len(told) == few {
			break
		}
		if told[lines[0]] {
			continue
		}
		told[lines[0]] = true
		for _, line := range lines {
			a.say("    %s", line)
		}
	}
}
