# meta:
#   title: Vaultwarden
#   owner: mira
#   status: active
#   layer: 20-services
#   summary: Passwords. Its own login, never behind the single sign-on.

{ config, lib, ... }:
let
  # source-id: CFG.identity.domain
  # sink: services.vaultwarden.config.DOMAIN
  domain = config.my.configs.identity.domain;

  # source-id: CFG.ports.vaultwarden
  # sink: services.vaultwarden.config.ROCKET_PORT
  port = config.my.ports.vaultwarden;
in
{
  services.vaultwarden = {
    enable = true;
    config = {
      DOMAIN = "https://vault.${domain}";
      ROCKET_ADDRESS = "127.0.0.1";
      ROCKET_PORT = port;
      SIGNUPS_ALLOWED = false;
    };
    # source-id: CFG.secrets.vaultwardenEnv
    # sink: services.vaultwarden.environmentFile
    environmentFile = config.my.secrets.vaultwardenEnv;
    # source-id: CFG.paths.state
    # sink: services.vaultwarden.backupDir
    backupDir = "${config.my.configs.paths.state}/vaultwarden";
  };
  my.sites.vault = { inherit port; sso = false; title = "Passwords"; };
}
