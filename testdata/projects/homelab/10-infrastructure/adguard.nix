# meta:
#   title: DNS
#   owner: mira
#   status: active
#   summary: Resolver for the house; our own names point at the proxy.

{ config, ... }:
let
  inherit (config.my) configs ports;
  inherit (configs) network identity;
in
{
  services.adguardhome = {
    enable = true;
    mutableSettings = false;
    # source-id: CFG.ports.adguard
    # sink: services.adguardhome.port
    port = ports.adguard;
    settings = {
      dns = {
        bind_hosts = [ "127.0.0.1" network.address ];
        # source-id: CFG.ports.dns
        # sink: services.adguardhome.settings.dns.port
        port = ports.dns;
        # source-id: CFG.network.dnsUpstreams
        upstream_dns = network.dnsUpstreams;
        # source-id: CFG.network.dnsBootstrap
        # sink: services.adguardhome.settings.dns.bootstrap_dns
        bootstrap_dns = network.dnsBootstrap;
      };
      filtering.rewrites = [
        # source-id: CFG.identity.domain / CFG.network.address
        # sink: split horizon, so that the house does not go through the router
        { domain = "*.${identity.domain}"; answer = network.address; }
      ];
    };
  };

  my.sites.dns = {
    # source-id: CFG.ports.adguard
    # sink: my.sites.dns.port
    port = ports.adguard;
    lanOnly = true;
  };
}
