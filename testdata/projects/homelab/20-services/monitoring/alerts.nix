# meta:
#   owner: jonas
#   status: active
#   summary: Few rules, all of them worth a mail.

{ config, lib, pkgs, ... }:
let
  id = config.my.configs.identity;
  rules = {
    groups = [
      {
        name = id.hostname;
        rules = [
          { alert = "DiskFull"; expr = "node_filesystem_avail_bytes{mountpoint=\"${config.my.configs.paths.state}\"} < 2e10"; for = "30m"; }
          { alert = "UnitFailed"; expr = ''node_systemd_unit_state{state="failed"} == 1''; for = "10m"; }
        ];
      }
    ];
  };
in
{
  services.prometheus.ruleFiles = [ (pkgs.writeText "alerts.json" (builtins.toJSON rules)) ];
  services.prometheus.alertmanager = {
    enable = true;
    listenAddress = "127.0.0.1";
    configuration = {
      route.receiver = "mail";
      receivers = [
        {
          name = "mail";
          # source-id: CFG.identity.email / CFG.identity.domain
          # sink: services.prometheus.alertmanager.configuration.receivers
          email_configs = [ { to = id.email; from = "alerts@${id.domain}"; } ];
        }
      ];
    };
  };
}
