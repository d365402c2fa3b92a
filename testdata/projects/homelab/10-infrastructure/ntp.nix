# meta:
#   owner: mira
#   status: active
#   summary: Time for the house; the cameras have no other source.

{ config, lib, ... }:
{
  services.chrony = {
    enable = true;
    servers = [ "ntp1.posthorn.example" "ntp2.posthorn.example" ];
    # source-id: CFG.network.lanCidrs
    # sink: services.chrony.extraConfig
    extraConfig = lib.concatMapStrings (cidr: "allow ${cidr}\n") config.my.configs.network.lanCidrs;
  };
}
