# meta:
#   owner: mira
#   status: active
#   summary: The admin's home, built with the system.

{ config, ... }:
let
  inherit (config.my.configs.identity) user;
in
{
  home-manager = {
    useGlobalPkgs = true;
    useUserPackages = true;
    # source-id: CFG.identity.user
    # sink: home-manager.users.*
    users.${user} = import ./home.nix;
  };
}
