package check

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"

	"nixsink/graph"
	"nixsink/parse"
)

// account is what the analysis did not see: what it could not read, could not follow, or cut short. A finding that says "nothing does"
// asks it first, and where something unseen may, it steps down to information and says what it depends on.
type account struct {
	lost     []hole // what may hold anything: files that were not read whole, bounds that cut something short
	unknown  []hole // imports that were not followed and may well be this tree's own
	external []hole // modules of other flakes that are imported; why is what is imported
	foreign  []hole // those of them that are not known to declare options under names of their own alone, and to ask for no arguments
}

// hole is one thing that the analysis did not see, and where it would be of consequence.
type hole struct {
	why     string
	in      *graph.ConfSet // the configurations that it takes part in
	from    string         // the file that imports it, "" if none does
	text    bool           // what was not followed is text of this tree, so that its names were seen all the same
	options bool           // an option may be declared in it
}

// first is the first of some holes that matters to something in a set of configurations, "" if none does.
func first(p *Pass, holes []hole, in *graph.ConfSet, matters func(hole) bool) string {
	for _, h := range holes {
		if matters(h) && p.together(h.in, in) {
			return h.why
		}
	}
	return ""
}

func whatever(hole) bool { return true }

// together reports whether two sets of configurations have one in common. What no configuration evaluates may belong to each.
func (p *Pass) together(a, b *graph.ConfSet) bool {
	return a == nil || b == nil || a.Empty() || b.Empty() || a.Meets(b)
}

// confsOf are the configurations that a value is declared in; all of them if that is not known.
func (p *Pass) confsOf(v *graph.Value) (in *graph.ConfSet, known bool) {
	for _, i := range v.Instances {
		if !known {
			in = i.In
		}
		in, known = p.Graph.Union(in, i.In), true
	}
	for n := len(v.Segments) - 1; n > 0 && !known; n-- {
		if o := p.values[strings.Join(v.Segments[:n], ".")]; o != nil && o.Registry {
			return p.confsOf(o) // a member is where its registry is
		}
	}
	return in, known
}

// takenIn are the configurations that a module takes part in; all of them for another file: what it makes may be handed to any.
func (p *Pass) takenIn(file string) *graph.ConfSet {
	if m := p.modules[file]; m != nil && m.Role == "module" {
		return m.In
	}
	return nil
}

func (p *Pass) makeAccount() *account {
	a := &account{}
	for _, pr := range p.Graph.Problems {
		file := pr.At.File
		if p.dormant(file) {
			continue
		}
		switch f := p.Graph.Files[file]; {
		case pr.Kind == "io" || pr.Kind == "syntax":
			if in, imported := p.importedIn(file); imported {
				a.lost = append(a.lost, hole{why: file + " could not be read whole", in: in, options: true})
			}
		case pr.Kind == "limit" && f != nil:
			h := hole{why: fmt.Sprintf("%s:%d could not be followed", file, pr.At.Line), in: p.takenIn(file), text: true, options: !pr.Local || makesOptions(f)}
			if strings.HasPrefix(pr.Msg, "this import") {
				h.why, h.options = fmt.Sprintf("the import at %s:%d could not be followed", file, pr.At.Line), true
				a.unknown = append(a.unknown, h)
			} else {
				a.lost = append(a.lost, h)
			}
		}
	}
	inputs := p.inputNames()
	for _, im := range p.Graph.Imports {
		if im.Disabled || p.dormant(im.From) {
			continue
		}
		if im.LeftOut != "" && strings.HasSuffix(im.To, ".nix") && p.seesConfig(im) {
			a.lost = append(a.lost, hole{why: fmt.Sprintf("%s was not read: %s", im.To, im.LeftOut), in: im.In, options: true})
		}
		if !im.External {
			continue
		}
		switch text := im.To; {
		case strings.HasPrefix(text, "*/") || strings.HasPrefix(text, "<nixpkgs") || strings.HasPrefix(text, "/"):
			// modulesPath, <nixpkgs>, /etc/nixos/hardware-configuration.nix: they know nothing of a tree's own namespace
		case strings.HasPrefix(text, "<") || fromInput(text, inputs):
			a.external = append(a.external, hole{why: text, in: im.In, options: true})
			if !isCommonModule(text) {
				a.foreign = append(a.foreign, hole{why: text, in: im.In, from: im.From, options: true})
			}
		default:
			a.unknown = append(a.unknown, hole{why: fmt.Sprintf("the import at %s:%d could not be followed", im.From, im.At.Line), in: im.In, text: true, options: true})
		}
	}
	return a
}

