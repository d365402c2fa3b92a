package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"nixsink/graph"
	"nixsink/internal/secrets"
)

var secretOwner = Check{
	Name:    "secret-owner",
	Summary: "a service's user may not read the secret that it is given",
	Default: Warning,
	InForce: true,
	Doc: `A systemd service that this tree defines runs as a user of its own (` + "`User`, `DynamicUser`" + `) and reads the file of a secret itself, in its script, command or environment. The secret
belongs to root (or to somebody else) and its mode lets nobody else read it. Set its ` + "`owner`, or `group` and `mode`" + `, or hand it over by ` + "`LoadCredential` or `EnvironmentFile`" + `, which systemd reads as root.

Nothing is said where the text does not tell one of them.

` + "```nix" + `
-- default.nix --
{ config, ... }:
{
  age.secrets.db.file = ./db.age;
  age.secrets.web = { file = ./web.age; owner = "web"; };
  systemd.services.app = { script = "app --password-file ${config.age.secrets.db.path}"; serviceConfig.User = "app"; }; # <- here
  systemd.services.web = { script = "web --password-file ${config.age.secrets.web.path}"; serviceConfig.User = "web"; };
}
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		var out []Finding
		seen := map[string]bool{}
		for _, s := range p.secrets().all {
			if !byOption(strings.TrimSuffix(s.Tool, " templates")) || s.Home || strings.Contains(s.Name, "*") {
				continue
			}
			for _, u := range s.Uses {
				user := p.readerOf(u)
				if user == "" || u.Perhaps || s.readableBy(user, p.unitField(u.Unit, "Group", u.In)) || s.forGroup() && p.isMember(user, s.Group.Text) {
					continue
				}
				key := fmt.Sprintf("%s %s %s", s.Tool, s.Name, u.Unit)
				if seen[key] {
					continue
				}
				seen[key] = true
				owner := s.Owner.Text
				if owner == "" || owner == "0" {
					owner = "root"
				}
				f := Finding{At: u.At, Value: u.Option, Message: fmt.Sprintf("systemd.services.%s runs as %s and reads the secret %s (%s), which belongs to %s, mode %s: set its owner, or hand it over by LoadCredential",
					u.Unit, user, s.Name, s.Tool, owner, mode(s))}
				f.Related = append(f.Related, Related{At: s.At, Message: "the secret is declared here"})
				out = append(out, f)
			}
		}
		return out
	},
}

func mode(s *Secret) string {
	if s.Mode.Text == "" {
		return "0400"
	}
	return s.Mode.Text
}

// readerOf is the user that reads a secret's file by a use of it, "" if systemd does, or if the text does not tell.
func (p *Pass) readerOf(u SecretUse) string {
	if u.By != "unit" || strings.Contains(u.Unit, "*") || len(u.Segments) < 4 || u.What != "path" {
		return ""
	}
	field := u.Segments[3]
	if field == "serviceConfig" && len(u.Segments) > 4 {
		field = u.Segments[4]
	}
	if !slices.Contains([]string{"script", "preStart", "postStart", "environment", "Environment", "ExecStart", "ExecStartPre", "ExecStartPost"}, field) {
		return ""
	}
	// "+" and "!" run a command as root.
	text := p.Graph.Text(u.At)
	for _, root := range []string{`"+`, `"!`, `"-+`, `''+`, `''!`} {
		if strings.Contains(text, root) {
			return ""
		}
	}
	for _, other := range []string{"SupplementaryGroups", "PermissionsStartOnly", "AmbientCapabilities", "CapabilityBoundingSet"} {
		if len(p.unitDefinitions(u.Unit, other)) > 0 {
			return ""
		}
	}
	if u.User != "" && u.User != "root" && u.User != "0" && !strings.ContainsAny(u.User, "%$*") {
		return u.User
	}
	if u.User == "" && len(p.unitDefinitions(u.Unit, "User")) == 0 && slices.ContainsFunc(p.unitDefinitions(u.Unit, "DynamicUser"), func(d *graph.Definition) bool {
		return d.Value == true && !d.Conditional && !p.Graph.Intersection(d.In, u.In).Empty()
	}) {
		return "a user made for it"
	}
	return ""
}

// readableBy reports whether a user may read a secret, or the text does not tell.
func (s *Secret) readableBy(user, group string) bool {
	if s.Owner.Set && (s.Owner.Text == "" || s.Owner.Text == user) || s.Mode.Set && s.Mode.Text == "" || s.Group.Set && s.Group.Text == "" {
		return true
	}
	if s.Owner.Set && s.Owner.Text != "root" && s.Owner.Text != "0" {
		// Somebody gave it an owner: another unit, or another way to this one, may be meant.
		if _, err := strconv.Atoi(s.Owner.Text); err == nil {
			return true
		}
	}
	bits, err := strconv.ParseUint(mode(s), 8, 32)
	if err != nil || bits&0o004 != 0 {
		return true
	}
	if bits&0o040 == 0 {
		return false
	}
	// By its group: that of the user is mostly called like the user, and others are not known here.
	return group == "" || s.Group.Text == group || s.Group.Text == user || !s.Group.Set
}

// forGroup reports whether a secret's group may read it, and somebody says which that is.
func (s *Secret) forGroup() bool {
	bits, err := strconv.ParseUint(mode(s), 8, 32)
	return err == nil && bits&0o040 != 0 && s.Group.Set
}

