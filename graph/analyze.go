// Package graph turns a tree of Nix files into the graph of its central values.
//
// In: a folder and Options. Out: a Graph, which holds the modules and what imports what, the values and where they are
// declared, every reference, every flow from a value to the options that it ends up in, the annotations held against
// all that, and the coverages and ranks of ../docs/architecture.md's formulas. Package eval below it evaluates the
// modules; this one loads the files, decides which options are central values, follows definitions that feed each other,
// and measures. gonum is used here and nowhere else. What findings to make of it, and how to draw it, is not known here.
package graph

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"nixsink/graph/eval"
	"nixsink/internal/budget"
	"nixsink/internal/fault"
	"nixsink/internal/secrets"
	"nixsink/parse"
)

// Options steer an analysis. The zero value analyses with the defaults.
type Options struct {
	Roots       []string          // option namespaces; nil: `my`, or found by itself
	ArgRoots    []string          // module arguments that hold central values
	Entries     []string          // entry points relative to the root; nil: found by itself
	Hosts       []string          // globs of configurations' names: nothing else is looked at; nil: all
	Exclude     []string          // globs (doublestar) relative to the root
	Layers      []Layer           // nil: from folders' names
	Aliases     map[string]string // id → value path
	Loaders     []Loader          // what makes configurations in a way that the text does not tell
	IDRules     []IDRule          // nil: CFG. is my.configs. or else my.
	CriticalMin int               // reads from which a value is critical; 0: the default
	SecretFiles []string          // globs (doublestar) relative to the root, of files whose contents are secret
	Files       Files             // what is read in place of the folder: all of it is part of the tree, whatever its ignore files say
	LeftOut     map[string]string // what is part of the tree and not in Files, with the reason: files and folders
	Texts       map[string]string // files, relative to the root, that are taken to hold this instead of what they hold
	Names       bool              // only values and their ids are asked for: no flows, no hash, and nothing that is measured of them
	Unhashed    bool              // nobody asks for the hash of the source
	Cache       *Cache            // of trees that were parsed before; nil: none
	Progress    func(done, total int)
}

// Layer is an ordered group of modules by glob.
type Layer struct {
	Name  string
	Globs []string
}

// IDRule rewrites an id's prefix to value path prefixes, tried in order.
type IDRule struct {
	Prefix string   // "CFG."
	To     []string // "my.configs.", "my."
}

// Analyze reads the tree at dir and returns its graph. The error speaks of dir itself (it does not exist, is no folder);
// whatever is wrong inside the tree is in Graph.Problems.
func Analyze(ctx context.Context, dir string, opts Options) (*Graph, error) {
	t, err := load(ctx, dir, opts)
	if err != nil {
		return nil, err
	}
	g := &Graph{Dir: t.dir, Source: t.source, Problems: t.problems, Files: t.byName, Folders: slices.Sorted(maps.Keys(t.dirs))}
	g.CheckoutCRLF = t.checkoutCRLF(ctx)
	if t.unread > 0 {
		spent := budget.From(ctx)
		g.takeBudget(spent, "reading of files", spent.Over(budget.Evaluation), fmt.Sprintf("%d files were not read", t.unread))
	}
	hash := make(chan error, 1)
	go func(t *tree) {
		var err error
		if opts.Names || opts.Unhashed {
			hash <- nil
			return
		}
		if f := fault.Catch("hash", "", func() { g.Source.NARHash, err = t.narHash(g.CheckoutCRLF) }); f != nil {
			err = f
		}
		hash <- err
	}(t)
	t, err = follow(ctx, g, t, opts)
	if herr := <-hash; err == nil {
		err = herr
	}
	if err != nil {
		return nil, err
	}
	g.takeFaults(t.faults)
	if opts.Names {
		nameIDs(g, t, opts)
		return g, nil
	}
	measure(g, t, opts)
	g.Empty = emptiness(g)
	slices.SortStableFunc(g.Problems, func(a, b Problem) int { return ComparePlaces(a.At, b.At) })
	return g, nil
}

// takeFaults tells what is missing because of faults of our own.
func (g *Graph) takeFaults(faults []*fault.Fault) {
	g.Faults = append(g.Faults, faults...)
	for _, f := range faults {
		g.Source.Incomplete = true
		g.Problems = append(g.Problems, Problem{At: Place{File: f.Place}, Msg: (&fault.Fault{Stage: f.Stage}).Error(), Kind: "fault"})
	}
}

