# meta:
#   owner: mira
#   status: active
#   summary: Nix itself, garbage collection.

{ config, ... }:
{
  nix = {
    settings = {
      experimental-features = [ "nix-command" "flakes" ];
      auto-optimise-store = true;
      # source-id: CFG.identity.user
      # sink: nix.settings.trusted-users
      trusted-users = [ "root" config.my.configs.identity.user ];
    };
    gc = {
      automatic = true;
      dates = "weekly";
      options = "--delete-older-than 7d";
    };
  };
}
