package eval

import (
	"context"
	"slices"

	"nixsink/internal/fault"
	"nixsink/parse"
)

// Host is what the evaluator may know of the tree. It never touches the disk itself.
type Host interface {
	// File gives the parsed file at a slash-separated path relative to the root, nil if there is none.
	File(name string) *parse.File
	// Dir lists a folder: names and whether each is "regular", "directory" or "symlink"; false if there is no such folder.
	Dir(name string) ([]Entry, bool)
	// Data reads a regular file of the tree that is not Nix; false if there is none, or it is too large to be looked at.
	Data(name string) (string, bool)
}

// Entry is one entry of a folder.
type Entry struct{ Name, Kind string }

// Escape is a place where config as a whole goes where it cannot be followed.
type Escape struct {
	File *parse.File
	Span parse.Span
}

// Limit is a place where the evaluation was cut short by a bound.
type Limit struct {
	File *parse.File
	Span parse.Span
}

// Evaluator evaluates the modules of one tree. It is not safe for concurrent use.
type Evaluator struct {
	Config *Path // the system's config

	Reads        []*Read
	Escapes      []Escape
	Limits       []Limit
	Faults       []*fault.Fault // of our own: what is known of the file that it happened in is not whole
	Definitions  []*Definition
	Dropped      []*Dropped
	Declarations []*Declaration
	Imports      []*Import
	Handed       []*Import // files whose paths definitions hold: no imports, but not left out either
	Modules      []*Module
	Aliases      []Renaming

	ctx        context.Context
	host       Host
	argRoots   map[string]*Path
	files      map[*parse.File]*thunk
	reads      map[readKey]*Read
	visited    map[*parse.File][]uint8
	markedFile *parse.File // the file that was marked last, and its marks
	marked     []uint8
	active     map[*parse.Lambda]int
	blind      map[*parse.Lambda]int // calls with something unknown, of the module that is evaluated
	calls      map[*parse.Lambda][]call
	binds      map[*parse.Lambda][]binding
	defined    map[definedKey]*Definition // of the module that is evaluated, those whose value is not known
	escaped    map[escapeKey]bool
	limits     map[escapeKey]bool
	pending    []*thunk
	settled    int // pending[:settled] was compacted
	closures   []*closure

	// What origins speak of by number; the first of each is none.
	pathOf    []*Path
	readOf    []*Read
	bindingOf []binding
	bindings  map[site]uint32 // where in bindingOf
	hops      []hop

	recentHops [1 << recentHopBits]uint32 // by hash, where in hops

	steps     int
	fuel      int
	depth     int
	deepness  int
	reentries int
	peeks     int // how many values may still be looked at for the call that is being compared
	atoms     int // conditions that are like no other
	cuts      int // how often something was not followed to its end

	systems                int  // how many configurations are made
	importDoubt            bool // it is not certain that what is being imported takes part
	queue                  []*Module
	instances              map[string]*Module
	imported               map[string]bool
	disabled               map[string]string // files of modules that take no part, and which file says so
	special                map[string]*thunk // arguments that modules get besides config, lib, pkgs
	homeSpecial            map[string]*thunk
	flakeSelf, flakeInputs Val
	flakeModules           []part // what flake-parts modules define
	flakePartsUsed         bool
}

// fuelPerModule bounds the evaluation of one module, in expressions.
const fuelPerModule = 250_000

// New makes an evaluator. argRoots are the module arguments that hold central values.
func New(host Host, argRoots []string) *Evaluator {
	ev := &Evaluator{
		host:      host,
		argRoots:  map[string]*Path{},
		files:     map[*parse.File]*thunk{},
		reads:     map[readKey]*Read{},
		visited:   map[*parse.File][]uint8{},
		active:    map[*parse.Lambda]int{},
		blind:     map[*parse.Lambda]int{},
		calls:     map[*parse.Lambda][]call{},
		binds:     map[*parse.Lambda][]binding{},
		defined:   map[definedKey]*Definition{},
		escaped:   map[escapeKey]bool{},
		limits:    map[escapeKey]bool{},
		instances: map[string]*Module{},
		imported:  map[string]bool{},
		disabled:  map[string]string{},
		special:   map[string]*thunk{}, homeSpecial: map[string]*thunk{},
		pathOf:    make([]*Path, 1),
		readOf:    make([]*Read, 1),
		bindingOf: make([]binding, 1),
		bindings:  map[site]uint32{},
		hops:      make([]hop, 1),
	}
	ev.Config = ev.newPath(nil, "", &Root{})
	for _, a := range argRoots {
		ev.argRoots[a] = ev.newPath(nil, "", &Root{Arg: a})
	}
	return ev
}

