// Account tells which reads of a tracked namespace stand in a tree's text and are told nowhere in nixsink's JSON.
//
//	account [-bin nixsink | -graph FILE] [-root ROOT]… [-all] TREE
//
// It prints a line for each: file:line:column, path, form, how the file is known; then a line of totals. Status 1 if
// there is one, 2 if something went wrong.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"nixsink/internal/account"
)

type list []string

func (l *list) String() string     { return strings.Join(*l, " ") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

func main() {
	var roots list
	bin := flag.String("bin", "nixsink", "the `program` that analyses the tree")
	file := flag.String("graph", "", "read the analysis from this `file` instead")
	all := flag.Bool("all", false, "list the reads that are told as well")
	flag.Var(&roots, "root", "look for this `namespace` (repeatable; default: those of the analysis)")
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	missing, err := run(os.Stdout, flag.Arg(0), *bin, *file, roots, *all)
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "account:", err)
		os.Exit(2)
	case missing > 0:
		os.Exit(1)
	}
}

func run(w io.Writer, tree, bin, file string, roots list, all bool) (missing int, err error) {
	data, err := analysis(tree, bin, file, roots)
	if err != nil {
		return 0, err
	}
	g, err := account.ReadGraph(bytes.NewReader(data))
	if err != nil {
		return 0, err
	}
	entries, err := account.Tree(os.DirFS(tree), g, nil)
	if err != nil {
		return 0, err
	}
	count := map[account.State]int{}
	for _, e := range entries {
		count[e.State]++
		if e.State != account.Missing && !all {
			continue
		}
		line := fmt.Sprintf("%s:%d:%d\t%s\t%s\t%s", e.File, e.Line, e.Column, e, e.Form, e.Module)
		for _, more := range []string{e.Via, e.Note, string(e.State)} {
			line += "\t" + more
		}
		fmt.Fprintln(w, strings.TrimRight(line, "\t"))
	}
	fmt.Fprintf(w, "%d reads: %d references, %d unresolved, %d told nowhere\n", len(entries),
		count[account.Reference], count[account.Unresolved], count[account.Missing])
	return count[account.Missing], nil
}

// analysis is the JSON of the tree.
func analysis(tree, bin, file string, roots list) ([]byte, error) {
	if file != "" {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read the analysis: %w", err)
		}
		return data, nil
	}
	args := []string{"graph", "--format", "json", "-C", tree}
	for _, r := range roots {
		args = append(args, "--root", r)
	}
	cmd := exec.Command(bin, args...)
	cmd.Stderr = os.Stderr
	data, err := cmd.Output()
	if err != nil && len(data) == 0 {
		return nil, fmt.Errorf("run %s: %w", bin, err)
	}
	return data, nil
}
