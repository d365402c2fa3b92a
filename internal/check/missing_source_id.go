package check

import (
	"fmt"
	"strings"

	"nixsink/graph"
)

var missingSourceID = Check{
	Name:    "missing-source-id",
	Summary: "a central value is read without a source-id",
	Default: Info,
	Asked:   true,
	Doc: `A binding reads a central value and no ` + "`source-id`" + ` comment says so. All reads of a value in one binding, and all that go through
one let binding, are one finding. ` + "`nixsink annotate -w`" + ` writes what is missing; the gate ` + "`source-id-coverage`" + ` asks for a share of it.

` + "```nix" + `
-- default.nix --
{ lib, config, ... }:
let
  # source-id: CFG.ports.ssh
  sshPort = config.my.ports.ssh;
in
{
  options.my.ports.ssh = lib.mkOption { type = lib.types.port; default = 53844; };
  options.my.domain = lib.mkOption { type = lib.types.str; default = "home.example"; };

  config.services.openssh.ports = [ sshPort ];
  config.networking.domain = config.my.domain; # <- here
}
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		type group struct {
			value  *graph.Value
			anchor graph.Place
		}
		at := map[group]int{}
		var out []Finding
		for _, r := range p.Graph.References {
			if r.Covered || r.Kind == graph.Guard {
				continue
			}
			anchor, name := r.Anchor, r.Name
			if r.Via != "" {
				anchor, name = r.ViaAt, r.Via
			}
			key := group{r.Value, anchor}
			if i, ok := at[key]; ok {
				out[i].Related = append(out[i].Related, Related{At: r.At, Message: "and read here"})
				continue
			}
			at[key] = len(out)
			where := ""
			if name != "" {
				where = " above " + name
			}
			comment := "# source-id: " + p.Graph.SuggestID(r.Value)
			f := Finding{
				At: r.At, Value: r.Value.Path,
				Message: fmt.Sprintf("%s is read without a source-id: write `%s`%s", r.Value.Path, comment, where),
			}
			if fix, ok := p.insertAbove(anchor, comment); ok {
				f.Fixes = []Fix{fix}
			}
			out = append(out, f)
		}
		return out
	},
}

// insertAbove is a fix that puts a comment line above a place, where the place is the first thing on its line.
func (p *Pass) insertAbove(at graph.Place, comment string) (Fix, bool) {
	f := p.Graph.Files[at.File]
	if f == nil || int(at.Span.Start) > len(f.Src) {
		return Fix{}, false
	}
	start := at.Span.Start - int32(f.Position(at.Span.Start).Column-1)
	indent := f.Src[start:at.Span.Start]
	if strings.Trim(indent, " \t") != "" {
		return Fix{}, false
	}
	eol := "\n"
	if strings.Contains(f.Src, "\r\n") {
		eol = "\r\n"
	}
	where := at
	where.Span.End, where.EndLine, where.EndColumn = at.Span.Start, at.Line, at.Column
	return Fix{Message: "write " + comment, Edits: []Edit{{At: where, New: comment + eol + indent}}}, true
}
