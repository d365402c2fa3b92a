# Makes the module of one *arr: import ./_mk-arr.nix { name = "sonarr"; port = …; folder = "series"; }
{ name, port, folder, sso ? true, hasGroup ? true }:
{ config, lib, ... }:
let
  cfg = config.my.services.${name};
  inherit (config.my) media;
in
{
  options.my.services.${name}.enable =
    lib.mkEnableOption "${name}, which looks after ${folder}" // { default = true; };

  config = lib.mkIf cfg.enable {
    services.${name} = {
      enable = true;
      dataDir = "${config.my.configs.paths.state}/${name}";
      settings.server = {
        inherit port;
        bindaddress = "127.0.0.1";
      };
    } // lib.optionalAttrs hasGroup {
      # source-id: CFG.media.group
      group = media.group;
    };

    my.sites.${name} = { inherit port sso; };

    # source-id: CFG.media.root CFG.media.group
    # sink: systemd.tmpfiles.rules
    systemd.tmpfiles.rules = [ "d ${media.root}/${folder} 2775 root ${media.group} -" ];
  };
}
