{ lib, system }:
let
  busybox = "${
    builtins.path {
      path = ./shell;
      name = "shell";
    }
  }/busybox";
  built = builtins.path {
    path = ./bin/nixsink;
    name = "nixsink-built";
  };

  # A derivation whose builder is a shell with the usual programs.
  shell =
    attrs: script:
    let
      drv = builtins.derivation (
        {
          inherit system;
          builder = busybox;
          args = [
            "sh"
            "-euc"
            ''
              ${busybox} mkdir -p "$TMPDIR/bin"
              ${busybox} --install -s "$TMPDIR/bin"
              export PATH="$TMPDIR/bin"
              for p in ''${nativeBuildInputs:-}; do PATH="$p/bin:$PATH"; done
              ${script}
            ''
          ];
        }
        // builtins.removeAttrs attrs [
          "passthru"
          "meta"
        ]
      );
    in
    drv // (attrs.passthru or { }) // { meta = attrs.meta or { }; };

  # buildGoModule without Go: it takes the program that the test has built from the same source, and goes through the phases after that.
  buildGoModule =
    f:
    let
      a = f a // {
        inherit (f a) version;
      };
      flags = lib.concatStringsSep "\n" a.ldflags;
    in
    assert lib.hasPrefix "sha256-" a.vendorHash;
    assert builtins.pathExists "${a.src}/go.mod";
    shell
      {
        name = "${a.pname}-${a.version}";
        inherit (a) meta nativeBuildInputs;
        inherit flags;
        cgo = a.env.CGO_ENABLED;
        hooks = a.nativeInstallCheckInputs;
        passthru = {
          inherit (a) pname version vendorHash;
        };
      }
      ''
        [ "$cgo" = 0 ]
        mkdir -p $out/bin
        cp ${built} $out/bin/nixsink
        chmod +x $out/bin/nixsink
        cd "$TMPDIR"
        put() { mkdir -p "$(dirname "$2")" && cp "$1" "$2"; }
        installManPage() { for f; do put "$f" "$out/share/man/man''${f##*.}/$(basename "$f")"; done; }
        installShellCompletion() {
          [ "$1" = --cmd ]
          cmd=$2
          shift 2
          while [ $# -gt 0 ]; do
            case $1 in
            --bash) put "$2" "$out/share/bash-completion/completions/$cmd.bash" ;;
            --fish) put "$2" "$out/share/fish/vendor_completions.d/$cmd.fish" ;;
            --zsh) put "$2" "$out/share/zsh/site-functions/_$cmd" ;;
            esac
            shift 2
          done
        }
        ${a.postInstall}
        case $hooks in *versionCheckHook*) $out/bin/${a.meta.mainProgram} --version | grep -F ${a.version} ;; *) exit 1 ;; esac
      '';

  pkgs = {
    inherit system buildGoModule;
    stdenv = rec {
      hostPlatform = {
        inherit system;
        canExecute = _: true;
      };
      buildPlatform = hostPlatform;
    };
    installShellFiles = "/installShellFiles";
    versionCheckHook = "/versionCheckHook";
    runCommand =
      name: attrs: script:
      shell (attrs // { inherit name; }) script;
    mkShell = attrs: shell { name = "shell"; } "touch $out" // { inherit (attrs) packages; };
    callPackage =
      path: args:
      let
        f = import path;
      in
      f (builtins.intersectAttrs (builtins.functionArgs f) (pkgs // { inherit lib; }) // args);
  }
  // lib.genAttrs [ "go" "graphviz" "groff" "librsvg" "nodejs" ] (name: shell { inherit name; } "touch $out");
in
pkgs
