{ config, pkgs, ... }:
{
  home.sessionVariables.EDITOR = config.my.editor;
  programs.git.extraConfig.core = { inherit (config.my) editor; };
  home.packages = [ pkgs.fd ];
}
