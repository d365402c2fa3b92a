{ lib, ... }:
{
  imports = [
    ./modules/options.nix
    ./modules/networking.nix
    ./services/nextcloud.nix
    ./services/gitea.nix
  ];
  homelab.domain = "kiosk.example";
  homelab.services.gitea.enable = lib.mkDefault true;
}
