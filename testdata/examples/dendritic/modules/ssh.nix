# One feature, two classes. `config` is the flake's; the modules below have their own.
{ config, ... }:
let
  # source-id: CFG.ports.ssh
  port = config.my.ports.ssh;
  inherit (config.my) owner;
in
{
  flake.modules.nixos.ssh = {
    services.openssh = {
      enable = true;
      ports = [ port ];
      settings.AllowUsers = [ owner ];
    };
  };
  flake.modules.homeManager.ssh = { config, ... }: {
    programs.ssh.matchBlocks."*" = { inherit port; user = owner; };
    programs.ssh.userKnownHostsFile = "${config.home.homeDirectory}/.ssh/known_hosts";
  };
}
