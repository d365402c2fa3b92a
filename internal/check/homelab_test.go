package check_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"nixsink/graph"
	"nixsink/internal/check"
)

// bulk are the checks that list what coverage counts; their findings are many by design.
var bulk = map[string]bool{"missing-source-id": true, "missing-sink": true, "missing-doc": true, "low-fan-out": true}

// The example repository has mistakes made on purpose, listed in its README: all of them are found, and nothing else.
func TestHomelab(t *testing.T) {
	g, err := graph.Analyze(context.Background(), "../../testdata/projects/homelab", graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := run(t, g, check.Config{})
	var b strings.Builder
	found := map[string]int{}
	for _, f := range r.Findings {
		if !bulk[f.Check] {
			fmt.Fprintf(&b, "%s %s:%d:%d %s\n", f.Check, f.At.File, f.At.Line, f.At.Column, f.Message)
			found[f.Check]++
		}
	}
	golden(t, "testdata/homelab.txt", []byte(b.String()))
	readme, err := os.ReadFile("../../testdata/projects/homelab/README.md")
	if err != nil {
		t.Fatal(err)
	}
	// The table's rows begin "| `check`"; a row about unreachable modules or a collision speaks of two places.
	listed := map[string]int{}
	for _, line := range strings.Split(string(readme), "\n") {
		cells := strings.Split(line, "|")
		if len(cells) < 4 || !strings.HasPrefix(line, "| `") {
			continue
		}
		name := strings.Split(cells[1], "`")[1]
		listed[name] += strings.Count(cells[2], "`") / 2
		for _, check := range check.All {
			if check.Name != name {
				continue
			}
			for i, file := range strings.Split(cells[2], "`") {
				if i%2 == 1 && !strings.Contains(b.String(), name+" "+file+":") {
					t.Errorf("%s in %s is not found", name, file)
				}
			}
		}
	}
	for name, n := range found {
		if n != listed[name] {
			t.Errorf("%s: %d found, %d listed in the README", name, n, listed[name])
		}
	}
}

// The same tree gives the same findings, whatever order maps come in.
func TestDeterministic(t *testing.T) {
	var first string
	for range 3 {
		g, err := graph.Analyze(context.Background(), "../../testdata/projects/homelab", graph.Options{})
		if err != nil {
			t.Fatal(err)
		}
		got := listing(run(t, g, check.Config{}))
		if first == "" {
			first = got
		}
		if got != first {
			t.Fatal("the findings differ from run to run")
		}
	}
}
