# What the cases need of agenix, sops-nix, clan and colmena: the options, and where a secret lies.
runtime: { lib, config, ... }:
let
  inherit (lib) mkOption types;
  text = default: mkOption { type = types.str; inherit default; };
  file = mkOption { type = types.nullOr types.path; default = null; };
  named = fields: mkOption { default = { }; type = types.attrsOf (types.submodule ({ name, config, ... }: { options = fields name config; })); };
  hash = builtins.hashString "sha256";
in
{
  options.age.secrets = named (name: _: {
    inherit file;
    path = text "${runtime}/agenix/${name}";
    owner = text "0";
    group = text "0";
    mode = text "0400";
  });
  options.sops = {
    defaultSopsFile = file;
    secrets = named (name: _: {
      sopsFile = file;
      key = text name;
      path = text "${runtime}/secrets/${name}";
      owner = text "root";
      group = text "root";
      mode = text "0400";
      neededForUsers = mkOption { default = false; };
      restartUnits = mkOption { default = [ ]; };
    });
    placeholder = mkOption { type = types.attrsOf types.str; default = lib.mapAttrs (name: _: "<SOPS:${hash name}:PLACEHOLDER>") config.sops.secrets; };
    templates = named (name: _: {
      content = text "";
      path = text "${runtime}/rendered/${name}";
      owner = text "root";
      restartUnits = mkOption { default = [ ]; };
    });
  };
  options.clan.core.vars.generators = named (generator: _: {
    script = text "";
    files = named (name: config: {
      secret = mkOption { default = true; };
      path = text "${runtime}/vars/${generator}/${name}";
      value = mkOption { default = if config.secret then null else builtins.readFile "${runtime}/vars/${generator}/${name}"; };
    });
  });
}
