package graph

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"nixsink/graph/eval"
	"nixsink/parse"
)

// namespace is a top-level option under which the tree declares options, or a module argument.
type namespace struct {
	name     string
	declared int             // options
	reads    int             // in the text
	files    map[string]bool // that declare them
	shared   int             // reads in other files
	ours     int             // reads of what the tree declares something of, by the first two names: services.nginx is not, where it declares services.flatpak only
	common   []string        // what the paths of all its options begin with
}

// sectionOf is the namespace that a path below one of the systems' own is in, as far as two names tell; "" if it is in none.
func sectionOf(path []string) string {
	if len(path) < 3 || !systemNames[path[0]] || hasHole(path[1]) {
		return ""
	}
	return path[0] + "." + path[1]
}

// takes notes an option of a part.
func (n *namespace) takes(path []string, file string) {
	n.declared++
	n.files[file] = true
	around := path[:len(path)-1]
	if n.common == nil {
		n.common = slices.Clone(around)
	}
	for i := range n.common {
		if i >= len(around) || around[i] != n.common[i] || hasHole(around[i]) {
			n.common = n.common[:i]
			break
		}
	}
}

// chooser finds the namespaces that a repository calls its own.
type chooser struct {
	options  map[string]*namespace
	below    map[string]*namespace // those of parts that are tracked, by path
	parts    map[string]*namespace // of the systems' own namespaces, by the first two names: services.flatpak
	declared int                   // options in all
	reads    int                   // of options that the tree declares something beside, in all
	args     map[string]int
	fallback bool            // the namespaces are the systems' own, for want of others
	asked    map[string]bool // of args, those that modules take and of which nothing is known
}

// newChooser counts what is declared and read. What a flake in a folder of its own declares (a template, a demo, a package) is that flake's.
func newChooser(t *tree, ev *eval.Evaluator, reads []textRead) *chooser {
	c := &chooser{options: map[string]*namespace{}, parts: map[string]*namespace{}, args: map[string]int{}, asked: map[string]bool{}}
	first := map[[2]string]bool{} // what options are declared under
	apart := map[string]bool{}
	inside := func(file string) bool {
		d := path.Dir(file)
		if out, ok := apart[d]; ok {
			return !out
		}
		out := false
		for up := d; up != "." && up != "/" && !out; up = path.Dir(up) {
			out = t.byName[up+"/flake.nix"] != nil && t.byName["flake.nix"] != nil
		}
		apart[d] = out
		return !out
	}
	for _, d := range ev.Declarations {
		segs := withoutHome(d.Path.Segments()[d.Path.Within():])
		if len(segs) < 2 || hasHole(segs[0]) || !inside(d.File.Name) {
			continue
		}
		c.declared++
		n := c.options[segs[0]]
		if n == nil {
			n = &namespace{name: segs[0], files: map[string]bool{}}
			c.options[segs[0]] = n
		}
		n.declared++
		n.files[d.File.Name] = true
		first[[2]string(segs)] = true
		if name := sectionOf(segs); name != "" && !d.Path.Own() {
			if c.parts[name] == nil {
				c.parts[name] = &namespace{name: name, files: map[string]bool{}}
			}
			c.parts[name].takes(segs, d.File.Name)
		}
	}
	for i := range reads {
		r := &reads[i]
		switch {
		case r.arg:
			c.args[r.path[0]]++
		case inside(r.file.Name):
			p := withoutHome(r.path)
			if c.options[p[0]] == nil && len(r.outer) > 0 {
				p = r.outer
			}
			if n := c.options[p[0]]; n != nil {
				n.reads++
				if !n.files[r.file.Name] {
					n.shared++
				}
				if len(p) > 1 && first[[2]string(p)] {
					n.ours++
				}
				c.reads++
			}
			if len(p) > 1 && c.parts[p[0]+"."+p[1]] != nil {
				c.parts[p[0]+"."+p[1]].reads++
			}
		}
	}
	c.ask(ev, reads)
	return c
}

const (
	// leastTakers is how many modules take an argument of which nothing is known before it may be one that holds the repository's values.
	leastTakers = 3
	// leastAsked is how often it is read.
	leastAsked = 6
)

