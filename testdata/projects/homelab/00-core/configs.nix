# meta:
#   title: Central values
#   owner: mira
#   status: active
#   layer: 00-core
#   summary: Who we are and what our network looks like. Written here once, read everywhere.

{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  inherit (config.my.configs) identity;
in
{
  options.my.configs = {
    identity = {
      # source-id: CFG.identity.domain
      domain = mkOption {
        type = types.str;
        default = "birkenhof.example";
        description = "Base domain; every service lives on a name below it.";
      };

      # source-id: CFG.identity.user
      user = mkOption {
        type = types.str;
        default = "mira";
        description = "The one human account with sudo.";
      };

      # source-id: CFG.identity.email
      email = mkOption {
        type = types.str;
        default = "${identity.user}@${identity.domain}";
        defaultText = lib.literalExpression ''"''${user}@''${domain}"'';
        description = "Where certificates, alerts and cron send their mail.";
      };

      # source-id: CFG.identity.hostname
      hostname = mkOption {
        type = types.str;
        default = "alder";
        description = "Host name without the domain.";
      };
    };

    network = {
      # source-id: CFG.network.lanCidrs
      lanCidrs = mkOption {
        type = types.listOf types.str;
        default = [ "10.42.7.0/24" ];
        description = "Subnets at home that may reach admin services.";
      };

      # source-id: CFG.network.tailnetCidrs
      tailnetCidrs = mkOption {
        type = types.listOf types.str;
        default = [ "100.64.0.0/10" "fd7a:115c:a1e0::/48" ];
        description = "Addresses that the tailnet hands out.";
      };

      # source-id: CFG.network.lanInterface
      lanInterface = mkOption {
        type = types.str;
        default = "enp2s0";
        description = "The wired interface towards the switch.";
      };

      # source-id: CFG.network.address
      address = mkOption {
        type = types.str;
        default = "10.42.7.2";
        description = "Our own address in the LAN.";
      };

      # source-id: CFG.network.gateway
      gateway = mkOption {
        type = types.str;
        default = "10.42.7.1";
        description = "The router.";
      };

      # source-id: CFG.network.dnsBootstrap
      dnsBootstrap = mkOption {
        type = types.listOf types.str;
        default = [ "9.9.9.9" "149.112.112.112" ];
        description = "Plain resolvers, used until our own one is up.";
      };

      dnsUpstreams = mkOption {
        type = types.listOf types.str;
        default = [ "https://dns.quad9.net/dns-query" ];
        description = "Encrypted resolvers behind our own one.";
      };
    };

    locale = {
      # source-id: CFG.locale.timeZone
      timeZone = mkOption {
        type = types.str;
        default = "Europe/Vienna";
        description = "Time zone of host and containers.";
      };
      language = mkOption {
        type = types.str;
        default = "de_AT.UTF-8";
        description = "Messages stay English, formats follow this.";
      };
    };

    paths = {
      # source-id: CFG.paths.state
      state = mkOption {
        type = types.path;
        default = "/srv/state";
        description = "Service state on the mirrored SSDs; all of it is backed up.";
      };
      # source-id: CFG.paths.bulk
      bulk = mkOption {
        type = types.path;
        default = "/srv/bulk";
        description = "Spinning disks: films, music, snapshots.";
      };
      # source-id: CFG.paths.scratch
      scratch = mkOption {
        type = types.path;
        default = "/srv/scratch";
        description = "Fast space that may be lost.";
      };
    };
  };
}
