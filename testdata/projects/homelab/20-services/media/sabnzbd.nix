# meta:
#   owner: jonas
#   status: active
#   summary: Downloads; an ini file by hand, the module has no settings for it.

{ config, pkgs, ... }:
let
  my = config.my;
  # source-id: CFG.ports.sabnzbd
  # sink: services.sabnzbd.configFile
  port = my.ports.sabnzbd;
  ini = pkgs.writeText "sabnzbd.ini" ''
    [misc]
    host = 127.0.0.1
    port = ${toString port}
    complete_dir = ${my.media.root}/incoming
    permissions = 775
  '';
in
{
  services.sabnzbd = {
    enable = true;
    # source-id: CFG.media.group
    # sink: services.sabnzbd.group
    group = my.media.group;
    configFile = ini;
  };
  my.sites.sabnzbd = { inherit port; lanOnly = true; };
}
