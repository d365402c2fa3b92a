package check_test

import (
	"context"
	"testing"

	"nixsink/graph"
	"nixsink/internal/check"
)

// BenchmarkRun is all checks over the example repository, its analysis left out.
func BenchmarkRun(b *testing.B) {
	g, err := graph.Analyze(context.Background(), "../../testdata/projects/homelab", graph.Options{})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := check.Run(b.Context(), g, check.Config{}); err != nil {
			b.Fatal(err)
		}
	}
}
