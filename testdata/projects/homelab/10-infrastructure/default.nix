{ lib, ... }:
let
  edge = [ ./caddy.nix ./acme.nix ./sso.nix ./homepage.nix ];
  data = map (f: ./. + "/${f}.nix") [ "postgresql" "redis" "backup" ];
in
{
  imports = edge ++ data ++ [
    ./adguard.nix
    ./tailscale.nix
    ./ddns.nix
    ./ntp.nix
    # ./cloudflared.nix  # replaced by the tailnet, delete after the summer
  ];
}
