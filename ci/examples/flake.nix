# buildbot-nix, Garnix and Hydra build a flake's checks: the gate is one of them. Hydra wants them under hydraJobs as well.
{
  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
    nixsink.url = "github:OWNER/nixsink";
    nixsink.inputs.nixpkgs.follows = "nixpkgs";
  };

  outputs =
    {
      self,
      nixpkgs,
      nixsink,
    }:
    let
      system = "x86_64-linux";
      nixsinkCheck = nixsink.lib.mkCheck {
        pkgs = nixpkgs.legacyPackages.${system};
        src = self;
        # baseline = ./.nixsink-baseline.toml;
      };
    in
    {
      checks.${system}.nixsink = nixsinkCheck;
      # Report, pages and pictures, even where the check fails: nix build .#nixsink-report
      packages.${system}.nixsink-report = nixsinkCheck.report;
      hydraJobs.nixsink.${system} = nixsinkCheck;
    };
}
