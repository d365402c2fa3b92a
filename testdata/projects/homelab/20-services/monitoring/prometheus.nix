# meta:
#   title: Prometheus
#   owner: jonas
#   status: active
#   layer: 20-services
#   summary: Scrapes what the port registry names.

{ config, lib, ... }:
let
  inherit (config.my) ports;
  # source-id: CFG.identity.hostname
  # sink: services.prometheus.scrapeConfigs
  host = config.my.configs.identity.hostname;

  job = name: port: {
    job_name = name;
    static_configs = [
      { targets = [ "127.0.0.1:${toString port}" ]; labels.instance = host; }
    ];
  };
  jobs = {
    # source-id: CFG.ports.nodeExporter
    # sink: services.prometheus.scrapeConfigs
    node = ports.nodeExporter;
    # source-id: CFG.ports.forgejo
    forgejo = ports.forgejo;
    grafana = ports.grafana;
    # source-id: CFG.ports.loki
    loki = ports.loki;
  };
in
{
  services.prometheus = {
    enable = true;
    listenAddress = "127.0.0.1";
    # source-id: CFG.ports.prometheus
    # sink: services.prometheus.listenPort
    port = ports.prometheus;
    retentionTime = "90d";
    scrapeConfigs = lib.mapAttrsToList job jobs;
  };
}
