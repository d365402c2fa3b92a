# meta:
#   title: Reverse proxy
#   owner: mira
#   status: active
#   layer: 10-infrastructure
#   summary: One virtual host per entry of the site registry.

{ config, lib, ... }:
let
  inherit (lib) mapAttrs' nameValuePair optionalString concatStringsSep;

  # source-id: CFG.identity.domain
  # sink: security.acme certificate name, used by every host
  domain = config.my.configs.identity.domain;

  # source-id: CFG.network.lanCidrs / CFG.network.tailnetCidrs
  # sink: services.caddy.virtualHosts
  trusted = config.my.configs.network.lanCidrs ++ config.my.configs.network.tailnetCidrs;

  forwardAuth = ''
    forward_auth 127.0.0.1:${toString config.my.ports.sso} {
      uri /api/authz/forward-auth
      copy_headers Remote-User Remote-Email
    }
  '';

  mkHost = _name: site: nameValuePair site.host {
    useACMEHost = domain;
    extraConfig = ''
      ${optionalString site.lanOnly ''
        @stranger not remote_ip ${concatStringsSep " " trusted}
        abort @stranger
      ''}
      ${optionalString (site.sso && config.my.sso.enable) forwardAuth}
      reverse_proxy 127.0.0.1:${toString site.port}
    '';
  };
in
{
  services.caddy = {
    enable = true;
    # source-id: CFG.identity.email
    # sink: services.caddy.email
    email = config.my.configs.identity.email;
    globalConfig = ''
      http_port ${toString config.my.ports.http}
      https_port ${toString config.my.ports.https}
    '';
    # source-id: CFG.sites
    virtualHosts = mapAttrs' mkHost config.my.sites // {
      "status.birkenhof.example".extraConfig = "respond 204";
    };
  };
}
