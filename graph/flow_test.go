package graph

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"nixsink/internal/flowtest"
)

// flowsOf analyses the modules of a case and gives its flows in the case's words.
func flowsOf(t *testing.T, c flowtest.Case) ([]flowtest.Flow, []flowtest.Finding) {
	t.Helper()
	dir := t.TempDir()
	if err := c.Write(dir); err != nil {
		t.Fatal(err)
	}
	g, err := Analyze(context.Background(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var flows []flowtest.Flow
	for f := range g.Flows.All() {
		flows = append(flows, flowtest.Flow{From: f.From.Path, To: f.To, Kind: string(f.Kind)})
	}
	var findings []flowtest.Finding
	for _, v := range g.Values {
		if len(v.Declared) == 0 {
			findings = append(findings, flowtest.Finding{Check: "undeclared-value", Subject: v.Path})
		}
	}
	for _, p := range g.Problems {
		t.Logf("problem: %s %s:%d %s", p.Kind, p.At.File, p.At.Line, p.Msg)
	}
	return flows, findings
}

// TestFlowCases holds the engine against every case of testdata/flow, whose wants real evaluation has confirmed.
func TestFlowCases(t *testing.T) {
	dir := filepath.Join("..", "testdata", "flow")
	if _, err := os.Stat(dir); err != nil {
		t.Fatal(err)
	}
	cases, err := flowtest.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	var sum flowtest.Score
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			flows, findings := flowsOf(t, c)
			for _, fault := range c.Compare(flows, findings) {
				t.Errorf("%s\n\t%s", c.Title, fault)
			}
			s := c.Score(flows)
			sum.Wanted, sum.Found, sum.Listed, sum.True = sum.Wanted+s.Wanted, sum.Found+s.Found, sum.Listed+s.Listed, sum.True+s.True
		})
	}
	t.Logf("%d cases: recall %d of %d, precision %d of %d", len(cases), sum.Found, sum.Wanted, sum.True, sum.Listed)
}
