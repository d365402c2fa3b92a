package eval

import (
	"context"

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

// Evaluator evaluates the modules of one tree. It is not safe for concurrent use.
type Evaluator struct {
	Config     *Path // the config of systems
	HomeConfig *Path // that of homes that are configurations of their own

	PlainConfig *Path // that of evalModules by itself

	// Passes is told, before the first system is followed, which arguments that modules are passed hold sets of plain values.
	Passes func(names []string)

	Loaders []Loader // that the configuration file describes

	// Secret says whether what a file holds is secret: one of the tree by its name relative to the root, or one of the machine by its absolute
	// name. nil: none is.
	Secret func(name string) bool

	Unshared bool // follow every source anew in every configuration: for tests

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

	fileTree *Path // see filesRoot

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
	closed     map[closedKey][]closedCall
	closedUses map[*parse.Lambda]*closedUse
	defined    map[definedKey]*Definition // of the module that is evaluated, those whose value is not known
	escaped    map[escapeKey]bool
	limits     map[limitKey]bool
	kinds      map[kindOf]uint64 // of declarations, by number
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

	steps     int // since there was fuel
	work      int // before that
	fuel      int
	depth     int
	levels    int             // of structure that are searched at the moment
	search    *deepness       // the search, nil if there is none
	searched  int             // values that were searched since there was fuel
	halves    int             // how often a value was asked for while it was computed
	listed    map[string]bool // folders that the module that is evaluated has listed
	reentries int
	peeks     int // how many values may still be looked at for the call that is being compared
	atoms     int // conditions that are like no other
	cuts      int // how often something was not followed to its end

	hosts      []*Configuration // those that nothing encloses, by number
	ways       []*parse.File    // entries that are still to be looked at
	todo       []*Configuration // still to be followed
	scripts    []func()         // still to be read when those are
	scripted   int              // steps that scripts took
	symbols    map[string]symbol
	choices    []choice
	choiceOf   map[choiceKey]*Path
	views      map[string]*Path // of configurations as others read them, by their numbers
	spare      map[any]bool     // texts of modules of configurations that were one too many
	summaries  map[sourceKey][]*Summary
	sources    map[sourceKey][]*Summary // the same by source alone, wherever the configuration is
	movers     map[[2]*Path]*mover
	made       uint32          // summaries so far
	followed   []*Summary      // all of them, in order
	cur        *Summary        // the one that is made
	within     *Configuration  // the one that it is made for
	innermost  int             // configurations that modules make for themselves, and that are being followed
	ofFlakes   []ofFlake       // of those, the ones that modules of flakes make
	passedAt   map[*thunk]site // where a module passes it to others
	innerAt    map[site]int    // how many were followed, by the call that makes them; -1 while one is
	likenesses map[[2]*thunk]bool
	built      map[site]int  // configurations that no output names, by the call that makes them
	scopeOf    map[*env]*env // of functions made outside of all modules: the one that is alike
	scopesOf   map[*parse.Lambda][]*env
	without    map[string]site        // files that stand under a condition that is false, and where
	off        map[*parse.File]string // files that a configuration leaves out, and which file says so
	apart      int                    // functions that are entered with something unknown, whoever calls them
	building   bool                   // what is made is for packages and checks
	checking   bool                   // questions are answered, not asked
	kept       map[*Path][]keep
	keeps      uint32 // so far
	keptAlike  map[[2]uint32]bool
	exports    []export
	imported   map[string]bool
	picked     map[string]site      // folders of which a module imports some files by paths that it puts together, and where
	special    map[string]*thunk    // what systems pass to their modules
	flake      *flake               // the one that is looked at
	flakes     map[string]*flake    // by folder
	loaded     map[*Loader][]string // hosts that calls of it made
	ownLib     *thunk               // of the call that is made
}

// fuelPerModule bounds the evaluation of one module, in expressions.
const fuelPerModule = 250_000

// fuelPerEntry is what each entry of a folder that a module lists adds to that.
const fuelPerEntry = 200

// longText is the length in bytes from which a file's own definitions are more work than the bound of one module allows for: a registry of a
// hundred thousand members that a program wrote. Each bytesPerStep bytes beyond that add a step.
const (
	longText     = 1 << 18
	bytesPerStep = 4
)

// fuelFor bounds the definitions of a module of a file.
func fuelFor(f *parse.File) int {
	if f == nil {
		return fuelPerModule
	}
	return fuelPerModule + max(0, len(f.Src)-longText)/bytesPerStep
}

// New makes an evaluator. argRoots are the module arguments that hold central values.
func New(host Host, argRoots []string) *Evaluator {
	ev := &Evaluator{
		host:       host,
		argRoots:   map[string]*Path{},
		files:      map[*parse.File]*thunk{},
		reads:      map[readKey]*Read{},
		visited:    map[*parse.File][]uint8{},
		active:     map[*parse.Lambda]int{},
		blind:      map[*parse.Lambda]int{},
		calls:      map[*parse.Lambda][]call{},
		binds:      map[*parse.Lambda][]binding{},
		closed:     map[closedKey][]closedCall{},
		closedUses: map[*parse.Lambda]*closedUse{},
		defined:    map[definedKey]*Definition{},
		escaped:    map[escapeKey]bool{},
		limits:     map[limitKey]bool{},
		kinds:      map[kindOf]uint64{},
		off:        map[*parse.File]string{},
		innerAt:    map[site]int{},
		built:      map[site]int{},
		scopeOf:    map[*env]*env{},
		keptAlike:  map[[2]uint32]bool{},
		scopesOf:   map[*parse.Lambda][]*env{},
		passedAt:   map[*thunk]site{},
		summaries:  map[sourceKey][]*Summary{},
		sources:    map[sourceKey][]*Summary{},
		movers:     map[[2]*Path]*mover{},
		flakes:     map[string]*flake{},
		listed:     map[string]bool{},
		imported:   map[string]bool{},
		picked:     map[string]site{},
		special:    map[string]*thunk{},
		loaded:     map[*Loader][]string{},
		pathOf:     make([]*Path, 1),
		readOf:     make([]*Read, 1),
		bindingOf:  make([]binding, 1),
		bindings:   map[site]uint32{},
		hops:       make([]hop, 1),
	}
	ev.Config = ev.newPath(nil, "", &Root{})
	ev.HomeConfig = ev.newPath(nil, "", &Root{Home: true})
	ev.PlainConfig = ev.newPath(nil, "", &Root{})
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

// guard follows one file's code. A fault of our own costs what was being followed, not the run: what stood on the way is forgotten.
func (ev *Evaluator) guard(f *parse.File, work func()) {
	name := ""
	if f != nil {
		name = f.Name
	}
	if fl := fault.Catch("evaluate", name, work); fl != nil {
		ev.Faults = append(ev.Faults, fl)
		ev.depth, ev.levels, ev.search, ev.reentries = 0, 0, nil, 0
		clear(ev.active)
	}
}

// refuel gives the evaluation of the next module its bounds.
func (ev *Evaluator) refuel(fuel int) {
	ev.work += ev.steps
	ev.steps, ev.fuel, ev.searched = 0, fuel, 0
	if ev.ctx.Err() != nil {
		ev.fuel = -1 // the run has nothing left, or nobody waits for it
	}
	clear(ev.blind)
	clear(ev.listed)
	clear(ev.defined)
}

// spent counts the steps of one more definition or option at a place, and says whether there are none left.
func (ev *Evaluator) spent(at site) bool {
	ev.steps += 4
	if ev.steps <= ev.fuel {
		return false
	}
	ev.limit(at.file, at.span, tooLarge)
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
	en := &env{file: f, set: &setShape{}}
	en.bare = en
	return &thunk{expr: f.Expr, env: en}
}
