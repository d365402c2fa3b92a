# meta:
#   owner: mira
#   status: active
#   summary: Weekly, at night, with a reboot.

{ config, ... }:
{
  system.autoUpgrade = {
    enable = true;
    # source-id: CFG.identity.hostname
    # sink: system.autoUpgrade.flake
    flake = "/etc/nixos#${config.my.configs.identity.hostname}";
    dates = "Sat 04:00";
    allowReboot = true;
  };
}
