package check_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"nixsink/internal/check"
)

// Cases beyond the documentation's examples: what a check must and must not report. A case is a check, a configuration, the body of a module
// and, behind its lines, the marks.
func TestCases(t *testing.T) {
	for _, c := range []struct{ name, check, config, project string }{
		{"a submodule that is not here", "missing-import", "", `
-- default.nix --
{ imports = [ ./private/sys ./privates ]; } # <- here
-- .gitmodules --
[submodule "private"]
	path = private
	url = ../private`},
		{"a folder that a list leaves out by its path", "missing-import", "", `
-- default.nix --
{ lib, ... }:
let
  all = dir: map (e: dir + "/${e}") (builtins.filter (e: e != "default.nix") (builtins.attrNames (builtins.readDir dir)));
  but = dir: list: builtins.filter (e: !(builtins.elem e list)) (all dir);
in
{ imports = but ./parts [ ./parts/old ]; }
-- parts/a.nix --
{ }
-- parts/old/b.nix --
{ }`},
		{"a file that many import and that is nowhere", "missing-import", "", `
-- flake.nix --
{ outputs = { nixpkgs, ... }: { nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./a.nix ./b.nix ]; }; }; }
-- a.nix --
let v = import ./variables.nix; in { networking.hostName = v.name; } # <- here
-- b.nix --
let v = import ./variables.nix; in { time.timeZone = v.zone; }
-- defaults/variables.nix --
{ name = "a"; zone = "UTC"; }`},
		{"a flake that lacks what a machine has", "missing-import", "", `
-- flake.nix --
{ outputs = { nixpkgs, ... }: { nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./hardware-configuration.nix ]; }; }; } # <- here`},
		{"the settings of nixpkgs are taken as they stand", "overridden-definition", "", `
-- configuration.nix --
{ imports = [ ./a.nix ]; nixpkgs.config.allowUnfree = true; }
-- a.nix --
{ lib, ... }: { nixpkgs.config.allowUnfree = lib.mkForce false; }`},
		{"a merge that can be called", "lost-definition", "", `
-- default.nix --
{ lib, ... }:
let merge = lib.mkMerge [ ] // { __functor = self: next: self // { contents = self.contents ++ [ next ]; }; }; in
{ config = merge { services.x.a = 1; } { services.x.b = 2; }; }`},
		{"a file taken away from a list of names", "missing-import", "", `
-- default.nix --
{ lib, ... }:
let names = lib.lists.remove "keys" (builtins.attrNames (lib.filterAttrs (_: t: t == "directory") (builtins.readDir ./homes))); in
{ imports = map (n: ./homes + "/${n}") names; }
-- homes/keys/id.pub --
key
-- homes/anna/default.nix --
{ }`},
		{"of the files that a name may mean, one is imported", "conflicting-definitions", "", `
-- default.nix --
{ config, lib, ... }: { imports = [ (./hosts + "/${config.networking.hostName}.nix") ]; }
-- hosts/a.nix --
{ services.openssh.enable = true; }
-- hosts/b.nix --
{ services.openssh.enable = false; }`},
		{"a conflict on one host", "conflicting-definitions", "", `
-- flake.nix --
{ outputs = { nixpkgs, ... }: {
    nixosConfigurations.web = nixpkgs.lib.nixosSystem { modules = [ ./a.nix ./b.nix ]; };
    nixosConfigurations.db = nixpkgs.lib.nixosSystem { modules = [ ./a.nix ./c.nix ./d.nix ]; };
  }; }
-- a.nix --
{ services.openssh.enable = true; time.timeZone = "Europe/Vienna"; services.x.banner = "a"; }
-- b.nix --
{ services.openssh.enable = false; services.x.banner = "b"; } # <- here
-- c.nix --
{ services.openssh.enable = true; time.timeZone = "UTC"; } # <- here
-- d.nix --
{ lib, ... }: { services.openssh.enable = lib.mkForce false; }`},
		{"every host overrides it", "overridden-definition", "", `
-- flake.nix --
{ outputs = { nixpkgs, ... }: {
    nixosConfigurations.web = nixpkgs.lib.nixosSystem { modules = [ ./a.nix ./web.nix ]; };
    nixosConfigurations.db = nixpkgs.lib.nixosSystem { modules = [ ./a.nix ./db.nix ]; };
  }; }
-- a.nix --
{
  services.x.port = 1; # <- here
  services.y.port = 1;
}
-- web.nix --
{ lib, ... }: { services.x.port = lib.mkForce 2; services.y.port = lib.mkForce 2; }
-- db.nix --
{ lib, ... }: { services.x.port = lib.mkForce 3; }`},
		{"defaults that ask each other", "value-cycle", "", `
-- default.nix --
{ lib, config, ... }:
{
  options.my.a = lib.mkOption { default = config.my.on && !config.my.b; }; # <- here
  options.my.b = lib.mkOption { default = config.my.on && !config.my.a; };
  options.my.on = lib.mkOption { default = false; };
  config.x = [ config.my.a config.my.b ];
}`},
		{"a default on the hosts that leave it at that", "port-collision", "", `
-- flake.nix --
{ outputs = { nixpkgs, ... }: {
    nixosConfigurations.web = nixpkgs.lib.nixosSystem { modules = [ ./values.nix ./web.nix ]; };
    nixosConfigurations.db = nixpkgs.lib.nixosSystem { modules = [ ./values.nix ./db.nix ]; };
  }; }
-- values.nix --
{ lib, config, ... }:
{
  options.my.a = { enable = lib.mkEnableOption "a"; port = lib.mkOption { type = lib.types.port; default = 7001; }; };
  options.my.b = { enable = lib.mkEnableOption "b"; port = lib.mkOption { type = lib.types.port; default = 7001; }; }; # <- here
  options.my.c = { enable = lib.mkEnableOption "c"; port = lib.mkOption { type = lib.types.port; default = 7001; }; };
  config.services.a = lib.mkIf config.my.a.enable { enable = true; port = config.my.a.port; };
  config.services.b = lib.mkIf config.my.b.enable { enable = true; port = config.my.b.port; };
  config.services.c = lib.mkIf config.my.c.enable { enable = true; port = config.my.c.port; };
}
-- web.nix --
{ my.a.enable = true; my.b.enable = true; my.c = { enable = true; port = 7003; }; }
-- db.nix --
{ my.a.enable = true; my.b = { enable = true; port = 7002; }; }`},
		{"the program of ssh connects", "port-collision", "", `
-- default.nix --
{ lib, config, ... }:
let port = lib.mkOption { type = lib.types.port; default = 2222; }; in
{
  options.my.services.openssh.port = port;
  options.my.programs.tools.ssh.port = lib.mkOption { type = lib.types.port; default = 2222; };
  config.services.openssh.ports = [ config.my.services.openssh.port ];
  config.programs.ssh.extraConfig = "Port ${toString config.my.programs.tools.ssh.port}";
}`},
		{"numbers that a function gives out", "port-collision", "", `
-- default.nix --
{ lib, config, ... }:
let
  low = 1025;
  free = n: used: if builtins.elem n used then free (if n > 60000 then low else n + 1) used else n;
in
{
  options.my.ports = lib.mkOption { type = lib.types.attrsOf lib.types.port; default = lib.genAttrs config.my.names (n: free (builtins.stringLength n) [ ]); };
  options.my.names = lib.mkOption { type = lib.types.listOf lib.types.str; default = [ "wiki" "blog" ]; };
  config.services.wiki.port = config.my.ports.wiki;
  config.services.blog.port = config.my.ports.blog;
}`},
		{"what a set of anything holds listens nowhere", "port-collision", "", `
-- default.nix --
{ lib, config, ... }:
{
  options.my.charts = lib.mkOption { type = lib.types.attrs; default = { }; };
  config.my.charts.wiki = { service.port = 7001; probe.port = 7001; };
  config.services.deploy.charts = config.my.charts;
}`},
		{"what is set and declared nowhere is no value", "port-collision", "", `
-- flake.nix --
{ outputs = { nixpkgs, parts, ... }: {
    nixosConfigurations.web = nixpkgs.lib.nixosSystem { modules = [ parts.nixosModules.x ./web.nix ]; };
  }; }
-- web.nix --
{ config, lib, ... }:
{
  options.my.a = lib.mkOption { default = 1; };
  config.my.parts.wiki.service.port = 7001;
  config.my.parts.wiki.probe.port = 7001;
  config.services.x.a = config.my.a;
}`},
		{"an option that another one is declared by", "undeclared-value", "", `
-- default.nix --
{ lib, options, config, ... }:
{
  options.my.firewall = {
    interfaces = options.networking.firewall.trustedInterfaces;
    nat = with options.networking.nat; { inherit externalInterface; };
    inherit (options.networking.nat) internalIPs;
    zone = options.networking.domain // { description = "The zone."; };
  };
  config.services.x = {
    a = config.my.firewall.interfaces;
    b = with config.my.firewall.nat; externalInterface;
    c = config.my.firewall.internalIPs;
    d = config.my.firewall.zone;
    e = config.my.firewall.nat.internalInterface; # <- here
  };
}`},
		{"a home's option, read where nothing imports the reader", "undeclared-value", "", `
-- flake.nix --
{ outputs = { home-manager, ... }: {
    homeConfigurations.anna = home-manager.lib.homeManagerConfiguration { modules = [ ./home.nix ]; };
  }; }
-- home.nix --
{ lib, config, ... }:
{
  options.my.colors = lib.mkOption { type = lib.types.attrsOf lib.types.str; };
  config.my.colors = { red = "#f00"; blue = "#00f"; };
  config.programs.x.color = config.my.colors.blue;
}
-- bar.nix --
{ config, ... }: { programs.bar.color = config.my.colors.red; }`},
		{"a default that a helper makes of a variable", "hard-coded-copy", "", `
-- default.nix --
{ config, lib, ... }:
let
  mkOpt = type: default: lib.mkOption { inherit type default; };
  cfg = config.my.services.photos;
  storagePath = "/var/lib/photos-data";
in
{
  options.my.services.photos.storagePath = mkOpt lib.types.str storagePath;
  config.containers.photos.bindMounts."/x".hostPath = cfg.storagePath;
  config.services.rsync.path = "/var/lib/photos-data"; # <- here
}`},
		{"the name of a key that signs", "hard-coded-copy", "", `
-- default.nix --
{ lib, config, ... }:
{
  options.my.cache.domain = lib.mkOption { type = lib.types.str; default = "cache.home.example"; };
  config.nix.settings.trusted-public-keys = [ "cache.home.example:aAbBcCdDeEfFgGhHiIjJkKlLmMnNoOpPqQrRsStTuU0=" ];
  config.nix.settings.substituters = [ config.my.cache.domain ];
  config.services.x.url = "https://cache.home.example:443/"; # <- here
}`},
		{"what a set holds is not what it is", "hard-coded-copy", "", `
-- default.nix --
{ lib, config, ... }:
let format = import ./format.nix; in
{
  options.my.dns.settings = lib.mkOption { type = format.type; default = { }; };
  options.my.dns.socket = lib.mkOption { type = lib.types.str; default = "/run/dns-control"; };
  config.my.dns.settings.folder = "/run/dns-server";
  config.services.dns = { settings = config.my.dns.settings; socket = config.my.dns.socket; };
  config.services.x.folder = "/run/dns-server";
  config.services.x.socket = "/run/dns-control"; # <- here
}
-- format.nix --
{ type = null; }`},
		{"mkDefaults that a plain definition outweighs on one host", "conflicting-definitions", "", `
-- flake.nix --
{ outputs = { nixpkgs, ... }: {
    nixosConfigurations.web = nixpkgs.lib.nixosSystem { modules = [ ./base.nix ./hardware.nix { networking.useDHCP = false; } ]; };
  }; }
-- base.nix --
{ lib, ... }: { networking.useDHCP = lib.mkDefault false; networking.enableIPv6 = lib.mkDefault false; }
-- hardware.nix --
{ lib, ... }:
{
  networking.useDHCP = lib.mkDefault true;
  networking.enableIPv6 = lib.mkDefault true; # <- here
}`},
		{"what nothing reads is no port", "port-collision", "", `
-- default.nix --
{ lib, config, ... }:
{
  options.my.a.port = lib.mkOption { type = lib.types.port; default = 7001; };
  options.my.b.port = lib.mkOption { type = lib.types.port; default = 7001; };
  config.services.a.port = config.my.a.port;
}`},
		{"one variable for a service and what stands before it", "port-collision", "", `
-- default.nix --
{ config, ... }:
let port = 30000; in
{
  services.wiki.settings.port = port;
  services.front.apps.wiki.port = port;
  services.blog.port = 30001;
  services.shop.port = 30001; # <- here
}`},
		{"where one service finds another", "port-collision", "", `
-- default.nix --
{ lib, config, ... }:
{
  options.my.loki.port = lib.mkOption { type = lib.types.port; default = 3100; };
  options.my.alloy.lokiPort = lib.mkOption { type = lib.types.port; default = 3100; };
  config.services.loki.port = config.my.loki.port;
  config.services.alloy.text = "http://localhost:${toString config.my.alloy.lokiPort}";
}`},
		{"two listeners on one address", "port-collision", "", `
-- default.nix --
{
  services.wiki.port = 9999;
  services.blog = { port = 9999; host = "127.0.0.1"; }; # <- here
}`},
		{"two addresses", "port-collision", "", `
-- default.nix --
{
  services.wiki = { port = 9999; host = "10.0.0.1"; };
  services.blog = { port = 9999; host = "127.0.0.1"; };
}`},
		{"a client and its server", "port-collision", "", `
-- default.nix --
{
  services.db.port = 9999;
  services.blog.database.port = 9999;
}`},
		{"where logs are sent, and where they are received", "port-collision", "", `
-- default.nix --
{ lib, config, ... }:
{
  options.my.sender.port = lib.mkOption { type = lib.types.port; default = 1514; description = "Destination port"; };
  options.my.receiver.port = lib.mkOption { type = lib.types.port; default = 1514; description = "Listen port"; };
  config.services.a.extraConfig = "to ${toString config.my.sender.port}";
  config.services.b.extraConfig = "at ${toString config.my.receiver.port}";
}`},
		{"one service's port in two places, where it is found, and at an address of its own", "port-collision", "", `
-- default.nix --
{ lib, config, ... }:
let port = lib.mkOption { type = lib.types.port; default = 80; }; host = lib.mkOption { type = lib.types.str; default = "localhost"; };
in
{
  options.my.services = lib.mkOption { default = { }; type = lib.types.attrsOf (lib.types.submodule { options = { inherit port host; }; }); };
  options.my.gateway = { authHost = host; authPort = port; listenPort = lib.mkOption { type = lib.types.port; default = 9100; }; };
  options.my.wiki.port = lib.mkOption { type = lib.types.port; default = 9200; };
  options.my.node.port = lib.mkOption { type = lib.types.port; default = 9100; }; # <- here
  options.my.torrent = {
    webuiPort = lib.mkOption { type = lib.types.port; default = 7080; };
    metricsPort = lib.mkOption { type = lib.types.port; default = 7080; }; # <- here
  };
  config.my.gateway.authPort = 9091;
  config.my.services = { auth.port = 9091; blog.port = 9091; wiki.port = 9200; torrent.port = 7080; far = { host = "10.1.2.3"; port = 9100; }; };
  config.services.a = { inherit (config.my.gateway) authPort listenPort; };
  config.services.b.ports = lib.mapAttrsToList (_: s: s.port) config.my.services;
  config.services.c.port = config.my.wiki.port;
  config.services.d.port = config.my.node.port;
  config.services.e = { inherit (config.my.torrent) webuiPort metricsPort; };
  config.services.postgresql.settings.port = 15432;
  config.services.netbox.settings.DATABASES.default.PORT = 15432;
}`},
		{"one of them is off", "port-collision", "", `
-- default.nix --
{
  services.wiki.port = 9999;
  services.blog = { enable = false; port = 9999; };
}`},
		{"a switch that is never turned on", "port-collision", "", `
-- default.nix --
{ lib, config, ... }:
{
  options.my.a = { enable = lib.mkEnableOption "a"; port = lib.mkOption { type = lib.types.port; default = 7001; }; };
  options.my.b = { enable = lib.mkEnableOption "b"; port = lib.mkOption { type = lib.types.port; default = 7001; }; };
  config.my.a.enable = true;
  config.services.a = lib.mkIf config.my.a.enable { enable = true; port = config.my.a.port; };
  config.services.b = lib.mkIf config.my.b.enable { enable = true; port = config.my.b.port; };
}`},
		{"both switches on", "port-collision", "", `
-- default.nix --
{ lib, config, ... }:
{
  options.my.a = { enable = lib.mkEnableOption "a"; port = lib.mkOption { type = lib.types.port; default = 7001; }; };
  options.my.b = { enable = lib.mkEnableOption "b"; port = lib.mkOption { type = lib.types.port; default = 7001; }; }; # <- here
  config.my.a.enable = true;
  config.my.b.enable = true;
  config.services.a = lib.mkIf config.my.a.enable { enable = true; port = config.my.a.port; };
  config.services.b = lib.mkIf config.my.b.enable { enable = true; port = config.my.b.port; };
}`},
		{"on different hosts", "port-collision", "", `
-- default.nix --
{ imports = [ ./values.nix ./hosts/a/default.nix ./hosts/b/default.nix ./hosts/b/guests/c.nix ]; }
-- values.nix --
{ lib, config, ... }:
{
  options.my.a = { enable = lib.mkEnableOption "a"; port = lib.mkOption { type = lib.types.port; default = 7001; }; };
  options.my.b = { enable = lib.mkEnableOption "b"; port = lib.mkOption { type = lib.types.port; default = 7001; }; };
  config.services.a = lib.mkIf config.my.a.enable { enable = true; port = config.my.a.port; };
  config.services.b = lib.mkIf config.my.b.enable { enable = true; port = config.my.b.port; };
}
-- hosts/a/default.nix --
{ my.a.enable = true; services.c.port = 9; }
-- hosts/b/default.nix --
{ my.b.enable = true; services.d.port = 9; services.e = { enable = true; port = 7007; }; }
-- hosts/b/guests/c.nix --
{ services.f = { enable = true; port = 7007; }; }`},
		{"in modules of different hosts, whatever their folders", "port-collision", "", `
-- flake.nix --
{ outputs = { nixpkgs, ... }: {
    nixosConfigurations.web = nixpkgs.lib.nixosSystem { modules = [ ./roles/c.nix ]; };
    nixosConfigurations.db = nixpkgs.lib.nixosSystem { modules = [ ./roles/d.nix ]; };
  }; }
-- roles/c.nix --
{ services.c = { enable = true; port = 7009; }; }
-- roles/d.nix --
{ services.d = { enable = true; port = 7009; }; }`},
		{"switched on by different hosts", "port-collision", "", `
-- flake.nix --
{ outputs = { nixpkgs, ... }: {
    nixosConfigurations.web = nixpkgs.lib.nixosSystem { modules = [ ./values.nix ./roles/c.nix ]; };
    nixosConfigurations.db = nixpkgs.lib.nixosSystem { modules = [ ./values.nix ./roles/d.nix ]; };
    nixosConfigurations.all = nixpkgs.lib.nixosSystem { modules = [ ./values.nix ./roles/d.nix ./roles/e.nix ]; };
  }; }
-- values.nix --
{ lib, config, ... }:
{
  options.my.c = { enable = lib.mkEnableOption "c"; port = lib.mkOption { type = lib.types.port; default = 7001; }; };
  options.my.d = { enable = lib.mkEnableOption "d"; port = lib.mkOption { type = lib.types.port; default = 7001; }; };
  options.my.e = { enable = lib.mkEnableOption "e"; port = lib.mkOption { type = lib.types.port; default = 7001; }; }; # <- here
  config.services.c = lib.mkIf config.my.c.enable { enable = true; port = config.my.c.port; };
  config.services.d = lib.mkIf config.my.d.enable { enable = true; port = config.my.d.port; };
  config.services.e = lib.mkIf config.my.e.enable { enable = true; port = config.my.e.port; };
}
-- roles/c.nix --
{ my.c.enable = true; }
-- roles/d.nix --
{ my.d.enable = true; }
-- roles/e.nix --
{ my.e.enable = true; }`},
		{"one option's port, set twice, and a client of the same family", "port-collision", "", `
-- default.nix --
{ lib, config, ... }:
{
  options.my.ports.web = lib.mkOption { type = lib.types.port; default = 7001; };
  options.my.wiki.port = lib.mkOption { type = lib.types.port; default = 7001; };
  config.services.wiki.port = lib.mkMerge [ config.my.ports.web (lib.mkForce config.my.wiki.port) ];
  config.services.zabbixServer.listen.port = 10051;
  config.services.zabbixWeb.server.port = 10051;
}`},
		{"tcp and udp", "port-collision", "", `
-- default.nix --
{ lib, config, ... }:
{
  options.my.ports = lib.mkOption { type = lib.types.attrsOf lib.types.port; default = { }; };
  config.my.ports = { dnsTcp = 53; dnsUdp = 53; };
  config.x = [ config.my.ports.dnsTcp config.my.ports.dnsUdp ];
}`},
		{"one port is the other by intention", "port-collision", "", `
-- default.nix --
{ lib, config, ... }:
{
  options.my.ports = lib.mkOption { type = lib.types.attrsOf lib.types.port; default = { }; };
  options.my.wiki.port = lib.mkOption { type = lib.types.port; default = config.my.ports.wiki; };
  config.my.ports.wiki = 9999;
  config.services.wiki.port = config.my.wiki.port;
}`},
		{"an exception with its reason", "layer-violation", `
[[check.layer-exceptions]]
from = "00-core/*"
to = "my.wiki.*"
reason = "the greeting lists services"
`, `
-- default.nix --
{ imports = [ ./00-core/motd.nix ./20-services/wiki.nix ]; }
-- 00-core/motd.nix --
{ config, ... }: { users.motd = config.my.wiki.host; }
-- 20-services/wiki.nix --
{ lib, ... }: { options.my.wiki.host = lib.mkOption { type = lib.types.str; default = "x"; }; }`},
		{"an exception without a reason allows nothing", "layer-violation", `
[[check.layer-exceptions]]
from = "00-core/*"
to = "my.wiki.*"
`, `
-- default.nix --
{ imports = [ ./00-core/motd.nix ./20-services/wiki.nix ]; }
-- 00-core/motd.nix --
{ config, ... }: { users.motd = config.my.wiki.host; } # <- here
-- 20-services/wiki.nix --
{ lib, ... }: { options.my.wiki.host = lib.mkOption { type = lib.types.str; default = "x"; }; }`},
		{"a test for a whole namespace is no read of it", "undeclared-value", "", `
-- default.nix --
{ lib, config, ... }:
{
  options.my.a.b = lib.mkOption { type = lib.types.str; default = "x"; };
  config.x = if config ? my && config.my ? a then config.my.a.b else "y";
}`},
		{"a field that some of the services have", "undeclared-value", "", `
-- default.nix --
{ lib, config, ... }:
{
  options.my.services.wiki = { port = lib.mkOption { type = lib.types.port; default = 28081; }; };
  options.my.services.blog = { host = lib.mkOption { type = lib.types.str; default = "x"; }; };
  config.x = map (name: config.my.services.${name}.port or null) [ "wiki" "blog" ];
  config.y = map (name: config.my.services.${name}.prot or null) [ "wiki" ]; # <- here
}`},
		{"a set that nobody reads speaks for its fields and members", "unused-value", "", `
-- default.nix --
{ lib, config, ... }:
{
  options.my.port = lib.mkOption { type = lib.types.port; };
  options.my.pools = lib.mkOption { # <- here
    type = lib.types.attrsOf (lib.types.submodule {
      options.ashift = lib.mkOption { type = lib.types.int; default = 12; };
      options.mode = lib.mkOption { type = lib.types.str; default = "mirror"; };
    });
  };
  config.my.pools.tank.mode = "raidz";
  config.services.x.port = config.my.port;
}`},
		{"a function that declares options", "unused-value", "", `
-- default.nix --
{ lib, config, ... }:
let
  feature = {
    url = lib.mkOption { type = lib.types.str; default = "x"; };
    secret = lib.mkOption { type = lib.types.str; default = "x"; }; # <- here
  };
in
{
  options.my.wiki = feature;
  options.my.blog = feature;
  config.x = config.my.wiki.url;
}`},
		{"members of a registry that is computed", "undeclared-value", "", `
-- default.nix --
{ lib, config, schemes, ... }:
{
  options.my.colors = lib.mkOption { type = lib.types.attrsOf lib.types.str; default = schemes.${config.my.mode}; };
  options.my.mode = lib.mkOption { type = lib.types.str; default = "dark"; };
  options.my.ports = lib.mkOption { type = lib.types.attrsOf lib.types.port; default = { }; };
  config.my.ports.ssh = 22;
  config.x = [ config.my.colors.primary config.my.ports.wiki config.my.ports.ssh ]; # <- here
}`},
		{"a home's option, declared where no import reaches", "undeclared-value", "", `
-- flake.nix --
{
  outputs = { self, nixpkgs, loader, ... }: {
    homeModules.editor = import ./editor.nix;
    nixosModules.ports = import ./ports.nix;
    homes = loader.load ./homes;
  };
}
-- ports.nix --
{ lib, config, ... }:
{
  options.my.ports.ssh = lib.mkOption { type = lib.types.port; default = 22; };
  config.services.openssh.ports = [ config.my.ports.ssh ];
}
-- editor.nix --
{ config, ... }:
{
  programs.editor.color = config.my.colors.primary;
  programs.editor.colour = config.my.colours.primary; # <- here
}
-- homes/colors.nix --
{ lib, config, ... }:
{
  options.my.colors.primary = lib.mkOption { type = lib.types.str; default = "red"; };
}`},
		{"fields of a free-form option", "undeclared-value", "", `
-- default.nix --
{ lib, config, ... }:
{
  options.my.extra = lib.mkOption { type = lib.types.attrs; default = { }; };
  config.x = config.my.extra.colour;
}`},
		{"a read with a fallback is a guard", "undeclared-value", "", `
-- default.nix --
{ lib, config, ... }:
{
  options.my.x = lib.mkOption { type = lib.types.str; default = "x"; };
  config.a.one = lib.attrByPath [ "my" "gone" "path" ] "none" config; # <- here
  config.a.two = config.my.gone2.path or "none"; # <- here
  config.a.three = config.my.x;
  config.a.four = if config.my ? gone3 then config.my.gone3 else 3; # <- here
  config.a.five = config.my.gone4; # <- here
}`},
		{"options handed over are read", "unused-value", "", `
-- default.nix --
{ lib, config, options, ... }:
{
  options.my.user = lib.mkOption { type = lib.types.attrsOf lib.types.anything; default = { }; };
  options.my.gopher = lib.mkOption { type = lib.types.str; default = "x"; }; # <- here
  config.users.bob = lib.mkAliasDefinitions options.my.user;
  config.my.user.shell = "zsh";
}`},
		{"an import that looks first", "missing-import", "", `
-- default.nix --
{ lib, ... }:
let
  local = if builtins.pathExists ./local.nix then import ./local.nix else { };
  gone = import ./gone.nix; # <- here
in
{
  imports = lib.optional (builtins.pathExists ./secret.nix) ./secret.nix;
  a.b = local // gone;
}`},
		{"files that import each other as functions, and a folder that holds its importer", "import-cycle", "", `
-- default.nix --
{ lib, ... }: { imports = map (n: ./. + "/${n}") (builtins.attrNames (builtins.readDir ./.)); a.b = import ./f.nix; }
-- f.nix --
{ x ? import ./g.nix { } }: x
-- g.nix --
{ y ? import ./f.nix { } }: y`},
		{"what a module may look at for its imports", "dependent-imports", "", `
-- a.nix --
{ lib, options, ... }: { imports = if options ? a then [ ./g.nix ] else [ ]; } # <- here
-- b.nix --
{ config, ... }: { imports = [ ./${config.networking.hostName}.nix ]; } # <- here
-- c.nix --
{ lib, config, ... }: let inherit (config.my) blog; in { imports = lib.optionals blog.enable [ ./g.nix ]; } # <- here
-- f.nix --
{ config }: { a.d = config.my.wiki.enable; }
-- g.nix --
{ }
-- d.nix --
{ config, ... }: { perSystem = { config, ... }: { x = config.y; }; flake.nixosModules.a = { imports = [ config.flake.nixosModules.b ]; }; }
-- default.nix --
{ lib, config, options, isDesktop, ... }:
let
  cfg = config.my.wiki;
  inherit (config.my) blog;
in
{
  imports = [
    ./a.nix ./b.nix ./c.nix ./d.nix
    (import ./f.nix { inherit config; })
    (lib.mkIf cfg.enable { a.b = 1; })
    { a.c = config.my.wiki.enable; }
  ] ++ lib.optional isDesktop ./g.nix
    ++ lib.optional cfg.enable ./g.nix # <- here
  ;
  options.my.wiki.enable = lib.mkEnableOption "the wiki";
  options.my.blog.enable = lib.mkEnableOption "the blog";
  config.x = lib.optional cfg.enable 1;
}`},
		{"what may stand beside config", "mixed-module", "", `
-- default.nix --
{ lib, ... }:
{
  imports = [ ./a.nix ./b.nix ];
  _file = "x"; key = "k"; disabledModules = [ ]; meta = { }; freeformType = null; _class = "nixos";
  config.a.b = 1;
}
-- a.nix --
{ a.b = 1; c.config = 2; }
-- b.nix --
let x = 1; in { config = { a.b = x; }; a.c = 2; d = 3; } # <- here`},
		{"definitions that go together", "conflicting-definitions", "", `
-- default.nix --
{ lib, isDarwin, ... }:
{
  imports = [ ./a.nix ] ++ lib.optional false ./b.nix;
  a = lib.mkMerge [ { on = true; } (lib.optionalAttrs isDarwin { off = true; }) (lib.optionalAttrs (!isDarwin) { off = false; }) ]; # <- here
  b.on = lib.mkIf false true;
  c.on = lib.mkDefault true;
  d.on = true;
  e.text = "x";
  f.on = true;
}
-- a.nix --
{ lib, ... }: { a.on = false; b.on = false; c.on = false; d.on = true; e.text = "y"; }
-- b.nix --
{ f.on = false; }`},
		{"definitions that are always overridden", "overridden-definition", "", `
-- a.nix --
{ lib, ... }: { a.on = false; b.on = lib.mkForce false; } # <- here
-- default.nix --
{ lib, ... }:
{
  imports = [ ./a.nix ];
  a.on = lib.mkForce true;
  b.on = true; # <- here
  c.on = lib.mkMerge [ (lib.mkDefault true) false ]; # <- here
}`},
		{"what // makes of a property", "lost-definition", "", `
-- default.nix --
{ lib, config, ... }:
let c = config.a.enable; in
{
  a = lib.mkIf c { b = 1; } // { c = 2; }; # <- here
  b = { b = 1; } // lib.mkForce { c = 2; }; # <- here
  c = lib.mkIf c { b = 1; } // lib.mkIf (!c) { c = 2; }; # <- here
  d = lib.mkIf c ({ b = 1; } // { c = 2; });
  e = lib.optionalAttrs c { b = 1; } // { c = 2; };
  f = lib.mkMerge [ { b = 1; } ] // { };
  g = lib.mkOption { } // { default = 1; };
  h = map (lib.mkIf c) [ ] // { b = 1; };
  i = lib.mkIf c { b = 1; } // lib.mkIf c { c = 2; } // { d = 3; } // lib.mkIf c { e = 4; }; # <- here
  j = { } // lib.mkIf false { b = 1; } // lib.mkIf c { c = 2; };
  k = (lib.mkIf c { b = 1; } // { c = 2; }) // { d = 3; }; # <- here
}`},
		{"hardening set to false does not count", "unhardened-service", "[check]\nhardening = [\"PrivateTmp\"]\n", `
-- default.nix --
{
  systemd.services.a = { script = "x"; serviceConfig.PrivateTmp = true; };
  systemd.services.b = { script = "x"; serviceConfig.PrivateTmp = false; }; # <- here
  systemd.services.nginx.serviceConfig.Restart = "always";
}`},
		{"services that nixpkgs ships", "unhardened-service", "", `
-- default.nix --
{
  services.wiki.enable = true;
  systemd.services.wiki.serviceConfig.ExecStart = "/bin/other";
  systemd.services.backup = { script = "x"; serviceConfig.Type = "oneshot"; }; # <- here
  systemd.services.sync.script = "x"; # <- here
}`},
		{"a registry written out, and switches", "low-fan-out", "", `
-- default.nix --
{ imports = [ ./values.nix ./use.nix ]; }
-- values.nix --
{ lib, ... }:
let
  secret = lib.mkOption { type = lib.types.str; default = "/run/secrets"; };
in
{
  options.my.secrets = { a = secret; b = secret; c = secret; d = secret; e = secret; };
  options.my.wiki.enable = lib.mkEnableOption "the wiki";
  options.my.zone = lib.mkOption { type = lib.types.str; default = "Europe/Vienna"; }; # <- here
}
-- use.nix --
{ config, ... }:
{
  time.timeZone = config.my.zone;
  services.wiki.enable = config.my.wiki.enable;
  x = with config.my.secrets; [ a b c d e ];
}`},
		{"a folder whose modules an unknown function lists", "unreachable-module", "", `
-- configuration.nix --
{ helper, ... }: { imports = helper.modulesIn ./services ++ [ ./wiki.nix ]; }
-- services/ssh.nix --
{ services.openssh.enable = true; }
-- wiki.nix --
{ services.wiki.enable = true; }
-- policy.nix --
{ security.sudo.enable = false; } # <- here`},
		{"low fan-out of a module's own option", "low-fan-out", "", `
-- default.nix --
{ lib, config, ... }:
{
  options.my.wiki.enable = lib.mkEnableOption "the wiki";
  config.services.wiki.enable = config.my.wiki.enable;
}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg, want := config(t, c.config)
			g, marked := analyze(t, strings.TrimPrefix(c.project, "\n")+"\n")
			want = append(want, marked...)
			r := run(t, g, cfg)
			if got := where(r, c.check); !slices.Equal(got, want) {
				t.Errorf("reported %v, marked %v\n%s", got, want, listing(r))
			}
		})
	}
}

// What findings say, where the wording depends on what was found.
func TestMessages(t *testing.T) {
	for _, c := range []struct{ check, project, want string }{
		{"port-collision", `
-- default.nix --
{ lib, config, ... }:
{
  options.my.a = { enable = lib.mkEnableOption "a"; port = lib.mkOption { type = lib.types.port; default = 7001; }; };
  options.my.b = { enable = lib.mkEnableOption "b"; port = lib.mkOption { type = lib.types.port; default = 7001; }; };
  config.services.a = lib.mkIf config.my.a.enable { enable = true; port = config.my.a.port; };
  config.services.b = lib.mkIf config.my.b.enable { enable = true; port = config.my.b.port; };
}`, `my.b.port has port 7001, as my.a.port has: they collide once both are switched on`},
		{"port-collision", `
-- default.nix --
{ lib, config, ... }:
{
  options.my.ports = lib.mkOption { type = lib.types.attrsOf lib.types.port; default = { }; };
  config.my.ports = { a = 7001; b = 7001; c = 7001; };
  config.x = [ config.my.ports.a config.my.ports.b config.my.ports.c ];
}`, `my.ports.b has port 7001, which my.ports.a has already: give one of them another number
my.ports.c has port 7001, which my.ports.a and my.ports.b have already: give one of them another number`},
		{"undeclared-value", `
-- flake.nix --
{
  inputs.age.url = "github:a/b";
  outputs = { self, nixpkgs, age }: {
    nixosConfigurations.tower = nixpkgs.lib.nixosSystem { modules = [ age.nixosModules.default ./default.nix ]; };
  };
}
-- default.nix --
{ lib, config, ... }:
{
  options.my.ports.ssh = lib.mkOption { type = lib.types.port; default = 22; };
  config.x = [ config.my.ports.shh config.my.secrets.key.path config.my.ports.ssh ];
}`, `nothing declares my.ports.shh: did you mean my.ports.ssh?
nothing declares my.secrets.key.path: declare it with mkOption, or remove the read (as far as can be seen: age.nixosModules.default is imported and may declare it)`},
		{"undeclared-value", `
-- default.nix --
{ lib, config, ... }:
{
  options.my.ports.ssh = lib.mkOption { type = lib.types.port; default = 22; };
  config.x = config.my.ports.shh or config.my.ports.ssh;
}`, `nothing declares my.ports.shh, so that what it falls back on always holds: did you mean my.ports.ssh?`},
		{"unused-value", `
-- default.nix --
{ lib, config, helper, ... }:
{
  options.my.a.open = lib.mkOption { default = 1; };
  options.my.b.open = lib.mkOption { default = 1; };
  options.my.c.open = lib.mkOption { default = 1; };
  options.my.d.open = lib.mkOption { default = 1; };
  options.my.e.open = lib.mkOption { default = 1; };
  options.my.f.colour = lib.mkOption { default = 1; };
  options.my.f.shade = lib.mkOption { default = 1; };
  config.x = helper.f.colour;
}`, `nothing reads 5 values of one kind, such as my.a.open: remove them, or read them where it is meant
nothing reads my.f.colour (as far as can be seen: default.nix:10 selects that name from something that is not known)
nothing reads my.f.shade: remove it, or read it where it is meant`},
		{"undeclared-value", `
-- default.nix --
{ lib, config, ... }:
{
  options.my.services.wiki.host = lib.mkOption { type = lib.types.str; default = "x"; };
  options.my.services.blog.host = lib.mkOption { type = lib.types.str; default = "x"; };
  config.x = map (name: config.my.services.${name}.httpPort or null) [ "wiki" "blog" ];
}`, `nothing declares my.services.blog.httpPort, nor the other value that is read here: what it falls back on always holds`},
	} {
		g, _ := analyze(t, strings.TrimPrefix(c.project, "\n")+"\n")
		var got []string
		for _, f := range run(t, g, check.Config{}).Findings {
			if f.Check == c.check {
				got = append(got, f.Message)
			}
		}
		if s := strings.Join(got, "\n"); s != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.check, s, c.want)
		}
	}
}

// If most modules are reached by nothing, it is the entry points that are not known, and that is said once.
func TestUnknownEntries(t *testing.T) {
	project := "-- flake.nix --\n{ outputs = inputs: inputs.loader.load { src = inputs.self; }; }\n"
	for _, name := range strings.Fields("a b c d e f g h i j k l") {
		project += "-- modules/" + name + ".nix --\n{ networking.hostName = \"" + name + "\"; }\n"
	}
	g, _ := analyze(t, project)
	r := run(t, g, check.Config{})
	if got := where(r, "unreachable-module"); len(got) > 1 {
		t.Errorf("%v\n%s", got, listing(r))
	}
}

// A name that is written down is missed; one that a loop over folders has put together may never be asked for.
func TestListed(t *testing.T) {
	g, _ := analyze(t, `
-- default.nix --
{ lib, ... }:
{
  imports = [ ./a/b/c.nix ];
  x = import ./loop.nix;
  y = map (n: import (./a + "/${n}.nix")) [ "gone" ];
}
-- loop.nix --
builtins.mapAttrs (n: _: import (./. + "/${n}/_made.nix")) (builtins.readDir ./.)
-- a/b/c.nix --
{ imports = [ ../keys ../../a/lost.nix ]; }
`[1:])
	var got []string
	for _, f := range run(t, g, check.Config{}).Findings {
		if f.Check == "missing-import" {
			got = append(got, f.Severity.String()+" "+f.Value)
		}
	}
	slices.Sort(got)
	if want := []string{"error a/gone.nix", "error a/keys", "error a/lost.nix", "info a/_made.nix"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// What stands in files that take no part is information: nothing imports them, they lie in an archive or among templates, or their name keeps them
// out of what loaders of folders take.
func TestDormant(t *testing.T) {
	g, _ := analyze(t, `
-- default.nix --
{ lib, ... }:
{
  imports = map (n: ./hosts + "/${n}") (builtins.attrNames (builtins.readDir ./hosts)) ++ [ ./hosts/_c ./archive/old.nix ];
}
-- hosts/_a.nix --
{ imports = [ ./gone.nix ]; }
-- hosts/_c/default.nix --
{ imports = [ ./d.nix ./gone.nix ]; }
-- hosts/_c/d.nix --
{ imports = [ ./gone.nix ]; }
-- archive/old.nix --
{ imports = [ ./gone.nix ]; }
-- templates/host.nix --
{ imports = [ ./gone.nix ]; }
`[1:])
	got := map[string]check.Severity{}
	for _, f := range run(t, g, check.Config{}).Findings {
		if f.Check == "missing-import" {
			got[f.At.File] = f.Severity
			for _, r := range f.Related {
				got[r.At.File] = f.Severity
			}
		}
	}
	want := map[string]check.Severity{
		"hosts/_a.nix": check.Info, "hosts/_c/default.nix": check.Error, "hosts/_c/d.nix": check.Error, "archive/old.nix": check.Info, "templates/host.nix": check.Info,
	}
	if !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// A finding that says "nothing does" steps down where something unseen may, and only there: by configuration, by name, by file.
func TestAccount(t *testing.T) {
	for _, c := range []struct{ name, project, want string }{
		{"an import that is not followed, on one of two hosts", `
-- flake.nix --
{ outputs = { nixpkgs, self, ... }: {
    nixosConfigurations.web = nixpkgs.lib.nixosSystem { modules = [ ./web.nix ./common.nix ]; };
    nixosConfigurations.db = nixpkgs.lib.nixosSystem { modules = [ ./common.nix (self.lib.chosen "db") ]; };
  }; }
-- web.nix --
{ lib, config, ... }: { options.my.banner = lib.mkOption { type = lib.types.str; default = "x"; }; }
-- common.nix --
{ lib, config, ... }: { options.my.port = lib.mkOption { type = lib.types.port; default = 8; }; config.services.x.port = config.my.port; }`,
			"warning unused-value my.banner"},
		{"what may be read by a name that is computed", `
-- default.nix --
{ lib, config, globals, ... }:
{
  imports = [ (globals.loader ./.) ];
  options.my.net.a = lib.mkOption { type = lib.types.str; default = "x"; };
  options.my.web.a = lib.mkOption { type = lib.types.str; default = "x"; };
  options.my.port = lib.mkOption { type = lib.types.port; default = 8; };
  config.services.x.port = config.my.port;
  config.services.y.names = f: f.my.net.${globals.name};
}`, "info unused-value my.net.a, warning unused-value my.web.a"},
		{"a file that is encrypted, and a set that is written out", `
-- default.nix --
{ lib, config, ... }:
{
  imports = [ ./wiki.nix ./vault.nix ];
  options.my.port = lib.mkOption { type = lib.types.port; default = 8; };
  config.services.y = { port = config.my.port; token = config.my.token; };
}
-- wiki.nix --
{ lib, config, ... }:
let cfg = config.my.wiki; in
{
  options.my.wiki.prefix = lib.mkOption { type = lib.types.str; default = "/"; };
  config.services.wiki.prefix = cfg.prefix;
  config.services.wiki.path = cfg.perfix;
}
-- vault.nix --
-----BEGIN AGE ENCRYPTED FILE-----`, "info parse-error , info undeclared-value my.token, info undeclared-value my.wiki.perfix"},
		{"an encrypted file that is data", `
-- default.nix --
{ lib, config, ... }:
{
  options.my.port = lib.mkOption { type = lib.types.port; default = 8; };
  config.services.y = { secrets = import ./vault.nix; token = config.my.token; };
}
-- vault.nix --
-----BEGIN AGE ENCRYPTED FILE-----`, "error undeclared-value my.token, info parse-error , warning unused-value my.port"},
		{"what every machine has for itself, without a flake", `
-- configuration.nix --
{ imports = [ ./hardware-configuration.nix ./disks.nix (import ./variables.nix).module ]; }
-- variables.example.nix --
{ module = { }; }`, "error missing-import disks.nix, info missing-import hardware-configuration.nix, info missing-import variables.nix"},
		{"a short name is no other one mistyped", `
-- default.nix --
{ lib, config, ... }:
{
  options.my.user.name = lib.mkOption { type = lib.types.str; };
  config.services.a = { user = config.my.user.name; home = config.my.user.home or "/home"; title = config.my.user.nme or "nobody"; };
}`, "info undeclared-value my.user.home, warning undeclared-value my.user.nme"},
		{"a palette is more than what is used of it", `
-- default.nix --
{ lib, config, ... }:
let c = default: lib.mkOption { type = lib.types.str; inherit default; }; in
{
  options.my.colours = { red = c "#ff0000"; green = c "#00ff00"; blue = c "#0000ff"; black = c "#000000"; white = c "#ffffff"; };
  options.my.accent = c "#ff0000";
  config.services.getty.helpLine = config.my.colours.red;
}`, "info unused-value my.colours.black, info unused-value my.colours.blue, info unused-value my.colours.green, info unused-value my.colours.white, warning unused-value my.accent"},
		{"options that a tree adds to services of the system", `
-- flake.nix --
{ outputs = { nixpkgs, ... }: { nixosModules.a = ./a.nix; nixosModules.b = ./b.nix; }; }
-- a.nix --
{ config, lib, ... }:
{
  options.services.grafana.recommended = lib.mkEnableOption "what we recommend";
  config = lib.mkIf (config.services.grafana.enable && config.services.grafana.recommended) { services.grafana.settings.users.allow_sign_up = false; };
}
-- b.nix --
{ config, lib, ... }:
{
  options.services.gitea.recommended = lib.mkEnableOption "what we recommend";
  config = lib.mkIf (config.services.gitea.enable && config.services.gitea.recommended) { services.gitea.settings.users.allow_sign_up = false; };
}`, "info undeclared-value services.gitea.enable, info undeclared-value services.grafana.enable"},
		{"what a bound cut, and a set that is written out", `
-- flake.nix --
{ outputs = { nixpkgs, ... }: { nixosConfigurations.web = nixpkgs.lib.nixosSystem { modules = [ ./web.nix ]; }; }; }
-- web.nix --
{ lib, config, ... }:
let cfg = config.my.web; f = x: { options = f (x + 1); }; in
{
  imports = [ (f 0) ];
  options.my.web.prefix = lib.mkOption { type = lib.types.str; default = "/"; };
  config.services.web.prefix = cfg.prefix;
  config.services.web.path = cfg.perfix;
}`, "error undeclared-value my.web.perfix"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, _ := analyze(t, strings.TrimPrefix(c.project, "\n")+"\n")
			var got []string
			for _, f := range run(t, g, check.Config{}).Findings {
				if slices.Contains([]string{"unused-value", "undeclared-value", "parse-error", "missing-import"}, f.Check) {
					got = append(got, f.Severity.String()+" "+f.Check+" "+f.Value)
				}
			}
			slices.Sort(got)
			if s := strings.Join(got, ", "); s != c.want {
				t.Errorf("got %s\nwant %s", s, c.want)
			}
		})
	}
}

// What is told as a warning or an error, and what looks like it and is information.
func TestSevereCases(t *testing.T) {
	for _, c := range []struct{ name, check, project string }{
		{"a set that is made elsewhere", "unused-value", `
-- flake.nix --
{ outputs = { self, nixpkgs, ... }: {
    packages.x86_64-linux = {
      wiki = nixpkgs.legacyPackages.x86_64-linux.wiki;
      tools = nixpkgs.legacyPackages.x86_64-linux.tools;
    };
    nixosConfigurations.web = nixpkgs.lib.nixosSystem { modules = [ ./web.nix { my.packages = self.packages.x86_64-linux; } ]; };
  }; }
-- web.nix --
{ lib, config, ... }:
{
  options.my.packages = lib.mkOption { type = lib.types.attrsOf lib.types.package; };
  options.my.ports = lib.mkOption { type = lib.types.attrsOf lib.types.port; };
  config.my.ports.wiki = 7000;
  config.my.ports.gopher = 7070; # <- here
  config.services.wiki = { package = config.my.packages.wiki; port = config.my.ports.wiki; };
}`},
		{"two services that are told the same", "hard-coded-copy", `
-- default.nix --
{ imports = [ ./mail.nix ./web.nix ./relay.nix ]; }
-- mail.nix --
{ lib, ... }:
{
  options.my.mail = {
    enable = lib.mkEnableOption "mail";
    rootAlias = lib.mkOption { type = lib.types.str; default = "admin@home.example"; };
  };
}
-- relay.nix --
{ config, ... }: { services.postfix.rootAlias = config.my.mail.rootAlias; services.relay.root = "admin@home.example"; } # <- here
-- web.nix --
{ services.httpd.adminAddr = "admin@home.example"; }`},
		{"an input of a computed name", "missing-import", `
-- flake.nix --
{ outputs = inputs: { nixosConfigurations.web = inputs.nixpkgs.lib.nixosSystem { specialArgs = { inherit inputs; }; modules = [ ./web.nix ]; }; }; }
-- web.nix --
{ lib, inputs, config, ... }:
{
  options.my.from = lib.mkOption { type = lib.types.str; };
  config.nixpkgs.overlays = [ (final: prev: import (inputs.${config.my.from} or (throw "no such input")) { }) ];
}`},
		{"an argument's names that its own file uses", "unused-value", `
-- flake.nix --
{ outputs = { nixpkgs, ... }: {
    nixosConfigurations.web = nixpkgs.lib.nixosSystem { specialArgs.vars = import ./vars.nix; modules = [ ./web.nix ]; };
  }; }
-- vars.nix --
rec {
  host = "home.example";
  users = { anna = "ssh-ed25519 AAAA"; bert = "ssh-ed25519 BBBB"; };
  keys = with users; [ anna ];
  url = "https://${host}";
  zone = "Europe/Vienna"; # <- here
}
-- web.nix --
{ vars, ... }: { services.wiki = { inherit (vars) url; }; users.users.root.openssh.authorizedKeys.keys = vars.keys ++ [ vars.users.bert ]; }`},
		{"a type that two options have", "unused-value", `
-- default.nix --
{ lib, config, ... }:
let
  display = lib.types.submodule { options = {
    name = lib.mkOption { type = lib.types.str; default = "a"; };
    rate = lib.mkOption { type = lib.types.int; default = 60; };
  }; };
  lone = lib.types.submodule { options.read = lib.mkOption { type = lib.types.str; }; options.unread = lib.mkOption { type = lib.types.str; }; }; # <- here
in
{
  options.my.displays = lib.mkOption { type = lib.types.listOf display; default = [ ]; };
  options.my.primary = lib.mkOption { type = display; default = { }; };
  options.my.lone = lib.mkOption { type = lone; default = { }; };
  config.services.x.names = map (d: "${d.name} ${toString d.rate}") config.my.displays;
  config.services.x.primary = config.my.primary.name + config.my.lone.read;
}`},
		{"parts that a framework puts together", "conflicting-definitions", `
-- flake.nix --
{ outputs = inputs@{ flake-parts, ... }: flake-parts.lib.mkFlake { inherit inputs; } { imports = [ ./a.nix ./b.nix ./host.nix ]; }; }
-- a.nix --
{ flake.modules.nixos.web = { services.openssh.enable = true; }; }
-- b.nix --
{ flake.modules.nixos.base = { services.openssh.enable = false; time.timeZone = "UTC"; }; flake.modules.nixos.more = { }; }
-- host.nix --
{ inputs, config, ... }:
{ flake.nixosConfigurations.web = inputs.nixpkgs.lib.nixosSystem { modules = with config.flake.modules.nixos; [ web base ]; }; }`},
		{"modules that nothing is seen to import", "port-collision", `
-- flake.nix --
{ outputs = inputs: { hosts = inputs.hive.lib.make ./services; }; }
-- services/wiki.nix --
{ services.wiki.port = 7001; }
-- services/blog.nix --
{ services.blog.port = 7001; }`},
		{"a domain that several services are given side by side, and one that is a service's own", "hard-coded-copy", `
-- default.nix --
{ imports = [ ./services.nix ./host.nix ]; }
-- services.nix --
{ lib, config, ... }:
let s = { enable = lib.mkEnableOption "x"; domain = lib.mkOption { type = lib.types.str; }; }; in
{
  options.my = { auth = s; mail = s; files = s; bird = s; };
  config.services.x = { inherit (config.my.auth) domain; a = config.my.mail.domain; b = config.my.files.domain; c = config.my.bird.domain; };
}
-- host.nix --
{
  my.auth.domain = "home.example";
  my.mail.domain = "home.example";
  my.files.domain = "home.example";
  my.bird.domain = "login.other.example";
  services.bird-login.hostname = "login.other.example"; # <- here
  services.mail-login.hostname = "home.example";
}`},
		{"what stands in for a set that may be missing", "hard-coded-copy", `
-- default.nix --
{ lib, config, ... }:
let
  has = config.my.xs ? store;
  store = if has then config.my.xs.store else { path = "/var/lib/xs/store"; };
in
{
  options.my.xs.store.path = lib.mkOption { type = lib.types.str; default = "/var/lib/xs/store"; };
  config.services.xs.folder = store.path;
  config.services.xs.backup = "/var/lib/xs/store"; # <- here
}`},
		{"where somebody is led to", "hard-coded-copy", `
-- default.nix --
{ lib, config, ... }:
{
  options.my.proxy.defaultRedirect = lib.mkOption { type = lib.types.str; default = "home.example"; };
  config.services.nginx.redirect = config.my.proxy.defaultRedirect;
  config.services.nginx.virtualHosts."wiki.home.example".forceSSL = true;
}`},
		{"the port inside a published one", "hard-coded-copy", `
-- default.nix --
{ lib, config, ... }:
{
  options.my.art.port = lib.mkOption { type = lib.types.port; default = 28188; };
  config.systemd.services.art.script = "docker run -p ${toString config.my.art.port}:28188 art python main.py --port 28188";
  config.systemd.services.probe.script = "curl http://art.example:28188";
}`},
		{"the inside of a container", "hard-coded-copy", `
-- default.nix --
{ lib, config, ... }:
{
  options.my.wiki.stateDir = lib.mkOption { type = lib.types.path; default = "/var/lib/wiki"; };
  config.containers.wiki = {
    bindMounts."/var/lib/wiki".hostPath = config.my.wiki.stateDir;
    config = { ... }: { systemd.services.wiki.serviceConfig.WorkingDirectory = "/var/lib/wiki"; };
  };
  config.services.backup.folders = [ "/var/lib/wiki" ]; # <- here
}`},
		{"a fallback behind an alias", "hard-coded-copy", `
-- default.nix --
{ lib, config, ... }:
let
  configured = config.my.wiki.secretFile;
  used = if configured != null then configured else "/run/wiki/secret.json";
in
{
  options.my.wiki.secretFile = lib.mkOption { type = lib.types.nullOr lib.types.path; default = null; };
  config.my.wiki.secretFile = "/run/wiki/secret.json";
  config.services.wiki.file = used;
}`},
		{"what no host has", "hard-coded-copy", `
-- flake.nix --
{ outputs = { self, nixpkgs, terranix, ... }: {
    nixosConfigurations.web = nixpkgs.lib.nixosSystem { modules = [ ./web.nix ./mail.nix ]; };
    packages.x86_64-linux.terraform = terranix.lib.terranixConfiguration { modules = [ ./dns.nix ]; };
  }; }
-- web.nix --
{ lib, config, ... }:
{
  options.my.domain = lib.mkOption { type = lib.types.str; default = "home.example"; };
  config.networking.domain = config.my.domain;
}
-- mail.nix --
{ config, ... }: { services.dovecot.domain = config.my.domain; services.postfix.origin = "mail.home.example"; } # <- here
-- dns.nix --
{ resource.zone.name = "home.example"; }`},
		{"a file type is no domain", "hard-coded-copy", `
-- default.nix --
{ lib, config, ... }:
{
  options.my.pattern = lib.mkOption { type = lib.types.str; default = "yaml.gitlab"; };
  options.my.domain = lib.mkOption { type = lib.types.str; default = "home.intern"; };
  config.services.x = [ config.my.pattern config.my.domain ];
  config.services.y = { kinds = [ "yaml.gitlab" ]; origin = "mail.home.intern"; }; # <- here
}`},
		{"modules that a flake's modules hold are hosts'", "hard-coded-copy", `
-- flake.nix --
{
  inputs.flake-parts.url = "github:hercules-ci/flake-parts";
  outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } { imports = [ ./hosts.nix ./values.nix ./wiki.nix ./proxy.nix ]; };
}
-- hosts.nix --
{ inputs, self, ... }:
{
  flake.nixosConfigurations.web = inputs.nixpkgs.lib.nixosSystem { modules = [ self.nixosModules.values self.nixosModules.wiki self.nixosModules.proxy ]; };
  flake.nixosConfigurations.db = inputs.nixpkgs.lib.nixosSystem { modules = [ ]; };
}
-- values.nix --
{ flake.nixosModules.values = { lib, ... }: { options.my.wiki.host = lib.mkOption { type = lib.types.str; }; config.my.wiki.host = "wiki.home.intern"; }; }
-- wiki.nix --
{ flake.nixosModules.wiki = { config, ... }: { services.wiki.url = "https://${config.my.wiki.host}"; }; }
-- proxy.nix --
{ flake.nixosModules.proxy = { services.nginx.virtualHosts."wiki.home.intern".forceSSL = true; }; } # <- here`},
		{"what is set inside a set is not the set", "hard-coded-copy", `
-- default.nix --
{ lib, config, ... }:
{
  options.my.sites = (import ./format.nix lib).registry;
  config.my.sites.a = { domain = "home.intern"; mirror = "home.intern"; };
  config.services.web.sites = config.my.sites;
  config.services.dns.zone = "home.intern";
}
-- format.nix --
lib: { registry = lib.mkOption { type = (builtins.fetchTree "x").types.sites; }; }`},
		{"types that take several numbers", "conflicting-definitions", `
-- default.nix --
{ lib, config, ... }:
let big = lib.types.int // { merge = _: defs: lib.foldl' (m: d: lib.max m d.value) 0 defs; }; in
{
  imports = [ ./a.nix ];
  options.my.a = lib.mkOption { type = big; };
  options.my.b = lib.mkOption { type = lib.types.coercedTo lib.types.int lib.singleton (lib.types.listOf lib.types.int); };
  options.my.c = lib.mkOption { type = lib.types.attrs; };
  options.my.d = lib.mkOption { };
  options.my.e = lib.mkOption { };
  options.my.f = lib.mkOption { type = with lib.types; nullOr (ints.between 1 9); };
  options.my.g = lib.mkOption { type = lib.types.attrsOf (lib.types.submodule { options.p = lib.mkOption { type = lib.types.port; }; }); };
  config.my = { a = 1; b = 1; c.x = 1; d = true; };
  config.my.e = 1; # <- here
  config.my.f = 1; # <- here
  config.my.g.x.p = 1; # <- here
  config.nixpkgs.config.allowUnfree = true;
  config.boot.kernel.sysctl."net.core.rmem_max" = 1;
  config.boot.loader.timeout = 1; # <- here
}
-- a.nix --
{
  my = { a = 2; b = 2; c.x = 2; d = false; e = 2; f = 2; g.x.p = 2; };
  nixpkgs.config.allowUnfree = false;
  boot.kernel.sysctl."net.core.rmem_max" = 2;
  boot.loader.timeout = 2;
}`},
		{"services that one host each turns on", "port-collision", `
-- flake.nix --
{ outputs = { nixpkgs, ... }: {
    nixosConfigurations.web = nixpkgs.lib.nixosSystem { modules = [ ./bundle.nix ./search.nix ]; };
    nixosConfigurations.watch = nixpkgs.lib.nixosSystem { modules = [ ./bundle.nix ./watch.nix ]; };
    nixosConfigurations.both = nixpkgs.lib.nixosSystem { modules = [ ./bundle.nix ./wiki.nix ./watch.nix ]; };
  }; }
-- bundle.nix --
{ lib, config, ... }:
{
  options.my.stack.enable = lib.mkEnableOption "the stack";
  config = lib.mkIf config.my.stack.enable { services.gatus = { enable = true; settings.web.port = 8080; }; };
}
-- search.nix --
{ services.searx = { enable = true; settings.server.port = 8080; }; }
-- watch.nix --
{ my.stack.enable = true; }
-- wiki.nix --
{ services.wiki = { enable = true; settings.server.port = 8080; }; } # <- here`},
		{"one address of several values", "hard-coded-copy", `
-- default.nix --
{ config, ... }:
{
  imports = [ ./values.nix ./hosts.nix ./push.nix ];
  services.a.host = config.my.cache.host;
  services.b.host = config.my.nas.address;
}
-- values.nix --
{ lib, ... }:
{
  options.my.cache.host = lib.mkOption { type = lib.types.str; default = "192.168.7.76"; };
  options.my.nas.address = lib.mkOption { type = lib.types.str; default = "192.168.7.76"; };
}
-- hosts.nix --
{
  networking.nas.routes = [ "192.168.7.76/32 dev wg0" ]; # <- here
  networking.cache.routes = [ "192.168.7.76/32 dev wg1" ];
}
-- push.nix --
{ programs.push.to = "ssh://192.168.7.76"; }`},
		{"a member beside one that is read by a computed name", "unused-value", `
-- default.nix --
{ lib, config, ... }:
let folders = [ { user = "anna"; } ]; in
{
  options.my.users = lib.mkOption { type = lib.types.attrsOf lib.types.bool; default = { }; };
  options.my.ports = lib.mkOption { type = lib.types.attrsOf lib.types.port; default = { }; };
  config.my.users = { anna = true; bert = true; };
  config.my.ports = {
    wiki = 28081;
    gopher = 7070; # <- here
  };
  config.services.wiki.port = config.my.ports.wiki;
  config.services.sync.folders = builtins.filter (f: config.my.users.${f.user} or false) folders;
}`},
		{"a table of names that are data is told a value", "hard-coded-copy", `
-- default.nix --
{ lib, config, ... }:
{
  options.my.redirects = lib.mkOption { type = lib.types.attrsOf lib.types.str; default = { }; };
  options.my.wiki.domain = lib.mkOption { type = lib.types.str; };
  config.my.wiki.domain = "wiki.home.intern";
  config.my.redirects."old.home.intern" = "wiki.home.intern"; # <- here
  config.services.wiki.host = config.my.wiki.domain;
  config.services.web.hosts = lib.mapAttrs (from: to: "${from} ${to}") config.my.redirects;
}`},
		{"two values that are filled in elsewhere", "hard-coded-copy", `
-- default.nix --
{ lib, config, ... }:
{
  options.my.email = lib.mkOption { type = lib.types.str; };
  options.my.gitEmail = lib.mkOption { type = lib.types.str; };
  config.my.email = lib.mkDefault "user@example.com";
  config.my.gitEmail = lib.mkDefault "user@example.com";
  config.services.x.email = config.my.email;
  config.services.y.email = [ config.my.email config.my.gitEmail ];
}`},
		{"data that is used otherwise, too", "unused-value", `
-- default.nix --
{ lib, config, pkgs, ... }:
let catalog = import ./catalog.nix; in
{
  imports = [ ./once.nix ];
  options.my.projections = lib.mkOption { type = lib.types.attrsOf (lib.types.attrsOf lib.types.str); default = { }; };
  options.my.hosts = lib.mkOption { type = lib.types.attrsOf (lib.types.attrsOf lib.types.str); default = { }; };
  config.my.projections = catalog.projections;
  config.environment.etc."catalog.json".text = builtins.toJSON (map (lib.getAttr "unit") (catalog.list or [ ]));
  config.services.wiki.file = config.my.projections.wiki.path;
  config.services.wiki.host = config.my.hosts.wiki.name;
}
-- once.nix --
let hosts = import ./hosts.nix; in { my.hosts = hosts; }
-- catalog.nix --
{ projections.wiki = { path = "/run/wiki"; unit = "wiki"; }; }
-- hosts.nix --
{
  wiki.name = "wiki";
  wiki.rack = "left"; # <- here
}`},
		{"what a program's environment is told", "hard-coded-copy", `
-- flake.nix --
{ outputs = { nixpkgs, ... }: { nixosConfigurations.nas = nixpkgs.lib.nixosSystem { modules = [ ./llama.nix ./nas.nix ]; }; }; }
-- llama.nix --
{ lib, config, ... }:
{
  options.my.llama.serviceEnvironment = lib.mkOption { type = lib.types.attrsOf lib.types.str; default = { }; };
  options.my.llama.paths = lib.mkOption { type = lib.types.attrsOf lib.types.str; default = { }; };
  config.systemd.services.llama.environment = config.my.llama.serviceEnvironment // { PATHS = toString (builtins.attrValues config.my.llama.paths); };
  config.systemd.tmpfiles.rules = [ "d /var/cache/llama/hub 0755 root root" "d /var/lib/llama/models 0755 root root" ]; # <- here
}
-- nas.nix --
{ my.llama.serviceEnvironment.HF_HOME = "/var/cache/llama/hub"; my.llama.paths.models = "/var/lib/llama/models"; }`},
		{"a name that says what it holds", "hard-coded-copy", `
-- default.nix --
{ lib, config, ... }:
{
  imports = [ ./boot.nix ];
  options.my.ipxe.targets = lib.mkOption {
    type = lib.types.attrsOf (lib.types.nullOr lib.types.str);
    default = { "bin-x86_64-efi/snponly.efi" = "snponly.efi"; mail = "mail.home.example"; };
  };
  config.services.boot.targets = config.my.ipxe.targets;
}
-- boot.nix --
{ services.dnsmasq.settings.pxe-service = [ "tag:#ipxe,x86-64_EFI,Boot,snponly.efi" ]; services.postfix.origin = "mail.home.example"; } # <- here`},
		{"a folder that is somebody's", "hard-coded-copy", `
-- default.nix --
{ lib, config, ... }:
{
  imports = [ ./home/anna/ssh.nix ./desktop.nix ./nix.nix ];
  options.my.username = lib.mkOption { type = lib.types.str; };
  config.my.username = "anna";
  config.users.users.${config.my.username}.isNormalUser = true;
}
-- nix.nix --
{ config, ... }: { nix.settings.trusted-users = [ config.my.username ]; }
-- home/anna/ssh.nix --
{ services.ssh-agent.username = "anna"; }
-- desktop.nix --
{ services.greeter.username = "anna"; } # <- here`},
		{"a flake below that this one does not take", "missing-import", `
-- flake.nix --
{
  inputs.tools.url = "path:./tools";
  outputs = { nixpkgs, tools, ... }: { nixosConfigurations.web = nixpkgs.lib.nixosSystem { modules = [ tools.nixosModules.a ./none.nix ]; }; }; # <- here
}
-- tools/flake.nix --
{ outputs = _: { nixosModules.a = { imports = [ ./none.nix ]; }; }; } # <- here
-- skeletons/web/flake.nix --
{ outputs = _: { nixosModules.a = { imports = [ ./module.nix ]; }; }; }`},
		{"what a command asks a configuration for", "unused-value", `
-- default.nix --
{ lib, config, pkgs, ... }:
{
  options.my.vm = { id = lib.mkOption { default = 1; }; memory = lib.mkOption { default = 2; }; };
  options.my.vms = lib.mkOption { default = 1; }; # <- here
  config.environment.systemPackages = [
    (pkgs.writeShellScriptBin "create" ''nix eval ".#nixosConfigurations.''${1}.config.my.vm" --json'')
  ];
}`},
		{"functions that an argument holds", "unused-value", argumentOfModules},
		{"functions that an argument holds", "undeclared-value", argumentOfModules},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, marks := analyze(t, strings.TrimPrefix(c.project, "\n")+"\n")
			r := run(t, g, check.Config{})
			r.Findings = slices.DeleteFunc(r.Findings, func(f check.Finding) bool { return f.Severity <= check.Info })
			if got := where(r, c.check); !slices.Equal(got, marks) {
				t.Errorf("warned of %v, marked %v\n%s", got, marks, listing(r))
			}
		})
	}
}

// argumentOfModules passes homes to modules by an argument. What is in them is the homes' own, and no part of the argument.
const argumentOfModules = `
-- flake.nix --
{
  outputs = { nixpkgs, home-manager, ... }: let
    users = { anna = { home-manager = import ./anna.nix; shell = "zsh"; }; };
    args = { inherit users; owner = "anna"; };
  in {
    nixosConfigurations.tower = nixpkgs.lib.nixosSystem {
      specialArgs = args;
      modules = [ home-manager.nixosModules.home-manager ./host.nix (import ./homes.nix args) ];
    };
  };
}
-- host.nix --
{ users, owner, ... }: { users.users.anna.shell = users.anna.shell; users.users.bob.shell = users.${owner}.shell; }
-- homes.nix --
params: {
  home-manager.users = builtins.mapAttrs (name: user: user.home-manager) params.users;
  home-manager.extraSpecialArgs = params;
}
-- anna.nix --
{ config, lib, ... }: { home.sessionVariables.X = config.programs.slack; home.sessionVariables.Y = if config.services.podman.enable then 1 else 2; }
`
