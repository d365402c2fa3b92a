# meta:
#   title: Port registry
#   owner: mira
#   status: active
#   layer: 00-core
#   summary: Every listening port has one line here, sorted by layer.

{ lib, ... }:
{
  options.my.ports = lib.mkOption {
    type = lib.types.attrsOf lib.types.port;
    default = { };
    description = "Registry of all listening ports by service.";
  };

  config.my.ports = {
    # core
    ssh = 50222; # source-id: CFG.ports.ssh

    # infrastructure
    http = 80; # source-id: CFG.ports.http
    https = 443; # source-id: CFG.ports.https
    dns = 53; # source-id: CFG.ports.dns
    adguard = 3080; # source-id: CFG.ports.adguard
    sso = 9091; # source-id: CFG.ports.sso
    postgresql = 5432; # source-id: CFG.ports.postgresql
    redis = 6379; # source-id: CFG.ports.redis
    homepage = 8082; # source-id: CFG.ports.homepage
    tailscale = 41641;

    # media
    jellyfin = 8096; # source-id: CFG.ports.jellyfin
    jellyseerr = 5055; # source-id: CFG.ports.jellyseerr
    sonarr = 8989; # source-id: CFG.ports.sonarr
    radarr = 7878; # source-id: CFG.ports.radarr
    lidarr = 8686; # source-id: CFG.ports.lidarr
    bazarr = 6767; # source-id: CFG.ports.bazarr
    prowlarr = 9696; # source-id: CFG.ports.prowlarr
    sabnzbd = 8085; # source-id: CFG.ports.sabnzbd
    navidrome = 4533; # source-id: CFG.ports.navidrome
    audiobookshelf = 13378; # source-id: CFG.ports.audiobookshelf

    # apps
    vaultwarden = 8222; # source-id: CFG.ports.vaultwarden
    paperless = 28981; # source-id: CFG.ports.paperless
    miniflux = 8081; # source-id: CFG.ports.miniflux
    forgejo = 3001; # source-id: CFG.ports.forgejo
    immich = 2283; # source-id: CFG.ports.immich
    linkding = 9190; # source-id: CFG.ports.linkding
    homeAssistant = 8123;
    mealie = 9925;
    syncthing = 8384;
    gotify = 8070; # source-id: CFG.ports.gotify

    # monitoring
    prometheus = 9095; # source-id: CFG.ports.prometheus
    grafana = 3300; # source-id: CFG.ports.grafana
    loki = 3100; # source-id: CFG.ports.loki
    nodeExporter = 9100; # source-id: CFG.ports.nodeExporter
    uptimeKuma = 3001; # source-id: CFG.ports.uptimeKuma
    scrutiny = 8987;
    journal = 19532;
  };
}
