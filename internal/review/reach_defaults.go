package review

import (
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/internal/check"
)

// A selfOpener is a module of nixpkgs that lets its ports in without being asked to, which its manual calls an exception.
type selfOpener struct {
	service   string
	on        string // the option that switches it on by being true, or by holding the port where from is 0; a * stands for any name
	shut      string // the option that keeps it shut when it is false; "" if there is none
	from, to  int    // 0: the port is what on holds
	protocols []string
	face      string // the interface that it lets in from; "" for all
	faceIs    string // the option that says otherwise
	source    string // below nixos/modules of nixpkgs
}

var (
	tcp    = []string{"tcp"}
	udp    = []string{"udp"}
	tcpUDP = []string{"tcp", "udp"}
)

// selfOpeners are as of 2026. Others did so once (unifi, snapserver, factorio, hadoop) and ask by now.
var selfOpeners = []selfOpener{
	{"openssh", "services.openssh.enable", "services.openssh.openFirewall", 22, 0, tcp, "", "", "services/networking/ssh/sshd.nix"},
	{"avahi", "services.avahi.enable", "services.avahi.openFirewall", 5353, 0, udp, "", "", "services/networking/avahi-daemon.nix"},
	{"mosh", "programs.mosh.enable", "programs.mosh.openFirewall", 60000, 61000, udp, "", "", "programs/mosh.nix"},
	{"kdeconnect", "programs.kdeconnect.enable", "", 1714, 1764, tcpUDP, "", "", "programs/kdeconnect.nix"},
	{"localsend", "programs.localsend.enable", "programs.localsend.openFirewall", 53317, 0, tcpUDP, "", "", "programs/localsend.nix"},
	{"zerotierone", "services.zerotierone.enable", "", 9993, 0, udp, "", "", "services/networking/zerotierone.nix"},
	{"netbird", "services.netbird.enable", "services.netbird.clients.default.openFirewall", 51820, 0, udp, "", "", "services/networking/netbird.nix"},
	{"netbird", "services.netbird.clients.*.port", "services.netbird.clients.*.openFirewall", 0, 0, udp, "", "", "services/networking/netbird.nix"},
	{"nebula", "services.nebula.networks.*.listen.port", "", 0, 0, udp, "", "", "services/networking/nebula.nix"},
	{"nebula", "services.nebula.networks.*.isLighthouse", "", 4242, 0, udp, "", "", "services/networking/nebula.nix"},
	{"nebula", "services.nebula.networks.*.isRelay", "", 4242, 0, udp, "", "", "services/networking/nebula.nix"},
	{"flannel", "services.kubernetes.flannel.enable", "", 8285, 0, udp, "", "", "services/cluster/kubernetes/flannel.nix"},
	{"flannel", "services.kubernetes.flannel.enable", "", 8472, 0, udp, "", "", "services/cluster/kubernetes/flannel.nix"},
	{"podman", "virtualisation.podman.defaultNetwork.settings.dns_enabled", "", 53, 0, udp, "podman0", "virtualisation.podman.defaultNetwork.settings.network_interface", "virtualisation/podman/default.nix"},
}

// said finds the definition that gives an option a value on a machine; nil if there is none.
func (r *reacher) said(h *graph.Configuration, option string, value any) (*graph.Definition, check.Hold) {
	for _, d := range r.by[option] {
		if d.Value == value {
			if held := r.on(h, d.In, d.At); held != check.Never {
				return d, held
			}
		}
	}
	return nil, check.Never
}

// A switchOn is a definition that has a module of nixpkgs open a port.
type switchOn struct {
	is   *graph.Definition
	held check.Hold
	port int
}

// named are the definitions of an option; a * stands for any name. They are looked up once for all machines.
func (r *reacher) named(option string) []*graph.Definition {
	if !strings.Contains(option, "*") {
		return r.by[option]
	}
	defs, again := r.globbed[option]
	if !again {
		names := strings.Split(option, ".")
		for _, d := range r.all {
			if slices.EqualFunc(names, d.Segments, func(n, seg string) bool { return n == "*" || n == seg }) {
				defs = append(defs, d)
			}
		}
		r.globbed[option] = defs
	}
	return defs
}

// switches finds the definitions that have a module of nixpkgs open its ports on a machine, one for each port.
func (r *reacher) switches(h *graph.Configuration, s selfOpener) (out []switchOn) {
	any := slices.Index(strings.Split(s.on, "."), "*")
	for _, d := range r.named(s.on) {
		port := s.from
		if n, ok := d.Value.(int64); ok && port == 0 {
			port = int(n)
		} else if d.Value != true {
			continue
		}
		shut := s.shut
		if any >= 0 {
			shut = strings.Replace(shut, "*", d.Segments[any], 1)
		}
		if kept, _ := r.said(h, shut, false); shut != "" && kept != nil {
			continue
		}
		held := r.on(h, d.In, d.At)
		if held != check.Never && port > 0 && !slices.ContainsFunc(out, func(o switchOn) bool { return o.port == port }) {
			out = append(out, switchOn{d, held, port})
		}
	}
	return out
}

// byDefault are the doors of services that open their own, beside those that are known.
func (r *reacher) byDefault(h *graph.Configuration, known []Door) (out []Door) {
	for _, s := range selfOpeners {
		for _, on := range r.switches(h, s) {
			out = append(out, r.opened(h, s, on, known)...)
		}
	}
	return out
}

// opened are the doors that one module opens, beside those that are known: one of its service that nothing lets in is let in by it.
func (r *reacher) opened(h *graph.Configuration, s selfOpener, on switchOn, known []Door) (out []Door) {
	if s.face != "" {
		for _, d := range r.by[s.faceIs] {
			if name, ok := d.Value.(string); ok && r.on(h, d.In, d.At) != check.Never {
				s.face = name
			}
		}
	}
	zone, vpn := r.zoneOf(h, s.face)
	door := Door{Zone: zone, Interface: s.face, VPN: vpn, Number: on.port, To: s.to, Services: []string{s.service}, How: "by default of NixOS", Perhaps: on.held == check.Perhaps, At: on.is.At}
	found := false
	for i := range known {
		k := &known[i]
		ours := slices.Contains(k.Services, s.service) && (s.from > 0 || k.Number == on.port)
		switch {
		case ours && k.Zone == Shut:
			k.Zone, k.Interface, k.VPN, k.How, k.At, k.Perhaps = zone, s.face, vpn, door.How, door.At, door.Perhaps
			k.Protocol = s.protocols[0]
			for _, protocol := range s.protocols[1:] {
				other := *k
				other.Protocol = protocol
				out = append(out, other)
			}
			found = true
		case ours && k.Number == 0 && k.open():
			// It is told to open the port that it has when nobody says another.
			k.Number, k.To, k.Protocol = on.port, s.to, s.protocols[0]
			for _, protocol := range s.protocols[1:] {
				other := *k
				other.Protocol = protocol
				out = append(out, other)
			}
			found = true
		case ours, k.Number == on.port && k.Zone == Anywhere && s.to == 0:
			found = true
		}
	}
	if found {
		return out
	}
	for _, protocol := range s.protocols {
		door.Protocol = protocol
		out = append(out, door)
	}
	return out
}
