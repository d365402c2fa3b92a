package change

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/parse"
)

// Value is a central value that differs.
type Value struct {
	How       How
	Path      string
	Was       string // its old path, if it was renamed
	Then, Now *graph.Value
	Facts     []Fact // what of it differs; where it is new or gone, what it is or was set to
	// Reach is the options that get another value if it has another one: those that it is part of before those that it names or decides on. It is
	// for values that are set otherwise, or have another default.
	Reach []string
	Hosts []string // in which it reaches some; nil for all
}

// sets says whether the value itself may be another one, where it was before.
func (v *Value) sets() bool {
	return slices.ContainsFunc(v.Facts, func(f Fact) bool {
		return !f.WithHosts() && (f.What == "default" || f.What == "set" || f.What == "declared")
	})
}

// WithHosts says whether a definition only comes or goes with hosts that are new or gone themselves.
func (f Fact) WithHosts() bool { return f.Spread != nil && f.Spread.WithHosts }

// Fact is a property of a value, before and after.
type Fact struct {
	What      string // "default", "type", "description", "set", "also declared", "declared" where it is, or was, only read and set on the other side
	Then, Now string // as the source writes it, on one line; "" where there was none
	At        graph.Place
	Old       bool     // At is a place of the old side
	Hosts     []string // that it holds in; nil for all
	Spread    *Spread  // where the hosts are all that differs
}

// values compares the central values.
func (c *comparison) values() {
	c.renameValues()
	for old, now := range c.renamed {
		c.before[now] = old
		was, is := graph.SplitPath(old), graph.SplitPath(now)
		if a, b := was[len(was)-1], is[len(is)-1]; a != b {
			c.lastNames[a] = b
		}
	}
	clear(c.thenTexts) // they were read without the new names
	clear(c.nowTexts)
	c.thenReads, c.nowReads = nil, nil
	set := c.settings()
	var came, gone []*graph.Value
	for _, v := range c.now.Values {
		if old := c.then0(v.Path); old == nil {
			came = append(came, v)
		} else if facts := c.facts(old, v, set[v.Path]); (len(facts) > 0 || old.Path != v.Path) && !c.handedOn(c.then, old) && !c.handedOn(c.now, v) {
			how, was := Changed, ""
			if old.Path != v.Path {
				how, was = Renamed, old.Path
			}
			c.Values = append(c.Values, Value{How: how, Path: v.Path, Was: was, Then: old, Now: v, Facts: facts})
		}
	}
	for _, v := range c.then.Values {
		if c.nowByPath[c.value(v.Path)] == nil {
			gone = append(gone, v)
		}
	}
	for _, v := range came {
		if c.handedOn(c.now, v) {
			continue
		}
		c.Values = append(c.Values, Value{How: Added, Path: v.Path, Now: v, Facts: set[v.Path]})
	}
	for _, v := range gone {
		if c.handedOn(c.then, v) {
			continue
		}
		c.Values = append(c.Values, Value{How: Removed, Path: v.Path, Then: v, Facts: set[v.Path]})
	}
	slices.SortStableFunc(c.Values, func(a, b Value) int { return strings.Compare(a.Path, b.Path) })
	left := maxFlows
	for i := range c.Values {
		if v := &c.Values[i]; v.Then != nil && v.Now != nil && v.sets() && left > 0 {
			left -= c.reach(v)
		}
	}
}

// reach finds what a value ends up in, and gives how many flows there are.
func (c *comparison) reach(v *Value) int {
	flows := c.now.Flows.Of(v.Now)
	slices.SortStableFunc(flows, func(a, b *graph.Flow) int {
		return cmp.Or(cmp.Compare(strength(b.Kind), strength(a.Kind)), cmp.Compare(len(a.Through), len(b.Through)))
	})
	seen := map[string]bool{}
	v.Hosts = []string{}
	for _, f := range flows {
		if f.ToValue != nil {
			continue
		}
		v.Hosts = together(v.Hosts, hostNames(c.now, f.In))
		if to := graph.InHome(f.To); !seen[to] {
			seen[to] = true
			v.Reach = append(v.Reach, to)
		}
	}
	return len(flows)
}

