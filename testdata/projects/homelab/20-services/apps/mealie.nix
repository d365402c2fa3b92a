{ config, lib, ... }:
{
  options.my.services.mealie.enable = lib.mkEnableOption "recipes";

  config = lib.mkIf config.my.services.mealie.enable {
    services.mealie = {
      enable = true;
      port = config.my.ports.mealie;
      settings = {
        # source-id: CFG.locale.timeZone
        TZ = config.my.configs.locale.timeZone;
        BASE_URL = "https://kitchen.${config.my.configs.identity.domain}";
      };
    };
    my.sites.kitchen.port = config.my.ports.mealie;
  };
}
