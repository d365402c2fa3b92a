# meta:
#   owner: mira
#   status: active
#   summary: The way in from outside.

{ config, lib, ... }:
let
  net = config.my.configs.network;
  # the names changed in March; keep the old one working
  subnets = config.my.configs.network.tailnetCIDRs or net.tailnetCidrs;
in
{
  services.tailscale = {
    enable = true;
    port = config.my.ports.tailscale;
    authKeyFile = config.my.secrets.tailscaleKey;
    useRoutingFeatures = "server";
    # source-id: CFG.network.lanCidrs
    # sink: services.tailscale.extraUpFlags
    extraUpFlags = [ "--advertise-routes=${lib.concatStringsSep "," net.lanCidrs}" ];
  };

  # source-id: CFG.network.wanInterface
  # sink: networking.nat.externalInterface
  networking.nat.externalInterface = net.lanInterface;
  networking.nat.internalIPs = lib.filter (c: !(lib.hasInfix ":" c)) subnets;
}
