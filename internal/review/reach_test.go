package review

import (
	"fmt"
	"strings"
	"testing"

	"nixsink/internal/check"
)

// reachText is what can be reached, a line for each door.
func reachText(all []Reach) string {
	var b strings.Builder
	for _, r := range all {
		for i, h := range r.Hosts {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(h.Name)
		}
		b.WriteString(":\n")
		for _, f := range r.Off {
			fmt.Fprintf(&b, "  off %s\n", at(f.At))
		}
		for _, f := range r.Trusted {
			fmt.Fprintf(&b, "  all from %s\n", f.Text)
		}
		for _, d := range r.Doors {
			fmt.Fprintf(&b, "  %s %s%s", d.Zone, d.Interface, d.Tunnel)
			if d.Number > 0 {
				fmt.Fprintf(&b, " %d", d.Number)
			}
			if d.To > 0 {
				fmt.Fprintf(&b, "-%d", d.To)
			}
			if d.Protocol != "" {
				b.WriteString("/" + d.Protocol)
			}
			fmt.Fprintf(&b, " %s", strings.Join(d.Services, ", "))
			if d.How != "" && d.How != "firewall" {
				fmt.Fprintf(&b, " (%s)", d.How)
			}
			if d.Perhaps {
				b.WriteString(" perhaps")
			}
			b.WriteByte('\n')
			for _, l := range d.Names {
				fmt.Fprintf(&b, "    %s → %s:%d\n", l.Name, l.Behind, l.Port)
			}
		}
		for _, f := range r.Unknown {
			fmt.Fprintf(&b, "  ? %s\n", f.Text)
		}
	}
	return b.String()
}

