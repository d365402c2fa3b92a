# meta:
#   owner: mira
#   status: active
#   summary: The start page lists every published site.

{ config, lib, ... }:
let
  # source-id: CFG.ports.homepage
  # sink: services.homepage-dashboard.listenPort
  port = config.my.ports.homepage;
  sites = lib.filterAttrs (_: s: s.title != "") config.my.sites;
in
{
  my.sites.home = { inherit port; title = "Start"; };

  services.homepage-dashboard = {
    enable = true;
    listenPort = port;
    # source-id: CFG.identity.hostname
    # sink: services.homepage-dashboard.settings.title
    settings.title = config.my.configs.identity.hostname;
    services = lib.mapAttrsToList (_: s: { ${s.title}.href = "https://${s.host}"; }) sites;
  };
}
