# meta:
#   owner: jonas
#   status: active
#   summary: Logs, two weeks of them.

{ config, ... }:
let
  # source-id: CFG.ports.loki
  # sink: services.loki.configuration.server.http_listen_port
  lokiPort = config.my.ports.loki;
  dir = "${config.my.configs.paths.bulk}/loki";
in
{
  services.loki = {
    enable = true;
    dataDir = dir;
    configuration = {
      auth_enabled = false;
      server.http_listen_address = "127.0.0.1";
      server.http_listen_port = lokiPort;
      common.path_prefix = dir;
      limits_config.retention_period = "336h";
    };
  };
}
