{ config, lib, pkgs, ... }:
let
  cfg = config.my.configs;
  freeSpace = pkgs.writeShellScript "free-space" ''
    df -h --output=target,avail ${cfg.paths.state} ${config.my.media.root}
  '';
in
{
  # source-id: CFG.identity.hostname CFG.identity.domain
  # sink: users.motd
  users.motd = ''
    ${lib.toUpper cfg.identity.hostname}.${cfg.identity.domain}
    mail goes to ${cfg.identity.email}
  '';

  programs.fish.interactiveShellInit = "${freeSpace}";
}
