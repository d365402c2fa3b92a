// Package rewrite plans and makes changes to annotations: what is missing is written, what is wrong corrected, what is stale removed.
//
// In goes a finished graph.Graph; out comes a Plan of byte splices on the sources that the graph was made from, and on request changed
// files. Nothing is printed anew: what no edit names stays as it is, byte for byte. The rules:
//
//	R1  A line is only put above something that begins its line, and never inside a string: what stands in ''…'' is data.
//	R2  Every changed file is lexed again: but for blanks and comments its tokens are the old ones, or it is left alone.
//	R3  Every line that is written is read again and must stand at the read that it speaks of, else it moves outwards.
//	R4  Prose is kept. Only ids and paths that the code contradicts are taken away.
//	R5  All files are written or none.
//	R6  A second run has nothing to do.
package rewrite

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/parse"
)

// Kind tells why something is changed.
type Kind string

// Kinds of change.
const (
	Missing Kind = "missing" // a read, declaration or sink without its annotation
	Wrong   Kind = "wrong"   // an id that the code contradicts
	Stale   Kind = "stale"   // an option that is not reached, or a comment where no central value is read
)

// Renamed is an id that got another name: Rename's only kind.
const Renamed Kind = "renamed"

// Kinds lists the kinds of change to annotations.
var Kinds = []Kind{Missing, Wrong, Stale}

// Options choose what is changed. The zero value changes everything that needs it.
type Options struct {
	Only        []Kind // nil: all
	Value       *graph.Value
	Module      string            // a file or folder, relative to the root; "" for all
	PrefixProse bool              // put the paths in front of a sink's prose instead of leaving the line alone
	Keep        func(Change) bool // nil: all
	Over        func() error      // why the planning is to end, nil while it is not; nil: never
}

// Change is one splice: what stands at Span of the old text becomes New.
type Change struct {
	Kind   Kind
	File   string
	Span   parse.Span
	New    string
	Line   int            // of Span.Start
	Values []*graph.Value // that it speaks of
	Why    string
	For    []graph.Place // the reads, definitions or annotations that it is there for
}

// File is one file that changes.
type File struct {
	Name     string // slash-separated, relative to the root
	Old, New string
	Changes  []Change // by offset
}

// Skip is something that should be written and cannot be.
type Skip struct {
	At  graph.Place
	Why string
}

// Plan is what is to be changed in a tree.
type Plan struct {
	Dir     string
	Files   []*File // by name; only those that change
	Skipped []Skip
	Rounds  int // looks at the tree that it took
}

// Again analyses the tree anew as if files held other texts.
type Again func(texts map[string]string) (*graph.Graph, error)

// maxRounds bounds how often a plan is held against the tree that it makes.
const maxRounds = 8

// Annotate plans the changes that make a tree's annotations complete and true. What an id means may depend on the annotations around
// it, so the tree as it will be is analysed again, and the plan goes on until there is nothing to change (R6). Without again, or with
// Keep, it is made once.
func Annotate(g *graph.Graph, o Options, again Again) (*Plan, error) {
	p, err := once(g, o)
	if err != nil {
		return nil, err
	}
	if again == nil || o.Keep != nil {
		return p, nil
	}
	values := map[string]*graph.Value{}
	for _, v := range g.Values {
		values[v.Path] = v
	}
	files := map[string]*File{}
	texts := map[string]string{}
	for round := p; !round.Empty(); {
		for _, f := range round.Files {
			f.Changes = rebased(f.Changes, values)
			if before := files[f.Name]; before != nil {
				f = composed(before, f)
			}
			files[f.Name], texts[f.Name] = f, f.New
		}
		if p.Rounds++; p.Rounds == maxRounds {
			break
		}
		next, err := again(texts)
		if err != nil {
			return nil, err
		}
		if o.Value != nil {
			i := slices.IndexFunc(next.Values, func(v *graph.Value) bool { return v.Path == o.Value.Path })
			if i < 0 {
				break
			}
			o.Value = next.Values[i]
		}
		if round, err = once(next, o); err != nil {
			return nil, err
		}
		p.Skipped = round.Skipped
	}
	p.Files = p.Files[:0]
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if f := files[name]; f.Old != f.New {
			p.Files = append(p.Files, f)
		}
	}
	return p, nil
}

// once plans by one look at the tree.
func once(g *graph.Graph, o Options) (*Plan, error) {
	w := newWriter(g)
	p := &Plan{Dir: g.Dir}
	for _, name := range w.names() {
		if o.Module != "" && name != path.Clean(o.Module) && !strings.HasPrefix(name, path.Clean(o.Module)+"/") {
			continue
		}
		if o.Over != nil {
			if why := o.Over(); why != nil {
				return nil, fmt.Errorf("the comments of %s and of what comes after it were not looked at: %w", name, why)
			}
		}
		f := w.file(name)
		changes := f.changes
		if o.PrefixProse {
			changes = append(changes, f.prefixed()...)
		}
		changes = slices.DeleteFunc(changes, func(c Change) bool {
			return len(o.Only) > 0 && !slices.Contains(o.Only, c.Kind) || o.Value != nil && !slices.Contains(c.Values, o.Value) || o.Keep != nil && !o.Keep(c)
		})
		p.Skipped = append(p.Skipped, f.skipped...)
		p.add(name, f.src.Src, changes)
	}
	slices.SortStableFunc(p.Skipped, func(a, b Skip) int {
		return cmp.Or(cmp.Compare(a.At.File, b.At.File), cmp.Compare(a.At.Span.Start, b.At.Span.Start))
	})
	return p, nil
}

// add takes a file's changes into the plan, unless they would change more than comments (R2).
func (p *Plan) add(name, src string, changes []Change) {
	if len(changes) == 0 {
		return
	}
	slices.SortStableFunc(changes, func(a, b Change) int { return cmp.Compare(a.Span.Start, b.Span.Start) })
	changed := splice(src, changes)
	if changed == src {
		return
	}
	if strings.HasSuffix(name, ".nix") && !sameCode(src, changed) {
		p.Skipped = append(p.Skipped, Skip{graph.Place{File: name}, "its annotations cannot be changed without changing code"})
		return
	}
	p.Files = append(p.Files, &File{Name: name, Old: src, New: changed, Changes: changes})
}

// Select is the plan with only the changes that keep accepts.
func (p *Plan) Select(keep func(Change) bool) *Plan {
	out := &Plan{Dir: p.Dir, Skipped: p.Skipped}
	for _, f := range p.Files {
		out.add(f.Name, f.Old, slices.DeleteFunc(slices.Clone(f.Changes), func(c Change) bool { return !keep(c) }))
	}
	return out
}

// Count is how many changes of each kind the plan holds.
func (p *Plan) Count() map[Kind]int {
	n := map[Kind]int{}
	for _, f := range p.Files {
		for _, c := range f.Changes {
			n[c.Kind]++
		}
	}
	return n
}

// Empty reports whether there is nothing to change.
func (p *Plan) Empty() bool { return len(p.Files) == 0 }
