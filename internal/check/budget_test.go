package check_test

import (
	"slices"
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
	for deadline := time.Now().Add(10 * time.Second); b.Over(budget.Rest) == nil; time.Sleep(time.Millisecond) {
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

// A check that does not end costs its own findings, not those of the others.
func TestACheckThatDoesNotEnd(t *testing.T) {
	g, err := graph.Analyze(t.Context(), "../../testdata/projects/homelab", graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	whole, err := check.Run(t.Context(), g, check.Config{})
	if err != nil || len(whole.Findings) == 0 {
		t.Fatalf("%d findings, %v", len(whole.Findings), err)
	}
	before := check.All
	defer func() { check.All = before }()
	released := make(chan struct{})
	defer close(released)
	check.All = append(slices.Clone(before), check.Check{Name: "endless", Default: check.Error, Run: func(*check.Pass) []check.Finding {
		<-released
		return []check.Finding{{Severity: check.Error}}
	}})
	ctx, _, stop := budget.Start(t.Context(), budget.Limits{Time: 3 * time.Second})
	defer stop()
	r, err := check.Run(ctx, g, check.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Cut != "the checks ended early: its time is used up, so these were not made: endless" {
		t.Errorf("cut: %q", r.Cut)
	}
	if want := len(whole.Findings); len(r.Findings) < want {
		t.Errorf("%d findings, there are %d", len(r.Findings), want)
	}
}