// takeBudget tells what is missing because a stage ended before it was done.
func (g *Graph) takeBudget(b *budget.Budget, stage string, why error, missing string) {
	if why != nil {
		c := budget.Cut{Stage: "the " + stage, Why: why, Missing: missing}
		b.Cut(c)
		g.Source.Incomplete = true
		g.Problems = append(g.Problems, Problem{Msg: c.String(), Kind: "limit"})
	}
}

// Missing says why the graph is not of all that stands in the tree, in a clause; "" if it is.
func (g *Graph) Missing() string {
	switch i := slices.IndexFunc(g.Problems, func(p Problem) bool { return p.Kind == "limit" && p.At.File == "" }); {
	case i >= 0:
		return g.Problems[i].Msg
	case len(g.Faults) > 0:
		return g.Faults[0].Error()
	case g.Source.Incomplete:
		return "some files could not be read or parsed"
	}
	return ""
}

// emptiness says why there is nothing to show.
func emptiness(g *Graph) string {
	switch {
	case g.Source.Files == 0:
		return "there are no .nix files here"
	case len(g.Values) == 0:
		return fmt.Sprintf("no option is declared or read under %s in %d files; name your own namespace with --root", g.Roots[0].Path, g.Source.Files)
	}
	return ""
}

// treeHost is what the evaluator may know of a tree.
type treeHost struct{ t *tree }

func (h treeHost) File(name string) *parse.File {
	name = path.Clean(name)
	if f := h.t.byName[name]; f != nil {
		return f
	}
	return h.t.byName[h.t.resolve(name)]
}

func (h treeHost) Dir(name string) ([]eval.Entry, bool) {
	if name = path.Clean(name); name == "." || name == "/" {
		name = ""
	}
	es, ok := h.t.dirs[name]
	if !ok {
		if es, ok = h.t.dirs[h.t.resolve(name)]; !ok {
			return nil, false
		}
	}
	out := make([]eval.Entry, len(es))
	for i, e := range es {
		out[i] = eval.Entry{Name: e.name, Kind: e.kind}
	}
	return out, true
}

// maxDataBytes bounds the other files of the tree (JSON and the like) that the code reads names from.
const maxDataBytes = 1 << 20

func (h treeHost) Data(name string) (string, bool) {
	name = path.Clean(name)
	for _, e := range h.t.dirs[strings.TrimSuffix(path.Dir(name), ".")] {
		if e.name == path.Base(name) && e.kind == "regular" {
			src, _, err := h.t.disk.read(name, maxDataBytes)
			return src, err == nil
		}
	}
	return "", false
}

// entryNames are the files that a configuration commonly starts from, in the order in which they are looked for: a home's comes last, as
// it is no configuration of its own where a system has it.
var entryNames = []string{"flake.nix", "hive.nix", "configuration.nix", "default.nix", "nixos/configuration.nix", "main.nix", "home.nix"}

func entriesOf(t *tree, opts Options) []string {
	if len(opts.Entries) > 0 {
		return opts.Entries
	}
	var out []string
	for _, n := range entryNames {
		f := t.byName[n]
		if n == "default.nix" && t.byName["flake.nix"] != nil && f != nil && !eval.LooksLikeModule(f) {
			continue // for those without flakes, who get the same outputs by it
		}
		if f != nil {
			out = append(out, n)
		}
	}
	if len(out) == 0 || len(out) == 1 && out[0] == "default.nix" {
		for _, f := range t.files {
			base := path.Base(f.Name)
			if base == "configuration.nix" || base == "default.nix" && strings.HasPrefix(f.Name, "hosts/") {
				out = append(out, f.Name)
			}
		}
	}
	return out
}

