// Package account holds an analysis to what stands in the text: every read of a tracked namespace that is written
// there must be told somewhere.
//
// In: a tree of Nix files and what `nixsink graph --format json` says of it. Out: the reads of the text, and those of
// which the analysis says nothing. It has a lexer of its own and imports neither parse nor graph, so that a mistake
// of theirs is none of its own. It knows nothing of modules: it looks for config.my.x, inherit (config.my) x,
// osConfig.my.x, node.config.my.x, and for what let names so.
package account

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// A Graph is what of an analysis's JSON is needed here.
type Graph struct {
	Schema string
	Roots  []struct {
		Path     string
		Argument bool
	}
	Modules []struct {
		Path      string
		Reachable bool
	}
	Values     []struct{ Declared []Place }
	References []Told
	Unresolved []Told
	Account    struct{ Handed []Told }
	Problems   []struct {
		Kind, File string
		Line       int
	}
}

// A Place is where something stands. EndLine is 0 where the analysis does not tell it.
type Place struct {
	File                  string
	Line, Column, EndLine int
}

// A Told is a read that the analysis tells: of a value, or of a path that it could not resolve.
type Told struct {
	Place
	Value, Path, Kind, Via, Reason string
}

// ReadGraph reads the JSON of an analysis.
func ReadGraph(from io.Reader) (Graph, error) {
	var g Graph
	if err := json.NewDecoder(from).Decode(&g); err != nil {
		return Graph{}, fmt.Errorf("read the graph: %w", err)
	}
	return g, nil
}

// Tracked are the roots that the analysis followed.
func (g Graph) Tracked() []Root {
	var roots []Root
	for _, r := range g.Roots {
		roots = append(roots, Root{split(r.Path), r.Argument})
	}
	return roots
}

// A State says how a read is accounted for.
type State string

const (
	Reference  State = "reference"
	Unresolved State = "unresolved"
	Handed     State = "handed on" // told where what it hands on is read
	Missing    State = ""
)

// An Entry is a read and what the analysis says of it.
type Entry struct {
	Read
	State  State
	Module string // how the analysis knows the file: "reached", "unreached", "no module", "not parsed"
}

// Tree lists every read of a tree with its state, by file and place. Without roots those of the graph are taken.
func Tree(tree fs.FS, g Graph, roots []Root) ([]Entry, error) {
	if len(roots) == 0 {
		roots = g.Tracked()
	}
	index := newIndex(g)
	var entries []Entry
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != "." && strings.HasPrefix(d.Name(), ".") {
			return fs.SkipDir
		}
		if path.Ext(name) != ".nix" || !d.Type().IsRegular() {
			return nil
		}
		src, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		for _, r := range Reads(name, string(src), roots) {
			entries = append(entries, Entry{r, index.state(r), index.module(name)})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the tree: %w", err)
	}
	return entries, nil
}

// index finds what an analysis tells by file and line.
type index struct {
	modules    map[string]string
	references map[spot][]Told
	names      map[[2]string][]Told // by file and the name read through; "" is with
	unresolved map[spot][]Told
	handed     map[spot][]Told
	broken     map[string]bool
}

type spot struct {
	file string
	line int
}

func newIndex(g Graph) index {
	x := index{map[string]string{}, map[spot][]Told{}, map[[2]string][]Told{}, map[spot][]Told{}, map[spot][]Told{}, map[string]bool{}}
	for _, m := range g.Modules {
		if x.modules[m.Path] != "reached" {
			x.modules[m.Path] = map[bool]string{true: "reached", false: "unreached"}[m.Reachable]
		}
	}
	add := func(in map[spot][]Told, t Told) {
		for line := t.Line; line <= max(t.Line, t.EndLine); line++ {
			in[spot{t.File, line}] = append(in[spot{t.File, line}], t)
		}
	}
	for _, t := range g.References {
		t.Path = t.Value
		add(x.references, t)
		name := t.Via
		if t.Kind == "with" {
			name = ""
		} else if name == "" {
			continue
		}
		x.names[[2]string{t.File, name}] = append(x.names[[2]string{t.File, name}], t)
	}
	for _, t := range g.Unresolved {
		add(x.unresolved, t)
	}
	for _, t := range g.Account.Handed {
		add(x.handed, t)
	}
	for _, p := range g.Problems {
		x.broken[p.File] = x.broken[p.File] || p.Kind == "syntax"
	}
	return x
}

func (x index) module(file string) string {
	if x.broken[file] {
		return "not parsed"
	}
	if m := x.modules[file]; m != "" {
		return m
	}
	return "no module"
}

// state looks for what is told on the lines of the read: of the same path, of a part of it, or of the whole that it
// is a part of.
func (x index) state(r Read) State {
	match := func(t Told) bool { return related(below(split(t.Path), r.Path), r.Path) }
	if (r.Form == With || r.Name != "") && slices.ContainsFunc(x.names[[2]string{r.File, r.Name}], match) {
		return Reference
	}
	for line := r.Line; line <= max(r.Line, r.Last.Line); line++ {
		if slices.ContainsFunc(x.references[spot{r.File, line}], match) {
			return Reference
		}
	}
	// What let names so may be told where it is bound.
	for _, let := range r.Let {
		whole := func(t Told) bool { return match(t) && len(below(split(t.Path), r.Path)) <= len(r.Path) }
		if slices.ContainsFunc(x.references[spot{r.File, let.Line}], whole) {
			return Reference
		}
		if slices.ContainsFunc(x.unresolved[spot{r.File, let.Line}], whole) {
			return Unresolved
		}
	}
	for line := r.Line; line <= max(r.Line, r.Last.Line); line++ {
		if slices.ContainsFunc(x.unresolved[spot{r.File, line}], match) {
			return Unresolved
		}
	}
	for line := r.Line; line <= max(r.Line, r.Last.Line); line++ {
		if slices.ContainsFunc(x.handed[spot{r.File, line}], match) {
			return Handed
		}
	}
	return Missing
}

// below is the part of a told path that begins where a read's path begins: the told path is that of the system, so it
// may go through a home or a container first.
func below(told, read []string) []string {
	if at := slices.Index(told, read[0]); at > 0 {
		return told[at:]
	}
	return told
}

// related tells whether one path is the other or stands above it; * is any name.
func related(a, b []string) bool {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] && a[i] != "*" && b[i] != "*" {
			return false
		}
	}
	return true
}

// split cuts an option's path at the dots outside quotes; a quoted name loses its quotes.
func split(s string) []string {
	var segs []string
	var b strings.Builder
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && quoted && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case c == '"':
			quoted = !quoted
		case c == '.' && !quoted:
			segs = append(segs, b.String())
			b.Reset()
		default:
			b.WriteByte(c)
		}
	}
	return append(segs, b.String())
}
