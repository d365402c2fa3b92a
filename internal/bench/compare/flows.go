package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
)

// A flowTree is a tree with very many flows.
type flowTree struct{ dir, root string }

// flowTrees are those of the command line: DIR, or DIR:ROOT with a namespace.
type flowTrees []flowTree

func (f *flowTrees) String() string { return fmt.Sprint(*f) }

func (f *flowTrees) Set(s string) error {
	dir, root, _ := strings.Cut(s, ":")
	*f = append(*f, flowTree{dir, root})
	return nil
}

// manyFlows measures reports on trees with very many flows.
func (c *comparison) manyFlows(ctx context.Context, nixsink string) error {
	for _, t := range c.flows {
		files, bytes, err := size(t.dir)
		if err != nil {
			return err
		}
		name, argv := filepath.Base(t.dir), []string{nixsink, "report", "-C", t.dir}
		if t.root != "" {
			name += " --root " + t.root
			argv = append(argv, "--root", t.root)
		}
		rs := c.measure(ctx, []program{
			{name: "read", title: "Go: walk and read all files", argv: []string{c.self, stageFlag, "read", t.dir}},
			{name: "rg", title: "`rg -c config`", argv: []string{"rg", "-c", "-uuu", "-g", "*.nix", "config", t.dir}, status: true},
			{name: "analyze", title: "parse, resolve, follow flows", argv: []string{c.self, stageFlag, "analyze:" + t.root, t.dir}},
			{name: "report", title: "`nixsink report`", argv: argv},
		})
		fmt.Printf("\n%s, %d files, %.1f MB:\n\n", name, files, float64(bytes)/1e6)
		table(rs, nil, bytes)
		fmt.Println()
		goalHead()
		goal("report ≤ 10 × reading", []*result{rs["report"], rs["read"]}, times(rs["report"], rs["read"]), " ×", 10)
		goal("report ≤ 20 × `rg -c config`", []*result{rs["report"], rs["rg"]}, times(rs["report"], rs["rg"]), " ×", 20)
		goal("its peak memory ≤ 60 × the source", []*result{rs["report"]}, func() float64 { return float64(rs["report"].memory) / float64(bytes) }, " ×", 60)
	}
	return nil
}
