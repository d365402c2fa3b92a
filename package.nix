# nixsink as nixpkgs packages it: `pkgs.callPackage ./package.nix { }`. There, src is fetchFromGitHub.
{
  lib,
  stdenv,
  buildGoModule,
  installShellFiles,
  versionCheckHook,
  src ? lib.cleanSource ./.,
  # The git revision, for --version; "" where it is not known.
  revision ? "",
}:

buildGoModule (finalAttrs: {
  pname = "nixsink";
  version = "0.1.0";

  inherit src;

  # The NAR hash of `go mod vendor`. `go test -run TestVendorHash . -update` writes it after a change of go.mod.
  vendorHash = "sha256-w+iaMNVrziuTmgRC8G26wgfEdVhLbPgRs44Gh0EQnqk=";

  subPackages = [ "." ];

  # Static: it starts in a sandbox or an image that holds nothing else.
  env.CGO_ENABLED = 0;

  ldflags = [
    "-s"
    "-w"
    "-X nixsink/internal/cli.buildVersion=${finalAttrs.version}"
  ]
  ++ lib.optional (revision != "") "-X nixsink/internal/cli.buildRevision=${revision}";

  nativeBuildInputs = [ installShellFiles ];

  postInstall = lib.optionalString (stdenv.buildPlatform.canExecute stdenv.hostPlatform) ''
    $out/bin/nixsink man -o man
    installManPage man/*.1
    for shell in bash fish zsh; do
      $out/bin/nixsink completion $shell > nixsink.$shell
    done
    installShellCompletion --cmd nixsink --bash nixsink.bash --fish nixsink.fish --zsh nixsink.zsh
  '';

  nativeInstallCheckInputs = [ versionCheckHook ];
  doInstallCheck = true;

  meta = {
    description = "Show where a NixOS repository's central values end up";
    longDescription = ''
      nixsink reads the Nix code of a repository, finds every read of its central values (config.my.*), follows each to the NixOS
      options that it becomes part of, draws the picture, and holds comments about it against the code. It evaluates nothing.
    '';
    license = lib.licenses.mit;
    mainProgram = "nixsink";
    platforms = lib.platforms.unix;
  };
})
