package check_test

import (
	"strings"
	"testing"
	"time"

	"nixsink/graph"
	"nixsink/internal/budget"
	"nixsink/internal/check"
)

// A run that has nothing left makes no check, says which ones are missing, and gives no verdict.
func TestChecksEndWithTheBudget(t *testing.T) {
	g, err := graph.Analyze(t.Context(), "../../testdata/projects/homelab", graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, b, stop := budget.Start(t.Context(), budget.Limits{Time: time.Nanosecond})
	defer stop()
	for deadline := time.Now().Add(10 * time.Second); b.Over() == nil; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("a nanosecond does not end")
		}
	}
	r, err := check.Run(ctx, g, check.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Findings) > 0 || !strings.Contains(r.Cut, "undeclared-value") {
		t.Errorf("%d findings, cut: %q", len(r.Findings), r.Cut)
	}
	v := check.Gate(g, r, check.Thresholds{}, check.GateOptions{})
	if v.Status != 2 || v.Incomplete != r.Cut {
		t.Errorf("status %d, %q", v.Status, v.Incomplete)
	}
}
