# What changes when a value changes. Evaluates DIR/main.nix as it is and with every value of the tracked roots changed,
# each from several starting points: as written, every combination of up to three of the booleans changed, and every
# other value changed alone. A definition that only takes part when another value differs is seen that way.
#
#   nix-instantiate --eval --strict --json harness.nix -A baseline --argstr dir DIR     definitions and values
#   nix-instantiate --eval --strict --json harness.nix -A all --argstr dir DIR          what changed, per start and value
{ dir, modules ? "[\"main.nix\"]", root ? "my", start ? 0, value ? 0 }:
let
  lib = import ./lib.nix;
  pkgs = import ./pkgs.nix lib;
  inherit (builtins) concatMap elemAt filter genList length listToAttrs map toJSON;

  home = args@{ config, ... }: {
    options.home-manager.users = lib.mkOption {
      default = { };
      type = lib.types.attrsOf (lib.types.submoduleWith {
        modules = config.home-manager.sharedModules or [ ];
        specialArgs = { osConfig = config; inherit pkgs; } // (config.home-manager.extraSpecialArgs or { });
      });
    };
  };

  run = change: let
    e = lib.evalModules {
      modules = [ home ] ++ map (f: /. + dir + "/${f}") (builtins.fromJSON modules);
      # specialArgs.nix stands for what a flake would pass to nixosSystem.
      specialArgs = { inherit pkgs; modulesPath = "/modules"; }
        // (if builtins.pathExists (/. + dir + "/specialArgs.nix") then import (/. + dir + "/specialArgs.nix") { inherit lib; } else { });
      ctx.change = listToAttrs (map (loc: { name = toJSON loc; value = true; }) change);
    };
  in {
    inherit (e) config;
    # Switches that could be set otherwise: options of a path of their own, and fields of members that something sets.
    free = v: lib.isOption (lib.attrByPath v.loc null e.options) || lib.any (d: d.loc == v.loc && d.file != "default") e.definitions;
    # Definitions of the roots' own options are told by the values that they come to.
    defs = filter (d: builtins.head d.loc != root && builtins.head d.loc != "_module") e.definitions;
    values = filter (v: v.loc != [ root ]) (e.values root);
  };

  baseline' = run [ ];
  baseline = { inherit (baseline') defs values; };
  bools' = filter (v: v.bool or false) baseline.values;
  others' = filter (v: !(v.bool or false)) baseline.values;
  subsets = l: if l == [ ] then [ [ ] ] else let r = subsets (lib.tail l); in r ++ map (s: [ (lib.head l).loc ] ++ s) r;
  free = filter baseline'.free;
  starts = let bools = free bools'; others = others'; in (if length bools <= 3 then subsets bools else [ [ ] ] ++ map (v: [ v.loc ]) bools) ++ map (v: [ v.loc ]) others;

  byKey = key: list: builtins.groupBy key list;
  # The locations whose entries differ.
  diff = a: b: let
    key = x: toJSON [ (x.file or "") x.loc ];
    ga = byKey key a; gb = byKey key b;
    hashes = g: k: map (x: x.hash) (g.${k} or [ ]);
    differ = filter (k: hashes ga k != hashes gb k) (lib.attrNames (ga // gb));
  in map (k: (lib.head (ga.${k} or gb.${k})).loc) differ;

  # What a part of config comes to, or the innermost set around it that is there.
  final = v: p: if p != [ ] && builtins.isAttrs v && v ? ${lib.head p} then final v.${lib.head p} (lib.tail p) else v;
  # A definition that changed, and the option with it: not so if another definition hides it, or says the same.
  # One that nothing defines on one of the sides was looked for in vain there.
  told = a: b: filter (loc: lib.any (s: !(lib.any (d: d.loc == loc) s.defs)) [ a b ]
    || modules'.fingerprint (final a.config loc) != modules'.fingerprint (final b.config loc));
  modules' = import ./modules.nix lib;
  under = p: l: lib.take (length p) l == p;
  effect = from: v: let
    a = run from; b = run (from ++ [ v.loc ]);
    leaves = vs: filter (x: !x.set && !(under v.loc x.loc) && !(under x.loc v.loc)) vs;
  in { value = v.loc; start = from; defs = told a b (diff a.defs b.defs); values = diff (leaves a.values) (leaves b.values); };
  valuesOf = from: filter (v: !(lib.elem v.loc from)) (run from).values;
  effects = from: let a = run from; in map (effect from) (filter (v: !(lib.elem v.loc from)) a.values);
in
{
  inherit baseline starts;
  all = concatMap effects starts;
  # One start, one value of it: for when changing a value makes evaluation fail beyond tryEval's reach.
  atStart = effects (elemAt starts start);
  values = map (v: v.loc) (valuesOf (elemAt starts start));
  single = [ (effect (elemAt starts start) (elemAt (valuesOf (elemAt starts start)) value)) ];
}
