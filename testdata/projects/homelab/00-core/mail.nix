# meta:
#   owner: mira
#   status: active
#   summary: Outgoing mail only.

{ config, ... }:
let
  id = config.my.configs.identity;
in
{
  programs.msmtp = {
    enable = true;
    accounts.default = {
      host = "smtp.posthorn.example";
      port = 465;
      tls = true;
      auth = true;
      # source-id: CFG.identity.email
      # sink: programs.msmtp.accounts.default.user
      user = id.email;
      # source-id: CFG.identity.hostname / CFG.identity.domain
      # sink: programs.msmtp.accounts.default.from
      from = "${id.hostname}@${id.domain}";
      passwordeval = "cat ${config.my.secrets.smtpPassword}";
    };
  };

  # source-id: CFG.identity.email
  # sink: environment.etc.aliases.text
  environment.etc.aliases.text = ''
    root: ${id.email}
    postmaster: root
  '';
}
