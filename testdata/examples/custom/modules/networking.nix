{ config, ... }:
{
  networking.domain = config.homelab.domain;
  time.timeZone = config.homelab.timeZone;
}