// then0 is the old side's value that is called path now; nil if there was none.
func (c *comparison) then0(path string) *graph.Value {
	if old, ok := c.before[path]; ok {
		return c.thenByPath[old]
	}
	if v := c.thenByPath[path]; v != nil && c.value(path) == path {
		return v
	}
	return nil
}

// renameValues finds values that are declared with the same code under another name.
func (c *comparison) renameValues() {
	// What one place declares under several names may have any of them: those of a list, an input of a set of inputs.
	shared := func(g *graph.Graph) map[graph.Place]int {
		n := map[graph.Place]int{}
		for _, v := range g.Values {
			for _, at := range v.Declared {
				n[at]++
			}
		}
		return n
	}
	then, now := shared(c.then), shared(c.now)
	declared := func(g *graph.Graph, v *graph.Value) string {
		several := now
		if g == c.then {
			several = then
		}
		if len(v.Declared) != 1 || v.Member || several[v.Declared[0]] > 1 {
			return ""
		}
		return c.text(g, v.Declared[0])
	}
	gone, came := map[string][]*graph.Value{}, map[string][]*graph.Value{}
	for _, v := range c.then.Values {
		if t := declared(c.then, v); t != "" && c.nowByPath[v.Path] == nil {
			gone[t] = append(gone[t], v)
		}
	}
	for _, v := range c.now.Values {
		if t := declared(c.now, v); t != "" && c.thenByPath[v.Path] == nil {
			came[t] = append(came[t], v)
		}
	}
	// Of several alike, those that keep their last name; then those that keep their group; then the only ones that are left.
	for _, key := range []func(v *graph.Value) string{
		func(v *graph.Value) string { return v.Segments[len(v.Segments)-1] },
		func(v *graph.Value) string { return strings.Join(v.Segments[:len(v.Segments)-1], "\x00") },
		func(*graph.Value) string { return "" },
	} {
		for text := range gone {
			olds, news := bucket(gone[text], key), bucket(came[text], key)
			for k, os := range olds {
				if ns := news[k]; len(os) == 1 && len(ns) == 1 {
					c.renamed[os[0].Path] = ns[0].Path
					gone[text] = without(gone[text], os[0])
					came[text] = without(came[text], ns[0])
				}
			}
		}
	}
	// Members go with their registry.
	for old, now := range maps.Clone(c.renamed) {
		for _, v := range c.then.Values {
			if rest, ok := strings.CutPrefix(v.Path, old+"."); ok && c.renamed[v.Path] == "" && c.nowByPath[v.Path] == nil && c.nowByPath[now+"."+rest] != nil && c.thenByPath[now+"."+rest] == nil {
				c.renamed[v.Path] = now + "." + rest
			}
		}
	}
}

func bucket(vs []*graph.Value, key func(*graph.Value) string) map[string][]*graph.Value {
	out := map[string][]*graph.Value{}
	for _, v := range vs {
		out[key(v)] = append(out[key(v)], v)
	}
	return out
}

func without(vs []*graph.Value, v *graph.Value) []*graph.Value {
	return slices.DeleteFunc(slices.Clone(vs), func(o *graph.Value) bool { return o == v })
}

// facts are the differences between a value as it was and as it is.
func (c *comparison) facts(old, now *graph.Value, set []Fact) []Fact {
	var out []Fact
	at := func(v *graph.Value) graph.Place {
		if len(v.Declared) > 0 {
			return v.Declared[0]
		}
		return graph.Place{}
	}
	differs := func(what, then, is string, place graph.Place) {
		if c.renamedIn(code(then)) != c.renamedIn(code(is)) {
			out = append(out, Fact{What: what, Then: shown(then), Now: shown(is), At: place})
		}
	}
	place := now.DefaultAt
	if place.File == "" {
		place = at(now)
	}
	switch {
	case now.Member || old.Member:
	case len(old.Declared) > 0 && len(now.Declared) == 0:
		return append([]Fact{{What: "declared", Then: c.declaredAs(c.then, old), At: old.Declared[0], Old: true}}, set...)
	case len(old.Declared) == 0 && len(now.Declared) > 0:
		return append([]Fact{{What: "declared", Now: c.declaredAs(c.now, now), At: now.Declared[0]}}, set...)
	default:
		if c.renamedIn(typeWords(old.Type)) != c.renamedIn(typeWords(now.Type)) {
			out = append(out, Fact{What: "type", Then: shown(old.Type), Now: shown(now.Type), At: at(now)})
		}
		differs("default", old.Default, now.Default, place)
		if d := strings.Join(strings.Fields(old.Description), " "); d != strings.Join(strings.Fields(now.Description), " ") {
			out = append(out, Fact{What: "description", Then: d, Now: strings.Join(strings.Fields(now.Description), " "), At: at(now)})
		}
	}
	out = append(out, c.declaredToo(old, now, len(out) > 0)...)
	return append(out, set...)
}

