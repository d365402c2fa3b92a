# Ships the journal of other machines to here.
{ config, ... }: {
  services.journald.remote = {
    enable = true;
    listen = "http";
    port = config.my.ports.journal;
    # source-id: CFG.paths.bulk
    # sink: services.journald.remote.output
    output = "${config.my.configs.paths.bulk}/journal";
  };
}
