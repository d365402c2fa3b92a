{ config, ... }:
{
  services.audiobookshelf = {
    enable = true;
    # source-id: CFG.ports.audiobookshelf
    # sink: services.audiobookshelf.port
    port = config.my.ports.audiobookshelf;
    group = config.my.media.group;
  };
  my.sites.books = { inherit (config.services.audiobookshelf) port; sso = false; };
  my.backup.paths = [ "${config.my.media.root}/audiobooks" ];
}
