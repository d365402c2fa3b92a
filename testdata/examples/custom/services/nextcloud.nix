{ config, lib, ... }:
let
  homelab = config.homelab;
  cfg = homelab.services.nextcloud;
in
{
  options.homelab.services.nextcloud = {
    enable = lib.mkEnableOption "Nextcloud";
    url = lib.mkOption {
      type = lib.types.str;
      default = "cloud.${homelab.domain}";
    };
  };
  config = lib.mkIf cfg.enable {
    services.nextcloud = {
      enable = true;
      hostName = cfg.url;
      datadir = "${homelab.storage}/nextcloud";
    };
    services.nginx.virtualHosts.${cfg.url}.listen = [ { addr = "127.0.0.1"; port = homelab.ports.nextcloud; } ];
  };
}
