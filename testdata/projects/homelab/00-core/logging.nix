# meta:
#   owner: mira
#   status: active
#   summary: Keep a month of journal, and ship it.

{ ... }:
{
  imports = [ ../20-services/monitoring/journal-export.nix ];

  services.journald.extraConfig = ''
    SystemMaxUse=2G
    MaxRetentionSec=1month
  '';
}
