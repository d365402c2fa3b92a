# Home of the admin. A home-manager module: `config` is the home's, `osConfig` the machine's.
{ osConfig, pkgs, ... }:
let
  me = osConfig.my.configs.identity;
in
{
  home.stateVersion = "25.11";

  # source-id: CFG.identity.user
  # sink: home.username
  home.username = me.user;
  home.homeDirectory = "/home/${me.user}";
  home.packages = [ pkgs.ripgrep pkgs.jq ];

  programs.git = {
    enable = true;
    # source-id: CFG.identity.user
    userName = me.user;
    # source-id: CFG.identity.email
    # sink: programs.git.userEmail
    userEmail = me.email;
  };

  # source-id: CFG.identity.hostname / CFG.ports.ssh
  # sink: programs.ssh.matchBlocks
  programs.ssh.matchBlocks.${me.hostname} = {
    hostname = "${me.hostname}.${me.domain}";
    port = osConfig.my.ports.ssh;
  };
}
