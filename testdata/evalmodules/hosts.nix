# The configurations of a case: that of its modules, or those that its flake.nix makes. Homes, containers and
# specialisations are options of the host that hold modules of their own; each has the root's options once more.
{ lib, pkgs, dir, root, modules }:
let
  inherit (builtins) attrNames concatMap filter head isAttrs length map pathExists tail toJSON;

  # Kept in every inner configuration, to tell which of its options are the host's own ones: those declared at the same place.
  mark = { options, ... }: { __options = { _type = "options"; tree = options; }; };
  nested = extra: specialArgs: lib.types.submoduleWith { modules = [ mark ] ++ extra; specialArgs = { inherit pkgs; } // specialArgs; };

  # What NixOS and home-manager declare and the cases need.
  base = { modules, specialArgs }: { config, ... }: {
    options.home-manager.users = lib.mkOption {
      default = { };
      type = lib.types.attrsOf (nested (config.home-manager.sharedModules or [ ]) ({ osConfig = config; } // (config.home-manager.extraSpecialArgs or { })));
    };
    options.containers = lib.mkOption {
      default = { };
      type = lib.types.attrsOf (lib.types.submodule { options.config = lib.mkOption { default = { }; type = nested [ ] { }; }; });
    };
    # A specialisation is the host's modules once more, with what it adds; it has no specialisations itself.
    options.specialisation = lib.mkOption {
      default = { };
      type = lib.types.attrsOf (lib.types.submodule {
        options.inheritParentConfig = lib.mkOption { type = lib.types.bool; default = true; };
        options.configuration = lib.mkOption {
          default = { };
          type = nested (modules ++ [ { specialisation = lib.mkOverride 0 { }; } ]) specialArgs;
        };
      });
    };
  };

  nixosSystem = change: { modules, specialArgs ? { }, ... }: lib.evalModules {
    modules = [ (base { inherit modules specialArgs; }) ] ++ modules;
    specialArgs = { inherit pkgs; modulesPath = "/modules"; } // specialArgs;
    ctx = { inherit change; };
  };
  home = change: { modules, extraSpecialArgs ? { }, ... }: lib.evalModules {
    inherit modules;
    specialArgs = { inherit pkgs; } // extraSpecialArgs;
    ctx = { inherit change; };
  };

  # specialArgs.nix stands for what a flake would pass to nixosSystem.
  plain = change: {
    "" = nixosSystem change {
      modules = map (f: /. + dir + "/${f}") modules;
      specialArgs = if pathExists (/. + dir + "/specialArgs.nix") then import (/. + dir + "/specialArgs.nix") { inherit lib; } else { };
    };
  };

  # nixosConfigurations, homeConfigurations and the nodes of tests in checks, by their names.
  flake = change: let
    testers.runNixOSTest = test: {
      nodes = lib.mapAttrs (name: m: nixosSystem change { modules = [ { networking.hostName = lib.mkDefault name; } (test.defaults or { }) m ]; }) test.nodes;
    };
    all = pkgs // { inherit testers; nixosTest = testers.runNixOSTest; };
    inputs = {
      inherit self;
      nixpkgs = { lib = lib // { nixosSystem = nixosSystem change; }; legacyPackages.x86_64-linux = all; };
      home-manager = { nixosModules.home-manager = { }; lib.homeManagerConfiguration = home change; };
    };
    it = import (/. + dir + "/flake.nix");
    outputs = it.outputs (builtins.intersectAttrs ({ self = true; } // builtins.functionArgs it.outputs // (it.inputs or { })) inputs);
    self = outputs // { inherit inputs outputs; outPath = dir; };
    nodes = lib.concatMapAttrs (_: checks: lib.concatMapAttrs (_: c: c.nodes or { }) checks) (outputs.checks or { });
  in nodes // (outputs.homeConfigurations or { }) // (outputs.nixosConfigurations or { });

  hosts = if pathExists (/. + dir + "/flake.nix") then flake else plain;

  # --- the same value in inner configurations ---

  # Where inner configurations stand, with their options.
  places = config: let
    each = p: f: concatMap (n: f (p ++ [ n ])) (attrNames (lib.attrByPath p { } config));
    at = p: let m = (lib.getAttrFromPath p config).__options or null; in if m == null then [ ] else [ { inherit p; options = m.tree; } ];
  in each [ "home-manager" "users" ] at ++ each [ "containers" ] (p: at (p ++ [ "config" ])) ++ each [ "specialisation" ] (p: at (p ++ [ "configuration" ]));
  known = concatMap (e: map (x: x // { outer = e.options; }) (places e.config)) (lib.attrValues (hosts { }));

  # The place in the text where the option at or above a path is declared.
  declared = options: p:
    if lib.isOption options then let raw = options.raw or options; n = head (filter (x: raw ? ${x}) [ "type" "default" "description" "apply" ] ++ [ "_type" ]); in builtins.unsafeGetAttrPos n raw
    else if p != [ ] && isAttrs options && options ? ${head p} then declared options.${head p} (tail p)
    else null;
  # A value's path, and those that it has in inner configurations.
  instances = loc: [ loc ] ++ concatMap (x: let d = declared x.options loc; in
    if d != null && d == declared x.outer loc then [ (x.p ++ loc) ] else [ ]) known;

  # Whether a path is that of one of the root's options, in whichever configuration.
  inner = loc: lib.elem "__options" loc || head loc == root || lib.any (x: lib.take (length x.p + 1) loc == x.p ++ [ root ]) known;

  # A host's definitions without those that a specialisation has only because the host has them.
  own = ds: let has = builtins.listToAttrs (map (d: { name = toJSON [ d.file d.loc ]; value = true; }) ds); in
    filter (d: !(length d.loc > 3 && head d.loc == "specialisation" && has ? ${toJSON [ d.file (lib.drop 3 d.loc) ]})) ds;
in
{ inherit hosts instances inner own; }
