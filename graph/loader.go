package graph

import (
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"nixsink/graph/eval"
)

// Loader describes what makes configurations in a way that the text does not tell. Globs match Nix files, and folders with a default.nix or
// configuration.nix; {host} in them is the name of the host.
type Loader struct {
	Function string   // the function that makes them where it is called; "": they are there anyway
	Class    string   // "nixos" (also ""), "darwin" or "home"
	Hosts    []string // each match is a host, called by the file or its folder
	Modules  []string // in each host
	Homes    []string // each match is a home in each host, of the user that the file or its folder is called by
}

// LoaderClasses are the classes that a loader may have.
var LoaderClasses = []string{"nixos", "darwin", "home"}

// loadersOf finds the files of loaders in a tree.
func loadersOf(t *tree, ls []Loader) []eval.Loader {
	var out []eval.Loader
	for _, l := range ls {
		e := eval.Loader{Function: l.Function, Class: eval.NixOS}
		switch l.Class {
		case "darwin":
			e.Class = eval.Darwin
		case "home":
			e.Class = eval.HomeManager
		}
		for _, h := range t.named(l.Hosts, "") {
			host := eval.LoadedHost{Name: h.name, Modules: []string{h.file}}
			for _, m := range t.named(l.Modules, h.name) {
				host.Modules = append(host.Modules, m.file)
			}
			for _, m := range t.named(l.Homes, h.name) {
				host.Homes = append(host.Homes, eval.LoadedHome{User: m.name, File: m.file})
			}
			e.Hosts = append(e.Hosts, host)
		}
		out = append(out, e)
	}
	return out
}

// namedFile is a file with what it is called by.
type namedFile struct{ name, file string }

// named are the files that globs match, in their order in the tree: NAME.nix, or NAME for its default.nix or configuration.nix.
func (t *tree) named(globs []string, host string) []namedFile {
	var out []namedFile
	for _, f := range t.files {
		dir, base := path.Split(f.Name)
		dir = strings.TrimSuffix(dir, "/")
		name, whole := strings.TrimSuffix(base, ".nix"), false
		if (base == "default.nix" || base == "configuration.nix" && t.byName[dir+"/default.nix"] == nil) && dir != "" {
			name, whole = path.Base(dir), true
		} else if base == "configuration.nix" && dir != "" {
			name = path.Base(dir)
		}
		matches := func(g string) bool {
			g = strings.ReplaceAll(g, "{host}", host)
			return doublestar.MatchUnvalidated(g, f.Name) || whole && doublestar.MatchUnvalidated(g, dir)
		}
		if slices.ContainsFunc(globs, matches) {
			out = append(out, namedFile{name, f.Name})
		}
	}
	return out
}
