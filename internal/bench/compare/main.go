// Command compare measures nixsink beside its peers and prints the table of docs/performance.md.
//
//	go run ./internal/bench/compare [-modules FOLDER] [-root NAMESPACE] [-flows TREE[:NAMESPACE]]… [-growth] TREE
//
// In go a tree of Nix files and the programs that this machine has; out comes Markdown. Every figure is of a whole
// process, the median of some runs that take turns, so that a busy machine slows all of them alike: trust the ratios.
// It never fails on a time.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

func main() {
	if len(os.Args) == 4 && os.Args[1] == stageFlag {
		if err := stage(os.Args[2], os.Args[3]); err != nil {
			fail(err)
		}
		return
	}
	c := &comparison{}
	flag.StringVar(&c.modules, "modules", "testdata/projects/homelab", "a repository of some 70 modules, for the time of a report")
	flag.StringVar(&c.root, "root", "", "the option namespace to follow in TREE (default: what an analysis chooses)")
	flag.IntVar(&c.runs, "runs", 5, "runs of each; the median counts")
	flag.DurationVar(&c.limit, "limit", 2*time.Minute, "time limit of one run")
	flag.IntVar(&c.copies, "copies", 10, "copies of TREE in the large corpus")
	flag.Var(&c.flows, "flows", "a `tree` with very many flows, or TREE:NAMESPACE (repeatable); with it, TREE may be left out")
	flag.BoolVar(&c.grow, "growth", false, "measure trees that grow, too, which are made for it; with it, TREE may be left out")
	flag.Parse()
	if flag.NArg() > 1 || flag.NArg() == 0 && len(c.flows) == 0 && !c.grow {
		flag.Usage()
		os.Exit(2)
	}
	c.tree = flag.Arg(0)
	if err := c.run(context.Background()); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "compare:", err)
	os.Exit(2)
}

// comparison is one run of this program.
type comparison struct {
	tree, modules, root string // tree: "" where only flows are measured
	flows               flowTrees
	grow                bool
	runs, copies        int
	limit               time.Duration

	dir               string // for what is made on the way
	self              string
	treesitter        string // the program of ../treesitter
	withoutTreesitter string // why there is none
}

func (c *comparison) run(ctx context.Context) (err error) {
	if c.self, err = os.Executable(); err != nil {
		return err
	}
	if c.dir, err = os.MkdirTemp("", "nixsink-compare-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(c.dir)) }()
	nixsink, empty, err := c.build(ctx)
	if err != nil {
		return err
	}
	if c.tree == "" {
		return c.others(ctx, nixsink)
	}
	if c.treesitter, err = c.buildTreesitter(ctx); err != nil {
		c.withoutTreesitter = err.Error()
	}
	many := filepath.Join(c.dir, "copies")
	for i := range c.copies {
		if err := copyNix(c.tree, filepath.Join(many, fmt.Sprintf("copy%d", i))); err != nil {
			return err
		}
	}
	files, bytes, err := size(c.tree)
	if err != nil {
		return err
	}
	one := c.measure(ctx, c.onTree(c.tree, true))
	ten := c.measure(ctx, c.onTree(many, false))
	small := c.measure(ctx, c.onModules(nixsink, empty))
	smallFiles, _, err := size(c.modules)
	if err != nil {
		return err
	}
	fmt.Printf("%d files, %.1f MB; in brackets %d copies of them. Medians of %d runs of whole processes; memory is the largest resident size.\n\n", files, float64(bytes)/1e6, c.copies, c.runs)
	table(one, ten, bytes)
	fmt.Printf("\nOf a repository of %d modules:\n\n", smallFiles)
	table(small, nil, 0)
	fmt.Println()
	goals(one, ten, small, bytes, c.copies)
	return c.others(ctx, nixsink)
}

// others measures what the flags ask for besides.
func (c *comparison) others(ctx context.Context, nixsink string) error {
	if err := c.manyFlows(ctx, nixsink); err != nil || !c.grow {
		return err
	}
	return c.growth(ctx, nixsink)
}

// onTree are the programs that are run on a corpus.
func (c *comparison) onTree(dir string, all bool) []program {
	ps := []program{
		{name: "read", title: "Go: walk and read all files", argv: []string{c.self, stageFlag, "read", dir}},
		{name: "rg", title: "`rg -c 'config\\.'`", argv: []string{"rg", "-c", "-uuu", "-g", "*.nix", `config\.`, dir}, status: true},
		{name: "parse", title: "parse, comments and spans kept", argv: []string{c.self, stageFlag, "parse", dir}},
		{name: "analyze", title: "parse, resolve, follow flows", argv: []string{c.self, stageFlag, "analyze:" + c.root, dir}},
	}
	if all {
		ps = append(ps, program{name: "treesitter", title: "tree-sitter-nix " + grammarVersion + ", every node visited", argv: []string{c.treesitter, dir}, without: c.withoutTreesitter})
		ps = append(ps, program{name: "nix", title: "`nix-instantiate --parse`, files in batches", argv: append([]string{"nix-instantiate", "--parse"}, nixFiles(dir)...)})
	}
	return ps
}

// onModules are the programs that are run on a repository of usual size.
func (c *comparison) onModules(nixsink, empty string) []program {
	dot := filepath.Join(c.dir, "values.dot")
	return []program{
		{name: "empty", title: "an empty Go program", argv: []string{empty}},
		{name: "report", title: "`nixsink report`", argv: []string{nixsink, "report", "-C", c.modules}},
		{name: "makedot", title: "`nixsink graph --format dot`", argv: []string{nixsink, "graph", "--format", "dot=" + dot, "-C", c.modules}},
		{name: "svg", title: "`nixsink graph --format svg`", argv: []string{nixsink, "graph", "--format", "svg=" + filepath.Join(c.dir, "values.svg"), "-C", c.modules}},
		{name: "dot", title: "native `dot -Tsvg` of the same graph", argv: []string{"dot", "-Tsvg", "-o", filepath.Join(c.dir, "dot.svg"), dot}},
	}
}

// nixFiles are the files of a tree. Nix ends at the first that it cannot parse; the table says so then.
func nixFiles(dir string) []string {
	var out []string
	_ = walk(dir, func(name string) error { // what cannot be walked has failed in size already
		out = append(out, name)
		return nil
	})
	return out
}
