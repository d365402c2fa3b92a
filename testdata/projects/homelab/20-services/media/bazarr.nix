{ config, lib, ... }:
{
  services.bazarr = lib.mkMerge [
    { enable = true; }
    {
      # source-id: CFG.ports.bazarr
      # sink: services.bazarr.listenPort
      listenPort = config.my.ports.bazarr;
      group = config.my.media.group;
    }
  ];
  my.sites.subtitles.port = config.my.ports.bazarr;
}
