package facts

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"reflect"
	"slices"

	"github.com/parquet-go/parquet-go"
)

// A table is one kind of facts.
type table struct {
	name string
	doc  string
	row  reflect.Type // its columns are the fields, with their tags
	// write writes the rows of one snapshot into a folder.
	write func(a *analysis, dir string, f Format) error
	// merge writes the rows of several files, in their order, to w.
	merge func(w io.Writer, files []string, f Format) error
}

// snapshots and runs are written apart from the others: the first is what tells that a snapshot is there.
const (
	snapshotsTable = "snapshots"
	runsTable      = "runs"
)

// tables are all of them, in the order of the documentation.
var tables = []table{
	define(snapshotsTable, "One row for each state of a repository that was analysed, or that could not be.", func(a *analysis) iter.Seq[Snapshot] { return one(a.row) }),
	define("configurations", "What is configured: hosts, homes, containers, flake-parts' flakes, nodes of tests.", (*analysis).configurations),
	define("sets", "Which configurations the sets consist of that other tables name in their column `held_in`. The empty set has no name, and no row here.", (*analysis).setMembers),
	define("modules", "Nix files, and instances of them where a function makes modules.", (*analysis).modules),
	define("values", "Central values.", (*analysis).values),
	define("literals", "The literals that central values are set to.", (*analysis).literals),
	define("references", "Where modules read central values.", (*analysis).references),
	define("definitions", "Definitions of options, of the tree's own and of NixOS'.", (*analysis).definitions),
	define("edges", "Flows of one step. All flows are made of them.", (*analysis).edges),
	define("flows", "From each value to the options that it ends up in, also through others. Of a repository that has more than `--flows`, only those that are direct.", (*analysis).flows),
	define("imports", "Which file imports which.", (*analysis).imports),
	define("annotations", "Comments that speak of values.", (*analysis).annotations),
	define("findings", "What the checks found with their default configuration, or the repository's own.", (*analysis).findings),
	define("unresolved", "References under a tracked namespace that could not be followed.", (*analysis).unresolved),
	define("problems", "What kept a file from being read, parsed or followed to its end.", (*analysis).problems),
	define("inputs", "What the flake's inputs are locked to.", (*analysis).inputs),
	define("secrets", "Secrets that a tool brings onto machines: labels, never what is in them.", (*analysis).secrets),
}

// runs is the table of what analyses took, which is no fact about a repository.
var runs = plain[Took](runsTable, "What each analysis took. It is the one table that is not the same when the same files are analysed again.")

func one[T any](row T) iter.Seq[T] { return func(yield func(T) bool) { yield(row) } }

// define makes a table whose rows begin with a Head.
func define[T any](name, doc string, rows func(*analysis) iter.Seq[T]) table {
	t := plain[T](name, doc)
	t.write = func(a *analysis, dir string, f Format) error {
		return writeTable(dir, name, f, rows(a), newIdentifier[T](a.row.Snapshot).identify)
	}
	return t
}

// plain makes a table that is written by somebody else.
func plain[T any](name, doc string) table {
	return table{name: name, doc: doc, row: reflect.TypeFor[T](), merge: func(w io.Writer, files []string, f Format) error {
		if f == NDJSON {
			return concatenate(w, files)
		}
		return mergeParquet[T](w, files)
	}}
}

func concatenate(w io.Writer, files []string) error {
	for _, name := range files {
		f, err := os.Open(name)
		if err == nil {
			_, err = io.Copy(w, f)
			f.Close()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// mergeParquet writes the rows of several files as one, in row groups that are worth reading apart.
func mergeParquet[T any](w io.Writer, files []string) error {
	out := parquet.NewGenericWriter[T](w, writerOptions()...)
	rows := make([]T, batch)
	for _, name := range files {
		if err := copyRows(out, name, rows); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return out.Close()
}

func copyRows[T any](out *parquet.GenericWriter[T], name string, rows []T) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	in := parquet.NewGenericReader[T](f)
	defer in.Close()
	for {
		clear(rows)
		n, err := in.Read(rows)
		if n > 0 {
			if _, err := out.Write(rows[:n]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// Tables are the names of all tables.
func Tables() []string {
	var out []string
	for _, t := range allTables() {
		out = append(out, t.name)
	}
	return out
}

func allTables() []table { return append(slices.Clip(tables), runs) }
