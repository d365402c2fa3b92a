# meta:
#   owner: jonas
#   status: active
#   summary: Files between the laptops and here.

{ config, ... }:
let
  inherit (config.my.configs) identity paths;
in
{
  services.syncthing = {
    enable = true;
    # source-id: CFG.identity.user
    # sink: services.syncthing.user
    inherit (identity) user;
    # source-id: CFG.paths.state
    # sink: services.syncthing.dataDir
    dataDir = "${paths.state}/syncthing";
    guiAddress = "127.0.0.1:${toString config.my.ports.syncthing}";
  };
  my.sites.sync = { port = config.my.ports.syncthing; lanOnly = true; };
}
