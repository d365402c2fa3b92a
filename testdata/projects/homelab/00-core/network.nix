# meta:
#   owner: mira
#   status: active
#   summary: Static address in the LAN; plain DNS until AdGuard is up.

{ config, lib, ... }:
let
  net = config.my.configs.network;
in
{
  networking.useDHCP = false;
  networking.useNetworkd = true;

  systemd.network.networks."10-lan" = {
    # source-id: CFG.network.lanInterface
    # sink: systemd.network.networks.10-lan.matchConfig.Name
    matchConfig.Name = net.lanInterface;
    # source-id: CFG.network.address
    # sink: systemd.network.networks.10-lan.address
    address = [ "${net.address}/24" ];
    # source-id: CFG.network.gateway
    # sink: systemd.network.networks.10-lan.gateway
    gateway = [ net.gateway ];
  };

  # source-id: CFG.network.dnsBootstrap
  # sink: networking.nameservers
  networking.nameservers = net.dnsBootstrap;

  services.resolved = {
    enable = true;
    # source-id: CFG.network.dnsBootstrap
    fallbackDns = lib.take 1 net.dnsBootstrap;
    # AdGuard wants the socket for itself
    extraConfig = "DNSStubListener=no";
  };
}
