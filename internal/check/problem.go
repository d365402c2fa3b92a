package check

import "fmt"

var parseError = Check{
	Name:    "parse-error",
	Summary: "a file cannot be read, or Nix would reject it",
	Default: Error,
	InForce: true,
	Doc: `The file cannot be read, does not parse, or breaks a rule that Nix checks right after parsing (an attribute defined twice, a variable
that is defined nowhere). What it holds is missing from every figure, so the run is incomplete and no gate can pass. An encrypted file, or one that
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
		for _, pr := range p.Graph.Problems {
			if pr.Kind == "annotation" || followed(p.Graph, pr) {
				continue
			}
			f := Finding{At: pr.At, Message: pr.Msg}
			if pr.Sealed {
				f.Severity = Info
			}
			if f.At.Line == 0 {
				f.At = p.top(pr.At.File)
			}
			out = append(out, f)
		}
		return out
	},
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
			if followed(p.Graph, pr) {
				out = append(out, Finding{At: pr.At, Message: pr.Msg})
			}
		}
		return out
	},
}
