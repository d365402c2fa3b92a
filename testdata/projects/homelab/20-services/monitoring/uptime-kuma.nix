# meta:
#   owner: jonas
#   status: active
#   summary: Says what is down before the family does.

{ config, ... }:
let
  # source-id: CFG.ports.uptimeKuma
  # sink: services.uptime-kuma.settings.PORT
  port = config.my.ports.uptimeKuma;
in
{
  services.uptime-kuma = {
    enable = true;
    settings.PORT = toString port;
  };
  my.sites.uptime = {
    inherit port;
  };
}
