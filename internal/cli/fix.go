package cli

import (
	"context"
	"io"
	"slices"

	"nixsink/graph"
	"nixsink/internal/check"
	"nixsink/internal/rewrite"
)

// fix makes or shows the changes to annotations that the report's findings ask for, with the edits of `nixsink annotate`, and says which findings it
// left. What is waived, known to the baseline or older than the revision compared with is no finding to fix.
func (a *app) fix(ctx context.Context, t *tree, g *graph.Graph, report check.Report, delta *check.Delta, write bool, show io.Writer) (written bool, err error) {
	open := fixable(report, delta)
	if len(open) == 0 {
		a.say("no annotation to fix")
		return false, nil
	}
	plan, err := rewrite.Annotate(g, rewrite.Options{Keep: func(c rewrite.Change) bool {
		return slices.ContainsFunc(open, func(f check.Finding) bool { return rewrite.Answers(c, f) })
	}}, a.again(ctx, t))
	if err != nil {
		return false, err
	}
	if err := a.change(plan, g, writing{write: write, quiet: true, to: show}); err != nil {
		return false, err
	}
	a.tellLeft(plan, open)
	if !write && !plan.Empty() {
		a.say("%s: -w makes them", counted(plan))
	}
	return write && !plan.Empty(), nil
}

// fixable are the findings that a change to an annotation may settle.
func fixable(report check.Report, delta *check.Delta) []check.Finding {
	isNew := func(f check.Finding) bool {
		return delta == nil || slices.ContainsFunc(delta.New, func(n check.Finding) bool {
			return n.Check == f.Check && n.At == f.At && n.Value == f.Value && n.Message == f.Message
		})
	}
	return slices.DeleteFunc(slices.Clone(report.Findings), func(f check.Finding) bool {
		return !rewrite.Repairs(f.Check) || f.Waived || f.Baselined || !isNew(f)
	})
}

// tellLeft lists the findings that no change answers: the first few.
func (a *app) tellLeft(p *rewrite.Plan, open []check.Finding) {
	left := slices.DeleteFunc(slices.Clone(open), func(f check.Finding) bool {
		return slices.ContainsFunc(p.Files, func(file *rewrite.File) bool {
			return slices.ContainsFunc(file.Changes, func(c rewrite.Change) bool { return rewrite.Answers(c, f) })
		})
	})
	const few = 5
	for i, f := range left {
		if i == few {
			a.say("and %d more findings that are left", len(left)-few)
			break
		}
		why := "no comment can settle it"
		if f.Check == "malformed-annotation" {
			why = "what it is to say, only people know"
		}
		for _, s := range p.Skipped {
			if s.At == f.At || s.At.File == f.At.File && s.At.Line == 0 {
				why = s.Why
			}
		}
		a.say("%sleft: %s: %s", place(f.At), f.Check, why)
	}
}
