# meta:
#   title: Media stack
#   owner: jonas
#   status: active
#   layer: 20-services
#   summary: Downloads, library, players. One group owns the files.

{ config, ... }:
{
  imports = [
    ./group.nix
    ./jellyfin.nix
    ./jellyseerr.nix
    ./sabnzbd.nix
    ./navidrome.nix
    ./audiobookshelf.nix
    ./prowlarr.nix
    ./bazarr.nix

    # source-id: CFG.ports.sonarr
    # sink: services.sonarr.settings.server.port
    (import ./_mk-arr.nix { name = "sonarr"; port = config.my.ports.sonarr; folder = "series"; })
    # source-id: CFG.ports.radarr
    # sink: services.radarr.settings.server.port
    (import ./_mk-arr.nix { name = "radarr"; port = config.my.ports.radarr; folder = "films"; })
    (import ./_mk-arr.nix {
      name = "lidarr";
      port = config.my.ports.lidarr;
      folder = "music";
    })
  ];
}
