# The house itself. Most of its configuration lives in its own database.
{ config, ... }:
let inherit (config.my) ports configs; in
{
  services.home-assistant = {
    enable = true;
    config = {
      homeassistant = {
        name = "Birkenhof";
        # source-id: CFG.locale.timeZone
        # sink: services.home-assistant.config.homeassistant.time_zone
        time_zone = configs.locale.timeZone;
        external_url = "https://house.${configs.identity.domain}";
      };
      http = {
        server_port = ports.homeAssistant;
        use_x_forwarded_for = true;
        trusted_proxies = [ "127.0.0.1" ];
      };
    };
  };
  my.sites.house = { port = ports.homeAssistant; sso = false; };
}
