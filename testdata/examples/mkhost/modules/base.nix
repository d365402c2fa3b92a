{ vars, ... }:
let
  inherit (vars) admin ports;
in
{
  users.users.${admin}.isNormalUser = true;
  # source-id: ports.ssh
  # sink: services.openssh.ports
  services.openssh = { enable = true; ports = [ ports.ssh ]; };
}
