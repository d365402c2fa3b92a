# meta:
#   owner: jonas
#   status: active
#   summary: Indexers for the others. The factory fits, but it runs under a dynamic user.

{ config, ... }@args:
import ./_mk-arr.nix {
  name = "prowlarr";
  # source-id: CFG.ports.prowlarr
  # sink: services.prowlarr.settings.server.port
  port = config.my.ports.prowlarr;
  folder = "indexers";
  hasGroup = false;
} args
