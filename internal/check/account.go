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
	lost     string   // what may hold anything: a file that was not read whole, a bound that cut something short; "" if there is none
	unknown  string   // an import that was not followed and may well be this tree's own
	external []string // modules of other flakes that are imported
	escape   string   // config or options as a whole handed to something that was not followed
	exports  string   // the tree offers modules to others, and has no hosts of its own
}

func (p *Pass) makeAccount() *account {
	a := &account{}
	for _, pr := range p.Graph.Problems {
		if a.lost != "" {
			break
		}
		switch pr.Kind {
		case "io", "syntax":
			if !p.dormant(pr.At.File) {
				a.lost = fmt.Sprintf("%s could not be read whole", pr.At.File)
			}
		case "limit":
			if p.Graph.Files[pr.At.File] != nil && !p.dormant(pr.At.File) {
				a.lost = fmt.Sprintf("%s:%d could not be followed", pr.At.File, pr.At.Line)
			}
		}
	}
	inputs := p.inputNames()
	for _, im := range p.Graph.Imports {
		if im.LeftOut != "" && a.lost == "" && !p.dormant(im.From) {
			a.lost = fmt.Sprintf("%s was not read: %s", im.To, im.LeftOut)
		}
		if !im.External || im.Disabled || p.dormant(im.From) {
			continue
		}
		switch text := im.To; {
		case strings.HasPrefix(text, "*/") || strings.HasPrefix(text, "<nixpkgs") || strings.HasPrefix(text, "/"):
			// modulesPath, <nixpkgs>, /etc/nixos/hardware-configuration.nix: they know nothing of a tree's own namespace
		case strings.HasPrefix(text, "<") || fromInput(text, inputs):
			a.external = append(a.external, text)
		case a.unknown == "":
			a.unknown = fmt.Sprintf("the import at %s:%d could not be followed", im.From, im.At.Line)
		}
	}
	for _, u := range p.Graph.Unresolved {
		if u.Path == "config" && a.escape == "" && !p.dormant(u.At.File) {
			a.escape = fmt.Sprintf("config as a whole is handed over at %s:%d", u.At.File, u.At.Line)
		}
	}
	for _, file := range p.files() {
		if a.escape != "" {
			break
		}
		for _, o := range p.syntax(file).options {
			if len(o.names) == 0 && !p.dormant(file) && p.syntax(file).takesOptions {
				at := p.place(file, o.at)
				a.escape = fmt.Sprintf("options as a whole is handed over at %s:%d", file, at.Line)
				break
			}
		}
	}
	a.exports = p.exports()
	return a
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

// exports says that a tree is there for others to build on: its flake has modules among its outputs, and nothing in it makes a host.
func (p *Pass) exports() string {
	modules, hosts := false, false
	for _, file := range p.files() {
		if p.dormant(file) {
			continue
		}
		flake := path.Base(file) == "flake.nix"
		parse.Walk(p.Graph.Files[file].Expr, func(n parse.Node) bool {
			switch n := n.(type) {
			case *parse.Attr:
				for _, a := range n.Path {
					hosts = hosts || slices.Contains([]string{"nixosConfigurations", "darwinConfigurations", "homeConfigurations"}, a.Name)
					modules = modules || flake && slices.Contains([]string{"nixosModules", "nixosModule", "homeModules", "homeManagerModules", "darwinModules", "flakeModules", "modules"}, a.Name)
				}
			case *parse.Select:
				for _, a := range n.Path {
					hosts = hosts || slices.Contains([]string{"nixosSystem", "darwinSystem", "homeManagerConfiguration"}, a.Name)
				}
			}
			return !hosts
		})
	}
	if modules && !hosts {
		return "other trees may read it: this one offers its modules and has no hosts"
	}
	return ""
}

// mayDeclare says what unseen could declare a path, "" if nothing could. Another flake's module may own a namespace of which this tree
// declares nothing; where it declares the neighbours, it is the tree's own. A module of this tree that was not followed may make any option that
// has no siblings; where it has some, they stand written out side by side.
func (a *account) mayDeclare(p *Pass, v *graph.Value) string {
	if a.lost != "" {
		return a.lost
	}
	argument := p.argumentRoot(v)
	if !argument && graph.Foreign(v.Segments[0]) {
		return fmt.Sprintf("not this tree alone declares options under %s", v.Segments[0])
	}
	if !argument && a.unknown == "" && len(a.external) == 0 {
		return ""
	}
	near := 2 // segments that the neighbours share with it
	if argument || a.unknown != "" {
		near = len(v.Segments) - 1 // a set that is written out is known as far as its siblings are
	}
	if len(v.Segments) >= near {
		for _, o := range p.Graph.Values {
			if len(o.Declared) > 0 && len(o.Segments) > near && slices.Equal(o.Segments[:near], v.Segments[:near]) {
				return ""
			}
		}
	}
	if argument {
		return "what the argument holds is not known here"
	}
	if a.unknown != "" {
		return a.unknown
	}
	return a.external[0] + " is imported and may declare it"
}

// mayRead says what unseen could read a value, "" if nothing could.
func (a *account) mayRead() string { return cmp.Or(a.lost, a.unknown, a.escape, a.exports) }

// mayImport says what unseen could import a module.
func (a *account) mayImport() string { return cmp.Or(a.lost, a.unknown) }

// dormantNames are what folders and files are called that are kept, not used, or only filled in later.
var dormantNames = []string{"archive", "archived", "attic", "legacy", "deprecated", "graveyard", "trash", "obsolete", "old", "unused", "disabled",
	"template", "templates", "skeleton", "example", "examples", "sample", "samples", "fixture", "fixtures", "testdata", "test", "tests"}

// dormant reports whether a file takes no part in what a host gets: no import reaches it though others are reached, or it lies among what
// is kept, tried or filled in later. What is found there is information.
func (p *Pass) dormant(file string) bool {
	for seg := range strings.SplitSeq(strings.TrimSuffix(file, ".nix"), "/") {
		if slices.ContainsFunc(tokens(seg), func(t string) bool { return slices.Contains(dormantNames, t) }) {
			return true
		}
	}
	m := p.modules[file]
	return m != nil && !m.Reachable || p.setAside(file)
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
				out[im.To] = out[im.To] || strings.Contains(p.text(im.At), s) || i < len(segs)-1 && path.Dir(im.From) == path.Dir(im.To) && p.writtenOut(im)
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

// depends is the end of a message that says what a finding depends on.
func depends(why string) string { return " (as far as can be seen: " + why + ")" }
