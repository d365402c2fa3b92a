{ config, lib, ... }:
{
  imports = [
    ./modules/cycle-a.nix
    ./modules/names.nix
    (./modules + "/it's \"quoted\" <b>.nix")
    ./broken/syntax.nix
    ./broken/binary.nix
    ./broken/latin1.nix
    ./loop/loop/modules/names.nix
  ];
}