// follow evaluates the modules and takes the evaluation's results into the graph. It returns the tree as far as it is looked at.
func follow(ctx context.Context, g *Graph, t *tree, opts Options) (*tree, error) {
	for _, e := range opts.Entries {
		if t.byName[e] == nil {
			return t, fmt.Errorf("analyze: the entry point %s is not a Nix file of this tree", e)
		}
	}
	entries := entriesOf(t, opts)
	within, release := budget.Within(ctx, budget.Evaluation)
	defer release()
	var reads []textRead
	var chooser *chooser
	loaders := loadersOf(t, opts.Loaders)
	hidden := newSecretFiles(t, opts.SecretFiles)
	run := func(ctx context.Context, args []string, passed func([]string)) *eval.Evaluator {
		ev := eval.New(treeHost{t}, args)
		ev.Passes = passed
		ev.Loaders = loaders
		ev.Secret = hidden.holds
		ev.Run(ctx, entries, t.files)
		return ev
	}
	choose := func(ev *eval.Evaluator) {
		reads = t.textReads(slices.Concat(opts.ArgRoots, ev.Passed(), askedArguments(ev)))
		resolveNames(ev, reads)
		chooser = newChooser(t, ev, reads)
		g.Roots = chooser.chooseRoots(opts)
	}
	// The repository may pass values to the modules as arguments. They count where it declares no options of its own, or where they are read
	// more often than those. The text alone mostly tells as soon as it is known what is passed: then the evaluation starts anew with that,
	// and once more without where it was wrong.
	passes := len(opts.Roots) == 0 && len(opts.ArgRoots) == 0
	var meant []string
	first, stop := context.WithCancel(within)
	defer stop()
	var guess func([]string)
	if passes {
		guess = func(names []string) {
			if meant = t.mostRead(names); len(meant) > 0 {
				stop()
			}
		}
	}
	ev := run(first, opts.ArgRoots, guess)
	if len(meant) > 0 {
		ev = run(within, meant, nil)
	}
	if err := ctx.Err(); err != nil {
		return t, err
	}
	g.takeFaults(ev.Faults)
	spent := budget.From(ctx)
	g.takeBudget(spent, "evaluation", spent.Over(budget.Evaluation), "what the modules define that come after it, or end up in, is not known")
	choose(ev)
	if passes {
		roots := chooser.arguments(ev, g.Roots)
		if len(meant) > 0 && !slices.Equal(argumentNames(roots), meant) {
			meant = nil
			ev = run(within, nil, nil)
			choose(ev)
			roots = chooser.arguments(ev, g.Roots)
		}
		if len(roots) > 0 {
			g.Roots = roots
			if names := argumentNames(roots); len(meant) == 0 {
				ev = run(within, names, nil)
			}
		}
	}
	vs := rootedAt(g.Roots...)
	ev.Link(func(p *eval.Path) bool { _, _, ok := vs.place(p); return ok })
	g.takeConfigurations(ev)
	g.Account.Untracked = chooser.untracked(g.Roots)
	if len(opts.Hosts) > 0 {
		ch, err := g.choose(opts.Hosts)
		if err != nil {
			return t, err
		}
		ch.narrow(ev)
		t = ch.only(t, g)
		reads = slices.DeleteFunc(reads, func(r textRead) bool { return !ch.files[r.file.Name] }) // what is left out is not to be accounted for
	}
	vs.setOf, vs.namesOf = g.setOf, g.Names
	vs.confs = g.confs
	vs.declare(ev)
	g.Modules = modulesOf(ev, t, entries, len(opts.Entries) > 0)
	conceal(g, ev, hidden.holds)
	byFile := map[string]*Module{}
	for _, m := range g.Modules {
		if m.Instance == "" {
			byFile[m.Path] = m
		}
	}
	g.References, g.Unresolved = vs.referencesOf(ev)
	takeAccount(g, t, vs, ev, reads, entries)
	vs.literals(ev)
	g.spread(ev)
	fl := followAll(ev, vs, byFile, func() error { return spent.Over(budget.Flows) })
	if !opts.Names {
		g.Flows = fl.set()
		g.Sinks = fl.sinks(g.Flows.Direct())
	}
	g.takeBudget(spent, "following of flows", fl.cut, "flows are missing")
	g.Values = vs.all
	slices.SortFunc(g.Values, func(a, b *Value) int { return strings.Compare(a.Path, b.Path) })
	for _, v := range g.Values {
		v.Default = g.Conceal(v.DefaultAt.File, v.Default)
	}
	for _, d := range ev.Dropped {
		for _, p := range ev.Paths(d) {
			if _, segs, ok := vs.place(p); ok {
				g.Unresolved = append(g.Unresolved, &Unresolved{pathText(segs), PlaceIn(d.File, d.Span), "something that is not known defines options with it; which ones is not known from the text"})
			}
		}
	}
	for _, e := range ev.Escapes {
		g.Unresolved = append(g.Unresolved, &Unresolved{"config", PlaceIn(e.File, e.Span), "config as a whole is passed to something that cannot be followed from here"})
	}
	nameAnchors(g, t)
	for _, i := range ev.Imports {
		name, start, end := i.At()
		at := PlaceIn(t.byName[name], parse.Span{Start: start, End: end})
		if i.Unknown != "" {
			if t.byName[name] != nil {
				g.Problems = append(g.Problems, Problem{At: at, Msg: ImportNotFollowed + ": " + i.Unknown, Kind: "limit"})
			}
			continue
		}
		g.Imports = append(g.Imports, &Import{From: name, To: i.To, At: at, Missing: i.Missing, External: i.External, In: g.setOf(i.In)})
	}
	g.Imports = append(g.Imports, disabledImports(g, t)...)
	for _, i := range g.Imports {
		if !i.Disabled && !i.In.Empty() {
			continue
		}
		// No module says so: what a flake calls takes the file as a module, or the file itself uses it.
		if m := byFile[i.To]; m != nil && m.Role == "module" && !i.Disabled {
			i.In = m.In
		} else if m := byFile[i.From]; m != nil {
			i.In = m.In
		}
	}
	noteLeftOut(ctx, g, t)
	slices.SortStableFunc(g.Unresolved, func(a, b *Unresolved) int {
		return cmp.Or(ComparePlaces(a.At, b.At), strings.Compare(a.Path, b.Path), strings.Compare(a.Reason, b.Reason))
	})
	g.Unresolved = slices.CompactFunc(g.Unresolved, func(a, b *Unresolved) bool { return *a == *b }) // what is called often is dropped as often
	for _, l := range ev.Limits {
		g.Problems = append(g.Problems, Problem{At: PlaceIn(l.File, l.Span), Msg: l.Reason, Kind: "limit", Local: l.Local()})
	}
	countAccount(g, ev)
	for _, d := range ev.Declarations {
		segs := d.Path.Segments()
		if _, below, central := vs.place(d.Path); central {
			segs = below
		}
		g.Declared = append(g.Declared, &Option{Path: pathText(segs), At: PlaceIn(d.File, d.Span), Type: d.Type, Default: g.Conceal(d.File.Name, d.Default), Description: d.Description, Module: byFile[d.File.Name]})
	}
	slices.SortStableFunc(g.Declared, func(a, b *Option) int { return cmp.Or(strings.Compare(a.Path, b.Path), ComparePlaces(a.At, b.At)) })
	// One text may declare an option for the system and for homes.
	g.Declared = slices.CompactFunc(g.Declared, func(a, b *Option) bool { return a.Path == b.Path && a.At == b.At })
	for _, d := range ev.Definitions {
		if d.Hidden != "" && vs.fromCentral(ev, d) {
			_, segs, central := vs.place(d.Path)
			if !central {
				segs = d.Path.Segments()
			}
			by, where := d.HiddenBy()
			g.Hidden = append(g.Hidden, &Hidden{pathText(segs), vs.partsOf(ev, d), PlaceIn(d.File, d.Span), PlaceIn(by, where), d.Hidden})
		}
		if d.Names || d.Default {
			continue
		}
		if d.Path.Len() == 0 || d.Path.Own() || d.Path.Root.Arg != "" {
			continue
		}
		segs := d.Path.Segments()
		g.Definitions = append(g.Definitions, &Definition{Option: pathText(segs), Segments: starred(segs), At: PlaceIn(d.File, d.Span), Module: byFile[d.File.Name], Value: d.Value, Known: d.Known, Conditional: d.Conditional, Doubt: d.Doubt, Priority: d.Priority, In: g.setOf(d.In), Files: hidden.filesOf(d)})
	}
	if slices.ContainsFunc(g.Definitions, func(d *Definition) bool { _, ok := secrets.Of(d.Segments); return ok }) {
		hidden.everywhere()
	}
	g.secretFiles, g.atRuntime = hidden.known, hidden.names
	slices.SortStableFunc(g.Definitions, func(a, b *Definition) int {
		return cmp.Or(ComparePlaces(a.At, b.At), strings.Compare(a.Option, b.Option))
	})
	slices.SortStableFunc(g.Hidden, func(a, b *Hidden) int {
		return cmp.Or(ComparePlaces(a.At, b.At), strings.Compare(a.Option, b.Option))
	})
	return t, nil
}

