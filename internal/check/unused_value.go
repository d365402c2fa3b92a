package check

import (
	"fmt"
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
		read := map[string]bool{}
		for _, r := range p.Graph.References {
			if r.Kind != graph.Guard {
				read[r.Value.Path] = true
			}
		}
		var out []Finding
		for _, v := range p.Graph.Values {
			if len(v.Declared) == 0 || v.FanOut.Reads > 0 || p.readAround(v, read) {
				continue
			}
			out = append(out, Finding{
				At: v.Declared[0], Value: v.Path,
				Message: fmt.Sprintf("nothing reads %s: remove it, or read it where it is meant", described(v)),
			})
		}
		return out
	},
}

// readAround reports whether a value is read as part of something larger, through one of its parts, or by a computed name.
func (p *Pass) readAround(v *graph.Value, read map[string]bool) bool {
	for path := range read {
		if path == v.Path || strings.HasPrefix(path, v.Path+".") || strings.HasPrefix(v.Path, path+".") || matchesPath(v.Path, path) {
			return true
		}
	}
	for _, u := range p.Graph.Unresolved {
		path := strings.TrimSuffix(u.Path, ".*")
		if path == v.Path || strings.HasPrefix(v.Path, path+".") || strings.HasPrefix(path, v.Path+".") || matchesPath(u.Path, v.Path) {
			return true
		}
	}
	for _, f := range p.Graph.Flows {
		if f.From == v {
			return true
		}
	}
	return false
}