// isMember reports whether a user is in a group, or may be as far as the text tells.
func (p *Pass) isMember(user, group string) bool {
	holds := func(v any, what string) bool {
		list, known := v.([]any)
		return !known || slices.ContainsFunc(list, func(x any) bool { t, text := x.(string); return !text || t == what })
	}
	return slices.ContainsFunc(p.Graph.Definitions, func(d *graph.Definition) bool {
		if len(d.Segments) < 3 || d.Segments[0] != "users" {
			return false
		}
		field := func(name, what string) bool {
			if len(d.Segments) == 4 {
				return d.Segments[3] == name && holds(d.Value, what)
			}
			set, known := d.Value.(map[string]any)
			v, has := set[name]
			return len(d.Segments) == 3 && (!known || has && holds(v, what))
		}
		switch d.Segments[1] {
		case "users", "extraUsers":
			return sameGlob(d.Segments[2], user) && field("extraGroups", group)
		case "groups", "extraGroups":
			return sameGlob(d.Segments[2], group) && field("members", user)
		}
		return false
	})
}

var secretNotRestarted = Check{
	Name:    "secret-not-restarted",
	Summary: "a service keeps the old secret when it changes",
	Default: Info,
	InForce: true,
	Doc: `A systemd service that this tree defines is given a secret of sops-nix, or a template, when it starts, and neither names it in ` + "`restartUnits` or `reloadUnits`" + `: after a change it goes on with the old
one until somebody restarts it.

` + "```nix" + `
-- default.nix --
{ config, ... }:
{
  sops.secrets.db = { };
  sops.secrets.web.restartUnits = [ "web.service" ];
  systemd.services.app.wantedBy = [ "multi-user.target" ];
  systemd.services.app.serviceConfig = { ExecStart = "/bin/app"; EnvironmentFile = config.sops.secrets.db.path; }; # <- here
  systemd.services.web.serviceConfig = { ExecStart = "/bin/web"; EnvironmentFile = config.sops.secrets.web.path; };
}
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		var out []Finding
		seen := map[string]bool{}
		starts := map[string]*unit{}
		for _, u := range p.units() {
			starts[u.name] = u
		}
		for _, s := range p.secrets().all {
			if strings.TrimSuffix(s.Tool, " templates") != "sops-nix" || s.Home || s.Restart || strings.Contains(s.Name, "*") {
				continue
			}
			for _, u := range s.Uses {
				unit := starts[u.Unit]
				if u.What != "path" || u.Perhaps || readWhenRun(u.Segments) || unit == nil || !unit.starts || unit.oneshot || unit.opaque || u.By == "service" || strings.ContainsAny(u.Unit, "*@") || p.timed(u.Unit) || !p.wanted(u.Unit) {
					continue
				}
				if slices.Contains(s.Restarts, u.Unit+".service") || slices.Contains(s.Restarts, u.Unit) || seen[s.Tool+s.Name+"\x00"+u.Unit] {
					continue
				}
				if s.Template && p.restartsBy(s, u.Unit) {
					continue
				}
				seen[s.Tool+s.Name+"\x00"+u.Unit] = true
				out = append(out, Finding{At: u.At, Value: u.Option, Message: fmt.Sprintf("systemd.services.%s keeps the old %s (%s) when it changes: name %s.service in its restartUnits", u.Unit, s.Name, s.Tool, u.Unit),
					Related: []Related{{At: s.At, Message: "the secret is declared here"}}})
			}
		}
		return out
	},
}

// readWhenRun reports whether a field of a unit hands a secret's path on to programs that run later: those in its path, and variables that name no file of their own,
// such as the program that GIT_ASKPASS is.
func readWhenRun(segs []string) bool {
	if len(segs) < 4 || segs[3] == "path" {
		return len(segs) > 3
	}
	if segs[3] != "environment" || len(segs) < 5 {
		return false
	}
	name := strings.ToUpper(segs[4])
	return secrets.KindOf(name) == "" && !slices.ContainsFunc([]string{"FILE", "PATH", "DIR", "CONF", "KEY", "CRED", "SECRET"}, func(s string) bool { return strings.Contains(name, s) })
}

// wanted reports whether something has a unit run from the start of the machine on. What is started on a failure, say, reads its secret each time.
func (p *Pass) wanted(unit string) bool {
	return p.sets(unit, "wantedBy", "requiredBy", "upheldBy", "unitConfig")
}

// sets reports whether a unit has one of some fields, or something in them.
func (p *Pass) sets(unit string, fields ...string) bool {
	for key := range p.unitFields() {
		rest, ok := strings.CutPrefix(key, "systemd.services."+unit+".")
		if ok && slices.ContainsFunc(fields, func(f string) bool { return strings.HasPrefix(rest, f) }) {
			return true
		}
	}
	return false
}

// timed reports whether a unit starts again by itself.
func (p *Pass) timed(unit string) bool {
	return p.sets(unit, "startAt", "restartTriggers", "reloadTriggers") || slices.ContainsFunc(p.Graph.Definitions, func(d *graph.Definition) bool {
		return len(d.Segments) > 2 && d.Segments[0] == "systemd" && d.Segments[1] == "timers" && sameGlob(d.Segments[2], unit)
	})
}

// restartsBy reports whether a secret that a template has a placeholder of restarts a unit: the template changes with it.
func (p *Pass) restartsBy(template *Secret, unit string) bool {
	return slices.ContainsFunc(p.secrets().all, func(s *Secret) bool {
		return (s.Restart || slices.Contains(s.Restarts, unit+".service")) && slices.ContainsFunc(s.Uses, func(u SecretUse) bool {
			path := secrets.Local(u.Segments)
			return u.By == "template" && len(path) > 2 && sameGlob(path[2], template.Name)
		})
	})
}
