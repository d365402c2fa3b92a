package check

import (
	"fmt"
	"maps"
	"path"
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
it should. Options set to false do not count. Services that the tree only adjusts are not meant, nor those that nixpkgs ships and the tree
enables (` + "`services.NAME`" + `): the module that defines them hardens them. One-shot scripts, which end by themselves, are told apart.

A module that enables a service and hardens nothing is found where a module beside it, in the same folder, hardens its own: somebody meant to, and
this one was left out. Which options are asked for, and how many of them, is up to the configuration:

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
  imports = [ ./apps/n8n.nix ./apps/monica.nix ];
}
-- apps/n8n.nix --
{
  services.n8n.enable = true;
  systemd.services.n8n.serviceConfig = { NoNewPrivileges = true; PrivateTmp = true; ProtectSystem = "strict"; };
}
-- apps/monica.nix --
{ services.monica.enable = true; } # <- here
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
		served := p.servedNames()
		for _, u := range p.units() {
			if !u.starts || u.opaque || served[u.name] {
				continue
			}
			var missing []string
			for _, o := range want {
				if !u.set[o] {
					missing = append(missing, o)
				}
			}
			if have := len(want) - len(missing); have < least {
				what := ""
				if u.oneshot {
					what = ", which runs once and ends,"
				}
				out = append(out, Finding{
					At: u.at, Value: "systemd.services." + u.name,
					Message: fmt.Sprintf("systemd.services.%s%s sets %d of %d hardening options: add %s", u.name, what, have, len(want), words(missing)),
				})
			}
		}
		return append(out, p.besideHardened(want)...)
	},
}

// servedNames are the services that the tree configures by options of their own (services.NAME): whoever declares those defines the unit.
func (p *Pass) servedNames() map[string]bool {
	out := map[string]bool{}
	for _, d := range p.Graph.Definitions {
		if len(d.Segments) > 2 && d.Segments[0] == "services" {
			out[d.Segments[1]] = true
		}
	}
	return out
}

// besideHardened finds modules that enable a service and harden nothing, where a neighbour hardens its own.
func (p *Pass) besideHardened(want []string) []Finding {
	enables := map[string][]*graph.Definition{} // by file
	hardens := map[string]map[string]bool{}     // options of want, by file
	of := map[string]bool{}                     // services that some file hardens
	for _, d := range p.Graph.Definitions {
		s := d.Segments
		switch {
		case len(s) == 3 && s[0] == "services" && s[2] == "enable" && d.Value == true:
			enables[d.At.File] = append(enables[d.At.File], d)
		case len(s) > 2 && s[0] == "systemd" && s[1] == "services":
			u := &unit{set: map[string]bool{}}
			u.define(s[3:], d)
			for _, o := range want {
				if u.set[o] || u.opaque {
					if hardens[d.At.File] == nil {
						hardens[d.At.File] = map[string]bool{}
					}
					hardens[d.At.File][o] = true
					of[s[2]] = true
				}
			}
		}
	}
	example := map[string]string{} // a file that hardens its service, by folder
	for _, file := range slices.Sorted(maps.Keys(enables)) {
		if dir := path.Dir(file); len(hardens[file]) > 1 && example[dir] == "" && !p.dormant(file) {
			example[dir] = file
		}
	}
	var out []Finding
	for _, file := range slices.Sorted(maps.Keys(enables)) {
		beside := example[path.Dir(file)]
		if beside == "" || hardens[file] != nil || isKept(file) {
			continue // one that is not imported yet counts: it would be as it stands
		}
		for _, d := range enables[file] {
			if name := d.Segments[1]; !of[name] {
				out = append(out, Finding{
					At: d.At, Value: "services." + name,
					Message: fmt.Sprintf("services.%s is enabled and nothing hardens it, while %s beside it sets %s", name, beside, words(slices.Sorted(maps.Keys(hardens[beside])))),
					Related: []Related{{At: p.top(beside), Message: "the module that hardens its service"}},
				})
			}
		}
	}
	return out
}

// unit is a systemd service as the tree defines it.
type unit struct {
	name    string
	at      graph.Place // what starts it
	starts  bool        // it has a command of its own
	oneshot bool        // it runs and ends
	opaque  bool        // its serviceConfig is not known, so nothing can be said
	set     map[string]bool
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
		for _, name := range slices.Sorted(maps.Keys(set)) {
			in := *d
			in.Value = set[name]
			in.Known = d.Known || in.Value != nil
			u.define(append(slices.Clone(path), name), &in)
		}
		return
	}
	start := func() {
		// An ExecStart of "" resets what another module set; it starts nothing.
		if d.Value != "" && (!u.starts || graph.ComparePlaces(d.At, u.at) < 0) {
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
		u.oneshot = u.oneshot || path[1] == "Type" && d.Value == "oneshot"
		if !isOff(d.Value) {
			u.set[path[1]] = true
		}
	}
}

func isOff(v any) bool { return v == false || v == "no" || v == "false" }
