# meta:
#   owner: mira
#   status: active
#   summary: The name of the machine.

{ config, ... }:
{
  # source-id: CFG.identity.hostname
  # sink: networking.hostName
  networking.hostName = config.my.configs.identity.hostname;

  # source-id: CFG.identity.domain
  # sink: networking.domain
  networking.domain = config.my.configs.identity.domain;
}
