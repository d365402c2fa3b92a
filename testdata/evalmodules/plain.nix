# The configuration of a case's modules, as lib.evalModules makes it: by the small module system, or by the lib of the folder that nixpkgs
# names. What nobody declares is merged by shape in both.
{ dir, modules ? "[\"main.nix\"]", nixpkgs ? "" }:
let
  small = import ./lib.nix;
  real = nixpkgs != "";
  lib = if real then import (/. + nixpkgs) else small;
  free = { _module.freeformType = lib.types.lazyAttrsOf lib.types.anything; };
  specialArgs = /. + dir + "/specialArgs.nix";
in lib.evalModules {
  modules = (if real then [ free ] else [ ]) ++ map (f: /. + dir + "/${f}") (builtins.fromJSON modules);
  specialArgs = { pkgs = import ./pkgs.nix lib; modulesPath = "/modules"; }
    // (if builtins.pathExists specialArgs then import specialArgs { inherit lib; } else { });
}
