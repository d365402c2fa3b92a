# A repository that uses nixsink: by mkCheck, by the flake-parts module, and as a hook of git-hooks.nix.
{
  inputs = {
    nixpkgs.url = "nixpkgs";
    nixsink.url = "nixsink";
    nixsink.inputs.nixpkgs.follows = "nixpkgs";
    flake-parts.url = "flake-parts";
    flake-parts.inputs.nixpkgs.follows = "nixpkgs";
  };

  outputs =
    inputs@{
      nixpkgs,
      nixsink,
      flake-parts,
      ...
    }:
    let
      system = "x86_64-linux";
      pkgs = nixpkgs.legacyPackages.${system};
      parts = flake-parts.lib.mkFlake { inherit inputs; } {
        imports = [ nixsink.flakeModules.default ];
        systems = [ system ];
        perSystem.nixsink = {
          enable = true;
          src = ./good;
          formats = [ "gitlab" ];
        };
      };
      hooks = nixpkgs.lib.evalModules {
        modules = [
          nixsink.gitHooksModules.default
          {
            options.hooks = nixpkgs.lib.mkOption { type = nixpkgs.lib.types.attrsOf nixpkgs.lib.types.raw; };
          }
        ];
        specialArgs = { inherit pkgs; };
      };
    in
    {
      checks.${system} = parts.checks.${system} // {
        good = nixsink.lib.mkCheck {
          inherit pkgs;
          src = ./good;
        };
        bad = nixsink.lib.mkCheck {
          inherit pkgs;
          src = ./bad;
          name = "bad";
        };
        known = nixsink.lib.mkCheck {
          inherit pkgs;
          src = ./bad;
          name = "known";
          baseline = ./baseline.toml;
          config = ./nixsink.toml;
          extraArgs = [ "--ratchet" ];
        };
        format = nixsink.lib.mkCheck {
          inherit pkgs;
          src = ./good;
          formats = [ "sariff" ];
        };
      };
      packages.${system} = parts.packages.${system} // {
        overlaid = (nixsink.overlays.default (pkgs // { inherit (nixpkgs) lib; }) pkgs).nixsink;
      };
      hooks = nixpkgs.lib.mapAttrs (_: h: h.entry) hooks.config.hooks;
    };
}