// typeWords is a type's code, whatever way it names nixpkgs' types: lib.types.bool of a declaration, and bool of mkEnableOption.
func typeWords(src string) string {
	tokens := strings.Split(code(src), "\x00")
	out := tokens[:0]
	for i := 0; i < len(tokens); i++ {
		switch rest := tokens[i:]; {
		case len(rest) > 4 && rest[0] == "lib" && rest[1] == "." && rest[2] == "types" && rest[3] == ".":
			i += 3
		case len(rest) > 2 && rest[0] == "types" && rest[1] == "." && (i == 0 || tokens[i-1] != "."):
			i++
		default:
			out = append(out, rest[0])
		}
	}
	return strings.Join(out, "\x00")
}

// declaredAs is a declaration's type and default, or its code where it has neither.
func (c *comparison) declaredAs(g *graph.Graph, v *graph.Value) string {
	text := shown(v.Type)
	if v.Default != "" {
		text += ", default " + shown(v.Default)
	}
	if text == "" {
		return valueLine(g, v.Declared[0])
	}
	return strings.TrimPrefix(text, ", ")
}

// declaredToo are the declarations that an option has come to or lost beside the one that its type and default are told of: the module system puts the
// types of all of them together.
func (c *comparison) declaredToo(old, now *graph.Value, told bool) (out []Fact) {
	if old.Member || now.Member || len(old.Declared) < 2 && len(now.Declared) < 2 {
		return nil
	}
	key := func(g *graph.Graph) func(graph.Place) string {
		return func(at graph.Place) string { return c.text(g, at) }
	}
	gone, came := pair(old.Declared, now.Declared, key(c.then), key(c.now))
	for _, at := range gone {
		if !told || at != old.Declared[0] {
			out = append(out, Fact{What: "also declared", Then: valueLine(c.then, at), At: at, Old: true})
		}
	}
	for _, at := range came {
		if !told || at != now.Declared[0] {
			out = append(out, Fact{What: "also declared", Now: valueLine(c.now, at), At: at})
		}
	}
	return out
}

