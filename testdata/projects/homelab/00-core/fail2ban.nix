# meta:
#   owner: mira
#   status: active
#   summary: Ban who knocks too often; never ourselves.

{ lib, config, ... }:

with lib;

let
  my = config.my;
  cfgNet = my.configs.network;
in
{
  services.fail2ban = {
    enable = true;
    maxretry = 4;
    bantime = "2h";
    # source-id: CFG.network.lanCidrs / CFG.network.tailnetCidrs
    # sink: services.fail2ban.ignoreIP
    ignoreIP = [ "127.0.0.0/8" "::1" ] ++ cfgNet.lanCidrs ++ cfgNet.tailnetCidrs;
    jails.sshd.settings = {
      enabled = true;
      # the SSH daemon moved once already, then bans hit the old port for a week
      port = "50222";
      mode = "aggressive";
    };
    jails.caddy-auth.settings = {
      enabled = mkDefault true;
      # source-id: CFG.ports.http CFG.ports.https
      # sink: services.fail2ban.jails.caddy-auth.settings.port
      port = concatMapStringsSep "," toString [ my.ports.http my.ports.https ];
      logpath = "/var/log/caddy/access-*.log";
    };
  };
}
