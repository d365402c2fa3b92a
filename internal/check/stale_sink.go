package check

import (
	"fmt"

	"nixsink/graph"
)

var staleSink = Check{
	Name:    "stale-sink",
	Summary: "a sink annotation names an option that the value does not flow into",
	Default: Warning,
	Doc: `A ` + "`sink`" + ` comment names an option, and the value read here does not reach it. Correct the path, or remove the comment;
` + "`nixsink trace`" + ` tells where the value does go. Prose in a sink is never judged.

` + "```nix" + `
-- default.nix --
{ lib, config, ... }:
let
  # source-id: CFG.ports.ssh
  # sink: services.nginx.defaultHTTPListenPort   # <- here
  port = config.my.ports.ssh;
in
{
  options.my.ports.ssh = lib.mkOption { type = lib.types.port; default = 53844; };
  config.services.openssh.ports = [ port ];
}
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		return annotated(p, graph.StaleSink, func(a *graph.Annotation) string {
			return because(fmt.Sprintf("%s is not reached from here: correct the path or remove the comment", idsOf(a)), a)
		})
	},
}
