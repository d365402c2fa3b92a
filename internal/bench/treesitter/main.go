// Command treesitter parses the Nix files of a tree with tree-sitter-nix and visits every node, with as many workers as
// there are processors: the peer that internal/bench/compare measures nixsink's parser against.
//
//	treesitter DIR
//
// It builds only where the grammar's C files lie in the folder grammar beside this file; compare puts them there, into
// a copy.
package main

/*
#cgo CFLAGS: -O2 -std=c11 -I${SRCDIR}/grammar
#include "grammar/parser.c"
#include "grammar/scanner.c"
*/
import "C"

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"unsafe"

	sitter "github.com/tree-sitter/go-tree-sitter"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: treesitter DIR")
		os.Exit(2)
	}
	nodes, err := parseAll(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "treesitter:", err)
		os.Exit(1)
	}
	fmt.Println(nodes, "nodes")
}

func parseAll(dir string) (int, error) {
	var names []string
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && strings.HasSuffix(name, ".nix") {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	language := sitter.NewLanguage(unsafe.Pointer(C.tree_sitter_nix()))
	workers := runtime.GOMAXPROCS(0)
	nodes, errs := make([]int, workers), make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			p := sitter.NewParser()
			defer p.Close()
			if errs[w] = p.SetLanguage(language); errs[w] != nil {
				return
			}
			for i := w; i < len(names); i += workers {
				src, err := os.ReadFile(names[i])
				if err != nil {
					errs[w] = err
					return
				}
				tree := p.Parse(src, nil)
				nodes[w] += visit(tree)
				tree.Close()
			}
		})
	}
	wg.Wait()
	all := 0
	for w := range workers {
		if errs[w] != nil {
			return 0, errs[w]
		}
		all += nodes[w]
	}
	return all, nil
}

// visit asks every node for its kind, its field and its place, as whoever wants to know anything of a file must.
func visit(tree *sitter.Tree) int {
	c := tree.Walk()
	defer c.Close()
	n := 0
	for {
		node := c.Node()
		if node.KindId() != 0 || c.FieldId() != 0 || node.EndByte() >= node.StartByte() {
			n++
		}
		if c.GotoFirstChild() || c.GotoNextSibling() {
			continue
		}
		for {
			if !c.GotoParent() {
				return n
			}
			if c.GotoNextSibling() {
				break
			}
		}
	}
}
