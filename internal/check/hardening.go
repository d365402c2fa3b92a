package check

import (
	"fmt"
	"slices"
	"strings"

	"nixsink/graph"
)

// DefaultHardening are the serviceConfig options that unhardened-service asks for (systemd.exec(5)): those that hardly any service has
// to do without.
var DefaultHardening = []string{
	"NoNewPrivileges", "PrivateTmp", "ProtectSystem", "ProtectHome", "PrivateDevices", "ProtectKernelTunables", "ProtectKernelModules",
	"ProtectControlGroups", "RestrictAddressFamilies", "RestrictSUIDSGID", "LockPersonality", "SystemCallFilter",
}

var unhardenedService = Check{
	Name:    "unhardened-service",
	Summary: "a systemd service does without hardening options",
	Default: Info,
	Doc: `A service that this tree defines (it sets ` + "`script` or `serviceConfig.ExecStart`" + `) sets fewer of the hardening options of systemd.exec(5) than
it should. Options set to false do not count. Services that the tree only adjusts are not meant: the module that defines them hardens
them. Which options are asked for, and how many of them, is up to the configuration:

` + "```toml" + `
[check]
hardening = ["NoNewPrivileges", "PrivateTmp", "ProtectSystem"]
hardening-min = 2
` + "```" + `

Helpers and ` + "`//`" + ` are followed.

` + "```nix" + `
-- default.nix --
{ pkgs, ... }:
let
  hardened = { NoNewPrivileges = true; PrivateTmp = true; };
in
{
  systemd.services.backup.serviceConfig = hardened // { ExecStart = "/bin/backup"; };
  systemd.services.sync.serviceConfig.ExecStart = "/bin/sync"; # <- here
}
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		want := p.Config.Hardening
		if want == nil {
			want = DefaultHardening
		}
		least := len(want)
		if p.Config.MinHarden != nil {
			least = p.Config.MinHarden.Int()
		}
		var out []Finding
		for _, u := range p.units() {
			if !u.starts || u.opaque {
				continue
			}
			var missing []string
			for _, o := range want {
				if !u.set[o] {
					missing = append(missing, o)
				}
			}
			if have := len(want) - len(missing); have < least {
				out = append(out, Finding{
					At: u.at, Value: "systemd.services." + u.name,
					Message: fmt.Sprintf("systemd.services.%s sets %d of %d hardening options: add %s", u.name, have, len(want), words(missing)),
				})
			}
		}
		return out
	},
}

// unit is a systemd service as the tree defines it.
type unit struct {
	name   string
	at     graph.Place // what starts it
	starts bool        // it has a command of its own
	opaque bool        // its serviceConfig is not known, so nothing can be said
	set    map[string]bool
}

// units are the services of all definitions, sorted by name.
func (p *Pass) units() []*unit {
	byName := map[string]*unit{}
	for _, d := range p.Graph.Definitions {
		s := d.Segments
		if len(s) < 3 || s[0] != "systemd" || s[1] != "services" {
			continue
		}
		u := byName[s[2]]
		if u == nil {
			u = &unit{name: s[2], set: map[string]bool{}}
			byName[s[2]] = u
		}
		u.define(s[3:], d)
	}
	var out []*unit
	for _, u := range byName {
		out = append(out, u)
	}
	slices.SortFunc(out, func(a, b *unit) int { return strings.Compare(a.name, b.name) })
	return out
}

func (u *unit) define(path []string, d *graph.Definition) {
	set, _ := d.Value.(map[string]any)
	if len(path) == 0 || len(path) == 1 && path[0] == "serviceConfig" {
		if set == nil && !d.Known {
			// A whole service or serviceConfig out of an unknown function: what it sets is not known either.
			u.opaque = true
			return
		}
		for _, name := range sortedKeys(set) {
			in := *d
			in.Value = set[name]
			in.Known = d.Known || in.Value != nil
			u.define(append(slices.Clone(path), name), &in)
		}
		return
	}
	start := func() {
		// An ExecStart of "" resets what another module set; it starts nothing.
		if d.Value != "" && (!u.starts || comparePlaces(d.At, u.at) < 0) {
			u.starts, u.at = true, d.At
		}
	}
	switch {
	case path[0] == "script":
		start()
	case path[0] == "serviceConfig" && path[1] == "*":
		u.opaque = true
	case path[0] == "serviceConfig":
		if path[1] == "ExecStart" {
			start()
		}
		if !isOff(d.Value) {
			u.set[path[1]] = true
		}
	}
}

func isOff(v any) bool { return v == false || v == "no" || v == "false" }

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
