# meta:
#   title: Single sign-on
#   owner: mira
#   status: active
#   layer: 10-infrastructure
#   summary: Authelia in front of everything that has no good login of its own.

{ config, lib, ... }:
let
  cfg = config.my.sso;

  # source-id: CFG.identity.domain
  # sink: services.authelia.instances.main.settings.session.cookies
  domain = config.my.configs.identity.domain;

  # source-id: CFG.ports.sso
  # sink: services.authelia.instances.main.settings.server.address
  port = config.my.ports.sso;
in
{
  options.my.sso = {
    # source-id: CFG.sso.enable
    enable = lib.mkOption {
      type = lib.types.bool;
      default = true;
      description = "Put the identity provider in front of sites that ask for it.";
    };
    # source-id: CFG.sso.issuer
    issuer = lib.mkOption {
      type = lib.types.str;
      default = "https://auth.${domain}";
      description = "OIDC issuer URL, for services with their own login.";
    };
  };

  config = lib.mkIf cfg.enable {
    my.sites.auth = {
      inherit port;
      sso = false;
      title = "Login";
    };

    services.authelia.instances.main = {
      enable = true;
      # source-id: CFG.secrets.ssoJwt
      # sink: services.authelia.instances.main.secrets.jwtSecretFile
      secrets.jwtSecretFile = config.my.secrets.ssoJwt;
      settings = {
        server.address = "tcp://127.0.0.1:${toString port}/";
        session.cookies = [
          {
            inherit domain;
            authelia_url = cfg.issuer;
          }
        ];
        access_control = {
          default_policy = "two_factor";
          networks = [
            # source-id: CFG.network.lanCidrs
            { name = "home"; networks = config.my.configs.network.lanCidrs; }
          ];
        };
        # source-id: CFG.ports.redis
        session.redis = { host = "127.0.0.1"; port = config.my.ports.redis; };
      };
    };
  };
}
