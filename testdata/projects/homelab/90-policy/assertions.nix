# meta:
#   title: Assertions
#   owner: mira
#   status: active
#   layer: 90-policy
#   summary: What must hold of the machine as a whole.

{ config, lib, ... }:
let
  inherit (lib) attrValues hasSuffix elem all;
  my = config.my or { };
  public = [ my.ports.http my.ports.https ];
in
{
  assertions = [
    {
      # source-id: CFG.ports.ssh
      # sink: build fails if SSH is on the default port
      assertion = my.ports.ssh != 22;
      message = "SSH is on port 22 again.";
    }
    {
      # source-id: CFG.ports.ssh
      assertion = !(elem my.ports.ssh config.networking.firewall.allowedTCPPorts);
      message = "SSH (${toString my.ports.ssh}) must not be open to the world.";
    }
    {
      assertion = all (p: elem p public) config.networking.firewall.allowedTCPPorts;
      message = "Only the web ports may be open to the world.";
    }
    {
      # source-id: CFG.identity.domain CFG.sites
      assertion = all (s: hasSuffix ".${my.configs.identity.domain}" s.host) (attrValues my.sites);
      message = "Every site must be below our domain.";
    }
    {
      assertion = (my ? backup) -> my.backup.enable;
      message = "No backup, no build.";
    }
  ];
}
