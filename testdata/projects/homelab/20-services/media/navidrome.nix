# meta:
#   owner: jonas
#   status: active
#   summary: Music on the phone.

{ config, ... }: {
  services.navidrome = {
    enable = true;
    settings = {
      Address = "127.0.0.1";
      # source-id: CFG.ports.navidrome
      # sink: services.navidrome.settings.Port
      Port = config.my.ports.navidrome;
      # source-id: CFG.media.root
      # sink: services.navidrome.settings.MusicFolder
      MusicFolder = config.my.media.root + "/music";
      # source-id: CFG.sso.enable
      ReverseProxyUserHeader = if config.my.sso.enable then "Remote-User" else "";
    };
  };
  my.sites.music = {
    # source-id: CFG.ports.navidrome
    port = config.my.ports.navidrome;
    title = "Navidrome";
  };
}
