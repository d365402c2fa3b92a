# meta:
#   owner: mira
#   status: active
#   summary: The admin account.

{ config, pkgs, ... }:
let
  # source-id: CFG.identity.user
  # sink: users.users.*
  user = config.my.configs.identity.user;
in
{
  users.mutableUsers = false;
  users.users.${user} = {
    isNormalUser = true;
    description = "Admin (${user})";
    extraGroups = [ "wheel" "systemd-journal" ];
    shell = pkgs.fish;
    openssh.authorizedKeys.keys = [
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleExam laptop"
    ];
  };
  security.sudo.wheelNeedsPassword = true;
}
