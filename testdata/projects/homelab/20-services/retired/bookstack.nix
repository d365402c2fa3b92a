# meta:
#   owner: mira
#   status: retired
#   summary: The old wiki. Kept until its pages have moved to Forgejo.

{ config, ... }:
{
  imports = [ ../_lib/php-app.nix ];

  services.bookstack = {
    enable = true;
    hostname = "wiki.${config.my.configs.identity.domian}";
    dataDir = "${config.my.configs.paths.state}/bookstack";
  };
}
