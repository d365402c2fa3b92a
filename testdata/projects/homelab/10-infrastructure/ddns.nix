# meta:
#   owner: mira
#   status: active
#   summary: Tell the registrar when the provider gives us another address.

{ config, lib, pkgs, ... }:
let
  harden = import ../00-core/_harden.nix;
  # source-id: CFG.identity.domain
  # sink: systemd.services.ddns.serviceConfig.ExecStart
  zone = config.my.configs.identity.domain;
  script = pkgs.writeShellScript "ddns" ''
    set -eu
    . ${config.my.secrets.acmeEnv}
    ip=$(curl -s https://ip.posthorn.example)
    curl -s -u "$USER:$TOKEN" "https://update.dedyn.example/?hostname=${zone}&myip=$ip"
  '';
in
{
  systemd.services.ddns = {
    description = "Update the address of ${zone}";
    after = [ "network-online.target" ];
    wants = [ "network-online.target" ];
    startAt = "*:0/10";
    path = [ pkgs.curl ];
    serviceConfig = harden // {
      Type = "oneshot";
      ExecStart = script;
      DynamicUser = true;
    };
  };
}
