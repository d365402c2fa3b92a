{ lib, ... }:
with lib;
let
  mkPort = default: mkOption { type = types.port; inherit default; };
in
{
  options.homelab = {
    domain = mkOption { type = types.str; description = "Base domain."; };
    timeZone = mkOption { type = types.str; default = "Europe/Lisbon"; };
    ports = {
      nextcloud = mkPort 8091;
      gitea = mkPort 8092;
    };
    storage = mkOption { type = types.path; default = "/mnt/pool"; };
  };
}
