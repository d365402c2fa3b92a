# meta:
#   owner: mira
#   status: active
#   summary: Feeds.

{ config, ... }:
{
  services.miniflux = {
    enable = true;
    # source-id: CFG.secrets.minifluxAdmin
    # sink: services.miniflux.adminCredentialsFile
    adminCredentialsFile = config.my.secrets.minifluxAdmin;
    config = {
      # source-id: CFG.ports.linkding
      # sink: services.miniflux.config.LISTEN_ADDR
      LISTEN_ADDR = "127.0.0.1:${toString config.my.ports.miniflux}";
      # source-id: CFG.identity.domain
      # sink: services.miniflux.config.BASE_URL
      BASE_URL = "https://feeds.${config.my.configs.identity.domain}/";
      OAUTH2_OIDC_DISCOVERY_ENDPOINT = config.my.sso.issuer;
    };
  };
  my.sites.feeds = { port = config.my.ports.miniflux; sso = false; };
}
