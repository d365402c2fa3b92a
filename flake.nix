{
  description = "nixsink shows where a NixOS repository's central values end up";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      eachSystem = lib.genAttrs [
        "x86_64-linux"
        "aarch64-linux"
        "x86_64-darwin"
        "aarch64-darwin"
      ];
      pkgsOf = system: nixpkgs.legacyPackages.${system};
      nixsinkFor =
        pkgs:
        pkgs.callPackage ./package.nix {
          src = self;
          revision = self.rev or self.dirtyRev or "";
        };
      gate = import ./nix/check.nix { inherit lib nixsinkFor; };
    in
    {
      packages = eachSystem (system: rec {
        nixsink = nixsinkFor (pkgsOf system);
        default = nixsink;
      });

      apps = eachSystem (system: {
        default = {
          type = "app";
          program = "${self.packages.${system}.nixsink}/bin/nixsink";
        };
      });

      overlays.default = final: _: { nixsink = nixsinkFor final; };

      devShells = eachSystem (system: {
        default =
          let
            pkgs = pkgsOf system;
          in
          # What .ci/run compares with; the rest of it is installed by Debian's names there.
          pkgs.mkShell {
            packages = [
              pkgs.go
              pkgs.graphviz
              pkgs.groff
              pkgs.librsvg
              pkgs.nodejs
            ];
          };
      });

      checks = eachSystem (system: {
        package = self.packages.${system}.nixsink;
        # The example has mistakes on purpose, so of it only the report is made.
        example = gate.mkReport {
          pkgs = pkgsOf system;
          src = ./testdata/projects/homelab;
        };
      });

      # mkCheck { pkgs, src, config ? null, baseline ? null, formats ? [ … ], … }: a derivation that builds if the gate passes.
      # mkReport takes the same: a derivation that holds report, pages and pictures whether or not it does.
      lib = { inherit (gate) mkCheck mkReport; };

      # flake-parts: imports = [ nixsink.flakeModules.default ]; perSystem.nixsink.enable = true;
      flakeModules.default = import ./nix/flake-module.nix {
        inherit (gate) mkCheck mkReport;
        inherit nixsinkFor;
      };

      # git-hooks.nix: settings.imports = [ nixsink.gitHooksModules.default ]; settings.hooks.nixsink.enable = true;
      gitHooksModules.default = import ./nix/git-hooks.nix { inherit nixsinkFor; };
    };
}
