# meta:
#   owner: jonas
#   status: active
#   summary: Films on the television.

{ config, lib, ... }:
let
  # source-id: CFG.ports.jellyfin
  # sink: my.sites.film.port
  port = config.my.ports.jellyfin;
in
{
  options.my.services.jellyfin.enable = lib.mkEnableOption "Jellyfin" // { default = true; };

  config = lib.mkIf config.my.services.jellyfin.enable {
    services.jellyfin = {
      enable = true;
      # source-id: CFG.media.group
      # sink: services.jellyfin.group
      group = config.my.media.group;
      dataDir = "${config.my.configs.paths.state}/jellyfin";
    };

    # televisions know no single sign-on
    my.sites.film = { inherit port; sso = false; title = "Jellyfin"; };
    users.users.jellyfin.extraGroups = [ "render" "video" ];
  };
}