// fromCentral says whether a definition is made of values.
func (vs *values) fromCentral(ev *eval.Evaluator, d *eval.Definition) bool {
	for o := range ev.Origins(d) {
		if _, _, ok := vs.place(o.Path); ok {
			return true
		}
	}
	return false
}

// partsOf are the values that are part of a definition.
func (vs *values) partsOf(ev *eval.Evaluator, d *eval.Definition) []*Value {
	var out []*Value
	for o := range ev.Origins(d) {
		if r, segs, ok := vs.place(o.Path); ok && o.Kind == eval.Data && !vs.isRoot(r, segs) {
			for _, v := range vs.find(r, segs).vals {
				if !slices.Contains(out, v) {
					out = append(out, v)
				}
			}
		}
	}
	return out
}

// rootedAt are the values under some roots, none of them found yet.
func rootedAt(roots ...Root) *values {
	vs := &values{roots: roots, trees: map[realm]*node{system: {}, home: {}, inner: {}, argument: {}}}
	for _, r := range roots {
		vs.split = append(vs.split, strings.Split(r.Path, "."))
	}
	return vs
}

// declaresUnder says whether any option is declared under a root.
func declaresUnder(ev *eval.Evaluator, root Root) bool {
	vs := rootedAt(root)
	return slices.ContainsFunc(ev.Declarations, func(d *eval.Declaration) bool {
		_, _, ok := vs.place(d.Path)
		return ok
	})
}

