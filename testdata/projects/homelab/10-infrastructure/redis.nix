# Shared cache. Nothing in it survives a reboot, on purpose.
{ config, ... }: {
  services.redis.servers."" = {
    enable = true;
    bind = "127.0.0.1";
    # source-id: CFG.ports.redis
    # sink: TCP port of the shared cache
    port = config.my.ports.redis;
    save = [ ];
  };
}
