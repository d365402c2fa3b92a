# meta:
#   owner: jonas
#   status: active
#   summary: Our repositories. Git over SSH goes through the host's sshd.

{ config, lib, ... }:
let
  cfg = config.services.forgejo;
  inherit (config.my.configs.identity) domain email;
  inherit (config.my) ports;
in
{
  services.forgejo = {
    enable = true;
    database.type = "postgres";
    settings = {
      server = {
        # source-id: CFG.identity.domain
        # sink: services.forgejo.settings.server.DOMAIN
        DOMAIN = "git.${domain}";
        ROOT_URL = "https://${cfg.settings.server.DOMAIN}/";
        # source-id: CFG.ports.forgejo
        # sink: services.forgejo.settings.server.HTTP_PORT
        HTTP_PORT = ports.forgejo;
        # source-id: CFG.ports.ssh
        # sink: services.forgejo.settings.server.SSH_PORT
        SSH_PORT = ports.ssh;
      };
      # source-id: CFG.identity.email
      # sink: services.forgejo.settings.mailer.FROM
      mailer.FROM = email;
      service.DISABLE_REGISTRATION = true;
    };
  };
  services.openssh.settings.AllowUsers = [ "forgejo" ];
  my.sites.git = { port = ports.forgejo; sso = false; title = "Forgejo"; };
}
