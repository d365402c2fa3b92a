# What real evaluation makes of a case: the configuration as JSON. Modules of sops-nix, agenix and clan are not needed: tools.nix stands in for them, with
# secrets that lie in the folder RUNTIME, so that evaluation can read them as it could read /run/secrets.
#
#   nix-instantiate --eval --strict --json --read-write-mode --store STORE evaluate.nix --argstr dir DIR --argstr runtime RUNTIME
{ dir, runtime }:
let
  lib = import ../evalmodules/lib.nix;
  plain = import ../evalmodules/pkgs.nix lib;
  # Packages of the flow cases are never built. Here what is written into the store is, by the functions that put a text there.
  written = name: text: { type = "derivation"; inherit name; outPath = builtins.toFile (builtins.replaceStrings [ "/" ] [ "-" ] name) (text + ""); };
  pkgs = plain // {
    writeText = written;
    writeTextFile = { name, text, ... }: written name text;
    writeScript = written;
    writeScriptBin = written;
    writeShellScript = written;
    writeShellScriptBin = written;
    writeShellApplication = { name, text, ... }: written name text;
    runCommand = name: env: text: written name (builtins.toJSON env + text);
    formats = plain.formats // { json = _: { type = lib.types.anything; generate = name: value: written name (builtins.toJSON value); }; };
  };
  evaluated = lib.evalModules {
    modules = [ (import ./tools.nix runtime) (/. + dir + "/main.nix") ];
    specialArgs = { inherit pkgs; };
  };
in
removeAttrs evaluated.config [ "_module" ]
