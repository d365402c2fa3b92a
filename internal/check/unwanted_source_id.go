package check

import (
	"fmt"

	"nixsink/graph"
)

var unwantedSourceID = Check{
	Name:    "unwanted-source-id",
	Summary: "an annotation stands where no central value is read",
	Default: Warning,
	Doc: `A ` + "`source-id`" + ` comment stands at a binding that reads no central value. Either a literal has taken the place of the read,
or the comment stayed behind when the code moved. Read the value, or remove the comment.

` + "```nix" + `
-- default.nix --
{ lib, config, ... }:
{
  options.my.ports.ssh = lib.mkOption { type = lib.types.port; default = 53844; };

  config = {
    services.openssh.ports = [ config.my.ports.ssh ];
    # source-id: CFG.ports.ssh   # <- here
    networking.hostName = "tower";
  };
}
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		return annotated(p, graph.Unwanted, func(a *graph.Annotation) string {
			return fmt.Sprintf("this says %s, but the code here reads no central value: read it, or remove the comment", idsOf(a))
		})
	},
}
