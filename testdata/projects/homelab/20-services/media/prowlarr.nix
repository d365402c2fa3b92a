# meta:
#   owner: jonas
#   status: active
#   summary: Indexers for the others. The factory fits, only the folder is its own.

{ config, ... }@args:
import ./_mk-arr.nix {
  name = "prowlarr";
  # source-id: CFG.ports.prowlarr
  # sink: services.prowlarr.settings.server.port
  port = config.my.ports.prowlarr;
  folder = "indexers";
} args
