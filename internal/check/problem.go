package check

import (
	"fmt"
	"strings"
	"sync"

	"nixsink/graph"
	"nixsink/parse"
)

var parseError = Check{
	Name:    "parse-error",
	Summary: "a file cannot be read, or Nix would reject it",
	Default: Error,
	InForce: true,
	Doc: `The file cannot be read, does not parse, or breaks a rule that Nix checks right after parsing (an attribute defined twice, a variable
that is defined nowhere; information where ` + "`scopedImport`" + ` may bring it). What it holds is missing from every figure, so the run is incomplete and no gate can pass. An encrypted file, or one that
Git LFS keeps elsewhere, is information: nothing is wrong with it.

` + "```nix" + `
-- default.nix --
{ lib, ... }:
{
  networking.hostName = "tower";
  networking.hostName = "castle"; # <- here
}
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		var out []Finding
		scoped := sync.OnceValue(p.scopedImport)
		for _, pr := range p.Graph.Problems {
			if pr.Kind == "annotation" || cutShort(pr) {
				continue
			}
			f := Finding{At: pr.At, Message: pr.Msg}
			if pr.Sealed {
				f.Severity = Info
			}
			if pr.Kind == "static" && strings.HasPrefix(pr.Msg, "undefined variable") && scoped() != "" {
				f.Severity = Info
				f.dependOn(scoped() + " gives files variables")
			}
			if f.At.Line == 0 {
				f.At = p.top(pr.At.File)
			}
			out = append(out, f)
		}
		return out
	},
}

// cutShort reports whether a problem is that something in a file could not be followed: nothing is wrong with the file.
func cutShort(pr graph.Problem) bool { return pr.Kind == "limit" && pr.At.Span.Len() > 0 }

// scopedImport is where the tree imports files with variables of their own (Nix manual, builtins.scopedImport), "" if nowhere.
func (p *Pass) scopedImport() string {
	for _, file := range p.files() {
		if f := p.Graph.Files[file]; strings.Contains(f.Src, "scopedImport") && p.mentionsName(file, parse.Span{End: int32(len(f.Src))}, "scopedImport") {
			return file
		}
	}
	return ""
}

var unresolvedReference = Check{
	Name:    "unresolved-reference",
	Summary: "a read under a root cannot be resolved",
	Default: Info,
	Doc: `The code reads something under a root, and what exactly cannot be told from the text: the name is computed from something that only
evaluation knows. It is counted apart, and the lower bound of source-id coverage takes it as not covered.

` + "```nix" + `
-- default.nix --
{ lib, config, pkgs, ... }:
{
  options.my.ports.ssh = lib.mkOption { type = lib.types.port; default = 53844; };
  config.services.openssh.ports = [ config.my.ports.${pkgs.hello.name} ]; # <- here
}
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		var out []Finding
		for _, u := range p.Graph.Unresolved {
			out = append(out, Finding{At: u.At, Value: u.Path, Message: fmt.Sprintf("which value %s means is not known: %s", u.Path, u.Reason)})
		}
		for _, pr := range p.Graph.Problems {
			if cutShort(pr) {
				out = append(out, Finding{At: pr.At, Message: pr.Msg})
			}
		}
		return out
	},
}
