{ config, ... }: {
  services.scrutiny = {
    enable = true;
    settings.web.listen = {
      host = "127.0.0.1";
      port = config.my.ports.scrutiny;
    };
  };
  my.sites.disks = { port = config.my.ports.scrutiny; lanOnly = true; };
}
