# meta:
#   owner: jonas
#   status: active
#   summary: Who owns films, and where they are.

{ config, lib, ... }:
let
  cfg = config.my.media;
in
{
  options.my.media = with lib; {
    # source-id: CFG.media.group
    group = mkOption {
      type = types.str;
      default = "media";
      description = "Group of every file in the library.";
    };
    # source-id: CFG.media.gid
    gid = mkOption {
      type = types.int;
      default = 1700;
      description = "Its number; the NFS clients know it.";
    };
    # source-id: CFG.media.root
    root = mkOption {
      type = types.path;
      default = "${config.my.configs.paths.bulk}/media";
      description = "Top of the library.";
    };
  };

  config = {
    # source-id: CFG.media.group / CFG.media.gid
    # sink: users.groups.*
    users.groups.${cfg.group}.gid = cfg.gid;
    # source-id: CFG.identity.user
    users.users.${config.my.configs.identity.user}.extraGroups = [ cfg.group ];
    systemd.tmpfiles.rules = [ "d ${cfg.root} 2775 root ${cfg.group} -" ];
  };
}
