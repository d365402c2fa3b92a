# meta:
#   title: Firewall
#   owner: mira
#   status: active
#   layer: 00-core
#   summary: Web for everybody, SSH and DNS for networks we know.

{ config, lib, ... }:
let
  inherit (lib) concatMapStringsSep hasInfix filter;

  ports = config.my.ports;

  # source-id: CFG.ports.ssh
  # sink: SSH rule per trusted subnet
  sshPort = ports.ssh;

  # source-id: CFG.network.lanCidrs, CFG.network.tailnetCidrs
  # sink: networking.firewall.extraInputRules
  trusted = with config.my.configs.network; lanCidrs ++ tailnetCidrs;

  isV6 = hasInfix ":";
  rule = cidr: "${if isV6 cidr then "ip6" else "ip"} saddr ${cidr} tcp dport ${toString sshPort} accept";
in
{
  networking.nftables.enable = true;
  networking.firewall = {
    enable = true;
    # source-id: CFG.ports.http / CFG.ports.https
    # sink: networking.firewall.allowedTCPPorts
    allowedTCPPorts = [ ports.http ports.https ];

    extraInputRules = ''
      ${concatMapStringsSep "\n" rule trusted}
    '';

    # source-id: CFG.network.lanInterface CFG.ports.dns
    # sink: DNS for the whole house, on the LAN interface only
    interfaces.${config.my.configs.network.lanInterface} = {
      allowedUDPPorts = [ ports.dns ];
      allowedTCPPorts = [ ports.dns ];
    };
  };
}
