// Record writes down what an analysis of some trees finds, small enough to keep, and tells what a later one changes.
//
//	record [-bin nixsink] [-root ROOT]… [-arg ARGUMENT]… TREE… > before.txt
//	record [-bin nixsink] -against before.txt TREE…
//
// For each tree it writes a line of totals and a line per value: how many flows, to how many places that read it, and a
// hash of the flows (from, to, kind; each once). Names of values are hashed as well, unless -names asks for them, so
// that a record holds nothing of the tree's text. A tree is known by its folder's name. JSON is read as it comes, so a
// tree with millions of flows needs little memory here.
//
// With -against the status is 1 if something differs.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

type list []string

func (l *list) String() string     { return fmt.Sprint(*l) }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

func main() {
	var roots, more list
	bin := flag.String("bin", "nixsink", "the `program` that analyses the trees")
	against := flag.String("against", "", "compare with the record in this `file`")
	names := flag.Bool("names", false, "write names of values as they are")
	flag.Var(&roots, "root", "follow this `namespace` (repeatable; default: what the analysis chooses)")
	flag.Var(&more, "arg", "give the program this `argument` as well, such as --flows (repeatable)")
	flag.Parse()
	if flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	differ, err := run(os.Stdout, flag.Args(), *bin, *against, arguments(roots, more), *names)
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(2)
	case differ:
		os.Exit(1)
	}
}

// arguments are those of the program beside the tree.
func arguments(roots, more []string) []string {
	args := slices.Clone(more)
	for _, r := range roots {
		args = append(args, "--root", r)
	}
	return args
}

func run(w io.Writer, trees []string, bin, against string, args []string, names bool) (differ bool, err error) {
	var before map[string]*Record
	if against != "" {
		f, err := os.Open(against)
		if err != nil {
			return false, fmt.Errorf("read the record: %w", err)
		}
		defer f.Close()
		if before, err = Read(f); err != nil {
			return false, err
		}
	}
	for _, tree := range trees {
		r, err := analyse(bin, tree, args)
		if err != nil {
			return false, fmt.Errorf("%s: %w", tree, err)
		}
		switch old := before[r.Tree]; {
		case against == "":
			err = r.Write(w, names)
		case old == nil:
			differ = true
			_, err = fmt.Fprintf(w, "%s: not in the record\n", r.Tree)
		default:
			lines := old.Diff(r)
			differ = differ || len(lines) > 0
			for _, l := range lines {
				fmt.Fprintf(w, "%s: %s\n", r.Tree, l)
			}
			if len(lines) == 0 {
				fmt.Fprintf(w, "%s: as recorded\n", r.Tree)
			}
		}
		if err != nil {
			return false, err
		}
	}
	return differ, nil
}

// analyse runs the program over a tree and reads what it writes.
func analyse(bin, tree string, args []string) (*Record, error) {
	full, err := filepath.Abs(tree)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(bin, append([]string{"graph", "--format", "json", "-C", full}, args...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	r, err := Decode(filepath.Base(full), bufio.NewReaderSize(out, 1<<20))
	if err != nil {
		cmd.Process.Kill()
		cmd.Wait()
		return nil, err
	}
	cmd.Wait() // an incomplete run has another status and its JSON all the same
	return r, nil
}
