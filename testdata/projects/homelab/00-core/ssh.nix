# meta:
#   title: SSH
#   owner: mira
#   status: active
#   layer: 00-core
#   summary: Keys only, admin only, from networks we know.

{ config, lib, ... }:
let
  cfg = config.my.ssh;

  # source-id: CFG.ports.ssh
  # sink: services.openssh.ports
  sshPort = config.my.ports.ssh;

  # source-id: CFG.identity.user
  # sink: services.openssh.settings.AllowUsers
  user = config.my.configs.identity.user;

  # source-id: CFG.network.lanCidrs / CFG.network.tailnetCidrs
  # sink: networks that may still use a password (Match block)
  trusted = config.my.configs.network.lanCidrs ++ config.my.configs.network.tailnetCidrs;
in
{
  options.my.ssh = {
    enable = lib.mkEnableOption "the SSH server" // { default = true; };
    passwordFromLan = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = "Allow passwords from trusted networks (for the day the key is lost).";
    };
  };

  config = lib.mkIf cfg.enable {
    services.openssh = {
      enable = true;
      openFirewall = false;
      ports = [ sshPort ];
      settings = {
        PermitRootLogin = "no";
        PasswordAuthentication = false;
        KbdInteractiveAuthentication = false;
        AllowUsers = [ user ];
      };
      extraConfig = lib.mkIf cfg.passwordFromLan ''
        Match Address ${lib.concatStringsSep "," trusted}
          PasswordAuthentication yes
      '';
    };
  };
}
