// Nixsink-layout reads a graph in DOT on standard input and writes it as SVG on standard output.
//
// It is a program of its own because go-graphviz compiles Graphviz when a program starts (0.6 s without its cache),
// keeps one global instance that a trap poisons for good, ignores deadlines, and panics before main on a broken
// cache. Here all of that costs one child process; package layout starts it, watches it and ends it.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/goccy/go-graphviz"
)

func main() {
	engine := flag.String("engine", "dot", "layout `engine`: dot, sfdp, …")
	timeout := flag.Duration("timeout", time.Minute, "give up after this `time`, even if whoever started us is gone")
	flag.Parse()
	time.AfterFunc(*timeout, func() {
		fmt.Fprintln(os.Stderr, "nixsink-layout: out of time")
		os.Exit(3)
	})
	if err := run(*engine, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "nixsink-layout:", err)
		os.Exit(1)
	}
}

func run(engine string, in io.Reader, out io.Writer) error {
	dot, err := io.ReadAll(in)
	if err != nil {
		return fmt.Errorf("reading standard input: %w", err)
	}
	ctx := context.Background()
	gv, err := graphviz.New(ctx)
	if err != nil {
		return fmt.Errorf("starting Graphviz: %w", err)
	}
	g, err := graphviz.ParseBytes(dot)
	if err != nil {
		return fmt.Errorf("reading DOT: %w", err)
	}
	if g == nil {
		// What is empty or no DOT at all gives neither a graph nor an error.
		return errors.New("this is not a graph in DOT")
	}
	var svg bytes.Buffer
	if err := gv.SetLayout(graphviz.Layout(engine)).Render(ctx, g, graphviz.SVG, &svg); err != nil {
		return fmt.Errorf("laying out with %s: %w", engine, err)
	}
	_, err = out.Write(svg.Bytes())
	return err
}
