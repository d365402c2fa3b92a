package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
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

// members are the sizes of the registries whose times are compared.
var members = [2]int{20_000, 200_000}

// manyFlows measures reports on trees with very many flows, and on registries of a growing size.
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
		table(rs, nil, bytes, 0)
		fmt.Println()
		goalHead()
		goal("report ≤ 10 × reading", []*result{rs["report"], rs["read"]}, times(rs["report"], rs["read"]), " ×", 10)
		goal("report ≤ 20 × `rg -c config`", []*result{rs["report"], rs["rg"]}, times(rs["report"], rs["rg"]), " ×", 20)
		goal("its peak memory ≤ 60 × the source", []*result{rs["report"]}, func() float64 { return float64(rs["report"].memory) / float64(bytes) }, " ×", 60)
	}
	var ps []program
	for _, n := range members {
		dir := filepath.Join(c.dir, fmt.Sprintf("registry%d", n))
		if err := writeRegistry(dir, n); err != nil {
			return err
		}
		ps = append(ps, program{name: fmt.Sprintf("registry%d", n), title: fmt.Sprintf("`nixsink report` on a registry of %d members", n), argv: []string{nixsink, "report", "-C", dir}})
	}
	rs := c.measure(ctx, ps)
	fmt.Println()
	table(rs, nil, 0, 0)
	fmt.Println()
	goalHead()
	few, many := rs[ps[0].name], rs[ps[1].name]
	factor := float64(members[1]) / float64(members[0])
	goal(fmt.Sprintf("a registry of %.0f times the members ≤ %.0f × the time", factor, factor*1.1), []*result{many, few}, times(many, few), " ×", factor*1.1)
	return nil
}

// writeRegistry makes a tree with one attrsOf of n members.
func writeRegistry(dir string, n int) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(dir, "default.nix"))
	if err != nil {
		return err
	}
	defer f.Close()
	b := bufio.NewWriter(f)
	fmt.Fprint(b, "{ lib, config, ... }:\n{\n  options.my.hosts = lib.mkOption { type = lib.types.attrsOf lib.types.str; default = { }; };\n  config.my.hosts = {\n")
	for i := range n {
		fmt.Fprintf(b, "    h%d = \"10.%d.%d.%d\";\n", i, i>>16, i>>8&255, i&255)
	}
	fmt.Fprint(b, "  };\n  config.networking.extraHosts = config.my.hosts.h7;\n}\n")
	return b.Flush()
}