// What is known of the expression that starts at an offset of a file.
const (
	visitedThunk uint8 = 1 << iota // it was evaluated
	visitedBody                    // it is a function, and was entered
	waitsForSweep
	bodyWaitsForSweep
)

func (ev *Evaluator) marks(f *parse.File) []uint8 {
	if f == ev.markedFile {
		return ev.marked // mostly the file is the same as before
	}
	v := ev.visited[f]
	if v == nil {
		v = make([]uint8, len(f.Src)+1)
		ev.visited[f] = v
	}
	ev.markedFile, ev.marked = f, v
	return v
}

// visit marks an expression as evaluated, and says whether this is the first time.
func (ev *Evaluator) visit(f *parse.File, start int32, bit uint8) bool {
	v := ev.marks(f)
	if v[start]&bit != 0 {
		return false
	}
	v[start] |= bit
	return true
}

// waits marks an expression as one that waits for the sweep, and says whether it is to be kept for it: it was not evaluated before,
// and does not wait already.
func (ev *Evaluator) waits(f *parse.File, start int32) bool {
	v := ev.marks(f)
	if v[start]&(visitedThunk|waitsForSweep) != 0 {
		return false
	}
	v[start] |= waitsForSweep
	return true
}

// toSweep keeps a thunk for the sweep, unless its expression needs none.
func (ev *Evaluator) toSweep(t *thunk, f *parse.File, start int32) {
	if ev.waits(f, start) {
		ev.pending = append(ev.pending, t)
	}
}

func (ev *Evaluator) limit(f *parse.File, span parse.Span) {
	ev.cuts++
	k := escapeKey{f, parse.Span{}}
	if f != nil && !ev.limits[k] {
		ev.limits[k] = true
		ev.Limits = append(ev.Limits, Limit{f, span})
	}
}

// guard follows one file's code. A fault of our own costs what was being followed, not the run: what stood on the way is forgotten.
func (ev *Evaluator) guard(f *parse.File, work func()) {
	name := ""
	if f != nil {
		name = f.Name
	}
	if fl := fault.Catch("evaluate", name, work); fl != nil {
		ev.Faults = append(ev.Faults, fl)
		ev.depth, ev.deepness, ev.reentries = 0, 0, 0
		clear(ev.active)
	}
}

// refuel gives the evaluation of the next module its bounds.
func (ev *Evaluator) refuel(fuel int) {
	ev.steps, ev.fuel = 0, fuel
	if ev.ctx.Err() != nil {
		ev.fuel = -1 // the run has nothing left, or nobody waits for it
	}
	clear(ev.blind)
	clear(ev.defined)
}

// spent counts the steps of one more definition or option at a place, and says whether there are none left.
func (ev *Evaluator) spent(at site) bool {
	ev.steps += 4
	if ev.steps <= ev.fuel {
		return false
	}
	ev.limit(at.file, at.span)
	return true
}

// fileValue is what a file evaluates to.
func (ev *Evaluator) fileValue(f *parse.File) Val {
	t := ev.files[f]
	if t == nil {
		t = ev.fileThunk(f)
		ev.files[f] = t
	}
	return ev.force(t)
}

func (ev *Evaluator) fileThunk(f *parse.File) *thunk {
	return &thunk{expr: f.Expr, env: &env{file: f, set: &setShape{}}}
}

// declaration finds where the option that p speaks of is declared: its own path, or the one with unknown names for
// a registry's members. nil: nothing is declared at p or below it.
func (ev *Evaluator) declaration(p *Path) *Path {
	if p.declared {
		return p
	}
	if p.Parent == nil {
		return nil
	}
	up := ev.declaration(p.Parent)
	if up == nil {
		return nil
	}
	if k := up.kids[p.Name]; k != nil && k.declared {
		return k
	}
	if k := up.kids[hole]; k != nil && k.declared {
		return k
	}
	return nil
}

// group lists the names below p if p is a group of options whose names are all known, and no option itself.
func (ev *Evaluator) group(p *Path) ([]string, bool) {
	d := ev.declaration(p)
	if d == nil || d.Parent == nil || d.isOption {
		return nil, false
	}
	var names []string
	for name, k := range d.kids {
		if k.declared {
			if !known(name) {
				return nil, false
			}
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, len(names) > 0
}

// declares says whether some option is declared at p.name or below it.
func (ev *Evaluator) declares(p *Path, name string) bool {
	return ev.declaration(ev.child(p, name)) != nil
}
