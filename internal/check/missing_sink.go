package check

import (
	"fmt"
	"slices"

	"nixsink/graph"
)

var missingSink = Check{
	Name:    "missing-sink",
	Summary: "an option takes a central value and no sink annotation says so",
	Default: Info,
	Asked:   true,
	Doc: `A central value flows into this definition, and neither the definition nor the binding that reads the value carries a ` + "`sink`" + `
comment. ` + "`nixsink annotate -w`" + ` writes what is missing; the gate ` + "`sink-coverage`" + ` asks for a share of it.

` + "```nix" + `
-- default.nix --
{ lib, config, ... }:
{
  options.my.ports.ssh = lib.mkOption { type = lib.types.port; default = 53844; };
  options.my.domain = lib.mkOption { type = lib.types.str; default = "home.example"; };

  # source-id: CFG.ports.ssh
  # sink: services.openssh.ports
  config.services.openssh.ports = [ config.my.ports.ssh ];
  config.networking.domain = config.my.domain; # <- here
}
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		type spot struct {
			option string
			at     graph.Place
		}
		from := map[spot][]string{}
		for _, f := range p.Graph.Flows.Direct() {
			if f.ToValue == nil {
				k := spot{f.To, f.At}
				if !slices.Contains(from[k], f.From.Path) {
					from[k] = append(from[k], f.From.Path)
				}
			}
		}
		var out []Finding
		for _, s := range p.Graph.Sinks {
			if s.Covered {
				continue
			}
			values := from[spot{s.Option, s.At}]
			if len(values) == 0 {
				continue // only through other options: there is no read to stand at
			}
			slices.Sort(values)
			out = append(out, Finding{
				At: s.At, Value: s.Option,
				Message: fmt.Sprintf("%s flows into %s, and no annotation says so: write `# sink: %s`", words(values), s.Option, s.Option),
			})
		}
		return out
	},
}
