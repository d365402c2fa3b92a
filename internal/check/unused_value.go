package check

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/parse"
)

var unusedValue = Check{
	Name:    "unused-value",
	Summary: "a central value is declared and never read",
	Default: Warning,
	InForce: true,
	Doc: `An option under a root, or a registry's member, that no module reads: setting it has no effect. Remove it, or read it where its
number or name is written out by hand. A read of the set around it, a read with a computed name that could mean it, and a read through ` + "`options`" + `
(mkAliasDefinitions) count as reads. Five and more of one name, or of one set, are one finding.

It is information where something unseen may read it, in a configuration that has it: a file that could not be read; a member of a registry of which others are
read by a computed name; its name, or all of the set that
it lies in, selected from something that is not known; a set that is made elsewhere (a flake's packages), a member that stands in a file of data which is used for something else, too, a type that another option has, too; what its own module computes, for whoever evaluates a configuration, or what a command in the text asks one for
(nix eval .#nixosConfigurations.tower.config.my.vm); a colour among others, as palettes are kept whole; another tree, where no host of this one takes the module. What an import that was not followed
could bring is text of this tree, whose names were seen.

` + "```nix" + `
-- default.nix --
{ lib, config, ... }:
{
  options.my.ports.ssh = lib.mkOption { type = lib.types.port; default = 53844; };
  options.my.ports.gopher = lib.mkOption { type = lib.types.port; default = 7070; }; # <- here

  config.services.openssh.ports = [ config.my.ports.ssh ];
}
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		read := p.read()
		// A function that declares options, and a module that NixOS and home-manager both import, declare many values in one place: it is
		// in use if one of them is.
		var unread []*graph.Value
		used := map[graph.Place]bool{}
		for _, v := range p.Graph.Values {
			switch {
			case len(v.Declared) == 0:
			case v.FanOut.Reads > 0 || read.around(v) || p.readApart(v):
				used[v.Declared[0]] = true
			default:
				unread = append(unread, v)
			}
		}
		slices.SortStableFunc(unread, func(a, b *graph.Value) int { return graph.ComparePlaces(a.Declared[0], b.Declared[0]) })
		out := make([]Finding, 0, len(unread))
		for len(unread) > 0 {
			at, n := unread[0].Declared[0], 1
			for n < len(unread) && unread[n].Declared[0] == at {
				n++
			}
			vs := unread[:n]
			if unread = unread[n:]; used[at] {
				continue
			}
			what := described(vs[0])
			if len(vs) > 1 {
				what += fmt.Sprintf(", nor the other %s declared here", count(len(vs)-1, "value"))
			}
			f := Finding{At: at, Value: vs[0].Path, Message: fmt.Sprintf("nothing reads %s: remove it, or read it where it is meant", what)}
			if p.isPaletteColour(vs[0]) {
				f.Severity, f.Message = Info, "nothing reads "+what+", a colour of a palette"
			} else if why := p.mayBeRead(vs); why != "" {
				f.Severity, f.Message = Info, "nothing reads "+what
				f.dependOn(why)
			}
			out = append(out, f)
		}
		slices.SortFunc(out, compareFindings)
		return p.gather(enfold(out))
	},
}

// isPaletteColour reports whether a value is one of the colours of a set that holds little else: a palette has the colours that its author gave it, and a theme
// uses some of them.
func (p *Pass) isPaletteColour(v *graph.Value) bool {
	if !isColour(v) {
		return false
	}
	colours, all := p.palettes()[strings.TrimPrefix(setOf(v), anyHome)], 0
	for _, n := range colours {
		all += n
	}
	return colours[true] >= few/2 && 2*colours[true] > all
}

// anyHome is what the paths of a home's options begin with.
const anyHome = "home-manager.users.*."

// makePalettes count, by set, the values that are colours and those that are not.
func (p *Pass) makePalettes() map[string]map[bool]int {
	out := map[string]map[bool]int{}
	for _, v := range p.Graph.Values {
		if len(v.Declared) == 0 || v.Registry {
			continue
		}
		set := strings.TrimPrefix(setOf(v), anyHome)
		if out[set] == nil {
			out[set] = map[bool]int{}
		}
		out[set][isColour(v)]++
	}
	return out
}

// isColour reports whether a value is a colour wherever it is known: #rrggbb, with or without the # and an alpha channel.
func isColour(v *graph.Value) bool {
	return len(v.Literals) > 0 && !slices.ContainsFunc(v.Literals, func(l graph.Literal) bool {
		digits := strings.TrimPrefix(l.Text, "#")
		return len(digits) != 6 && len(digits) != 8 || strings.Trim(digits, "0123456789abcdefABCDEF") != ""
	})
}

// readApart reports whether an option is read in a module that nothing is seen to import: such a one is looked at as one of NixOS, or of home-manager, and
// may be the other.
func (p *Pass) readApart(v *graph.Value) bool {
	return slices.ContainsFunc(p.readers[p.twin(v)], p.apart)
}

// twin is the option of homes that is called like one of systems, or the other way round; nil if there is none.
func (p *Pass) twin(v *graph.Value) *graph.Value {
	other, home := strings.CutPrefix(v.Path, anyHome)
	if !home {
		other = anyHome + v.Path
	}
	return p.values[other]
}

// twinRead reports whether an option of a system has one of the same name in homes, or the other way round, that is read: both are set by what they share.
func (p *Pass) twinRead(v *graph.Value) bool {
	twin := p.twin(v)
	return twin != nil && len(twin.Declared) > 0 && (twin.FanOut.Reads > 0 || p.read().around(twin))
}

// mayBeRead says what could read values that nothing is seen to read, "" if nothing could.
func (p *Pass) mayBeRead(vs []*graph.Value) string {
	v := vs[0]
	if slices.ContainsFunc(v.Segments, func(s string) bool { return strings.HasSuffix(s, ".age") }) {
		return "agenix reads the rules of its secrets from the file"
	}
	if p.argumentRoot(v) && p.namedBeside(v) {
		return "the file that sets it uses it by that name"
	}
	if p.hasSharedType(v) {
		return "its type is another option's, too"
	}
	if p.twinRead(v) {
		return "systems and homes have an option of this name, and the other one is read"
	}
	if p.argumentRoot(v) && (p.inputNames()[v.Segments[0]] || len(v.Literals) == 0) {
		return "what takes the argument may read it"
	}
	if p.argumentRoot(v) {
		if why := p.account().mayTake(p); why != "" {
			return why
		}
	}
	if why := p.account().mayRead(p, v); why != "" {
		return why
	}
	if at, ok := p.byComputed()[setOf(v)]; ok && v.Member {
		return fmt.Sprintf("%s:%d reads members by a computed name", at.File, at.Line)
	}
	if at, ok := p.outside().around(v); ok {
		return fmt.Sprintf("%s:%d asks a configuration for it", at.File, at.Line)
	}
	if p.isMadeElsewhere(v) {
		return "its set is made elsewhere, and may be meant for others"
	}
	if file := p.dataOf(v); file != "" {
		return file + " is data, which is used otherwise, too"
	}
	if p.isOutput(v) {
		return "its own module says what it is, for whoever evaluates a configuration"
	}
	if at, ok := p.selected().names[endOf(v)]; ok {
		return fmt.Sprintf("%s:%d selects that name from something that is not known", at.File, at.Line)
	}
	for n := len(v.Segments); n > 1; n-- {
		from := p.selected().groups
		if n == len(v.Segments) {
			from = p.selected().within
		}
		if at, ok := from[strings.Join(v.Segments[n-2:n], ".")]; ok {
			return fmt.Sprintf("%s:%d may read all of %s", at.File, at.Line, strings.Join(v.Segments[:n], "."))
		}
	}
	return ""
}

// makeComputed are the registries of which members are read by a computed name, each with the first place: what it comes to may be another one tomorrow.
func (p *Pass) makeComputed() map[string]graph.Place {
	out := map[string]graph.Place{}
	for _, r := range p.Graph.References {
		if _, again := out[setOf(r.Value)]; r.Kind == graph.Dynamic && r.Value.Member && !again {
			out[setOf(r.Value)] = r.At
		}
	}
	return out
}

// setOf is the path of the set that a value lies in.
func setOf(v *graph.Value) string { return strings.Join(v.Segments[:len(v.Segments)-1], ".") }

// namedBeside reports whether the file that sets a value uses a variable of its name: of a set that is rec, or opened by with.
func (p *Pass) namedBeside(v *graph.Value) bool {
	name := v.Segments[len(v.Segments)-1]
	return slices.ContainsFunc(v.Declared, func(at graph.Place) bool {
		f := p.Graph.Files[at.File]
		if f == nil {
			return false
		}
		found := false
		parse.Walk(f.Expr, func(n parse.Node) bool {
			switch n := n.(type) {
			case *parse.Ident:
				found = found || n.Name == name
			case *parse.Inherit:
				found = found || n.From == nil && slices.ContainsFunc(n.Names, func(a parse.AttrName) bool { return a.Name == name })
			}
			return !found
		})
		return found
	})
}

// hasSharedType reports whether a value is a field of a type that has a name and is used more than once: what reads the field may know it by the other
// option.
func (p *Pass) hasSharedType(v *graph.Value) bool {
	if p.spelled()[v.Path] || v.Member {
		return false
	}
	return slices.ContainsFunc(v.Declared, func(at graph.Place) bool {
		f, o := p.Graph.Files[at.File], p.outline(at.File)
		if f == nil || o == nil {
			return false
		}
		// let display = types.submodule { options.name = …; }: the name nearest before the options.
		i := slices.IndexFunc(o.bindings, func(b binding) bool { return b.Contains(at.Span) && b.path[0].Name == "options" })
		if i < 0 || o.around[i] < 0 || len(o.bindings[o.around[i]].path) != 1 {
			return false
		}
		name, uses := o.bindings[o.around[i]].path[0].Name, 0
		parse.Walk(f.Expr, func(n parse.Node) bool {
			if id, ok := n.(*parse.Ident); ok && id.Name == name {
				uses++
			}
			return true
		})
		return uses > 1 && name != "config"
	})
}

// isMadeElsewhere reports whether a registry's member comes of a set that is written under another name: what a flake builds, what a function gives.
func (p *Pass) isMadeElsewhere(v *graph.Value) bool {
	n := len(v.Segments)
	return v.Member && n > 1 && !slices.ContainsFunc(v.Declared, func(at graph.Place) bool {
		o := p.outline(at.File)
		if o == nil {
			return true
		}
		names := o.names(at.Span)
		return slices.Contains(names, v.Segments[n-2]) && slices.Contains(names, v.Segments[n-1]) || slices.Contains(names, "*")
	})
}

// dataOf is the file that a registry's member stands in, where that is no module but data which is used for something else besides; "" otherwise.
func (p *Pass) dataOf(v *graph.Value) string {
	if !v.Member || p.argumentRoot(v) {
		return ""
	}
	for _, at := range v.Declared {
		if p.sharedData()[at.File] {
			return at.File
		}
	}
	return ""
}

// makeSharedData are the files of data that are used in more than one way: several places import it, or the name that it has where it is imported stands in
// several places.
func (p *Pass) makeSharedData() map[string]bool {
	out, once := map[string]bool{}, map[string]bool{}
	for _, im := range p.Graph.Imports {
		m, f, o := p.modules[im.To], p.Graph.Files[im.From], p.outline(im.From)
		if im.Disabled || m == nil || m.Role != "helper" || f == nil || o == nil || out[im.To] {
			continue
		}
		if once[im.To] {
			out[im.To] = true
			continue
		}
		once[im.To] = true
		name, uses := o.name(im.At.Span), 0
		parse.Walk(f.Expr, func(n parse.Node) bool {
			if id, ok := n.(*parse.Ident); ok && id.Name == name {
				uses++
			}
			return uses < 2
		})
		out[im.To] = uses > 1
	}
	return out
}

// isOutput reports whether an option tells what its own module makes, and is not there to be set: it is declared to be read only, or its module computes it.
// Such an option is often read from outside (nix build .#nixosConfigurations.x.config.y).
func (p *Pass) isOutput(v *graph.Value) bool {
	for n := len(v.Segments); n > 1; n-- {
		o := p.values[strings.Join(v.Segments[:n], ".")]
		if o == nil {
			continue
		}
		for _, at := range o.Declared {
			if f := p.Graph.Files[at.File]; f != nil && p.saysReadOnly(f, at.Span) {
				return true
			}
		}
		if o.Registry {
			continue
		}
		break
	}
	return slices.ContainsFunc(p.definitionsOf()[v.Path], func(d *graph.Definition) bool {
		return !d.Known && slices.ContainsFunc(v.Declared, func(at graph.Place) bool {
			return at.File == d.At.File && !at.Span.Contains(d.At.Span) && !d.At.Span.Contains(at.Span)
		})
	})
}

// saysReadOnly reports whether a declaration has readOnly or internal among its attributes. A registry has as many declarations as members.
func (p *Pass) saysReadOnly(f *parse.File, in parse.Span) bool {
	said, made := p.readOnly.Load(f)
	if !made {
		said = readOnlyIn(f)
		p.readOnly.Store(f, said)
	}
	spans := said.([]parse.Span)
	i, _ := slices.BinarySearchFunc(spans, in.Start, func(s parse.Span, start int32) int { return cmp.Compare(s.Start, start) })
	for ; i < len(spans) && spans[i].Start < in.End; i++ {
		if in.Contains(spans[i]) {
			return true
		}
	}
	return false
}

// readOnlyIn is where a file says that an option is not to be set, in order.
func readOnlyIn(f *parse.File) []parse.Span {
	spans := []parse.Span{}
	parse.Walk(f.Expr, func(n parse.Node) bool {
		if a, ok := n.(*parse.Attr); ok && len(a.Path) == 1 && (a.Path[0].Name == "readOnly" || a.Path[0].Name == "internal") {
			spans = append(spans, a.Span)
		}
		return true
	})
	slices.SortFunc(spans, func(a, b parse.Span) int { return cmp.Compare(a.Start, b.Start) })
	return spans
}

// commonNames say too little by themselves: what stands before them counts, too.
var commonNames = []string{"enable", "enabled", "name", "package", "port", "path", "user", "group", "host", "domain", "type", "default", "settings", "config", "value",
	"description", "id", "url", "key", "file", "files", "extraConfig", "size", "address", "home", "email"}

// endOf is the end of a value's path by which a read of it would be recognised: its last name, or the last two of them.
func endOf(v *graph.Value) string { return endOfPath(v.Segments) }

func endOfPath(segs []string) string {
	n := len(segs)
	if n > 1 && slices.Contains(commonNames, segs[n-1]) {
		return strings.Join(segs[n-2:], ".")
	}
	return segs[n-1]
}

// selections are what is selected somewhere and is no read that was resolved: a read of a value that could not be followed looks like this.
type selections struct {
	names  map[string]graph.Place // the ends of it: port of x.a.port
	within map[string]graph.Place // two names that follow each other in it
	groups map[string]graph.Place // its last two names, where it is handed on as a whole or a computed name follows: a.b of x.a.b.${c}
}

// selectedNames finds what is selected. Selections from config outside the roots are known to be something else.
func (p *Pass) selectedNames() *selections {
	out := &selections{map[string]graph.Place{}, map[string]graph.Place{}, map[string]graph.Place{}}
	roots := map[string]bool{}
	for _, r := range p.Graph.Roots {
		first, _, _ := strings.Cut(r.Path, ".")
		roots[first] = true
	}
	handed := map[string]map[int32]bool{} // where a group is read whose members are told where they are
	for _, h := range p.Graph.Account.Handed {
		if handed[h.At.File] == nil {
			handed[h.At.File] = map[int32]bool{}
		}
		handed[h.At.File][h.At.Span.Start] = true
	}
	for _, file := range p.files() {
		resolved := map[int32]bool{} // where a resolved read begins
		for _, r := range p.refs[file] {
			resolved[r.At.Span.Start] = true
		}
		for _, s := range p.syntax(file).selects {
			if len(s.names) == 0 || resolved[s.at.Start] || s.from == "lib" || s.from == "builtins" || s.from == "types" || s.from == "options" ||
				s.from == "config" && !roots[s.names[0]] {
				continue
			}
			note := func(to map[string]graph.Place, key string) {
				if _, ok := to[key]; !ok {
					to[key] = p.place(file, s.at)
				}
			}
			note(out.names, endOfPath(s.names))
			note(out.names, "*."+s.names[len(s.names)-1]) // of a registry's member
			if s.part || s.from == "config" || handed[file][s.at.Start] {
				continue // what is read there as a whole is known
			}
			all := s.names
			if s.from != "" {
				all = append([]string{s.from}, all...)
			}
			if i := slices.Index(all, "*"); i >= 0 {
				all = all[:i]
			}
			for n := 2; n <= len(all); n++ {
				key := strings.Join(all[n-2:n], ".")
				if note(out.within, key); n == len(all) {
					note(out.groups, key)
				}
			}
		}
	}
	return out
}

// enfold lets the finding of a set speak for what lies in it, its fields and its members. They keep their places, as related ones.
func enfold(all []Finding) []Finding {
	at := map[string]int{}
	for i, f := range all {
		at[f.Value] = i
	}
	inner := map[int][]Related{}
	out := func(i int) (outer int) {
		outer = i
		for n := strings.LastIndexByte(all[i].Value, '.'); n > 0; n = strings.LastIndexByte(all[i].Value[:n], '.') {
			if j, ok := at[all[i].Value[:n]]; ok && all[j].Severity == all[i].Severity {
				outer = j
			}
		}
		return outer
	}
	for i, f := range all {
		if o := out(i); o != i {
			inner[o] = append(inner[o], Related{At: f.At, Message: f.Value})
		}
	}
	if len(inner) == 0 {
		return all
	}
	left := make([]Finding, 0, len(all))
	for i, f := range all {
		if out(i) == i {
			f.Related = append(f.Related, inner[i]...)
			left = append(left, f)
		}
	}
	return left
}

// copies is how many findings of one name have to stand side by side to be one finding.
const copies = 5

// gather makes one finding of many that speak of the same: values of one name (every service's openFirewall), members of one set, or fields of one submodule. They
// keep their places, as related ones.
func (p *Pass) gather(all []Finding) []Finding {
	last := func(f Finding) string { return f.Value[strings.LastIndexByte(f.Value, '.')+1:] }
	parent := func(f Finding) string { return strings.TrimSuffix(f.Value, last(f)) }
	// The fields of one submodule stand in one file, whatever lies between: datasets.*.tier, datasets.*.delivery.protocol.
	member := func(f Finding) string {
		i := strings.LastIndex(f.Value, ".*.")
		if i < 0 {
			return ""
		}
		return f.At.File + " " + f.Value[:i]
	}
	type group struct {
		severity Severity
		key      string
	}
	for _, key := range []func(Finding) string{last, parent, member} {
		groups := map[group][]int{}
		for i, f := range all {
			k := group{f.Severity, key(f)}
			if k.key == "" {
				continue
			}
			groups[k] = append(groups[k], i)
		}
		gone := make([]bool, len(all))
		for _, is := range groups {
			if len(is) < copies {
				continue
			}
			f := &all[is[0]]
			f.Message = strings.Replace(f.Message, "nothing reads ", fmt.Sprintf("nothing reads %d values of one kind, such as ", len(is)), 1)
			f.Message = strings.Replace(f.Message, "remove it, or read it", "remove them, or read them", 1)
			f.Related = slices.Grow(f.Related, len(is)-1)
			for _, i := range is[1:] {
				f.Related = append(f.Related, Related{At: all[i].At, Message: all[i].Value})
				gone[i] = true
			}
		}
		if slices.Contains(gone, true) {
			var left []Finding
			for i, f := range all {
				if !gone[i] {
					left = append(left, f)
				}
			}
			all = left
		}
	}
	return all
}

// readPaths are the paths that something reads, told so that a value can be looked up.
type readPaths struct {
	exact   map[string]bool
	above   map[string]bool // every path above one that is read
	unknown []string        // what is read with a * for a computed name
	flows   *graph.FlowSet
}

func (p *Pass) readPaths() *readPaths {
	r := &readPaths{exact: map[string]bool{}, above: map[string]bool{}, flows: p.Graph.Flows}
	add := func(path string) {
		if r.exact[path] {
			return
		}
		r.exact[path] = true
		for i := strings.LastIndexByte(path, '.'); i > 0 && !r.above[path[:i]]; i = strings.LastIndexByte(path[:i], '.') {
			r.above[path[:i]] = true
		}
	}
	for _, ref := range p.Graph.References {
		if ref.Kind != graph.Guard {
			add(ref.Value.Path)
		}
	}
	leftOut := map[graph.Place]bool{} // what a file reads that was left out is the account's to tell
	for _, im := range p.Graph.Imports {
		leftOut[im.At] = leftOut[im.At] || im.LeftOut != ""
	}
	for _, u := range p.Graph.Unresolved {
		if leftOut[u.At] {
			continue
		}
		add(strings.TrimSuffix(u.Path, ".*"))
		if strings.Contains(u.Path, "*") && !slices.Contains(r.unknown, u.Path) {
			r.unknown = append(r.unknown, u.Path)
		}
	}
	for _, file := range p.files() {
		for _, o := range p.syntax(file).options {
			if len(o.names) == 0 {
				continue
			}
			path := strings.Join(o.names, ".")
			if v := p.values[path]; v != nil && slices.ContainsFunc(v.Declared, func(d graph.Place) bool { return d.File == file && o.at.Contains(d.Span) }) {
				continue // the declaration itself
			}
			add(path)
		}
	}
	return r
}

// around reports whether a value is read as part of something larger, through one of its parts, or by a computed name.
func (r *readPaths) around(v *graph.Value) bool {
	if r.exact[v.Path] || r.above[v.Path] || r.flows.Starts(v) {
		return true
	}
	for i, c := range v.Path {
		if c == '.' && r.exact[v.Path[:i]] {
			return true
		}
	}
	if slices.ContainsFunc(r.unknown, func(u string) bool { return matchesPath(u, v.Path) }) {
		return true
	}
	if strings.Contains(v.Path, "*") {
		for path := range r.exact {
			if matchesPath(v.Path, path) {
				return true
			}
		}
	}
	return false
}
