package check

import (
	"fmt"

	"nixsink/graph"
)

var mismatchedSourceID = Check{
	Name:    "mismatched-source-id",
	Summary: "an annotation names another value than the code reads",
	Default: Error,
	Doc: `A ` + "`source-id`" + ` comment names one central value, and the binding below it reads another one. Readers trust the comment and
change the wrong value. Write the id of what the code reads, or repair the code.

` + "```nix" + `
-- default.nix --
{ lib, config, ... }:
{
  options.my.ports.ssh = lib.mkOption { type = lib.types.port; default = 53844; };
  options.my.ports.http = lib.mkOption { type = lib.types.port; default = 8080; };

  # source-id: CFG.ports.http   # <- here
  config.services.openssh.ports = [ config.my.ports.ssh ];
}
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		out := annotated(p, graph.Mismatched, func(a *graph.Annotation) string {
			if len(a.Actual) > 0 {
				return fmt.Sprintf("this says %s, but the code here reads %s: correct the id", idsOf(a), words(pathsOf(innermost(a.Actual))))
			}
			return because(fmt.Sprintf("%s is not what the code here reads", idsOf(a)), a)
		})
		return out
	},
}