// askedArguments are the arguments of which nothing is known and that many modules take.
func askedArguments(ev *eval.Evaluator) []string {
	var names []string
	for name, files := range ev.Asked() {
		if files >= leastTakers {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// outputNames are what is read of other flakes (nix flake check; flake-parts): an argument of which that is read mostly is one of those.
var outputNames = namesOf("packages", "legacyPackages", "overlays", "overlay", "lib", "nixosModules", "nixosModule", "darwinModules", "homeModules", "homeManagerModules",
	"homeManagerModule", "nixosConfigurations", "darwinConfigurations", "homeConfigurations", "outPath", "inputs")

// ask tells the arguments of which nothing is known that hold values: those of which more is read than called or taken as a flake is.
func (c *chooser) ask(ev *eval.Evaluator, reads []textRead) {
	values, others := map[string]int{}, map[string]int{}
	names := askedArguments(ev)
	for i := range reads {
		r := &reads[i]
		if !r.arg || !slices.Contains(names, r.path[0]) {
			continue
		}
		if len(r.path) < 2 || r.call || slices.ContainsFunc(r.path[1:], func(s string) bool { return outputNames[s] }) {
			others[r.path[0]]++ // it is handed on, called, or a flake
		} else {
			values[r.path[0]]++
		}
	}
	for _, name := range names {
		if values[name] > others[name] && values[name] >= leastAsked {
			c.asked[name] = true
		} else {
			delete(c.args, name)
		}
	}
}

// resolveNames puts the names into reads of config.${namespace} that the evaluation found there.
func resolveNames(ev *eval.Evaluator, reads []textRead) {
	type start struct {
		file *parse.File
		at   int32
	}
	open := map[start]string{}
	for i := range reads {
		if !reads[i].arg && len(reads[i].path) > 0 && reads[i].path[0] == eval.Hole {
			open[start{reads[i].file, reads[i].span.Start}] = ""
		}
	}
	if len(open) == 0 {
		return
	}
	for _, r := range ev.Reads {
		k := start{r.File, r.Span.Start}
		if _, asked := open[k]; !asked || r.Path.Root.Arg != "" || r.Path.Len() == 0 {
			continue
		}
		segs := withoutHome(r.Path.Segments())
		if len(segs) > 0 && !hasHole(segs[0]) {
			open[k] = segs[0]
		}
	}
	for i := range reads {
		if name := open[start{reads[i].file, reads[i].span.Start}]; name != "" && !reads[i].arg && reads[i].path[0] == eval.Hole {
			reads[i].path = append([]string{name}, reads[i].path[1:]...)
		}
	}
}

const (
	leastShare = 20 // a handful among thousands is some submodule's, not the repository's namespace
	fairShare  = 10 // of the reads of the one that is read most
	mostRoots  = 5
	fewReads   = 3 // below these it takes a good part of the options
	// Of the systems' own namespaces:
	leastOurs   = 10 // reads of what the tree itself declares
	sharedShare = 4  // of the reads by other modules that the one has which is shared most
)

// chooseRoots settles which namespaces are tracked.
func (c *chooser) chooseRoots(opts Options) []Root {
	var roots []Root
	for _, r := range opts.Roots {
		roots = append(roots, Root{Path: r, Why: "as configured"})
	}
	if len(roots) == 0 {
		roots = c.guess()
	}
	for _, a := range opts.ArgRoots {
		roots = append(roots, Root{Path: a, Argument: true, Why: "as configured"})
	}
	return roots
}

// own are the repository's own namespaces, those with most reads first.
func (c *chooser) own() []*namespace {
	var most *namespace // of all but the systems' own
	for _, name := range slices.Sorted(maps.Keys(c.options)) {
		if n := c.options[name]; !systemNames[name] && (most == nil || n.reads > most.reads) {
			most = n
		}
	}
	var out []*namespace
	for _, name := range slices.Sorted(maps.Keys(c.options)) {
		n := c.options[name]
		if systemNames[name] || strings.HasPrefix(name, "_") {
			continue
		}
		// A module set is the namespace of the repository that it comes from.
		if moduleSets[name] && (n != most || n.declared*leastShare < c.declared || n.declared < fewReads) {
			continue
		}
		out = append(out, n)
	}
	slices.SortStableFunc(out, func(a, b *namespace) int {
		return cmp.Or(cmp.Compare(b.reads, a.reads), cmp.Compare(b.declared, a.declared))
	})
	return out
}

// guess finds the namespaces: those with most reads, as many as have a fair share of them.
func (c *chooser) guess() []Root {
	var roots []Root
	var best *namespace
	my := c.options["my"]
	if my != nil {
		roots, best = []Root{{Path: "my", Why: "the default"}}, my
	}
	for _, n := range c.own() {
		switch {
		case n == my, my != nil && (n.reads < fewReads || n.reads*2 < my.reads || n.shared*2 < n.reads):
			continue // beside the default only what many modules share
		case n.reads == 0 && n.declared*2 < c.declared,
			n.declared*leastShare < c.declared && n.reads*leastShare < c.reads,
			n.reads < fewReads && n.declared*4 < c.declared:
			continue
		case best == nil:
			best = n
		case n.reads*fairShare < best.reads || n.reads == 0 || len(roots) == mostRoots:
			continue
		}
		roots = append(roots, Root{Path: n.name, Why: c.why(n, n == best)})
	}
	if len(roots) == 0 {
		roots = c.withinSystems()
	}
	if len(roots) == 0 {
		roots = c.systems()
		c.fallback = len(roots) > 0
	}
	if len(roots) > 0 {
		return roots
	}
	why := "the default; no options are declared under it"
	names := slices.Sorted(maps.Keys(c.options))
	slices.SortStableFunc(names, func(a, b string) int {
		return cmp.Compare(c.options[b].declared, c.options[a].declared)
	})
	for i, n := range names[:min(3, len(names))] {
		why += [...]string{", most are under ", ", then ", ", "}[i] + segmentText(n) + " (" + intText(int64(c.options[n].declared)) + ")"
	}
	return []Root{{Path: "my", Why: why}}
}

// withinSystems are the namespaces of a collection of modules that declares none of its own at the top, but services.NAME or programs.NAME: those
// that most of its options are under, if they are few.
func (c *chooser) withinSystems() []Root {
	var all []*namespace
	declared, under := 0, 0
	for _, name := range slices.Sorted(maps.Keys(c.parts)) {
		if n := c.parts[name]; n.reads > 0 && len(n.common) > 1 {
			all = append(all, n)
		}
		declared += c.parts[name].declared
	}
	slices.SortStableFunc(all, func(a, b *namespace) int {
		return cmp.Or(cmp.Compare(b.reads, a.reads), cmp.Compare(b.declared, a.declared))
	})
	var roots []Root
	below := map[string]*namespace{}
	for _, n := range all {
		if len(roots) == mostRoots || n.reads*fairShare < all[0].reads {
			break
		}
		under += n.declared
		below[pathText(n.common)] = n
		roots = append(roots, Root{Path: pathText(n.common), Why: "this repository has no namespace at the top, and declares options under it (" + intText(int64(n.declared)) + " of " + intText(int64(c.declared)) + ")"})
	}
	if under*2 < declared || len(roots) == 0 {
		return nil
	}
	c.below = below
	return roots
}

// systems are the systems' own namespaces in a collection of modules as home-manager is one, which declares far more under them than a few parts: those that modules share most. What each
// module reads of its own options (programs.git) is no value that it shares with others (home.homeDirectory), and there is far more of it.
func (c *chooser) systems() []Root {
	all := c.collected()
	if len(all) == 0 {
		return nil
	}
	if between := slices.DeleteFunc(slices.Clone(all), func(n *namespace) bool { return n.shared*2 < n.reads }); len(between) > 0 {
		all = between
	} else {
		all = all[:1]
	}
	shared := slices.MaxFunc(all, func(a, b *namespace) int { return cmp.Compare(a.shared, b.shared) }).shared
	var roots []Root
	for _, n := range all {
		if len(roots) < mostRoots && n.shared*sharedShare >= shared {
			roots = append(roots, Root{Path: n.name, Why: "this repository has no namespace of its own, and declares options under it (" + intText(int64(n.declared)) + " of " + intText(int64(c.declared)) + ")"})
		}
	}
	return roots
}

// collected are the systems' own namespaces of which most that is read is declared here, those with most reads first.
func (c *chooser) collected() (out []*namespace) {
	for _, name := range slices.Sorted(maps.Keys(c.options)) {
		if n := c.options[name]; systemNames[name] && n.ours >= leastOurs && n.ours*2 >= n.reads {
			out = append(out, n)
		}
	}
	slices.SortStableFunc(out, func(a, b *namespace) int { return cmp.Compare(b.reads, a.reads) })
	return out
}

func (c *chooser) why(n *namespace, best bool) string {
	share := intText(int64(n.declared)) + " of " + intText(int64(c.declared)) + ")"
	switch {
	case !best:
		return "this repository's own, too: " + countText(n.reads, "read") + " (options: " + share
	case n.declared*2 >= c.declared:
		return "most options of this repository are declared under it (" + share
	}
	return "of the namespaces that are this repository's own it is read most: " + countText(n.reads, "read") + " (options: " + share
}

func countText(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return intText(int64(n)) + " " + what
}

// leastUntracked is how often a namespace is read that is worth naming where it is not tracked.
const leastUntracked = 2

// untracked are what is read and not tracked, those with most reads first.
func (c *chooser) untracked(roots []Root) []Untracked {
	tracked := func(name string, arg bool) bool {
		return slices.ContainsFunc(roots, func(r Root) bool { return r.Argument == arg && strings.Split(r.Path, ".")[0] == name })
	}
	var out []Untracked
	named := c.own()
	if c.fallback {
		named = append(slices.Clip(named), c.collected()...)
	}
	for _, n := range named {
		if n.reads >= leastUntracked && !tracked(n.name, false) {
			out = append(out, Untracked{n.name, false, n.reads})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.args)) {
		if c.args[name] >= leastUntracked && !tracked(name, true) {
			out = append(out, Untracked{name, true, c.args[name]})
		}
	}
	slices.SortStableFunc(out, func(a, b Untracked) int { return cmp.Compare(b.Reads, a.Reads) })
	return out
}

// arguments are the roots where module arguments are tracked: nil where they are not.
func (c *chooser) arguments(ev *eval.Evaluator, roots []Root) []Root {
	under, args := 0, 0
	declared := false
	for _, r := range roots {
		declared = declared || declaresUnder(ev, r) && !c.fallback
		if n := cmp.Or(c.options[r.Path], c.below[r.Path]); n != nil {
			under += n.reads
		}
	}
	sets := ev.PassedSets()
	if !declared || len(c.below) > 0 {
		sets = append(sets, slices.Sorted(maps.Keys(c.asked))...)
	}
	for _, n := range sets {
		args += c.args[n]
	}
	if args < leastUntracked || declared && args <= under {
		return nil
	}
	why := "passed to the modules as an argument, and read more often than " + roots[0].Path
	if !declared || len(c.below) > 0 {
		why, roots = "no options are declared here, and this is passed to the modules as an argument", nil
	}
	// Switches that modules declare for themselves are no central values beside such arguments.
	roots = slices.DeleteFunc(slices.Clone(roots), func(r Root) bool {
		n := c.options[r.Path]
		return n != nil && len(n.files) > 1 && n.shared == 0
	})
	for _, n := range sets {
		if c.args[n] > 0 {
			if c.asked[n] {
				why = "no options are declared here, and modules read this argument, of which nothing is known"
			}
			roots = append(roots, Root{Path: n, Argument: true, Why: why})
		}
	}
	return roots
}

// argumentNames are the roots that are module arguments.
func argumentNames(roots []Root) []string {
	var names []string
	for _, r := range roots {
		if r.Argument {
			names = append(names, r.Path)
		}
	}
	return names
}

// mostRead guesses, from the text alone, whether some arguments hold the values of a repository: those of them that are read, if together
// they are read more often than all options that are not the systems' own.
func (t *tree) mostRead(names []string) []string {
	if len(names) == 0 {
		return nil
	}
	args := map[string]int{}
	reads, options := 0, 0
	for _, r := range t.textReads(names) {
		switch {
		case r.arg:
			args[r.path[0]]++
			reads++
		case !systemNames[withoutHome(r.path)[0]] && !hasHole(r.path[0]):
			options++
		}
	}
	if reads <= options {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(names), func(n string) bool { return args[n] == 0 })
}