// commonModules are names that flakes give to inputs whose modules declare options under names of their own (`sops`, `disko`), and take no arguments but the
// usual ones.
var commonModules = []string{"agenix", "agenix-rekey", "ragenix", "sops-nix", "sops", "home-manager", "hm", "disko", "impermanence", "preservation", "stylix", "nixos-hardware", "hardware", "nix-index-database", "catppuccin",
	"lanzaboote", "nur", "nixvim", "nvf", "hyprland", "hyprlock", "niri", "niri-flake", "nix-flatpak", "nixos-wsl", "wsl", "microvm", "simple-nixos-mailserver", "mailserver", "nixos-generators", "plasma-manager", "spicetify-nix", "spicetify",
	"chaotic", "jovian", "jovian-nixos", "srvos", "darwin", "nix-darwin", "nix-homebrew", "mac-app-util", "vscode-server", "nixos-vscode-server", "nix-gaming", "nix-minecraft", "nixos-cosmic", "nixpkgs", "nixpkgs-unstable", "flake-parts",
	"treefmt-nix", "git-hooks", "pre-commit-hooks", "devshell", "nix-topology", "quadlet-nix", "arion", "nixarr", "nix-colors", "lix-module", "lix", "determinate", "zen-browser", "aagl", "musnix", "xremap", "xremap-flake", "solaar", "nix-ld",
	"nix-snapd", "declarative-flatpak", "colmena", "deploy-rs", "clan-core", "vaultix", "authentik-nix", "attic", "nixos-facter-modules", "nixos-facter", "nixos-apple-silicon", "apple-silicon", "apple-silicon-support", "raspberry-pi-nix", "comin"}

// isCommonModule reports whether what is imported, as written, is a module of one of commonModules.
func isCommonModule(text string) bool {
	segs := strings.FieldsFunc(text, func(r rune) bool { return r == '.' || r == '(' || r == ')' || unicode.IsSpace(r) })
	return slices.ContainsFunc(segs, func(s string) bool { return slices.Contains(commonModules, strings.Trim(s, `"`)) })
}

// mayTake says what could take an argument that is passed to all modules, "" if nothing could.
func (a *account) mayTake(p *Pass) string {
	if len(a.foreign) == 0 {
		return ""
	}
	return a.foreign[0].why + " is imported and may take the argument"
}

// mayExtend says which module of another flake declares options beside those of the set that an option would lie in, "" if none seems to: whoever imports
// it reads or sets some that nothing here declares.
func (a *account) mayExtend(p *Pass, v *graph.Value) string {
	n := len(v.Segments) - 1
	if n < 2 {
		return ""
	}
	set := strings.Join(v.Segments[:n], ".") + "."
	for _, h := range a.foreign {
		if slices.ContainsFunc(p.refs[h.from], func(r *graph.Reference) bool {
			return strings.HasPrefix(r.Value.Path, set) && len(r.Value.Declared) == 0
		}) {
			return h.why
		}
	}
	return ""
}

// makesOptions reports whether a file may declare options: it names something that does.
func makesOptions(f *parse.File) bool {
	return strings.Contains(f.Src, "options") || slices.ContainsFunc(declarators, func(name string) bool { return strings.Contains(f.Src, name) })
}

// importedIn are the configurations that a file which was not read would take part in, nil if that is not known; false if it would in none.
func (p *Pass) importedIn(file string) (in *graph.ConfSet, imported bool) {
	for _, im := range p.Graph.Imports {
		if im.To != file || im.Disabled || !p.seesConfig(im) {
			continue
		}
		if im.In == nil || im.In.Empty() {
			return nil, true
		}
		if in == nil {
			in = im.In
		}
		in, imported = p.Graph.Union(in, im.In), true
	}
	return in, imported
}

// seesConfig reports whether an imported file is a module or may be given what modules see: what stands elsewhere is data.
func (p *Pass) seesConfig(im *graph.Import) bool {
	o := p.outline(im.From)
	if o == nil {
		return true
	}
	names := strings.Split(o.name(im.At.Span), ".")
	if slices.Contains(names, "imports") || slices.Contains(names, "modules") || len(names) == 1 && names[0] == "" {
		return true
	}
	in := im.At.Span
	for _, b := range o.bindings {
		if b.Contains(im.At.Span) {
			in = b.Span // the innermost comes last
		}
	}
	return p.mentionsName(im.From, in, "config") || strings.Contains(p.Graph.Files[im.From].Text(in), "inherit config")
}

