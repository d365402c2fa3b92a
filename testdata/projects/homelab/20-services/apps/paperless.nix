# meta:
#   owner: mira
#   status: active
#   summary: The letters.

{ config, lib, ... }:
let
  my = config.my;
  inherit (my.configs.paths) state;
in
{
  services.paperless = {
    enable = true;
    # source-id: CFG.ports.paperless
    # sink: services.paperless.port
    port = my.ports.paperless;
    # source-id: CFG.paths.state
    # sink: services.paperless.dataDir
    dataDir = "${state}/paperless";
    settings = {
      PAPERLESS_URL = "https://paper.${my.configs.identity.domain}";
      # source-id: CFG.locale.timeZone
      # sink: services.paperless.settings.PAPERLESS_TIME_ZONE
      PAPERLESS_TIME_ZONE = my.configs.locale.timeZone;
      PAPERLESS_OCR_LANGUAGE = "deu+eng";
    } // lib.optionalAttrs my.sso.enable {
      PAPERLESS_ENABLE_HTTP_REMOTE_USER = true;
    };
  };
  my.sites.paper = { port = my.ports.paperless; title = "Paperless"; };
}
