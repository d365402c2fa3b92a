{ config, ... }:
{
  services.prometheus.exporters.node = {
    enable = true;
    # source-id: CFG.ports.nodeExporter
    # sink: services.prometheus.exporters.node.port
    port = config.my.ports.nodeExporter;
    listenAddress = "127.0.0.1";
    enabledCollectors = [ "systemd" "zfs" ];
  };
}
