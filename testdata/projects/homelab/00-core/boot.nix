# meta:
#   owner: mira
#   status: active
#   summary: Boot loader and kernel.

{ pkgs, ... }: {
  boot.loader.systemd-boot.enable = true;
  boot.loader.systemd-boot.configurationLimit = 5;
  boot.loader.efi.canTouchEfiVariables = true;
  boot.kernelPackages = pkgs.linuxPackages;
  boot.tmp.cleanOnBoot = true;
}
