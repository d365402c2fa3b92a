package check

import (
	"fmt"
	"slices"
	"strings"

	"nixsink/graph"
)

var unusedValue = Check{
	Name:    "unused-value",
	Summary: "a central value is declared and never read",
	Default: Warning,
	Doc: `An option under a root, or a registry's member, that no module reads: setting it has no effect. Remove it, or read it where its
number or name is written out by hand. A read of the set around it, and a read with a computed name that could mean it, count as reads.

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
		read := p.readPaths()
		// A function that declares options, and a module that NixOS and home-manager both import, declare many values in one place: it is
		// in use if one of them is.
		unread := map[graph.Place][]*graph.Value{}
		used := map[graph.Place]bool{}
		for _, v := range p.Graph.Values {
			switch {
			case len(v.Declared) == 0:
			case v.FanOut.Reads > 0 || read.around(v):
				used[v.Declared[0]] = true
			default:
				unread[v.Declared[0]] = append(unread[v.Declared[0]], v)
			}
		}
		var out []Finding
		for at, vs := range unread {
			if used[at] {
				continue
			}
			what := described(vs[0])
			if len(vs) > 1 {
				what += fmt.Sprintf(", nor the other %s declared here", count(len(vs)-1, "value"))
			}
			out = append(out, Finding{At: at, Value: vs[0].Path, Message: fmt.Sprintf("nothing reads %s: remove it, or read it where it is meant", what)})
		}
		slices.SortFunc(out, compareFindings)
		return out
	},
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
	for _, u := range p.Graph.Unresolved {
		add(strings.TrimSuffix(u.Path, ".*"))
		if strings.Contains(u.Path, "*") && !slices.Contains(r.unknown, u.Path) {
			r.unknown = append(r.unknown, u.Path)
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
