package review

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"nixsink/graph"
	"nixsink/internal/check"
)

// A tunnel is a network interface that a VPN makes, as some definition has it.
type tunnel struct {
	name string // of the interface; one that ends in * is any that begins so
	by   string // WireGuard
	is   *graph.Definition
}

// tunnels reads which interfaces of VPNs the definitions make: the names are those that the modules of nixpkgs give (nixos/modules/services/networking).
func tunnels(s *settings) (out []tunnel) {
	kinds := map[string]bool{} // of systemd.network.netdevs: which are WireGuard's
	for _, d := range s.all {
		if g := d.Segments; len(g) == 5 && g[1] == "network" && g[2] == "netdevs" && g[4] == "netdevConfig" {
			set, _ := d.Value.(map[string]any)
			kinds[g[3]] = kinds[g[3]] || set["Kind"] == "wireguard"
		} else if len(g) == 6 && g[1] == "network" && g[2] == "netdevs" && g[5] == "Kind" {
			kinds[g[3]] = kinds[g[3]] || d.Value == "wireguard"
		}
	}
	add := func(d *graph.Definition, name any, by string) {
		if text, _ := name.(string); text != "" && !slices.ContainsFunc(out, func(t tunnel) bool { return t.name == text && t.is.At == d.At }) {
			out = append(out, tunnel{name: unquote(text), by: by, is: d})
		}
	}
	for _, d := range s.all {
		g := d.Segments
		if len(g) < 3 {
			continue
		}
		last := g[len(g)-1]
		switch g[0] + "." + g[1] {
		case "networking.wireguard", "networking.wg-quick":
			if g[2] == "interfaces" && len(g) > 3 {
				add(d, g[3], "WireGuard")
			}
		case "networking.openconnect":
			if g[2] == "interfaces" && len(g) > 3 {
				add(d, g[3], "OpenConnect")
			}
		case "systemd.network":
			if g[2] != "netdevs" || len(g) < 5 || !kinds[g[3]] {
				continue
			}
			if set, ok := d.Value.(map[string]any); ok && last == "netdevConfig" {
				add(d, set["Name"], "WireGuard")
			} else if last == "Name" {
				add(d, d.Value, "WireGuard")
			}
		case "services.tailscale":
			switch {
			case last == "interfaceName":
				add(d, d.Value, "Tailscale")
			case last == "enable" && d.Value == true:
				add(d, "tailscale0", "Tailscale")
			}
		case "services.zerotierone":
			if last == "enable" && d.Value == true {
				add(d, "zt*", "ZeroTier")
			}
		case "services.nebula":
			if g[2] != "networks" || len(g) < 4 {
				continue
			}
			if last == "device" {
				add(d, d.Value, "Nebula")
			} else {
				add(d, "nebula."+unquote(g[3]), "Nebula")
			}
		case "services.netbird":
			switch {
			case len(g) == 3 && last == "enable" && d.Value == true:
				add(d, "wt0", "NetBird")
			case (g[2] == "clients" || g[2] == "tunnels") && len(g) > 3 && last == "interface":
				add(d, d.Value, "NetBird")
			case (g[2] == "clients" || g[2] == "tunnels") && len(g) > 3:
				add(d, "nb-"+unquote(g[3]), "NetBird")
			}
		case "services.tinc":
			if g[2] == "networks" && len(g) > 3 {
				add(d, "tinc."+unquote(g[3]), "tinc")
			}
		case "services.openvpn":
			if g[2] == "servers" && last == "config" {
				if text, ok := d.Value.(string); ok {
					if m := openVPNDevice().FindStringSubmatch(text); m != nil {
						name := m[1]
						if name == "tun" || name == "tap" {
							name += "*"
						}
						add(d, name, "OpenVPN")
					}
				}
			}
		case "services.yggdrasil":
			if last == "IfName" {
				add(d, d.Value, "Yggdrasil")
			}
		}
	}
	return out
}

// openVPNDevice finds what interface a configuration of OpenVPN makes: "dev tun0"; "dev tun" is the first that is free.
var openVPNDevice = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^\s*dev\s+(\S+)`) })

// calledVPN are how network interfaces of VPNs are called: WireGuard, Tailscale, ZeroTier, Nebula, Netbird, OpenVPN, tinc, yggdrasil.
var calledVPN = []string{"wg", "tailscale", "ts", "zt", "nebula", "wt", "nb-", "tun", "tap", "vpn", "tinc", "ygg", "wireguard", "headscale", "mesh"}

// zoneOf is the zone of what the firewall of a machine lets in from an interface, and for a VPN what makes that.
func (r *reacher) zoneOf(h *graph.Configuration, face string) (zone Zone, vpn string) {
	switch face {
	case "":
		return Anywhere, ""
	case "lo":
		return Machine, ""
	}
	for _, t := range r.vpns {
		begin, any := strings.CutSuffix(t.name, "*")
		if (t.name == face || any && strings.HasPrefix(face, begin)) && r.on(h, t.is.In, t.is.At) != check.Never {
			return VPN, t.by
		}
	}
	if slices.ContainsFunc(calledVPN, func(v string) bool { return strings.HasPrefix(strings.ToLower(face), v) }) {
		return VPN, ""
	}
	return Interface, ""
}