// flakeInputs are the names by which the tree's flakes know other flakes.
func (p *Pass) flakeInputs() map[string]bool {
	out := map[string]bool{}
	for _, file := range p.files() {
		if path.Base(file) != "flake.nix" {
			continue
		}
		walk(p.Graph.Files[file].Expr, scope{}, func(_ parse.Expr, sc scope) {
			if len(sc.Names) > 1 && sc.Names[0] == "inputs" {
				out[sc.Names[1]] = true
			}
		})
	}
	return out
}

// fromInput reports whether what is imported, as written, comes from another flake: inputs.disko.nixosModules.disko, disko.nixosModules.disko.
func fromInput(text string, inputs map[string]bool) bool {
	segs := strings.FieldsFunc(text, func(r rune) bool { return r == '.' || r == '(' || r == ')' || unicode.IsSpace(r) })
	if len(segs) == 0 {
		return false
	}
	if inputs[segs[0]] && segs[0] != "self" {
		return true
	}
	for i, s := range segs[:len(segs)-1] {
		if strings.HasSuffix(strings.ToLower(s), "inputs") && segs[i+1] != "self" {
			return true
		}
	}
	return false
}

// offered says that a value is there for others to use, "" if it is not: only modules that the tree offers, and that no host or home of its own
// takes, declare it.
func (p *Pass) offered(v *graph.Value) string {
	in, known := p.confsOf(v)
	if !known {
		return ""
	}
	open := false
	for _, c := range p.Graph.Configurations {
		if !c.Holds(in) {
			continue
		}
		if !c.Open && !c.Build && c.Class != "flake-parts" && !strings.HasPrefix(c.Class, "test") {
			return ""
		}
		open = open || c.Offered
	}
	if open {
		return "other trees may read it: this one offers the module, and no host of its own takes it"
	}
	return ""
}

// mayDeclare says what unseen could declare a path that is read in some configurations, "" if nothing could. Another flake's module may own a
// namespace of which this tree declares nothing; where it declares the neighbours, it is the tree's own. A module of this tree that was not
// followed may make any option that has no siblings; where it has some, they stand written out side by side.
func (a *account) mayDeclare(p *Pass, v *graph.Value, rs []*graph.Reference) string {
	in := p.readIn(rs)
	if why := first(p, a.lost, in, func(h hole) bool { return h.options && !h.text }); why != "" {
		return why
	}
	argument := p.argumentRoot(v)
	if why := a.mayExtend(p, v); why != "" && !argument {
		return why + " is imported where such options are read and may declare it"
	}
	if !argument && graph.Foreign(v.Segments[0]) {
		return fmt.Sprintf("not this tree alone declares options under %s", v.Segments[0])
	}
	if p.besideDeclaration(v, rs[0].At.File) {
		return ""
	}
	if why := first(p, a.lost, in, func(h hole) bool { return h.options && !argument }); why != "" {
		return why // no option is an argument's
	}
	// A set that is written out is known as far as its siblings are; of another flake's, two segments tell whose it is.
	siblings := func(n int) bool {
		return slices.ContainsFunc(p.Graph.Values, func(o *graph.Value) bool {
			return len(o.Declared) > 0 && len(o.Segments) > n && len(v.Segments) >= n && slices.Equal(o.Segments[:n], v.Segments[:n])
		})
	}
	unknown, external := first(p, a.unknown, in, whatever), first(p, a.external, nil, whatever)
	switch known := siblings(len(v.Segments) - 1); {
	case argument && (!known || p.mostlyUnknown(v)):
		return "what the argument holds is not known here"
	case !argument && unknown != "" && !known:
		return unknown
	case !argument && external != "" && !siblings(2):
		return external + " is imported and may declare it"
	}
	return ""
}

// mostlyUnknown reports whether more names are read of the set that a value would lie in than are known of it: the set is known in part only, such as
// what a file of another kind holds with a name put over it.
func (p *Pass) mostlyUnknown(v *graph.Value) bool {
	n := len(v.Segments) - 1
	known := 0
	for _, o := range p.Graph.Values {
		if len(o.Segments) > n && slices.Equal(o.Segments[:n], v.Segments[:n]) {
			if len(o.Declared) > 0 {
				known++
			} else {
				known--
			}
		}
	}
	return known < 0
}

// besideDeclaration reports whether a path is read in the very folder that declares the set which it would have to lie in: cfg.prot where the module
// declares cfg.port. What that set holds is written out there, in a tree that writes its options out.
func (p *Pass) besideDeclaration(v *graph.Value, file string) bool {
	if made := p.madeOptions()[v.Segments[0]]; made.spelled < 3*made.by {
		return false
	}
	for n := len(v.Segments) - 1; n > 1; n-- {
		var dirs []string
		for _, o := range p.Graph.Values {
			if len(o.Segments) > n && len(o.Declared) > 0 && slices.Equal(o.Segments[:n], v.Segments[:n]) {
				if !p.spelled()[o.Path] {
					return false // a function makes it, and may make more
				}
				for _, at := range o.Declared {
					dirs = append(dirs, path.Dir(at.File))
				}
			}
		}
		if len(dirs) == 0 {
			continue
		}
		// The folder has the set to itself, or it is everybody's.
		return !slices.ContainsFunc(dirs, func(dir string) bool { return dir != dirs[0] }) &&
			path.Dir(file) == dirs[0]
	}
	return false
}

