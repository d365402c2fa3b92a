# A module for flake-parts: the gate among the checks, the report among the packages.
{
  mkCheck,
  mkReport,
  nixsinkFor,
}:
{
  self,
  lib,
  flake-parts-lib,
  ...
}:
let
  inherit (lib) mkOption types;
in
{
  options.perSystem = flake-parts-lib.mkPerSystemOption (
    { config, pkgs, ... }:
    let
      cfg = config.nixsink;
      args = {
        inherit pkgs;
        inherit (cfg)
          src
          package
          config
          baseline
          formats
          dir
          link
          extraArgs
          ;
      };
    in
    {
      options.nixsink = {
        enable = lib.mkEnableOption "checks.nixsink, which fails where nixsink's gate does, and packages.nixsink-report, which holds report, pages and pictures in any case";
        src = mkOption {
          type = types.path;
          default = self;
          defaultText = "self";
          description = "The tree to analyse.";
        };
        dir = mkOption {
          type = types.str;
          default = ".";
          description = "The folder of the tree that holds the modules.";
        };
        package = mkOption {
          type = types.package;
          default = nixsinkFor pkgs;
          defaultText = "nixsink of its own flake, built with this flake's pkgs";
          description = "The nixsink that judges.";
        };
        config = mkOption {
          type = types.nullOr types.path;
          default = null;
          description = "The configuration file; null takes the .nixsink.toml of the tree.";
        };
        baseline = mkOption {
          type = types.nullOr types.path;
          default = null;
          description = "Findings that fail nothing, as written by nixsink baseline.";
        };
        formats = mkOption {
          type = types.listOf types.str;
          default = [
            "sarif"
            "junit"
            "markdown"
          ];
          description = "What the report holds beside text: the formats of nixsink check.";
        };
        link = mkOption {
          type = types.nullOr types.str;
          default = null;
          description = "Where source lines are found, such as https://example.org/repo/blob/main/{file}#L{line}.";
        };
        extraArgs = mkOption {
          type = types.listOf types.str;
          default = [ ];
          description = "More flags of nixsink check.";
        };
      };
      config = lib.mkIf cfg.enable {
        checks.nixsink = mkCheck args;
        packages.nixsink-report = mkReport args;
      };
    }
  );
}
