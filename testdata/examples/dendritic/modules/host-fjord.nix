{ config, inputs, ... }:
{
  flake.nixosConfigurations.fjord = inputs.nixpkgs.lib.nixosSystem {
    modules = [
      config.flake.modules.nixos.ssh
      config.flake.modules.nixos.users
      { networking.hostName = "fjord"; system.stateVersion = "25.11"; }
    ];
  };
}
