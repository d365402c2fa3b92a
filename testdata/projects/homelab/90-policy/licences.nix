# Free software unless it is named here.
{ lib, ... }:
{
  nixpkgs.config.allowUnfreePredicate = pkg: lib.elem (lib.getName pkg) [ "intel-ocl" "unrar" ];
}
