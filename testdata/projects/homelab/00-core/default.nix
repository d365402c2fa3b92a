{
  imports = [
    # the registries first, everything below reads them
    ./configs.nix
    ./ports.nix
    ./sites.nix
    ./secrets.nix

    ./boot.nix
    ./hardware.nix
    ./host.nix
    ./locale.nix
    ./network.nix
    ./nix.nix
    ./storage.nix
    ./users.nix
    ./ssh.nix
    ./firewall.nix
    ./fail2ban.nix
    ./home-manager.nix
    ./logging.nix
    ./mail.nix
    ./motd.nix
    ./shell.nix
    ./zram.nix
  ];
}
