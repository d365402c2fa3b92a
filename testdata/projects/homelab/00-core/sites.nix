# meta:
#   title: Site registry
#   owner: mira
#   status: active
#   layer: 00-core
#   summary: What the reverse proxy publishes. Services add their own entry.

{ config, lib, ... }:
let
  # source-id: CFG.identity.domain
  domain = config.my.configs.identity.domain;

  site = { name, config, ... }: {
    options = {
      host = lib.mkOption {
        type = lib.types.str;
        default = "${config.subdomain}.${domain}";
        description = "Full name of the virtual host.";
      };
      subdomain = lib.mkOption {
        type = lib.types.str;
        default = name;
        description = "Label below the base domain.";
      };
      port = lib.mkOption {
        type = lib.types.port;
        description = "Loopback port that the proxy forwards to.";
      };
      sso = lib.mkOption {
        type = lib.types.bool;
        default = true;
        description = "Ask the identity provider before letting anybody in.";
      };
      lanOnly = lib.mkOption {
        type = lib.types.bool;
        default = false;
        description = "Answer only to the LAN and the tailnet.";
      };
      title = lib.mkOption {
        type = lib.types.str;
        default = name;
        description = "Name on the start page.";
      };
    };
  };
in
{
  options.my.sites = lib.mkOption {
    type = lib.types.attrsOf (lib.types.submodule site);
    default = { };
    description = "Virtual hosts of the reverse proxy.";
  };
}
