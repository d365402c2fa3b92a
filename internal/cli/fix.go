package cli

import (
	"context"

	"nixsink/graph"
	"nixsink/internal/check"
	"nixsink/internal/rewrite"
)

// repairs tells which kinds of change answer the findings of a check.
var repairs = map[string][]rewrite.Kind{
	"missing-source-id":    {rewrite.Missing},
	"missing-sink":         {rewrite.Missing},
	"mismatched-source-id": {rewrite.Wrong, rewrite.Stale},
	"ambiguous-source-id":  {rewrite.Wrong, rewrite.Stale},
	"orphaned-source-id":   {rewrite.Wrong, rewrite.Stale},
	"unwanted-source-id":   {rewrite.Wrong, rewrite.Stale},
	"malformed-annotation": {rewrite.Wrong, rewrite.Stale},
	"stale-sink":           {rewrite.Wrong, rewrite.Stale},
}

// fix makes the changes to annotations that the report asks for, as `nixsink annotate -w` makes them, and checks again. A check that is
// off, or whose findings are all waived, asks for none.
func (a *app) fix(ctx context.Context, t *tree, g *graph.Graph, report check.Report) (*graph.Graph, check.Report, error) {
	var opts rewrite.Options
	for _, f := range report.Findings {
		if !f.Waived {
			opts.Only = append(opts.Only, repairs[f.Check]...)
		}
	}
	if len(opts.Only) == 0 {
		a.say("no annotation to fix")
		return g, report, nil
	}
	plan, err := rewrite.Annotate(g, opts, a.again(ctx, t))
	if err != nil {
		return g, report, err
	}
	a.tellSkipped(plan)
	if err := a.change(plan, g, true, false, false); err != nil || plan.Empty() {
		return g, report, err
	}
	return a.check(ctx, t)
}