func TestReachable(t *testing.T) {
	for name, c := range map[string]struct{ files, want string }{
		"from wherever, a VPN, an interface, or nowhere": {`
-- flake.nix --
{
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./base.nix ./web.nix ]; };
    nixosConfigurations.b = nixpkgs.lib.nixosSystem { modules = [ ./base.nix ]; };
    nixosConfigurations.c = nixpkgs.lib.nixosSystem { modules = [ ./base.nix { services.openssh.openFirewall = false; } ]; };
    nixosConfigurations.d = nixpkgs.lib.nixosSystem { modules = [ ./base.nix ]; };
  };
}
-- base.nix --
{ services.openssh.enable = true; services.openssh.ports = [ 2222 ]; networking.firewall.trustedInterfaces = [ "lo" "tailscale0" ]; }
-- web.nix --
{
  networking.firewall.allowedTCPPorts = [ 80 443 8080 ];
  networking.firewall.interfaces.wg0.allowedUDPPorts = [ 53 ];
  networking.firewall.interfaces.eth1.allowedTCPPorts = [ 9100 ];
  services.nginx.enable = true;
  services.nginx.virtualHosts."photos.example.org".locations."/".proxyPass = "http://127.0.0.1:2283";
  services.immich.port = 2283;
  services.immich.host = "127.0.0.1";
  services.adguardhome.port = 53;
  services.local = { port = 8080; address = "::1"; };
  services.open = { port = 9000; };
}
`, `
nixosConfigurations.a:
  all from tailscale0
  anywhere  80/tcp nginx
    photos.example.org → immich:2283
  anywhere  443/tcp nginx
    photos.example.org → immich:2283
  anywhere  2222/tcp openssh (by default of NixOS)
  anywhere  8080/tcp local (firewall, but local listens on ::1 only)
  interface eth1 9100/tcp 
  vpn wg0 53/udp adguardhome
  shut  9000 open
  machine  2283 immich
nixosConfigurations.b, nixosConfigurations.d:
  all from tailscale0
  anywhere  2222/tcp openssh (by default of NixOS)
nixosConfigurations.c:
  all from tailscale0
  shut  2222 openssh
`},
		"what opens itself, and what a VPN makes": {`
-- flake.nix --
{
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./a.nix ]; };
    nixosConfigurations.b = nixpkgs.lib.nixosSystem { modules = [ ./b.nix ]; };
  };
}
-- a.nix --
{
  networking.wireguard.interfaces.home.listenPort = 51820;
  networking.firewall.interfaces.home.allowedTCPPorts = [ 8080 ];
  networking.firewall.interfaces.ztabcdef.allowedTCPPorts = [ 8081 ];
  networking.firewall.interfaces."nebula.mesh".allowedTCPPorts = [ 8082 ];
  networking.firewall.interfaces.inner.allowedTCPPorts = [ 8083 ];
  networking.firewall.interfaces.office.allowedTCPPorts = [ 8084 ];
  networking.firewall.interfaces.lan.allowedTCPPorts = [ 8085 ];
  systemd.network.netdevs."10-inner".netdevConfig = { Kind = "wireguard"; Name = "inner"; };
  systemd.network.netdevs."20-lan".netdevConfig = { Kind = "bridge"; Name = "lan"; };
  services.openvpn.servers.work.config = ''
    client
    dev office
  '';
  services.zerotierone.enable = true;
  services.nebula.networks.mesh.isLighthouse = true;
  programs.localsend.enable = true;
  virtualisation.podman.defaultNetwork.settings.dns_enabled = true;
  services.openssh = { enable = true; openFirewall = true; ports = [ 2222 ]; };
}
-- b.nix --
{
  services.openssh = { enable = true; openFirewall = true; };
  virtualisation.podman.defaultNetwork.settings = { dns_enabled = true; network_interface = "pods"; };
  networking.firewall.interfaces.home.allowedTCPPorts = [ 8080 ];
  services.zerotierone = { enable = true; port = 9994; };
  programs.localsend = { enable = true; openFirewall = false; };
  services.netbird.clients.friends.port = 51900;
  services.netbird.clients.work = { port = 51901; openFirewall = false; };
}
`, `
nixosConfigurations.a:
  anywhere  2222 openssh
  anywhere  4242/udp nebula (by default of NixOS)
  anywhere  9993/udp zerotierone (by default of NixOS)
  anywhere  53317/tcp localsend (by default of NixOS)
  anywhere  53317/udp localsend (by default of NixOS)
  interface lan 8085/tcp 
  interface podman0 53/udp podman (by default of NixOS)
  vpn home 8080/tcp 
  vpn inner 8083/tcp 
  vpn nebula.mesh 8082/tcp 
  vpn office 8084/tcp 
  vpn ztabcdef 8081/tcp 
nixosConfigurations.b:
  anywhere  22/tcp openssh (by default of NixOS)
  anywhere  9994/udp zerotierone (by default of NixOS)
  anywhere  51900/udp netbird (by default of NixOS)
  interface home 8080/tcp 
  interface pods 53/udp podman (by default of NixOS)
  shut  51901 netbird
`},
		"past the firewall": {`
-- flake.nix --
{ outputs = { nixpkgs, ... }: { nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./a.nix ]; }; }; }
-- a.nix --
{
  virtualisation.oci-containers.containers.web.ports = [ "8000:80" ];
  virtualisation.oci-containers.containers.db.ports = [ "127.0.0.1:5432:5432" ];
  services.cloudflared.tunnels.home.ingress."ssh.example.org" = "ssh://localhost:22";
  programs.mosh.enable = true;
  services.caddy.virtualHosts."x.example.org".extraConfig = "reverse_proxy localhost:3000";
}
`, `
nixosConfigurations.a:
  anywhere  8000 web (published by a container, past the firewall)
  anywhere  60000-61000/udp mosh (by default of NixOS)
  anywhere cloudflared cloudflared (a tunnel past the firewall)
    ssh.example.org → :22
  machine  5432 db
  ? caddy leads on by 1 name such as x.example.org, and nothing is seen that switches it on
`},
		"switches decide, by host": {`
-- flake.nix --
{
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./wiki.nix { my.wiki.enable = true; } ]; };
    nixosConfigurations.b = nixpkgs.lib.nixosSystem { modules = [ ./wiki.nix ]; };
    nixosConfigurations.c = nixpkgs.lib.nixosSystem { modules = [ ./wiki.nix ({ config, lib, ... }: { networking.firewall.enable = false; services.x.port = lib.mkIf config.boot.isContainer 7000; }) ]; };
  };
}
-- wiki.nix --
{ lib, config, ... }: {
  options.my.wiki.enable = lib.mkEnableOption "wiki";
  config = lib.mkIf config.my.wiki.enable {
    networking.firewall.allowedTCPPorts = [ 4000 ];
    services.wiki.port = 4000;
  };
}
`, `
nixosConfigurations.a:
  anywhere  4000/tcp wiki
nixosConfigurations.b:
nixosConfigurations.c:
  off flake.nix:5
  anywhere  7000 x (firewall off) perhaps
`},
		"what a module opens when it is asked to": {`
-- flake.nix --
{ outputs = { nixpkgs, ... }: { nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./a.nix ./web.nix ./agent.nix ]; }; }; }
-- a.nix --
{ config, ... }: {
  services.samba = { enable = true; openFirewall = true; };
  services.immich = { enable = true; openFirewall = true; };
  services.xrdp = { enable = true; openFirewall = true; port = 3390; };
  services.open-webui = { enable = true; openFirewall = true; port = builtins.head config.elsewhere; };
  services.web = { enable = true; openFirewall = true; };
  services.agent = { enable = true; openFirewall = true; };
  services.mailer.settings.SMTP_PORT = 25;
  power.ups = { enable = true; openFirewall = true; };
  programs.localsend = { enable = true; openFirewall = true; };
  programs.steam = { enable = true; remotePlay.openFirewall = true; };
}
-- agent.nix --
{ config, lib, ... }: {
  options.services.agent.openFirewall = lib.mkEnableOption "its port";
  config.networking.firewall.allowedTCPPorts = lib.mkIf config.services.agent.openFirewall [ (lib.toInt config.elsewhere.port) ];
}
-- web.nix --
{ config, lib, ... }: {
  options.services.web = { enable = lib.mkEnableOption "web"; openFirewall = lib.mkEnableOption "its port"; };
  config = lib.mkIf config.services.web.openFirewall { networking.firewall.allowedTCPPorts = [ 3909 ]; };
}
`, `
nixosConfigurations.a:
  anywhere  137/udp samba
  anywhere  138/udp samba
  anywhere  139/tcp samba
  anywhere  445/tcp samba
  anywhere  2283/tcp immich
  anywhere  3390 xrdp
  anywhere  3493/tcp ups
  anywhere  3909/tcp  perhaps
  anywhere  53317/tcp localsend
  anywhere  53317/udp localsend
  anywhere  open-webui
  anywhere  agent
  anywhere  steam
  ? the number of a port that is let in is not known from the text
  ? the number of a port that is let in is not known from the text
  ? the number of a port that is let in is not known from the text
`},
		"what is not known": {`
-- flake.nix --
{ outputs = { nixpkgs, ... }: { nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./a.nix ]; }; }; }
-- a.nix --
{ config, pkgs, ... }: {
  imports = [ config.elsewhere ];
  networking.firewall.enable = false;
  networking.firewall.extraInputRules = "tcp dport 23 accept";
  services.xonotic = { enable = true; openFirewall = true; };
  services.wiki.port = 4000;
}
`, `
nixosConfigurations.a:
  off a.nix:3
  anywhere  4000 wiki (firewall off, unless the rules by hand shut it)
  anywhere  xonotic
  ? rules written by hand may let in more, or less
  ? the number of a port that is let in is not known from the text
  ? 1 import of its modules cannot be followed from the text
`},
	} {
		t.Run(name, func(t *testing.T) {
			same(t, "reach", reachText(Reachable(tree(t, c.files[1:]), check.Config{})), c.want)
		})
	}
}
