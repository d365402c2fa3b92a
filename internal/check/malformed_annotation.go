package check

import "nixsink/parse"

var malformedAnnotation = Check{
	Name:    "malformed-annotation",
	Summary: "a comment looks like an annotation and is not understood",
	Default: Warning,
	Doc: `A comment begins like an annotation, yet cannot be read as one; docs/annotations.md has the spellings. Such a comment would otherwise
be silently worth nothing.

` + "```nix" + `
-- default.nix --
{ lib, config, ... }:
{
  options.my.ports.ssh = lib.mkOption { type = lib.types.port; default = 53844; };

  # source-id:   # <- here
  config.services.openssh.ports = [ config.my.ports.ssh ];
}
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		var out []Finding
		seen := map[parse.Span]bool{}
		for _, a := range p.Graph.Annotations {
			// A waiver's faults are findings of their own.
			if a.Malformed != "" && a.Keyword != parse.Waiver {
				seen[a.Span] = true
				out = append(out, Finding{At: a.At, Message: "this annotation is not understood: " + a.Malformed, Anchor: p.anchorName(a)})
			}
		}
		for _, pr := range p.Graph.Problems {
			if pr.Kind == "annotation" && !seen[pr.At.Span] {
				out = append(out, Finding{At: pr.At, Message: "this annotation is not understood: " + pr.Msg})
			}
		}
		return out
	},
}
