package check

import (
	"fmt"

	"nixsink/graph"
)

var orphanedSourceID = Check{
	Name:    "orphaned-source-id",
	Summary: "an annotation's id belongs to no value",
	Default: Warning,
	Doc: `The id in a ` + "`source-id`" + ` comment is bound to no central value: no declaration carries it, no alias or rule of the configuration
leads to one, and the code around it reads none that could be meant. Declare the value, correct the id, or remove the comment.

` + "```nix" + `
-- default.nix --
{ lib, config, ... }:
{
  options.my.ports.ssh = lib.mkOption { type = lib.types.port; default = 53844; };

  config = {
    services.openssh.ports = [ config.my.ports.ssh ];
    # source-id: CFG.firewall.backend   # <- here
    networking.nftables.enable = true;
  };
}
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		var ids []string
		for _, v := range p.Graph.Values {
			for _, id := range v.IDs {
				ids = append(ids, id.Name)
			}
		}
		found := annotated(p, graph.Orphaned, func(a *graph.Annotation) string {
			if len(a.Actual) > 0 {
				return fmt.Sprintf("%s belongs to no declared value; the code here reads %s", idsOf(a), words(pathsOf(innermost(a.Actual))))
			}
			return fmt.Sprintf("%s belongs to no declared value%s", idsOf(a), didYouMean(idsOf(a), ids))
		})
		if why := p.account().mayImport(p); why != "" {
			for i := range found {
				found[i].Severity = Info
				found[i].dependOn(why)
			}
		}
		return found
	},
}
