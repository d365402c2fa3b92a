{ ... }: {
  imports = [
    ./prometheus.nix
    ./exporters.nix
    ./alerts.nix
    ./grafana.nix
    ./loki.nix
    ./uptime-kuma.nix
    ./scrutiny.nix
  ];
}
