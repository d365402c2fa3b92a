{ config, lib, ... }:
let
  ns = "homelab";
  cfg = config.${ns}.services.gitea;
in
{
  options.${ns}.services.gitea.enable = lib.mkEnableOption "Gitea";

  config = lib.mkIf cfg.enable {
    services.gitea.enable = true;
    services.gitea.settings.server = with config.homelab; {
      HTTP_PORT = ports.gitea;
      DOMAIN = "git.${domain}";
    };
  };
}
