package review

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"nixsink/graph"
)

// A question asks for one option.
type question struct {
	name    string
	options []string                        // the option, and the names that it had before
	unset   string                          // what holds where nobody sets it, in NixOS; "" asks nothing then
	worth   func(value any) (string, State) // what a known value means
	missing State                           // what it is worth that nobody sets it
}

func yesNo(yes, no State) func(any) (string, State) {
	return func(v any) (string, State) {
		switch v {
		case true, "yes":
			return "yes", yes
		case false, "no":
			return "no", no
		}
		return fmt.Sprint(v), Neutral
	}
}

// sshQuestions are asked where the tree switches OpenSSH on (nixos/modules/services/networking/ssh/sshd.nix).
var sshQuestions = []question{
	{"login by password", []string{"services.openssh.settings.PasswordAuthentication", "services.openssh.passwordAuthentication"}, "yes", yesNo(Bad, Good), Bad},
	{"keyboard-interactive login", []string{"services.openssh.settings.KbdInteractiveAuthentication", "services.openssh.kbdInteractiveAuthentication"}, "yes", yesNo(Bad, Good), Bad},
	{"login as root", []string{"services.openssh.settings.PermitRootLogin", "services.openssh.permitRootLogin"}, "prohibit-password", func(v any) (string, State) {
		switch v {
		case "yes":
			return "yes", Bad
		case "no":
			return "no", Good
		}
		return fmt.Sprint(v), Neutral
	}, Neutral},
	{"opens its port in the firewall", []string{"services.openssh.openFirewall"}, "yes", yesNo(Neutral, Neutral), Neutral},
}

// upkeepQuestions are asked of every system.
var upkeepQuestions = []question{
	{"garbage collection", []string{"nix.gc.automatic", "programs.nh.clean.enable"}, "no", yesNo(Good, Bad), Bad},
	{"automatic upgrades", []string{"system.autoUpgrade.enable"}, "", yesNo(Neutral, Neutral), Neutral},
	{"bans after failed logins", []string{"services.fail2ban.enable", "services.sshguard.enable", "services.endlessh.enable", "services.crowdsec.enable"}, "", yesNo(Good, Neutral), Neutral},
}

// ask answers a question by what is defined, a fact for each place.
func (s *settings) ask(q question) []Fact {
	var out []Fact
	for _, o := range q.options {
		for _, d := range s.by[o] {
			f := Fact{Name: q.name, At: d.At, In: d.In}
			switch {
			case d.Known && d.Value != nil:
				f.Text, f.State = q.worth(d.Value)
			default:
				f.Text, f.State = "depends on what is not known from the text", Unknown
			}
			if d.Conditional {
				f.Text += ", under a condition"
			}
			out = append(out, f)
		}
	}
	if len(out) == 0 && q.unset != "" {
		out = append(out, Fact{Name: q.name, Text: "not set: " + q.unset + " by default in NixOS", State: q.missing})
	}
	return out
}

// enabled are the definitions that switch something on.
func (s *settings) enabled(option string) (on []*graph.Definition) {
	for _, d := range s.by[option] {
		if d.Value == true || !d.Known {
			on = append(on, d)
		}
	}
	return on
}

// access tells who gets in by SSH, and what is left if that fails. Nothing is asked of a tree that does not switch OpenSSH on.
func (s *settings) access() []Fact {
	on := s.enabled("services.openssh.enable")
	var out []Fact
	for _, d := range on {
		f := Fact{Name: "OpenSSH", Text: "on", At: d.At, In: d.In}
		if d.Conditional || !d.Known {
			f.Text = "on, under a condition"
		}
		out = append(out, f)
	}
	if len(on) > 0 {
		for _, q := range sshQuestions {
			facts := s.ask(q)
			if left := s.without(on, facts); len(left) > 0 && facts[0].At.File != "" {
				facts = append(facts, Fact{Name: q.name, Text: "not set in " + strings.Join(left, ", ") + ": " + q.unset + " by default in NixOS", State: q.missing})
			}
			out = append(out, facts...)
		}
	}
	return append(append(out, s.keys()...), s.recovery(len(on) > 0)...)
}

// without are the hosts that something is switched on in and that no fact speaks of.
func (s *settings) without(on []*graph.Definition, facts []Fact) []string {
	said := map[string]bool{}
	for _, f := range facts {
		for _, h := range s.g.HostsOf(f.In) {
			said[h] = true
		}
	}
	var out []string
	for _, d := range on {
		for _, h := range s.g.HostsOf(d.In) {
			if !said[h] {
				said[h] = true
				out = append(out, h[strings.LastIndexByte(h, '.')+1:])
			}
		}
	}
	slices.Sort(out)
	if len(out) > 4 {
		return []string{fmt.Sprintf("%d hosts", len(out))}
	}
	return out
}

