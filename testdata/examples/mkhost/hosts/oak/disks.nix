{
  fileSystems."/" = { device = "/dev/disk/by-label/oak"; fsType = "ext4"; };
}
