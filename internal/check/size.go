package check

import "fmt"

var moduleTooLong = Check{
	Name:    "module-too-long",
	Summary: "a module has too many lines",
	Default: Info,
	Doc: `A module is longer than ` + "`max-lines`" + ` (300 unless the configuration says otherwise). Long modules are where values get copied instead of
read. Split it by service.

` + "```toml" + `
[check]
max-lines = 4
` + "```" + `

` + "```nix" + `
-- default.nix --
{ # <- here
  networking.hostName = "tower";
  time.timeZone = "Europe/Vienna";
  services.openssh.enable = true;
}
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		most := p.Config.MaxLines.Int()
		if most == 0 {
			most = 300
		}
		var out []Finding
		for _, m := range p.Graph.Modules {
			if m.Instance == "" && m.Lines > most {
				out = append(out, Finding{
					At: p.top(m.Path), Value: m.Path,
					Message: fmt.Sprintf("this module has %d lines, more than %d: split it", m.Lines, most),
				})
			}
		}
		return out
	},
}

var missingDoc = Check{
	Name:    "missing-doc",
	Summary: "a module or an option says nothing about itself",
	Default: Info,
	Doc: `A module without a header or a leading comment, or an option without a description. One line is enough. The gates
` + "`module-documentation` and `option-documentation`" + ` ask for a share of them.

` + "```nix" + `
-- default.nix --
# The port registry.
{ lib, ... }:
{
  options.my.ports.ssh = lib.mkOption { type = lib.types.port; default = 53844; description = "Where sshd listens."; };
  options.my.ports.web = lib.mkOption { type = lib.types.port; default = 8080; }; # <- here
}
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		var out []Finding
		for _, m := range p.Graph.Modules {
			if m.Instance == "" && !m.Documented && m.Role != "unparsed" && p.Graph.Files[m.Path] != nil {
				out = append(out, Finding{At: p.top(m.Path), Value: m.Path, Message: "this module does not say what it is for: begin it with a comment"})
			}
		}
		for _, o := range p.Graph.Declared {
			if o.Description == "" {
				out = append(out, Finding{At: o.At, Value: o.Path, Message: fmt.Sprintf("the option %s has no description", o.Path)})
			}
		}
		return out
	},
}