// keys counts the keys that users may log in with; which they are is nobody's business.
func (s *settings) keys() (out []Fact) {
	for _, option := range slices.Sorted(maps.Keys(s.by)) {
		segs := s.by[option][0].Segments
		n := len(segs)
		if n < 4 || segs[0] != "users" || segs[1] != "users" || segs[n-2] != "authorizedKeys" {
			continue
		}
		user := unquote(segs[2])
		if user == "*" {
			user = "a user whose name is computed"
		}
		for _, d := range s.by[option] {
			f := Fact{Name: "keys of " + user, At: d.At, In: d.In, State: Good}
			list, _ := d.Value.([]any)
			what := "key"
			if segs[n-1] == "keyFiles" {
				what = "file of keys"
			}
			switch {
			case len(list) == 0 && d.Known:
				f.Text, f.State = "none", Neutral
			case len(list) == 0:
				f.Text = "a list that is not known from the text"
			case d.Known:
				f.Text = counted(len(list), what)
			default:
				f.Text = "at least " + counted(len(list), what)
			}
			out = append(out, f)
		}
	}
	return out
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	if what == "file of keys" {
		return fmt.Sprintf("%d files of keys", n)
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// recovery tells the ways in that do not need the SSH server: a console with a password, a second network, the initial ramdisk.
func (s *settings) recovery(ssh bool) (out []Fact) {
	add := func(text string, ds []*graph.Definition) {
		for _, d := range ds {
			out = append(out, Fact{Name: "recovery", Text: text, State: Good, At: d.At, In: d.In})
		}
	}
	add("SSH in the initial ramdisk", s.enabled("boot.initrd.network.ssh.enable"))
	add("login at the console without a password", s.by["services.getty.autologinUser"])
	for _, vpn := range []string{"services.tailscale", "services.netbird", "services.zerotierone", "services.nebula"} {
		add(strings.TrimPrefix(vpn, "services.")+" as a second way in", s.enabled(vpn+".enable"))
	}
	for _, option := range slices.Sorted(maps.Keys(s.by)) {
		segs := s.by[option][0].Segments
		if len(segs) == 4 && segs[0] == "users" && segs[1] == "users" && slices.Contains([]string{"hashedPassword", "hashedPasswordFile", "passwordFile", "password", "initialPassword", "initialHashedPassword"}, segs[3]) {
			for _, d := range s.by[option] {
				if d.Value == "!" || d.Value == "*" || d.Value == "" {
					continue
				}
				out = append(out, Fact{Name: "recovery", Text: "password at the console for " + unquote(segs[2]), State: Good, At: d.At, In: d.In})
			}
		}
	}
	if ssh && len(out) == 0 {
		out = append(out, Fact{Name: "recovery", Text: "no way in but the SSH server is set up in the text", State: Bad})
	}
	return out
}

// upkeep tells what keeps a machine running.
func (s *settings) upkeep() (out []Fact) {
	if len(s.g.Hosts()) == 0 && len(s.by["boot.loader.systemd-boot.enable"])+len(s.by["boot.loader.grub.enable"])+len(s.by["networking.hostName"]) == 0 {
		return nil // nothing here is a machine
	}
	limits := append(slices.Clip(s.by["boot.loader.systemd-boot.configurationLimit"]), s.by["boot.loader.grub.configurationLimit"]...)
	limits = append(limits, s.by["boot.loader.limine.maxGenerations"]...)
	for _, d := range limits {
		text := "a limit that is not known from the text"
		if n, ok := d.Value.(int64); ok {
			text = fmt.Sprintf("at most %d", n)
		}
		out = append(out, Fact{Name: "boot generations", Text: text, State: Good, At: d.At, In: d.In})
	}
	if boot := s.enabled("boot.loader.systemd-boot.enable"); len(limits) == 0 && len(boot) > 0 {
		out = append(out, Fact{Name: "boot generations", Text: "no limit: the boot partition fills up", State: Bad, At: boot[0].At, In: boot[0].In})
	}
	for _, q := range upkeepQuestions {
		out = append(out, s.ask(q)...)
	}
	for _, option := range slices.Sorted(maps.Keys(s.by)) {
		segs := s.by[option][0].Segments
		for _, tool := range [][]string{{"services", "restic", "backups"}, {"services", "borgbackup", "jobs"}, {"services", "borgmatic", "enable"}, {"services", "btrbk", "instances"}, {"services", "syncoid", "enable"}, {"services", "znapzend", "enable"}} {
			if len(segs) < 3 || !slices.Equal(segs[:3], tool) {
				continue
			}
			name := tool[1]
			if len(segs) > 3 {
				name += " " + unquote(segs[3])
			}
			if !slices.ContainsFunc(out, func(f Fact) bool { return f.Name == "backup" && f.Text == name }) {
				d := s.by[option][0]
				out = append(out, Fact{Name: "backup", Text: name, State: Good, At: d.At, In: d.In})
			}
		}
	}
	// One of their own, without an option of NixOS for it: a unit that is called so.
	for _, option := range slices.Sorted(maps.Keys(s.by)) {
		d := s.by[option][0]
		if len(d.Segments) < 3 || d.Segments[0] != "systemd" || d.Segments[1] != "services" && d.Segments[1] != "timers" || !isBackup(d.Segments[2]) {
			continue
		}
		text := "a unit of its own, " + unquote(d.Segments[2])
		if !slices.ContainsFunc(out, func(f Fact) bool {
			return f.Name == "backup" && (f.Text == text || strings.HasPrefix(unquote(d.Segments[2]), strings.Fields(f.Text)[0]))
		}) {
			out = append(out, Fact{Name: "backup", Text: text, State: Good, At: d.At, In: d.In})
		}
	}
	if !slices.ContainsFunc(out, func(f Fact) bool { return f.Name == "backup" }) {
		out = append(out, Fact{Name: "backup", Text: "none that could be found (restic, borgbackup, borgmatic, btrbk, syncoid, znapzend, a unit called backup)", State: Bad})
	}
	return out
}

// isBackup reports whether a unit is called after what it does: backups, or a program for them.
func isBackup(unit string) bool {
	return slices.ContainsFunc([]string{"backup", "restic", "borg", "rustic", "kopia", "duplicity", "duplicacy"}, func(word string) bool {
		return strings.Contains(strings.ToLower(unit), word)
	})
}
