{ lib, ... }:
{
  options.my = {
    owner = lib.mkOption {
      type = lib.types.str;
      default = "tove";
      description = "Account on every machine and in every home.";
    };
    ports = lib.mkOption {
      type = lib.types.attrsOf lib.types.port;
      default = { };
    };
  };
  config.my.ports.ssh = 2200;
  config.systems = [ "x86_64-linux" "aarch64-linux" ];
}
