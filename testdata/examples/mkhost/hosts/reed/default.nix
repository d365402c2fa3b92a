{ vars, lib, ... }:
{
  networking.firewall.extraInputRules = "ip saddr ${vars.lan} accept";
  services.openssh.ports = lib.mkForce [ vars.ports.ssh 22 ];
  system.stateVersion = "25.11";
}