// making counts how the options of a namespace are declared.
type making struct {
	spelled int // where their paths are written out
	by      int // by a function
}

func (p *Pass) makeMadeOptions() map[string]making {
	out := map[string]making{}
	for _, v := range p.Graph.Values {
		if len(v.Declared) == 0 || v.Member {
			continue
		}
		m := out[v.Segments[0]]
		if p.spelled()[v.Path] {
			m.spelled++
		} else if !strings.Contains(v.Path, "*") {
			m.by++
		}
		out[v.Segments[0]] = m
	}
	return out
}

// mayRead says what unseen could read a value, "" if nothing could. What is text of this tree and was not followed would have to select its
// name, and who does that is asked apart (selectedNames).
func (a *account) mayRead(p *Pass, v *graph.Value) string {
	in, _ := p.confsOf(v)
	beyond := func(h hole) bool { return !h.text }
	if why := cmp.Or(first(p, a.lost, in, beyond), first(p, a.unknown, in, beyond), p.offered(v)); why != "" {
		return why
	}
	// A few options below a name of which another module may hold the rest are read with the rest.
	if made := p.madeOptions()[v.Segments[0]]; made.spelled+made.by < few/2 {
		if why := first(p, a.external, in, whatever); why != "" {
			return why + ", which may read all of " + v.Segments[0]
		}
	}
	return ""
}

// mayImport says what unseen could import a module.
func (a *account) mayImport(p *Pass) string {
	return cmp.Or(first(p, a.lost, nil, whatever), first(p, a.unknown, nil, whatever))
}

// dormantNames are what folders and files are called that are kept, not used, or only filled in later.
var dormantNames = []string{"archive", "archived", "attic", "legacy", "deprecated", "graveyard", "trash", "obsolete", "old", "unused", "disabled",
	"template", "templates", "skeleton", "example", "examples", "sample", "samples", "fixture", "fixtures", "testdata", "test", "tests"}

// dormant reports whether a file takes no part in what a host gets: no import reaches it though others are reached, or it lies among what
// is kept, tried or filled in later. What is found there is information.
func (p *Pass) dormant(file string) bool {
	m := p.modules[file]
	return isKept(file) || m != nil && !m.Reachable || p.setAside(file)
}

// isKept reports whether a file lies in an archive, among templates or tests, or is called so.
func isKept(file string) bool {
	for seg := range strings.SplitSeq(strings.TrimSuffix(file, ".nix"), "/") {
		if slices.ContainsFunc(tokens(seg), func(t string) bool { return slices.Contains(dormantNames, t) }) {
			return true
		}
	}
	return false
}

// setAside reports whether a name that begins with _ keeps a file out of what loaders of folders take (import-tree, haumea), and nothing names it.
func (p *Pass) setAside(file string) bool {
	segs := strings.Split(file, "/")
	i := slices.IndexFunc(segs, func(s string) bool { return strings.HasPrefix(s, "_") })
	return i >= 0 && !p.named()[file]
}

// namedFiles are the files of a name with _ that an import spells out, and so are part of the tree all the same.
func (p *Pass) namedFiles() map[string]bool {
	out := map[string]bool{}
	for _, im := range p.Graph.Imports {
		if im.Disabled || im.External {
			continue
		}
		segs := strings.Split(im.To, "/")
		for i, s := range slices.Backward(segs) {
			if strings.HasPrefix(s, "_") {
				// What such a file imports, in its own folder, is named as far as that file is.
				out[im.To] = out[im.To] || strings.Contains(p.Graph.Text(im.At), s) || i < len(segs)-1 && path.Dir(im.From) == path.Dir(im.To) && p.writtenOut(im)
				break
			}
		}
	}
	return out
}

// settle lets a finding that speaks of what a host gets step down where no host does.
func (p *Pass) settle(f *Finding) {
	if f.Severity > Info && p.dormant(f.At.File) {
		f.Severity = Info
	}
}

// dependOn lets a finding say what it depends on, at the end of its message so far.
func (f *Finding) dependOn(why string) {
	f.Depends = why
	f.Message += " (as far as can be seen: " + why + ")"
}
