{ config, lib, ... }:
with lib;
let cfg = config.my.services.jellyseerr; in
{
  options.my.services.jellyseerr.enable = mkEnableOption "Jellyseerr" // { default = true; };

  config = mkIf cfg.enable {
    services.jellyseerr = {
      enable = true;
      # source-id: CFG.ports.jellyseerr
      # sink: services.jellyseerr.port
      port = config.my.ports.jellyseerr;
    };
    my.sites.wish = { port = config.my.ports.jellyseerr; title = "Wishes"; };
  };
}
