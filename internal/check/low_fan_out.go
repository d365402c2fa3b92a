package check

import (
	"fmt"
	"strings"

	"nixsink/graph"
)

var lowFanOut = Check{
	Name:    "low-fan-out",
	Summary: "a value is central, yet hardly any module reads it",
	Default: Info,
	Doc: `A value is declared in one place and read in at most N modules (` + "`low-fan-out = N`" + `, default 1), none of them the one that declares
it, and which is not its module's own interface (a folder that declares and reads it, an option beside the switch of its service). Central values earn their place by being shared; this one could live in the module that reads it. Members of a registry are
not meant: a port registry is central because the numbers must differ, not because they are shared. Neither are switches (` + "`enable`" + `),
nor values of which a file declares five and more of one type side by side: that is a registry, written out.

` + "```nix" + `
-- default.nix --
{ imports = [ ./values.nix ./time.nix ./a.nix ./b.nix ]; }
-- values.nix --
{ lib, ... }:
{
  options.my.zone = lib.mkOption { type = lib.types.str; default = "Europe/Vienna"; }; # <- here
  options.my.domain = lib.mkOption { type = lib.types.str; default = "home.example"; };
}
-- time.nix --
{ config, ... }: { time.timeZone = config.my.zone; }
-- a.nix --
{ config, ... }: { networking.domain = config.my.domain; }
-- b.nix --
{ config, ... }: { services.postfix.domain = config.my.domain; }
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		most := 1
		if p.Config.LowFanOut != nil {
			most = p.Config.LowFanOut.Int()
		}
		siblings := map[family]int{}
		for _, v := range p.Graph.Values {
			if len(v.Declared) > 0 {
				siblings[familyOf(v)]++
			}
		}
		var out []Finding
		for _, v := range p.Graph.Values {
			if len(v.Declared) > 0 && (siblings[familyOf(v)] >= 5 || isSwitch(v)) {
				continue
			}
			if len(v.Declared) == 0 || v.Member || v.Registry || strings.Contains(v.Path, "*") || v.FanOut.Reads == 0 || v.FanOut.Modules > most {
				continue
			}
			f := Finding{At: v.Declared[0], Value: v.Path}
			home := false
			for _, r := range p.readers[v] {
				if r.Kind == graph.Guard {
					continue
				}
				f.Related = append(f.Related, Related{At: r.At, Message: "read here"})
				for _, d := range v.Declared {
					home = home || d.File == r.At.File
				}
			}
			if home || p.interfaceOf(v) {
				continue
			}
			f.Message = fmt.Sprintf("%s is read in %s: it could live there", described(v), count(v.FanOut.Modules, "module"))
			if v.FanOut.Modules != 1 {
				f.Message = fmt.Sprintf("%s is read in only %s", described(v), count(v.FanOut.Modules, "module"))
			}
			out = append(out, f)
		}
		return out
	},
}

// interfaceOf reports whether an option is its module's own interface: the module is a folder whose files declare and read it, or it stands below
// the switch of one service (my.wiki.enable beside my.wiki.port).
func (p *Pass) interfaceOf(v *graph.Value) bool {
	if p.own(v) {
		return true
	}
	n := len(v.Segments)
	return n > 1 && p.values[strings.Join(v.Segments[:n-1], ".")+".enable"] != nil
}

// family is what values have in common that are declared side by side.
type family struct{ file, parent, typ string }

func familyOf(v *graph.Value) family {
	f := family{file: v.Declared[0].File, typ: v.Type}
	if n := len(v.Segments); n > 0 {
		f.parent = strings.Join(v.Segments[:n-1], ".")
	}
	return f
}

// isSwitch reports whether a value turns something on: it stands where hosts look for it, whoever reads it.
func isSwitch(v *graph.Value) bool {
	return len(v.Segments) > 0 && strings.HasPrefix(v.Segments[len(v.Segments)-1], "enable")
}

// count is "1 module", "2 modules".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
