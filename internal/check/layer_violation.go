package check

import (
	"fmt"

	"github.com/bmatcuk/doublestar/v4"

	"nixsink/graph"
)

var layerViolation = Check{
	Name:    "layer-violation",
	Summary: "a lower layer reads or imports a higher one",
	Default: Warning,
	Doc: `Layers have an order (` + "`00-core`, `10-infrastructure`, `20-services`" + `), and a module in a lower one imports a module of a higher one, or
reads a value that only a higher one declares: the lower layer cannot be used without the higher one. Move the value down, or turn the
dependency round. What is meant to be so goes into the configuration, with its reason:

    [[check.layer-exceptions]]
    from = "00-core/motd.nix"
    to = "my.media.*"
    reason = "the greeting lists the media services"

An exception that nothing needs is a finding (` + "`unused-exception`" + `).

` + "```nix" + `
-- default.nix --
{ imports = [ ./00-core/motd.nix ./20-services/wiki.nix ]; }
-- 00-core/motd.nix --
{ config, ... }:
{
  users.motd = "The wiki is at ${config.my.wiki.host}"; # <- here
}
-- 20-services/wiki.nix --
{ lib, ... }:
{
  options.my.wiki.host = lib.mkOption { type = lib.types.str; default = "wiki.home.example"; };
}
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		var out []Finding
		for _, c := range p.crossings() {
			if c.exception < 0 {
				out = append(out, c.Finding)
			}
		}
		return out
	},
}

var unusedException = Check{
	Name:    "unused-exception",
	Summary: "an exception of the configuration allows nothing",
	Default: Warning,
	Doc: `An entry of ` + "`[[check.layer-exceptions]]`" + ` matches no read and no import from a lower to a higher layer, or it gives no reason. Remove it, or
say why it is there: the next reader would take it for a promise. It is found at the entry in the configuration file.

` + "```toml" + `
[[check.layer-exceptions]]
from = "00-core/motd.nix"
to = "my.media.*"
reason = "the greeting lists the media services" # <- here
` + "```" + `

` + "```nix" + `
-- default.nix --
{ imports = [ ./00-core/motd.nix ]; }
-- 00-core/motd.nix --
{ users.motd = "Hello"; }
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		used := map[int]bool{}
		for _, c := range p.crossings() {
			used[c.exception] = true
		}
		var out []Finding
		for i, e := range p.Config.Exceptions {
			name := e.From + " → " + e.To
			switch {
			case e.Reason == "":
				out = append(out, Finding{At: p.inConfig(e.From), Value: name, Message: fmt.Sprintf("the layer exception %s gives no reason", name)})
			case !used[i]:
				out = append(out, Finding{At: p.inConfig(e.Reason), Value: name, Message: fmt.Sprintf("the layer exception %s allows nothing: remove it", name)})
			}
		}
		return out
	},
}

// crossing is a dependency of a lower layer on a higher one.
type crossing struct {
	Finding
	exception int // that allows it, -1 if none does
}

// crossings are one for each import, and one for each file and value that it reads.
func (p *Pass) crossings() []crossing {
	var out []crossing
	for _, im := range p.Graph.Imports {
		if im.Disabled || im.External || im.Missing {
			continue
		}
		from, ok1 := p.layer(im.From)
		to, ok2 := p.layer(im.To)
		if !ok1 || !ok2 || from >= to {
			continue
		}
		out = append(out, crossing{Finding{
			At: im.At, Value: im.To,
			Message: fmt.Sprintf("%s (%s) imports %s of the higher layer %s", im.From, p.modules[im.From].Layer, im.To, p.modules[im.To].Layer),
		}, p.exception(im.From, im.To)})
	}
	type key struct {
		file  string
		value *graph.Value
	}
	seen := map[key]int{}
	for _, r := range p.Graph.References {
		if len(r.Value.Declared) == 0 {
			continue
		}
		from, ok := p.layer(r.At.File)
		if !ok {
			continue
		}
		higher := ""
		for _, d := range r.Value.Declared {
			to, ok := p.layer(d.File)
			if !ok || to <= from {
				higher = ""
				break
			}
			higher = p.modules[d.File].Layer
		}
		if higher == "" {
			continue
		}
		k := key{r.At.File, r.Value}
		if i, ok := seen[k]; ok {
			out[i].Related = append(out[i].Related, Related{At: r.At, Message: "and here"})
			continue
		}
		seen[k] = len(out)
		f := Finding{
			At: r.At, Value: r.Value.Path,
			Message: fmt.Sprintf("%s (%s) reads %s, which the higher layer %s declares", r.At.File, p.modules[r.At.File].Layer, described(r.Value), higher),
			Related: declared(r.Value),
		}
		x := p.exception(r.At.File, r.Value.Path)
		for _, d := range r.Value.Declared {
			if x < 0 {
				x = p.exception(r.At.File, d.File)
			}
		}
		out = append(out, crossing{f, x})
	}
	return out
}

// exception is the first entry of the configuration that allows from to depend on to, -1 if none does. Without a reason it allows nothing.
func (p *Pass) exception(from, to string) int {
	for i, e := range p.Config.Exceptions {
		if e.Reason != "" && glob(e.From, from) && glob(e.To, to) {
			return i
		}
	}
	return -1
}

func glob(pattern, name string) bool {
	ok, err := doublestar.Match(pattern, name)
	return err == nil && ok
}
