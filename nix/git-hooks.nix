# A module for git-hooks.nix (the settings of its flake module, or an import of `run`).
{ nixsinkFor }:
{ lib, pkgs, ... }:
let
  nixsink = "${nixsinkFor pkgs}/bin/nixsink";
  files = "\\.nix$|^\\.nixsink";
in
{
  config.hooks = lib.mapAttrs (_: lib.mapAttrs (_: lib.mkDefault)) {
    nixsink = {
      name = "nixsink";
      description = "No finding that the last commit does not have.";
      entry = "${nixsink} check --changed-since HEAD";
      pass_filenames = false;
      inherit files;
    };
    nixsink-annotate = {
      name = "nixsink-annotate";
      description = "No annotation contradicts the code, and none that can be written is missing.";
      entry = "${nixsink} annotate --check";
      pass_filenames = false;
      inherit files;
    };
  };
}
