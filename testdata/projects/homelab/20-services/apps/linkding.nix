# meta:
#   owner: mira
#   status: active
#   summary: Bookmarks, in a container; exported every night.

{ config, lib, pkgs, ... }:
let
  # source-id: CFG.ports.linkding
  # sink: virtualisation.oci-containers.containers.linkding.ports
  port = config.my.ports.linkding;
  dir = "${config.my.configs.paths.state}/linkding";
in
{
  virtualisation.oci-containers.containers.linkding = {
    image = "sissbruecker/linkding:1.44.1";
    ports = [ "127.0.0.1:${toString port}:9090" ];
    volumes = [ "${dir}:/etc/linkding/data" ];
    # source-id: CFG.identity.user / CFG.locale.timeZone
    # sink: virtualisation.oci-containers.containers.linkding.environment
    environment = {
      LD_SUPERUSER_NAME = config.my.configs.identity.user;
      TZ = config.my.configs.locale.timeZone;
    };
  };

  systemd.services.linkding-export = {
    description = "Export bookmarks as HTML";
    startAt = "daily";
    serviceConfig = {
      Type = "oneshot";
      ExecStart = "${pkgs.curl}/bin/curl -so ${dir}/export.html http://127.0.0.1:${toString port}/settings/export";
    };
  };

  my.sites.links = { inherit port; };
}