// known is what a definition is known to be, as a text; "" if it is not.
func known(d *graph.Definition) string {
	if !d.Known {
		return ""
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(d.Value) != nil {
		return ""
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// definitionKey tells definitions apart by what they say, where and for whom.
func (c *comparison) definitionKey(g *graph.Graph) func(*graph.Definition) string {
	return func(d *graph.Definition) string {
		option, file := d.Option, d.At.File
		if g == c.then {
			option, file = c.value(option), c.file(file)
		}
		return fmt.Sprint(option, "\x00", file, "\x00", c.text(g, d.At), "\x00", known(d), "\x00", d.Conditional, d.Priority, "\x00", c.in(g, d.In))
	}
}

// Definition is a definition of an option that differs.
type Definition struct {
	How       How
	Option    string
	Then, Now string // its code on one line, with what it is known to be behind = where the code does not say so
	At        graph.Place
	Old       bool       // At is a place of the old side
	Hosts     []string   // nil for all
	Spread    *Spread    // where the hosts are all that differs
	Standing  *[2]string // where its priority, or that it is under a condition, is all that differs: those words, then and now
}

// changedDefinitions are those that one side has and not the other, a gone one and a new one of the same option and file together.
func (c *comparison) changedDefinitions() []Definition {
	gone, came := pair(c.then.Definitions, c.now.Definitions, c.definitionKey(c.then), c.definitionKey(c.now))
	place := func(g *graph.Graph, d *graph.Definition) string {
		if g == c.then {
			return c.value(d.Option) + "\x00" + c.file(d.At.File)
		}
		return d.Option + "\x00" + d.At.File
	}
	left := map[string][]*graph.Definition{}
	for _, d := range gone {
		k := place(c.then, d)
		left[k] = append(left[k], d)
	}
	// Of a place that defines an option in several ways, no single one is what its code is known to be.
	ways := map[*graph.Graph]map[definedAt]string{c.then: waysOf(c.then), c.now: waysOf(c.now)}
	defined := func(g *graph.Graph, d *graph.Definition) string {
		if ways[g][definedAt{d.Option, d.At}] == several {
			return valueLine(g, d.At)
		}
		return definedAs(g, d)
	}
	var out []Definition
	reworded := map[graph.Place][]string{}              // of either side → where what stands there is told to be other code
	more := func(at graph.Place, hosts []string) bool { // what else one place may define, where that is told of it
		told, ok := reworded[at]
		return ok && (told == nil || hosts != nil && !slices.ContainsFunc(hosts, func(h string) bool { return !slices.Contains(told, h) }))
	}
	seen := map[string]int{}
	add := func(d Definition) {
		// What one place defines in several homes is one difference.
		k := fmt.Sprint(d.How, "\x00", graph.InHome(d.Option), "\x00", d.Then, "\x00", d.Now, "\x00", d.At.File, d.At.Span)
		i, ok := seen[k]
		if !ok {
			seen[k] = len(out)
			out = append(out, d)
			return
		}
		out[i].Hosts = together(out[i].Hosts, d.Hosts)
		if out[i].Option != d.Option {
			out[i].Option = graph.InHome(d.Option)
		}
	}
	for _, d := range came {
		k := place(c.now, d)
		is := Definition{How: Added, Option: d.Option, Now: defined(c.now, d), At: d.At, Hosts: hostNames(c.now, d.In)}
		if olds := left[k]; len(olds) > 0 {
			old := olds[0]
			left[k] = olds[1:]
			is.How, is.Then = Changed, defined(c.then, old)
			c.were = append(c.were, old.At)
			if valueLine(c.then, old.At) != valueLine(c.now, d.At) {
				reworded[old.At], reworded[d.At] = is.Hosts, is.Hosts
			}
			if was, now := known(old), known(d); was != "" && now != "" && valueLine(c.then, old.At) == valueLine(c.now, d.At) {
				is.Then, is.Now = was, now // the same words mean something else
			}
			if is.Then == is.Now && c.in(c.then, old.In) == c.in(c.now, d.In) && old.Priority == d.Priority && old.Conditional == d.Conditional {
				continue // what changed is below the edge of what is shown
			}
			if is.Then == is.Now {
				if stood, stands := standing(old), standing(d); stood != stands {
					is.Standing = &[2]string{stood, stands}
					is.Then, is.Now = strings.TrimSpace(is.Then+" "+stood), strings.TrimSpace(is.Now+" "+stands)
				}
			}
			if is.Then == is.Now {
				is.Spread = c.spread(old.In, d.In, old.At.File, d.At.File)
			}
		}
		if is.How == Added && more(d.At, is.Hosts) {
			continue
		}
		is.Spread = c.ofHosts(is.Spread, is.How, is.Hosts)
		add(is)
	}
	for _, d := range gone {
		k := place(c.then, d)
		if slices.Contains(left[k], d) {
			hosts := hostNames(c.then, d.In)
			if more(d.At, hosts) {
				continue
			}
			add(Definition{How: Removed, Option: d.Option, Then: defined(c.then, d), At: d.At, Old: true, Hosts: hosts, Spread: c.ofHosts(nil, Removed, hosts)})
		}
	}
	slices.SortStableFunc(out, func(a, b Definition) int {
		return cmp.Or(strings.Compare(a.Option, b.Option), graph.ComparePlaces(a.At, b.At))
	})
	return out
}

// A definedAt is an option and a place that defines it.
type definedAt struct {
	option string
	at     graph.Place
}

// several stands for more than one thing that a place is known to define, in one host or in different ones.
const several = "\x00"

// waysOf are what each place is known to define, or that it is several things.
func waysOf(g *graph.Graph) map[definedAt]string {
	out := make(map[definedAt]string, len(g.Definitions))
	for _, d := range g.Definitions {
		k, is := definedAt{d.Option, d.At}, known(d)
		if was, ok := out[k]; ok && was != is {
			is = several
		}
		out[k] = is
	}
	return out
}

// definedAs is a definition's code, and what it is known to be where the code does not say so itself.
func definedAs(g *graph.Graph, d *graph.Definition) string {
	text := valueLine(g, d.At)
	if k := known(d); k != "" && k != text && k != "null" && !strings.ContainsAny(k, "[{") && !literal(g, d.At) {
		return text + " = " + k
	}
	return text
}

// literal says whether a definition's right side is a string without interpolations, which says itself what it is.
func literal(g *graph.Graph, at graph.Place) bool {
	f := g.Files[at.File]
	if f == nil {
		return false
	}
	right, found := g.RightSide(at), false
	parse.Around(f.Expr, right.Span, func(n parse.Node) {
		if s, ok := n.(*parse.String); ok && s.Range() == right.Span {
			found = !slices.ContainsFunc(s.Parts, func(p parse.Part) bool { return p.Expr != nil })
		}
	})
	return found
}

// standing is what a definition weighs, and whether it is under a condition, in words.
func standing(d *graph.Definition) string {
	var words []string
	switch {
	case d.Priority > 0 && d.Priority < 100:
		words = append(words, "(mkForce)")
	case d.Priority > 100:
		words = append(words, "(mkDefault)")
	}
	if d.Conditional {
		words = append(words, "(under a condition)")
	}
	return strings.Join(words, " ")
}

// settings are the definitions of central values that differ, by the value's path now; definitions takes the others.
func (c *comparison) settings() map[string][]Fact {
	c.valueDefinitions = map[string]bool{}
	instances := map[string]string{}
	for _, g := range []*graph.Graph{c.then, c.now} {
		for _, v := range g.Values {
			path := v.Path
			if g == c.then {
				path = c.value(path)
			}
			instances[v.Path] = path
			for _, i := range v.Instances {
				instances[i.Path] = path
			}
		}
	}
	out := map[string][]Fact{}
	c.changed = c.changedDefinitions()
	for _, d := range c.changed {
		path, ok := instances[d.Option]
		if !ok {
			continue
		}
		c.valueDefinitions[d.Option] = true
		out[path] = append(out[path], Fact{What: "set", Then: d.Then, Now: d.Now, At: d.At, Old: d.Old, Hosts: d.Hosts, Spread: d.Spread})
	}
	return out
}

// definitions takes the definitions of other options that differ.
func (c *comparison) definitions() {
	for _, d := range c.changed {
		if !c.valueDefinitions[d.Option] && !c.handedInput(d) {
			c.Definitions = append(c.Definitions, d)
		}
	}
}

// handedInput says whether a definition is that of an input of the flake, handed on with the set of all of them: the inputs tell of it.
func (c *comparison) handedInput(d Definition) bool {
	return c.anInput(d.Option, d.Then+d.Now)
}

// handedOn says the same of a value.
func (c *comparison) handedOn(g *graph.Graph, v *graph.Value) bool {
	return len(v.Declared) > 0 && c.anInput(v.Path, valueLine(g, v.Declared[0]))
}

// anInput says whether an option that is defined by some code is an input that comes or goes, out of the set of all of them.
func (c *comparison) anInput(option, code string) bool {
	segs := graph.SplitPath(option)
	n := len(segs)
	return n >= 2 && segs[n-2] == "inputs" && (code == "inputs" || strings.HasSuffix(code, ".inputs")) && c.inputComesOrGoes(segs[n-1])
}

// inputComesOrGoes says whether an input of the flake is new or gone.
func (c *comparison) inputComesOrGoes(name string) bool {
	return slices.ContainsFunc(c.Inputs, func(i Input) bool { return i.Name == name && i.How != Changed })
}
