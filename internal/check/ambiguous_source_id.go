package check

import (
	"fmt"

	"nixsink/graph"
)

var ambiguousSourceID = Check{
	Name:    "ambiguous-source-id",
	Summary: "an annotation's id belongs to two values",
	Default: Warning,
	Doc: `The same id is annotated on the declarations of two values, so nobody can tell which one a read means. Rename one of them
(` + "`nixsink rename-id`" + `), or bind the id in the configuration file.

` + "```nix" + `
-- default.nix --
{ lib, config, ... }:
{
  # source-id: CFG.ports.web   # <- here
  options.my.ports.http = lib.mkOption { type = lib.types.port; default = 8080; };
  # source-id: CFG.ports.web   # <- here
  options.my.ports.https = lib.mkOption { type = lib.types.port; default = 8443; };

  config.services.caddy.port = config.my.ports.http;
  config.services.caddy.tlsPort = config.my.ports.https;
}
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		return annotated(p, graph.Ambiguous, func(a *graph.Annotation) string {
			if len(a.Values) > 1 {
				return fmt.Sprintf("%s belongs to %s: give each an id of its own", idsOf(a), words(pathsOf(a.Values)))
			}
			return because(idsOf(a)+" belongs to more than one value", a)
		})
	},
}
