{ vars, ... }:
{
  imports = [ ./disks.nix ];
  networking.domain = vars.domain;
  system.stateVersion = "25.11";
}
