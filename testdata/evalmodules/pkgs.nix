# Packages for the flow cases: nothing is built, a package is a set whose outPath tells what went into it.
lib:
let
  drv = name: content: attrs: let
    text = builtins.unsafeDiscardStringContext (builtins.toJSON content);
  in attrs // {
    type = "derivation"; inherit name; pname = attrs.pname or name; version = attrs.version or "1";
    outPath = "/nix/store/${builtins.substring 0 32 (builtins.hashString "sha256" text)}-${name}";
    drvPath = "/nix/store/${name}.drv";
    override = f: drv name [ content (lib.toFunction f { }) ] attrs;
    overrideAttrs = f: drv name [ content (plain (if builtins.isFunction f then let r = f attrs; in if builtins.isFunction r then f attrs attrs else r else f)) ] attrs;
  };
  plain = v: if builtins.isFunction v then "<function>" else if lib.isDerivation v then v.outPath
    else if builtins.isAttrs v then builtins.mapAttrs (_: plain) v else if builtins.isList v then map plain v else v;
  names = [
    "bash" "coreutils" "curl" "git" "htop" "jq" "nginx" "openssh" "vim" "neovim" "ripgrep" "hello" "restic" "postgresql"
    "nftables" "wireguard-tools" "caddy" "grafana" "prometheus" "redis" "python3" "nodejs" "firefox" "gnugrep" "gnused"
  ];
  format = ext: { ... }: { type = lib.types.anything; generate = name: value: drv name (plain value) { }; };
  formats = lib.genAttrs [ "json" "yaml" "toml" "ini" "keyValue" "javaProperties" "iniWithGlobalSection" "libconfig" "php" ] format;
in
lib.genAttrs names (n: drv n n { pname = n; meta.mainProgram = n; }) // rec {
  inherit lib formats;
  system = "x86_64-linux";
  stdenv = { hostPlatform = { system = "x86_64-linux"; isLinux = true; isDarwin = false; }; isLinux = true; isDarwin = false;
    mkDerivation = args: let a = if builtins.isFunction args then args a else args; in drv (a.name or a.pname) (plain a) { inherit (a) pname; } ; };
  writeText = name: text: drv name text { };
  writeTextFile = { name, text, ... }@a: drv name a { };
  writeTextDir = path: text: drv (baseNameOf path) [ path text ] { };
  writeScript = writeText;
  writeScriptBin = name: text: drv name text { meta.mainProgram = name; };
  writeShellScript = writeText;
  writeShellScriptBin = writeScriptBin;
  writeShellApplication = { name, text, ... }@a: drv name (plain a) { meta.mainProgram = name; };
  writers = { writeBash = writeText; writeBashBin = writeScriptBin; writePython3 = name: _: writeText name; writeJSON = name: v: drv name (plain v) { }; writeYAML = name: v: drv name (plain v) { }; };
  concatText = name: files: drv name (plain files) { };
  runCommand = name: env: text: drv name (plain [ env text ]) { };
  runCommandLocal = runCommand;
  substituteAll = a: drv (a.name or "file") (plain a) { };
  replaceVars = src: vars: drv "file" (plain [ (toString src) vars ]) { };
  substitute = a: drv "file" (plain a) { };
  symlinkJoin = { name, ... }@a: drv name (plain a) { };
  buildEnv = symlinkJoin;
  linkFarm = name: entries: drv name (plain entries) { };
  fetchurl = a: drv (a.name or "source") (plain a) { };
  fetchFromGitHub = fetchurl;
  callPackage = lib.callPackageWith ({ inherit lib writeText stdenv; });
  writeReferencesToFile = p: drv "refs" (plain p) { };
  python3Packages = lib.genAttrs [ "requests" "flask" ] (n: drv n n { });
}
