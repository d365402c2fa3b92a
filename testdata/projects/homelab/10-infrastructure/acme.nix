# meta:
#   owner: mira
#   status: active
#   summary: One wildcard certificate by DNS challenge.

{ config, ... }:
let
  id = config.my.configs.identity;
in
{
  security.acme = {
    acceptTerms = true;
    # source-id: CFG.identity.email
    # sink: security.acme.defaults.email
    defaults.email = id.email;
    # source-id: CFG.identity.domain
    # sink: security.acme.certs
    certs.${id.domain} = {
      extraDomainNames = [ "*.${id.domain}" ];
      dnsProvider = "desec";
      # source-id: CFG.secrets.acmeEnv
      environmentFile = config.my.secrets.acmeEnv;
      # source-id: CFG.network.dnsBootstrap
      dnsResolver = builtins.head config.my.configs.network.dnsBootstrap;
      group = "caddy";
    };
  };
}
