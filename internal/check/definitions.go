package check

import (
	"fmt"
	"slices"
	"strings"

	"nixsink/graph"
)

var conflictingDefinitions = Check{
	Name:    "conflicting-definitions",
	Summary: "an option is defined twice, to different values",
	Default: Error,
	InForce: true,
	Doc: `Two definitions of one option, unconditional and of the same priority, set it to different numbers or truth values: Nix stops with "conflicting
definition values". Keep one of them, or let it win with ` + "`mkForce`" + `. Found are those in one module, and those of a module and of one that it imports, for
whoever has the first has both.

` + "```nix" + `
-- default.nix --
{
  imports = [ ./base.nix ];
  services.openssh.enable = true; # <- here
}
-- base.nix --
{ services.openssh.enable = false; }
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		var out []Finding
		for _, pair := range p.pairs() {
			d, e := pair[0], pair[1]
			if d.Priority != e.Priority || d.Value == e.Value || isText(d.Value) || isText(e.Value) {
				continue
			}
			out = append(out, Finding{
				At: d.At, Value: d.Option,
				Message: fmt.Sprintf("%s is %v here and %v in %s, with the same priority: Nix rejects that; keep one, or let it win with mkForce", d.Option, d.Value, e.Value, e.At.File),
				Related: []Related{{At: e.At, Message: fmt.Sprintf("%s is %v here", e.Option, e.Value)}},
			})
		}
		return out
	},
}

var overriddenDefinition = Check{
	Name:    "overridden-definition",
	Summary: "a definition never holds, because another one overrides it",
	Default: Warning,
	InForce: true,
	Doc: `Another definition of the option, unconditional and of a stronger priority (` + "`mkForce`" + `, or a plain one beside ` + "`mkDefault`" + `), stands in the same module or
in one that it imports: wherever this one is, the other one is too, and wins. Remove this one.

` + "```nix" + `
-- default.nix --
{ lib, ... }:
{
  imports = [ ./policy.nix ];
  services.openssh.settings.PermitRootLogin = "yes"; # <- here
}
-- policy.nix --
{ lib, ... }:
{ services.openssh.settings.PermitRootLogin = lib.mkForce "no"; }
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		var out []Finding
		for _, pair := range p.pairs() {
			d, e := pair[0], pair[1]
			if d.Priority <= e.Priority {
				continue
			}
			out = append(out, Finding{
				At: d.At, Value: d.Option,
				Message: fmt.Sprintf("%s is never %v: %s sets it to %v with a stronger priority, and is there wherever this is; remove this", d.Option, d.Value, e.At.File, e.Value),
				Related: []Related{{At: e.At, Message: "this one holds"}},
			})
		}
		return out
	},
}

func isText(v any) bool { _, ok := v.(string); return ok }

// makePairs are two definitions of one option each, where every configuration that has the first has the second: both are unconditional, of a known
// priority and a single value, in one module, or the second in one that the first's imports. Of two in one module, each comes first once.
func (p *Pass) makePairs() (out [][2]*graph.Definition) {
	reach := p.importsAll()
	for _, option := range sortedKeys(p.definitionsOf()) {
		all := p.definitionsOf()[option]
		if len(all) < 2 || strings.Contains(option, "*") {
			continue
		}
		var plain []*graph.Definition
		for _, d := range all {
			if d.Module != nil && p.isPlainDefinition(d) && !p.dormant(d.At.File) {
				plain = append(plain, d)
			}
		}
		for _, d := range plain {
			for _, e := range plain {
				if d == e || d.Module.Home != e.Module.Home {
					continue
				}
				same := d.At.File == e.At.File
				if same && d.Priority == e.Priority && comparePlaces(d.At, e.At) < 0 {
					continue // told at the second
				}
				if same || slices.Contains(reach(d.At.File), e.At.File) {
					out = append(out, [2]*graph.Definition{d, e})
					break
				}
			}
		}
	}
	return out
}

// isPlainDefinition reports whether a definition sets one value, and always does, at the top of its file: what stands deeper (modules that a flake
// writes out) belongs to a module of its own.
func (p *Pass) isPlainDefinition(d *graph.Definition) bool {
	if !d.Known || d.Conditional || d.Doubt || d.Priority <= 0 || d.Module != nil && d.Module.Instance != "" {
		return false
	}
	switch d.Value.(type) {
	case bool, int64, float64, string:
	default:
		return false
	}
	o := p.outline(d.At.File)
	if o == nil || strings.TrimPrefix(o.name(d.At.Span), "config.") != d.Option {
		return false
	}
	// What is decided by something else than an option (isDarwin, an argument) is no condition to the graph.
	if slices.ContainsFunc(p.syntax(d.At.File).guards, func(g guarded) bool { return g.body.Contains(d.At.Span) }) {
		return false
	}
	return true
}

// importsAll gives the modules that a file imports, directly and through others, as far as the imports are written out: whoever has the file has them.
func (p *Pass) importsAll() func(file string) []string {
	next := map[string][]string{}
	for _, im := range p.Graph.Imports {
		if p.writtenOut(im) && p.always(im) {
			next[im.From] = append(next[im.From], im.To)
		}
	}
	known := map[string][]string{}
	return func(file string) []string {
		if out, ok := known[file]; ok {
			return out
		}
		var out []string
		queue := next[file]
		for len(queue) > 0 {
			to := queue[0]
			queue = queue[1:]
			if to != file && !slices.Contains(out, to) {
				out = append(out, to)
				queue = append(slices.Clip(queue), next[to]...)
			}
		}
		known[file] = out
		return out
	}
}

// always reports whether an import is the module's own and unconditional: an element of the list at the file's top.
func (p *Pass) always(im *graph.Import) bool {
	o := p.outline(im.From)
	if o == nil || o.name(im.At.Span) != "imports" {
		return false
	}
	s := p.syntax(im.From)
	return !slices.ContainsFunc(s.guards, func(g guarded) bool { return g.body.Contains(im.At.Span) })
}
