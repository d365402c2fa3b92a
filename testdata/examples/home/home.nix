{ config, ... }:
{
  imports = [ ./values.nix ./programs ./services/syncthing.nix ];

  home.username = config.my.person.login;
  home.homeDirectory = "/home/${config.my.person.login}";
  home.stateVersion = "25.11";
}
