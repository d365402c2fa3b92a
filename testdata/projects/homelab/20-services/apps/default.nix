# Every .nix file in this folder is a module; a leading underscore keeps one out.
{ lib, ... }:
let
  wanted = name: kind:
    kind == "regular" && lib.hasSuffix ".nix" name && name != "default.nix" && !(lib.hasPrefix "_" name);
in
{
  imports = map (name: ./. + "/${name}")
    (builtins.attrNames (lib.filterAttrs wanted (builtins.readDir ./.)));
}
