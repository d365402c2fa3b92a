package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"nixsink/graph"
	"nixsink/internal/flowtest"
	"nixsink/render"
)

// flowsOf analyses the modules of a case and gives its flows in the case's words, as the JSON tells them.
func flowsOf(t *testing.T, c flowtest.Case) ([]flowtest.Flow, []flowtest.Finding) {
	t.Helper()
	dir := t.TempDir()
	if err := c.Write(dir); err != nil {
		t.Fatal(err)
	}
	g, err := graph.Analyze(context.Background(), dir, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	format, _ := render.Lookup("json")
	if err := format.Write(context.Background(), &out, g, render.Options{}); err != nil {
		t.Fatal(err)
	}
	var told struct {
		Flows []struct {
			From, To, Kind string
			Hidden         any // what the system does not get
		}
		Values []struct {
			Path     string
			Declared []any
		}
	}
	if err := json.Unmarshal(out.Bytes(), &told); err != nil {
		t.Fatal(err)
	}
	// In the JSON all hosts are told by saying nothing, whether nodes of tests are with them or not.
	in := map[flowtest.Flow][]string{}
	for f := range g.Flows.All() {
		k := flowtest.Flow{From: f.From.Path, To: f.To, Kind: string(f.Kind)}
		for _, c := range g.Configurations {
			if c.Holds(f.In) && (!c.Open || len(g.Hosts()) == 0) {
				in[k] = append(in[k], c.Name)
			}
		}
	}
	var flows []flowtest.Flow
	for _, f := range told.Flows {
		if f.Hidden == nil || f.Hidden == false {
			k := flowtest.Flow{From: f.From, To: f.To, Kind: f.Kind}
			flows = append(flows, flowtest.Flow{From: f.From, To: f.To, Kind: f.Kind, In: flowtest.In(in[k])})
		}
	}
	var findings []flowtest.Finding
	for _, v := range told.Values {
		if len(v.Declared) == 0 {
			findings = append(findings, flowtest.Finding{Check: "undeclared-value", Subject: v.Path})
		}
	}
	for _, p := range g.Problems {
		t.Logf("problem: %s %s:%d %s", p.Kind, p.At.File, p.At.Line, p.Msg)
	}
	return flows, findings
}

// flowCases are the cases of testdata/flow, whose wants real evaluation has confirmed.
var flowCases = filepath.Join("..", "testdata", "flow")

// TestFlowCases holds the engine against every case.
func TestFlowCases(t *testing.T) {
	cases, err := flowtest.Load(flowCases)
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

// TestFlowTodo lists the cases of testdata/flow/todo: confirmed by real evaluation as well, and known to fail. One that
// passes belongs into testdata/flow.
func TestFlowTodo(t *testing.T) {
	cases, err := flowtest.LoadTodo(filepath.Join(flowCases, "todo"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			faults := c.Compare(flowsOf(t, c))
			if len(faults) == 0 {
				t.Fatalf("%s passes: git mv testdata/flow/todo/%s.txtar testdata/flow", c.Name, c.Name)
			}
			t.Skipf("%s\n\t%s", c.Title, strings.Join(faults, "\n\t"))
		})
	}
}
