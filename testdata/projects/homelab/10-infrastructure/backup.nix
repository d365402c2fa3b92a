/*
---
title: Backup
owner: mira
status: active
layer: 10-infrastructure
summary: restic, nightly, to the box at my sister's place.
---
*/
{ config, lib, pkgs, ... }:
let
  inherit (lib) mkIf mkMerge mkOption mkEnableOption types;
  cfg = config.my.backup;
  harden = import ../00-core/_harden.nix;

  excludes = pkgs.writeText "restic-excludes" ''
    ${config.my.configs.paths.state}/*/cache
    *.tmp
  '';
in
{
  options.my.backup = {
    enable = mkEnableOption "nightly backups" // { default = true; };
    # source-id: CFG.backup.repository
    repository = mkOption {
      type = types.str;
      default = "sftp:vault@nas.tail.example:/pool/${config.my.configs.identity.hostname}";
      description = "restic repository.";
    };
    # source-id: CFG.backup.paths
    paths = mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = "Folders to keep; services add their own.";
    };
    checkWeekly = mkOption {
      type = types.bool;
      default = true;
      description = "Read back a part of the repository every week.";
    };
  };

  config = mkIf cfg.enable (mkMerge [
    {
      # source-id: CFG.paths.state
      # sink: my.backup.paths
      my.backup.paths = [ config.my.configs.paths.state ];

      services.restic.backups.nightly = {
        # source-id: CFG.backup.paths CFG.backup.repository
        # sink: services.restic.backups.nightly.paths
        inherit (cfg) paths repository;
        # source-id: CFG.secrets.resticPassword
        # sink: services.restic.backups.nightly.passwordFile
        passwordFile = config.my.secrets.resticPassword;
        extraBackupArgs = [ "--exclude-file=${excludes}" ];
        timerConfig.OnCalendar = "03:10";
        pruneOpts = [ "--keep-daily 7" "--keep-weekly 5" "--keep-monthly 12" ];
      };
    }
    (mkIf cfg.checkWeekly {
      systemd.services.restic-check = {
        description = "Read back 5 % of the backup";
        startAt = "Sun 05:00";
        serviceConfig = harden // {
          Type = "oneshot";
          # source-id: CFG.backup.repository / CFG.secrets.resticPassword
          # sink: systemd.services.restic-check.serviceConfig.ExecStart
          ExecStart = "${pkgs.restic}/bin/restic -r ${cfg.repository} --password-file ${config.my.secrets.resticPassword} check --read-data-subset=5%";
        };
      };
    })
  ]);
}
