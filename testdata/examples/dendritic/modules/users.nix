{ config, ... }:
let
  top = config.my;
in
{
  flake.modules.nixos.users = { config, pkgs, ... }: {
    users.users.${top.owner} = {
      isNormalUser = true;
      extraGroups = if config.services.openssh.enable then [ "wheel" ] else [ ];
      shell = pkgs.fish;
    };
  };
}
