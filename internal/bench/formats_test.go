// Package bench has the benchmarks that need several stages, and the comparison with other programs.
package bench

import (
	"context"
	"io"
	"path/filepath"
	"testing"

	"nixsink/graph"
	"nixsink/render"
)

// BenchmarkFormat writes the homelab of the test data in every format.
func BenchmarkFormat(b *testing.B) {
	g, err := graph.Analyze(context.Background(), filepath.Join("..", "..", "testdata", "projects", "homelab"), graph.Options{})
	if err != nil {
		b.Fatal(err)
	}
	for _, f := range render.Formats {
		b.Run(f.Name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := f.Write(context.Background(), io.Discard, g, render.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