// nameAnchors tells every reference what it stands in.
func nameAnchors(g *Graph, t *tree) {
	byFile := map[string]*anchors{}
	for _, r := range g.References {
		f := t.byName[r.At.File]
		a := byFile[f.Name]
		if a == nil {
			a = anchorsOf(f)
			byFile[f.Name] = a
		}
		if s, name, ok := a.around(r.At.Span); ok {
			r.Anchor, r.Name = PlaceIn(f, s), name
			if name == "inherit" {
				r.Name = f.Text(r.At.Span)
			}
		} else {
			r.Anchor = r.At
		}
	}
	slices.SortStableFunc(g.References, func(a, b *Reference) int {
		return cmp.Or(ComparePlaces(a.At, b.At), strings.Compare(a.Value.Path, b.Value.Path))
	})
}

// modulesOf lists the files, and the instances of those that make modules from arguments.
func modulesOf(ev *eval.Evaluator, t *tree, entries []string, given bool) []*Module {
	byFile := map[string]*Module{}
	var out []*Module
	for _, f := range t.files {
		m := &Module{Path: f.Name, Role: "helper"}
		if f.Errors.Syntax() {
			m.Role = "unparsed"
		}
		byFile[f.Name] = m
		out = append(out, m)
	}
	instances := map[string]bool{}
	for _, em := range ev.Modules {
		m := byFile[em.File.Name]
		if m == nil {
			continue
		}
		if em.Instance != "" && !em.Inline {
			m.Role = "factory"
			key := m.Path + "\x00" + em.Instance
			if !instances[key] {
				instances[key] = true
				out = append(out, &Module{Path: m.Path, Instance: em.Instance, Role: "module", Reachable: em.Reachable, Why: em.Why, Home: em.Home})
			}
		} else if m.Role == "helper" {
			m.Role = "module"
		}
		m.Home = m.Home || em.Home
		if em.Reachable && !m.Reachable {
			m.Reachable, m.Why = true, em.Why
		} else if m.Why == "" {
			m.Why = em.Why
		}
	}
	for _, e := range entries {
		if m := byFile[e]; m != nil {
			m.Reachable, m.Role, m.Why = true, "entry", "entry point"
		}
	}
	// A file that a reachable one imports as a function or as data, or hands over in an option, takes part as well.
	passed := slices.Concat(ev.Imports, ev.Handed)
	for changed := true; changed; {
		changed = false
		for _, i := range passed {
			from, _, _ := i.At()
			if a, b := byFile[from], byFile[i.To]; a != nil && b != nil && a.Reachable && !b.Reachable {
				b.Reachable, b.Why = true, from
				changed = true
			}
		}
	}
	// Without an entry point nothing is known to be left out; where next to nothing is reached from one, it builds its
	// modules in a way that is not understood, which says nothing of the modules.
	reached, all := 0, 0
	for _, m := range out {
		if m.Role == "module" || m.Role == "factory" {
			all++
			if m.Reachable {
				reached++
			}
		}
	}
	why := ""
	switch {
	case len(entries) == 0:
		why = "no entry point was found, so every module counts as reached"
	case reached*10 < all && !given:
		why = "what the entry points import is not understood, so every module counts as reached"
	}
	if why != "" {
		for _, m := range out {
			if !m.Reachable {
				m.Reachable, m.Why = true, why
			}
		}
	}
	slices.SortStableFunc(out, func(a, b *Module) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Instance, b.Instance))
	})
	return out
}
