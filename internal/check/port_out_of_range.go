package check

import (
	"fmt"
	"slices"

	"nixsink/graph"
)

var portOutOfRange = Check{
	Name:    "port-out-of-range",
	Summary: "a port lies outside its layer's range",
	Default: Warning,
	InForce: true,
	Doc: `The configuration gives a layer a range of ports, and a port that only modules outside of its own range's layer use lies beyond it. A
port belongs to the layers whose modules read it, or else to the layer that declares it; it may lie in the range of any of them.

` + "```toml" + `
[check.port-ranges]
10-infrastructure = "10000-19999"
20-services = "20000-29999"
` + "```" + `

` + "```nix" + `
-- default.nix --
{ imports = [ ./00-core/ports.nix ./10-infrastructure/dns.nix ./20-services/wiki.nix ]; }
-- 00-core/ports.nix --
{ lib, ... }:
{
  options.my.ports = lib.mkOption { type = lib.types.attrsOf lib.types.port; default = { }; };
  config.my.ports.dns = 10053;
  config.my.ports.wiki = 8080; # <- here
}
-- 10-infrastructure/dns.nix --
{ config, ... }: { services.adguardhome.port = config.my.ports.dns; }
-- 20-services/wiki.nix --
{ config, ... }: { services.wiki.port = config.my.ports.wiki; }
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		if len(p.Config.Ports) == 0 {
			return nil
		}
		var out []Finding
		for _, x := range p.ports() {
			layers := p.layersOf(x.value)
			inside, want := false, ""
			for _, layer := range layers {
				if r, ok := p.Config.Ports[layer]; ok {
					if r.From <= x.number && x.number <= r.To {
						inside = true
					}
					if want != "" {
						want += " or "
					}
					want += fmt.Sprintf("%s (%s)", r, layer)
				}
			}
			if inside || want == "" {
				continue
			}
			out = append(out, Finding{
				At: x.literal.At, Value: x.value.Path,
				Message: fmt.Sprintf("%s has port %d, outside %s", x.value.Path, x.number, want),
				Related: p.readsOf(x.value),
			})
		}
		return out
	},
}

// layersOf are the layers that use a value, in their order: those of its readers, else those that declare it.
func (p *Pass) layersOf(v *graph.Value) []string {
	var out []string
	add := func(file string) {
		if m := p.modules[file]; m != nil && m.Layer != "" && !slices.Contains(out, m.Layer) {
			out = append(out, m.Layer)
		}
	}
	for _, r := range p.readers[v] {
		if r.Kind != graph.Guard {
			add(r.At.File)
		}
	}
	if len(out) == 0 {
		for _, d := range v.Declared {
			add(d.File)
		}
	}
	slices.SortFunc(out, func(a, b string) int { return p.layers[a] - p.layers[b] })
	return out
}

// readsOf are the places that read a value.
func (p *Pass) readsOf(v *graph.Value) []Related {
	var out []Related
	for _, r := range p.readers[v] {
		if r.Kind != graph.Guard {
			out = append(out, Related{At: r.At, Message: "read here"})
		}
	}
	return out
}
