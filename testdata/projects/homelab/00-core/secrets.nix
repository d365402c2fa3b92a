# meta:
#   title: Secrets
#   owner: mira
#   status: active
#   layer: 00-core
#   summary: Names of secrets and where sops puts them. No secret is in this file.

{ config, lib, ... }:
let
  fromSops = name: config.sops.secrets.${name}.path;
in
{
  options.my.secrets = {
    # source-id: CFG.secrets.resticPassword
    resticPassword = lib.mkOption {
      type = lib.types.path;
      default = fromSops "restic_password";
      description = "Key of the backup repository.";
    };
    # source-id: CFG.secrets.acmeEnv
    acmeEnv = lib.mkOption {
      type = lib.types.path;
      default = fromSops "acme_env";
      description = "DNS API token for the ACME challenge.";
    };
    # source-id: CFG.secrets.ssoJwt
    ssoJwt = lib.mkOption {
      type = lib.types.path;
      default = fromSops "sso_jwt";
      description = "Signing secret of the identity provider.";
    };
    # source-id: CFG.secrets.vaultwardenEnv
    vaultwardenEnv = lib.mkOption {
      type = lib.types.path;
      default = fromSops "vaultwarden_env";
      description = "Admin token and SMTP login of Vaultwarden.";
    };
    # source-id: CFG.secrets.minifluxAdmin
    minifluxAdmin = lib.mkOption {
      type = lib.types.path;
      default = fromSops "miniflux_admin";
      description = "First login of Miniflux.";
    };
    tailscaleKey = lib.mkOption {
      type = lib.types.path;
      default = fromSops "tailscale_key";
      description = "Reusable auth key of the tailnet.";
    };
    smtpPassword = lib.mkOption {
      type = lib.types.path;
      default = fromSops "smtp_password";
      description = "Login of the outgoing mail relay.";
    };
  };

  config.sops = {
    defaultSopsFile = ./secrets.yaml;
    age.sshKeyPaths = [ "/etc/ssh/ssh_host_ed25519_key" ];
    secrets = lib.genAttrs [
      "acme_env"
      "miniflux_admin"
      "restic_password"
      "smtp_password"
      "sso_jwt"
      "tailscale_key"
      "vaultwarden_env"
    ] (name: { path = "/run/secrets/${name}"; });
  };
}
