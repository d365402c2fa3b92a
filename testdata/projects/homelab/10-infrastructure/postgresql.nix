# meta:
#   owner: mira
#   status: active
#   summary: One database server for all.

{ config, pkgs, ... }:
{
  services.postgresql = {
    enable = true;
    package = pkgs.postgresql_17;
    # source-id: CFG.paths.state
    # sink: services.postgresql.dataDir
    dataDir = "${config.my.configs.paths.state}/postgresql";
    # source-id: CFG.ports.postgresql
    # sink: services.postgresql.settings.port
    settings.port = config.my.ports.postgresql;
    settings.listen_addresses = "127.0.0.1";
  };
  services.postgresqlBackup = {
    enable = config.services.postgresql.enable;
    location = "${config.my.configs.paths.state}/dumps";
  };
}
