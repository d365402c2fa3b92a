{
  description = "Two hosts, one helper, values handed over as an argument";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";

  outputs = { self, nixpkgs }:
    let
      vars = import ./vars.nix;
      mkHost = name: extra: nixpkgs.lib.nixosSystem {
        system = "x86_64-linux";
        specialArgs = { inherit vars; };
        modules = [
          (./hosts + "/${name}")
          ./modules/base.nix
          { networking.hostName = name; }
        ] ++ extra;
      };
    in
    {
      nixosConfigurations = {
        oak = mkHost "oak" [ ./modules/web.nix ];
        reed = mkHost "reed" [ ];
      };
    };
}
