# meta:
#   owner: jonas
#   status: active
#   summary: Pictures of the above.

{ config, lib, ... }:
let
  my = config.my;
  url = port: "http://127.0.0.1:${toString port}";
in
{
  services.grafana = {
    enable = true;
    settings.server = {
      # source-id: CFG.ports.grafana
      # sink: services.grafana.settings.server.http_port
      http_port = my.ports.grafana;
      # source-id: CFG.identity.domain
      # sink: services.grafana.settings.server.domain
      domain = "graphs.${my.configs.identity.domain}";
    };
    settings."auth.proxy" = lib.mkIf my.sso.enable {
      enabled = true;
      header_name = "Remote-User";
    };
    # source-id: CFG.ports.prometheus / CFG.ports.loki
    # sink: services.grafana.provision.datasources.settings.datasources
    provision.datasources.settings.datasources = [
      { name = "Prometheus"; type = "prometheus"; url = url my.ports.prometheus; }
      { name = "Loki"; type = "loki"; url = url my.ports.loki; }
    ];
  };
  my.sites.graphs = { port = my.ports.grafana; title = "Grafana"; };
}
