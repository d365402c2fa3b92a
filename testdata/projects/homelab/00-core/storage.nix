# meta:
#   title: File systems
#   owner: mira
#   status: active
#   summary: Mirrored SSDs for state, one big disk for bulk.

{ config, ... }:
let
  # source-id: CFG.paths.state
  # sink: fileSystems.*
  state = config.my.configs.paths.state;
  # source-id: CFG.paths.bulk
  # sink: fileSystems.*
  bulk = config.my.configs.paths.bulk;
in
{
  fileSystems."/" = { device = "/dev/disk/by-label/root"; fsType = "ext4"; };
  fileSystems."/boot" = { device = "/dev/disk/by-label/ESP"; fsType = "vfat"; };
  fileSystems.${state} = { device = "tank/state"; fsType = "zfs"; };
  fileSystems.${bulk} = {
    device = "/dev/disk/by-label/bulk";
    fsType = "xfs";
    options = [ "noatime" "nofail" ];
  };

  services.zfs.autoScrub.enable = true;
  networking.hostId = "4be7a0c1";
}
