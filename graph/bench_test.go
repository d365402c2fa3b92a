package graph

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"nixsink/graph/eval"
)

// benchDir is the tree at NIXSINK_CORPUS, or the homelab of the test data.
func benchDir(b *testing.B) string {
	if dir := os.Getenv("NIXSINK_CORPUS"); dir != "" {
		return dir
	}
	return filepath.Join("..", "testdata", "projects", "homelab")
}

func loaded(b *testing.B) *tree {
	b.Helper()
	t, err := load(context.Background(), benchDir(b), Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetBytes(int64(t.source.Bytes))
	return t
}

// BenchmarkResolve evaluates the modules: names, options, reads, definitions.
func BenchmarkResolve(b *testing.B) {
	t := loaded(b)
	for b.Loop() {
		eval.New(treeHost{t}, nil).Run(context.Background(), entriesOf(t, Options{}), t.files)
	}
}

// BenchmarkFollow does what BenchmarkResolve does, and follows the flows through the result.
func BenchmarkFollow(b *testing.B) {
	t := loaded(b)
	for b.Loop() {
		g := &Graph{Dir: t.dir, Source: t.source, Files: t.byName}
		if _, err := follow(context.Background(), g, t, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAnalyze is the whole run.
func BenchmarkAnalyze(b *testing.B) {
	loaded(b)
	for b.Loop() {
		if _, err := Analyze(context.Background(), benchDir(b), Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
