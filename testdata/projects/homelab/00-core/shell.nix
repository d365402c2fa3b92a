{ config, pkgs, ... }:
rec {
  environment.systemPackages = with pkgs; [ git htop tmux fzf ripgrep ];
  programs.fish.enable = true;
  programs.fish.shellAliases = {
    # source-id: CFG.identity.hostname
    # sink: programs.fish.shellAliases.rebuild
    rebuild = "sudo nixos-rebuild switch --flake /etc/nixos#${config.my.configs.identity.hostname}";
    ports = "ss -tlpn";
  };
  programs.bash.shellAliases = programs.fish.shellAliases;
}
