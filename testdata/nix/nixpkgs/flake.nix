# A stand-in for nixpkgs, as much as nixsink's flake uses of it. The test lays lib/ (testdata/evalmodules), bin/nixsink and shell/busybox,
# both static, beside this file.
{
  outputs = _: rec {
    lib = import ./lib/lib.nix // {
      licenses.mit = {
        spdxId = "MIT";
      };
      platforms.unix = [ ];
      cleanSource = src: src;
    };
    legacyPackages.x86_64-linux = import ./packages.nix {
      inherit lib;
      system = "x86_64-linux";
    };
  };
}
