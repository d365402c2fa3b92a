# A stand-in for flake-parts, as much as a consumer of nixsink's module needs: mkFlake with systems, imports and perSystem.
{
  inputs.nixpkgs.url = "nixpkgs";
  outputs =
    { nixpkgs, ... }:
    {
      lib.mkFlake =
        { inputs }:
        module:
        let
          inherit (nixpkgs) lib;
          collect = m: [ m ] ++ lib.concatMap collect (m.imports or [ ]);
          # The options that modules add to perSystem, and what the flake sets there.
          flake-parts-lib.mkPerSystemOption = m: m;
          flakeArgs = {
            inherit lib flake-parts-lib inputs;
            inherit (inputs) self;
          };
          call = m: if builtins.isFunction m then m flakeArgs else m;
          parts = map call (module.imports or [ ]);
          perSystem =
            system:
            (lib.evalModules {
              modules = [
                {
                  options.checks = lib.mkOption {
                    type = lib.types.attrsOf lib.types.raw;
                    default = { };
                  };
                  options.packages = lib.mkOption {
                    type = lib.types.attrsOf lib.types.raw;
                    default = { };
                  };
                }
                module.perSystem
              ]
              ++ map (p: p.options.perSystem) parts;
              specialArgs = {
                pkgs = inputs.nixpkgs.legacyPackages.${system};
                inherit system;
              };
            }).config;
        in
        {
          checks = lib.genAttrs module.systems (s: (perSystem s).checks);
          packages = lib.genAttrs module.systems (s: (perSystem s).packages);
        };
    };
}
