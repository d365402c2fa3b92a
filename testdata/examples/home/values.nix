{ lib, config, ... }:
let
  inherit (lib) mkOption types;
in
{
  options.my.person = {
    login = mkOption { type = types.str; default = "lena"; };
    name = mkOption { type = types.str; default = "Lena Torvik"; };
    mail = mkOption { type = types.str; default = "${config.my.person.login}@tern.example"; };
    signingKey = mkOption { type = types.nullOr types.str; default = null; };
  };
  options.my.editor = mkOption { type = types.enum [ "hx" "nvim" ]; default = "hx"; };
}
