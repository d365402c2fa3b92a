# meta:
#   owner: jonas
#   status: active
#   summary: Photographs of two families.

{ config, ... }:
{
  services.immich = {
    enable = true;
    host = "127.0.0.1";
    # source-id: CFG.ports.immich
    # sink: services.immich.port
    port = config.my.ports.immich;
    # source-id: CFG.paths.bulk
    # sink: services.immich.mediaLocation
    mediaLocation = "${config.my.configs.paths.bulk}/photos";
    # source-id: CFG.ports.redis
    redis.port = config.my.ports.redis;
  };
  # source-id: CFG.ports.immich
  # sink: my.sites.photos.port
  my.sites.photos = { port = config.my.ports.immich; sso = false; };
  my.backup.paths = [ config.services.immich.mediaLocation ];
}
